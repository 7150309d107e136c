//! A comparison for the terminal: a table of all actors, then those with a difference, with the sentences it rests on.

use std::io::{self, Write};

use anstyle::Style;

use super::super::terminal::{BOLD, DIM, TEXT_WIDTH, Terminal, stance_style};
use super::super::text::{clean, pad_left, pad_right, truncate, width};
use super::super::words::{corrected, provenance_of};
use super::super::{Evidence, Renderer};
use super::{ChangeRow, ComparisonReport, Verdict, words};
use crate::statement::Stance;

/// Cells of the columns after the name.
const LEVEL: usize = 14;
const DIFFERENCE: usize = 20;
const Q: usize = 6;
const VERDICT: usize = 19;
/// Fewer cells than this are no name.
const LEAST_NAME: usize = 8;

impl Renderer<ComparisonReport> for Terminal {
    fn render(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        self.paragraph(out, 0, &words::title(report), BOLD)?;
        self.paragraph(out, 0, &words::answer(report), Style::new())?;
        self.paragraph(out, 0, &words::side('a', &report.a), DIM)?;
        self.paragraph(out, 0, &words::side('b', &report.b), DIM)?;
        if let Some(line) = corrected(&report.corrected) {
            self.paragraph(out, 0, &line, DIM)?;
        }
        if let Some(line) = provenance_of(&report.runs) {
            self.paragraph(out, 0, &line, DIM)?;
        }
        if !report.selection.is_empty() {
            self.paragraph(out, 0, &format!("selected: {}", report.selection.join(", ")), DIM)?;
        }
        writeln!(out)?;
        if let Some(advice) = words::nothing(report) {
            self.paragraph(out, 0, &advice, Style::new())?;
            writeln!(out)?;
        }
        self.table(report, out)?;
        for row in report.actors.iter().filter(|row| row.difference.is_some()) {
            writeln!(out)?;
            self.change(row, out)?;
        }
        writeln!(out)?;
        self.paragraph(out, 0, &words::method(report), DIM)
    }
}

/// Colour of a verdict; the words say the same.
fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::MoreSupportive => stance_style(Stance::Support),
        Verdict::LessSupportive => stance_style(Stance::Oppose),
        _ => Style::new(),
    }
}

impl Terminal {
    fn table(&self, report: &ComparisonReport, out: &mut dyn Write) -> io::Result<()> {
        let wanted =
            report.actors.iter().map(|row| width(&clean(&row.actor))).max().unwrap_or(0).clamp(5, 40);
        let both = 2 * (2 + LEVEL);
        // A narrow terminal gives up the sides' own figures; they follow with each actor.
        let levels = self.width >= LEAST_NAME + both + 2 + DIFFERENCE + 2 + Q;
        let fixed = 2 + DIFFERENCE + 2 + Q + if levels { both } else { 0 };
        let name = wanted.min(self.width.saturating_sub(fixed)).max(3);
        let verdicts = self.width >= name + fixed + 2 + VERDICT;
        let line = |name: String, [a, b]: [String; 2], difference: String, q: String| {
            let levels = if levels {
                format!("  {}  {}", pad_left(&a, LEVEL), pad_left(&b, LEVEL))
            } else {
                String::new()
            };
            format!("{name}{levels}  {difference}  {}", pad_left(&q, Q))
        };
        let head = line(
            pad_right("actor", name),
            ["a".to_owned(), "b".to_owned()],
            pad_right("difference, 95%", DIFFERENCE),
            "q".to_owned(),
        );
        writeln!(out, "{}", self.paint(DIM, head.trim_end()))?;
        for row in &report.actors {
            let shown = truncate(&clean(&row.actor), name, self.ellipsis());
            let mut text = line(
                self.paint(BOLD, &pad_right(&shown, name)),
                [&row.a, &row.b].map(|side| words::level(side.as_ref())),
                self.paint(style(row.verdict), &pad_right(&words::difference(row), DIFFERENCE)),
                words::p(row.q),
            );
            if verdicts {
                text.push_str(&format!("  {}", self.paint(style(row.verdict), words::verdict(row.verdict))));
            }
            writeln!(out, "{}", text.trim_end())?;
        }
        if let Some(more) = words::not_listed(report) {
            self.paragraph(out, 0, &more, DIM)?;
        }
        Ok(())
    }

    fn change(&self, row: &ChangeRow, out: &mut dyn Write) -> io::Result<()> {
        let name = clean(&row.actor);
        let verdict = format!("{}: {}", words::verdict(row.verdict), words::difference(row));
        if width(&name) + 2 + width(&verdict) <= self.width.min(TEXT_WIDTH) {
            writeln!(
                out,
                "{}  {}",
                self.paint(BOLD, &pad_right(&name, 0)),
                self.paint(style(row.verdict), &verdict)
            )?;
        } else {
            self.paragraph(out, 0, &name, BOLD)?;
            self.paragraph(out, 2, &verdict, style(row.verdict))?;
        }
        let lines =
            [words::figures('a', row.a.as_ref()), words::figures('b', row.b.as_ref()), words::parts(row)];
        for line in lines.into_iter().flatten() {
            self.paragraph(out, 2, &line, DIM)?;
        }
        for (letter, evidence) in [('a', &row.evidence_a), ('b', &row.evidence_b)] {
            for evidence in evidence {
                self.mover(letter, evidence, out)?;
            }
        }
        Ok(())
    }

    fn mover(&self, letter: char, evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
        let lead = format!("  {letter} ");
        self.quotation(&lead, evidence, out)
    }
}
