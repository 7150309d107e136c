//! Training: fine-tuning a pretrained encoder with all heads at once, by gradient descent in tch.

mod data;
pub mod examples;
mod learner;
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
use detente::registry::Registry;
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::Kind;

use self::data::Data;
use self::examples::{Example, TrainingSet};
use self::learner::Learner;
use self::plan::Plan;
use self::record::{Epoch, TrainingRecord};
use self::steps::{HeldOut, LossParts, batches, tempered};
use crate::encode::QueryEncoder;
use crate::layers::read_tensors;
use crate::model::{
    Base, FILES, FORMAT, LEARNT, Labels, Manifest, Network, WEIGHTS, encoder_config, file_digest,
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
    /// Where training keeps what it needs to go on.
    fn checkpoint(&self) -> PathBuf {
        self.out.join("checkpoint")
    }

    fn data_file(&self, path: &Path) -> Result<PathBuf> {
        self.data.iter().map(|root| root.join(path)).find(|full| full.exists()).with_context(|| {
            let roots: Vec<String> = self.data.iter().map(|root| root.display().to_string()).collect();
            format!("{}: in none of the data folders: {}", path.display(), roots.join(", "))
        })
    }
}

/// Steps between two lines of the log, where there is no terminal for a bar.
const LOG_STEPS: u64 = 50;

/// Trains by `plan` and writes the model of the best epoch, its manifest and `training.json`. A checkpoint is
/// written after each epoch; with `resume`, training goes on after the last one (with fresh moments of the
/// optimiser), also by a changed plan or over more data.
pub fn train(plan: &Plan, places: &Places, registry: &Registry, resume: bool) -> Result<TrainingRecord> {
    let started = Instant::now();
    let base = places.bases.join(&plan.base);
    let checkpoint = places.checkpoint();
    fs::create_dir_all(&checkpoint).with_context(|| format!("{}: cannot be made", checkpoint.display()))?;
    let encoder = QueryEncoder::load(&base.join("tokenizer.json"), &plan.encoding)?;
    tch::manual_seed(plan.seed as i64);
    let Data { files, set, held } = Data::read(plan, places, registry, &encoder)?;
    let inputs = set.epoch(0)?.len();
    eprintln!(
        "{inputs} training inputs; {} of {} labelled sentences held out",
        held.len(),
        held.len() + set.labelled.len()
    );
    let mut record = match TrainingRecord::read(&checkpoint)? {
        Some(record) if resume => record.go_on(plan.clone(), files, inputs, held.len()),
        _ => TrainingRecord::new(plan.clone(), files, inputs, held.len()),
    };
    tch::set_num_threads(std::thread::available_parallelism().map_or(1, usize::from) as i32);
    let last = checkpoint.join("last");
    let from = (!record.epochs.is_empty()).then_some(last.as_path());
    let mut learner = Learner::new(plan, &base, from, encoder.marker_ids())?;
    eprintln!("{} parameters learn, {} threads", learner.parameters(), tch::get_num_threads());

    for number in record.epochs.len()..plan.epochs {
        let epoch = run_epoch(number, plan, &set, &held, &mut learner)?;
        let better = record.comparable().all(|earlier| epoch.held_out_f1 > earlier.held_out_f1);
        record.seconds += epoch.seconds;
        record.epochs.push(epoch);
        learner.save(&last)?;
        if better {
            learner.save(&checkpoint.join("best"))?;
        }
        record.write(&checkpoint)?;
        if record.epochs_since_best() >= plan.patience {
            eprintln!("no better held-out figure for {} epochs: stopping early", plan.patience);
            break;
        }
    }

    finish(plan, places, &held, &mut record, encoder.marker_ids())?;
    eprintln!("trained in {:.0} s", started.elapsed().as_secs_f64());
    Ok(record)
}

/// One pass over the examples, then the figures on the held-out sentences. `number` counts from 0.
fn run_epoch(
    number: usize,
    plan: &Plan,
    set: &TrainingSet,
    held: &HeldOut,
    learner: &mut Learner,
) -> Result<Epoch> {
    let started = Instant::now();
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed ^ (number as u64 + 1) << 32);
    let examples = set.epoch(number)?;
    let mut order = batches(&examples, plan.batch_tokens, &mut random);
    order.shuffle(&mut random);
    let bar = progress(order.len(), number, plan.epochs);
    let mut parts = LossParts::default();
    for (step, batch) in order.iter().enumerate() {
        let done = (number as f64 + step as f64 / order.len() as f64) / plan.epochs as f64;
        let batch: Vec<&Example> = batch.iter().map(|&index| &examples[index]).collect();
        parts.add(&learner.step(&batch, done));
        bar.inc(1);
        bar.set_message(parts.to_string());
        if bar.is_hidden() && bar.position().is_multiple_of(LOG_STEPS) {
            let seconds = started.elapsed().as_secs_f64();
            eprintln!(
                "epoch {}, step {} of {}, {seconds:.0} s: {parts}",
                number + 1,
                bar.position(),
                order.len()
            );
        }
    }
    bar.finish_and_clear();
    let (figures, threshold) =
        held.best_threshold(&held.scores(&learner.network.cast(plan.precision.kind())));
    let epoch = Epoch {
        inputs: examples.len(),
        held_out_sentences: held.len(),
        loss: parts.means(),
        held_out_f1: figures.all.f1(),
        held_out_macro_f1: figures.macro_f1(),
        none_below: threshold,
        seconds: started.elapsed().as_secs_f64().round(),
    };
    eprintln!(
        "epoch {}: {parts}; held out: F1 {:.4}, macro {:.4} at none_below {threshold:.2}; {:.0} s",
        number + 1,
        epoch.held_out_f1,
        epoch.held_out_macro_f1,
        epoch.seconds
    );
    Ok(epoch)
}

fn progress(steps: usize, epoch: usize, epochs: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {elapsed}/{eta} {msg}")
        .expect("a valid template");
    ProgressBar::new(steps as u64).with_style(style).with_prefix(format!("epoch {}/{epochs}", epoch + 1))
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
    held: &HeldOut,
    record: &mut TrainingRecord,
    markers: [i64; 2],
) -> Result<()> {
    let (base, out) = (places.bases.join(&plan.base), &places.out);
    let learnt = learnt(plan, &places.checkpoint())?;
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
    let network = Network::load(out, &mut |_, tensor| tensor.to_kind(Kind::Float))?;
    let mut scores = held.scores(&network);
    let temperature = held.best_temperature(&scores);
    // The threshold is applied to the tempered probabilities, so it is chosen on them.
    for candidate in scores.iter_mut().flat_map(|sentence| &mut sentence.candidates) {
        candidate.stance = tempered(candidate.stance, temperature);
    }
    let (figures, none_below) = held.best_threshold(&scores);
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
        quality: None,
        base: shipped_as,
        files: FILES.into_iter().map(digest).collect::<Result<_>>()?,
    };
    manifest.write(out)?;
    record.write(out)
}
