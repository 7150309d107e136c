//! A word of a text as names are compared: a byte span, and a folded form without case, accents,
//! apostrophes and dots, so that "Erdoğan", "ERDOGAN" and "Erdogan" are one word.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Apostrophes that occur inside names, straight, curly and as transliteration marks.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '`' | '´')
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// The first word at or after byte `from`.
///
/// An apostrophe belongs to a word ("Khamene'i") unless it begins a possessive; "P5+1", "OPEC+"
/// and "U.S." are one word each, the latter with its final dot; hyphens separate words.
pub(super) fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = from;
    while start < bytes.len() {
        let byte = bytes[start];
        if byte.is_ascii_alphanumeric() {
            break;
        }
        if byte < 0x80 {
            start += 1;
            continue;
        }
        let c = char_at(text, start)?;
        if c.is_alphanumeric() && !is_apostrophe(c) {
            break;
        }
        start += c.len_utf8();
    }
    (start < bytes.len()).then(|| start..word_end(text, start))
}

/// One past the word that begins at `start`.
fn word_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = start;
    // Letters since the last dot; dots are only inside words of single letters.
    let mut segment = 0;
    let mut dotted = false;
    while end < bytes.len() {
        if bytes[end].is_ascii_alphanumeric() {
            end += 1;
            segment += 1;
            continue;
        }
        let Some(c) = char_at(text, end) else { break };
        let after = end + c.len_utf8();
        if is_apostrophe(c) {
            let mut rest = text[after..].chars();
            let (next, second) = (rest.next(), rest.next());
            let possessive = matches!(next, Some('s' | 'S')) && !second.is_some_and(char::is_alphanumeric);
            if possessive || !next.is_some_and(char::is_alphanumeric) {
                break;
            }
        } else if c == '+' {
            // "P5+1", "OPEC+".
        } else if c == '.' {
            let mut rest = text[after..].chars();
            let (next, second) = (rest.next(), rest.next());
            let letter = segment == 1 && (dotted || end == start + 1);
            if !letter
                || !next.is_some_and(|n| n.is_ascii_uppercase())
                || second.is_some_and(char::is_alphanumeric)
            {
                break;
            }
            dotted = true;
            segment = 0;
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            segment += 1;
        } else {
            break;
        }
        end = after;
    }
    if dotted && segment == 1 && bytes.get(end) == Some(&b'.') {
        end += 1;
    }
    end
}

/// All words of `text`.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let span = next_word(text, at)?;
        at = span.end;
        Some(&text[span])
    })
}

/// `word` without accents, apostrophes and dots, in its own case.
pub(super) fn plain(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    push_plain(word, &mut out);
    out
}

fn push_plain(word: &str, out: &mut String) {
    if word.is_ascii() {
        out.extend(word.chars().filter(|&c| c != '.' && !is_apostrophe(c)));
        return;
    }
    for c in word.nfd() {
        match c {
            '.' => {}
            _ if is_apostrophe(c) || is_combining_mark(c) => {}
            'ı' => out.push('i'),
            'ø' => out.push('o'),
            'Ø' => out.push('O'),
            'ł' => out.push('l'),
            'Ł' => out.push('L'),
            'đ' | 'ð' => out.push('d'),
            'Đ' | 'Ð' => out.push('D'),
            'ə' => out.push('a'),
            'Ə' => out.push('A'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'Æ' => out.push_str("Ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            _ => out.push(c),
        }
    }
}

/// `word` in lower case without accents, apostrophes and dots, into `out`, which is cleared.
pub(super) fn fold_into(word: &str, out: &mut String) {
    out.clear();
    push_plain(word, out);
    if out.is_ascii() {
        out.make_ascii_lowercase();
    } else {
        *out = out.to_lowercase();
    }
}

/// The folded words of `text`, joined by single spaces: the key under which a name is looked up.
pub(super) fn fold(text: &str) -> String {
    let (mut key, mut word) = (String::with_capacity(text.len()), String::new());
    for part in words(text) {
        fold_into(part, &mut word);
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&word);
    }
    key
}

/// Whether the words on both sides of `separator` can belong to one name: "Amir-Abdollahian",
/// "Kamal\nKharrazi", "John F. Kennedy", but not "Iran, Iraq" or two paragraphs.
pub(super) fn joins(separator: &str, previous: &str) -> bool {
    let separator = match separator.strip_prefix('.') {
        Some(rest) if previous.len() <= 3 => rest,
        Some(_) => return false,
        // "Workers' Party", "People's Liberation Army".
        None => separator.strip_prefix(is_apostrophe).unwrap_or(separator),
    };
    let mut chars = separator.chars();
    match (chars.next(), chars.next()) {
        (None, _) => true,
        (Some('-' | '‐' | '‑' | '–' | '/'), None) => true,
        _ => separator.chars().all(char::is_whitespace) && separator.matches('\n').count() <= 1,
    }
}

/// Whether every letter is upper case, and there are at least two letters.
pub(super) fn is_caps(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some()
        && word.chars().filter(|c| c.is_alphabetic()).count() > 1
        && letters.all(char::is_uppercase)
}

/// Whether the first letter is upper case.
pub(super) fn is_capitalised(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        words(text).collect()
    }

    #[test]
    fn words_keep_inner_apostrophes_and_shed_possessives() {
        assert_eq!(split("Khamene'i met Iran’s envoy"), ["Khamene'i", "met", "Iran", "s", "envoy"]);
        assert_eq!(split("the Houthis' offer"), ["the", "Houthis", "offer"]);
        assert_eq!(split("Côte d’Ivoire"), ["Côte", "d’Ivoire"]);
    }

    #[test]
    fn abbreviations_with_dots_are_one_word() {
        assert_eq!(
            split("The U.S. and the U.S.-led group"),
            ["The", "U.S.", "and", "the", "U.S.", "led", "group"]
        );
        assert_eq!(split("John F. Kennedy"), ["John", "F", "Kennedy"]);
        assert_eq!(split("in Iran. The"), ["in", "Iran", "The"]);
        assert_eq!(split("P5+1, E3/EU+2"), ["P5+1", "E3", "EU+2"]);
    }

    #[test]
    fn folding_forgets_accents_case_and_dots() {
        assert_eq!(fold("Recep Tayyip ERDOĞAN"), "recep tayyip erdogan");
        assert_eq!(fold("Amir-Abdollahian"), fold("amir abdollahian"));
        assert_eq!(fold("U.S."), "us");
        assert_eq!(fold("Es’haq"), fold("Es'haq"));
    }

    #[test]
    fn names_do_not_run_across_commas_or_paragraphs() {
        assert!(joins(" ", "Kamal") && joins("-", "Amir") && joins(". ", "F") && joins("\n", "Kamal"));
        assert!(!joins(", ", "Iran") && !joins("\n\n", "Kamal") && !joins(". ", "Kamal"));
    }
}
