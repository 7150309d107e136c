//! Quotation state: whether the position that a scan has reached is inside a quotation.

use std::ops::Range;

use super::chars::{after, before, is_blank, is_dash, is_terminator};

/// After so many sentences without a mark, the closing mark has been forgotten.
const MAX_SENTENCES: u8 = 12;

/// The quotations that are open. Nesting of the same kind of mark is not counted: a second
/// opening mark, as at the head of each paragraph of a long quotation, reopens the first. Curly
/// and straight double marks are one kind, since texts mix them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Quotes {
    double: bool,
    guillemet: bool,
    single: bool,
    /// Sentences begun since the last mark.
    sentences: u8,
}

impl Quotes {
    /// A quotation is open.
    pub(super) fn open(self) -> bool {
        self.double || self.guillemet || self.single
    }

    /// A double quotation mark is open.
    pub(super) fn double_open(self) -> bool {
        self.double
    }

    /// Takes note that a sentence has ended.
    pub(super) fn end_sentence(&mut self) {
        self.sentences = self.sentences.saturating_add(1);
        if self.sentences > MAX_SENTENCES {
            *self = Self::default();
        }
    }

    /// Keeps a quotation open into the paragraph only if the paragraph opens it again, as a
    /// quotation of several paragraphs does; anything else was a forgotten closing mark.
    pub(super) fn enter_paragraph(&mut self, text: &str, paragraph: Range<usize>) {
        let first = after(text, paragraph.start, paragraph.end);
        *self = Self {
            double: self.double && matches!(first, Some('“' | '„' | '"')),
            guillemet: self.guillemet && first == Some('«'),
            single: self.single && first == Some('‘'),
            sentences: self.sentences,
        };
    }

    /// Takes note of the character `mark` at byte `at`; `range` bounds the view to both sides.
    pub(super) fn see(&mut self, text: &str, range: &Range<usize>, at: usize, mark: char) {
        match mark {
            '“' | '„' => self.double = true,
            // An inner quotation does not outlive the outer one.
            '”' => (self.double, self.single) = (false, false),
            '«' => self.guillemet = true,
            '»' => self.guillemet = false,
            '"' => self.double = self.straight_mark_opens(text, range, at),
            '‘' => self.single = !is_word(before(text, range.start, at)),
            // Before a letter it is an apostrophe.
            '’' => self.single &= is_word(after(text, at + mark.len_utf8(), range.end)),
            _ => return,
        }
        self.sentences = 0;
    }

    /// Whether the straight mark at `at` opens: told by the side on which it touches a word.
    pub(super) fn straight_mark_opens(self, text: &str, range: &Range<usize>, at: usize) -> bool {
        let previous = before(text, range.start, at);
        let next = after(text, at + 1, range.end);
        let loose_left =
            previous.is_none_or(|c| is_blank(c) || is_dash(c) || matches!(c, '(' | '[' | '/' | '-'));
        let loose_right =
            next.is_none_or(|c| is_blank(c) || is_terminator(c) || matches!(c, ')' | ']' | ',' | ';' | ':'));
        if loose_left == loose_right { !self.double } else { loose_left }
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_after(text: &str) -> bool {
        let mut quotes = Quotes::default();
        for (at, c) in text.char_indices() {
            quotes.see(text, &(0..text.len()), at, c);
        }
        quotes.open()
    }

    #[test]
    fn every_kind_of_mark_opens_and_closes() {
        for (open, closed) in [
            ("He said “we", "He said “we will” and"),
            ("He said \"we", "He said \"we will\" and"),
            ("He said «we", "He said «we will» and"),
            ("He said ‘we don’t", "He said ‘we don’t mind.’ And"),
            ("\"A.\" \"B", "\"A.\" \"B.\""),
            ("He said “‘yes, we", "He said “‘yes, we will” and"),
        ] {
            assert!(open_after(open), "{open}");
            assert!(!open_after(closed), "{closed}");
        }
    }

    #[test]
    fn a_forgotten_closing_mark_is_forgotten_in_turn() {
        let mut quotes = Quotes { double: true, ..Quotes::default() };
        for _ in 0..MAX_SENTENCES {
            quotes.end_sentence();
            assert!(quotes.open());
        }
        quotes.end_sentence();
        assert!(!quotes.open());
    }

    #[test]
    fn only_a_reopened_quotation_crosses_a_paragraph() {
        let text = "“We go on.”";
        let mut quotes = Quotes { double: true, guillemet: true, ..Quotes::default() };
        quotes.enter_paragraph(text, 0..text.len());
        assert_eq!(quotes, Quotes { double: true, ..Quotes::default() });
        quotes.enter_paragraph("He left.", 0..8);
        assert!(!quotes.open());
    }
}
