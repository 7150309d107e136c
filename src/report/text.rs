//! Text as a terminal or a table can take it: cleaned, measured, wrapped; and numbers in words.
//!
//! Widths are counted in terminal cells: CJK characters take two, combining marks none.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// `text` on one line: white space squeezed to single spaces; control characters, and format
/// characters that reorder or hide text, taken out. What remains cannot steer a terminal.
pub fn clean(text: &str) -> String {
    clean_with_map(text).0
}

/// [`clean`], and for every byte of `text` (and its end) the place in the cleaned text.
pub fn clean_with_map(text: &str) -> (String, Vec<usize>) {
    let mut cleaned = String::with_capacity(text.len());
    let mut map = Vec::with_capacity(text.len() + 1);
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space = !cleaned.is_empty();
        } else if !is_steering(c) {
            if std::mem::take(&mut space) {
                cleaned.push(' ');
            }
            map.resize(map.len() + c.len_utf8(), cleaned.len());
            cleaned.push(c);
            continue;
        }
        map.resize(map.len() + c.len_utf8(), cleaned.len());
    }
    map.push(cleaned.len());
    (cleaned, map)
}

/// Control characters, bidirectional controls, invisible format characters. The joiners that
/// Persian and emoji need are not among them.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cells that `text` takes.
pub fn width(text: &str) -> usize {
    text.chars().map(cells).sum()
}

fn cells(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Cleaned `text` cut into lines of at most `width` cells: at spaces, beside wide characters, or,
/// where a word is longer than a line, anywhere. The ranges leave out the spaces at the breaks.
pub fn wrap(text: &str, width: usize) -> Vec<Range<usize>> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut start = 0;
    let mut used = 0;
    // End of the line and start of the next, if it is broken at the last opportunity.
    let mut opportunity: Option<(usize, usize)> = None;
    let mut previous_wide = false;
    let mut after_space = false;
    for (at, c) in text.char_indices() {
        let wide = cells(c) == 2;
        if c == ' ' {
            opportunity = Some((at, at + 1));
        } else if at > start && cells(c) > 0 && !after_space && (wide || previous_wide) && !clings(c) {
            opportunity = Some((at, at));
        }
        if cells(c) > 0 {
            previous_wide = wide;
        }
        after_space = c == ' ';
        used += cells(c);
        if used > width && c != ' ' {
            let (end, next) = opportunity.filter(|(end, _)| *end > start).unwrap_or((at, at));
            lines.push(start..end);
            start = next;
            used = text.get(start..at).map_or(0, self::width) + cells(c);
            opportunity = None;
        }
    }
    let end = text.trim_end().len();
    if start < end || lines.is_empty() {
        lines.push(start..end.max(start));
    }
    lines
}

/// Punctuation that does not begin a line.
fn clings(c: char) -> bool {
    matches!(c, '、' | '。' | '，' | '．' | '！' | '？' | '：' | '；' | '）' | '」' | '』' | '》' | '”' | '’')
}

/// `text` in at most `width` cells, the end replaced by `ellipsis` where it does not fit.
pub fn truncate(text: &str, width: usize, ellipsis: &str) -> String {
    if self::width(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(self::width(ellipsis));
    let mut used = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += cells(c);
        if used > room {
            break;
        }
        end = at + c.len_utf8();
    }
    let ellipsis = if self::width(ellipsis) <= width { ellipsis } else { "" };
    format!("{}{ellipsis}", text[..end].trim_end())
}

/// `text` filled up with spaces on its right. Text that runs from right to left is followed by
/// a mark of no width that keeps the numbers after it in their columns.
pub fn pad_right(text: &str, width: usize) -> String {
    let mark = if text.chars().any(runs_leftward) { "\u{200e}" } else { "" };
    format!("{text}{mark}{:1$}", "", width.saturating_sub(self::width(text)))
}

/// `text` filled up with spaces on its left.
pub fn pad_left(text: &str, width: usize) -> String {
    format!("{:1$}{text}", "", width.saturating_sub(self::width(text)))
}

fn runs_leftward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// `value` with so many decimals; never minus zero.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|b| b == b'0' || b == b'.') => zero.to_owned(),
        _ => text,
    }
}

/// A signed figure of two decimals: `+0.42`, `-0.10`, `0.00`.
pub fn signed(value: f64) -> String {
    let text = fixed(value, 2);
    if text.starts_with('-') || text == "0.00" { text } else { format!("+{text}") }
}

/// A share as whole per cent.
pub fn percent(share: f64) -> String {
    format!("{}%", fixed(share * 100.0, 0))
}

/// A count with commas between thousands.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun, which takes an s in the plural: `1 article`, `2,000 articles`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_steers_a_terminal_remains() {
        assert_eq!(clean("a\u{1b}]0;title\u{7}b\r\n\t c\u{9b}2J"), "a]0;titleb c2J");
        assert_eq!(clean("  \u{202e}abc\u{2069} \u{feff}"), "abc");
        // The zero-width non-joiner is part of Persian spelling.
        assert_eq!(clean("می\u{200c}خواهد"), "می\u{200c}خواهد");
    }

    #[test]
    fn the_map_leads_to_the_same_words() {
        let text = "He\n  said\u{1b}[1m  yes";
        let (cleaned, map) = clean_with_map(text);
        assert_eq!(cleaned, "He said[1m yes");
        let at = text.find("yes").unwrap();
        assert_eq!(&cleaned[map[at]..map[text.len()]], "yes");
    }

    #[test]
    fn lines_break_at_spaces_beside_wide_characters_or_anywhere() {
        let lines = |text: &str, width: usize| -> Vec<String> {
            wrap(text, width).into_iter().map(|r| text[r].to_owned()).collect()
        };
        assert_eq!(lines("the talks go on", 9), ["the talks", "go on"]);
        assert_eq!(lines("an incomprehensibility", 8), ["an", "incompre", "hensibil", "ity"]);
        assert_eq!(lines("双方同意继续谈判。", 8), ["双方同意", "继续谈", "判。"]);
        assert_eq!(lines("", 8), [""]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(signed(0.416), "+0.42");
        assert_eq!(signed(-0.001), "0.00");
        assert_eq!(fixed(-0.5, 0), "0");
        assert_eq!(percent(0.4567), "46%");
        assert_eq!(grouped(1234567), "1,234,567");
        assert_eq!(counted(1, "article"), "1 article");
    }

    proptest! {
        #[test]
        fn wrapping_keeps_all_words_and_the_width(text in "[a-z谈判ב́ ]{0,60}", room in 2_usize..20) {
            let text = clean(&text);
            let lines: Vec<&str> = wrap(&text, room).into_iter().map(|r| &text[r]).collect();
            let squeezed = |s: &str| s.replace(' ', "");
            prop_assert_eq!(squeezed(&lines.concat()), squeezed(&text));
            for line in lines {
                prop_assert!(width(line) <= room, "{:?}", line);
            }
        }

        #[test]
        fn truncated_text_fits(text in "\\PC{0,40}", room in 0_usize..30) {
            prop_assert!(width(&truncate(&text, room, "…")) <= room);
        }
    }
}
