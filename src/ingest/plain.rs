//! Plain text input: the whole file is the article's text; title and date are found near its top.

use std::sync::LazyLock;

use regex::Regex;

use crate::article::PartialDate;

use super::dates::{find_date, parse_written_date};
use super::record::squeezed;

/// Paragraphs among which a headline and a date line are looked for.
const TOP_PARAGRAPHS: usize = 6;

/// Longest headline, in characters and in words.
const HEADLINE_CHARS: usize = 180;
const HEADLINE_WORDS: usize = 30;

/// Title and date that a plain text tells about itself.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Top {
    pub title: Option<String>,
    pub date: Option<PartialDate>,
}

/// Looks at the top of `text` (line ends `\n`). What is not clear stays unknown.
pub(super) fn read_top(text: &str) -> Top {
    let paragraphs = top_paragraphs(text);
    Top { title: headline(&paragraphs), date: date_of(&paragraphs) }
}

/// The first paragraphs, each as its lines; the last one is followed by nothing when it ends the
/// text, so it can be no headline.
fn top_paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut paragraphs: Vec<Vec<&str>> = Vec::new();
    let mut open = false;
    for line in text.lines().map(|line| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')) {
        if line.is_empty() {
            open = false;
            if paragraphs.len() > TOP_PARAGRAPHS {
                break;
            }
            continue;
        }
        match paragraphs.last_mut().filter(|_| open) {
            // Enough to judge a paragraph by; a huge one is not collected.
            Some(lines) => lines.extend((lines.len() < 8).then_some(line)),
            None => paragraphs.push(vec![line]),
        }
        open = true;
    }
    paragraphs
}

/// The headline: a short paragraph without a final full stop, with more text after a blank line.
/// Kickers ("Head of the council:"), date lines and bylines before it are passed over.
fn headline(paragraphs: &[Vec<&str>]) -> Option<String> {
    for (index, lines) in paragraphs.iter().enumerate().take(TOP_PARAGRAPHS) {
        let line = lines.join(" ");
        let next = paragraphs.get(index + 1);
        if is_kicker(&line) || is_apparatus(&line) {
            continue;
        }
        if next.is_none() {
            return first_line_of_unspaced(lines);
        }
        if !(lines.len() <= 2 && reads_as_headline(&line)) {
            return first_line_of_unspaced(lines);
        }
        // "WORLD" above the headline proper is a section, not a headline.
        let section = line.split_whitespace().count() <= 2
            && next.is_some_and(|next| {
                next.len() <= 2 && reads_as_headline(&next.join(" ")) && index + 2 < paragraphs.len()
            });
        if !section {
            return squeezed(Some(line));
        }
    }
    None
}

/// In a text whose paragraphs are lines, without blank lines between them: a short first line over
/// long ones. In hard-wrapped text all lines are about as long, so nothing is found there.
fn first_line_of_unspaced(lines: &[&str]) -> Option<String> {
    let [first, second, ..] = lines else { return None };
    let over_a_paragraph = second.chars().count() > 160 && second.chars().count() > 2 * first.chars().count();
    (over_a_paragraph && reads_as_headline(first)).then(|| squeezed(Some((*first).to_owned()))).flatten()
}

fn is_kicker(line: &str) -> bool {
    line.ends_with(':') && line.chars().count() <= 80
}

/// A date line, a byline, a link or a rule: near the top, but no headline.
fn is_apparatus(line: &str) -> bool {
    static BYLINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?i:by|from)\s+\p{Lu}").expect("a constant pattern"));
    (BYLINE.is_match(line) && line.split_whitespace().count() <= 8)
        || line_date(line).is_some()
        || line.starts_with("http://")
        || line.starts_with("https://")
        || line.starts_with("www.")
        || !line.chars().any(char::is_alphabetic)
}

fn reads_as_headline(line: &str) -> bool {
    let words = line.split_whitespace().count();
    let bare = line.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']']);
    // A final full stop ends a sentence, unless it belongs to an abbreviation such as "U.S.".
    let last = bare.rsplit(char::is_whitespace).next().unwrap_or_default();
    let abbreviation = last.ends_with('.') && last[..last.len() - 1].contains('.');
    words <= HEADLINE_WORDS
        && line.chars().count() <= HEADLINE_CHARS
        && line.chars().any(char::is_alphabetic)
        && (!bare.ends_with(['.', '…', ',', ';', ':', '—', '–', '-']) || abbreviation)
        && dateline(line).is_none()
}

