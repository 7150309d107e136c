//! Dates as news writes them, read without guessing: what has two meanings has none.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::article::PartialDate;

/// Years that a publication date may have. Other calendars (1404, 5785, 2568) fall outside.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2150;

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";

/// The forms with names or separators. Each match names its year, month and day.
static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let m = MONTHS;
    [
        // 2025-04-12, 2025/4/12, 2025.04.12, with or without a time behind T
        r"\b(?<y>\d{4})(?:-(?<m>\d{1,2})-|/(?<m2>\d{1,2})/|\.(?<m3>\d{1,2})\.)(?<d>\d{1,2})(?:t|\b)".to_owned(),
        // 12 April 2025, 12th of April, 2025, 12-Apr-2025
        format!(r"\b(?<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s./-]*(?<name>{m})\b\.?,?[\s/-]*(?<y>\d{{4}})\b"),
        // April 12, 2025, Apr. 12th 2025, Sat Apr 12 10:00:00 2025
        format!(
            r"\b(?<name>{m})\b\.?[\s-]*(?<d>\d{{1,2}})(?:st|nd|rd|th)?\b,?(?:\s+\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s+[a-z]{{3,4}})?)?[\s-]+(?<y>\d{{4}})\b"
        ),
        // 2025 April 12, 2025-Apr-12
        format!(r"\b(?<y>\d{{4}})[\s,-]+(?<name>{m})\b\.?[\s-]*(?<d>\d{{1,2}})\b"),
        // 25/04/2025, 04/25/2025: clear only when one of the two cannot be a month
        r"\b(?<a>\d{1,2})(?:/(?<b>\d{1,2})/|-(?<b2>\d{1,2})-|\.(?<b3>\d{1,2})\.)(?<y>\d{4})\b".to_owned(),
    ]
    .iter()
    .map(|form| Regex::new(&format!("(?i){form}")).expect("a constant pattern"))
    .collect()
});

/// A month or a year alone, as a whole value.
static COARSE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"^(?<y>\d{4})$".to_owned(),
        r"^(?<y>\d{4})[-/](?<m>\d{1,2})$".to_owned(),
        format!(r"^(?<name>{MONTHS})\.?,?\s+(?<y>\d{{4}})$"),
    ]
    .iter()
    .map(|form| Regex::new(&format!("(?i){form}")).expect("a constant pattern"))
    .collect()
});

/// What may stand around a date without changing it: weekdays, times, zones, a few words.
static SURROUNDINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?ix)^(?:",
        r"  (?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?",
        r"| \d{1,2}[:.h]\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\b\.?)? | \d{1,2}\s*[ap]\.?m\b\.?",
        r"| (?:z|utc|gmt|local|[ecmp][sde]?t|b?st|cest|eest|eet|wet|irst|irdt|ist|msk|ast|time|hrs?)\b",
        r"| [+-]\d{1,2}(?::?\d{2})? | \[[a-z]+(?:/[a-z_]+)*\] | \([a-z]{2,5}\)",
        r"| (?:date|published|posted|publication|pub|issued|released|created|filed|on|at|of|the)\b",
        r"| [\s,;:|./–—·•()-]",
        r")*$"
    ))
    .expect("a constant pattern")
});

/// Reads the date of an article from a date field: ISO 8601 with or without time and zone, RFC
/// 2822, dates with English month names, numeric dates, a month or a year alone, and, as the field
/// is known to be a date, `20250412` and Unix time in seconds or milliseconds (UTC).
///
/// The civil date is taken as written; a zone does not shift it. `None` when the value is no date,
/// is no day of the calendar, or has more than one meaning: `03/04/2025`, `12/04/25`, two dates.
pub fn parse_date(value: &str) -> Option<PartialDate> {
    let value = value.trim().trim_matches(['"', '\'']).trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() != 4 {
        return from_digits(value);
    }
    parse_written_date(value)
}

/// Like [`parse_date`], but for a line of text, where a bare number is no date.
pub(super) fn parse_written_date(value: &str) -> Option<PartialDate> {
    if let Some(parts) = COARSE.iter().find_map(|form| form.captures(value)) {
        return from_captures(&parts);
    }
    let (span, date) = find_date(value)?;
    let clean = SURROUNDINGS.is_match(&value[..span.start]) && SURROUNDINGS.is_match(&value[span.end..]);
    clean.then_some(date)
}

/// The first full date in `text`, and its bytes.
pub(super) fn find_date(text: &str) -> Option<(std::ops::Range<usize>, PartialDate)> {
    let parts = FORMS.iter().filter_map(|form| form.captures(text)).min_by_key(start)?;
    Some((parts.get_match().range(), from_captures(&parts)?))
}

fn start(parts: &Captures) -> usize {
    parts.get_match().start()
}

