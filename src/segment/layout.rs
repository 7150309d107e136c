//! Paragraphs: stretches of text that no sentence crosses.
//!
//! An empty line always ends a paragraph. A single line break does too, unless the article is
//! hard-wrapped: then a break is soft where the next word would not have fitted on the line.

use std::ops::Range;

use super::chars::{is_blank, is_bullet, is_closing, is_dash, is_terminator, trim};
use super::{abbreviations, lead};

/// Widths, in characters, at which texts are usually wrapped.
const WRAP_WIDTHS: std::ops::RangeInclusive<usize> = 40..=130;
/// With fewer breaks than this inside paragraphs, line lengths say too little.
const MIN_BREAKS: usize = 3;
/// Share of breaks that must stand where a line was full, for the article to count as wrapped.
const MIN_FULL_PERCENT: usize = 60;

/// A line of the text.
struct Line {
    /// Without surrounding blanks; empty for a blank line.
    ink: Range<usize>,
    /// Characters from the line's start, indentation included, to its last ink.
    width: usize,
}

/// The paragraphs of `text`, in order, without surrounding blanks, none empty.
pub(super) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let wrap = wrap_width(text, &lines);
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut previous: Option<&Line> = None;
    for line in &lines {
        if line.ink.is_empty() {
            previous = None;
            continue;
        }
        match (previous, paragraphs.last_mut()) {
            (Some(upper), Some(paragraph)) if is_soft(text, upper, line, wrap) => {
                paragraph.end = line.ink.end
            }
            _ => paragraphs.push(line.ink.clone()),
        }
        previous = Some(line);
    }
    paragraphs
}

/// How the article's lines were broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrap {
    /// At this width.
    At(usize),
    /// Not at all: each line is a paragraph.
    Never,
    /// Too few breaks to tell.
    Unknown,
}

fn wrap_width(text: &str, lines: &[Line]) -> Wrap {
    let breaks: Vec<(&Line, &Line)> = lines
        .windows(2)
        .filter(|pair| !pair[0].ink.is_empty() && !pair[1].ink.is_empty())
        .map(|pair| (&pair[0], &pair[1]))
        .collect();
    let mut widths: Vec<usize> = lines.iter().filter(|l| !l.ink.is_empty()).map(|l| l.width).collect();
    if breaks.is_empty() || widths.is_empty() {
        return Wrap::Never;
    }
    // The 95th percentile passes over a web address or a table row that could not be wrapped.
    let rank = (widths.len() - 1) * 95 / 100;
    let width = *widths.select_nth_unstable(rank).1;
    if !WRAP_WIDTHS.contains(&width) {
        return Wrap::Never;
    }
    if breaks.len() < MIN_BREAKS {
        return Wrap::Unknown;
    }
    let full = breaks.iter().filter(|(upper, lower)| is_full(text, upper, lower, width)).count();
    if full * 100 >= breaks.len() * MIN_FULL_PERCENT { Wrap::At(width) } else { Wrap::Never }
}

/// The first word of `lower` would not have fitted at the end of `upper`.
fn is_full(text: &str, upper: &Line, lower: &Line, width: usize) -> bool {
    let word = text[lower.ink.clone()].chars().take(width).take_while(|c| !is_blank(*c)).count();
    upper.width + 1 + word > width
}

/// The break between two neighbouring lines does not end a paragraph.
fn is_soft(text: &str, upper: &Line, lower: &Line, wrap: Wrap) -> bool {
    let above = &text[upper.ink.clone()];
    let below = &text[lower.ink.clone()];
    let full = match wrap {
        Wrap::At(width) => is_full(text, upper, lower, width),
        Wrap::Never => false,
        Wrap::Unknown => WRAP_WIDTHS.contains(&upper.width) && !ends_sentence(above),
    };
    let continues = (!ends_sentence(above) && below.starts_with(char::is_lowercase)) || ends_in_title(above);
    if !(full || continues) || below.starts_with(is_bullet) || lead::is_certain_label(below) {
        return false;
    }
    // "- item", "* item", "3. item": an item unless it goes on from a line whose sentence is open.
    let above_ends = ends_sentence(above) || above.ends_with([':', ';']) || is_item(above);
    !(is_item(below) && above_ends)
}

fn is_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some(c) if is_dash(c) || matches!(c, '-' | '*' | '+') => chars.next().is_some_and(is_blank),
        Some(c) if c.is_ascii_digit() => {
            let mut rest = line.trim_start_matches(|c: char| c.is_ascii_digit()).chars();
            matches!(rest.next(), Some('.' | ')')) && rest.next().is_some_and(is_blank)
        }
        _ => false,
    }
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(|c: char| is_closing(c) || matches!(c, '"' | '\'' | '’' | '*' | '_'))
        .ends_with(is_terminator)
}

/// The line breaks off before a name: "... by Gen."
fn ends_in_title(line: &str) -> bool {
    let last = line.rsplit(is_blank).next().unwrap_or(line);
    last.strip_suffix('.').is_some_and(|word| abbreviations::kind(word) == Some(abbreviations::Kind::Title))
}

/// Cuts at `\n`, `\r\n`, `\r` and the Unicode line and paragraph separators.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    let breaks = text
        .char_indices()
        .filter(|(_, c)| matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}'));
    for (at, c) in breaks {
        if c == '\n' && at == start && at > 0 && text.as_bytes()[at - 1] == b'\r' {
            start = at + 1;
            continue;
        }
        push_line(text, start, at, &mut lines);
        start = at + c.len_utf8();
    }
    push_line(text, start, text.len(), &mut lines);
    lines
}

fn push_line(text: &str, start: usize, end: usize, lines: &mut Vec<Line>) {
    let (ink_start, ink_end) = trim(text, start, end);
    let ink = ink_start..ink_end.max(ink_start);
    let width = text[start..ink.end].chars().count();
    lines.push(Line { ink, width });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        paragraphs(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn blank_lines_end_paragraphs_whatever_they_are_made_of() {
        assert_eq!(
            texts("One.\n\nTwo.\r\n \u{A0}\r\nThree.\u{2029}Four.\n\u{200B}\n"),
            ["One.", "Two.", "Three.", "Four."]
        );
        assert!(texts(" \n\u{FEFF}\n").is_empty());
    }

    #[test]
    fn a_line_that_was_full_runs_on() {
        let text = "The delegations arrived in Muscat on Monday evening and were received\n\
                    by the foreign minister, who had invited both sides to a first round\n\
                    of talks. Mr. Haddad said the agenda was short and that nobody should\n\
                    expect a communique before the end of the week.\n\
                    Reporting by our staff\n\
                    in Muscat and by two\n\
                    \n\
                    The next round is planned for May.";
        let found = texts(text);
        assert_eq!(found.len(), 3, "{found:#?}");
        assert!(found[0].ends_with("the end of the week."));
    }

    #[test]
    fn short_lines_of_an_unwrapped_article_are_paragraphs() {
        let text = "Talks resume\nDelegates from both sides met in Geneva on Monday for the first time since the spring, the mediator said.\nThey will meet again.\nNo date was set.\nThe mood was good, two diplomats said, although nobody expects a text before the end of the month.";
        assert_eq!(texts(text).len(), 5);
    }

    #[test]
    fn list_items_stay_apart() {
        let text = "The plan has three parts, which the mediator read out to the press on:\n\
                    - a ceasefire that both sides respect and that begins within two days;\n\
                    - the release of prisoners, beginning with the wounded and the oldest;\n\
                    - talks on the border, to be held in a third country, with observers.";
        assert_eq!(texts(text).len(), 4);
    }
}
