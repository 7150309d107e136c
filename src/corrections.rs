//! A correction: what a person says of a statement that the program got wrong, in a file that is kept beside the store, can be read and
//! compared by people, and is applied whenever a report is made. Scores are never changed, and scoring again loses no correction: it
//! names an article and a sentence's words, not a place in the store.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::classify::Squeezed;
use crate::statement::Stance;

/// Name of the file that is looked for beside the store.
pub const FILE: &str = "corrections.toml";

/// One `[[correction]]` of the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Id of the article.
    pub article: String,
    /// The sentence's words from its beginning, as many as tell it from the article's others.
    pub sentence: String,
    /// Whose statement is meant; without it, every statement of the sentence.
    #[serde(default)]
    pub actor: Option<String>,
    /// Whose it should be.
    #[serde(default)]
    pub to: Option<String>,
    /// The stance it should have; `none` means no statement at all, like `drop`.
    #[serde(default)]
    pub stance: Option<Stance>,
    /// The sentence shows no position of this actor.
    #[serde(default)]
    pub drop: bool,
    /// Why, for other readers.
    #[serde(default)]
    pub note: Option<String>,
}

impl Correction {
    /// Whether it takes the statement away.
    pub fn drops(&self) -> bool {
        self.drop || self.stance == Some(Stance::None)
    }

    /// Whether this is the sentence meant.
    pub fn means(&self, sentence: &str) -> bool {
        Squeezed::new(sentence).text.starts_with(&Squeezed::new(&self.sentence).text)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrectionsFile {
    #[serde(default)]
    correction: Vec<Correction>,
}

/// A file of corrections that cannot be used, with the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct Faulty(anyhow::Error);

/// Reads a file of corrections.
///
/// # Errors
/// A file that cannot be read or has an unknown key, and a correction that says nothing or contradicts itself.
pub fn read(path: &Path) -> Result<Vec<Correction>, Faulty> {
    parse(path).map_err(Faulty)
}

fn parse(path: &Path) -> Result<Vec<Correction>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let file: CorrectionsFile =
        toml::from_str(&text).with_context(|| format!("{}: not a file of corrections", path.display()))?;
    for (number, one) in file.correction.iter().enumerate() {
        let place = || format!("{}: correction {} (article '{}')", path.display(), number + 1, one.article);
        ensure!(
            !one.sentence.trim().is_empty(),
            "{}: `sentence` is empty; give the words it begins with",
            place()
        );
        ensure!(
            one.drop || one.to.is_some() || one.stance.is_some(),
            "{}: says nothing; give `stance`, `to` or `drop = true`",
            place()
        );
        let kept = one.to.is_some() || one.stance.is_some_and(|stance| stance != Stance::None);
        ensure!(!(one.drops() && kept), "{}: takes the statement away and changes it; choose one", place());
    }
    Ok(file.correction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Correction>, Faulty> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn a_correction_names_the_sentence_by_its_words() {
        let read = read_text(
            "[[correction]]\narticle = \"a1\"\nsentence = \"He  ruled out\"\nactor = \"Mira Voss\"\nstance = \"conditional\"\n",
        )
        .unwrap();
        assert_eq!(read[0].stance, Some(Stance::Conditional));
        assert!(read[0].means("He ruled\nout talks.") && !read[0].means("Then he ruled out talks."));
        assert!(read_text("").unwrap().is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let wrong = |fields: &str| {
            let text = format!("[[correction]]\narticle = \"a1\"\n{fields}");
            format!("{:#}", read_text(&text).unwrap_err())
        };
        assert!(wrong("sentence = \"x\"").contains("correction 1 (article 'a1'): says nothing"));
        assert!(wrong("sentence = \" \"\ndrop = true").contains("`sentence` is empty"));
        assert!(wrong("sentence = \"x\"\ndrop = true\nto = \"Norland\"").contains("choose one"));
        assert!(wrong("sentence = \"x\"\nstanse = \"oppose\"").contains("stanse"));
    }
}
