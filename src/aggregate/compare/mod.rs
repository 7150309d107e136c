//! A comparison: how each actor's stance index differs between two sides, how sure that is, and what the difference is made of.
//!
//! A side is a [`Selection`] of observations: a period, an outlet, or all that one run says. Both sides share the numbering of actors,
//! articles and outlets. [`difference`] holds the interval and the test; [`parts`] splits a difference; movers are the
//! statements that it rests on most.

pub mod difference;
pub mod parts;

use std::collections::HashMap;

use rayon::prelude::*;

use super::bootstrap::{Cluster, Interval};
use super::{Entry, Gathered, LeftOut, Observation, Options, Selection, Tally, by_article, gather, tally};
use crate::attribute::UNATTRIBUTED;
use parts::Parts;

/// One of the two things compared.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub observations: &'a [Observation],
    pub selection: &'a Selection,
}

/// What the sides are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Different articles: two periods, two outlets.
    Articles,
    /// The same articles, judged twice: two runs.
    Runs,
}

/// One actor on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Position in the list of names.
    pub actor: u32,
    /// `None` where the actor has no statement on that side.
    pub a: Option<Tally>,
    pub b: Option<Tally>,
    /// Index of b less index of a.
    pub difference: Option<f64>,
    /// `None` with too few articles on a side.
    pub interval: Option<Interval>,
    /// Of the permutation test.
    pub p: Option<f64>,
    /// The same, corrected over the actors that have a p-value.
    pub q: Option<f64>,
    pub parts: Option<Parts>,
    /// Ids of the statements of a and of b that the difference rests on most, the strongest first.
    pub movers: [Vec<i64>; 2],
}

/// All actors' changes, and what was left out of each side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// In the order of the actors' ids, without the unattributed.
    pub changes: Vec<Change>,
    /// Statements and articles of a and of b.
    pub statements: [usize; 2],
    pub articles: [usize; 2],
    pub left_out: [LeftOut; 2],
    /// Actors with fewer statements than asked for, on both sides together.
    pub actors_below_minimum: usize,
}

/// Statements kept as movers, on each side.
const MOVERS: usize = 6;

/// Compares the sides actor by actor. `names` are the actors' canonical names and seed the random numbers. The minimum of
/// statements is that of side a's selection, for both sides together. `options.by` is not used.
pub fn compare(a: Side<'_>, b: Side<'_>, names: &[String], kind: Kind, options: Options<'_>) -> Comparison {
    let sides = [a, b];
    let gathered = sides.map(|side| gather(side.observations, side.selection, options));
    let mut of_actor: HashMap<u32, [&[Entry]; 2]> = HashMap::new();
    for (side, Gathered { entries, .. }) in gathered.iter().enumerate() {
        for group in entries.chunk_by(|x, y| x.actor == y.actor) {
            of_actor.entry(group[0].actor).or_default()[side] = group;
        }
    }
    let mut groups: Vec<(u32, [&[Entry]; 2])> = of_actor.into_iter().collect();
    groups.retain(|(actor, _)| names[*actor as usize] != UNATTRIBUTED);
    let all = groups.len();
    groups.retain(|(_, [a, b])| a.len() + b.len() >= sides[0].selection.min_statements);
    let actors_below_minimum = all - groups.len();
    groups.sort_unstable_by_key(|(actor, _)| *actor);
    let mut changes: Vec<Change> = groups
        .par_iter()
        .map(|(actor, entries)| {
            let [a, b] = [0, 1].map(|side| {
                let of = |e: &Entry| sides[side].observations[e.observation as usize];
                entries[side].iter().map(of).collect::<Vec<Observation>>()
            });
            change(*actor, &a, &b, &names[*actor as usize], kind)
        })
        .collect();
    let tested: Vec<f64> = changes.iter().filter_map(|change| change.p).collect();
    let mut corrected = difference::benjamini_hochberg(&tested).into_iter();
    for change in changes.iter_mut().filter(|change| change.p.is_some()) {
        change.q = corrected.next();
    }
    Comparison {
        changes,
        statements: [gathered[0].statements, gathered[1].statements],
        articles: [gathered[0].articles, gathered[1].articles],
        left_out: [gathered[0].left_out, gathered[1].left_out],
        actors_below_minimum,
    }
}

/// One actor's observations on both sides, each article's together.
fn change(actor: u32, a: &[Observation], b: &[Observation], name: &str, kind: Kind) -> Change {
    // Seeded as in a report, so that a side's interval is the one that the report has.
    let tallied = |side: &[Observation]| (!side.is_empty()).then(|| tally(side.iter(), name));
    let (tally_a, tally_b) = (tallied(a), tallied(b));
    let both = !a.is_empty() && !b.is_empty();
    let (interval, p) = match kind {
        Kind::Articles => {
            let (a, b) = (clusters(a), clusters(b));
            (difference::interval(&a, &b, name), difference::p_value(&a, &b, name))
        }
        Kind::Runs => {
            let pairs = parts::pairs(a, b);
            (difference::paired_interval(&pairs, name), difference::paired_p_value(&pairs, name))
        }
    };
    let index = |tally: &Option<Tally>| tally.as_ref().map(|tally| tally.index);
    let difference = index(&tally_b).zip(index(&tally_a)).map(|(b, a)| b - a);
    Change {
        actor,
        difference,
        interval: if both { interval } else { None },
        p: if both { p } else { None },
        q: None,
        parts: difference.map(|_| parts::split(a, b, kind)),
        movers: difference.map_or_else(Default::default, |difference| movers(a, b, difference)),
        a: tally_a,
        b: tally_b,
    }
}

/// The statements of one side, article by article.
fn clusters(side: &[Observation]) -> Vec<Cluster> {
    by_article(side.iter()).into_iter().map(|(_, cluster)| cluster).collect()
}

fn leaning(one: &Observation) -> f64 {
    f64::from(one.probabilities.leaning())
}

/// Without which statements the difference would be smaller: on side b those farthest from a's index in the direction of the
/// difference, on side a those farthest from b's. One for each article.
fn movers(a: &[Observation], b: &[Observation], difference: f64) -> [Vec<i64>; 2] {
    let direction = if difference < 0.0 { -1.0 } else { 1.0 };
    let pick = |side: &[Observation], sign: f64| -> Vec<i64> {
        let mut ranked: Vec<&Observation> = side.iter().collect();
        ranked.sort_by(|x, y| {
            (sign * leaning(y))
                .total_cmp(&(sign * leaning(x)))
                .then_with(|| y.date.cmp(&x.date))
                .then_with(|| (x.article, x.sentence, x.statement).cmp(&(y.article, y.sentence, y.statement)))
        });
        let mut articles = std::collections::HashSet::new();
        ranked.retain(|one| articles.insert(one.article));
        ranked.iter().take(MOVERS).map(|one| one.statement).collect()
    };
    [pick(a, -direction), pick(b, direction)]
}

#[cfg(test)]
mod tests;
