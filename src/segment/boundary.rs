//! The end of a sentence: which full stops, question marks and ellipses end one.

use std::ops::Range;

use super::Lead;
use super::abbreviations::{self, Kind};
use super::chars::{
    after, before, is_blank, is_bullet, is_closing, is_dash, is_opening, is_terminator, skip_blank, trim,
};
use super::follower::Follower;
use super::items::Item;
use super::marks::Marks;
use super::quotes::Quotes;
use super::words::MAX_WORD;
use super::{lead, words};

/// A parenthesis longer than this, in bytes, is taken for one that was never closed.
const MAX_PARENTHESIS: usize = 400;
/// A parenthesis at least this long, in bytes, may hold sentences that end the one around it.
const MIN_SENTENCES: usize = 40;

/// A sentence of a paragraph, before it is numbered.
pub(super) struct Piece {
    pub(super) span: Range<usize>,
    pub(super) lead: Option<Lead>,
    pub(super) in_quote: bool,
}

/// Cuts one paragraph; `opening` is what stands before its first sentence, and `quotes` the
/// state on entering and, afterwards, on leaving it.
pub(super) fn cut(
    text: &str,
    paragraph: Range<usize>,
    opening: Option<Lead>,
    quotes: &mut Quotes,
    emit: impl FnMut(Piece),
) {
    let start = paragraph.start;
    let proper = match &opening {
        Some(Lead::Dateline(range) | Lead::Speaker(range)) => range.end,
        None => start,
    };
    let mut cutter = Cutter {
        text,
        range: paragraph.clone(),
        start,
        proper,
        lead: opening,
        in_quote: quotes.open(),
        quotes: *quotes,
        parenthesis: start..start,
        unclosed_until: start,
        next_item: Item::at(text, skip_blank(text, proper, paragraph.end), paragraph.end).map(Item::next),
        emit,
    };
    cutter.run();
    *quotes = cutter.quotes;
}

/// The scan of one paragraph.
struct Cutter<'t, E> {
    text: &'t str,
    range: Range<usize>,
    /// First byte of the sentence being read.
    start: usize,
    /// First byte after its lead.
    proper: usize,
    lead: Option<Lead>,
    in_quote: bool,
    quotes: Quotes,
    /// The last parenthesis that opened within a sentence; full stops inside it end nothing.
    parenthesis: Range<usize>,
    /// No parenthesis that opens before this byte needs to be searched for its end.
    unclosed_until: usize,
    /// In a list that runs on in one line: the marker of the next item.
    next_item: Option<Item>,
    emit: E,
}

