//! The end of a sentence: which full stops, question marks and ellipses end one.

use std::ops::Range;

use super::Lead;
use super::abbreviations::{self, Kind};
use super::chars::{
    after, before, is_blank, is_bullet, is_closing, is_dash, is_opening, is_terminator, skip_blank, trim,
};
use super::quotes::Quotes;
use super::{lead, words};

/// A parenthesis longer than this, in bytes, is taken for one that was never closed.
const MAX_PARENTHESIS: usize = 400;
/// Words are looked at up to this many bytes; no table has a longer one.
const MAX_WORD: usize = 48;

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
        parenthesis_end: start,
        unclosed_until: start,
        next_item: Item::at(text, skip_blank(text, proper, paragraph.end), paragraph.end)
            .and_then(Item::next),
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
    /// Full stops before this byte are inside a parenthesis within the sentence.
    parenthesis_end: usize,
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
        }
        self.end_sentence(self.range.end);
    }

    /// A character outside ASCII.
    fn other(&mut self, at: usize) -> usize {
        let Some(c) = after(self.text, at, self.range.end) else { return self.range.end };
        if is_terminator(c) {
            return self.terminator(at);
        }
        if is_bullet(c) && before(self.text, self.start, at).is_some_and(is_blank) {
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
        self.in_quote = self.quotes.open();
        if let Some(length) = lead::label_inside_paragraph(&self.text[self.start..self.range.end]) {
            self.proper = self.start + length;
            self.lead = Some(Lead::Speaker(self.start..self.proper));
        }
    }

    /// "Q:" or "A:" inside a paragraph, as interviews have it whose lines were joined.
    fn question_label(&mut self, colon: usize) {
        let letter = colon.saturating_sub(1);
        if letter <= self.start || !matches!(self.text.as_bytes()[letter], b'Q' | b'A') {
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
        if let (Some(expected), Some(found)) = (self.next_item, Item::at(self.text, at + 1, self.range.end)) {
            if expected == found {
                self.end_sentence(at);
                self.next_item = expected.next();
            }
        }
    }

    /// Notes where a parenthesis that opens inside a sentence ends.
    fn parenthesis(&mut self, at: usize) {
        if at < self.parenthesis_end
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
                    self.parenthesis_end = at + offset;
                    return;
                }
            }
        }
        self.unclosed_until = limit;
    }

    /// Reads the marks at `at`, ends the sentence there if they end one, and says where to go on.
    fn terminator(&mut self, at: usize) -> usize {
        let marks = Marks::read(self.text, &self.range, at, self.quotes);
        if at < self.parenthesis_end {
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
            _ if marks.quote_closed => follower.begins_sentence(),
            None => follower.begins_sentence() || (!marks.closed && self.is_lost_capital(word, next)),
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
                    && !(self.is_head_time(at) && !follower.is_starter())
            }
            Some(Kind::Initial) => self.ends_with_letter(at, &follower),
        }
    }

    /// The marks are followed by ink: scraped text that lost a space, or a stop inside a token.
    fn is_boundary_without_space(&self, at: usize, marks: &Marks, word: &str) -> bool {
        let text = self.text;
        let end = self.range.end;
        let Some(next) = after(text, marks.end, end) else { return true };
        let upper = |c: char| c.is_uppercase();
        if matches!(next, '“' | '«') || (next == '"' && !self.quotes.straight_open()) {
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
            && !words::is_host_ending(follower.word)
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

    /// A full stop between two small letters where a capital was lost: "an agreement. the two".
    fn is_lost_capital(&self, word: &str, next: usize) -> bool {
        word.chars().count() >= 5
            && word.chars().all(char::is_lowercase)
            && (after(self.text, next, self.range.end).is_some_and(|c| c.is_lowercase()))
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

    /// The single capital before `at` ends a sentence ("you and I. Did", "plan B. The") rather
    /// than abbreviating a name ("John F. Kennedy").
    fn ends_with_letter(&self, at: usize, follower: &Follower<'_>) -> bool {
        if !follower.is_starter() || follower.dotted || matches!(follower.word, "A" | "I" | "An") {
            return false;
        }
        let before_letter = self.text[self.proper..at - 1].trim_end_matches(is_blank);
        let previous = before_letter.rsplit(is_blank).next().unwrap_or("");
        let name = previous.starts_with(char::is_uppercase)
            && !matches!(previous, "Plan" | "Vitamin" | "Class" | "Group" | "Point" | "Option");
        !previous.is_empty()
            && (!name || matches!(follower.word, "The" | "He" | "She" | "They" | "It" | "But" | "This"))
    }
}

/// The marks at the end of a sentence: stops, then closing brackets and quotation marks.
struct Marks {
    /// The first mark.
    mark: char,
    /// Three stops or more, or '…'.
    ellipsis: bool,
    /// After stops and closing marks, where the scan goes on.
    end: usize,
    /// Where the sentence would end: `end`, or before an ellipsis that opens the next sentence.
    sentence_end: usize,
    /// Closing marks follow the stops.
    closed: bool,
    /// A closing quotation mark is among them.
    quote_closed: bool,
    /// The quotation state after the closing marks.
    quotes: Quotes,
}

impl Marks {
    fn read(text: &str, range: &Range<usize>, at: usize, quotes: Quotes) -> Self {
        let end = range.end;
        let mut marks = Self {
            mark: after(text, at, end).unwrap_or('.'),
            ellipsis: false,
            end: at,
            sentence_end: at,
            closed: false,
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
                Some(c) if is_terminator(c) && marks.closed => cursor += c.len_utf8(),
                _ => break,
            }
        }
        marks.end = cursor;
        marks.sentence_end = cursor;
        // "compounds. . . . The practice": a stop, then an ellipsis that opens the next sentence.
        let at_end = skip_blank(text, cursor, end) >= end;
        if spaced && first_stop_end < run_end && dots(&text[at..run_end]) == 4 && !marks.closed && !at_end {
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
                        && (ends_token || self.quotes.straight_open());
                    self.quote_closed |= closes;
                    closes
                }
                '\'' => {
                    self.quote_closed |= ends_token;
                    ends_token
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
                && self.quotes.straight_open()
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

/// The first word after the marks.
struct Follower<'t> {
    /// First character, opening marks apart.
    first: char,
    /// The word without opening marks, at most [`MAX_WORD`] bytes.
    word: &'t str,
    /// First byte after the word.
    end: usize,
    /// A quotation mark, bracket or bullet stands before it.
    opened: bool,
    /// A full stop follows the word.
    dotted: bool,
}

impl<'t> Follower<'t> {
    fn read(text: &'t str, at: usize, end: usize) -> Self {
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
        Self { first, word, end: stop, opened, dotted: after(text, stop, end) == Some('.') }
    }

    /// A capital, a figure or a letter without case; or a small letter in a name like "al-Sadr".
    fn begins_sentence(&self) -> bool {
        let second_capital = || self.word.chars().nth(1).is_some_and(char::is_uppercase);
        if self.first.is_lowercase() {
            return second_capital() || (matches!(self.word, "al" | "el") && !self.opened);
        }
        self.first.is_alphanumeric()
            || matches!(self.first, '$' | '€' | '£' | '¥' | '%' | '&' | '+' | '<' | '\\' | '~')
            || !self.first.is_ascii()
    }

    fn is_number(&self) -> bool {
        self.first.is_numeric()
    }

    fn is_roman(&self) -> bool {
        !self.word.is_empty()
            && self.word.len() <= 4
            && self.word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'))
            && (self.word != "I" || self.dotted)
    }

    fn is_starter(&self) -> bool {
        words::is_starter(self.word) || words::is_country(self.word)
    }

    fn is_word(&self, word: &str) -> bool {
        self.word == word && !self.opened
    }

    /// A host name or an e-mail address goes on after the word.
    fn runs_into_address(&self, text: &str, end: usize) -> bool {
        match after(text, self.end, end) {
            Some('@' | '/') => true,
            Some('.') => after(text, self.end + 1, end).is_some_and(char::is_lowercase),
            _ => false,
        }
    }
}

/// The marker of an item in a list that runs on in one line: "2.", "2)", "2.)", "b.".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item {
    /// The number, or the letter's place in the alphabet from 1.
    ordinal: u32,
    letter: bool,
    style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Stop,
    Bracket,
    Both,
}

impl Item {
    /// The marker at `at`, if one stands there with a blank and a capital after it.
    fn at(text: &str, at: usize, end: usize) -> Option<Self> {
        let rest = &text.as_bytes()[at.min(end)..end];
        let digits = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        let (ordinal, letter, length) = match rest.first()? {
            b if b.is_ascii_lowercase() => (u32::from(b - b'a') + 1, true, 1),
            _ if (1..=2).contains(&digits) => {
                (rest[..digits].iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')), false, digits)
            }
            _ => return None,
        };
        let (style, width) = match rest.get(length..)? {
            [b'.', b')', ..] => (Style::Both, 2),
            [b'.', ..] => (Style::Stop, 1),
            [b')', ..] => (Style::Bracket, 1),
            _ => return None,
        };
        let body = at + length + width;
        let next = skip_blank(text, body, end);
        (next > body && after(text, next, end).is_some_and(char::is_uppercase)).then_some(Self {
            ordinal,
            letter,
            style,
        })
    }

    fn next(self) -> Option<Self> {
        Some(Self { ordinal: self.ordinal + 1, ..self })
    }
}
