//! A training example: one encoded input with the labels that are known for it.

use anyhow::Result;
use detente::attribute::{Candidate, attribute};
use detente::classify::{CandidateMark, CandidateScores, Query, SentenceScores};
use detente::evaluate::labels::{LabelledHolder, LabelledSentence};
use detente::evaluate::naming;
use detente::evaluate::sentiment::LabelledTarget;
use detente::registry::Registry;
use detente::segment::segment;
use detente::statement::{Mode, Stance};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::swap::NameSwapper;
use crate::encode::{Encoded, QueryEncoder};

/// A label that is not known: left out of the loss.
pub const UNKNOWN: i64 = -100;

/// Labels of one marked candidate, as output indices or [`UNKNOWN`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CandidateLabels {
    pub stance: i64,
    pub target_tone: i64,
    pub mode: i64,
    pub basis: i64,
    /// Weight of the target tone.
    pub target_tone_weight: f64,
}

const NOTHING_KNOWN: CandidateLabels = CandidateLabels {
    stance: UNKNOWN,
    target_tone: UNKNOWN,
    mode: UNKNOWN,
    basis: UNKNOWN,
    target_tone_weight: 0.0,
};

/// One input with what is known about it.
#[derive(Debug, Clone)]
pub struct Example {
    pub input: Encoded,
    /// Tone of the sentence.
    pub tone: i64,
    /// Parallel to `input.markers`.
    pub candidates: Vec<CandidateLabels>,
    /// What a teacher says, in place of labels; its candidates are parallel to `input.markers`.
    pub teacher: Option<SentenceScores>,
}

impl Example {
    /// Whether any label is known.
    fn teaches(&self) -> bool {
        let known = |labels: &CandidateLabels| *labels != NOTHING_KNOWN;
        self.tone != UNKNOWN || self.candidates.iter().any(known)
    }
}

/// A labelled sentence as the program sees it: its candidates, the query, and which label each candidate has.
pub struct Prepared {
    pub candidates: Vec<Candidate>,
    pub query: Query,
    /// Parallel to the query's candidates, which begin with `candidates`.
    pub labels: Vec<CandidateLabels>,
}

/// Segments and attributes a labelled sentence in its context, as scoring would.
pub fn candidates_of(label: &LabelledSentence, registry: &Registry) -> (Vec<Candidate>, Query) {
    let (article, start) = label.as_article();
    let sentences = segment(&article.text);
    let found = attribute(&article, &sentences, registry);
    let candidates: Vec<Candidate> = sentences
        .iter()
        .zip(found)
        .filter(|(sentence, _)| sentence.span.end > start)
        .flat_map(|(_, candidates)| candidates)
        .filter(|candidate| candidate.mention.as_ref().is_none_or(|mention| mention.start >= start))
        .collect();
    let mut before = Vec::new();
    let mut at = 0;
    for previous in &label.previous {
        before.push(at..at + previous.len());
        at += previous.len() + 1;
    }
    let end = article.text.len();
    let query = Query::new(article.title.as_deref(), &article.text, &before, start..end, &candidates);
    (candidates, query)
}

/// Gives every candidate its label. A labelled holder that attribution did not find is added, so that the model
/// learns its stance all the same; a second mention of a holder is left unknown.
pub fn prepare(label: &LabelledSentence, registry: &Registry) -> Prepared {
    let (candidates, mut query) = candidates_of(label, registry);
    let no_stance = CandidateLabels { stance: Stance::None.index() as i64, ..NOTHING_KNOWN };
    let mut labels = vec![no_stance; candidates.len()];
    let same_actor = |index: usize, holder: &LabelledHolder| {
        candidates.get(index).is_some_and(|candidate| {
            std::iter::once(&holder.actor)
                .chain(&holder.also)
                .any(|name| naming::same(&candidate.holder.name, name))
        })
    };
    let mut taken = vec![false; candidates.len()];
    for holder in &label.holders {
        let span = mention_span(&query, holder);
        let overlap = |mark: &CandidateMark| match (mark, &span) {
            (CandidateMark::Mention(mention), Some(span)) => {
                mention.end.min(span.end).saturating_sub(mention.start.max(span.start))
            }
            _ => 0,
        };
        let fit = |index: usize| {
            let overlap = overlap(&query.candidates[index]);
            let implied = span.is_none() && matches!(query.candidates[index], CandidateMark::Implied(_));
            let same = same_actor(index, holder);
            // The mention decides; the name only between mentions that fit as well.
            (
                overlap > 0 || implied && same,
                overlap.min(64) + 64 * usize::from(same),
                std::cmp::Reverse(index),
            )
        };
        let best = (0..candidates.len())
            .filter(|&index| !taken[index] && fit(index).0)
            .max_by_key(|&index| fit(index));
        let best =
            best.or_else(|| (0..candidates.len()).find(|&index| !taken[index] && same_actor(index, holder)));
        let known = if holder.ambiguous { NOTHING_KNOWN } else { labels_of(holder) };
        for index in 0..candidates.len() {
            if Some(index) != best && !taken[index] && same_actor(index, holder) {
                labels[index] = NOTHING_KNOWN;
            }
        }
        match best {
            Some(index) => {
                labels[index] = known;
                taken[index] = true;
            }
            None => {
                query.candidates.push(match span {
                    Some(span) => CandidateMark::Mention(span),
                    None => CandidateMark::Implied(holder.actor.clone()),
                });
                labels.push(known);
            }
        }
    }
    Prepared { candidates, query, labels }
}

