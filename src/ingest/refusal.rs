//! A refusal: an input that gave no article, with the place and what to do about it. A warning: an
//! article was read, but something about it was repaired or left out.

use std::fmt;
use std::io;

use crate::article::Origin;

/// An input (file, folder or record) that gave no article. The rest of the input goes on.
#[derive(Debug)]
pub struct Refusal {
    /// The file, and the record where it holds many.
    pub origin: Origin,
    /// Line in the decompressed file, from 1, where one can be named.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: Reason,
}

impl Refusal {
    /// A refusal of a whole file, folder or stream.
    pub fn of_file(path: impl Into<std::path::PathBuf>, reason: Reason) -> Self {
        Self { origin: Origin { path: path.into(), record: None }, line: None, reason }
    }
}

/// Why an input was refused. Each message ends with a remedy.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The path does not exist.
    #[error("no such file or folder; check the spelling of the path")]
    Missing,
    /// The system denied or broke the access.
    #[error("cannot be read ({0}); check its permissions and the disk")]
    Unreadable(io::Error),
    /// A named folder without a single file of a known format.
    #[error("the folder holds no article files; expected {}", super::inputs::KNOWN_ENDINGS)]
    NoArticles,
    /// A file named by the user whose ending says nothing about its format.
    #[error("the file ending names no known format; expected {}", super::inputs::KNOWN_ENDINGS)]
    UnknownFormat,
    /// No bytes.
    #[error("the file is empty; remove it or fetch it again")]
    EmptyFile,
    /// Nothing but white space where the text should be.
    #[error("the text is empty; remove the record or fill in its text")]
    EmptyText,
    /// A page without anything that reads like an article.
    #[error("the page has no article text; save the article's own page, after it has loaded")]
    NoMainText,
    /// NULs or control characters: not text in any encoding.
    #[error("the content is binary, not text; convert it to text in UTF-8")]
    Binary,
    /// More broken characters than a slip explains.
    #[error("{replaced} byte sequences are not valid {encoding}; convert the file to UTF-8")]
    BrokenEncoding {
        /// Sequences that cannot be decoded.
        replaced: usize,
        /// The encoding that fits best.
        encoding: &'static str,
    },
    /// The article, file or record is larger than the program accepts.
    #[error("larger than {} MiB; split it into single articles", limit >> 20)]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not JSON.
    #[error("invalid JSON: {0}; correct or remove the record")]
    Json(String),
    /// JSON, but not an object.
    #[error("a JSON object was expected, not {0}; write one object per article")]
    NotAnObject(&'static str),
    /// A record without `text`.
    #[error("the record has no `text`; its keys are {}; rename the one that holds the article", list(.0))]
    NoText(Vec<String>),
    /// A record whose `text` is not a string.
    #[error("`text` is {0}, not a string; write the article's text as one string")]
    TextNotString(&'static str),
    /// A table without a `text` column.
    #[error("there is no `text` column; the columns are {}; rename the one that holds the articles", list(.0))]
    NoTextColumn(Vec<String>),
    /// A column of a type that cannot be text.
    #[error("column `text` has type {0}, not string; store the articles as strings")]
    TextColumnType(String),
    /// A CSV row with too few or too many fields.
    #[error("the row has {found} fields, the header has {expected}; check its quotes and separators")]
    BrokenRow {
        /// Fields in the row.
        found: u64,
        /// Fields in the header.
        expected: u64,
    },
    /// A quote that is opened and never closed: the row swallowed the rest of the file.
    #[error("a quote is opened here and never closed, so the rest of the file is lost; close the quote")]
    UnclosedQuote,
    /// Another fault of CSV.
    #[error("invalid CSV: {0}; correct the row")]
    Csv(String),
    /// The gzip stream ends early.
    #[error("the gzip file ends too early, what follows is lost; fetch or compress it again")]
    TruncatedGzip,
    /// The gzip stream is damaged.
    #[error("the gzip file is damaged ({0}), what follows is lost; fetch or compress it again")]
    CorruptGzip(String),
    /// The Parquet file is damaged or no Parquet.
    #[error("the Parquet file cannot be read ({0}); write it again")]
    Parquet(String),
}

impl Reason {
    /// What an I/O error means for a stream that may be compressed.
    pub(super) fn from_io(error: io::Error, gzip: bool) -> Self {
        if let Some(limit) = super::bytes::budget_exceeded(&error) {
            return Self::TooLarge { limit };
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::UnexpectedEof if gzip => Self::TruncatedGzip,
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if gzip => {
                Self::CorruptGzip(error.to_string())
            }
            _ => Self::Unreadable(error),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.origin, self.line)?;
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.reason)
    }
}

/// Something about an article, or a file, that was repaired or left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file, and the record where it holds many.
    pub origin: Origin,
    /// What happened.
    pub kind: WarningKind,
}

/// What a [`Warning`] is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WarningKind {
    /// Undecodable bytes became U+FFFD.
    #[error("{count} undecodable byte sequences were replaced by \u{fffd}; convert the file to UTF-8")]
    ReplacedCharacters {
        /// Sequences replaced.
        count: usize,
    },
    /// Not UTF-8 and nothing declared: the encoding was detected from the bytes.
    #[error("not UTF-8; read as {encoding}, which fits the bytes best")]
    DetectedEncoding {
        /// Name in the WHATWG Encoding Standard.
        encoding: &'static str,
    },
    /// A date that is not understood or has more than one meaning; the date stays unknown.
    #[error("date '{value}' is not clear and stays unknown; write it as YYYY-MM-DD")]
    UnclearDate {
        /// The date as written.
        value: String,
    },
    /// A value (`id`, `title`, `outlet`, `url`) that is neither string nor number.
    #[error("`{field}` is {found}, not a string; left out")]
    UnusableField {
        /// Key or column.
        field: &'static str,
        /// What it holds.
        found: &'static str,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.origin, None)?;
        write!(f, ": {}", self.kind)
    }
}

fn place(f: &mut fmt::Formatter<'_>, origin: &Origin, line: Option<u64>) -> fmt::Result {
    if origin.path.as_os_str() == "-" {
        f.write_str("standard input")?;
    } else {
        write!(f, "{}", origin.path.display())?;
    }
    match (origin.record, line) {
        (Some(record), Some(line)) => write!(f, ", record {record} (line {line})"),
        (Some(record), None) => write!(f, ", record {record}"),
        (None, Some(line)) => write!(f, ", line {line}"),
        (None, None) => Ok(()),
    }
}

/// Names in quotes, shortened when there are many.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_file_place_fault_and_remedy() {
        let refusal = Refusal {
            origin: Origin { path: "wire.csv".into(), record: Some(7) },
            line: Some(9),
            reason: Reason::BrokenRow { found: 2, expected: 4 },
        };
        assert_eq!(
            refusal.to_string(),
            "wire.csv, record 7 (line 9): the row has 2 fields, the header has 4; check its quotes and separators"
        );
        let columns = vec!["headline".to_owned(), "body".to_owned()];
        let refusal = Refusal::of_file("-", Reason::NoTextColumn(columns));
        assert!(
            refusal.to_string().starts_with(
                "standard input: there is no `text` column; the columns are `headline`, `body`;"
            )
        );
    }

    #[test]
    fn long_lists_of_columns_are_shortened() {
        let names: Vec<String> = (0..40).map(|n| n.to_string()).collect();
        assert!(list(&names).ends_with("`11` and 28 more"));
        assert_eq!(list(&[]), "none");
    }
}
