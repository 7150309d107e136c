//! What stands before the sentence proper: datelines ("TEHRAN, April 12 (Agency) – ") and the
//! labels of speakers in transcripts and interviews ("MS. PSAKI:", "Q    ", "Interviewer:").

use std::collections::HashMap;
use std::ops::Range;

use super::Lead;
use super::chars::{is_blank, is_dash, skip_blank};
use super::words;

/// No label is longer, in bytes.
const MAX_LABEL: usize = 80;
/// No dateline is longer, in bytes.
const MAX_DATELINE: usize = 90;

/// Words that open an all-capitals or title-case label of a speaker. Sorted, in lower case.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "a", "admiral", "amb", "ambassador", "anchor", "answer", "audience", "chair", "chairman",
    "chancellor", "congressman", "congresswoman", "correspondent", "deputy", "director", "dr", "first",
    "foreign", "general", "governor", "his", "host", "interviewer", "journalist", "king", "madam",
    "member", "minister", "moderator", "mr", "mrs", "ms", "operator", "participant", "participants",
    "president", "press", "prime", "prince", "q", "question", "questioner", "reporter", "reporters",
    "representative", "secretary", "sen", "senator", "senior", "speaker", "spokesman", "spokesperson",
    "spokeswoman", "the", "vice",
];

/// Words in capitals that stand before a colon without being speakers. Sorted.
#[rustfmt::skip]
const NOT_SPEAKERS: &[&str] = &[
    "ANALYSIS", "BACKGROUND", "BREAKING", "CAPTION", "CC", "CORRECTION", "CREDIT", "DATE", "EDITORIAL",
    "EXCLUSIVE", "FACT SHEET", "FACTBOX", "FILE", "FROM", "HTTP", "HTTPS", "INFOGRAPHIC", "INTERVIEW",
    "LIVE", "MORE", "NEW", "NOTE", "OPINION", "PHOTO", "PHOTOS", "PS", "RE", "READ", "READ MORE",
    "RELATED", "SEE ALSO", "SOURCE", "SOURCES", "SUBJECT", "TO", "TOP", "UPDATE", "URGENT", "VIDEO",
    "WATCH",
];

/// How much a label alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// A role in capitals, "Q", "Interviewer:".
    Certain,
    /// Any capitalised words before a colon; a speaker only if the label comes again.
    IfRepeated,
}

/// The labels of the speakers of one article.
pub(super) struct Labels<'t> {
    /// How often each uncertain label opens a paragraph.
    uncertain: HashMap<&'t str, usize>,
}

impl<'t> Labels<'t> {
    /// Reads the head of every paragraph.
    pub(super) fn collect(text: &'t str, paragraphs: &[Range<usize>]) -> Self {
        let mut uncertain = HashMap::new();
        for paragraph in paragraphs {
            let body = &text[paragraph.clone()];
            if let Some((length, Certainty::IfRepeated)) = label(body) {
                *uncertain.entry(&body[..length]).or_insert(0) += 1;
            }
        }
        Self { uncertain }
    }

    /// The lead of a paragraph, with its position in `text`. In a transcript there are no
    /// datelines: "NATO — NATO stands together" is a speaker who begins again.
    pub(super) fn lead_at(&self, text: &str, paragraph: Range<usize>, transcript: bool) -> Option<Lead> {
        let body = &text[paragraph.clone()];
        let at = paragraph.start;
        if let Some(length) = dateline(body).filter(|_| !transcript) {
            return Some(Lead::Dateline(at..at + length));
        }
        let (length, certainty) = label(body)?;
        let speaks = match certainty {
            Certainty::Certain => true,
            Certainty::IfRepeated => self.uncertain.get(&body[..length]).is_some_and(|count| *count > 1),
        };
        speaks.then_some(Lead::Speaker(at..at + length))
    }
}

/// The line opens with a label that needs no second occurrence.
pub(super) fn is_certain_label(line: &str) -> bool {
    matches!(label(line), Some((_, Certainty::Certain)))
}

/// Length of a speaker's label at the head of a sentence inside a paragraph, where only labels
/// in capitals and "Q:", "A:" are recognised, for there ordinary colons abound.
pub(super) fn label_inside_paragraph(body: &str) -> Option<usize> {
    let (length, certainty) = label(body)?;
    let capitals = body[..length].chars().all(|c| !c.is_lowercase());
    (certainty == Certainty::Certain && capitals && body[..length].ends_with(':')).then_some(length)
}

/// A line after which nobody's turn goes on: "END 2:15 P.M. EST", "###".
pub(super) fn ends_transcript(paragraph: &str) -> bool {
    let line = paragraph.trim_start_matches(is_blank);
    line.starts_with("\\###")
        || line.starts_with("###")
        || line.strip_prefix("END").is_some_and(|rest| {
            let rest = rest.trim_start_matches(is_blank);
            rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit())
        })
}

