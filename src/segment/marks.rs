//! The marks at the end of a sentence, read as one: stops, closing brackets and quotation marks.

use std::ops::Range;

use super::chars::{after, before, is_blank, is_terminator, skip_blank};
use super::quotes::Quotes;

/// The marks at the end of a sentence: stops, then closing brackets and quotation marks.
pub(super) struct Marks {
    /// The first mark.
    pub(super) mark: char,
    /// Three stops or more, or '…'.
    pub(super) ellipsis: bool,
    /// After stops and closing marks, where the scan goes on.
    pub(super) end: usize,
    /// Where the sentence would end: `end`, or before an ellipsis that opens the next sentence.
    pub(super) sentence_end: usize,
    /// Closing marks follow the stops.
    pub(super) closed: bool,
    /// Another stop follows those.
    pub(super) doubled: bool,
    /// A closing quotation mark is among them.
    pub(super) quote_closed: bool,
    /// The quotation state after the closing marks.
    pub(super) quotes: Quotes,
}

impl Marks {
    pub(super) fn read(text: &str, range: &Range<usize>, at: usize, quotes: Quotes) -> Self {
        let end = range.end;
        let mut marks = Self {
            mark: after(text, at, end).unwrap_or('.'),
            ellipsis: false,
            end: at,
            sentence_end: at,
            closed: false,
            doubled: false,
            quote_closed: false,
            quotes,
        };
        let (run_end, first_stop_end, spaced) = run(text, at, end);
        marks.ellipsis = marks.mark == '…' || dots(&text[at..run_end]) >= 3;
        let mut cursor = run_end;
        loop {
            cursor = marks.close(text, range, cursor);
            // "... at stake.”." and "(in the U.S.).": a second stop after the closing marks.
            match after(text, cursor, end) {
                Some(c) if is_terminator(c) && marks.closed => {
                    marks.doubled = true;
                    cursor += c.len_utf8();
                }
                _ => break,
            }
        }
        marks.end = cursor;
        marks.sentence_end = cursor;
        // "compounds. . . . The practice": a stop, then an ellipsis that opens the next sentence.
        let attached = before(text, range.start, at).is_some_and(|c| !is_blank(c));
        let at_end = skip_blank(text, cursor, end) >= end;
        if spaced
            && attached
            && first_stop_end < run_end
            && dots(&text[at..run_end]) == 4
            && !marks.closed
            && !at_end
        {
            marks.sentence_end = first_stop_end;
        }
        marks
    }

    /// Passes over closing marks from `cursor` and says where they end.
    fn close(&mut self, text: &str, range: &Range<usize>, mut cursor: usize) -> usize {
        let end = range.end;
        while let Some(c) = after(text, cursor, end) {
            let past = cursor + c.len_utf8();
            let next = after(text, past, end);
            let ends_token = next.is_none_or(|c| !c.is_alphanumeric());
            let closes = match c {
                ')' | ']' | '}' => true,
                '”' | '»' | '’' => {
                    self.quote_closed = true;
                    // "U.S.’s" is a genitive.
                    c != '’' || ends_token || self.quotes.open()
                }
                '"' => {
                    let closes = !self.quotes.straight_mark_opens(text, range, cursor)
                        && (ends_token || self.quotes.double_open());
                    self.quote_closed |= closes;
                    closes
                }
                '\'' => {
                    self.quote_closed |= ends_token;
                    ends_token
                }
                // The wrong mark, as word processors set it after a full stop.
                '“' if ends_token && self.quotes.open() && next.is_none_or(is_blank) => {
                    self.quote_closed = true;
                    self.closed = true;
                    self.quotes.see(text, range, cursor, '”');
                    cursor = past;
                    continue;
                }
                '*' | '_' => ends_token,
                _ => false,
            };
            if closes {
                self.quotes.see(text, range, cursor, c);
                self.closed = true;
                cursor = past;
                continue;
            }
            // A closing mark that was set apart: "... the talks. ” He left."
            let mark_at = skip_blank(text, cursor, end);
            let apart = after(text, mark_at, end);
            let lone_straight = apart == Some('"')
                && self.quotes.double_open()
                && after(text, mark_at + 1, end).is_none_or(is_blank);
            if mark_at > cursor && (matches!(apart, Some('”' | '»')) || lone_straight) {
                cursor = mark_at;
                continue;
            }
            break;
        }
        cursor
    }
}

/// Reads a run of stops from `at`, with blanks between them where they form a spaced ellipsis.
/// Gives its end, the end of the stops before the first blank, and whether it has blanks.
fn run(text: &str, at: usize, end: usize) -> (usize, usize, bool) {
    let bytes = text.as_bytes();
    let mut cursor = at;
    let mut first_end = None;
    loop {
        while let Some(c) = after(text, cursor, end).filter(|c| is_terminator(*c)) {
            cursor += c.len_utf8();
        }
        let gap =
            cursor < end && bytes[cursor] == b' ' && bytes.get(cursor + 1) == Some(&b'.') && cursor + 1 < end;
        // Only a lone stop continues: ". . ." but not ". .NET".
        let lone = gap && (cursor + 2 >= end || !bytes[cursor + 2].is_ascii_alphanumeric());
        if !lone {
            break;
        }
        first_end.get_or_insert(cursor);
        cursor += 1;
    }
    (cursor, first_end.unwrap_or(cursor), first_end.is_some())
}

fn dots(run: &str) -> usize {
    run.bytes().filter(|b| *b == b'.').count()
}
