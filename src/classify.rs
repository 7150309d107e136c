//! The seam to the model: what a classifier is given for one sentence, and what it answers.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One sentence with its candidates, as a classifier sees it. Texts are ready to be tokenised:
/// white space squeezed, no line breaks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// What comes before: title and earlier sentences, oldest first. May be empty.
    pub context: String,
    /// The sentence.
    pub sentence: String,
    pub candidates: Vec<CandidateMark>,
}

/// Where the candidate stands in the sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CandidateMark {
    /// Bytes of [`Query::sentence`].
    Mention(Range<usize>),
    /// Not mentioned; the name by which to call it.
    Implied(String),
}

/// What a classifier says about one sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentenceScores {
    /// Probabilities in the order of [`crate::statement::Tone::ALL`].
    pub tone: [f32; 3],
    /// Parallel to [`Query::candidates`].
    pub candidates: Vec<CandidateScores>,
}

/// What a classifier says about one candidate; each array sums to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateScores {
    /// In the order of [`crate::statement::Stance::ALL`].
    pub stance: [f32; 4],
    /// Tone toward the candidate, in the order of [`crate::statement::Tone::ALL`].
    pub tone: [f32; 3],
    /// In the order of [`crate::statement::Mode::ALL`].
    pub mode: [f32; 4],
    /// In the order of [`crate::statement::Basis::ALL`].
    pub basis: [f32; 3],
}

/// A model that can score sentences. One instance belongs to one thread.
pub trait Classifier {
    /// Scores parallel to `queries`. A query's score does not depend on the others in the call.
    fn score(&mut self, queries: &[Query]) -> anyhow::Result<Vec<SentenceScores>>;
}