/// The label of a speaker at the head of `body`: its length with the colon, and how sure it is.
fn label(body: &str) -> Option<(usize, Certainty)> {
    if let Some(rest) = body.strip_prefix('Q') {
        // A question of the press: "Q    Thank you", with at least two blanks or one that is not ' '.
        let gap = rest.chars().take_while(|c| is_blank(*c)).count();
        if gap >= 2 || (gap == 1 && !rest.starts_with(' ')) {
            return Some((1, Certainty::Certain));
        }
    }
    let window = head(body, MAX_LABEL);
    let colon = window.find(':')?;
    let name = &window[..colon];
    let rest = &body[colon + 1..];
    if rest.trim_start_matches(is_blank).is_empty() || rest.starts_with("//") {
        return None;
    }
    // "Adviser (as interpreted):" keeps the remark out of the name.
    let bare = name.split('(').next().unwrap_or(name).trim_matches(is_blank);
    if bare.is_empty() || !bare.starts_with(char::is_uppercase) || bare.ends_with(['.', '!', '?', ',']) {
        return None;
    }
    let mut words = 0;
    let mut all_capitals = true;
    for word in bare.split(is_blank).filter(|word| !word.is_empty()) {
        words += 1;
        let first = word.chars().next()?;
        let small = matches!(word, "of" | "the" | "for" | "and" | "al" | "bin" | "de" | "van" | "von");
        if !(first.is_uppercase() || small)
            || word.chars().any(|c| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '’' | '\'' | '#' | ',')))
        {
            return None;
        }
        // "McENROE" and "MacDONALD" are written so in capitals too.
        let lower = word.trim_start_matches("Mac").trim_start_matches("Mc").chars().any(char::is_lowercase);
        all_capitals &= !lower;
    }
    if words > 6 {
        return None;
    }
    let first = bare.split(is_blank).next().unwrap_or(bare).trim_end_matches('.').to_lowercase();
    let role =
        ROLES.binary_search(&first.as_str()).is_ok() && (words == 1 || !matches!(first.as_str(), "a" | "q"));
    let heading = NOT_SPEAKERS.iter().any(|known| bare.eq_ignore_ascii_case(known));
    if heading || (words == 1 && !role && words::is_starter(bare)) {
        return None;
    }
    let length = colon + 1;
    if all_capitals {
        // "GRAPHIC 2:" numbers a figure; "QUESTION 2:" a question.
        let numbered = bare.ends_with(char::is_numeric) && !role;
        return (!numbered)
            .then_some((length, if role { Certainty::Certain } else { Certainty::IfRepeated }));
    }
    // In title case a role alone is not enough ("Minister: ..." may be a headline), except for
    // the words that only interviews use.
    let interview = matches!(
        first.as_str(),
        "q" | "interviewer" | "question" | "questioner" | "moderator" | "reporter" | "host"
    );
    let titled_name = role
        && words > 1
        && !matches!(first.as_str(), "the" | "his" | "first" | "foreign" | "press" | "senior" | "a");
    Some((
        length,
        if (interview && words == 1) || titled_name { Certainty::Certain } else { Certainty::IfRepeated },
    ))
}

/// Length of a dateline at the head of `body`, with the dash and the blanks after it.
fn dateline(body: &str) -> Option<usize> {
    let window = head(body, MAX_DATELINE);
    let first = window.split(|c: char| is_blank(c) || matches!(c, ',' | '(' | '/') || is_dash(c)).next()?;
    let first = first.trim_end_matches("--").trim_end_matches('-');
    if first.chars().count() < 2 || !first.starts_with(char::is_uppercase) {
        return None;
    }
    let capitals = first.chars().filter(|c| c.is_alphabetic()).count() >= 3
        && first.chars().all(|c| c.is_uppercase() || matches!(c, '.' | '’' | '\'' | '-'));
    let (dash_at, dash_end) = find_dash(window)?;
    let place = window[..dash_at].trim_end_matches(is_blank);
    let agency = place.ends_with(')') && place.len() < dash_at;
    if !(capitals || agency)
        || place.contains([':', ';', '?', '!', '"', '“', '”'])
        || !is_place(place, capitals)
    {
        return None;
    }
    let proper = skip_blank(body, dash_end, body.len());
    let next = body[proper..].chars().next()?;
    (!next.is_lowercase()).then_some(proper)
}

