//! A comparison as CSV: a row for each actor. Missing figures are empty cells.

use std::io::{self, Write};

use super::super::csv::{FIGURES, figures, guarded};
use super::super::text::fixed;
use super::super::{Csv, Renderer};
use super::{ComparisonReport, words};

impl Renderer<ComparisonReport> for Csv {
    fn render(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        let mut table = csv::Writer::from_writer(out);
        let mut head: Vec<String> = ["rank", "actor", "verdict"].map(str::to_owned).to_vec();
        for side in ["a", "b"] {
            head.extend(FIGURES.iter().map(|name| format!("{side}_{name}")));
        }
        head.extend(["difference", "difference_low", "difference_high", "p", "q"].map(str::to_owned));
        // Causes are the same for every actor.
        let causes: Vec<&str> = report
            .actors
            .iter()
            .find(|row| !row.parts.is_empty())
            .map_or_else(Vec::new, |row| row.parts.iter().map(|part| part.cause).collect());
        head.extend(causes.iter().map(|cause| format!("part_{}", cause.replace(' ', "_"))));
        table.write_record(&head)?;
        let number = |value: Option<f64>, digits| value.map(|v| fixed(v, digits)).unwrap_or_default();
        for row in &report.actors {
            let mut cells =
                vec![row.rank.to_string(), guarded(&row.actor), words::verdict(row.verdict).to_owned()];
            for side in [&row.a, &row.b] {
                match side {
                    Some(side) => cells.extend(figures(side)),
                    None => cells.extend(vec![String::new(); FIGURES.len()]),
                }
            }
            cells.extend([
                number(row.difference, 4),
                number(row.interval.map(|i| i.low), 4),
                number(row.interval.map(|i| i.high), 4),
                number(row.p, 5),
                number(row.q, 5),
            ]);
            for cause in &causes {
                cells.push(number(
                    row.parts.iter().find(|part| part.cause == *cause).map(|part| part.amount),
                    4,
                ));
            }
            table.write_record(&cells)?;
        }
        table.flush()
    }
}
