//! A decision: from a model's probabilities for the candidates of a sentence to one statement per actor.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::attribute::Candidate;
use crate::classify::{CandidateScores, SentenceScores};
use crate::statement::{Basis, Mode, Stance, StanceProbabilities, Tone};

/// Counts up when the same probabilities may be decided differently; part of what decides a score.
pub const VERSION: u32 = 1;

/// Thresholds, chosen on held-out documents; part of a model's manifest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// A candidate holds a stance when P(none) is below this.
    pub none_below: f32,
}

impl Default for Decision {
    fn default() -> Self {
        Self { none_below: 0.5 }
    }
}

/// What is decided about one actor in one sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<'a> {
    /// The mention that shows the position most clearly.
    pub candidate: &'a Candidate,
    pub scores: &'a CandidateScores,
    pub stance: Stance,
    pub mode: Mode,
    pub basis: Basis,
    /// Canonical name, only where the basis is claimed.
    pub claimed_by: Option<&'a str>,
    pub tone_toward: Tone,
}

impl Decided<'_> {
    /// The stance probabilities as they are stored.
    pub fn probabilities(&self) -> StanceProbabilities {
        StanceProbabilities::from_array(self.scores.stance)
    }
}

impl Decision {
    /// The stance that a probability vector means.
    pub fn stance(&self, probabilities: [f32; 4]) -> Stance {
        if probabilities[Stance::None.index()] >= self.none_below {
            return Stance::None;
        }
        Stance::ALL[argmax(&probabilities[..Stance::None.index()])]
    }

    /// One decision per distinct actor, in the order of first appearance: of several mentions the one with the
    /// lowest P(none) speaks. `candidates` and `scores.candidates` are parallel.
    pub fn decide<'a>(
        &self,
        sentence: &str,
        candidates: &'a [Candidate],
        scores: &'a SentenceScores,
    ) -> Vec<Decided<'a>> {
        let words = ModeWords::of(sentence);
        let none = Stance::None.index();
        let mut chosen: Vec<(&Candidate, &CandidateScores)> = Vec::new();
        for (candidate, scores) in candidates.iter().zip(&scores.candidates) {
            match chosen.iter_mut().find(|(other, _)| other.holder.name == candidate.holder.name) {
                Some(best) if scores.stance[none] < best.1.stance[none] => *best = (candidate, scores),
                Some(_) => {}
                None => chosen.push((candidate, scores)),
            }
        }
        chosen
            .into_iter()
            .map(|(candidate, scores)| {
                let basis = Basis::ALL[argmax(&scores.basis)];
                // Nobody claims his own position.
                let claimant = candidate.claimant.as_ref().filter(|by| by.name != candidate.holder.name);
                Decided {
                    candidate,
                    scores,
                    stance: self.stance(scores.stance),
                    mode: words.mode(scores.mode),
                    basis,
                    claimed_by: claimant.filter(|_| basis == Basis::Claimed).map(|by| by.name.as_str()),
                    tone_toward: Tone::ALL[argmax(&scores.tone)],
                }
            })
            .collect()
    }
}

/// Whether a sentence calls the talks direct or indirect. The guide gives these modes only where the sentence says so,
/// which the words settle better than a classifier that saw some eighty examples of them; whether talks are mediated
/// takes understanding and is left to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ModeWords {
    direct: bool,
    indirect: bool,
}

impl ModeWords {
    fn of(sentence: &str) -> Self {
        // At most five words between the form and the talks, in either order.
        static NEAR: LazyLock<[Regex; 2]> = LazyLock::new(|| {
            const TALKS: &str = r"(?:talk|negotiat|dialogue|discuss|meet|met\b|contact|engag|conversation|diploma|communicat|channel)\w*";
            [r"(?:direct(?:ly)?|face[- ]to[- ]face|one[- ]on[- ]one)", r"indirect(?:ly)?"].map(|form| {
                let gap = r"(?:\W+\w+){0,5}?\W+";
                Regex::new(&format!(r"(?i)\b(?:{form}{gap}{TALKS}|{TALKS}{gap}{form}\b)"))
                    .expect("a valid pattern")
            })
        });
        let [direct, indirect] = &*NEAR;
        Self { direct: direct.is_match(sentence), indirect: indirect.is_match(sentence) }
    }

