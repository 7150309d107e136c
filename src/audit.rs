//! An audit file: statements drawn at random, with known probabilities, for people to label. It is a CSV file that any spreadsheet opens; a
//! person fills the column `label` with support, conditional, oppose or none, without seeing what the model said. How the
//! labels correct a report is told in [`crate::aggregate::audit`].

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::report::csv::{guarded, unguarded};
use crate::statement::Stance;

/// One drawn candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    pub article_id: String,
    pub sentence_index: u32,
    /// With which it was drawn, in (0, 1].
    pub probability: f64,
    /// How many were there to be drawn from.
    pub candidates: usize,
    pub date: String,
    pub title: String,
    /// Up to two sentences before.
    pub context: String,
    pub sentence: String,
    /// Whose stance is asked for.
    pub actor: String,
    pub mention: String,
    /// Filled in by a person: support, conditional, oppose or none.
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub note: String,
}

impl AuditRow {
    /// The label; `None` where nobody has filled it in.
    pub fn stance(&self) -> Result<Option<Stance>> {
        let label = self.label.trim().to_lowercase();
        if label.is_empty() {
            return Ok(None);
        }
        match Stance::parse(&label) {
            Some(stance) => Ok(Some(stance)),
            None => bail!("the label '{}' is none of support, conditional, oppose, none", self.label),
        }
    }
}

/// Writes rows under a header. Text that a spreadsheet would take for a formula gets an apostrophe in front.
pub fn write(rows: &[AuditRow], out: &mut dyn Write) -> Result<()> {
    let mut table = csv::Writer::from_writer(out);
    for row in rows {
        let safe = AuditRow {
            date: guarded(&row.date),
            title: guarded(&row.title),
            context: guarded(&row.context),
            sentence: guarded(&row.sentence),
            actor: guarded(&row.actor),
            mention: guarded(&row.mention),
            article_id: guarded(&row.article_id),
            ..row.clone()
        };
        table.serialize(safe)?;
    }
    table.flush()?;
    Ok(())
}

/// An audit file that cannot be used, with the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct Faulty(anyhow::Error);

/// Reads a file of rows, labelled or not.
///
/// # Errors
/// A missing column, a probability outside (0, 1], an unknown label: with the line.
pub fn read(path: &Path) -> Result<Vec<AuditRow>, Faulty> {
    let opened = std::fs::File::open(path).with_context(|| format!("{}: cannot be read", path.display()));
    opened.and_then(|file| read_from(file).with_context(|| path.display().to_string())).map_err(Faulty)
}

fn read_from(file: impl Read) -> Result<Vec<AuditRow>> {
    let mut table = csv::Reader::from_reader(file);
    let mut rows = Vec::new();
    for (number, row) in table.deserialize().enumerate() {
        // The header is line 1; a sentence never holds a line break here.
        let line = number + 2;
        let mut row: AuditRow = row.with_context(|| format!("line {line}: not a row of an audit; save it with commas and with the columns of `detente audit`"))?;
        ensure!(
            row.probability > 0.0 && row.probability <= 1.0,
            "line {line}: the probability is {}, must be above 0 and at most 1; leave that column as it was drawn",
            row.probability
        );
        row.stance().with_context(|| format!("line {line}"))?;
        for text in [&mut row.article_id, &mut row.sentence, &mut row.actor] {
            *text = unguarded(text).to_owned();
        }
        rows.push(row);
    }
    ensure!(!rows.is_empty(), "no row; draw an audit with `detente audit`");
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> AuditRow {
        AuditRow {
            article_id: "a1".into(),
            sentence_index: 3,
            probability: 0.25,
            candidates: 40,
            date: "2026-03-01".into(),
            title: "=Talks".into(),
            context: "Before.".into(),
            sentence: "- \"No,\" she said.".into(),
            actor: "Mira Voss".into(),
            mention: "she".into(),
            label: String::new(),
            note: String::new(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut out = Vec::new();
        write(&[row()], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("'=Talks") && !text.contains("support"));
        let read = read_from(text.as_bytes()).unwrap();
        assert_eq!((&read[0].sentence, read[0].stance().unwrap()), (&row().sentence, None));
    }

    #[test]
    fn faults_are_named_with_their_line() {
        let with = |label: &str, probability: f64| {
            let mut out = Vec::new();
            write(&[AuditRow { label: label.into(), probability, ..row() }], &mut out).unwrap();
            read_from(out.as_slice())
                .map(|rows| rows[0].stance().unwrap())
                .map_err(|error| format!("{error:#}"))
        };
        assert_eq!(with(" Oppose ", 1.0), Ok(Some(Stance::Oppose)));
        assert!(with("against", 1.0).unwrap_err().contains("line 2: the label 'against'"));
        assert!(with("none", 0.0).unwrap_err().contains("the probability is 0"));
        assert!(read_from("label\nnone\n".as_bytes()).is_err());
    }
}
