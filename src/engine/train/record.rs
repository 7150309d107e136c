//! A training record: what was trained on what, and the figures of every epoch; `training.json`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use detente::evaluate::stance::Counts;
use serde::{Deserialize, Serialize};

use super::plan::Plan;
use crate::model::file_digest;

const FILE: &str = "training.json";

/// Everything needed to repeat a training and to judge it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrainingRecord {
    pub program: String,
    pub plan: Plan,
    pub data: Vec<DataFile>,
    pub training_inputs: usize,
    pub held_out_sentences: usize,
    pub epochs: Vec<Epoch>,
    /// Time in epochs, without preparation.
    pub seconds: f64,
    /// Counts of the best epoch at its threshold.
    pub held_out: Option<Counts>,
    pub stance_temperature: Option<f64>,
}

/// A data file as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DataFile {
    pub path: PathBuf,
    pub records: usize,
    pub sha256: String,
}

impl DataFile {
    pub fn describe(path: &Path, full: &Path, records: usize) -> Result<Self> {
        Ok(Self { path: path.to_owned(), records, sha256: file_digest(full)? })
    }
}

/// One pass over the training inputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Epoch {
    /// How many there were: fewer than in the end where labels were added before training went on.
    #[serde(default)]
    pub inputs: usize,
    /// Sentences that the figures are of.
    #[serde(default)]
    pub held_out_sentences: usize,
    /// Mean losses: stance, sentence tone, target tone, mode, basis.
    pub loss: [f64; 5],
    pub held_out_f1: f64,
    pub held_out_macro_f1: f64,
    pub none_below: f32,
    pub seconds: f64,
}

impl TrainingRecord {
    pub fn new(plan: Plan, data: Vec<DataFile>, training_inputs: usize, held_out_sentences: usize) -> Self {
        Self {
            program: format!("detente {}", env!("CARGO_PKG_VERSION")),
            plan,
            data,
            training_inputs,
            held_out_sentences,
            epochs: Vec::new(),
            seconds: 0.0,
            held_out: None,
            stance_temperature: None,
        }
    }

    /// The record of a training that goes on by `plan` over `data`, which may be more than it began with.
    pub fn go_on(
        self,
        plan: Plan,
        data: Vec<DataFile>,
        training_inputs: usize,
        held_out_sentences: usize,
    ) -> Self {
        Self {
            epochs: self.epochs,
            seconds: self.seconds,
            ..Self::new(plan, data, training_inputs, held_out_sentences)
        }
    }

    /// The epochs whose held-out figures are of the present sentences.
    pub fn comparable(&self) -> impl Iterator<Item = &Epoch> {
        self.epochs.iter().filter(|epoch| epoch.held_out_sentences == self.held_out_sentences)
    }

    /// The record in `folder`, if there is one.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            text => {
                let text = text.with_context(|| format!("{}: cannot be read", path.display()))?;
                serde_json::from_str(&text)
                    .map(Some)
                    .with_context(|| format!("{}: not a training record", path.display()))
            }
        }
    }

    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("{}: cannot be written", path.display()))
    }

    /// How many epochs ago the best held-out figure was reached.
    pub fn epochs_since_best(&self) -> usize {
        let figures: Vec<f64> = self.comparable().map(|epoch| epoch.held_out_f1).collect();
        let best = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        figures.iter().rev().position(|figure| *figure == best).unwrap_or(0)
    }
}
