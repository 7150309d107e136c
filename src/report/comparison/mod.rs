//! A comparison report: how far each actor's index differs between two sides, how sure that is, what the difference is made of, and
//! which sentences it rests on. Plain data like [`Report`](super::Report), built once by [`build`]; the layouts compute nothing.

mod markdown;
mod tables;
mod terminal;
mod words;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use super::build::{bounds, figures, quotation, round};
use super::{Corrected, Evidence, Figures, Json, Renderer, Run, SCHEMA_VERSION};
use crate::aggregate::LeftOut;
use crate::aggregate::bootstrap::{self, Interval};
use crate::aggregate::compare::parts::Parts;
use crate::aggregate::compare::{Change, Comparison, difference};
use crate::aggregate::evidence::repeats;
use crate::statement::Statement;

/// False discovery rate below which a difference is called one.
pub const LEVEL: f64 = 0.05;

/// Sentences quoted for an actor, on each side.
const QUOTED: usize = 2;

/// A whole comparison. Numbers are rounded to four digits when it is built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparisonReport {
    pub schema_version: u32,
    pub topic: String,
    pub runs: Vec<Run>,
    /// What both sides were narrowed to, in words.
    pub selection: Vec<String>,
    pub corrected: Corrected,
    pub a: SideHeader,
    pub b: SideHeader,
    /// The surest differences first.
    pub actors: Vec<ChangeRow>,
    pub actors_not_listed: usize,
    pub actors_below_minimum: usize,
    /// Actors with a p-value: as many were corrected for.
    pub tested: usize,
    /// Of all actors, listed or not.
    pub more_supportive: usize,
    pub less_supportive: usize,
    pub method: Method,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideHeader {
    /// "2026-01 to 2026-03", "outlet The Morning Ledger", "run 2026-04-01-a".
    pub label: String,
    pub statements: usize,
    pub articles: usize,
    pub left_out: LeftOut,
}

/// One actor on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeRow {
    /// Place in the order of the report, from 1.
    pub rank: usize,
    pub actor: String,
    pub verdict: Verdict,
    pub a: Option<Figures>,
    pub b: Option<Figures>,
    /// Index of b less that of a.
    pub difference: Option<f64>,
    /// 95%.
    pub interval: Option<Interval>,
    pub p: Option<f64>,
    /// Corrected over the actors tested.
    pub q: Option<f64>,
    /// Amounts that add up to the difference, by cause.
    pub parts: Vec<Part>,
    /// Sentences that the difference rests on most.
    pub evidence_a: Vec<Evidence>,
    pub evidence_b: Vec<Evidence>,
}

/// What can be said of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    MoreSupportive,
    LessSupportive,
    NoClearDifference,
    TooFewArticles,
    OnlyA,
    OnlyB,
}

/// Part of a difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    pub cause: &'static str,
    pub amount: f64,
}

/// How the figures came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub interval: &'static str,
    pub test: &'static str,
    pub correction: &'static str,
    pub level: f64,
    pub replicates: usize,
    pub permutations: usize,
    pub least_articles: usize,
}

/// What the caller knows of a comparison.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub topic: String,
    pub runs: Vec<Run>,
    pub selection: Vec<String>,
    pub corrected: Corrected,
    pub labels: [String; 2],
    /// Of two runs: the same articles are read twice.
    pub of_runs: bool,
    /// Most actors listed; all when `None`.
    pub limit: Option<usize>,
}

/// Fetches statements of side 0 or 1 by their ids, in their order.
pub type Fetch<'a> = &'a mut dyn FnMut(usize, &[i64]) -> Result<Vec<Statement>>;

