//! An aggregate: where each actor stands, counted over its statements.
//!
//! [`aggregate`] takes lean [`Observation`]s (one for each statement, no text) and yields one
//! [`Standing`] per actor: counts, the stance index with its interval ([`bootstrap`]), an optional
//! series over time ([`period`]), and the statements worth quoting ([`evidence`]). [`compare`] sets two
//! selections side by side; [`turning`] finds where a series turns,
//! [`contradictions`] who said both. Nothing here reads a store or
//! knows how a report looks.

pub mod audit;
pub mod bootstrap;
pub mod compare;
pub mod contradictions;
pub mod evidence;
pub mod period;
pub mod turning;

use std::collections::HashSet;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use crate::article::PartialDate;
use crate::attribute::UNATTRIBUTED;
use crate::statement::{Basis, Mode, Stance, StanceProbabilities, Tone};

use bootstrap::{Cluster, Interval};
use contradictions::Contradiction;
use evidence::Shortlist;
use period::{By, Period};
use turning::{Shown, TurningPoint};

/// One statement, as far as counting needs it. Ids are the caller's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Id of the statement, by which its sentence can be fetched.
    pub statement: i64,
    /// Position of the holder in the caller's list of names.
    pub actor: u32,
    pub article: u32,
    /// Position of the sentence in its article.
    pub sentence: u32,
    /// Date of the article.
    pub date: Option<PartialDate>,
    pub outlet: Option<u32>,
    pub stance: Stance,
    pub probabilities: StanceProbabilities,
    pub mode: Mode,
    pub basis: Basis,
    /// Tone of the sentence toward the holder.
    pub tone: Tone,
}

/// Which statements and actors to count. The default counts everything.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// First day, inclusive. With a bound, a statement counts only if its date is known and
    /// every day that the date may mean lies within the bounds.
    pub from: Option<Date>,
    /// Last day, inclusive.
    pub to: Option<Date>,
    /// Actors to show, after the roll-up; all when `None`.
    pub actors: Option<HashSet<u32>>,
    /// Outlets to count; all when `None`. A statement without an outlet is in no such set.
    pub outlets: Option<HashSet<u32>>,
    /// Actors with fewer statements are left out and counted; 0 and 1 keep all.
    pub min_statements: usize,
}

/// The actors for whom a statement of `actor` counts, itself first and then its parents, nearest
/// first. May leave the actor itself out, to show parents only.
pub type RollUp<'a> = &'a (dyn Fn(u32) -> Vec<u32> + Sync);

/// How to aggregate.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Length of a bucket of the series; no series when `None`.
    pub by: Option<By>,
    /// No roll-up when `None`: a person's statement is not its country's.
    pub roll_up: Option<RollUp<'a>>,
}

/// Where one actor stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Position in the list of names.
    pub actor: u32,
    pub tally: Tally,
    /// Statements toward each mode, in the order of [`Mode::ALL`].
    pub modes: [usize; 4],
    /// In the order of [`Basis::ALL`].
    pub bases: [usize; 3],
    /// Mean tone toward the actor: negative -1, neutral 0, positive 1.
    pub tone: f64,
    /// Of the dated statements: [`earliest`] and [`latest`].
    pub first: Option<PartialDate>,
    pub last: Option<PartialDate>,
    /// Statements of articles without a date.
    pub undated: usize,
    /// Statements whose date is too coarse for the buckets of the series.
    pub imprecise: usize,
    /// One entry for each of [`Aggregates::periods`] in which the actor has statements:
    /// position of the period, and what was counted in it.
    pub series: Vec<(usize, Tally)>,
    /// Where the actor's articles turn, when a series was asked for.
    pub turns: Vec<TurningPoint>,
    /// Parallel to `turns`.
    pub shown: Vec<Option<Shown>>,
    pub contradictions: Vec<Contradiction>,
    /// Candidates for quotation.
    pub shortlist: Shortlist,
}

/// What is counted of some statements of one actor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// Statements; none of them of stance `none`.
    pub statements: usize,
    /// Articles they stand in.
    pub articles: usize,
    /// Statements that support, are conditional, oppose.
    pub stances: [usize; 3],
    /// Mean of P(support) - P(oppose), in [-1, 1].
    pub index: f64,
    /// `None` with fewer than [`bootstrap::MIN_ARTICLES`] articles.
    pub interval: Option<Interval>,
}

/// Every actor's standing, and what was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregates {
    /// In the order of the actors' ids. The unattributed are not among them.
    pub standings: Vec<Standing>,
    /// Statements whose holder could not be resolved.
    pub unattributed: Option<Standing>,
    /// Statements counted, each once even when it is rolled up.
    pub statements: usize,
    /// Articles with at least one of them.
    pub articles: usize,
    pub left_out: LeftOut,
    pub by: Option<By>,
    /// Buckets of the series, in order, without gaps as long as there are at most
    /// [`period::MAX_PERIODS`] of them.
    pub periods: Vec<Period>,
}

