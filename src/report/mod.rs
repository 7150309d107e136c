//! A report: where every actor stands, ready to be shown.
//!
//! [`Report`] is plain data, built once by [`build()`] from [`crate::aggregate`]'s counts. The
//! renderers ([`terminal`], [`markdown`], [`json`], [`csv`], [`parquet`]) only lay it out: none computes a
//! number, so all show the same. No clock and no machine's name gets in: the same store gives
//! the same bytes. [`explain`] renders one article, sentence by sentence;
//! [`comparison`] sets two sides beside each other; [`page`] is the report as HTML.

pub mod build;
pub mod comparison;
pub mod csv;
pub mod explain;
pub mod json;
pub mod markdown;
pub mod page;
pub mod parquet;
mod rows;
pub mod terminal;
pub mod text;
mod words;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde::Serialize;

use crate::aggregate::LeftOut;
use crate::aggregate::bootstrap::Interval;
use crate::article::PartialDate;
use crate::evaluate::Quality;
use crate::statement::{Basis, Mode, Stance};

pub use build::{Listing, Order, build};
pub use csv::Csv;
pub use json::Json;
pub use markdown::Markdown;
pub use parquet::Parquet;
pub use rows::Table;
pub use terminal::Terminal;

/// Version of the JSON form. It rises when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 1;

/// Lays a report (or an [`explain::Explained`] article) out.
pub trait Renderer<Subject = Report> {
    /// Writes the whole subject.
    fn render(&self, subject: &Subject, out: &mut dyn Write) -> io::Result<()>;
}

/// A whole report. Shares, means and bounds are rounded to four digits when it is built.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    pub header: Header,
    pub totals: Totals,
    /// What the caller's selection left out.
    pub left_out: LeftOut,
    /// The listed actors, in the order asked for.
    pub actors: Vec<ActorRow>,
    /// Actors that have statements but are not listed.
    pub actors_not_listed: usize,
    /// Statements whose holder could not be resolved, as a row of its own.
    pub unattributed: Option<ActorRow>,
    /// What a labelled sample says of the figures, when one was given.
    pub audit: Option<Audit>,
    /// What the series of the rows are about, when one was asked for.
    pub series: Option<SeriesAxis>,
    pub method: Method,
}

/// What the report is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Header {
    pub topic: String,
    pub runs: Vec<Run>,
    /// The selection in words, for the reader: "outlet The Morning Ledger".
    pub selection: Vec<String>,
    /// First day asked for.
    pub from: Option<String>,
    /// Last day asked for.
    pub to: Option<String>,
    /// Earliest date of a counted statement. Filled in by [`build()`].
    pub first: Option<PartialDate>,
    /// Latest date of a counted statement. Filled in by [`build()`].
    pub last: Option<PartialDate>,
}

impl Header {
    /// A period or anything else was asked for.
    fn is_narrowed(&self) -> bool {
        self.from.is_some() || self.to.is_some() || !self.selection.is_empty()
    }
}

/// A run that the statements come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Run {
    pub id: String,
    pub model: String,
    /// First digits of the model's digest.
    pub digest: String,
    /// Number format of the arithmetic.
    pub precision: String,
    /// A stance is held when P(none) is below this.
    pub threshold: Option<f64>,
    /// What was measured of the model, where that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
}

/// Counts over all that was read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Inputs that held an article or should have.
    pub articles_read: usize,
    pub articles_scored: usize,
    /// Already scored by the same model.
    pub articles_reused: usize,
    /// The same text again.
    pub exact_duplicates: usize,
    /// Nearly the same text: a wire copy.
    pub near_duplicates: usize,
    pub undated_articles: usize,
    pub sentences: usize,
    /// Statements counted in this report. Filled in by [`build()`].
    pub statements: usize,
    /// Articles with such a statement. Filled in by [`build()`].
    pub articles_with_statements: usize,
    /// Statements of an unresolved holder. Filled in by [`build()`].
    pub unattributed: usize,
    /// Inputs that could not be read.
    pub refused: Vec<Refusal>,
    pub corrected: Corrected,
}

/// What a person's corrections did to the statements of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Corrected {
    /// Corrections of articles in the report that were applied.
    pub applied: usize,
    /// Statements that they gave another holder or stance.
    pub changed: usize,
    /// Statements that they took away.
    pub dropped: usize,
    /// Corrections whose sentence or statement was not found, and why.
    pub unmatched: Vec<String>,
}

impl Corrected {
    /// The same of two sides; what is not found on both is said once.
    pub fn with(mut self, other: &Self) -> Self {
        self.applied = self.applied.max(other.applied);
        self.changed += other.changed;
        self.dropped += other.dropped;
        self.unmatched.extend(other.unmatched.iter().cloned());
        self.unmatched.sort();
        self.unmatched.dedup();
        self
    }
}

/// An input that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// File, and record if the file holds many.
    pub input: String,
    pub reason: String,
}