/// Builds the report; `names` are those given to [`crate::aggregate::compare::compare`].
pub fn build(
    comparison: &Comparison,
    names: &[String],
    about: About,
    fetch: Fetch<'_>,
) -> Result<ComparisonReport> {
    let mut ranked: Vec<&Change> = comparison.changes.iter().collect();
    let statements = |change: &Change| {
        [&change.a, &change.b].into_iter().flatten().map(|tally| tally.statements).sum::<usize>()
    };
    let or_last = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
    ranked.sort_by(|x, y| {
        // Clear differences by their size, then the others by how sure they are.
        let clear = |change: &Change| change.q.is_some_and(|q| q <= LEVEL);
        let size =
            |change: &Change| if clear(change) { change.difference.map_or(0.0, f64::abs) } else { 0.0 };
        clear(y)
            .cmp(&clear(x))
            .then_with(|| size(y).total_cmp(&size(x)))
            .then_with(|| or_last(x.p).total_cmp(&or_last(y.p)))
            .then_with(|| y.difference.is_some().cmp(&x.difference.is_some()))
            .then_with(|| statements(y).cmp(&statements(x)))
            .then_with(|| names[x.actor as usize].cmp(&names[y.actor as usize]))
    });
    let listed = ranked.len().min(about.limit.unwrap_or(usize::MAX));
    let mut texts: [HashMap<i64, Statement>; 2] = Default::default();
    for (side, texts) in texts.iter_mut().enumerate() {
        let ids: Vec<i64> = ranked[..listed].iter().flat_map(|change| change.movers[side].clone()).collect();
        let found = if ids.is_empty() { Vec::new() } else { fetch(side, &ids)? };
        anyhow::ensure!(
            found.len() == ids.len(),
            "{} sentences were asked for, {} came",
            ids.len(),
            found.len()
        );
        texts.extend(ids.into_iter().zip(found));
    }
    let evidence = |change: &Change, side: usize| -> Vec<Evidence> {
        let mut chosen: Vec<&Statement> = Vec::new();
        for statement in change.movers[side].iter().filter_map(|id| texts[side].get(id)) {
            if chosen.len() < QUOTED && !chosen.iter().any(|c| repeats(&c.sentence, &statement.sentence)) {
                chosen.push(statement);
            }
        }
        chosen.into_iter().map(quotation).collect()
    };
    let actors = ranked[..listed]
        .iter()
        .enumerate()
        .map(|(position, change)| ChangeRow {
            rank: position + 1,
            actor: names[change.actor as usize].clone(),
            verdict: verdict(change),
            a: change.a.as_ref().map(figures),
            b: change.b.as_ref().map(figures),
            difference: change.difference.map(round),
            interval: change.interval.map(bounds),
            p: change.p.map(round_p),
            q: change.q.map(round_p),
            parts: parts(change.parts),
            evidence_a: evidence(change, 0),
            evidence_b: evidence(change, 1),
        })
        .collect();
    let counted = |wanted: Verdict| ranked.iter().filter(|change| verdict(change) == wanted).count();
    let [label_a, label_b] = about.labels;
    let header = |side: usize, label: String| SideHeader {
        label,
        statements: comparison.statements[side],
        articles: comparison.articles[side],
        left_out: comparison.left_out[side],
    };
    Ok(ComparisonReport {
        schema_version: SCHEMA_VERSION,
        topic: about.topic,
        runs: about.runs,
        selection: about.selection,
        corrected: about.corrected,
        a: header(0, label_a),
        b: header(1, label_b),
        actors,
        actors_not_listed: ranked.len() - listed,
        actors_below_minimum: comparison.actors_below_minimum,
        more_supportive: counted(Verdict::MoreSupportive),
        less_supportive: counted(Verdict::LessSupportive),
        tested: comparison.changes.iter().filter(|change| change.p.is_some()).count(),
        method: Method {
            interval: if about.of_runs {
                "percentile bootstrap over articles, each drawn with both its readings"
            } else {
                "percentile bootstrap over the articles of each side, with one imaginary half-size article on either side"
            },
            test: if about.of_runs {
                "exchange of the two readings of each article"
            } else {
                "permutation of articles between the sides, of the difference over its cluster-robust standard error"
            },
            correction: "Benjamini-Hochberg over the actors tested",
            level: LEVEL,
            replicates: bootstrap::REPLICATES,
            permutations: difference::PERMUTATIONS,
            least_articles: difference::MIN_ARTICLES,
        },
    })
}

fn verdict(change: &Change) -> Verdict {
    match (&change.a, &change.b, change.difference, change.q) {
        (Some(_), None, ..) => Verdict::OnlyA,
        (None, ..) => Verdict::OnlyB,
        (_, _, _, None) => Verdict::TooFewArticles,
        (_, _, Some(difference), Some(q)) if q <= LEVEL && difference > 0.0 => Verdict::MoreSupportive,
        (_, _, Some(difference), Some(q)) if q <= LEVEL && difference < 0.0 => Verdict::LessSupportive,
        _ => Verdict::NoClearDifference,
    }
}

fn parts(parts: Option<Parts>) -> Vec<Part> {
    let named: Vec<(&'static str, f64)> = match parts {
        None => Vec::new(),
        Some(Parts::Articles { statements, outlets }) => {
            vec![("new statements", statements), ("mix of outlets", outlets)]
        }
        Some(Parts::Runs { articles, attribution, model }) => {
            vec![("other articles", articles), ("attribution", attribution), ("model", model)]
        }
    };
    named.into_iter().map(|(cause, amount)| Part { cause, amount: round(amount) }).collect()
}

/// A p-value keeps five digits: its least value is 1/20,000.
fn round_p(p: f64) -> f64 {
    (p * 100_000.0).round() / 100_000.0
}

impl Renderer<ComparisonReport> for Json {
    fn render(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, report)?;
        writeln!(out)
    }
}
