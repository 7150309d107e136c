//! A training's data: the labelled files, targets and teacher's answers that a plan names, read and split.

use anyhow::Result;
use detente::evaluate::labels::{LabelledSentence, read_labels};
use detente::evaluate::sentiment::{LabelledTarget, read_dse, read_news_mtsc};
use detente::registry::Registry;
use rayon::prelude::*;

use super::Places;
use super::examples::{Prepared, TrainingSet, prepare, split_by_document, target_examples, taught_examples};
use super::plan::Plan;
use super::record::DataFile;
use super::steps::HeldOut;
use super::swap::NameSwapper;
use super::teacher;
use crate::encode::QueryEncoder;

/// What training reads before its first step.
pub struct Data<'a> {
    /// Every file, as it was.
    pub files: Vec<DataFile>,
    pub set: TrainingSet<'a>,
    /// Documents that no step sees.
    pub held: HeldOut,
}

impl<'a> Data<'a> {
    /// Reads what `plan` names; a teacher's answers are kept beside the checkpoints.
    pub fn read(
        plan: &Plan,
        places: &Places,
        registry: &'a Registry,
        encoder: &'a QueryEncoder,
    ) -> Result<Self> {
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
        type Reader = fn(&std::path::Path) -> Result<Vec<LabelledTarget>>;
        let targets: [(_, Reader, f64); 2] = [
            (&plan.news_mtsc, read_news_mtsc, plan.weights.target_tone),
            (&plan.dse, read_dse, plan.weights.dse),
        ];
        for (paths, read, weight) in targets {
            for path in paths {
                let full = places.data_file(path)?;
                let targets = read(&full)?;
                files.push(DataFile::describe(path, &full, targets.len())?);
                fixed.extend(target_examples(&targets, weight, encoder)?);
            }
        }
        if let Some(teacher) = &plan.teacher {
            for path in &teacher.articles {
                files.push(DataFile::describe(path, &places.data_file(path)?, 0)?);
            }
            let taught = teacher::answers(teacher, places, registry, plan.seed)?;
            fixed.extend(taught_examples(&taught, encoder)?);
        }
        let labelled: Vec<(Prepared, i64)> = train_labels
            .par_iter()
            .map(|label| (prepare(label, registry), label.tone.index() as i64))
            .collect();
        let held: Vec<Prepared> = held_labels.par_iter().map(|label| prepare(label, registry)).collect();
        let held = HeldOut::new(held_labels, held, encoder)?;
        let set = TrainingSet {
            encoder,
            labelled,
            fixed,
            swapper: NameSwapper::new(registry),
            swapped: plan.swapped,
            seed: plan.seed,
        };
        Ok(Self { files, set, held })
    }
}
