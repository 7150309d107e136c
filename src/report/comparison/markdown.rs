//! A comparison as a Markdown page.

use std::io::{self, Write};

use super::super::markdown::{escape, source};
use super::super::words::{corrected, provenance_of};
use super::super::{Markdown, Renderer};
use super::{ChangeRow, ComparisonReport, words};

impl Renderer<ComparisonReport> for Markdown {
    fn render(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# {}\n\n{}\n", escape(&words::title(report)), escape(&words::answer(report)))?;
        writeln!(
            out,
            "- {}\n- {}",
            escape(&words::side('a', &report.a)),
            escape(&words::side('b', &report.b))
        )?;
        if let Some(line) = corrected(&report.corrected) {
            writeln!(out, "- {}", escape(&line))?;
        }
        if let Some(line) = provenance_of(&report.runs) {
            writeln!(out, "- {}", escape(&line))?;
        }
        if !report.selection.is_empty() {
            writeln!(out, "- selected: {}", escape(&report.selection.join(", ")))?;
        }
        writeln!(out)?;
        if let Some(advice) = words::nothing(report) {
            writeln!(out, "{advice}\n")?;
        }
        writeln!(out, "| actor | a | b | difference, 95% | q | |\n|---|--:|--:|--:|--:|---|")?;
        for row in &report.actors {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} |",
                escape(&row.actor),
                words::level(row.a.as_ref()),
                words::level(row.b.as_ref()),
                escape(&words::difference(row)),
                escape(&words::p(row.q)),
                words::verdict(row.verdict),
            )?;
        }
        if let Some(more) = words::not_listed(report) {
            writeln!(out, "\n{more}")?;
        }
        writeln!(out)?;
        for row in report.actors.iter().filter(|row| row.difference.is_some()) {
            actor(row, out)?;
        }
        writeln!(out, "## Method\n\n{}", escape(&words::method(report)))
    }
}

fn actor(row: &ChangeRow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escape(&row.actor))?;
    let lines = [
        Some(format!(
            "{}: difference {}, p {}, q {}",
            words::verdict(row.verdict),
            words::difference(row),
            words::p(row.p),
            words::p(row.q)
        )),
        words::figures('a', row.a.as_ref()),
        words::figures('b', row.b.as_ref()),
        words::parts(row),
    ];
    for line in lines.into_iter().flatten() {
        writeln!(out, "- {}", escape(&line))?;
    }
    writeln!(out)?;
    for (side, evidence) in [('a', &row.evidence_a), ('b', &row.evidence_b)] {
        for evidence in evidence {
            writeln!(out, "> {side}: “{}”  \n> {}\n", escape(&evidence.sentence), source(evidence))?;
        }
    }
    Ok(())
}