/// The first dash that stands free: a long dash, "--", or a hyphen with a blank on either side.
fn find_dash(window: &str) -> Option<(usize, usize)> {
    let mut previous = ' ';
    for (at, c) in window.char_indices() {
        let rest = &window[at + c.len_utf8()..];
        if is_dash(c) {
            return Some((at, at + c.len_utf8()));
        }
        if c == '-' {
            let run = 1 + rest.bytes().take_while(|b| *b == b'-').count();
            let beyond = window[at + run..].chars().next();
            if run > 1 || is_blank(previous) || beyond.is_some_and(is_blank) {
                return Some((at, at + run));
            }
        }
        previous = c;
    }
    None
}

/// Place, date and agency, as a dateline has them: few words, capitalised outside parentheses.
fn is_place(place: &str, capitals: bool) -> bool {
    let outside = place.split('(').next().unwrap_or(place);
    let mut words = 0;
    let mut capital_words = 0;
    for word in outside.split(|c: char| is_blank(c) || matches!(c, ',' | '/')).filter(|word| !word.is_empty())
    {
        words += 1;
        let upper = word.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
        let small = matches!(word, "of" | "the" | "de" | "al" | "el" | "and");
        if !(upper || small) {
            return false;
        }
        capital_words += usize::from(upper);
    }
    capital_words > 0 && words <= if capitals { 7 } else { 5 }
}

/// At most `limit` bytes of the first line of `body`.
fn head(body: &str, limit: usize) -> &str {
    let mut end = limit.min(body.len());
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    &body[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(ROLES.is_sorted() && NOT_SPEAKERS.is_sorted());
    }

    #[test]
    fn datelines_end_where_the_sentence_begins() {
        for (text, expected) in [
            ("TEHRAN – The minister left.", Some("TEHRAN – ")),
            ("TEHRAN —The minister left.", Some("TEHRAN —")),
            ("TEHRAN— A deal is near.", Some("TEHRAN— ")),
            ("GENEVA, April 12 (Agency) — Talks opened.", Some("GENEVA, April 12 (Agency) — ")),
            ("VIENNA (Reuters) -- Talks opened.", Some("VIENNA (Reuters) -- ")),
            ("Geneva (AFP) - Talks opened.", Some("Geneva (AFP) - ")),
            ("NEW YORK, Oct. 5 (XYZ) -- Talks opened.", Some("NEW YORK, Oct. 5 (XYZ) -- ")),
            ("IRNA -\u{A0}Karim Sadr left.", Some("IRNA -\u{A0}")),
            ("NATO – the alliance – said no.", None),
            ("The Fund (XYZ)– it said – agreed.", None),
            ("Fund (XYZ)– Unit", None),
            ("COVID-19 has spread - Again.", None),
            ("The talks - Again - failed.", None),
            ("Talks resumed (again) – Both left.", None),
        ] {
            assert_eq!(dateline(text).map(|length| &text[..length]), expected, "{text}");
        }
    }

    #[test]
    fn labels_are_certain_or_need_a_second_occurrence() {
        use Certainty::{Certain, IfRepeated};
        for (text, expected) in [
            ("MS. HOLM:  Good evening.", Some(("MS. HOLM:", Certain))),
            ("THE PRESIDENT: Thank you.", Some(("THE PRESIDENT:", Certain))),
            ("SECRETARY BLANC:\u{A0} Thank you.", Some(("SECRETARY BLANC:", Certain))),
            ("PRESIDENT ORLOV:  (As interpreted.)  Yes.", Some(("PRESIDENT ORLOV:", Certain))),
            ("MR. McKAY (via translator): Yes.", Some(("MR. McKAY (via translator):", Certain))),
            ("Q    Thank you.", Some(("Q", Certain))),
            ("Q\u{A0}Thank you.", Some(("Q", Certain))),
            ("Q: And then?", Some(("Q:", Certain))),
            ("Interviewer: And then?", Some(("Interviewer:", Certain))),
            ("Prime Minister Rahimi: We agree.", Some(("Prime Minister Rahimi:", Certain))),
            ("Leila Haddad: We agree.", Some(("Leila Haddad:", IfRepeated))),
            ("ISLAMABAD: The minister left.", Some(("ISLAMABAD:", IfRepeated))),
            ("Before: The hall was full.", None),
            ("A. FARID: We agree.", Some(("A. FARID:", IfRepeated))),
            ("UPDATE: Talks were cut short.", None),
            ("He said: We agree.", None),
            ("Head of the Council:", None),
            ("Q is a letter.", None),
            ("https://example.org is down", None),
        ] {
            let found = label(text).map(|(length, certainty)| (&text[..length], certainty));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_turn_ends_with_the_transcript() {
        assert!(ends_transcript("END 2:15 P.M. EST") && ends_transcript("\\###"));
        assert!(!ends_transcript("END THE WAR") && !ends_transcript("Endings"));
    }
}