    /// The form with the largest probability among those that the words allow.
    fn mode(self, mut probabilities: [f32; 4]) -> Mode {
        let [direct, indirect] = [Mode::Direct.index(), Mode::Indirect.index()];
        match (self.direct, self.indirect) {
            (true, false) => return Mode::Direct,
            (false, true) => return Mode::Indirect,
            (false, false) => (probabilities[direct], probabilities[indirect]) = (0.0, 0.0),
            (true, true) => {}
        }
        Mode::ALL[argmax(&probabilities)]
    }
}

/// Position of the largest value; the first of equals.
pub fn argmax(values: &[f32]) -> usize {
    values.iter().enumerate().fold(0, |best, (index, value)| if *value > values[best] { index } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::{Holder, Reason};

    fn candidate(name: &str, claimant: Option<&str>) -> Candidate {
        let holder = |name: &str| Holder { name: name.into(), registered: false, role: None, side: None };
        Candidate {
            holder: holder(name),
            mention: None,
            reason: Reason::Named { alias: name.into() },
            claimant: claimant.map(holder),
        }
    }

    fn scores(stance: [f32; 4], basis: [f32; 3]) -> CandidateScores {
        CandidateScores { stance, tone: [0.2, 0.6, 0.2], mode: [0.1, 0.1, 0.1, 0.7], basis }
    }

    #[test]
    fn the_clearest_mention_speaks_for_its_actor() {
        let candidates =
            [candidate("Marlia", None), candidate("Oskar Venn", None), candidate("Marlia", None)];
        let sentence = SentenceScores {
            tone: [0.0, 1.0, 0.0],
            candidates: vec![
                scores([0.1, 0.1, 0.1, 0.7], [1.0, 0.0, 0.0]),
                scores([0.1, 0.3, 0.2, 0.4], [1.0, 0.0, 0.0]),
                scores([0.1, 0.0, 0.8, 0.1], [0.0, 1.0, 0.0]),
            ],
        };
        let decided = Decision::default().decide("", &candidates, &sentence);
        let found: Vec<_> = decided.iter().map(|d| (d.candidate.holder.name.as_str(), d.stance)).collect();
        assert_eq!(found, [("Marlia", Stance::Oppose), ("Oskar Venn", Stance::Conditional)]);
        assert_eq!(decided[0].basis, Basis::Action);
    }

    #[test]
    fn a_claimant_is_named_only_for_a_claim_about_another() {
        let candidates =
            [candidate("Marlia", Some("Oskar Venn")), candidate("Oskar Venn", Some("Oskar Venn"))];
        let claimed = scores([0.9, 0.0, 0.0, 0.1], [0.1, 0.1, 0.8]);
        let sentence = SentenceScores { tone: [0.0, 1.0, 0.0], candidates: vec![claimed.clone(), claimed] };
        let decided = Decision::default().decide("", &candidates, &sentence);
        assert_eq!(decided[0].claimed_by, Some("Oskar Venn"));
        assert_eq!(decided[1].claimed_by, None);
    }

    #[test]
    fn talks_are_direct_or_indirect_only_where_the_sentence_says_so() {
        let mode = |sentence: &str| ModeWords::of(sentence).mode([0.5, 0.3, 0.1, 0.1]);
        assert_eq!(mode("Marlia remains open to indirect negotiations."), Mode::Indirect);
        assert_eq!(mode("He ruled out sitting down for direct talks."), Mode::Direct);
        assert_eq!(mode("The sides negotiate only indirectly."), Mode::Indirect);
        assert_eq!(mode("Venn met his counterpart face to face."), Mode::Direct);
        assert_eq!(mode("Both, direct talks and indirect negotiations, were refused."), Mode::Direct);
        assert_eq!(mode("Marlia wants talks."), Mode::Mediated);
        assert_eq!(mode("The director spoke of a direct hit."), Mode::Mediated);
    }

    #[test]
    fn the_threshold_decides_between_a_stance_and_none() {
        let decision = Decision { none_below: 0.4 };
        assert_eq!(decision.stance([0.35, 0.1, 0.1, 0.45]), Stance::None);
        assert_eq!(decision.stance([0.1, 0.1, 0.45, 0.35]), Stance::Oppose);
    }
}
