//! Rows: a report as a table of typed cells, for the formats that are tables.

use std::io::{self, Write};

use super::text::fixed;
use super::{ActorRow, Audited, Figures, Report};
use crate::table::{Cell, Column, Format, Kind, TableError, TableWriter};

/// Which table of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Table {
    /// A row for each actor, the unattributed last.
    #[default]
    Actors,
    /// A row for each actor and period with statements.
    Series,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    pub columns: Vec<Column>,
    pub cells: Vec<Vec<Cell>>,
}

impl Rows {
    pub fn of(report: &Report, table: Table) -> Self {
        match table {
            Table::Actors => actors(report),
            Table::Series => series(report),
        }
    }

    /// Writes CSV: numbers with four digits, p-values with five; text that a spreadsheet would run is disarmed.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        table.write_record(self.columns.iter().map(|column| &column.name))?;
        for row in &self.cells {
            for (column, cell) in self.columns.iter().zip(row) {
                let digits = if matches!(column.name.as_str(), "p" | "q") { 5 } else { 4 };
                let text = match cell {
                    Cell::Empty => String::new(),
                    Cell::Text(text) => super::csv::guarded(text),
                    Cell::Integer(value) => value.to_string(),
                    Cell::Float32(value) => fixed(f64::from(*value), digits),
                    Cell::Float64(value) => fixed(*value, digits),
                    Cell::Boolean(value) => value.to_string(),
                };
                table.write_field(text)?;
            }
            table.write_record(None::<&[u8]>)?;
        }
        table.flush()
    }

    /// Writes Parquet; every column may be empty.
    pub fn write_parquet(&self, out: &mut dyn Write) -> io::Result<()> {
        // The writer takes only what may go to another thread.
        let mut bytes = Vec::new();
        let fault = |error: TableError| match error {
            TableError::Io(error) => error,
            other => io::Error::other(other),
        };
        let mut table = TableWriter::new(Format::Parquet, self.columns.clone(), &mut bytes).map_err(fault)?;
        self.cells.iter().try_for_each(|row| table.row(row)).map_err(fault)?;
        table.finish().map_err(fault)?;
        out.write_all(&bytes)
    }
}

/// Columns of figures; `before` begins each name.
pub(super) fn figure_columns(before: &str) -> Vec<Column> {
    use Kind::{Float64, Integer};
    [
        ("statements", Integer),
        ("articles", Integer),
        ("support", Integer),
        ("conditional", Integer),
        ("oppose", Integer),
        ("support_share", Float64),
        ("conditional_share", Float64),
        ("oppose_share", Float64),
        ("index", Float64),
        ("index_low", Float64),
        ("index_high", Float64),
    ]
    .iter()
    .map(|(name, kind)| Column::new(&format!("{before}{name}"), *kind))
    .collect()
}

/// As many cells as [`figure_columns`].
pub(super) fn figure_cells(figures: &Figures) -> Vec<Cell> {
    vec![
        figures.statements.into(),
        figures.articles.into(),
        figures.support.count.into(),
        figures.conditional.count.into(),
        figures.oppose.count.into(),
        figures.support.share.into(),
        figures.conditional.share.into(),
        figures.oppose.share.into(),
        figures.index.into(),
        figures.interval.map(|i| i.low).into(),
        figures.interval.map(|i| i.high).into(),
    ]
}

fn actors(report: &Report) -> Rows {
    use Kind::{Float64, Integer, Text};
    let mut all = Column::list(&[("rank", Integer), ("actor", Text)]);
    all.extend(figure_columns(""));
    all.extend(Column::list(&[
        ("mode_direct", Integer),
        ("mode_indirect", Integer),
        ("mode_mediated", Integer),
        ("mode_unspecified", Integer),
        ("basis_statement", Integer),
        ("basis_action", Integer),
        ("basis_claimed", Integer),
        ("tone", Float64),
        ("first", Text),
        ("last", Text),
        ("undated", Integer),
        ("imprecise", Integer),
        ("audit_labels", Integer),
        ("audit_index", Float64),
        ("audit_low", Float64),
        ("audit_high", Float64),
    ]));
    let cells = |row: &ActorRow| {
        let mut cells = vec![row.rank.into(), row.actor.as_str().into()];
        cells.extend(figure_cells(&row.figures));
        cells.extend(actor_only(row));
        cells
    };
    Rows { columns: all, cells: report.rows().map(cells).collect() }
}

fn actor_only(row: &ActorRow) -> [Cell; 16] {
    let date = |date: Option<crate::article::PartialDate>| Cell::from(date.map(|date| date.to_string()));
    let audited = |value: fn(&Audited) -> f64| Cell::from(row.audited.as_ref().map(value));
    let (modes, bases) = (&row.modes, &row.bases);
    [
        modes.direct.count.into(),
        modes.indirect.count.into(),
        modes.mediated.count.into(),
        modes.unspecified.count.into(),
        bases.statement.count.into(),
        bases.action.count.into(),
        bases.claimed.count.into(),
        row.tone.into(),
        date(row.first),
        date(row.last),
        row.undated.into(),
        row.imprecise.into(),
        row.audited.as_ref().map(|a| a.labelled).into(),
        audited(|a| a.index),
        audited(|a| a.interval.low),
        audited(|a| a.interval.high),
    ]
}

fn series(report: &Report) -> Rows {
    let mut all = Column::list(&[("actor", Kind::Text), ("period", Kind::Text)]);
    all.extend(figure_columns(""));
    let points = report.rows().flat_map(|row| row.series.iter().map(move |point| (row, point)));
    let cells = points.map(|(row, point)| {
        let mut cells: Vec<Cell> = vec![row.actor.as_str().into(), point.period.as_str().into()];
        cells.extend(figure_cells(&point.figures));
        cells
    });
    Rows { columns: all, cells: cells.collect() }
}
