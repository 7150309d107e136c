//! A record: the fields of one article as an input gives them, before they are checked.

use std::borrow::Cow;

use crate::article::{Article, Origin, content_id};

use super::MAX_TEXT_BYTES;
use super::dates::parse_date;
use super::refusal::{Reason, Refusal, Warning, WarningKind};

/// Yields articles from one file or stream.
pub(super) trait ArticleSource: Send {
    /// The next article or refusal; `None` at the end. Warnings are added to `warnings`.
    fn next(&mut self, warnings: &mut Vec<Warning>) -> Option<Result<Article, Refusal>>;

    /// Stored bytes consumed so far, where the source knows better than the count of bytes read.
    fn consumed(&self) -> Option<u64> {
        None
    }
}

/// The keys and columns that an article is made of, in the order of [`Record`]'s fields.
pub(super) const FIELDS: [&str; 6] = ["id", "title", "date", "outlet", "url", "text"];

/// The fields of one article, as the input has them.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Record {
    pub id: Option<String>,
    pub title: Option<String>,
    pub date: Option<String>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    pub text: String,
}

impl Record {
    /// Checks and completes the fields. An unclear date stays unknown, with a warning.
    pub fn into_article(self, origin: Origin, warnings: &mut Vec<Warning>) -> Result<Article, Reason> {
        if self.text.len() > MAX_TEXT_BYTES {
            return Err(Reason::TooLarge { limit: MAX_TEXT_BYTES });
        }
        let text = with_line_feeds(self.text);
        if text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
            return Err(Reason::EmptyText);
        }
        let title = squeezed(self.title);
        let date = squeezed(self.date).and_then(|value| {
            let date = parse_date(&value);
            if date.is_none() {
                let value = value.chars().take(60).collect();
                warnings.push(Warning { origin: origin.clone(), kind: WarningKind::UnclearDate { value } });
            }
            date
        });
        Ok(Article {
            id: squeezed(self.id).unwrap_or_else(|| content_id(title.as_deref(), &text)),
            outlet: squeezed(self.outlet),
            url: squeezed(self.url),
            title,
            date,
            text,
            origin,
        })
    }
}

/// One space between words, none around them; `None` when nothing is left.
pub(super) fn squeezed(value: Option<String>) -> Option<String> {
    let value = value?;
    let words: Vec<&str> =
        value.split(|c: char| c.is_whitespace() || c == '\0').filter(|w| !w.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Line ends become `\n`; NULs, which databases and terminals take badly, go.
pub(super) fn with_line_feeds(text: String) -> String {
    let mut text = Cow::from(text);
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    if text.contains('\0') {
        text = text.replace('\0', "").into();
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin { path: "x.jsonl".into(), record: Some(1) }
    }

    #[test]
    fn fields_are_trimmed_and_the_id_completed() {
        let record = Record {
            id: Some("  ".into()),
            title: Some(" Talks\n resume ".into()),
            date: Some("12 April 2025".into()),
            outlet: Some(String::new()),
            text: "One.\r\nTwo.\rThree.".into(),
            ..Record::default()
        };
        let mut warnings = Vec::new();
        let article = record.into_article(origin(), &mut warnings).unwrap();
        assert_eq!(article.text, "One.\nTwo.\nThree.");
        assert_eq!(article.title.as_deref(), Some("Talks resume"));
        assert_eq!(article.date.unwrap().to_string(), "2025-04-12");
        assert_eq!((article.outlet, article.url), (None, None));
        assert_eq!(article.id, content_id(Some("Talks resume"), &article.text));
        assert_eq!(warnings, []);
    }

    #[test]
    fn an_unclear_date_stays_unknown_and_is_told() {
        let record = Record { date: Some("03/04/2025".into()), text: "Text.".into(), ..Record::default() };
        let mut warnings = Vec::new();
        assert_eq!(record.into_article(origin(), &mut warnings).unwrap().date, None);
        let kind = WarningKind::UnclearDate { value: "03/04/2025".into() };
        assert_eq!(warnings, [Warning { origin: origin(), kind }]);
    }

    #[test]
    fn a_text_of_white_space_or_over_the_limit_is_refused() {
        let read =
            |text: String| Record { text, ..Record::default() }.into_article(origin(), &mut Vec::new());
        assert!(matches!(read(" \u{feff}\n\t".into()), Err(Reason::EmptyText)));
        assert!(read("word ".repeat(MAX_TEXT_BYTES / 5)).is_ok());
        assert!(matches!(read("x".repeat(MAX_TEXT_BYTES + 1)), Err(Reason::TooLarge { .. })));
    }
}
