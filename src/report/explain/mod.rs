//! An explained article: every sentence with the holders that were considered, what the model
//! says about each, and why the sentence is attributed to it.
//!
//! [`Explained`] is plain data; [`super::Terminal`], [`super::Markdown`] and [`super::Json`]
//! render it.

mod json;
mod markdown;
mod terminal;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::article::PartialDate;
use crate::attribute::Candidate;
use crate::classify::CandidateScores;
use crate::decide::argmax;
use crate::segment::Sentence;
use crate::statement::{Basis, Mode, Stance, Statement, Tone};

/// One article, sentence by sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub article_id: String,
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    pub topic: String,
    /// Name of the model and the first digits of its digest; `None` when nothing was scored.
    pub model: Option<String>,
    pub sentences: Vec<ExplainedSentence>,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedSentence {
    pub sentence: Sentence,
    /// As it stands in the article.
    pub text: String,
    /// What the model saw before it.
    pub context: String,
    /// Probabilities in the order of [`Tone::ALL`].
    pub tone: Option<[f32; 3]>,
    pub candidates: Vec<ExplainedCandidate>,
}

/// One candidate holder of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedCandidate {
    pub candidate: Candidate,
    pub scores: Option<CandidateScores>,
    /// The statement that came of it; `None` when none did, or another mention of the same
    /// actor spoke more clearly.
    pub statement: Option<Statement>,
}

impl ExplainedCandidate {
    /// What the candidate is taken to hold: the statement's labels, or else the likeliest.
    fn verdict(&self) -> Option<Verdict> {
        if let Some(s) = &self.statement {
            let probability = s.probabilities.to_array()[s.stance.index()];
            return Some(Verdict {
                stance: s.stance,
                probability,
                mode: s.mode,
                basis: s.basis,
                tone: s.tone_toward_actor,
            });
        }
        let scores = self.scores.as_ref()?;
        let stance = argmax(&scores.stance);
        Some(Verdict {
            stance: Stance::ALL[stance],
            probability: scores.stance[stance],
            mode: Mode::ALL[argmax(&scores.mode)],
            basis: Basis::ALL[argmax(&scores.basis)],
            tone: Tone::ALL[argmax(&scores.tone)],
        })
    }

    /// Bytes of the mention in the sentence's text, if they lie in it.
    fn mention_in(&self, sentence: &ExplainedSentence) -> Option<Range<usize>> {
        let mention = self.candidate.mention.as_ref()?;
        let base = sentence.sentence.span.start;
        let within = mention.start.checked_sub(base)?..mention.end.checked_sub(base)?;
        sentence.text.get(within.clone()).map(|_| within)
    }

    /// The canonical name, with role and side where they are known.
    fn holder(&self) -> String {
        let holder = &self.candidate.holder;
        let known: Vec<&str> =
            [&holder.role, &holder.side].into_iter().flatten().map(String::as_str).collect();
        if known.is_empty() { holder.name.clone() } else { format!("{} ({})", holder.name, known.join(", ")) }
    }

    /// Why, in words, with the claimant.
    fn why(&self) -> String {
        let reason = self.candidate.reason.to_string();
        match &self.candidate.claimant {
            Some(claimant) => format!("{reason}; told by {}", claimant.name),
            None => reason,
        }
    }
}

/// The labels of one candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Verdict {
    stance: Stance,
    probability: f32,
    mode: Mode,
    basis: Basis,
    tone: Tone,
}

impl Verdict {
    /// "indirect talks, statement, tone neutral".
    fn manner(&self) -> String {
        let mode = match self.mode {
            Mode::Unspecified => "form of talks not said".to_owned(),
            mode => format!("{mode} talks"),
        };
        let tone = match self.tone {
            Tone::Negative => "negative",
            Tone::Neutral => "neutral",
            Tone::Positive => "positive",
        };
        format!("{mode}, {}, tone {tone}", self.basis)
    }
}

/// Outlet, date and address in one line.
fn imprint(article: &Explained) -> String {
    let date = article.date.map_or_else(|| "undated".to_owned(), |date| date.to_string());
    let parts = [article.outlet.clone(), Some(date), article.url.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What there is: sentences, statements, model.
fn extent(article: &Explained) -> String {
    use super::text::counted;
    let with_stance =
        |c: &&ExplainedCandidate| c.statement.as_ref().is_some_and(|s| s.stance != Stance::None);
    let statements = article.sentences.iter().flat_map(|s| &s.candidates).filter(with_stance).count();
    let mut text =
        format!("{}, {}", counted(article.sentences.len(), "sentence"), counted(statements, "statement"));
    match &article.model {
        Some(model) => text.push_str(&format!(" on {}; model {model}", article.topic)),
        None => text.push_str("; not scored"),
    }
    text
}