/// What a [`Selection`] left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Statements without a date, where the period has bounds.
    pub undated: usize,
    /// Statements whose date lies partly outside the period.
    pub imprecise: usize,
    /// Statements outside the period.
    pub outside_period: usize,
    /// Statements of other outlets.
    pub other_outlets: usize,
    /// Actors with too few statements.
    pub actors_below_minimum: usize,
}

/// One observation counted for one actor: itself or, rolled up, a parent.
#[derive(Clone, Copy)]
struct Entry {
    actor: u32,
    article: u32,
    sentence: u32,
    /// Steps up the chain.
    distance: u32,
    observation: u32,
}

/// Counts `observations` for each actor. `names` are the actors' canonical names; they seed the
/// bootstrap, so that a name's interval does not depend on who else is in the store.
pub fn aggregate(
    observations: &[Observation],
    names: &[String],
    selection: &Selection,
    options: Options<'_>,
) -> Aggregates {
    let Gathered { entries, statements, articles, mut left_out } = gather(observations, selection, options);
    let periods = options.by.map_or_else(Vec::new, |by| {
        period::cover(by, entries.iter().filter_map(|e| observations[e.observation as usize].date))
    });
    let groups: Vec<&[Entry]> = entries.chunk_by(|a, b| a.actor == b.actor).collect();
    let enough = |group: &&[Entry]| {
        group.len() >= selection.min_statements || names[group[0].actor as usize] == UNATTRIBUTED
    };
    left_out.actors_below_minimum = groups.iter().filter(|group| !enough(group)).count();
    let mut standings: Vec<Standing> = groups
        .into_par_iter()
        .filter(enough)
        .map(|group| standing(group, observations, &names[group[0].actor as usize], options.by, &periods))
        .collect();
    let unattributed = standings
        .iter()
        .position(|s| names[s.actor as usize] == UNATTRIBUTED)
        .map(|position| standings.remove(position));
    Aggregates { standings, unattributed, statements, articles, left_out, by: options.by, periods }
}

/// What a selection counts, actor by actor.
struct Gathered {
    /// Sorted by actor, article and sentence.
    entries: Vec<Entry>,
    /// Statements, each once even when it is rolled up.
    statements: usize,
    articles: usize,
    /// Without the actors below the minimum.
    left_out: LeftOut,
}

/// Finds the actors for whom each observation counts.
fn gather(observations: &[Observation], selection: &Selection, options: Options<'_>) -> Gathered {
    let mut left_out = LeftOut::default();
    let mut entries = Vec::with_capacity(observations.len());
    let mut statements = 0;
    let mut articles = HashSet::new();
    for (position, seen) in observations.iter().enumerate() {
        if seen.stance == Stance::None || !selection.admits(seen, &mut left_out) {
            continue;
        }
        let mut counted = false;
        let mut push = |actor: u32, distance: u32| {
            if selection.actors.as_ref().is_none_or(|wanted| wanted.contains(&actor)) {
                let (article, sentence) = (seen.article, seen.sentence);
                entries.push(Entry { actor, article, sentence, distance, observation: position as u32 });
                counted = true;
            }
        };
        match options.roll_up {
            None => push(seen.actor, 0),
            Some(chain) => {
                for actor in chain(seen.actor) {
                    push(actor, u32::from(actor != seen.actor));
                }
            }
        }
        if counted {
            statements += 1;
            articles.insert(seen.article);
        }
    }
    entries.par_sort_unstable_by_key(|e| (e.actor, e.article, e.sentence, e.distance, e.observation));
    if options.roll_up.is_some() {
        entries = once_a_sentence(&entries, observations);
    }
    Gathered { entries, statements, articles: articles.len(), left_out }
}

impl Selection {
    /// Whether a statement is counted; if not, the cause is.
    fn admits(&self, seen: &Observation, left_out: &mut LeftOut) -> bool {
        if let Some(outlets) = &self.outlets
            && !seen.outlet.is_some_and(|outlet| outlets.contains(&outlet))
        {
            left_out.other_outlets += 1;
            return false;
        }
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let Some(date) = seen.date else {
            left_out.undated += 1;
            return false;
        };
        let within =
            |day: Date| self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to);
        let (first, last) = (date.first_day(), date.last_day());
        if within(first) && within(last) {
            return true;
        }
        let apart = self.from.is_some_and(|from| last < from) || self.to.is_some_and(|to| to < first);
        *(if apart { &mut left_out.outside_period } else { &mut left_out.imprecise }) += 1;
        false
    }
}

/// Keeps, for each actor and sentence, the actor's own statements or, if it has none, the one
/// rolled-up statement that is surest of a stance. "Iran will not negotiate, Khamenei said" is
/// one statement of Iran, not two.
fn once_a_sentence(sorted: &[Entry], observations: &[Observation]) -> Vec<Entry> {
    let surety = |e: &Entry| 1.0 - observations[e.observation as usize].probabilities.none;
    let mut kept = Vec::with_capacity(sorted.len());
    for group in sorted.chunk_by(|a, b| (a.actor, a.article, a.sentence) == (b.actor, b.article, b.sentence))
    {
        let own = group.iter().take_while(|e| e.distance == 0).count();
        if own > 0 {
            kept.extend_from_slice(&group[..own]);
        } else if let Some(best) = group.iter().reduce(|a, b| if surety(b) > surety(a) { b } else { a }) {
            kept.push(*best);
        }
    }
    kept
}

