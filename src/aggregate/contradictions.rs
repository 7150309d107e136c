//! A contradiction: within a fortnight, one actor supports and opposes.
//!
//! Only the actor's own statements and actions count, not what others claim of it, and only those dated to the day whose stance is more
//! likely than not. Of each actor the strongest pairs are kept: those whose weaker side is most certain. A statement is in one pair only.

use super::Observation;
use crate::statement::{Basis, Stance};

/// Most days between the two.
pub const DAYS: i32 = 14;

/// Pairs kept for an actor.
pub const KEPT: usize = 3;

/// Least probability of either stance.
const LEAST: f32 = 0.5;

/// Two statements of one actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// Ids of the statements.
    pub support: i64,
    pub oppose: i64,
    /// Days from the one to the other.
    pub days: i32,
}

/// The contradictions among one actor's observations.
pub fn contradictions<'a>(seen: impl Iterator<Item = &'a Observation>) -> Vec<Contradiction> {
    let (mut support, mut oppose) = (Vec::new(), Vec::new());
    for one in seen.filter(|one| one.basis != Basis::Claimed) {
        let dated = one.date.is_some_and(|date| date.exact().is_some());
        let probability = one.probabilities.to_array()[one.stance.index()];
        match one.stance {
            Stance::Support if dated && probability >= LEAST => support.push((one, probability)),
            Stance::Oppose if dated && probability >= LEAST => oppose.push((one, probability)),
            _ => {}
        }
    }
    let day = |one: &Observation| one.date.map(|date| date.first_day());
    // The surest first: a pair is no surer than its support, so the search can stop early.
    support.sort_by(|(_, p), (_, q)| q.total_cmp(p));
    oppose.sort_by_key(|(one, _)| day(one));
    let mut kept: Vec<Contradiction> = Vec::new();
    while kept.len() < KEPT {
        let used = |id: i64| kept.iter().any(|pair| pair.support == id || pair.oppose == id);
        let mut best: Option<(f32, Contradiction)> = None;
        for &(one, p) in support.iter().filter(|(one, _)| !used(one.statement)) {
            if best.as_ref().is_some_and(|(surety, _)| p < *surety) {
                break;
            }
            let apart = |other: &Observation| Some((day(other)? - day(one)?).get_days());
            let first = oppose.partition_point(|(other, _)| apart(other) < Some(-DAYS));
            let near = oppose[first..].iter().take_while(|(other, _)| apart(other) <= Some(DAYS));
            for &(other, q) in near.filter(|(other, _)| !used(other.statement)) {
                // A sentence does not contradict itself, nor, rolled up, one person another.
                let same_place = (one.article, one.sentence) == (other.article, other.sentence);
                let Some(days) = apart(other).filter(|_| !same_place && one.actor == other.actor) else {
                    continue;
                };
                let pair = Contradiction { support: one.statement, oppose: other.statement, days };
                let surer = |&(surety, known): &(f32, Contradiction)| {
                    (p.min(q), known.support, known.oppose) > (surety, pair.support, pair.oppose)
                };
                if best.as_ref().is_none_or(surer) {
                    best = Some((p.min(q), pair));
                }
            }
        }
        let Some((_, pair)) = best else { break };
        kept.push(pair);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests::observation;
    use super::*;

    #[test]
    fn opposite_stances_within_a_fortnight_are_paired_once() {
        let mut seen = [
            observation(1, 0, 1, 0.9, "2026-03-01"),
            observation(2, 0, 2, 0.05, "2026-03-10"),
            observation(3, 0, 3, 0.8, "2026-03-12"),
            // Too late, too coarse, claimed.
            observation(4, 0, 4, 0.05, "2026-04-20"),
            observation(5, 0, 5, 0.05, "2026-03"),
            observation(6, 0, 6, 0.02, "2026-03-02"),
        ];
        seen[5].basis = Basis::Claimed;
        let found = contradictions(seen.iter());
        assert_eq!(found, [Contradiction { support: 1, oppose: 2, days: 9 }]);
    }

    #[test]
    fn every_pair_is_found_that_shares_no_statement() {
        // All three supports lie near the surest opposition; each gets one of its own.
        let mut seen = Vec::new();
        for n in 0..3 {
            seen.push(observation(n, 0, n as u32, 0.9, "2026-03-01"));
            seen.push(observation(10 + n, 0, 10 + n as u32, 0.02 + n as f32 / 50.0, "2026-03-04"));
        }
        assert_eq!(contradictions(seen.iter()).len(), 3);
        // Rolled up, a minister and a general are not one voice.
        seen.truncate(2);
        seen[1].actor = 2;
        assert!(contradictions(seen.iter()).is_empty());
    }

    #[test]
    fn a_sentence_does_not_contradict_itself() {
        let mut seen = [observation(1, 0, 1, 0.9, "2026-03-01"), observation(2, 0, 1, 0.05, "2026-03-01")];
        seen[1].sentence = seen[0].sentence;
        assert!(contradictions(seen.iter()).is_empty());
    }
}
