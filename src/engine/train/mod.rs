//! Training: fine-tuning a pretrained encoder with all heads at once, by gradient descent in tch.

pub mod examples;
pub mod plan;
mod record;
mod steps;
mod swap;
mod teacher;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use detente::evaluate::labels::{LabelledSentence, read_labels};
use detente::evaluate::sentiment::{read_dse, read_news_mtsc};
use detente::registry::Registry;
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind};

use self::examples::{
    Example, Prepared, TrainingSet, prepare, split_by_document, target_examples, taught_examples,
};
use self::plan::Plan;
use self::record::{DataFile, Epoch, TrainingRecord};
use self::steps::{HeldOut, LossParts, batches, loss};
use self::swap::NameSwapper;
use crate::encode::QueryEncoder;
use crate::encoder::MARKERS;
use crate::layers::{ADAPTER, Weights, read_tensors};
use crate::model::{
    Base, FILES, FORMAT, LEARNT, Labels, Manifest, Network, Precision, WEIGHTS, encoder_config, file_digest,
    merge_weights, write_tensors,
};

/// Where training finds its inputs and leaves its model.
pub struct Places {
    /// Roots of the data files that the plan names; the first that has a file gives it.
    pub data: Vec<PathBuf>,
    /// Root of the base models that the plan names.
    pub bases: PathBuf,
    /// Folder of the model to write; checkpoints go to `checkpoint/` in it.
    pub out: PathBuf,
}

impl Places {
    fn data_file(&self, path: &Path) -> Result<PathBuf> {
        self.data.iter().map(|root| root.join(path)).find(|full| full.exists()).with_context(|| {
            let roots: Vec<String> = self.data.iter().map(|root| root.display().to_string()).collect();
            format!("{}: in none of the data folders: {}", path.display(), roots.join(", "))
        })
    }
}

/// Group of the optimiser that a parameter belongs to: the heads learn faster.
const ENCODER: usize = 0;
const HEADS: usize = 1;
/// How much faster fresh heads learn than a pretrained encoder; adapters are as fresh as they are.
const HEAD_RATE: f64 = 10.0;
const ADAPTED_HEAD_RATE: f64 = 2.0;
/// Kept as pretrained.
const WORD_EMBEDDINGS: &str = "embeddings.word_embeddings.weight";
/// Steps between two lines of the log, where there is no terminal for a bar.
const LOG_STEPS: u64 = 50;

