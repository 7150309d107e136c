//! A token: a word, number or mark of the article's text with its bytes, for rules that look at neighbouring words.

use std::ops::Range;

/// One token.
#[derive(Debug, Clone)]
pub struct Token {
    /// Bytes of the article's text.
    pub span: Range<usize>,
    /// The token in lower case, curly apostrophes made straight.
    pub lower: String,
    /// Starts with a capital letter.
    pub capital: bool,
    /// A word or number, not a mark.
    pub word: bool,
}

impl Token {
    /// The possessive ending "'s", or the lone apostrophe after a plural.
    pub fn is_possessive(&self) -> bool {
        self.lower == "'s" || self.lower == "'"
    }
}

/// Abbreviations whose full stop belongs to the word.
const ABBREVIATED: &[&str] = &[
    "mr", "mrs", "ms", "dr", "gen", "sen", "rep", "gov", "col", "lt", "maj", "adm", "brig", "prof", "st",
    "jr", "sr", "rev", "hon", "sgt", "capt", "amb", "sec",
];

/// Cuts `text` into tokens. "U.S.", "Gen." and "J." keep their full stops; "'s" is a token of its own;
/// hyphenated words are one token.
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5);
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        if !first.is_alphanumeric() {
            let end = start + first.len_utf8();
            if is_apostrophe(first) && start > 0 && text[end..].starts_with(['s', 'S']) {
                let after = text[end + 1..].chars().next();
                let glued = !text[..start].ends_with(char::is_whitespace);
                if glued && !after.is_some_and(char::is_alphanumeric) {
                    chars.next();
                    tokens.push(token(text, start..end + 1, false));
                    continue;
                }
            }
            tokens.push(token(text, start..end, false));
            continue;
        }
        let mut end = start + first.len_utf8();
        while let Some(&(at, c)) = chars.peek() {
            let next = text[at + c.len_utf8()..].chars().next();
            let inner = match c {
                _ if c.is_alphanumeric() => true,
                '-' | '\u{2011}' | '&' => next.is_some_and(char::is_alphanumeric),
                '.' => {
                    initials(&text[start..at])
                        || next.is_some_and(char::is_alphanumeric)
                        || ABBREVIATED.contains(&text[start..at].to_lowercase().as_str())
                }
                ',' => {
                    next.is_some_and(|n| n.is_ascii_digit())
                        && text[start..at].ends_with(|p: char| p.is_ascii_digit())
                }
                _ if is_apostrophe(c) => {
                    let rest = &text[at + c.len_utf8()..];
                    let ending = rest.starts_with(['s', 'S'])
                        && !rest[1..].chars().next().is_some_and(char::is_alphanumeric);
                    next.is_some_and(char::is_alphanumeric) && !ending
                }
                _ => false,
            };
            if !inner {
                break;
            }
            end = at + c.len_utf8();
            chars.next();
        }
        tokens.push(token(text, start..end, true));
    }
    tokens
}

/// Single letters with full stops between: "U.S", "J".
fn initials(word: &str) -> bool {
    let mut letters = 0;
    word.split('.').all(|part| {
        let mut chars = part.chars();
        letters += 1;
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_none() && letters <= 4
    })
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2BC}')
}

fn token(text: &str, span: Range<usize>, word: bool) -> Token {
    let raw = &text[span.clone()];
    let lower =
        raw.chars().flat_map(|c| if is_apostrophe(c) { '\''.to_lowercase() } else { c.to_lowercase() });
    Token { lower: lower.collect(), capital: is_capital(raw), word, span }
}

/// "Doe", "al-Abdah".
fn is_capital(raw: &str) -> bool {
    let particle = |p: &str| matches!(p, "al" | "el" | "as" | "ad" | "ar" | "an" | "at" | "ash" | "az");
    raw.starts_with(char::is_uppercase)
        || raw.split_once('-').is_some_and(|(p, name)| particle(p) && name.starts_with(char::is_uppercase))
}

/// Position of the first token that starts at or after `byte`.
pub fn first_from(tokens: &[Token], byte: usize) -> usize {
    tokens.partition_point(|t| t.span.start < byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokenize(text).into_iter().map(|t| &text[t.span]).collect()
    }

    #[test]
    fn abbreviations_possessives_and_hyphens_are_single_words() {
        assert_eq!(
            words("Gen. J. Doe of the U.S. won’t meet Iran’s co-chair."),
            ["Gen.", "J.", "Doe", "of", "the", "U.S.", "won’t", "meet", "Iran", "’s", "co-chair", "."]
        );
        assert_eq!(words("1,200 men, said Es’haq"), ["1,200", "men", ",", "said", "Es’haq"]);
        assert_eq!(words("the sides’ talks"), ["the", "sides", "’", "talks"]);
    }

    #[test]
    fn any_text_is_covered_without_white_space() {
        let text = "“Ça va…” — 'd’ 5%\u{1F600}\u{301} ''s";
        let joined: String = words(text).concat();
        assert_eq!(joined, text.split_whitespace().collect::<String>());
    }
}
