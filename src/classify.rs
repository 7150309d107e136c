//! The seam to the model: what a classifier is given for one sentence, and what it answers.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::attribute::Candidate;

/// One sentence with its candidates, as a classifier sees it. Texts are ready to be tokenised:
/// white space squeezed, no line breaks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// What comes before: earlier sentences, oldest first, then the title; a model that has no room for all of
    /// it drops words from the left. May be empty.
    pub context: String,
    /// The sentence.
    pub sentence: String,
    pub candidates: Vec<CandidateMark>,
}

/// Counts up when the same sentence may make another query; part of what decides a score.
pub const VERSION: u32 = 1;

/// How many earlier sentences a query carries, as in the annotation guide.
pub const CONTEXT_SENTENCES: usize = 2;

impl Query {
    /// The query of the sentence at bytes `span` of `text`, after the sentences at `before`.
    pub fn new(
        title: Option<&str>,
        text: &str,
        before: &[Range<usize>],
        span: Range<usize>,
        candidates: &[Candidate],
    ) -> Self {
        let mut context: Vec<String> = Vec::new();
        for earlier in &before[before.len().saturating_sub(CONTEXT_SENTENCES)..] {
            context.push(Squeezed::new(&text[earlier.clone()]).text);
        }
        context.extend(title.map(|title| Squeezed::new(title).text));
        let squeezed = Squeezed::new(&text[span.clone()]);
        let candidates = candidates
            .iter()
            .map(|candidate| match &candidate.mention {
                Some(mention) if span.start <= mention.start && mention.end <= span.end => {
                    let offset = |byte: usize| squeezed.offset(byte - span.start);
                    CandidateMark::Mention(offset(mention.start)..offset(mention.end))
                }
                _ => CandidateMark::Implied(candidate.holder.name.clone()),
            })
            .collect();
        Self { context: context.join(" "), sentence: squeezed.text, candidates }
    }
}

/// A text with every run of white space made one space, and none at its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Squeezed {
    pub text: String,
    /// (first byte in the original, first byte here) of each word.
    words: Vec<(usize, usize)>,
}

impl Squeezed {
    pub fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut words = Vec::new();
        for word in original.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            words.push((word.as_ptr() as usize - original.as_ptr() as usize, text.len()));
            text.push_str(word);
        }
        Self { text, words }
    }

    /// Where byte `original` of the original text stands here.
    pub fn offset(&self, original: usize) -> usize {
        let word = self.words.partition_point(|&(start, _)| start <= original);
        let Some(&(start, here)) = word.checked_sub(1).and_then(|word| self.words.get(word)) else {
            return 0;
        };
        let end = self.words.get(word).map_or(self.text.len(), |&(_, next)| next - 1);
        (here + original - start).min(end)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::{Holder, Reason};

    fn named(name: &str, mention: Option<Range<usize>>) -> Candidate {
        Candidate {
            holder: Holder { name: name.into(), registered: false, role: None, side: None },
            mention,
            reason: Reason::Named { alias: name.into() },
            claimant: None,
        }
    }

    #[test]
    fn a_query_squeezes_white_space_and_keeps_mentions_in_place() {
        let text = "Earlier.  Then\n  the foreign\n   minister  of Marlia\nagreed.  Later.";
        let span = text.find("Then").unwrap()..text.find("  Later").unwrap();
        let start = text.find("the foreign").unwrap();
        let mention = start..text.find("  of").unwrap();
        let candidates = [named("Ilse Brandt", Some(mention)), named("Oskar Venn", None)];
        let before = std::slice::from_ref(&(0..8)).to_vec();
        let query = Query::new(Some("A  title"), text, &before, span, &candidates);
        assert_eq!(query.context, "Earlier. A title");
        assert_eq!(query.sentence, "Then the foreign minister of Marlia agreed.");
        let CandidateMark::Mention(range) = &query.candidates[0] else { panic!("a mention") };
        assert_eq!(&query.sentence[range.clone()], "the foreign minister");
        assert_eq!(query.candidates[1], CandidateMark::Implied("Oskar Venn".into()));
    }

    #[test]
    fn offsets_inside_white_space_fall_on_a_word_boundary() {
        let squeezed = Squeezed::new("  a \n\t bc ");
        assert_eq!(squeezed.text, "a bc");
        assert_eq!(squeezed.offset(0), 0);
        assert_eq!(squeezed.offset(2), 0);
        assert_eq!(squeezed.offset(3), 1);
        assert_eq!(squeezed.offset(7), 2);
        assert_eq!(squeezed.offset(9), 4);
    }
}