/// Trains by `plan` and writes the model of the best epoch, its manifest and `training.json`. A checkpoint is
/// written after each epoch; with `resume`, training goes on after the last one (with fresh moments of the
/// optimiser).
pub fn train(plan: &Plan, places: &Places, registry: &Registry, resume: bool) -> Result<TrainingRecord> {
    let started = Instant::now();
    let base = places.bases.join(&plan.base);
    let checkpoint = places.out.join("checkpoint");
    fs::create_dir_all(&checkpoint).with_context(|| format!("{}: cannot be made", checkpoint.display()))?;
    let encoder = QueryEncoder::load(&base.join("tokenizer.json"), &plan.encoding)?;
    tch::manual_seed(plan.seed as i64);

    let mut files = Vec::new();
    let mut labelled: Vec<LabelledSentence> = Vec::new();
    for path in &plan.stance {
        let full = places.data_file(path)?;
        let labels = read_labels(&full)?;
        files.push(DataFile::describe(path, &full, labels.len())?);
        labelled.extend(labels);
    }
    let (train_labels, held_labels) = split_by_document(labelled, plan.holdout, plan.seed);
    let mut fixed = Vec::new();
    for path in &plan.news_mtsc {
        let full = places.data_file(path)?;
        let targets = read_news_mtsc(&full)?;
        files.push(DataFile::describe(path, &full, targets.len())?);
        fixed.extend(target_examples(&targets, plan.weights.target_tone, &encoder)?);
    }
    for path in &plan.dse {
        let full = places.data_file(path)?;
        let targets = read_dse(&full)?;
        files.push(DataFile::describe(path, &full, targets.len())?);
        fixed.extend(target_examples(&targets, plan.weights.dse, &encoder)?);
    }
    if let Some(teacher) = &plan.teacher {
        for path in &teacher.articles {
            let full = places.data_file(path)?;
            files.push(DataFile::describe(path, &full, 0)?);
        }
        let taught = teacher::answers(teacher, places, registry, plan.seed, &checkpoint)?;
        fixed.extend(taught_examples(&taught, &encoder)?);
    }
    let labelled: Vec<(Prepared, i64)> =
        train_labels.par_iter().map(|label| (prepare(label, registry), label.tone.index() as i64)).collect();
    let set = TrainingSet {
        encoder: &encoder,
        labelled,
        fixed,
        swapper: NameSwapper::new(registry),
        swapped: plan.swapped,
        seed: plan.seed,
    };
    let held: Vec<Prepared> = held_labels.par_iter().map(|label| prepare(label, registry)).collect();
    let held = HeldOut::new(held_labels, held, &encoder)?;
    let mut examples = set.epoch(0)?;
    eprintln!(
        "{} training inputs; {} of {} labelled sentences held out",
        examples.len(),
        held.len(),
        held.len() + train_labels.len()
    );

    let mut record = match TrainingRecord::read(&checkpoint)? {
        Some(record) if resume => record,
        _ => TrainingRecord::new(plan.clone(), files, examples.len(), held.len()),
    };

    tch::set_num_threads(std::thread::available_parallelism().map_or(1, usize::from) as i32);
    let store = nn::VarStore::new(Device::Cpu);
    let root = store.root();
    let frozen_kind = plan.precision.kind();
    let mut register = |name: &str, tensor: tch::Tensor| {
        let group = if name.starts_with("heads.") { HEADS } else { ENCODER };
        if !learns(name, plan.adapter.is_some()) {
            // Frozen: in the kind it is used in, outside the store.
            return tensor.to_kind(frozen_kind);
        }
        // tch reserves the dot in names for its own paths.
        root.set_group(group).var_copy(&name.replace('.', "|"), &tensor.to_kind(Kind::Float))
    };
    let config = encoder_config(&base)?;
    let mut weights = Weights::read(&base.join(WEIGHTS))?;
    if let Some(adapter) = &plan.adapter {
        weights = weights.with_adapters(adapter.rank);
    }
    if !record.epochs.is_empty() {
        weights.overlay(&checkpoint.join("last").join(LEARNT), &config)?;
    }
    let network = Network::build(&config, &mut weights, &mut register, Some(encoder.marker_ids()))?;
    drop(weights);
    let mut optimiser = nn::adamw(0.9, 0.999, plan.weight_decay).build(&store, plan.learning_rate)?;
    eprintln!(
        "{} parameters learn, {} threads",
        store.trainable_variables().iter().map(|t| t.numel()).sum::<usize>(),
        tch::get_num_threads()
    );

    let budget = plan.batch_tokens;
    let head_rate = if plan.adapter.is_some() { ADAPTED_HEAD_RATE } else { HEAD_RATE };
    let teacher_weight = plan.teacher.as_ref().map_or(0.0, |teacher| teacher.weight);
    for epoch in record.epochs.len()..plan.epochs {
        let epoch_started = Instant::now();
        let mut random = ChaCha8Rng::seed_from_u64(plan.seed ^ (epoch as u64 + 1) << 32);
        examples = set.epoch(epoch)?;
        let mut order = batches(&examples, budget, &mut random);
        order.shuffle(&mut random);
        let bar = progress(order.len(), epoch, plan.epochs);
        let mut parts = LossParts::default();
        for (step, batch) in order.iter().enumerate() {
            let done = (epoch as f64 + step as f64 / order.len() as f64) / plan.epochs as f64;
            let rate = plan.learning_rate * schedule(done, plan.warmup);
            optimiser.set_lr_group(ENCODER, rate);
            optimiser.set_lr_group(HEADS, rate * head_rate);
            let batch: Vec<&Example> = batch.iter().map(|&index| &examples[index]).collect();
            // Half-precision products with f32 master weights: the cast is part of the graph.
            let (sum, seen) = match plan.precision {
                Precision::F32 => loss(&network, &batch, &plan.weights, teacher_weight),
                Precision::Bf16 => loss(&network.cast(Kind::BFloat16), &batch, &plan.weights, teacher_weight),
            };
            optimiser.backward_step_clip_norm(&sum, 1.0);
            parts.add(&seen);
            bar.inc(1);
            bar.set_message(parts.to_string());
            if bar.is_hidden() && bar.position().is_multiple_of(LOG_STEPS) {
                let seconds = epoch_started.elapsed().as_secs_f64();
                eprintln!(
                    "epoch {}, step {} of {}, {seconds:.0} s: {parts}",
                    epoch + 1,
                    bar.position(),
                    order.len()
                );
            }
        }
        bar.finish_and_clear();

        let (figures, threshold) = held.best_threshold(&network.cast(plan.precision.kind()));
        let better = record.epochs.iter().all(|earlier| figures.all.f1() > earlier.held_out_f1);
        record.epochs.push(Epoch {
            loss: parts.means(),
            held_out_f1: figures.all.f1(),
            held_out_macro_f1: figures.macro_f1(),
            none_below: threshold,
            seconds: epoch_started.elapsed().as_secs_f64().round(),
        });
        eprintln!(
            "epoch {}: {parts}; held out: F1 {:.4}, macro {:.4} at none_below {threshold:.2}; {:.0} s",
            epoch + 1,
            figures.all.f1(),
            figures.macro_f1(),
            epoch_started.elapsed().as_secs_f64()
        );
        save(&store, &checkpoint.join("last"))?;
        if better {
            save(&store, &checkpoint.join("best"))?;
        }
        record.seconds += epoch_started.elapsed().as_secs_f64().round();
        record.write(&checkpoint)?;
        if record.epochs_since_best() >= plan.patience {
            eprintln!("no better held-out figure for {} epochs: stopping early", plan.patience);
            break;
        }
    }

    finish(plan, places, &checkpoint, &held, &mut record, encoder.marker_ids())?;
    eprintln!("trained in {:.0} s", started.elapsed().as_secs_f64());
    Ok(record)
}

