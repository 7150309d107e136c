//! Aggregates as rows: where each actor of a report stands.

use std::io::Write;

use super::{Format, Written};
use crate::report::{ActorRow, Report};
use crate::table::{Cell, Column, Kind, TableError, TableWriter};

/// Writes one row per actor of `report`, the unattributed last.
pub fn aggregates(report: &Report, format: Format, out: impl Write + Send) -> Result<Written, TableError> {
    let mut rows = 0;
    let result = TableWriter::new(format, columns(), out).and_then(|mut table| {
        let written = report.rows().try_for_each(|row| table.row(&cells(row, report)));
        rows = table.rows();
        written.and_then(|()| table.finish())
    });
    match result {
        Err(TableError::Closed) => Ok(Written { rows, complete: false }),
        other => other,
    }
}

fn columns() -> Vec<Column> {
    use Kind::{Float64, Integer, Text};
    Column::list(&[
        ("actor", Text),
        ("statements", Integer),
        ("articles", Integer),
        ("support", Integer),
        ("conditional", Integer),
        ("oppose", Integer),
        ("index", Float64),
        ("index_low", Float64),
        ("index_high", Float64),
        ("direct", Integer),
        ("indirect", Integer),
        ("mediated", Integer),
        ("claimed", Integer),
        ("tone_toward", Float64),
        ("first", Text),
        ("last", Text),
        ("topic", Text),
    ])
}

fn cells(row: &ActorRow, report: &Report) -> Vec<Cell> {
    let figures = &row.figures;
    vec![
        row.actor.as_str().into(),
        figures.statements.into(),
        figures.articles.into(),
        figures.support.count.into(),
        figures.conditional.count.into(),
        figures.oppose.count.into(),
        figures.index.into(),
        figures.interval.map(|interval| interval.low).into(),
        figures.interval.map(|interval| interval.high).into(),
        row.modes.direct.count.into(),
        row.modes.indirect.count.into(),
        row.modes.mediated.count.into(),
        row.bases.claimed.count.into(),
        row.tone.into(),
        row.first.map(|date| date.to_string()).into(),
        row.last.map(|date| date.to_string()).into(),
        report.header.topic.as_str().into(),
    ]
}
