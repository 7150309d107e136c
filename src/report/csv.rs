//! CSV: one row per actor, or one per actor and period.
//!
//! Numbers have four digits; a missing interval or date is an empty cell. A cell of text that a
//! spreadsheet would take for a formula (it begins with `=`, `+`, `-` or `@`) gets an apostrophe in
//! front, and control characters are taken out of all text; numbers are left alone. Quoted
//! sentences are not here: `detente export` gives them with everything else about them.

use std::io::{self, Write};

use super::rows::{Rows, Table};
use super::text::clean;
use super::{Renderer, Report};

/// Writes one table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Csv {
    pub table: Table,
}

impl Renderer for Csv {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        Rows::of(report, self.table).write_csv(out)
    }
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