/// Counts one actor's entries, which are sorted by article.
fn standing(
    group: &[Entry],
    observations: &[Observation],
    name: &str,
    by: Option<By>,
    periods: &[Period],
) -> Standing {
    let seen = || group.iter().map(|e| &observations[e.observation as usize]);
    let (mut modes, mut bases, mut tones) = ([0; 4], [0; 3], [0_usize; 3]);
    let mut undated = 0;
    for one in seen() {
        modes[one.mode.index()] += 1;
        bases[one.basis.index()] += 1;
        tones[one.tone.index()] += 1;
        undated += usize::from(one.date.is_none());
    }
    let tone = (tones[Tone::Positive.index()] as f64 - tones[Tone::Negative.index()] as f64)
        / group.len().max(1) as f64;
    let (series, imprecise) = match by {
        Some(by) => series(group, observations, name, by, periods),
        None => (Vec::new(), 0),
    };
    let turns = by.map_or_else(Vec::new, |_| turning::turning_points(&days(seen()), name));
    let dated =
        || seen().filter_map(|o| Some((o.date?.exact()?, f64::from(o.probabilities.leaning()), o.statement)));
    Standing {
        actor: group[0].actor,
        tally: tally(seen(), name),
        modes,
        bases,
        tone,
        first: earliest(seen().filter_map(|o| o.date)),
        last: latest(seen().filter_map(|o| o.date)),
        undated,
        imprecise,
        series,
        shown: turns.iter().map(|turn| turning::shown(turn, dated())).collect(),
        turns,
        contradictions: contradictions::contradictions(seen()),
        shortlist: Shortlist::draw(seen()),
    }
}

/// The articles of statements that come article by article: a first statement of each, and all of them summed.
fn by_article<'a>(seen: impl Iterator<Item = &'a Observation>) -> Vec<(&'a Observation, Cluster)> {
    let mut articles: Vec<(&Observation, Cluster)> = Vec::new();
    for one in seen {
        if articles.last().is_none_or(|(first, _)| first.article != one.article) {
            articles.push((one, Cluster::default()));
        }
        if let Some((_, cluster)) = articles.last_mut() {
            cluster.add(f64::from(one.probabilities.leaning()));
        }
    }
    articles
}

/// The articles that are dated to the day.
fn days<'a>(seen: impl Iterator<Item = &'a Observation>) -> Vec<(Date, Cluster)> {
    by_article(seen)
        .into_iter()
        .filter_map(|(first, cluster)| Some((first.date?.exact()?, cluster)))
        .collect()
}

/// The date that is certainly the earliest: a bare year does not pull it back to January.
pub fn earliest(dates: impl Iterator<Item = PartialDate>) -> Option<PartialDate> {
    dates.min_by_key(|date| (date.last_day(), date.first_day()))
}

/// The date that is certainly the latest.
pub fn latest(dates: impl Iterator<Item = PartialDate>) -> Option<PartialDate> {
    dates.max_by_key(|date| (date.first_day(), std::cmp::Reverse(date.last_day())))
}

/// The actor's series, and the number of dated statements that fit in no bucket.
fn series(
    group: &[Entry],
    observations: &[Observation],
    name: &str,
    by: By,
    periods: &[Period],
) -> (Vec<(usize, Tally)>, usize) {
    let mut placed: Vec<(usize, &Observation)> = Vec::with_capacity(group.len());
    let mut imprecise = 0;
    for entry in group {
        let one = &observations[entry.observation as usize];
        let Some(date) = one.date else { continue };
        match by.period_of(date).and_then(|p| periods.binary_search(&p).ok()) {
            Some(position) => placed.push((position, one)),
            None => imprecise += 1,
        }
    }
    // Stable: statements of one article stay together, as `tally` needs.
    placed.sort_by_key(|(position, _)| *position);
    let tallies = placed
        .chunk_by(|a, b| a.0 == b.0)
        .map(|bucket| {
            let position = bucket[0].0;
            let seed = format!("{name}\n{}", periods[position]);
            (position, tally(bucket.iter().map(|(_, one)| *one), &seed))
        })
        .collect();
    (tallies, imprecise)
}

/// Counts statements that come article by article.
fn tally<'a>(seen: impl Iterator<Item = &'a Observation>, seed: &str) -> Tally {
    let mut stances = [0; 3];
    let counted = seen.inspect(|one| {
        if one.stance != Stance::None {
            stances[one.stance.index()] += 1;
        }
    });
    let clusters: Vec<Cluster> = by_article(counted).into_iter().map(|(_, cluster)| cluster).collect();
    Tally {
        statements: clusters.iter().map(|c| c.count as usize).sum(),
        articles: clusters.len(),
        stances,
        index: bootstrap::mean(&clusters).clamp(-1.0, 1.0),
        interval: bootstrap::interval(&clusters, seed),
    }
}

#[cfg(test)]
mod tests;
