//! An export: the rows of a selection as JSONL, CSV or Parquet, streamed to any output.
//!
//! The fields of statements are fixed: `article_id` to `run` as in [`crate::statement::Statement`], the
//! probabilities as an object in JSONL and as columns `p_support` to `p_none` elsewhere. [`table`] is the general part, which
//! reports use for their aggregates.

mod aggregates;
pub mod table;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crate::statement::Statement;
use crate::store::{ArticleRow, Selection, SentenceRow, StoreError};

pub use aggregates::aggregates;
use table::{Cell, Column, Kind, TableWriter};

/// File format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// RFC 4180, with a header line.
    Csv,
    Parquet,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    Statements,
    Sentences,
    Articles,
}

/// How an export ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub rows: u64,
    /// All rows were written; otherwise the reader at the other end of the pipe went away, and `rows` were offered to it.
    pub complete: bool,
}

/// An export that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot write the export: {0}; check the space and the permissions at its destination")]
    Io(#[source] io::Error),
    /// The reader went away; [`export`] does not return it but says that the export is not complete.
    #[error("the reader of the export went away")]
    Closed,
    #[error("row {row} of the export has {found} cells for {expected} columns")]
    Shape { row: u64, expected: usize, found: usize },
    #[error("row {row} of the export has a value of another type in column '{column}'")]
    Kind { row: u64, column: String },
}

impl From<io::Error> for ExportError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Io(error) }
    }
}

/// Writes the rows of `selection`. Statements follow its filter, including whether those without a stance are wanted.
pub fn export(
    selection: &Selection<'_>,
    level: Level,
    format: Format,
    out: impl Write + Send,
) -> Result<Written, ExportError> {
    let columns = match level {
        Level::Statements => statement_columns(),
        Level::Sentences => sentence_columns(),
        Level::Articles => article_columns(),
    };
    let mut rows = 0;
    let result = TableWriter::new(format, columns, out).and_then(|mut table| {
        let topic = &selection.configuration().topic;
        let model = &selection.configuration().model_label();
        let written = match level {
            Level::Statements => selection.for_each_statement(|row| table.row(&statement_cells(row))),
            Level::Sentences => {
                selection.for_each_sentence(|row| table.row(&sentence_cells(row, topic, model)))
            }
            Level::Articles => selection.for_each_article(|row| table.row(&article_cells(row, topic, model))),
        };
        rows = table.rows();
        written.and_then(|()| table.finish())
    });
    match result {
        Err(ExportError::Closed) => Ok(Written { rows, complete: false }),
        other => other,
    }
}

fn columns(list: &[(&str, Kind)]) -> Vec<Column> {
    list.iter().map(|(name, kind)| Column::new(name, *kind)).collect()
}

fn probabilities(object: &str, prefix: &str, labels: impl Iterator<Item = &'static str>) -> Vec<Column> {
    labels.map(|label| Column::nested(&format!("{prefix}_{label}"), Kind::Float32, object, label)).collect()
}

fn statement_columns() -> Vec<Column> {
    use Kind::{Integer, Text};
    let stances = crate::statement::Stance::ALL.iter().map(|stance| stance.as_str());
    let mut all = columns(&[
        ("article_id", Text),
        ("title", Text),
        ("date", Text),
        ("outlet", Text),
        ("url", Text),
        ("sentence_index", Integer),
        ("start", Integer),
        ("end", Integer),
        ("sentence", Text),
        ("actor", Text),
        ("mention", Text),
        ("mention_start", Integer),
        ("stance", Text),
    ]);
    all.extend(probabilities("probabilities", "p", stances));
    all.extend(columns(&[
        ("mode", Text),
        ("basis", Text),
        ("claimed_by", Text),
        ("tone", Text),
        ("tone_toward_actor", Text),
        ("reason", Text),
        ("topic", Text),
        ("model", Text),
        ("run", Text),
    ]));
    all
}

fn statement_cells(row: Statement) -> Vec<Cell> {
    let [support, conditional, oppose, none] = row.probabilities.to_array();
    vec![
        row.article_id.into(),
        row.title.into(),
        row.date.map(|date| date.to_string()).into(),
        row.outlet.into(),
        row.url.into(),
        row.sentence_index.into(),
        row.start.into(),
        row.end.into(),
        row.sentence.into(),
        row.actor.into(),
        row.mention.into(),
        row.mention_start.into(),
        row.stance.as_str().into(),
        support.into(),
        conditional.into(),
        oppose.into(),
        none.into(),
        row.mode.as_str().into(),
        row.basis.as_str().into(),
        row.claimed_by.into(),
        row.tone.as_str().into(),
        row.tone_toward_actor.as_str().into(),
        row.reason.into(),
        row.topic.into(),
        row.model.into(),
        row.run.into(),
    ]
}

fn sentence_columns() -> Vec<Column> {
    use Kind::{Integer, Text};
    let tones = crate::statement::Tone::ALL.iter().map(|tone| tone.as_str());
    let mut all = columns(&[
        ("article_id", Text),
        ("title", Text),
        ("date", Text),
        ("outlet", Text),
        ("url", Text),
        ("sentence_index", Integer),
        ("paragraph", Integer),
        ("start", Integer),
        ("end", Integer),
        ("sentence", Text),
        ("tone", Text),
    ]);
    all.extend(probabilities("tone_probabilities", "p_tone", tones));
    all.extend(columns(&[("statements", Integer), ("topic", Text), ("model", Text), ("run", Text)]));
    all
}

fn sentence_cells(row: SentenceRow, topic: &str, model: &str) -> Vec<Cell> {
    let [negative, neutral, positive] = row.tone_probabilities;
    vec![
        row.article_id.into(),
        row.title.into(),
        row.date.map(|date| date.to_string()).into(),
        row.outlet.into(),
        row.url.into(),
        row.sentence_index.into(),
        row.paragraph.into(),
        row.span.start.into(),
        row.span.end.into(),
        row.sentence.into(),
        row.tone.as_str().into(),
        negative.into(),
        neutral.into(),
        positive.into(),
        row.statements.into(),
        topic.into(),
        model.into(),
        row.run.into(),
    ]
}

fn article_columns() -> Vec<Column> {
    use Kind::{Integer, Text};
    columns(&[
        ("article_id", Text),
        ("title", Text),
        ("date", Text),
        ("outlet", Text),
        ("url", Text),
        ("path", Text),
        ("record", Integer),
        ("bytes", Integer),
        ("sentences", Integer),
        ("statements", Integer),
        ("unattributed", Integer),
        ("duplicates", Integer),
        ("topic", Text),
        ("model", Text),
        ("run", Text),
    ])
}

fn article_cells(row: ArticleRow, topic: &str, model: &str) -> Vec<Cell> {
    vec![
        row.article_id.into(),
        row.title.into(),
        row.date.map(|date| date.to_string()).into(),
        row.outlet.into(),
        row.url.into(),
        row.origin.path.display().to_string().into(),
        row.origin.record.into(),
        row.bytes.into(),
        row.sentences.into(),
        row.statements.into(),
        row.unattributed.into(),
        row.duplicates.into(),
        topic.into(),
        model.into(),
        row.run.into(),
    ]
}
