//! A run: one scoring of some articles by one model with one configuration.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::article::{Article, Origin, PartialDate};

use super::configuration::ScoringConfiguration;

/// What a run needs to know when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    pub configuration: ScoringConfiguration,
    /// The inputs as the user named them.
    pub inputs: Vec<String>,
    /// Name and version of the program that scores.
    pub program: String,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    Running,
    Finished,
    /// Stopped by the user or with its process; what it had scored counts.
    Interrupted,
    /// Stopped by a fault; what it had scored counts.
    Failed,
}

impl RunStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Finished, Self::Interrupted, Self::Failed]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What became of the articles that a run read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// Articles that needed inference.
    pub scored: u64,
    /// Articles whose scores the store already had.
    pub reused: u64,
    /// Copies left out because the text is the same.
    pub duplicates_exact: u64,
    /// Copies left out because the text is nearly the same.
    pub duplicates_near: u64,
    /// Inputs that could not be read as articles.
    pub refused: u64,
    /// Articles, scored or reused, without a date.
    pub undated: u64,
}

impl RunCounts {
    /// Articles that the run holds.
    pub fn articles(&self) -> u64 {
        self.scored + self.reused
    }

    /// Everything that the inputs held.
    pub fn read(&self) -> u64 {
        self.articles() + self.duplicates_exact + self.duplicates_near + self.refused
    }
}

/// A run as the store remembers it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The day it started and a letter: `2026-11-22-a`. Unique in its store.
    pub id: String,
    pub configuration: ScoringConfiguration,
    pub program: String,
    pub inputs: Vec<String>,
    /// UTC.
    pub started: jiff::Timestamp,
    /// UTC; for an interrupted run, when it was last seen at work.
    pub finished: Option<jiff::Timestamp>,
    pub status: RunStatus,
    /// Why it failed.
    pub message: Option<String>,
    pub counts: RunCounts,
}

/// How a copy resembles its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateKind {
    Exact,
    Near,
}

impl DuplicateKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
        }
    }
}

/// An article that was left out because another one of the run says the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duplicate {
    pub kind: DuplicateKind,
    /// Id of the article that counts.
    pub original: String,
    /// Id of the copy.
    pub id: String,
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    pub origin: Origin,
}

impl Duplicate {
    /// `copy` is left out in favour of the article with id `original`.
    pub fn of(original: &str, copy: &Article, kind: DuplicateKind) -> Self {
        Self {
            kind,
            original: original.to_owned(),
            id: copy.id.clone(),
            title: copy.title.clone(),
            date: copy.date,
            outlet: copy.outlet.clone(),
            url: copy.url.clone(),
            origin: copy.origin.clone(),
        }
    }
}

/// An input that could not be read as an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub path: PathBuf,
    /// Record number (from 1) in a file of many articles.
    pub record: Option<usize>,
    pub reason: String,
}

/// `a`, `b`, … `z`, `aa`, `ab`, …: the letters of the `n`th run of a day, from 0.
pub(crate) fn letters(mut n: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'a' + (n % 26) as u8);
        if n < 26 {
            break;
        }
        n = n / 26 - 1;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_day_are_lettered_like_spreadsheet_columns() {
        for (n, expected) in
            [(0, "a"), (25, "z"), (26, "aa"), (27, "ab"), (51, "az"), (52, "ba"), (701, "zz"), (702, "aaa")]
        {
            assert_eq!(letters(n), expected);
        }
    }
}
