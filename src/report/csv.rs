//! CSV: one row per actor, or one per actor and period.
//!
//! Numbers have four digits; a missing interval or date is an empty cell. A cell of text that a
//! spreadsheet would take for a formula (it begins with `=`, `+`, `-` or `@`) gets an apostrophe in
//! front, and control characters are taken out of all text; numbers are left alone. Quoted
//! sentences are not here: `detente export` gives them with everything else about them.

use std::io::{self, Write};

use super::text::{clean, fixed};
use super::{ActorRow, Figures, Renderer, Report};

/// Writes one table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Csv {
    pub table: Table,
}

/// Which table a [`Csv`] writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Table {
    /// A row for each actor, the unattributed last.
    #[default]
    Actors,
    /// A row for each actor and period with statements.
    Series,
}

impl Renderer for Csv {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        match self.table {
            Table::Actors => actors(report, &mut table)?,
            Table::Series => series(report, &mut table)?,
        }
        table.flush()
    }
}

pub(super) const FIGURES: [&str; 11] = [
    "statements",
    "articles",
    "support",
    "conditional",
    "oppose",
    "support_share",
    "conditional_share",
    "oppose_share",
    "index",
    "index_low",
    "index_high",
];

const ACTOR_ONLY: [&str; 16] = [
    "mode_direct",
    "mode_indirect",
    "mode_mediated",
    "mode_unspecified",
    "basis_statement",
    "basis_action",
    "basis_claimed",
    "tone",
    "first",
    "last",
    "undated",
    "imprecise",
    "audit_labels",
    "audit_index",
    "audit_low",
    "audit_high",
];

fn actors(report: &Report, table: &mut csv::Writer<&mut dyn Write>) -> io::Result<()> {
    table.write_record(["rank", "actor"].iter().chain(&FIGURES).chain(&ACTOR_ONLY))?;
    for row in report.rows() {
        let rank = row.rank.map(|rank| rank.to_string()).unwrap_or_default();
        let mut cells = vec![rank, guarded(&row.actor)];
        cells.extend(figures(&row.figures));
        cells.extend(actor_only(row));
        table.write_record(&cells)?;
    }
    Ok(())
}

fn actor_only(row: &ActorRow) -> [String; 16] {
    let date = |date: Option<crate::article::PartialDate>| date.map(|d| d.to_string()).unwrap_or_default();
    let (modes, bases) = (&row.modes, &row.bases);
    let audited =
        |value: &dyn Fn(&super::Audited) -> String| row.audited.as_ref().map(value).unwrap_or_default();
    [
        modes.direct.count.to_string(),
        modes.indirect.count.to_string(),
        modes.mediated.count.to_string(),
        modes.unspecified.count.to_string(),
        bases.statement.count.to_string(),
        bases.action.count.to_string(),
        bases.claimed.count.to_string(),
        fixed(row.tone, 4),
        date(row.first),
        date(row.last),
        row.undated.to_string(),
        row.imprecise.to_string(),
        audited(&|a| a.labelled.to_string()),
        audited(&|a| fixed(a.index, 4)),
        audited(&|a| fixed(a.interval.low, 4)),
        audited(&|a| fixed(a.interval.high, 4)),
    ]
}

fn series(report: &Report, table: &mut csv::Writer<&mut dyn Write>) -> io::Result<()> {
    table.write_record(["actor", "period"].iter().chain(&FIGURES))?;
    for row in report.rows() {
        for point in &row.series {
            let mut cells = vec![guarded(&row.actor), point.period.clone()];
            cells.extend(figures(&point.figures));
            table.write_record(&cells)?;
        }
    }
    Ok(())
}

pub(super) fn figures(figures: &Figures) -> [String; 11] {
    let bound = |bound: Option<f64>| bound.map(|b| fixed(b, 4)).unwrap_or_default();
    [
        figures.statements.to_string(),
        figures.articles.to_string(),
        figures.support.count.to_string(),
        figures.conditional.count.to_string(),
        figures.oppose.count.to_string(),
        fixed(figures.support.share, 4),
        fixed(figures.conditional.share, 4),
        fixed(figures.oppose.share, 4),
        fixed(figures.index, 4),
        bound(figures.interval.map(|i| i.low)),
        bound(figures.interval.map(|i| i.high)),
    ]
}

/// Text that no spreadsheet runs.
pub(crate) fn guarded(text: &str) -> String {
    let text = clean(text);
    if is_formula(&text) { format!("'{text}") } else { text }
}

/// What [`guarded`] was given, but for what it cleaned.
pub(crate) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

/// Spreadsheets normalise the full-width forms, too.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_control_characters_go() {
        assert_eq!(guarded("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(guarded("\t@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("A\u{1b}[31mB"), "A[31mB");
        assert_eq!(guarded("Mira Voss"), "Mira Voss");
    }
}
