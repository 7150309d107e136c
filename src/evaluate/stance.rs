//! Stance, end to end: which holders with which stances the program finds in labelled sentences.
//!
//! A hit is a holder of the label found with the label's stance. A holder found with another stance is a miss
//! and a false alarm at once; one that the label does not have is a false alarm.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::labels::LabelledSentence;
use super::naming::{normalized, same};
use crate::statement::Stance;

/// One holder that the program names for a sentence; stance never `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub actor: String,
    pub stance: Stance,
}

/// Hits, false alarms and misses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub hits: usize,
    pub false_alarms: usize,
    pub misses: usize,
}

impl Counts {
    pub fn precision(&self) -> f64 {
        self.hits as f64 / (self.hits + self.false_alarms).max(1) as f64
    }

    pub fn recall(&self) -> f64 {
        self.hits as f64 / (self.hits + self.misses).max(1) as f64
    }

    /// Harmonic mean of precision and recall; 0 without a hit.
    pub fn f1(&self) -> f64 {
        2.0 * self.hits as f64 / (2 * self.hits + self.false_alarms + self.misses).max(1) as f64
    }

    /// Counts of one class in a confusion matrix, by label (rows) and prediction (columns).
    pub fn of_class<const N: usize>(confusion: &[[usize; N]], class: usize) -> Self {
        let hits = confusion[class][class];
        let predicted: usize = confusion.iter().map(|row| row[class]).sum();
        let labelled: usize = confusion[class].iter().sum();
        Self { hits, false_alarms: predicted - hits, misses: labelled - hits }
    }

    /// Mean F1 of several classes.
    pub fn macro_f1(classes: &[Counts]) -> f64 {
        classes.iter().map(Counts::f1).sum::<f64>() / classes.len().max(1) as f64
    }
}

impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Self) {
        self.hits += other.hits;
        self.false_alarms += other.false_alarms;
        self.misses += other.misses;
    }
}

/// What came of the labelled holders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StanceFigures {
    pub sentences: usize,
    /// Labelled holders, ambiguous ones left out.
    pub labelled: usize,
    /// Labelled holders that were found with any stance.
    pub found: usize,
    pub all: Counts,
    /// In the order of [`Stance::ALL`], without `None`.
    pub by_stance: [Counts; 3],
}

impl StanceFigures {
    /// Share of labelled holders that were found with any stance.
    pub fn holder_recall(&self) -> f64 {
        self.found as f64 / self.labelled.max(1) as f64
    }

    /// Share of found holders whose stance is right.
    pub fn stance_accuracy(&self) -> f64 {
        self.all.hits as f64 / self.found.max(1) as f64
    }

    /// Mean of the F1 of support, conditional and oppose.
    pub fn macro_f1(&self) -> f64 {
        Counts::macro_f1(&self.by_stance)
    }
}

impl AddAssign<&StanceFigures> for StanceFigures {
    fn add_assign(&mut self, other: &Self) {
        self.sentences += other.sentences;
        self.labelled += other.labelled;
        self.found += other.found;
        self.all += &other.all;
        for (counts, more) in self.by_stance.iter_mut().zip(&other.by_stance) {
            *counts += more;
        }
    }
}

/// Compares; `found` is parallel to `labels`.
pub fn stance_figures(labels: &[LabelledSentence], found: &[Vec<Found>]) -> StanceFigures {
    let mut figures = StanceFigures { sentences: labels.len(), ..StanceFigures::default() };
    for (label, found) in labels.iter().zip(found) {
        let mut distinct: Vec<&Found> = Vec::new();
        for one in found.iter().filter(|one| one.stance != Stance::None) {
            if !distinct.iter().any(|other| normalized(&other.actor) == normalized(&one.actor)) {
                distinct.push(one);
            }
        }
        let mut used = vec![false; distinct.len()];
        for holder in label.holders.iter().filter(|holder| !holder.ambiguous) {
            figures.labelled += 1;
            let stance = holder.stance.index();
            let is_holder = |one: &Found| {
                std::iter::once(&holder.actor).chain(&holder.also).any(|name| same(&one.actor, name))
            };
            let Some(hit) = (0..distinct.len()).find(|&i| !used[i] && is_holder(distinct[i])) else {
                figures.all.misses += 1;
                figures.by_stance[stance].misses += 1;
                continue;
            };
            used[hit] = true;
            figures.found += 1;
            if distinct[hit].stance == holder.stance {
                figures.all.hits += 1;
                figures.by_stance[stance].hits += 1;
            } else {
                figures.all.false_alarms += 1;
                figures.all.misses += 1;
                figures.by_stance[distinct[hit].stance.index()].false_alarms += 1;
                figures.by_stance[stance].misses += 1;
            }
        }
        for (one, _) in distinct.iter().zip(&used).filter(|(_, used)| !**used) {
            let open = label.holders.iter().filter(|holder| holder.ambiguous).any(|holder| {
                std::iter::once(&holder.actor).chain(&holder.also).any(|name| same(&one.actor, name))
            });
            if !open {
                figures.all.false_alarms += 1;
                figures.by_stance[one.stance.index()].false_alarms += 1;
            }
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(holders: &str) -> LabelledSentence {
        serde_json::from_str(&format!(
            r#"{{"id": "1", "sentence": "Marlia will not talk, Venn said.", "tone": "neg", "holders": {holders}}}"#
        ))
        .unwrap()
    }

    fn found(actor: &str, stance: Stance) -> Found {
        Found { actor: actor.into(), stance }
    }

    #[test]
    fn a_wrong_stance_is_a_miss_and_a_false_alarm() {
        let labels = [label(
            r#"[{"actor": "Marlia", "stance": "oppose", "basis": "statement"},
                {"actor": "Oskar Venn", "stance": "oppose", "basis": "statement"}]"#,
        )];
        let answer = vec![
            found("Marlia", Stance::Oppose),
            found("Venn", Stance::Support),
            found("Tolmar", Stance::Support),
        ];
        let figures = stance_figures(&labels, &[answer]);
        assert_eq!(figures.all, Counts { hits: 1, false_alarms: 2, misses: 1 });
        assert_eq!(figures.found, 2);
        assert_eq!(
            figures.by_stance[Stance::Support.index()],
            Counts { hits: 0, false_alarms: 2, misses: 0 }
        );
    }

    #[test]
    fn an_ambiguous_holder_counts_neither_way() {
        let labels =
            [label(r#"[{"actor": "Marlia", "stance": "oppose", "basis": "statement", "ambiguous": true}]"#)];
        let with = stance_figures(&labels, &[vec![found("Marlia", Stance::Support)]]);
        let without = stance_figures(&labels, &[vec![]]);
        assert_eq!(with.all, Counts::default());
        assert_eq!(without.all, Counts::default());
    }
}
