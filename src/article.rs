//! An article: one piece of news, with its text and what is known about where and when it appeared.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// One piece of news. All byte spans elsewhere in the program point into `text`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Given by the input, or [`content_id`] of title and text.
    pub id: String,
    /// The headline; context for the sentences, scored only where it is also part of `text`.
    pub title: Option<String>,
    /// Body text in UTF-8, line breaks kept; an empty line ends a paragraph.
    pub text: String,
    /// Day, month or year of publication; `None` when unknown, never guessed.
    pub date: Option<PartialDate>,
    /// The medium that published it.
    pub outlet: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Where it came from on this machine.
    pub origin: Origin,
}

/// The place an article was read from, for messages and for `runs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The file, or `-` for standard input.
    pub path: PathBuf,
    /// Record number (from 1) in a file of many articles.
    pub record: Option<usize>,
}

/// The id of an article whose input gives none: 16 hex digits of SHA-256 over title and text,
/// white space squeezed, so that re-wrapped copies keep their id.
pub fn content_id(title: Option<&str>, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [title.unwrap_or(""), text] {
        for word in part.split_whitespace() {
            hash.update(word.as_bytes());
            hash.update(b" ");
        }
        hash.update(b"\n");
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A civil date known to the year, the month or the day. Written `2025`, `2025-04`, `2025-04-12`.
///
/// Ordering compares what is known from the left: `2025 < 2025-01 < 2025-01-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    pub year: i16,
    pub month: Option<i8>,
    pub day: Option<i8>,
}

impl PartialDate {
    /// A full date; `None` when the calendar has no such day.
    pub fn day(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok()?;
        Some(Self { year, month: Some(month), day: Some(day) })
    }

    /// A month; `None` unless 1 to 12.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        (1..=12).contains(&month).then_some(Self { year, month: Some(month), day: None })
    }

    /// A year alone.
    pub fn year(year: i16) -> Self {
        Self { year, month: None, day: None }
    }

    /// First day that the date may mean.
    pub fn first_day(self) -> jiff::civil::Date {
        jiff::civil::date(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// The day, where it is known.
    pub fn exact(self) -> Option<jiff::civil::Date> {
        self.day.map(|_| self.first_day())
    }

    /// Last day that the date may mean.
    pub fn last_day(self) -> jiff::civil::Date {
        let month = jiff::civil::date(self.year, self.month.unwrap_or(12), 1);
        match self.day {
            Some(day) => jiff::civil::date(self.year, self.month.unwrap_or(12), day),
            None => month.last_of_month(),
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// The text is not `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or names a day that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct DateError(pub String);

impl FromStr for PartialDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.to_owned());
        let mut parts = text.split('-');
        let mut next = |width: usize| -> Result<Option<i16>, DateError> {
            match parts.next() {
                None => Ok(None),
                Some(p) if p.len() == width && p.bytes().all(|b| b.is_ascii_digit()) => {
                    p.parse().map(Some).map_err(|_| error())
                }
                Some(_) => Err(error()),
            }
        };
        let (year, month, day) = (next(4)?, next(2)?, next(2)?);
        if parts.next().is_some() {
            return Err(error());
        }
        match (year, month, day) {
            (Some(y), Some(m), Some(d)) => Self::day(y, m as i8, d as i8),
            (Some(y), Some(m), None) => Self::month(y, m as i8),
            (Some(y), None, None) => Some(Self::year(y)),
            _ => None,
        }
        .ok_or_else(error)
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_reads_back_as_it_is_written() {
        for text in ["2025", "2025-04", "2025-04-12"] {
            assert_eq!(text.parse::<PartialDate>().unwrap().to_string(), text);
        }
        for text in ["", "25", "2025-13", "2025-02-30", "2025-4-1", "2025-04-12-01", "soon"] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_partial_date_spans_the_days_it_may_mean() {
        let month: PartialDate = "2024-02".parse().unwrap();
        assert_eq!(month.first_day(), jiff::civil::date(2024, 2, 1));
        assert_eq!(month.last_day(), jiff::civil::date(2024, 2, 29));
    }

    #[test]
    fn the_content_id_ignores_wrapping_but_not_words() {
        let id = content_id(Some("Talks"), "They met\nin Geneva.");
        assert_eq!(id, content_id(Some("Talks "), "They  met in Geneva.\n"));
        assert_ne!(id, content_id(Some("Talks"), "They met in Vienna."));
        assert_ne!(content_id(Some("a"), "b"), content_id(None, "a b"));
    }
}
