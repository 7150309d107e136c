//! Parquet: the table of a report with typed columns; a missing figure is null.

use std::io::{self, Write};

use super::rows::{Rows, Table};
use super::{Renderer, Report};

/// Writes one table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parquet {
    pub table: Table,
}

impl Renderer for Parquet {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        Rows::of(report, self.table).write_parquet(out)
    }
}
