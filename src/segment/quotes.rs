//! Quotation state: whether the position that a scan has reached is inside a quotation.

use std::ops::Range;

use super::chars::{after, before, is_blank, is_dash, is_terminator};

/// The quotations that are open. Nesting of the same kind of mark is not counted: a second
/// opening mark, as at the head of each paragraph of a long quotation, reopens the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Quotes {
    curly: bool,
    straight: bool,
    guillemet: bool,
    single: bool,
}

impl Quotes {
    /// A quotation is open.
    pub(super) fn open(self) -> bool {
        self.curly || self.straight || self.guillemet || self.single
    }

    /// A straight double quotation mark is open.
    pub(super) fn straight_open(self) -> bool {
        self.straight
    }

    /// Keeps a quotation open into the paragraph only if the paragraph opens it again, as a
    /// quotation of several paragraphs does; anything else was a forgotten closing mark.
    pub(super) fn enter_paragraph(&mut self, text: &str, paragraph: Range<usize>) {
        let first = after(text, paragraph.start, paragraph.end);
        *self = Self {
            curly: self.curly && matches!(first, Some('“' | '„')),
            straight: self.straight && first == Some('"'),
            guillemet: self.guillemet && first == Some('«'),
            single: self.single && first == Some('‘'),
        };
    }

    /// Takes note of the character `mark` at byte `at`; `range` bounds the view to both sides.
    pub(super) fn see(&mut self, text: &str, range: &Range<usize>, at: usize, mark: char) {
        match mark {
            '“' | '„' => self.curly = true,
            '”' => self.curly = false,
            '«' => self.guillemet = true,
            '»' => self.guillemet = false,
            '"' => self.straight = self.straight_mark_opens(text, range, at),
            '‘' => self.single = !is_word(before(text, range.start, at)),
            '’' if self.single => {
                let previous = before(text, range.start, at);
                let next = after(text, at + mark.len_utf8(), range.end);
                // Between letters, or after a plural s, it is an apostrophe.
                let apostrophe = is_word(next) || (previous == Some('s') && next == Some(' '));
                self.single = apostrophe;
            }
            _ => {}
        }
    }

    /// Whether the straight mark at `at` opens: told by the side on which it touches a word.
    pub(super) fn straight_mark_opens(self, text: &str, range: &Range<usize>, at: usize) -> bool {
        let previous = before(text, range.start, at);
        let next = after(text, at + 1, range.end);
        let loose_left =
            previous.is_none_or(|c| is_blank(c) || is_dash(c) || matches!(c, '(' | '[' | '/' | '-'));
        let loose_right =
            next.is_none_or(|c| is_blank(c) || is_terminator(c) || matches!(c, ')' | ']' | ',' | ';' | ':'));
        if loose_left == loose_right { !self.straight } else { loose_left }
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
        ] {
            assert!(open_after(open), "{open}");
            assert!(!open_after(closed), "{closed}");
        }
    }

    #[test]
    fn only_a_reopened_quotation_crosses_a_paragraph() {
        let text = "“We go on.”";
        let mut quotes = Quotes { curly: true, straight: true, ..Quotes::default() };
        quotes.enter_paragraph(text, 0..text.len());
        assert_eq!(quotes, Quotes { curly: true, ..Quotes::default() });
        quotes.enter_paragraph("He left.", 0..8);
        assert!(!quotes.open());
    }
}
