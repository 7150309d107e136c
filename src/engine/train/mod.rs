//! Training: fine-tuning a pretrained encoder with all heads at once, by gradient descent in tch.

pub mod examples;
pub mod plan;
mod record;
mod steps;

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
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind};

use self::examples::{
    Example, Prepared, prepare, split_by_document, stance_examples, target_examples, under,
};
use self::plan::Plan;
use self::record::{DataFile, Epoch, TrainingRecord};
use self::steps::{HeldOut, LossParts, batches, loss};
use crate::encode::QueryEncoder;
use crate::model::{FILES, FORMAT, Labels, Manifest, Network, Precision, file_digest, write_weights};

/// Where training finds its inputs and leaves its model.
pub struct Places {
    /// Root of the data files that the plan names.
    pub data: PathBuf,
    /// Root of the base models that the plan names.
    pub bases: PathBuf,
    /// Folder of the model to write; checkpoints go to `checkpoint/` in it.
    pub out: PathBuf,
}

/// Group of the optimiser that a parameter belongs to: the heads learn faster.
const ENCODER: usize = 0;
const HEADS: usize = 1;
const HEAD_RATE: f64 = 10.0;
/// Kept as pretrained.
const WORD_EMBEDDINGS: &str = "embeddings.word_embeddings.weight";
/// Steps between two lines of the log, where there is no terminal for a bar.
const LOG_STEPS: u64 = 100;