/// One actor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActorRow {
    /// Place in the order of the report, from 1; `None` for the unattributed.
    pub rank: Option<usize>,
    pub actor: String,
    #[serde(flatten)]
    pub figures: Figures,
    pub modes: ModeCounts,
    pub bases: BasisCounts,
    /// Mean tone toward the actor, from -1 to 1.
    pub tone: f64,
    pub first: Option<PartialDate>,
    pub last: Option<PartialDate>,
    pub undated: usize,
    /// Statements whose date is too coarse for the series.
    pub imprecise: usize,
    pub evidence: Vec<Evidence>,
    /// Periods with statements, in order.
    pub series: Vec<Point>,
    /// Days from which the actor's articles lean otherwise than before.
    pub turns: Vec<Turn>,
    /// Opposite stances within a fortnight.
    pub contradictions: Vec<Contradiction>,
    /// Figures corrected by an audit; `None` without one, or with too few labels for this actor.
    pub audited: Option<Audited>,
}

/// A labelled random sample of statements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audit {
    pub drawn: usize,
    pub labelled: usize,
    /// Labelled rows whose statement the store no longer has.
    pub unmatched: usize,
    /// Candidates of the report that were not there to be drawn: then nothing is corrected.
    pub outside: usize,
    /// All actors together.
    pub everyone: Option<Audited>,
}

/// Figures corrected by people's labels ([`crate::aggregate::audit`]).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Audited {
    pub labelled: usize,
    /// Labelled units on which people and model agree.
    pub agreed: usize,
    /// Estimated number of true statements.
    pub statements: f64,
    /// The model's index of the same units.
    pub raw_index: f64,
    pub index: f64,
    /// 95%.
    pub interval: Interval,
}

/// A turning point of an actor.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turn {
    /// Last day before.
    pub before: String,
    /// First day after.
    pub after: String,
    /// Index of the stretch before and of the one after.
    pub from: f64,
    pub to: f64,
    pub p: f64,
    /// One sentence from the weeks before and one from those after, which lean most to either side.
    pub around: Option<[Evidence; 2]>,
}

/// Two sentences of one actor that do not go together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contradiction {
    /// From the supporting one to the opposing one.
    pub days: i32,
    pub support: Evidence,
    pub oppose: Evidence,
}

/// What is known of a set of one actor's statements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    pub statements: usize,
    pub articles: usize,
    pub support: Share,
    pub conditional: Share,
    pub oppose: Share,
    /// Mean of P(support) - P(oppose).
    pub index: f64,
    /// 95%; `None` when there are too few articles.
    pub interval: Option<Interval>,
}

impl Figures {
    /// The three stances with their shares.
    pub fn shares(&self) -> [(Stance, Share); 3] {
        [
            (Stance::Support, self.support),
            (Stance::Conditional, self.conditional),
            (Stance::Oppose, self.oppose),
        ]
    }
}

/// A part of an actor's statements.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    pub count: usize,
    /// From 0 to 1.
    pub share: f64,
}

/// Statements by form of talks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ModeCounts {
    pub direct: Share,
    pub indirect: Share,
    pub mediated: Share,
    pub unspecified: Share,
}

/// Statements by how the position is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BasisCounts {
    pub statement: Share,
    pub action: Share,
    pub claimed: Share,
}

/// A sentence that speaks for a row's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    pub stance: Stance,
    /// Of that stance.
    pub probability: f64,
    pub mode: Mode,
    pub basis: Basis,
    pub claimed_by: Option<String>,
    pub sentence: String,
    /// The words that refer to the actor; empty when it is not mentioned.
    pub mention: String,
    pub reason: String,
    pub article_id: String,
    pub sentence_index: usize,
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub outlet: Option<String>,
    pub url: Option<String>,
}

/// One period of an actor's series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    pub period: String,
    #[serde(flatten)]
    pub figures: Figures,
}

/// The periods of the series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesAxis {
    /// "day", "week", "month" or "quarter".
    pub by: &'static str,
    pub periods: Vec<String>,
}

/// How the figures came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub index: &'static str,
    pub interval: &'static str,
    pub replicates: usize,
    pub confidence: f64,
    /// Articles needed for an interval.
    pub least_articles: usize,
}

impl Report {
    /// The listed rows, the unattributed last.
    pub fn rows(&self) -> impl Iterator<Item = &ActorRow> {
        self.actors.iter().chain(&self.unattributed)
    }

    /// What to tell the reader when nothing was counted: `None` when something was.
    pub fn nothing_to_show(&self) -> Option<&'static str> {
        let left = &self.left_out;
        if self.totals.statements > 0 {
            None
        } else if left.undated + left.imprecise + left.outside_period + left.other_outlets > 0
            || self.totals.articles_read == 0 && self.header.is_narrowed()
        {
            Some(
                "No statement is within the selection. Widen the period, or check the names of outlets and actors.",
            )
        } else if self.totals.articles_read == 0 {
            Some("No article was read. Check the paths given to `detente score`, and `--store`.")
        } else if self.totals.articles_scored + self.totals.articles_reused == 0 {
            Some("No article could be scored. See the refused inputs and their reasons.")
        } else {
            Some(
                "No actor takes a position on the topic in these articles. `detente explain PATH` shows, \
                 sentence by sentence, what was considered; check that the articles are in English and about \
                 the topic, and the selection of actors.",
            )
        }
    }
}
