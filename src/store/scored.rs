//! A scored article: an article, its sentences, and the statements in each. It is what the scorer hands to the
//! store, and what the store gives back unchanged.

use std::ops::Range;

use crate::article::Article;
use crate::attribute::{Candidate, UNATTRIBUTED};
use crate::classify::CandidateScores;
use crate::decide::{Decided, argmax};
use crate::segment::Sentence;
use crate::statement::{Basis, Mode, Stance, StanceProbabilities, Statement, Tone};

use super::StoreError;

/// How far from 1 a probability vector may sum: far above rounding, far below a missing class.
pub const SUM_TOLERANCE: f32 = 1e-3;

/// An article with everything that was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredArticle {
    pub article: Article,
    /// Every sentence of the text, in order.
    pub sentences: Vec<ScoredSentence>,
}

/// A sentence with its tone and its statements.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredSentence {
    pub sentence: Sentence,
    /// Probabilities in the order of [`Tone::ALL`].
    pub tone: [f32; 3],
    /// One for each actor that may hold a position here, also where the stance is none.
    pub statements: Vec<ScoredStatement>,
}

/// A candidate with its scores and the labels decided from them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredStatement {
    pub candidate: Candidate,
    pub scores: CandidateScores,
    pub stance: Stance,
    pub mode: Mode,
    pub basis: Basis,
    /// Toward the candidate.
    pub tone: Tone,
}

impl ScoredStatement {
    /// Labels each vector by its largest probability. A scorer with thresholds sets the fields itself.
    pub fn most_probable(candidate: Candidate, scores: CandidateScores) -> Self {
        Self {
            stance: Stance::ALL[argmax(&scores.stance)],
            mode: Mode::ALL[argmax(&scores.mode)],
            basis: Basis::ALL[argmax(&scores.basis)],
            tone: Tone::ALL[argmax(&scores.tone)],
            candidate,
            scores,
        }
    }

    /// Who claims the position, where it is claimed; nobody claims his own.
    pub fn claimed_by(&self) -> Option<&str> {
        let claimant = self.candidate.claimant.as_ref().filter(|_| self.basis == Basis::Claimed)?;
        (claimant.name != self.candidate.holder.name).then_some(claimant.name.as_str())
    }

    /// Everything that is shown of it.
    pub fn describe(&self, place: &Place, sentence: &ScoredSentence) -> Statement {
        let Place { article, topic, model, run } = *place;
        let mention = self.candidate.mention.clone();
        Statement {
            article_id: article.id.clone(),
            title: article.title.clone(),
            date: article.date,
            outlet: article.outlet.clone(),
            url: article.url.clone(),
            sentence_index: sentence.sentence.index,
            start: sentence.sentence.span.start,
            end: sentence.sentence.span.end,
            sentence: sentence.sentence.text(&article.text).to_owned(),
            actor: self.candidate.holder.name.clone(),
            mention: mention.clone().and_then(|m| article.text.get(m)).unwrap_or_default().to_owned(),
            mention_start: mention.map(|mention| mention.start),
            stance: self.stance,
            probabilities: StanceProbabilities::from_array(self.scores.stance),
            mode: self.mode,
            basis: self.basis,
            claimed_by: self.claimed_by().map(str::to_owned),
            tone: sentence.tone_label(),
            tone_toward_actor: self.tone,
            reason: self.candidate.reason.to_string(),
            topic: topic.to_owned(),
            model: model.to_owned(),
            run: run.to_owned(),
        }
    }

    /// It shows a position whose holder could not be found.
    pub fn is_unattributed(&self) -> bool {
        self.stance != Stance::None && self.candidate.holder.name == UNATTRIBUTED
    }
}

impl From<Decided<'_>> for ScoredStatement {
    fn from(decided: Decided<'_>) -> Self {
        Self {
            candidate: decided.candidate.clone(),
            scores: decided.scores.clone(),
            stance: decided.stance,
            mode: decided.mode,
            basis: decided.basis,
            tone: decided.tone_toward,
        }
    }
}

/// What all statements of an article in a run share.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub article: &'a Article,
    pub topic: &'a str,
    /// Name and digest, as [`super::ScoringConfiguration::model_label`] has it.
    pub model: &'a str,
    /// Empty outside a run.
    pub run: &'a str,
}

impl ScoredSentence {
    /// The most probable tone.
    pub fn tone_label(&self) -> Tone {
        Tone::ALL[argmax(&self.tone)]
    }
}

impl ScoredArticle {
    /// Refuses spans outside the text and vectors that are not probabilities, before anything is stored.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let text = &self.article.text;
        for (position, scored) in self.sentences.iter().enumerate() {
            let invalid = |problem: String| StoreError::Invalid {
                article: self.article.id.clone(),
                sentence: scored.sentence.index,
                problem,
            };
            if scored.sentence.index != position {
                return Err(invalid(format!("it stands at position {position}")));
            }
            check_span(&scored.sentence.span, text).map_err(invalid)?;
            check_vector("tone", &scored.tone).map_err(invalid)?;
            for statement in &scored.statements {
                let name = &statement.candidate.holder.name;
                if let Some(mention) = &statement.candidate.mention {
                    check_span(mention, text).map_err(|p| invalid(format!("mention of {name}: {p}")))?;
                }
                let scores = &statement.scores;
                for (what, vector) in [
                    ("stance", &scores.stance[..]),
                    ("tone toward the holder", &scores.tone[..]),
                    ("mode", &scores.mode[..]),
                    ("basis", &scores.basis[..]),
                ] {
                    check_vector(what, vector).map_err(|p| invalid(format!("{name}: {p}")))?;
                }
            }
        }
        Ok(())
    }
}

/// `Err` says what is wrong with the span.
pub(crate) fn check_span(span: &Range<usize>, text: &str) -> Result<(), String> {
    if span.start > span.end || text.get(span.clone()).is_none() {
        return Err(format!(
            "bytes {}..{} are no span of a text of {} bytes",
            span.start,
            span.end,
            text.len()
        ));
    }
    Ok(())
}

/// `Err` says why the values are not probabilities that sum to 1.
pub(crate) fn check_vector(what: &str, values: &[f32]) -> Result<(), String> {
    let sum: f32 = values.iter().sum();
    let in_range = values.iter().all(|value| (0.0..=1.0).contains(value));
    if !in_range || (sum - 1.0).abs() > SUM_TOLERANCE {
        return Err(format!("the probabilities of {what} {values:?} do not sum to 1"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_that_are_no_probabilities_are_refused() {
        assert!(check_vector("stance", &[0.25; 4]).is_ok());
        assert!(check_vector("stance", &[f32::NAN, 0.5, 0.5, 0.0]).is_err());
        assert!(check_vector("stance", &[0.0; 4]).is_err());
        assert!(check_vector("stance", &[1.5, -0.5, 0.0, 0.0]).is_err());
    }

    #[test]
    fn spans_outside_the_text_or_inside_a_letter_are_refused() {
        assert!(check_span(&(0..2), "é!").is_ok());
        assert!(check_span(&(1..2), "é!").is_err());
        assert!(check_span(&(0..9), "é!").is_err());
    }
}
