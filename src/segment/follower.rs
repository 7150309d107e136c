//! The word that follows a possible sentence end, and what it says about it.

use super::chars::{after, is_blank, is_bullet, is_dash, is_opening};
use super::words::{self, MAX_WORD};

/// The first word after the marks.
pub(super) struct Follower<'t> {
    /// First character, opening marks apart.
    pub(super) first: char,
    /// The word without opening marks, at most [`MAX_WORD`] bytes.
    pub(super) word: &'t str,
    /// First byte after the word.
    end: usize,
    /// A quotation mark, bracket or bullet stands before it.
    opened: bool,
    /// A full stop follows the word.
    pub(super) dotted: bool,
    /// It is one with the next word: "A&T", "Under Secretary".
    compound: bool,
}

impl<'t> Follower<'t> {
    pub(super) fn read(text: &'t str, at: usize, end: usize) -> Self {
        let mut cursor = at;
        let mut opened = false;
        while let Some(c) = after(text, cursor, end) {
            let passes = is_opening(c)
                || is_bullet(c)
                || is_dash(c)
                || (opened && is_blank(c))
                || matches!(c, '-' | '#' | '@' | '.' | '…' | '’');
            if !passes || cursor - at > MAX_WORD {
                break;
            }
            opened = true;
            cursor += c.len_utf8();
        }
        let first = after(text, cursor, end).unwrap_or(' ');
        let mut stop = cursor;
        while let Some(c) = after(text, stop, end) {
            if !(c.is_alphanumeric() || matches!(c, '’' | '\'')) || stop - cursor > MAX_WORD {
                break;
            }
            stop += c.len_utf8();
        }
        let word = text[cursor..stop].trim_end_matches(['’', '\'']);
        Self {
            first,
            word,
            end: stop,
            opened,
            dotted: after(text, stop, end) == Some('.'),
            compound: matches!(after(text, stop, end), Some('&' | '-'))
                || (word == "Under" && text[stop..end].starts_with(" Secretary")),
        }
    }

    /// A capital, a figure or a letter without case; or a small letter in a name like "al-Sadr".
    pub(super) fn begins_sentence(&self) -> bool {
        if self.first.is_lowercase() {
            return self.word.chars().any(char::is_uppercase)
                || matches!(self.word, "http" | "https" | "www")
                || (matches!(self.word, "al" | "el") && !self.opened);
        }
        self.first.is_alphanumeric()
            || matches!(self.first, '$' | '€' | '£' | '¥' | '%' | '&' | '+' | '<' | '\\' | '~')
            || !self.first.is_ascii()
    }

    pub(super) fn is_number(&self) -> bool {
        self.first.is_numeric()
    }

    pub(super) fn is_roman(&self) -> bool {
        !self.word.is_empty()
            && self.word.len() <= 4
            && self.word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'))
            && (self.word != "I" || self.dotted)
    }

    pub(super) fn is_starter(&self) -> bool {
        !self.compound && (words::is_starter(self.word) || words::is_country(self.word))
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word == word && !self.opened
    }

    /// A host name or an e-mail address goes on after the word.
    pub(super) fn runs_into_address(&self, text: &str, end: usize) -> bool {
        match after(text, self.end, end) {
            Some('@' | '/') => true,
            Some('.') => after(text, self.end + 1, end).is_some_and(char::is_lowercase),
            _ => false,
        }
    }
}