impl<E: FnMut(Piece)> Cutter<'_, E> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = self.proper;
        while at < self.range.end {
            match bytes[at] {
                b'.' | b'!' | b'?' => at = self.terminator(at),
                b'(' | b'[' => {
                    self.parenthesis(at);
                    at += 1;
                }
                b'"' => {
                    self.quotes.see(self.text, &self.range, at, '"');
                    at += 1;
                }
                b':' => {
                    self.question_label(at);
                    at += 1;
                }
                b' ' | b'\n' if self.next_item.is_some() => {
                    self.list_item(at);
                    at += 1;
                }
                byte if byte < 0x80 => at += 1,
                _ => at = self.other(at),
            }
            if self.lead.is_some() {
                at = at.max(self.proper);
            }
        }
        self.end_sentence(self.range.end);
    }

    /// A character outside ASCII.
    fn other(&mut self, at: usize) -> usize {
        let Some(c) = after(self.text, at, self.range.end) else { return self.range.end };
        if is_terminator(c) {
            return self.terminator(at);
        }
        if is_bullet(c) && at > self.proper && before(self.text, self.start, at).is_some_and(is_blank) {
            self.end_sentence(at);
        }
        self.quotes.see(self.text, &self.range, at, c);
        at + c.len_utf8()
    }

    /// Emits the sentence that ends before `end` and begins the next one there.
    fn end_sentence(&mut self, end: usize) {
        let (start, stop) = trim(self.text, self.start, end);
        if start < stop {
            (self.emit)(Piece { span: start..stop, lead: self.lead.take(), in_quote: self.in_quote });
        }
        self.start = skip_blank(self.text, end, self.range.end);
        self.proper = self.start;
        self.lead = None;
        self.quotes.end_sentence();
        self.in_quote = self.quotes.open();
        if let Some(length) = lead::label_inside_paragraph(&self.text[self.start..self.range.end]) {
            self.proper = self.start + length;
            self.lead = Some(Lead::Speaker(self.start..self.proper));
        }
    }

    /// "Q:" or "A:" inside a paragraph, as interviews have it whose lines were joined.
    fn question_label(&mut self, colon: usize) {
        let letter = colon.saturating_sub(1);
        if letter <= self.proper || !matches!(self.text.as_bytes()[letter], b'Q' | b'A') {
            return;
        }
        let ends = |c: char| is_terminator(c) || is_closing(c) || matches!(c, ':' | ';' | '"');
        let gap = self.text[self.start..letter].trim_end_matches(is_blank);
        if gap.len() < letter - self.start && gap.ends_with(ends) {
            self.end_sentence(letter);
            self.proper = colon + 1;
            self.lead = Some(Lead::Speaker(letter..colon + 1));
        }
    }

    /// An item of a list that runs on in one line begins after the blank at `at`.
    fn list_item(&mut self, at: usize) {
        let found = Item::at(self.text, at + 1, self.range.end);
        if let Some(expected) = self.next_item.filter(|_| self.next_item == found) {
            // If the item before ended with a full stop, this one has begun already.
            if at > self.proper {
                self.end_sentence(at);
            }
            self.next_item = Some(expected.next());
        }
    }

    /// Notes where a parenthesis that opens inside a sentence ends.
    fn parenthesis(&mut self, at: usize) {
        if at < self.parenthesis.end
            || at < self.unclosed_until
            || self.text[self.proper..at].trim_start_matches(is_blank).is_empty()
        {
            return;
        }
        let (open, close) = if self.text.as_bytes()[at] == b'(' { (b'(', b')') } else { (b'[', b']') };
        let limit = self.range.end.min(at + MAX_PARENTHESIS);
        let mut depth = 0usize;
        for (offset, byte) in self.text.as_bytes()[at..limit].iter().enumerate() {
            if *byte == open {
                depth += 1;
            } else if *byte == close {
                depth -= 1;
                if depth == 0 {
                    self.parenthesis = at..at + offset;
                    return;
                }
            }
        }
        self.unclosed_until = limit;
    }

    /// Reads the marks at `at`, ends the sentence there if they end one, and says where to go on.
    fn terminator(&mut self, at: usize) -> usize {
        let marks = Marks::read(self.text, &self.range, at, self.quotes);
        if at < self.parenthesis.end && !self.ends_with_parenthesis(&marks) {
            self.quotes = marks.quotes;
            return marks.end;
        }
        if self.is_boundary(at, &marks) {
            self.quotes = marks.quotes;
            self.end_sentence(marks.sentence_end);
            return marks.end;
        }
        self.quotes = marks.quotes;
        marks.end
    }

    /// The marks go beyond the parenthesis, so that the sentence may end with it: after a second
    /// stop, or if it is long enough for sentences of its own, unlike "(Laughter.)" and "[...]".
    fn ends_with_parenthesis(&self, marks: &Marks) -> bool {
        let sentences = self.parenthesis.len() >= MIN_SENTENCES && !marks.ellipsis;
        marks.end > self.parenthesis.end && (marks.doubled || sentences)
    }

    fn is_boundary(&self, at: usize, marks: &Marks) -> bool {
        let text = self.text;
        let end = self.range.end;
        let next = skip_blank(text, marks.end, end);
        if next >= end {
            return true;
        }
        let word = self.word_before(at);
        // "1. The offer", "• 9. The offer", "a. The offer": the stop belongs to the marker.
        if !marks.ellipsis && self.is_marker(at, word) {
            return false;
        }
        if next == marks.end {
            return self.is_boundary_without_space(at, marks, word);
        }
        let follower = Follower::read(text, next, end);
        if marks.ellipsis {
            return marks.sentence_end < marks.end || follower.begins_sentence() && !follower.is_word("I");
        }
        if marks.mark != '.' {
            return follower.begins_sentence()
                && !(marks.quote_closed && self.is_attribution(next))
                && !(!marks.closed && words::is_name_with_mark(word) && !follower.is_starter());
        }
        match abbreviations::kind(word) {
            _ if marks.quote_closed || marks.doubled => follower.begins_sentence(),
            None => follower.begins_sentence() || (!marks.closed && self.is_lost_capital(word, &follower)),
            Some(Kind::Title | Kind::Inner) => false,
            Some(Kind::Numbered) => {
                follower.begins_sentence() && !follower.is_number() && !follower.is_roman()
            }
            Some(Kind::Month | Kind::Suffix | Kind::Acronym) => {
                follower.is_starter() && !follower.is_number()
            }
            Some(Kind::Loose) => follower.begins_sentence(),
            Some(Kind::Clock) => {
                follower.begins_sentence()
                    && !words::follows_clock(follower.word)
                    && (follower.is_starter() || !self.is_head_time(at))
            }
            Some(Kind::Initial) => self.ends_with_letter(at - word.len(), &follower),
        }
    }

    /// The marks are followed by ink: scraped text that lost a space, or a stop inside a token.
    fn is_boundary_without_space(&self, at: usize, marks: &Marks, word: &str) -> bool {
        let text = self.text;
        let end = self.range.end;
        let Some(next) = after(text, marks.end, end) else { return true };
        let upper = |c: char| c.is_uppercase();
        if matches!(next, '“' | '«') || (next == '"' && !self.quotes.double_open()) {
            return abbreviations::kind(word).is_none()
                && after(text, marks.end + next.len_utf8(), end).is_some_and(|c| c.is_alphanumeric());
        }
        if !upper(next)
            || word.contains(['@', '/', '\\', '=', '&', '.'])
            || abbreviations::kind(word).is_some()
        {
            return false;
        }
        let follower = Follower::read(text, marks.end, end);
        let second = after(text, marks.end + next.len_utf8(), end);
        if marks.closed {
            return second.is_none_or(|c| !c.is_uppercase());
        }
        let previous_lower = before(text, self.start, at).is_some_and(char::is_lowercase);
        let word_like = second.is_some_and(char::is_lowercase) || words::is_starter(follower.word);
        previous_lower
            && word_like
            && word.chars().count() > 1
            && (words::is_starter(follower.word) || !words::is_host_ending(follower.word))
            && !follower.runs_into_address(text, end)
            && !word.starts_with("www")
    }

    /// The token that ends before `at`, without opening marks; at most [`MAX_WORD`] bytes.
    fn word_before(&self, at: usize) -> &str {
        let mut floor = at.saturating_sub(MAX_WORD).max(self.proper);
        while !self.text.is_char_boundary(floor) {
            floor += 1;
        }
        let window = &self.text[floor..at];
        let token = window.rsplit(|c: char| is_blank(c) || is_dash(c)).next().unwrap_or(window);
        token.trim_start_matches(|c: char| is_opening(c) || is_bullet(c) || is_closing(c))
    }

    /// `word` is the number or letter of a list item, and nothing stands before it.
    fn is_marker(&self, at: usize, word: &str) -> bool {
        let number = word.len() <= 3 && !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let letter = word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic();
        let closed = word.len() <= 3 && word.ends_with(')');
        (number || letter || closed)
            && at - self.proper < MAX_WORD
            && self.text[self.proper..at - word.len()]
                .chars()
                .all(|c| is_blank(c) || is_bullet(c) || is_opening(c))
    }

    /// A full stop before a small letter where a capital was lost: "an agreement. the two".
    fn is_lost_capital(&self, word: &str, follower: &Follower<'_>) -> bool {
        let letters = word.chars().count();
        let plain = letters >= 5 && word.chars().all(char::is_lowercase) && follower.first.is_lowercase();
        let pronoun =
            letters >= 4 && word.chars().all(char::is_alphabetic) && words::is_small_starter(follower.word);
        plain || pronoun
    }

    /// After a closed question in quotes: "... ?” Leila Haddad asked."
    fn is_attribution(&self, next: usize) -> bool {
        let mut seen_name = false;
        let window_end = self.range.end.min(next + 80);
        let mut window = &self.text.as_bytes()[next..window_end];
        // A cut in the middle of a character only spoils the last word, which is not looked at.
        if let Err(error) = std::str::from_utf8(window) {
            window = &window[..error.valid_up_to()];
        }
        let window = std::str::from_utf8(window).unwrap_or("");
        for (count, token) in window.split(is_blank).filter(|token| !token.is_empty()).take(6).enumerate() {
            let bare = token.trim_end_matches(['.', ',', ';', ':']);
            if words::is_speech_verb(bare) {
                return seen_name
                    && (token.len() > bare.len()
                        || matches!(bare, "asked" | "asks" | "wondered" | "tweeted" | "wrote"));
            }
            let pronoun = count == 0 && matches!(bare, "He" | "She" | "They" | "I" | "We");
            if pronoun
                || (words::is_starter(bare) && bare != "The")
                || !bare.starts_with(|c: char| c.is_uppercase()) && count == 0
            {
                return false;
            }
            seen_name = true;
        }
        false
    }

    /// The sentence so far is a time: "At 5 a.m."
    fn is_head_time(&self, at: usize) -> bool {
        if at - self.proper > 40 {
            return false;
        }
        let mut tokens = self.text[self.proper..at].split(is_blank).filter(|token| !token.is_empty());
        tokens.next().is_some_and(words::opens_time) && tokens.count() <= 3
    }

    /// The single capital at `letter` ends a sentence ("you and I. Did", "plan B. The") rather
    /// than abbreviating a name ("John F. Kennedy").
    fn ends_with_letter(&self, letter: usize, follower: &Follower<'_>) -> bool {
        if !follower.is_starter() || follower.dotted || matches!(follower.word, "A" | "I" | "An") {
            return false;
        }
        let before_letter = self.text[self.proper..letter].trim_end_matches(is_blank);
        let previous = before_letter.rsplit(is_blank).next().unwrap_or("");
        let name = previous.starts_with(char::is_uppercase)
            && !matches!(previous, "Plan" | "Vitamin" | "Class" | "Group" | "Point" | "Option");
        // "The interview: Q. The envoys met": a label.
        !previous.is_empty()
            && !previous.ends_with(':')
            && (!name || matches!(follower.word, "The" | "He" | "She" | "They" | "It" | "But" | "This"))
    }
}
