//! A comparison as a table, for CSV and Parquet: a row for each actor. Missing figures are empty cells.

use std::io::{self, Write};

use super::super::rows::{Rows, figure_cells, figure_columns};
use super::super::{Csv, Parquet, Renderer};
use super::{ChangeRow, ComparisonReport, words};
use crate::table::{Cell, Column, Kind};

impl Renderer<ComparisonReport> for Csv {
    fn render(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        rows(report).write_csv(out)
    }
}

impl Renderer<ComparisonReport> for Parquet {
    fn render(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        rows(report).write_parquet(out)
    }
}

fn rows(report: &ComparisonReport) -> Rows {
    use Kind::{Float64, Integer, Text};
    let mut columns = Column::list(&[("rank", Integer), ("actor", Text), ("verdict", Text)]);
    columns.extend(figure_columns("a_"));
    columns.extend(figure_columns("b_"));
    columns.extend(Column::list(&[
        ("difference", Float64),
        ("difference_low", Float64),
        ("difference_high", Float64),
        ("p", Float64),
        ("q", Float64),
    ]));
    // Causes are the same for every actor.
    let causes: Vec<&str> = report
        .actors
        .iter()
        .find(|row| !row.parts.is_empty())
        .map_or_else(Vec::new, |row| row.parts.iter().map(|part| part.cause).collect());
    columns.extend(
        causes.iter().map(|cause| Column::new(&format!("part_{}", cause.replace(' ', "_")), Float64)),
    );
    Rows { columns, cells: report.actors.iter().map(|row| cells(row, &causes)).collect() }
}

fn cells(row: &ChangeRow, causes: &[&str]) -> Vec<Cell> {
    let mut cells: Vec<Cell> =
        vec![row.rank.into(), row.actor.as_str().into(), words::verdict(row.verdict).into()];
    for side in [&row.a, &row.b] {
        match side {
            Some(side) => cells.extend(figure_cells(side)),
            None => cells.extend(figure_columns("").iter().map(|_| Cell::Empty)),
        }
    }
    cells.extend([
        row.difference.into(),
        row.interval.map(|interval| interval.low).into(),
        row.interval.map(|interval| interval.high).into(),
        row.p.into(),
        row.q.into(),
    ]);
    let amount = |cause: &&str| row.parts.iter().find(|part| part.cause == *cause).map(|part| part.amount);
    cells.extend(causes.iter().map(|cause| Cell::from(amount(cause))));
    cells
}
