//! Markers of list items inside one line: "1. The border 2. The prisoners".

use super::chars::{after, skip_blank};

/// The marker of an item in a list that runs on in one line: "2.", "2)", "2.)", "b.".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
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
    pub(super) fn at(text: &str, at: usize, end: usize) -> Option<Self> {
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

    pub(super) fn next(self) -> Self {
        Self { ordinal: self.ordinal + 1, ..self }
    }
}