/// Whether a parameter is trained: the word embeddings never are (half of all parameters, and a few thousand sentences touch
/// few of their rows); with adapters, of the encoder only they, the markers, the biases and the norms.
fn learns(name: &str, adapted: bool) -> bool {
    if name == WORD_EMBEDDINGS {
        return false;
    }
    let small = || name.ends_with(".bias") || name.contains("LayerNorm") || name == MARKERS;
    !adapted || name.starts_with("heads.") || name.contains(ADAPTER) || small()
}

/// Rises to 1 over the share `warmup` of the steps, then falls to 0; `progress` in [0, 1].
fn schedule(progress: f64, warmup: f64) -> f64 {
    if progress < warmup { progress / warmup } else { (1.0 - progress) / (1.0 - warmup) }
}

fn progress(steps: usize, epoch: usize, epochs: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {elapsed}/{eta} {msg}")
        .expect("a valid template");
    ProgressBar::new(steps as u64).with_style(style).with_prefix(format!("epoch {}/{epochs}", epoch + 1))
}

/// Writes what was learnt so far.
fn save(store: &nn::VarStore, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    let parameters: BTreeMap<String, tch::Tensor> =
        store.variables().into_iter().map(|(name, tensor)| (name.replace('|', "."), tensor)).collect();
    // Written aside and renamed: a checkpoint is never half a file.
    let (partial, whole) = (folder.join("partial.safetensors"), folder.join(LEARNT));
    write_tensors(&partial, &parameters)?;
    fs::rename(&partial, &whole).with_context(|| format!("{}: cannot be written", whole.display()))
}

/// What the shipped model has learnt: the mean of the best and the last epoch, which generalises better than either
/// (Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization"). Adapters are products, whose
/// mean is not the mean of their factors: of them, the best epoch's.
fn learnt(plan: &Plan, checkpoint: &Path) -> Result<BTreeMap<String, tch::Tensor>> {
    let best = read_tensors(&checkpoint.join("best").join(LEARNT))?;
    if plan.adapter.is_some() {
        return Ok(best);
    }
    let mut last = read_tensors(&checkpoint.join("last").join(LEARNT))?;
    let mean = |(name, tensor): (String, tch::Tensor)| -> Result<(String, tch::Tensor)> {
        let other = last.remove(&name).with_context(|| format!("the checkpoints differ in '{name}'"))?;
        Ok((name, (tensor.to_kind(Kind::Float) + other.to_kind(Kind::Float)) / 2.0))
    };
    best.into_iter().map(mean).collect()
}

/// Makes the model folder: weights, threshold and temperature from the held-out documents, manifest and record.
fn finish(
    plan: &Plan,
    places: &Places,
    checkpoint: &Path,
    held: &HeldOut,
    record: &mut TrainingRecord,
    markers: [i64; 2],
) -> Result<()> {
    let (base, out) = (places.bases.join(&plan.base), &places.out);
    let learnt = learnt(plan, checkpoint)?;
    for name in ["config.json", "tokenizer.json"] {
        fs::copy(base.join(name), out.join(name))
            .with_context(|| format!("{}: cannot be copied", base.join(name).display()))?;
    }
    let shipped_as = if plan.adapter.is_some() {
        write_tensors(&out.join(LEARNT), &learnt)?;
        Some(Base {
            name: plan.base.display().to_string(),
            sha256: file_digest(&base.join(WEIGHTS))?,
            learnt_sha256: file_digest(&out.join(LEARNT))?,
        })
    } else {
        None
    };
    let weights = out.join(WEIGHTS);
    merge_weights(&base.join(WEIGHTS), &learnt, &encoder_config(&base)?, markers, &weights)?;
    let mut network = Network::load(out, &mut |_, tensor| tensor.to_kind(Kind::Float))?;
    let temperature = held.best_temperature(&network);
    // The threshold is applied to the tempered probabilities, so it is chosen on them.
    network.stance_temperature = temperature;
    let (figures, none_below) = held.best_threshold(&network);
    record.held_out = Some(figures.all);
    record.stance_temperature = Some(temperature);
    ensure!(
        none_below > 0.0,
        "no threshold gives a hit on the held-out sentences: the model has learnt nothing"
    );
    let digest = |name: &str| Ok((name.to_owned(), file_digest(&out.join(name))?));
    let manifest = Manifest {
        format: FORMAT,
        name: plan.name.clone(),
        description: plan.description.clone(),
        topic: "negotiation".into(),
        licence: plan.licence.clone(),
        labels: Labels::known(),
        encoding: plan.encoding.clone(),
        decision: detente::decide::Decision { none_below },
        stance_temperature: temperature,
        sources: plan.sources.clone(),
        base: shipped_as,
        files: FILES.into_iter().map(digest).collect::<Result<_>>()?,
    };
    manifest.write(out)?;
    record.write(out)
}
