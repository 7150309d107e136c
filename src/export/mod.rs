//! An export: the rows of a selection as JSONL, CSV or Parquet, streamed to any output.
//!
//! The fields of statements are fixed: `article_id` to `run` as in [`crate::statement::Statement`], the
//! probabilities as an object in JSONL and as columns `p_support` to `p_none` elsewhere.

mod aggregates;

#[cfg(test)]
mod tests;

use std::io::Write;

use crate::statement::Statement;
use crate::store::{ArticleRow, Selection, SentenceRow, StoreError};

use crate::table::{Cell, Column, Kind, TableError, TableWriter};
pub use crate::table::{Format, Written};
pub use aggregates::aggregates;

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    Statements,
    Sentences,
    Articles,
}

/// An export that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Table(#[from] TableError),
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
    let result = TableWriter::new(format, columns, out).map_err(ExportError::from).and_then(|mut table| {
        let topic = &selection.configuration().topic;
        let model = &selection.configuration().model_label();
        let written = match level {
            Level::Statements => selection.for_each_statement(|row| Ok(table.row(&statement_cells(row))?)),
            Level::Sentences => {
                selection.for_each_sentence(|row| Ok(table.row(&sentence_cells(row, topic, model))?))
            }
            Level::Articles => {
                selection.for_each_article(|row| Ok(table.row(&article_cells(row, topic, model))?))
            }
        };
        rows = table.rows();
        written.and_then(|()| Ok(table.finish()?))
    });
    match result {
        Err(ExportError::Table(TableError::Closed)) => Ok(Written { rows, complete: false }),
        other => other,
    }
}

fn probabilities(object: &str, prefix: &str, labels: impl Iterator<Item = &'static str>) -> Vec<Column> {
    labels.map(|label| Column::nested(&format!("{prefix}_{label}"), Kind::Float32, object, label)).collect()
}

fn statement_columns() -> Vec<Column> {
    use Kind::{Integer, Text};
    let stances = crate::statement::Stance::ALL.iter().map(|stance| stance.as_str());
    let mut all = Column::list(&[
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
    all.extend(Column::list(&[
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
    let mut all = Column::list(&[
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
    all.extend(Column::list(&[("statements", Integer), ("topic", Text), ("model", Text), ("run", Text)]));
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
    Column::list(&[
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
