//! What is read of the store for a report or a side of a comparison: statements with a person's corrections over them, ready to be counted.

use std::collections::HashSet;

use anyhow::Result;

use super::correcting::{Corrected, correct};
use crate::aggregate::Observation;
use crate::corrections::Correction;
use crate::registry::Registry;
use crate::statement::Statement;
use crate::store::{Filter, LeanStatement, Selection, Store};

/// A selection and its statements.
pub struct Read<'store> {
    pub selection: Selection<'store>,
    pub corrected: Corrected,
    /// Parallel to the corrected statements; the id of each is its position.
    pub observations: Vec<Observation>,
}

impl<'store> Read<'store> {
    /// Reads what `filter` selects of the actors `wanted` (all when empty). What is rolled up or given to another by a correction is to be
    /// narrowed afterwards, with [`numbers_of`]: then all actors are read.
    pub fn new(
        store: &'store Store,
        filter: Filter,
        wanted: &[String],
        rollup: bool,
        corrections: &[Correction],
        registry: &Registry,
    ) -> Result<Self> {
        let narrow_later = rollup || !corrections.is_empty();
        let actors = if narrow_later { Vec::new() } else { wanted.to_vec() };
        let selection = store.select(&Filter { actors, ..filter })?;
        let mut statements = Vec::new();
        selection.for_each_lean(|statement| statements.push(*statement))?;
        let corrected = correct(&selection, statements, corrections, registry)?;
        let observations = observations(&selection, &corrected.statements);
        Ok(Self { selection, corrected, observations })
    }

    /// Statements by the ids of their observations, as corrected.
    pub fn quoted(&self, ids: &[i64]) -> Result<Vec<Statement>> {
        let wanted: Vec<LeanStatement> =
            ids.iter().map(|&id| self.corrected.statements[id as usize]).collect();
        let mut found = self.selection.statements(&wanted)?;
        for (&id, statement) in ids.iter().zip(&mut found) {
            self.corrected.amend(id as usize, statement);
        }
        Ok(found)
    }
}

/// Positions of the actors `wanted` among `names`; `None` when all are.
pub fn numbers_of(wanted: &[String], names: &[String]) -> Option<HashSet<u32>> {
    (!wanted.is_empty())
        .then(|| (0..names.len() as u32).filter(|&actor| wanted.contains(&names[actor as usize])).collect())
}

fn observations(selection: &Selection, statements: &[LeanStatement]) -> Vec<Observation> {
    let articles = selection.articles();
    statements
        .iter()
        .enumerate()
        .map(|(position, lean)| Observation {
            statement: position as i64,
            actor: lean.actor,
            article: lean.article,
            sentence: lean.sentence,
            date: articles[lean.article as usize].date,
            outlet: articles[lean.article as usize].outlet,
            stance: lean.stance,
            probabilities: lean.probabilities,
            mode: lean.mode,
            basis: lean.basis,
            tone: lean.tone,
        })
        .collect()
}
