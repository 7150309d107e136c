//! Evidence: the two or three sentences that say most about where an actor stands.
//!
//! The rule, in order:
//!
//! 1. The *leading* stance is the one with most statements (ties: the higher summed probability).
//! 2. A statement's strength is the probability of its stance, less [`CLAIM_PENALTY`] when it is
//!    only another actor's claim, less [`LENGTH_PENALTY`] when the sentence is too short or too
//!    long to be read by itself. Equal strength: the later date first.
//! 3. Quoted are the strongest of the leading stance, the strongest that contradicts it (oppose
//!    against support; the more frequent of the two others against conditional; failing that,
//!    conditional), and the next strongest of the leading stance; never more than three.
//! 4. They come from different articles and do not repeat each other's words. Only when nothing
//!    else is left do two come from one article.
//!
//! It takes two steps because texts are not at hand while counting: a [`Shortlist`] by numbers,
//! then [`choose`] with the sentences.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::statement::{Basis, Stance, Statement};

use super::Observation;

/// What another actor's claim is weaker by.
pub const CLAIM_PENALTY: f32 = 0.10;

/// What a sentence outside [`READABLE`] is weaker by.
pub const LENGTH_PENALTY: f32 = 0.20;

/// Characters of a sentence that reads well by itself.
pub const READABLE: std::ops::RangeInclusive<usize> = 40..=320;

/// Sentences quoted for one actor.
pub const QUOTED: usize = 3;

/// Two sentences repeat each other when they share this part of their words (Jaccard).
const SAME_WORDS: f64 = 0.6;

/// Statements kept for each stance, and of these for each article.
const KEPT: usize = 8;
const KEPT_OF_ARTICLE: usize = 2;

/// Statements worth quoting, by numbers alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortlist {
    /// Stances in the order in which they are quoted: leading, contradicting, the third.
    stances: Vec<Stance>,
    /// Ids, strongest first; parallel to `stances`.
    ids: Vec<Vec<i64>>,
}

impl Shortlist {
    /// Draws up the list from one actor's observations.
    pub(super) fn draw<'a>(seen: impl Iterator<Item = &'a Observation>) -> Self {
        let mut by_stance: [Vec<&Observation>; 3] = Default::default();
        for one in seen.filter(|one| one.stance != Stance::None) {
            by_stance[one.stance.index()].push(one);
        }
        let mass = |stance: Stance| -> f64 {
            let at = stance.index();
            by_stance[at].iter().map(|one| f64::from(one.probabilities.to_array()[at])).sum()
        };
        let mut stances = vec![Stance::Support, Stance::Conditional, Stance::Oppose];
        stances.sort_by(|a, b| {
            let count = |s: &Stance| by_stance[s.index()].len();
            count(b).cmp(&count(a)).then(mass(*b).total_cmp(&mass(*a)))
        });
        match stances[0] {
            Stance::Support => stances = vec![Stance::Support, Stance::Oppose, Stance::Conditional],
            Stance::Oppose => stances = vec![Stance::Oppose, Stance::Support, Stance::Conditional],
            _ => {}
        }
        let ids = stances.iter().map(|s| strongest(&mut by_stance[s.index()])).collect();
        Self { stances, ids }
    }

    /// The ids of all listed statements.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.ids.iter().flatten().copied()
    }
}

/// The ids of the strongest statements of one stance.
fn strongest(list: &mut Vec<&Observation>) -> Vec<i64> {
    let strength =
        |one: &Observation| one.probabilities.to_array()[one.stance.index()] - claim_penalty(one.basis);
    let order = |a: &&Observation, b: &&Observation| -> Ordering {
        strength(b)
            .total_cmp(&strength(a))
            .then_with(|| b.date.cmp(&a.date))
            .then_with(|| (a.article, a.sentence, a.statement).cmp(&(b.article, b.sentence, b.statement)))
    };
    // Far more than is kept, in case a few articles hold the strongest.
    let enough = 64 * KEPT;
    if list.len() > enough {
        list.select_nth_unstable_by(enough, order);
        list.truncate(enough);
    }
    list.sort_unstable_by(order);
    let mut kept: Vec<&Observation> = Vec::with_capacity(KEPT);
    for one in list.iter() {
        if kept.len() == KEPT {
            break;
        }
        if kept.iter().filter(|k| k.article == one.article).count() < KEPT_OF_ARTICLE {
            kept.push(one);
        }
    }
    kept.iter().map(|one| one.statement).collect()
}

fn claim_penalty(basis: Basis) -> f32 {
    if basis == Basis::Claimed { CLAIM_PENALTY } else { 0.0 }
}

/// Chooses among a shortlist, given its statements by id; ids that `statement` does not know
/// are passed over. Leading stance first.
pub fn choose<'a>(
    shortlist: &Shortlist,
    statement: impl Fn(i64) -> Option<&'a Statement>,
) -> Vec<&'a Statement> {
    let strength = |s: &Statement| {
        let long = if READABLE.contains(&s.sentence.chars().count()) { 0.0 } else { LENGTH_PENALTY };
        s.probabilities.to_array()[s.stance.index()] - claim_penalty(s.basis) - long
    };
    let ranked: Vec<Vec<&Statement>> = shortlist
        .ids
        .iter()
        .map(|ids| {
            let mut list: Vec<&Statement> = ids.iter().filter_map(|id| statement(*id)).collect();
            // Stable: the shortlist's order decides among equals.
            list.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
            list
        })
        .collect();
    let leading = ranked.first().map_or(&[][..], Vec::as_slice);
    let mut chosen: Vec<&Statement> = Vec::with_capacity(QUOTED);
    take(&mut chosen, leading);
    for contrary in ranked.iter().skip(1) {
        if chosen.len() < 2 {
            take(&mut chosen, contrary);
        }
    }
    while chosen.len() < QUOTED && take(&mut chosen, leading) {}
    chosen.sort_by_key(|s| shortlist.stances.iter().position(|stance| *stance == s.stance));
    chosen
}

/// Adds the first of `list` that brings something new; whether there was one.
fn take<'a>(chosen: &mut Vec<&'a Statement>, list: &[&'a Statement]) -> bool {
    let fresh = |s: &&&Statement| !chosen.iter().any(|c| repeats(&c.sentence, &s.sentence));
    let elsewhere = |s: &&&Statement| chosen.iter().all(|c| c.article_id != s.article_id);
    let found = list.iter().filter(fresh).find(elsewhere).or_else(|| list.iter().find(fresh));
    match found {
        Some(found) => {
            let found: &'a Statement = found;
            chosen.push(found);
            true
        }
        None => false,
    }
}

/// Whether two sentences are nearly the same, as in two versions of an agency's copy.
pub fn repeats(a: &str, b: &str) -> bool {
    fn words(text: &str) -> HashSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    }
    let (left, right) = (words(a), words(b));
    let shared = left.intersection(&right).count();
    let all = left.len() + right.len() - shared;
    a == b || (all > 0 && shared as f64 / all as f64 >= SAME_WORDS)
}