fn mention_span(query: &Query, holder: &LabelledHolder) -> Option<std::ops::Range<usize>> {
    if holder.mention.is_empty() {
        return None;
    }
    let found = |text: &str, mention: &str| {
        text.match_indices(mention)
            .find(|(at, _)| {
                let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                edge(text[..*at].chars().next_back()) && edge(text[at + mention.len()..].chars().next())
            })
            .map(|(at, _)| at..at + mention.len())
    };
    let squeezed = detente::classify::Squeezed::new(&holder.mention).text;
    found(&query.sentence, &squeezed)
}

fn labels_of(holder: &LabelledHolder) -> CandidateLabels {
    CandidateLabels {
        stance: holder.stance.index() as i64,
        mode: if holder.stance == Stance::None { UNKNOWN } else { Mode::index(holder.mode) as i64 },
        basis: holder.basis.map_or(UNKNOWN, |basis| basis.index() as i64),
        ..NOTHING_KNOWN
    }
}

/// What one epoch after another is drawn from.
pub struct TrainingSet<'a> {
    pub encoder: &'a QueryEncoder,
    /// Labelled sentences with the tone of each.
    pub labelled: Vec<(Prepared, i64)>,
    /// Examples that are the same in every epoch.
    pub fixed: Vec<Example>,
    pub swapper: NameSwapper<'a>,
    /// Share of the labelled sentences that are about other actors in an epoch.
    pub swapped: f64,
    pub seed: u64,
}

impl TrainingSet<'_> {
    /// The examples of an epoch.
    pub fn epoch(&self, epoch: usize) -> Result<Vec<Example>> {
        let nested: Vec<Vec<Example>> = self
            .labelled
            .par_iter()
            .enumerate()
            .map(|(index, (prepared, tone))| {
                let seed = self.seed ^ ((epoch as u64) << 40) ^ index as u64;
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                if random.random_bool(self.swapped) {
                    let query = self.swapper.swap(&prepared.query, &mut random);
                    examples_of(&query, *tone, &prepared.labels, self.encoder)
                } else {
                    examples_of(&prepared.query, *tone, &prepared.labels, self.encoder)
                }
            })
            .collect::<Result<_>>()?;
        Ok(nested.into_iter().flatten().chain(self.fixed.iter().cloned()).collect())
    }
}

/// Examples of unlabelled queries with a teacher's answers.
pub fn taught_examples(taught: &[(Query, SentenceScores)], encoder: &QueryEncoder) -> Result<Vec<Example>> {
    let nested: Vec<Vec<Example>> = taught
        .par_iter()
        .map(|(query, scores)| {
            let windows = encoder.encode(query)?.into_iter();
            Ok(windows
                .map(|input| {
                    let of = |&(candidate, _): &(usize, usize)| -> CandidateScores {
                        scores.candidates[candidate].clone()
                    };
                    let candidates: Vec<CandidateScores> = input.markers.iter().map(of).collect();
                    Example {
                        tone: UNKNOWN,
                        candidates: vec![NOTHING_KNOWN; candidates.len()],
                        teacher: Some(SentenceScores { tone: scores.tone, candidates }),
                        input,
                    }
                })
                .collect())
        })
        .collect::<Result<_>>()?;
    Ok(nested.into_iter().flatten().collect())
}

/// Examples of labelled targets; targets of one sentence share an input.
pub fn target_examples(
    targets: &[LabelledTarget],
    weight: f64,
    encoder: &QueryEncoder,
) -> Result<Vec<Example>> {
    let mut queries: Vec<(Query, Vec<CandidateLabels>)> = Vec::new();
    let mut of_sentence = std::collections::HashMap::new();
    for target in targets {
        let index = *of_sentence.entry(target.sentence.as_str()).or_insert_with(|| {
            queries.push((Query { sentence: target.sentence.clone(), ..Query::default() }, Vec::new()));
            queries.len() - 1
        });
        let mark = CandidateMark::Mention(target.mention.clone());
        let (query, labels) = &mut queries[index];
        if !query.candidates.contains(&mark) {
            query.candidates.push(mark);
            labels.push(CandidateLabels {
                target_tone: target.tone.index() as i64,
                target_tone_weight: weight,
                ..NOTHING_KNOWN
            });
        }
    }
    let nested: Vec<Vec<Example>> = queries
        .par_iter()
        .map(|(query, labels)| examples_of(query, UNKNOWN, labels, encoder))
        .collect::<Result<_>>()?;
    Ok(nested.into_iter().flatten().collect())
}

fn examples_of(
    query: &Query,
    tone: i64,
    labels: &[CandidateLabels],
    encoder: &QueryEncoder,
) -> Result<Vec<Example>> {
    let windows = encoder.encode(query)?;
    Ok(windows
        .into_iter()
        .enumerate()
        .map(|(n, input)| {
            let candidates = input.markers.iter().map(|&(candidate, _)| labels[candidate]).collect();
            Example { tone: if n == 0 { tone } else { UNKNOWN }, candidates, teacher: None, input }
        })
        .filter(Example::teaches)
        .collect())
}

/// Splits labelled sentences by document: the same document is never on both sides.
pub fn split_by_document(
    labels: Vec<LabelledSentence>,
    holdout: f64,
    seed: u64,
) -> (Vec<LabelledSentence>, Vec<LabelledSentence>) {
    use sha2::{Digest, Sha256};
    let held = |label: &LabelledSentence| {
        let digest = Sha256::digest(format!("{seed} {} {}", label.source, label.doc));
        let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        f64::from(number) / f64::from(u32::MAX) < holdout
    };
    labels.into_iter().partition(|label| !held(label))
}
