//! A training plan: everything that decides the weights, as a TOML file kept beside them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::encode::EncodingConfig;
use crate::model::{Precision, Source};

/// Everything that decides the weights.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name of the model.
    pub name: String,
    pub description: String,
    pub licence: String,
    /// Folder of the pretrained encoder, relative to the models folder given on the command line.
    pub base: PathBuf,
    pub seed: u64,
    pub epochs: usize,
    /// Stop after so many epochs without a better held-out figure.
    pub patience: usize,
    /// Peak learning rate of the encoder; the heads learn ten times as fast.
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// Share of the steps over which the rate rises from 0; it then falls linearly to 0.
    pub warmup: f64,
    /// Padded tokens in one step.
    pub batch_tokens: usize,
    pub precision: Precision,
    /// Share of documents held out of the training files for early stopping, threshold and temperature.
    pub holdout: f64,
    pub encoding: EncodingConfig,
    pub weights: LossWeights,
    /// Labelled sentences; paths relative to the data folder.
    pub stance: Vec<PathBuf>,
    #[serde(default)]
    pub news_mtsc: Vec<PathBuf>,
    #[serde(default)]
    pub dse: Vec<PathBuf>,
    /// Share of the labelled sentences whose names are swapped for others in an epoch.
    #[serde(default)]
    pub swapped: f64,
    /// Learn a low-rank difference to the base instead of all weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<AdapterPlan>,
    /// Learn from another model's answers to unlabelled sentences as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<TeacherPlan>,
    pub sources: Vec<Source>,
}

/// A low-rank difference (Hu et al. 2022).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdapterPlan {
    pub rank: i64,
}

/// A teacher and what it is asked (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeacherPlan {
    /// Name or folder of the teaching model.
    pub model: String,
    /// Article files, relative to a data folder.
    pub articles: Vec<PathBuf>,
    /// Labelled files whose sentences are not asked about: what the model will be judged on.
    #[serde(default)]
    pub without: Vec<PathBuf>,
    /// Parts of words, in lower case: a sentence is asked about where it or its context holds one of them. Without any, every
    /// sentence. Most of an archive is about other things, and its answers teach little.
    #[serde(default)]
    pub near: Vec<String>,
    /// So many sentences are drawn, of those with a candidate.
    pub sentences: usize,
    /// Weight of an answered sentence beside a labelled one.
    pub weight: f64,
}

/// How much each task counts in the sum of losses.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    pub stance: f64,
    pub sentence_tone: f64,
    pub target_tone: f64,
    /// Target tone in DSE, whose labels are noisier.
    pub dse: f64,
    pub mode: f64,
    pub basis: f64,
}

impl Plan {
    /// Reads a plan; an unknown or missing key is an error that names it.
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        let plan: Self =
            toml::from_str(&text).with_context(|| format!("{}: not a training plan", path.display()))?;
        let share = |name: &str, value: f64| -> Result<()> {
            ensure!((0.0..1.0).contains(&value), "{}: {name} is {value}, must be in [0, 1)", path.display());
            Ok(())
        };
        share("holdout", plan.holdout)?;
        share("warmup", plan.warmup)?;
        share("swapped", plan.swapped)?;
        ensure!(
            plan.epochs > 0 && plan.batch_tokens > 0,
            "{}: epochs and batch_tokens must be positive",
            path.display()
        );
        ensure!(
            plan.precision != Precision::Int8,
            "{}: precision is int8, which is for scoring; train in f32 or bf16",
            path.display()
        );
        ensure!(!plan.stance.is_empty(), "{}: stance names no labelled file", path.display());
        Ok(plan)
    }
}