/// Trains by `plan` and writes the model of the best epoch, its manifest and `training.json`. A checkpoint is
/// written after each epoch; with `resume`, training goes on after the last one (with fresh moments of the
/// optimiser).
pub fn train(plan: &Plan, places: &Places, registry: &Registry, resume: bool) -> Result<TrainingRecord> {
    let started = Instant::now();
    let base = places.bases.join(&plan.base);
    let checkpoint = places.out.join("checkpoint");
    fs::create_dir_all(&checkpoint).with_context(|| format!("{}: cannot be made", checkpoint.display()))?;
    let encoder = QueryEncoder::load(&base.join("tokenizer.json"), &plan.encoding)?;

    let mut files = Vec::new();
    let mut labelled: Vec<LabelledSentence> = Vec::new();
    for path in &plan.stance {
        let full = under(&places.data, path);
        let labels = read_labels(&full)?;
        files.push(DataFile::describe(path, &full, labels.len())?);
        labelled.extend(labels);
    }
    let (train_labels, held_labels) = split_by_document(labelled, plan.holdout, plan.seed);
    let mut examples = stance_examples(&train_labels, registry, &encoder)?;
    for path in &plan.news_mtsc {
        let full = under(&places.data, path);
        let targets = read_news_mtsc(&full)?;
        files.push(DataFile::describe(path, &full, targets.len())?);
        examples.extend(target_examples(&targets, plan.weights.target_tone, &encoder)?);
    }
    for path in &plan.dse {
        let full = under(&places.data, path);
        let targets = read_dse(&full)?;
        files.push(DataFile::describe(path, &full, targets.len())?);
        examples.extend(target_examples(&targets, plan.weights.dse, &encoder)?);
    }
    let held: Vec<Prepared> = held_labels.iter().map(|label| prepare(label, registry)).collect();
    let held = HeldOut::new(held_labels, held, &encoder)?;
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
    let from = if record.epochs.is_empty() { base.clone() } else { checkpoint.join("last") };

    tch::manual_seed(plan.seed as i64);
    tch::set_num_threads(std::thread::available_parallelism().map_or(1, usize::from) as i32);
    let store = nn::VarStore::new(Device::Cpu);
    let root = store.root();
    let mut register = |name: &str, tensor: tch::Tensor| {
        let group = if name.starts_with("heads.") { HEADS } else { ENCODER };
        // tch reserves the dot in names for its own paths.
        let variable = root.set_group(group).var_copy(&name.replace('.', "|"), &tensor.to_kind(Kind::Float));
        // Half of all parameters and most of an optimiser step's time; a few thousand sentences touch few of its rows.
        if name == WORD_EMBEDDINGS { variable.set_requires_grad(false) } else { variable }
    };
    let network = Network::load(&from, &mut register)?;
    let mut optimiser = nn::adamw(0.9, 0.999, plan.weight_decay).build(&store, plan.learning_rate)?;
    eprintln!(
        "{} parameters learn, {} threads",
        store.trainable_variables().iter().filter(|t| t.requires_grad()).map(|t| t.numel()).sum::<usize>(),
        tch::get_num_threads()
    );

    let budget = plan.batch_tokens;
    let steps_per_epoch = batches(&examples, budget, &mut ChaCha8Rng::seed_from_u64(plan.seed)).len();
    let total_steps = (steps_per_epoch * plan.epochs) as f64;
    let mut step = steps_per_epoch * record.epochs.len();
    for epoch in record.epochs.len()..plan.epochs {
        let epoch_started = Instant::now();
        let mut random = ChaCha8Rng::seed_from_u64(plan.seed ^ (epoch as u64 + 1) << 32);
        let mut order = batches(&examples, budget, &mut random);
        order.shuffle(&mut random);
        let bar = progress(order.len(), epoch, plan.epochs);
        let mut parts = LossParts::default();
        for batch in &order {
            let rate = plan.learning_rate * schedule(step as f64 / total_steps, plan.warmup);
            optimiser.set_lr_group(ENCODER, rate);
            optimiser.set_lr_group(HEADS, rate * HEAD_RATE);
            let batch: Vec<&Example> = batch.iter().map(|&index| &examples[index]).collect();
            // Half-precision products with f32 master weights: the cast is part of the graph.
            let (sum, seen) = match plan.precision {
                Precision::F32 => loss(&network, &batch, &plan.weights),
                Precision::Bf16 => loss(&network.cast(Kind::BFloat16), &batch, &plan.weights),
            };
            optimiser.backward_step_clip_norm(&sum, 1.0);
            parts.add(&seen);
            step += 1;
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

        let (figures, threshold) = held.best_threshold(&network);
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
        save(&store, &base, &checkpoint.join("last"))?;
        if better {
            save(&store, &base, &checkpoint.join("best"))?;
        }
        record.seconds += epoch_started.elapsed().as_secs_f64().round();
        record.write(&checkpoint)?;
        if record.epochs_since_best() >= plan.patience {
            eprintln!("no better held-out figure for {} epochs: stopping early", plan.patience);
            break;
        }
    }

    finish(plan, places, &checkpoint, &held, &mut record)?;
    eprintln!("trained in {:.0} s", started.elapsed().as_secs_f64());
    Ok(record)
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

fn save(store: &nn::VarStore, base: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    let parameters: BTreeMap<String, tch::Tensor> =
        store.variables().into_iter().map(|(name, tensor)| (name.replace('|', "."), tensor)).collect();
    for name in ["config.json", "tokenizer.json"] {
        fs::copy(base.join(name), folder.join(name))
            .with_context(|| format!("{}: cannot be copied", base.join(name).display()))?;
    }
    // Written aside and renamed: a checkpoint is never half a file.
    let (partial, whole) = (folder.join("partial.safetensors"), folder.join("model.safetensors"));
    write_weights(&partial, &parameters)?;
    fs::rename(&partial, &whole).with_context(|| format!("{}: cannot be written", whole.display()))
}

/// Writes the mean of two epochs' weights, which generalises better than either (Izmailov et al. 2018, "Averaging
/// Weights Leads to Wider Optima and Better Generalization").
fn averaged(first: &Path, second: &Path, out: &Path) -> Result<PathBuf> {
    fs::create_dir_all(out).with_context(|| format!("{}: cannot be made", out.display()))?;
    let read = |folder: &Path| -> Result<BTreeMap<String, tch::Tensor>> {
        let path = folder.join("model.safetensors");
        let tensors = tch::Tensor::read_safetensors(&path).with_context(|| path.display().to_string())?;
        Ok(tensors.into_iter().map(|(name, tensor)| (name, tensor.to_kind(Kind::Float))).collect())
    };
    let (first_weights, mut second_weights) = (read(first)?, read(second)?);
    let mut mean = BTreeMap::new();
    for (name, tensor) in first_weights {
        let other =
            second_weights.remove(&name).with_context(|| format!("the checkpoints differ in '{name}'"))?;
        mean.insert(name, (tensor + other) / 2.0);
    }
    for name in ["config.json", "tokenizer.json"] {
        fs::copy(first.join(name), out.join(name))
            .with_context(|| format!("{}: cannot be copied", first.join(name).display()))?;
    }
    write_weights(&out.join("model.safetensors"), &mean)?;
    Ok(out.to_owned())
}

/// Makes the model folder of the mean of the best and the last epoch: threshold and temperature from the held-out documents.
fn finish(
    plan: &Plan,
    places: &Places,
    checkpoint: &Path,
    held: &HeldOut,
    record: &mut TrainingRecord,
) -> Result<()> {
    let best = averaged(&checkpoint.join("best"), &checkpoint.join("last"), &checkpoint.join("averaged"))?;
    let mut network = Network::load(&best, &mut |_, tensor| tensor.to_kind(Kind::Float))?;
    let temperature = held.best_temperature(&network);
    // The threshold is applied to the tempered probabilities, so it is chosen on them.
    network.stance_temperature = temperature;
    let (figures, none_below) = held.best_threshold(&network);
    record.held_out = Some(figures.all);
    record.stance_temperature = Some(temperature);
    let mut files = BTreeMap::new();
    for name in FILES {
        fs::copy(best.join(name), places.out.join(name))
            .with_context(|| format!("{}: cannot be copied", best.join(name).display()))?;
        files.insert(name.to_owned(), file_digest(&places.out.join(name))?);
    }
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
        files,
    };
    ensure!(
        none_below > 0.0,
        "no threshold gives a hit on the held-out sentences: the model has learnt nothing"
    );
    manifest.write(&places.out)?;
    record.write(&places.out)
}
