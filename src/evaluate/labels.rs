//! A labelled sentence: what a careful reader says of one sentence, in the format of the annotation guide.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::article::{Article, Origin, PartialDate};
use crate::statement::{Basis, Mode, Stance, Tone};

/// One labelled sentence with up to two sentences before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledSentence {
    pub id: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub doc: String,
    #[serde(default)]
    pub date: Option<String>,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub previous: Vec<String>,
    pub sentence: String,
    pub tone: Tone,
    pub holders: Vec<LabelledHolder>,
}

/// One actor whose position the sentence shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledHolder {
    pub actor: String,
    /// Other names that are right as well.
    #[serde(default)]
    pub also: Vec<String>,
    /// The words in the sentence; empty when it is not mentioned.
    #[serde(default)]
    pub mention: String,
    pub stance: Stance,
    #[serde(default = "unspecified")]
    pub mode: Mode,
    pub basis: Option<Basis>,
    #[serde(default)]
    pub claimed_by: Option<String>,
    /// Careful readers disagree; neither right nor wrong.
    #[serde(default)]
    pub ambiguous: bool,
}

fn unspecified() -> Mode {
    Mode::Unspecified
}

impl LabelledSentence {
    /// The sentence as a small article: the sentences before it, then itself, joined with single spaces. Also
    /// the byte at which the labelled sentence begins.
    pub fn as_article(&self) -> (Article, usize) {
        let mut text = self.previous.join(" ");
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(&self.sentence);
        let date: Option<PartialDate> = self.date.as_deref().and_then(|date| date.parse().ok());
        let article = Article {
            id: self.id.clone(),
            title: self.title.clone().filter(|title| !title.is_empty()),
            text,
            date,
            outlet: None,
            url: None,
            origin: Origin::default(),
        };
        (article, start)
    }
}

/// Reads labelled sentences, one JSON object a line. The first bad line is an error that names it.
pub fn read_labels(path: &Path) -> Result<Vec<LabelledSentence>> {
    let file = File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let mut labels = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", path.display(), index + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let label: LabelledSentence =
            serde_json::from_str(&line).with_context(|| format!("{}: not a labelled sentence", place()))?;
        labels.push(label);
    }
    if labels.is_empty() {
        bail!("{}: holds no labelled sentence", path.display());
    }
    Ok(labels)
}
