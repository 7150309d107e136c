//! The parts of a difference: amounts that add up to it, each with a cause.
//!
//! Between two sets of *articles*, after Kitagawa (1955, "Components of a difference between two rates"): with w and m an outlet's share of the
//! statements and its mean on a side, the difference is
//!
//! > sum (w_b - w_a) (m_a + m_b) / 2  +  sum (m_b - m_a) (w_a + w_b) / 2
//!
//! the first sum from a changed *mix of outlets*, the second from *new statements* of the same outlets. An outlet that is on one side
//! only counts with the mix.
//!
//! Between two *runs*, in steps from what the one says to what the other says: other articles, other attribution (statements that
//! only one run has, in articles of both), another judgement of the same statements (the model).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::Observation;
use super::super::bootstrap::Cluster;
use super::{Kind, leaning};

/// What a difference is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Parts {
    Articles {
        /// Other statements in the same outlets.
        statements: f64,
        /// Outlets with other shares of the statements.
        outlets: f64,
    },
    Runs {
        /// Articles that only one run has.
        articles: f64,
        /// Statements that only one run has, in articles of both.
        attribution: f64,
        /// Other probabilities of the same statements.
        model: f64,
    },
}

/// Splits the difference between two sides, neither of them empty.
pub(super) fn split(a: &[Observation], b: &[Observation], kind: Kind) -> Parts {
    match kind {
        Kind::Articles => by_outlet(a, b),
        Kind::Runs => by_step(a, b),
    }
}

fn mean<'a>(of: impl Iterator<Item = &'a Observation>) -> Option<f64> {
    let mut cluster = Cluster::default();
    of.for_each(|one| cluster.add(leaning(one)));
    (cluster.count > 0.0).then(|| cluster.sum / cluster.count)
}

fn by_outlet(a: &[Observation], b: &[Observation]) -> Parts {
    let mut of_outlet: BTreeMap<Option<u32>, [Cluster; 2]> = BTreeMap::new();
    for (side, list) in [a, b].into_iter().enumerate() {
        for one in list {
            of_outlet.entry(one.outlet).or_default()[side].add(leaning(one));
        }
    }
    let (all_a, all_b) = (a.len() as f64, b.len() as f64);
    let (mut statements, mut outlets) = (0.0, 0.0);
    for [in_a, in_b] in of_outlet.values() {
        let (w_a, w_b) = (in_a.count / all_a, in_b.count / all_b);
        let own = |side: &Cluster, other: &Cluster| {
            let from = if side.count > 0.0 { side } else { other };
            from.sum / from.count
        };
        let (m_a, m_b) = (own(in_a, in_b), own(in_b, in_a));
        outlets += (w_b - w_a) * (m_a + m_b) / 2.0;
        statements += (m_b - m_a) * (w_a + w_b) / 2.0;
    }
    Parts::Articles { statements, outlets }
}

/// What makes a statement the same in two runs.
fn key(one: &Observation) -> (u32, u32) {
    (one.article, one.sentence)
}

/// The observations of `list` that `other` has as well. A sentence may give an actor several: they are matched in order.
fn found_in(list: &[Observation], other: &[Observation]) -> Vec<Observation> {
    let mut left: HashMap<(u32, u32), usize> = HashMap::new();
    other.iter().for_each(|one| *left.entry(key(one)).or_default() += 1);
    let mut take = |one: &&Observation| match left.get_mut(&key(one)) {
        Some(number) if *number > 0 => {
            *number -= 1;
            true
        }
        _ => false,
    };
    list.iter().filter(&mut take).copied().collect()
}

fn by_step(a: &[Observation], b: &[Observation]) -> Parts {
    let articles = |side: &[Observation]| side.iter().map(|one| one.article).collect::<BTreeSet<u32>>();
    let (in_a, in_b) = (articles(a), articles(b));
    let shared: BTreeSet<u32> = in_a.intersection(&in_b).copied().collect();
    let (common_a, common_b) = (found_in(a, b), found_in(b, a));
    let in_shared = |one: &&Observation| shared.contains(&one.article);
    let (m_a, m_b) = (mean(a.iter()).unwrap_or(0.0), mean(b.iter()).unwrap_or(0.0));
    // Where a step has nothing to stand on, the one before it takes its amount.
    let shared_a = mean(a.iter().filter(in_shared)).unwrap_or(m_a);
    let shared_b = mean(b.iter().filter(in_shared)).unwrap_or(m_b);
    let (judged_a, judged_b) = match (mean(common_a.iter()), mean(common_b.iter())) {
        (Some(a), Some(b)) => (a, b),
        _ => (shared_a, shared_a),
    };
    let model = judged_b - judged_a;
    let attribution = if shared.is_empty() { 0.0 } else { (judged_a - shared_a) + (shared_b - judged_b) };
    Parts::Runs { articles: m_b - m_a - model - attribution, attribution, model }
}

/// The statements of each article, of a and of b.
pub(super) fn pairs(a: &[Observation], b: &[Observation]) -> Vec<[Cluster; 2]> {
    let mut of_article: BTreeMap<u32, [Cluster; 2]> = BTreeMap::new();
    for (side, list) in [a, b].into_iter().enumerate() {
        for one in list {
            of_article.entry(one.article).or_default()[side].add(leaning(one));
        }
    }
    of_article.into_values().collect()
}
