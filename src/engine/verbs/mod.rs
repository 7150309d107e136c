//! The verbs that need the network: score, explain, eval, train, bench, and the rescoring half of verify.

mod bench;
mod eval;
mod explain;
mod score;
mod train;
mod verify;

use std::path::Path;
use std::thread::available_parallelism;

use anyhow::Result;
use detente::cli::args::{Common, ModelArgs, ModelsArgs, PrecisionChoice, Verb};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{Runner, models};
use detente::registry::Registry;
use detente::store::{QUALITY, ScoringConfiguration};
use serde_json::json;

use crate::encoder::EncoderConfig;
use crate::model::{ModelFolder, Precision, encoder_config, prepare_weights};
use crate::workers::Workers;

/// Runs the verbs that need the network.
pub struct Engine;

impl Runner for Engine {
    fn run(&self, verb: &Verb, common: &Common) -> Outcome {
        match verb {
            Verb::Score(args) => score::run(args, common),
            Verb::Explain(args) => explain::run(args, common),
            Verb::Eval(args) => eval::run(args, common),
            Verb::Train(args) => train::run(args, common),
            Verb::Verify(args) => verify::run(args, common),
            Verb::Bench(args) => bench::run(args, common),
            Verb::Models(args) if args.prepare => prepare_model(args),
            _ => detente::cli::verbs::run(verb, common),
        }
    }
}

/// Makes the weights of a model that is shipped as a difference.
fn prepare_model(args: &ModelsArgs) -> Outcome {
    let name = args.model.as_deref().unwrap_or_default();
    let folder = models::find(name).map_err(Failure::usage)?;
    match prepare_weights(&folder, &args.bases).map_err(Failure::fault)? {
        true => eprintln!("the weights of '{name}' are made: {}", folder.display()),
        false => eprintln!("the weights of '{name}' are in place"),
    }
    Ok(0)
}

/// The arithmetic that was asked for, or the first of int8, bf16 and f32 that the processor has and the encoder suits.
fn precision_of(choice: PrecisionChoice, encoder: &EncoderConfig) -> Result<Precision, Failure> {
    Ok(match choice {
        PrecisionChoice::F32 => Precision::F32,
        PrecisionChoice::Bf16 => Precision::Bf16,
        PrecisionChoice::Int8 if crate::integers::suits(encoder) => Precision::Int8,
        PrecisionChoice::Int8 if !crate::integers::available() => {
            return Err(Failure::usage(anyhow::anyhow!(crate::integers::UNAVAILABLE)));
        }
        PrecisionChoice::Int8 => {
            return Err(Failure::usage(anyhow::anyhow!(
                "the widths of this model's layers do not fit 8-bit products; use --precision auto, bf16 or f32"
            )));
        }
        PrecisionChoice::Auto if crate::integers::suits(encoder) => Precision::Int8,
        PrecisionChoice::Auto if fast_bf16() => Precision::Bf16,
        PrecisionChoice::Auto => Precision::F32,
    })
}

/// Whether the processor multiplies bfloat16; elsewhere it is emulated and slower than f32.
fn fast_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        is_x86_feature_detected!("avx512bf16")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// An opened model and how it is to run.
struct Ready {
    folder: ModelFolder,
    precision: Precision,
    workers: usize,
}

impl Ready {
    /// Finds and checks the model that the user named.
    fn open(args: &ModelArgs) -> Result<Self, Failure> {
        let path = models::find(&args.model).map_err(Failure::usage)?;
        let folder = ModelFolder::open(&path).map_err(Failure::fault)?;
        let precision = precision_of(args.precision, &encoder_config(&folder.path)?)?;
        let workers = args.workers.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
        if workers == 0 {
            return Err(Failure::usage(anyhow::anyhow!("--workers must be at least 1")));
        }
        Ok(Self { folder, precision, workers })
    }

    fn start_workers(&self) -> Result<Workers> {
        let scorer = self.folder.load(self.precision)?;
        Workers::start(&scorer, self.workers, scorer.batch_tokens())
    }

    /// Everything that decides a score, for the store.
    fn configuration(&self, registry: &Registry) -> ScoringConfiguration {
        let manifest = &self.folder.manifest;
        let mut configuration = ScoringConfiguration {
            model: manifest.name.clone(),
            model_digest: self.folder.digest.clone(),
            topic: manifest.topic.clone(),
            precision: self.precision.as_str().into(),
            settings: json!({
                // As written in the manifest: an f32 widened to f64 would show digits that nobody chose.
                "none_below": manifest.decision.none_below.to_string(),
                "attribution": detente::attribute::VERSION,
                "segmentation": detente::segment::VERSION,
                "query": detente::classify::VERSION,
                "decision": detente::decide::VERSION,
                "registry": registry.digest(),
            }),
        };
        if let Some(quality) = &manifest.quality {
            configuration.settings[QUALITY] = json!(quality);
        }
        configuration
    }
}

/// The registry with the user's file, if there is one.
fn registry(actors: Option<&Path>) -> Result<&'static Registry, Failure> {
    detente::cli::verbs::registry(actors)
}
