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
        let Some(day) = one.date.filter(|date| date.first_day() == date.last_day()) else { continue };
        let probability = one.probabilities.to_array()[one.stance.index()];
        let entry = (day.first_day(), probability, one.statement, (one.article, one.sentence));
        match one.stance {
            Stance::Support if probability >= LEAST => support.push(entry),
            Stance::Oppose if probability >= LEAST => oppose.push(entry),
            _ => {}
        }
    }
    oppose.sort_by_key(|(day, ..)| *day);
    let mut pairs = Vec::new();
    for &(day, p, id, place) in &support {
        let apart = |other: jiff::civil::Date| (other - day).get_days();
        let first = oppose.partition_point(|(other, ..)| apart(*other) < -DAYS);
        // The surest of those near enough; a sentence does not contradict itself.
        let near = oppose[first..].iter().take_while(|(other, ..)| apart(*other) <= DAYS);
        if let Some(&(other, q, other_id, _)) =
            near.filter(|(.., at)| *at != place).max_by(|a, b| a.1.total_cmp(&b.1).then(b.2.cmp(&a.2)))
        {
            pairs.push((p.min(q), Contradiction { support: id, oppose: other_id, days: apart(other) }));
        }
    }
    pairs.sort_by(|(a, x), (b, y)| b.total_cmp(a).then((x.support, x.oppose).cmp(&(y.support, y.oppose))));
    let mut kept: Vec<Contradiction> = Vec::new();
    for (_, pair) in pairs {
        let used = kept.iter().any(|k| k.support == pair.support || k.oppose == pair.oppose);
        if kept.len() < KEPT && !used {
            kept.push(pair);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests::observation;
    use super::*;

    #[test]
    fn opposite_stances_within_a_fortnight_are_paired_once() {
        let mut seen = vec![
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
    fn a_sentence_does_not_contradict_itself() {
        let mut seen =
            vec![observation(1, 0, 1, 0.9, "2026-03-01"), observation(2, 0, 1, 0.05, "2026-03-01")];
        seen[1].sentence = seen[0].sentence;
        assert!(contradictions(seen.iter()).is_empty());
    }
}