/// The publication date: that of a date line near the top, or that of the dateline. Two that
/// disagree are none.
fn date_of(paragraphs: &[Vec<&str>]) -> Option<PartialDate> {
    static UPDATED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?i:(?:last\s+)?(?:updated|modified|edited))\b").expect("a constant pattern")
    });
    let top = || paragraphs.iter().take(TOP_PARAGRAPHS).flat_map(|lines| lines.iter().take(4));
    let mut lines = top().filter(|line| !UPDATED.is_match(line)).filter_map(|line| line_date(line));
    if let Some(date) = lines.next() {
        return lines.all(|other| other == date).then_some(date);
    }
    top().find_map(|line| dateline(line)).and_then(|lead| Some(find_date(lead)?.1))
}

/// The date of a line that holds nothing else. A year alone is not enough.
fn line_date(line: &str) -> Option<PartialDate> {
    if line.len() > 80 {
        return None;
    }
    parse_written_date(line).filter(|date| date.month.is_some())
}

/// What stands before the dash in "VIENNA, 12 April 2025 (Wire) – ".
fn dateline(line: &str) -> Option<&str> {
    static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(\p{Lu}[\p{Lu}\p{M}.'’ -]{2,}[^–—]{0,60}?)\s*(?:–|—|--|-\s)\s*\S")
            .expect("a constant pattern")
    });
    DATELINE.captures(line).and_then(|parts| Some(parts.get(1)?.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str) -> Option<String> {
        read_top(text).title
    }

    fn date(text: &str) -> Option<String> {
        read_top(text).date.map(|date| date.to_string())
    }

    const BODY: &str = "The envoy said on Monday that the talks would resume.\n\nHe gave no date.\n";

    #[test]
    fn a_short_first_paragraph_is_the_title() {
        for headline in [
            "Envoy says talks will resume",
            "Will the talks resume?",
            "“No deal,” says envoy, “without the U.S.”",
            "Talks move to the U.S.",
        ] {
            assert_eq!(title(&format!("{headline}\n\n{BODY}")).as_deref(), Some(headline));
            assert_eq!(title(&format!("\n\n  {headline}  \n \n{BODY}")).as_deref(), Some(headline));
        }
        assert_eq!(
            title(&format!("Envoy says\ntalks will resume\n\n{BODY}")).as_deref(),
            Some("Envoy says talks will resume")
        );
    }

    #[test]
    fn kickers_sections_dates_and_bylines_before_it_are_passed_over() {
        for before in
            ["Head of the council:", "WORLD", "12 April 2025", "By Mira Holt", "https://p.example/1", "* * *"]
        {
            let text = format!("{before}\n\nEnvoy says talks will resume\n\n{BODY}");
            assert_eq!(title(&text).as_deref(), Some("Envoy says talks will resume"), "{before}");
        }
    }

    #[test]
    fn running_text_gives_no_title() {
        assert_eq!(title(BODY), None);
        assert_eq!(title("Envoy says talks will resume"), None);
        assert_eq!(title("He said: “It is over.”\n\nThen he left.\n"), None);
        assert_eq!(title(&format!("VALMORA – The envoy is back\n\n{BODY}")), None);
        assert_eq!(title(&format!("{}\n\n{BODY}", "word ".repeat(31))), None);
        let wrapped = "The envoy of the republic said on\nMonday that the talks on the strait\nwould resume next week.\n";
        assert_eq!(title(wrapped), None);
    }

    #[test]
    fn a_short_line_over_long_lines_is_the_title_without_a_blank_line() {
        let long = "The envoy said on Monday that the talks would resume. ".repeat(4);
        assert_eq!(title(&format!("Talks resume\n{long}\n{long}\n")).as_deref(), Some("Talks resume"));
    }

    #[test]
    fn a_date_line_near_the_top_is_the_date() {
        assert_eq!(
            date(&format!("Talks resume\n\n12 April 2025 - 10:30\n\n{BODY}")).as_deref(),
            Some("2025-04-12")
        );
        assert_eq!(
            date(&format!("Talks resume\nPublished: April 12, 2025\nUpdated: April 13, 2025\n\n{BODY}"))
                .as_deref(),
            Some("2025-04-12")
        );
        assert_eq!(date(&format!("12 April 2025\n\n13 April 2025\n\n{BODY}")), None);
        assert_eq!(date(&format!("03/04/2025\n\n{BODY}")), None);
        assert_eq!(date(&format!("2025\n\n{BODY}")), None);
    }

    #[test]
    fn a_dateline_with_a_year_is_the_date_and_dates_in_sentences_are_not() {
        assert_eq!(
            date("Talks resume\n\nVALMORA, 12 April 2025 (Wire) – The envoy said.\n").as_deref(),
            Some("2025-04-12")
        );
        assert_eq!(date("VALMORA, April 12 (Wire) – The envoy said.\n"), None);
        assert_eq!(date("The deal of 12 April 2025 – the first – was signed.\n\nMore.\n"), None);
    }
}
