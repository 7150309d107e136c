//! Characters as segmentation sees them: what is blank, what opens or closes, what comes before
//! and after a byte position.

/// White space, or a character without width or ink (zero-width space, joiners, direction marks,
/// byte order mark).
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A bracket or quotation mark that can only close.
pub(super) fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '”' | '»')
}

/// A bracket or quotation mark that can stand before the first word of a sentence.
pub(super) fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '“' | '„' | '«' | '‘' | '"' | '\'' | '*' | '_' | '¿' | '¡')
}

/// A mark that stands before an item of a list and nowhere else.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '⁃' | '●' | '▪' | '■' | '◦' | '‣' | '○' | '►')
}

/// A dash that can separate a dateline or open an item; not the hyphen.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '–' | '—' | '―' | '−')
}

/// Marks that can end a sentence.
pub(super) fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‼' | '⁉' | '⁈' | '。' | '؟' | '۔' | '！' | '？')
}

/// The character that ends at `at`, not looking before `floor`.
pub(super) fn before(text: &str, floor: usize, at: usize) -> Option<char> {
    text[floor..at].chars().next_back()
}

/// The character that begins at `at`, not looking beyond `end`.
pub(super) fn after(text: &str, at: usize, end: usize) -> Option<char> {
    text[at..end].chars().next()
}

/// First byte at or after `at` that is not blank.
pub(super) fn skip_blank(text: &str, at: usize, end: usize) -> usize {
    text[at..end].char_indices().find(|(_, c)| !is_blank(*c)).map_or(end, |(offset, _)| at + offset)
}

/// `text[start..end]` without surrounding blanks, as byte positions; `start >= end` when empty.
pub(super) fn trim(text: &str, start: usize, end: usize) -> (usize, usize) {
    let start = skip_blank(text, start, end);
    let inked = text[start..end].trim_end_matches(is_blank).len();
    (start, start + inked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_width_and_no_break_spaces_are_blank() {
        for c in [' ', '\n', '\u{A0}', '\u{200B}', '\u{FEFF}', '\u{202F}', '\u{2060}'] {
            assert!(is_blank(c), "{c:?}");
        }
        assert!(!is_blank('-') && !is_blank('é'));
    }

    #[test]
    fn trimming_keeps_the_ink() {
        let text = "\u{FEFF} peace \u{A0}\n";
        let (start, end) = trim(text, 0, text.len());
        assert_eq!(&text[start..end], "peace");
        let (start, end) = trim(" \u{200B} ", 0, 5);
        assert!(start >= end);
    }
}
