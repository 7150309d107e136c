//! The explained article on a terminal: markers under the mentions, candidates under the sentence.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style;

use super::{Explained, ExplainedCandidate, ExplainedSentence, extent, imprint};
use crate::report::terminal::{stance_sign, stance_style};
use crate::report::text::{clean, clean_with_map, fixed, width, wrap};
use crate::report::{Renderer, Terminal};
use crate::statement::Stance;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Running text is not set wider than this.
const TEXT_WIDTH: usize = 100;

impl Renderer<Explained> for Terminal {
    fn render(&self, article: &Explained, out: &mut dyn Write) -> io::Result<()> {
        self.paragraph(out, 0, article.title.as_deref().unwrap_or(&article.article_id), BOLD)?;
        self.paragraph(out, 0, &imprint(article), DIM)?;
        self.paragraph(out, 0, &extent(article), DIM)?;
        if article.sentences.is_empty() {
            self.paragraph(out, 0, "The article has no text.", Style::new())?;
        }
        let margin = article.sentences.len().max(1).to_string().len().max(2) + 2;
        let mut paragraph = None;
        for sentence in &article.sentences {
            if paragraph.replace(sentence.sentence.paragraph) != Some(sentence.sentence.paragraph) {
                writeln!(out)?;
            }
            self.sentence(sentence, margin, out)?;
        }
        Ok(())
    }
}

impl Terminal {
    fn sentence(&self, sentence: &ExplainedSentence, margin: usize, out: &mut dyn Write) -> io::Result<()> {
        let (text, map) = clean_with_map(&sentence.text);
        let room = self.width.min(TEXT_WIDTH).saturating_sub(margin).max(10);
        let marks: Vec<(usize, Range<usize>)> = sentence
            .candidates
            .iter()
            .enumerate()
            .filter_map(|(number, c)| c.mention_in(sentence).map(|m| (number + 1, map[m.start]..map[m.end])))
            .collect();
        let number = (sentence.sentence.index + 1).to_string();
        for (position, line) in wrap(&text, room).into_iter().enumerate() {
            let label = if position == 0 { number.as_str() } else { "" };
            let label = self.paint(DIM, &format!("{label:>0$}", margin - 2));
            writeln!(out, "{label}  {}", &text[line.clone()])?;
            for row in marker_rows(&text, &line, &marks) {
                writeln!(out, "{:margin$}{}", "", self.paint(DIM, &row))?;
            }
        }
        for (number, candidate) in sentence.candidates.iter().enumerate() {
            self.candidate(number + 1, candidate, margin, out)?;
        }
        Ok(())
    }

    fn candidate(
        &self,
        number: usize,
        candidate: &ExplainedCandidate,
        margin: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let holder = clean(&candidate.holder());
        let verdict = candidate.verdict();
        let style = verdict.map_or(DIM, |v| stance_style(v.stance));
        let stance = verdict.map_or_else(
            || "not scored".to_owned(),
            |v| format!("{} {}", v.stance, fixed(f64::from(v.probability), 2)),
        );
        let sign = verdict.map_or(' ', |v| stance_sign(v.stance));
        let indent = margin + 2;
        let head = format!("{number} {sign} {holder}: ");
        if margin + width(&head) + stance.len() <= self.width {
            writeln!(out, "{:margin$}{head}{}", "", self.paint(style, &stance))?;
        } else {
            self.paragraph(out, margin, &head, Style::new())?;
            self.paragraph(out, indent, &stance, style)?;
        }
        if let Some(verdict) = verdict.filter(|v| v.stance != Stance::None) {
            let mut text = verdict.manner();
            let probabilities = match (&candidate.statement, &candidate.scores) {
                (Some(statement), _) => Some(statement.probabilities.to_array()),
                (None, scores) => scores.as_ref().map(|s| s.stance),
            };
            if let Some(all) = probabilities {
                let others = Stance::ALL.iter().zip(all).filter(|(stance, _)| **stance != verdict.stance);
                let others: Vec<String> =
                    others.map(|(stance, p)| format!("{stance} {}", fixed(f64::from(p), 2))).collect();
                text.push_str(&format!("; else {}", others.join(", ")));
            }
            if candidate.statement.is_none() {
                text.push_str("; not counted");
            }
            self.paragraph(out, indent + 2, &text, DIM)?;
        }
        self.paragraph(out, indent + 2, &candidate.why(), DIM)
    }
}

/// What goes under one line of a sentence: each mention's number and carets, on as many rows as
/// overlapping mentions need. `marks` are numbers and bytes of `text`.
fn marker_rows(text: &str, line: &Range<usize>, marks: &[(usize, Range<usize>)]) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    let mut sorted: Vec<_> = marks.to_vec();
    sorted.sort_by_key(|(number, span)| (span.start, *number));
    for (number, span) in sorted {
        let (start, end) = (span.start.max(line.start), span.end.min(line.end));
        if start >= end {
            continue;
        }
        let column = width(&text[line.start..start]);
        let mut mark = number.to_string();
        let carets = width(&text[start..end]).saturating_sub(mark.len());
        mark.push_str(&"^".repeat(carets));
        // ASCII only: its length is its width. One free cell between two marks.
        let free = rows.iter().position(|row| row.is_empty() || row.len() < column);
        let row = free.unwrap_or_else(|| {
            rows.push(String::new());
            rows.len() - 1
        });
        let gap = column - rows[row].len().min(column);
        rows[row].push_str(&" ".repeat(gap));
        rows[row].push_str(&mark);
    }
    rows
}