fn from_captures(parts: &Captures) -> Option<PartialDate> {
    let part = |names: &[&str]| names.iter().find_map(|name| parts.name(name)).map(|m| m.as_str());
    let number = |names: &[&str]| part(names).map(|digits| digits.parse::<i16>());
    let year = number(&["y"])?.ok().filter(|year| YEARS.contains(year))?;
    let (month, day) = match (number(&["a"]), number(&["b", "b2", "b3"])) {
        (Some(first), Some(second)) => match (first.ok()?, second.ok()?) {
            (first, second) if first == second => (Some(first), Some(first)),
            (first @ 1..=12, second @ 13..) => (Some(first), Some(second)),
            (first @ 13.., second @ 1..=12) => (Some(second), Some(first)),
            _ => return None,
        },
        _ => {
            let month = match part(&["name"]) {
                Some(name) => Some(month_number(name)?),
                None => number(&["m", "m2", "m3"]).transpose().ok()?,
            };
            (month, number(&["d"]).transpose().ok()?)
        }
    };
    match (month, day) {
        (Some(month), Some(day)) => PartialDate::day(year, month as i8, day as i8),
        (Some(month), None) => PartialDate::month(year, month as i8),
        _ => Some(PartialDate::year(year)),
    }
}

fn month_number(name: &str) -> Option<i16> {
    const FIRST_LETTERS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.get(..3)?.to_ascii_lowercase();
    FIRST_LETTERS.iter().position(|&first| first == name).map(|index| index as i16 + 1)
}

/// `20250412`, or Unix time: ten digits are seconds (2001 to 2286), thirteen are milliseconds.
fn from_digits(digits: &str) -> Option<PartialDate> {
    let seconds = match digits.len() {
        8 => {
            let year = digits[..4].parse().ok().filter(|year| YEARS.contains(year))?;
            return PartialDate::day(year, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
        }
        10 => digits.parse::<i64>().ok()?,
        13 => digits.parse::<i64>().ok()? / 1000,
        _ => return None,
    };
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = epoch.checked_add(jiff::Span::new().try_days(seconds.div_euclid(86_400)).ok()?).ok()?;
    YEARS.contains(&date.year()).then_some(())?;
    PartialDate::day(date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> String {
        parse_date(value).map_or_else(|| "unknown".to_owned(), |date| date.to_string())
    }

    #[test]
    fn the_forms_that_news_uses_are_read() {
        for value in [
            "2025-04-12",
            "2025-04-12T08:30:00Z",
            "2025-04-12T08:30:00.123+03:30",
            "2025-04-12 08:30:00",
            "2025-04-12 23:59 UTC",
            "2025/04/12",
            "2025.4.12",
            "20250412",
            "Sat, 12 Apr 2025 10:00:00 +0330",
            "Sat, 12 Apr 2025 10:00:00 GMT",
            "Sat Apr 12 10:00:00 2025",
            "Sat Apr 12 10:00:00 UTC 2025",
            "12 April 2025",
            "12th of April, 2025",
            "12-Apr-2025",
            "Saturday 12 April 2025 - 10:30",
            "April 12, 2025",
            "APRIL 12 2025",
            "Apr. 12, 2025",
            "Saturday, April 12, 2025 at 10:30 a.m. EDT",
            "April 12, 2025 | 9:05 PM",
            "Published: 12 April 2025",
            "2025 Apr 12",
            " \"2025-04-12\" ",
            "1744416000",
            "1744416000000",
        ] {
            assert_eq!(read(value), "2025-04-12", "{value}");
        }
        assert_eq!(read("Sept. 3, 2024"), "2024-09-03");
        assert_eq!(read("1 May 2024"), "2024-05-01");
    }

    #[test]
    fn numeric_dates_are_read_only_when_one_meaning_is_left() {
        assert_eq!(read("25/04/2025"), "2025-04-25");
        assert_eq!(read("04/25/2025 10:00"), "2025-04-25");
        assert_eq!(read("25.04.2025"), "2025-04-25");
        assert_eq!(read("5/5/2025"), "2025-05-05");
        for value in ["03/04/2025", "3-4-2025", "03.04.2025", "25/04/25", "13/13/2025", "0/0/2025"] {
            assert_eq!(read(value), "unknown", "{value}");
        }
    }

    #[test]
    fn less_than_a_day_stays_less_than_a_day() {
        assert_eq!(read("2025"), "2025");
        assert_eq!(read("2025-04"), "2025-04");
        assert_eq!(read("April 2025"), "2025-04");
        assert_eq!(read("Sept., 2025"), "2025-09");
    }

    #[test]
    fn what_is_not_clear_stays_unknown() {
        for value in [
            "",
            "soon",
            "Monday",
            "April 12",
            "12 April",
            "10:30",
            "2025-02-30",
            "31 April 2025",
            "1404/01/23",
            "1404-01-23",
            "12 April 2025 - 14 April 2025",
            "last updated before 12 April 2025",
            "202504",
            "12345",
            "99999999",
            "0000-00-00",
            "April 2025 12 2026",
            "2025-13-01",
        ] {
            assert_eq!(read(value), "unknown", "{value}");
        }
    }

    #[test]
    fn in_running_text_a_bare_number_is_no_date() {
        assert_eq!(parse_written_date("1744416000"), None);
        assert_eq!(find_date("VIENNA, 12 April 2025 (Wire)").unwrap().1.to_string(), "2025-04-12");
    }
}
