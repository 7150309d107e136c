//! A quotation: the words between quotation marks, over as many sentences and paragraphs as it runs.

use std::ops::Range;

/// A quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotation {
    /// Bytes between the marks.
    pub span: Range<usize>,
    /// Speech, not a quoted term ("psychological war").
    pub speech: bool,
}

/// All quotations of `text` in double quotation marks, in order, not overlapping. A quotation that a
/// paragraph leaves open goes on in the next one if that begins with a mark; otherwise it ends with the paragraph.
pub fn quotations(text: &str) -> Vec<Quotation> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut seen_mark = false;
    let mut breaks = 0;
    let mut pending: Option<usize> = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '\n' {
            breaks += 1;
            if breaks == 2
                && let Some(start) = open.take()
            {
                // Wait for the next paragraph: it continues the quotation if it opens with a mark.
                pending = Some(start);
            }
        } else if !c.is_whitespace() {
            let after = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
            let mark = Mark::of(c, before, after, open.is_some());
            if let Some(start) = pending.take() {
                if mark == Some(Mark::Open) {
                    open = Some(start);
                } else {
                    let end = text[..at].trim_end().len();
                    found.push(quotation(text, start..end));
                }
            }
            match mark {
                Some(Mark::Open) => {
                    open.get_or_insert(at + c.len_utf8());
                    seen_mark = true;
                }
                Some(Mark::Close) => {
                    if let Some(start) = open.take() {
                        found.push(quotation(text, start..at));
                    } else if !seen_mark && at > 0 {
                        // The text begins inside a quotation (an excerpt).
                        found.push(quotation(text, 0..at));
                    }
                    seen_mark = true;
                }
                None => {}
            }
            breaks = 0;
        }
        before = c;
    }
    if let Some(start) = open.or(pending) {
        found.push(quotation(text, start..text.trim_end().len().max(start)));
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Close,
}

impl Mark {
    fn of(c: char, before: char, after: char, inside: bool) -> Option<Mark> {
        match c {
            '\u{201C}' | '\u{201E}' | '\u{AB}' => Some(Mark::Open),
            '\u{201D}' | '\u{BB}' => Some(Mark::Close),
            '"' => {
                let opens = (before.is_whitespace() || "([—–-".contains(before)) && !after.is_whitespace();
                let closes = !before.is_whitespace() && !after.is_alphanumeric();
                Some(match (opens, closes) {
                    (true, false) => Mark::Open,
                    (false, true) => Mark::Close,
                    _ if inside => Mark::Close,
                    _ => Mark::Open,
                })
            }
            _ => None,
        }
    }
}

fn quotation(text: &str, span: Range<usize>) -> Quotation {
    let inner = &text[span.clone()];
    let words = inner.split_whitespace().count();
    let ends = inner.trim_end().ends_with(['.', ',', '!', '?', '…']);
    let starts = inner.trim_start().starts_with(char::is_uppercase);
    let first_person =
        inner.split(|c: char| !c.is_alphanumeric()).any(|w| matches!(w, "I" | "we" | "We" | "our" | "us"));
    Quotation { speech: words >= 8 || (words >= 3 && (ends || first_person || (starts && words >= 5))), span }
}

/// The quotation that holds `byte`.
pub fn at(quotations: &[Quotation], byte: usize) -> Option<usize> {
    let next = quotations.partition_point(|q| q.span.end <= byte);
    quotations.get(next).filter(|q| q.span.start <= byte).map(|_| next)
}

/// Whether a text begins with what leads from a speaker's name to a quotation: a colon, with the marks of Markdown around it.
pub fn announced(after_name: &str) -> bool {
    let rest = after_name.trim_start_matches(['*', '_', ']']);
    let rest = match rest.strip_prefix('(') {
        Some(address) if address.starts_with("http") => {
            address.split_once(')').map_or(rest, |(_, rest)| rest)
        }
        _ => rest,
    };
    let rest = rest.trim_start_matches(['*', '_', ' ']);
    rest.strip_prefix(':')
        .is_some_and(|rest| rest.trim_start_matches(['*', '_', ' ', '\n', '\r']).starts_with(['“', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        quotations(text).into_iter().map(|q| &text[q.span]).collect()
    }

    #[test]
    fn a_quotation_runs_over_paragraphs_when_the_next_reopens_it() {
        let text = "“We met.\n\n“We will meet again,” she said. “Soon.”";
        assert_eq!(found(text), ["We met.\n\n“We will meet again,", "Soon."]);
        assert_eq!(found("“We met.\n\nShe left."), ["We met."]);
    }

    #[test]
    fn straight_marks_pair_by_their_neighbours() {
        assert_eq!(found("\"Yes,\" he said. \"No.\""), ["Yes,", "No."]);
        assert_eq!(found("and that is all.\" He left. \"Why?\""), ["and that is all.", "Why?"]);
    }

    #[test]
    fn quoted_terms_are_not_speech() {
        let terms =
            quotations("the “maximum pressure” campaign is “wrong,” and “We will not talk under threat.”");
        assert_eq!(terms.iter().map(|q| q.speech).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn a_colon_leads_from_a_name_to_a_quotation() {
        for after in
            [": “We talk.”", ":** “We talk.”", "](https://x.example/1): \"We talk.\"", "** : “We talk.”"]
        {
            assert!(announced(after), "{after}");
        }
        for after in
            [" said: “We talk.”", ": we talk", "](https://x.example/1) said", " (left): “We talk.”", ""]
        {
            assert!(!announced(after), "{after}");
        }
    }
}
