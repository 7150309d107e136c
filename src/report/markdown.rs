//! Markdown: the report as a page for a wiki, an issue or a pandoc run (GitHub's dialect, for its
//! tables). Everything from articles is escaped, so that it stays text.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::text::{clean, grouped, percent, signed};
use super::{ActorRow, Evidence, Renderer, Report, words};

/// Writes one page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Markdown;

impl Renderer for Markdown {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# {}\n", escape(&words::title(report)))?;
        if report.totals.statements > 0 {
            writeln!(out, "{}\n", escape(&words::extent(report)))?;
        }
        let lines = [
            Some(words::reading(&report.totals)),
            words::corrected(&report.totals.corrected),
            report.audit.as_ref().map(words::audit),
            words::provenance(&report.header),
            words::selection(report),
        ];
        for line in lines.into_iter().flatten() {
            writeln!(out, "- {}", escape(&line))?;
        }
        writeln!(out)?;
        if let Some(advice) = report.nothing_to_show() {
            // Advice is the program's own text; its code spans are meant.
            writeln!(out, "{advice}")?;
        } else {
            overview(report, out)?;
            for row in report.rows() {
                actor(row, report, out)?;
            }
            writeln!(out, "## Method\n\n{}", escape(&words::method(report)))?;
            if let Some(quality) = words::quality(&report.header) {
                writeln!(out, "\n{}", escape(&quality))?;
            }
        }
        if !report.totals.refused.is_empty() {
            writeln!(out, "\n## Refused\n")?;
            for refusal in &report.totals.refused {
                writeln!(out, "- {}: {}", escape(&refusal.input), escape(&refusal.reason))?;
            }
        }
        Ok(())
    }
}

fn overview(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| actor | n | articles | index | 95% interval | support | conditional | oppose | tone |")?;
    writeln!(out, "|---|--:|--:|--:|:-:|--:|--:|--:|--:|")?;
    for row in report.rows() {
        let figures = &row.figures;
        let [support, conditional, oppose] = figures.shares().map(|(_, share)| percent(share.share));
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {support} | {conditional} | {oppose} | {} |",
            escape(&row.actor),
            grouped(figures.statements),
            grouped(figures.articles),
            signed(figures.index),
            words::interval(figures).map_or_else(|| "n/a".to_owned(), |i| format!("\\[{i}\\]")),
            signed(row.tone),
        )?;
    }
    if let Some(more) = words::not_listed(report) {
        writeln!(out, "\n{more}")?;
    }
    writeln!(out)
}

fn actor(row: &ActorRow, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## {}\n", escape(&row.actor))?;
    let lines = [
        Some(format!("index {}; {}", words::index(&row.figures), words::volume(row))),
        Some(words::shares(&row.figures)),
        Some(words::manner(row)),
        row.audited.as_ref().map(|audited| format!("audited: {}", words::audited(audited))),
    ];
    for line in lines.into_iter().flatten() {
        writeln!(out, "- {}", escape(&line))?;
    }
    writeln!(out)?;
    for evidence in &row.evidence {
        writeln!(out, "> “{}”  \n> {}\n", escape(&evidence.sentence), source(evidence))?;
    }
    for pair in &row.contradictions {
        writeln!(out, "{}:\n", escape(&words::contradiction(pair)))?;
        for evidence in [&pair.support, &pair.oppose] {
            writeln!(out, "> “{}”  \n> {}\n", escape(&evidence.sentence), source(evidence))?;
        }
    }
    for turn in &row.turns {
        writeln!(out, "- {}", escape(&words::turn(turn)))?;
        for evidence in turn.around.iter().flatten() {
            writeln!(out, "  > “{}”  \n  > {}\n", escape(&evidence.sentence), source(evidence))?;
        }
    }
    if !row.turns.is_empty() {
        writeln!(out)?;
    }
    let Some(axis) = &report.series else { return Ok(()) };
    if row.series.is_empty() {
        return writeln!(out, "No statement is dated to the {}.\n", axis.by);
    }
    writeln!(out, "| {} | n | articles | index | 95% interval |", axis.by)?;
    writeln!(out, "|---|--:|--:|--:|:-:|")?;
    for point in &row.series {
        let figures = &point.figures;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            point.period,
            grouped(figures.statements),
            grouped(figures.articles),
            signed(figures.index),
            words::interval(figures).map_or_else(|| "n/a".to_owned(), |i| format!("\\[{i}\\]")),
        )?;
    }
    if row.imprecise > 0 {
        writeln!(out, "\n{} with a date too coarse for the series", grouped(row.imprecise))?;
    }
    writeln!(out)
}

/// Where the sentence comes from, linked when the article has an address.
pub(super) fn source(evidence: &Evidence) -> String {
    let text = escape(&words::source(evidence));
    match evidence.url.as_deref().and_then(link_target) {
        Some(url) => format!("[{text}](<{url}>)"),
        None => text,
    }
}

/// A web address, fit for the inside of angle brackets; no other scheme is linked.
fn link_target(url: &str) -> Option<String> {
    let url = clean(url);
    let lower = url.to_ascii_lowercase();
    if !lower.starts_with("https://") && !lower.starts_with("http://") {
        return None;
    }
    let mut target = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '<' | '>' | '\\' | ' ' | '|' | '`' => {
                // Infallible for a String.
                let _ = write!(target, "%{:02X}", u32::from(c));
            }
            _ => target.push(c),
        }
    }
    Some(target)
}

/// Text that Markdown shows as it is, on one line.
pub(super) fn escape(text: &str) -> String {
    let text = clean(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    for (position, c) in text.chars().enumerate() {
        let opens_block = position == 0 && matches!(c, '#' | '+' | '-' | '=');
        let inline = matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '!' | '^' | '{' | '}'
        );
        if opens_block || inline {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    // "1. " at the start of a line would be a list.
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && matches!(escaped.as_bytes().get(digits), Some(b'.' | b')')) {
        escaped.insert(digits, '\\');
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("# A|B <b>x</b>\n*no*"), "\\# A\\|B \\<b\\>x\\</b\\> \\*no\\*");
        assert_eq!(escape("1. first"), "1\\. first");
        assert_eq!(escape("- item"), "\\- item");
    }

    #[test]
    fn only_web_addresses_are_linked() {
        assert_eq!(link_target("https://a.example/x y>"), Some("https://a.example/x%20y%3E".to_owned()));
        assert_eq!(link_target("javascript:alert(1)"), None);
    }
}
