//! A turning point: a day from which an actor's articles lean otherwise than before.
//!
//! Binary segmentation (Scott & Knott 1974; Vostrikova 1981): the articles in order of date are cut where the difference between before and
//! after explains most of their spread, then either part is cut again. A cut stands if chance alone seldom gives a larger one: the
//! articles are put in random orders, and the largest difference over all cuts of each order is taken, so that the search itself is
//! allowed for (the permutation test of Matteson & James 2014, "A nonparametric approach for multiple change point analysis of
//! multivariate data", with a difference of means in place of their divergence). Articles of one day are never parted.

use jiff::civil::Date;

use super::bootstrap::{Cluster, Random};
use super::compare::difference::Moments;

/// Articles that each side of a cut needs.
pub const LEAST_ARTICLES: usize = 5;

/// A cut stands when at most so many random orders have as large a one.
pub const LEVEL: f64 = 0.05;

/// Random orders tried.
const ORDERS: usize = 999;

/// With more days than this, only every so many are tried.
const MAX_CUTS: usize = 1_000;

/// Where a series turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurningPoint {
    /// Last day of the articles before.
    pub before: Date,
    /// First day of the articles after.
    pub after: Date,
    /// Index of the stretch before, back to the turning point before it or the beginning; and of the stretch after.
    pub from: f64,
    pub to: f64,
    pub p: f64,
}

/// The statements that show a turn best: ids of one before it and one after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub before: i64,
    pub after: i64,
}

/// Days before and after a turn within which statements stand around it.
const AROUND: i32 = 60;

/// Of the statements within [`AROUND`] days (day, leaning, id), those that lean most to either side of the turn. `None` where a side has
/// none, since its articles are further off.
pub fn shown(turn: &TurningPoint, statements: impl Iterator<Item = (Date, f64, i64)>) -> Option<Shown> {
    let toward = if turn.to > turn.from { 1.0 } else { -1.0 };
    /// How much a statement leans to its side, and its id.
    type Best = Option<(f64, i64)>;
    let (mut before, mut after): (Best, Best) = (None, None);
    let offer = |best: &mut Best, value: f64, id: i64| {
        if best.is_none_or(|(known, earlier)| (value, earlier) > (known, id)) {
            *best = Some((value, id));
        }
    };
    for (day, leaning, id) in statements {
        if day <= turn.before && (turn.before - day).get_days() <= AROUND {
            offer(&mut before, -toward * leaning, id);
        } else if day >= turn.after && (day - turn.after).get_days() <= AROUND {
            offer(&mut after, toward * leaning, id);
        }
    }
    Some(Shown { before: before?.1, after: after?.1 })
}

/// The turning points of one actor, in order of date. `articles` are its articles with their days, in any order.
pub fn turning_points(articles: &[(Date, Cluster)], seed: &str) -> Vec<TurningPoint> {
    let mut articles = articles.to_vec();
    articles.sort_by(|(day_a, a), (day_b, b)| {
        day_a.cmp(day_b).then(a.count.total_cmp(&b.count)).then(a.sum.total_cmp(&b.sum))
    });
    let mut cuts: Vec<(usize, f64)> = Vec::new();
    let mut open = vec![(0, articles.len())];
    while let Some((start, end)) = open.pop() {
        if let Some((cut, p)) = best_cut(&articles[start..end], &format!("{seed}\n{start} {end}")) {
            cuts.push((start + cut, p));
            open.extend([(start, start + cut), (start + cut, end)]);
        }
    }
    cuts.sort_unstable_by_key(|(cut, _)| *cut);
    let mean = |from: usize, to: usize| Moments::of(articles[from..to].iter().map(|(_, c)| c)).mean();
    (0..cuts.len())
        .map(|number| {
            let (cut, p) = cuts[number];
            let start = number.checked_sub(1).map_or(0, |earlier| cuts[earlier].0);
            let end = cuts.get(number + 1).map_or(articles.len(), |later| later.0);
            TurningPoint {
                before: articles[cut - 1].0,
                after: articles[cut].0,
                from: mean(start, cut),
                to: mean(cut, end),
                p,
            }
        })
        .collect()
}

/// The cut with the largest difference, if it stands, and its p-value.
fn best_cut(articles: &[(Date, Cluster)], seed: &str) -> Option<(usize, f64)> {
    if articles.len() < 2 * LEAST_ARTICLES {
        return None;
    }
    let between_days: Vec<usize> = (LEAST_ARTICLES..=articles.len() - LEAST_ARTICLES)
        .filter(|&cut| articles[cut - 1].0 < articles[cut].0)
        .collect();
    let step = between_days.len().div_ceil(MAX_CUTS).max(1);
    let allowed: Vec<usize> = between_days.into_iter().step_by(step).collect();
    let mut clusters: Vec<Cluster> = articles.iter().map(|(_, cluster)| *cluster).collect();
    let (found, cut) = largest(&clusters, &allowed)?;
    let mut random = Random::seeded(seed);
    let mut as_large = 0;
    for _ in 0..ORDERS {
        random.shuffle(&mut clusters);
        let (chance, _) = largest(&clusters, &allowed)?;
        as_large += usize::from(chance >= found - 1e-9);
        if as_large as f64 > LEVEL * (ORDERS + 1) as f64 {
            return None;
        }
    }
    let p = (as_large + 1) as f64 / (ORDERS + 1) as f64;
    (p <= LEVEL).then_some((cut, p))
}

/// The largest difference over the allowed cuts, and the first cut that has it.
fn largest(clusters: &[Cluster], allowed: &[usize]) -> Option<(f64, usize)> {
    let total = Moments::of(clusters);
    let mut before = Moments::default();
    let mut added = 0;
    let mut best: Option<(f64, usize)> = None;
    for &cut in allowed {
        clusters[added..cut].iter().for_each(|cluster| before.add(cluster));
        added = cut;
        let value = between(&before, &total.without(&before));
        if best.is_none_or(|(largest, _)| value > largest) {
            best = Some((value, cut));
        }
    }
    best
}

/// What a cut explains of the spread: the root of the sum of squares between the two stretches. The spread as a whole is the same for every
/// order, so this orders cuts as a standardised difference with a common variance does.
fn between(a: &Moments, b: &Moments) -> f64 {
    (b.mean() - a.mean()).abs() * (a.count() * b.count() / (a.count() + b.count())).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    /// One article every other day, of one to three statements, supporting at the given share.
    fn series(shares: &[(usize, f64)], random: &mut Random) -> Vec<(Date, Cluster)> {
        let mut day = jiff::civil::date(2026, 1, 1);
        let mut articles = Vec::new();
        for &(number, share) in shares {
            for _ in 0..number {
                let mut cluster = Cluster::default();
                for _ in 0..=random.pair(3).0 {
                    cluster.add(if random.uniform() < share { 0.9 } else { -0.9 });
                }
                articles.push((day, cluster));
                day = day.checked_add(2.days()).unwrap();
            }
        }
        articles
    }

    #[test]
    fn what_shows_a_turn_is_near_it_and_leans_its_way() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let turn = TurningPoint {
            before: day("2026-03-01"),
            after: day("2026-03-10"),
            from: 0.5,
            to: -0.4,
            p: 0.01,
        };
        let statements = [
            (day("2025-11-01"), 0.99, 1),
            (day("2026-02-20"), 0.7, 2),
            (day("2026-03-01"), -0.9, 3),
            (day("2026-02-21"), 0.7, 4),
            (day("2026-03-10"), 0.8, 5),
            (day("2026-04-02"), -0.6, 6),
            (day("2026-09-02"), -0.95, 7),
        ];
        assert_eq!(shown(&turn, statements.into_iter()), Some(Shown { before: 2, after: 6 }));
        assert_eq!(shown(&turn, statements.into_iter().take(4)), None);
    }

    #[test]
    fn a_steady_series_seldom_turns() {
        let mut random = Random::seeded("steady");
        const TRIALS: usize = 400;
        let turned = (0..TRIALS)
            .filter(|trial| {
                !turning_points(&series(&[(40, 0.6)], &mut random), &trial.to_string()).is_empty()
            })
            .count();
        let rate = turned as f64 / TRIALS as f64;
        assert!(rate < 0.083, "{rate}");
    }

    #[test]
    fn planted_turns_are_found_near_their_day() {
        let mut random = Random::seeded("turns");
        let mut found_both = 0;
        for trial in 0..40 {
            let articles = series(&[(40, 0.85), (40, 0.2), (40, 0.8)], &mut random);
            let turns = turning_points(&articles, &trial.to_string());
            let near = |place: usize| {
                turns.iter().any(|turn| (turn.after - articles[place].0).get_days().abs() <= 16)
            };
            found_both += usize::from(near(40) && near(80));
            if let [first, second] = turns.as_slice() {
                assert!(first.from > first.to && second.from < second.to);
                assert_eq!(first.to, second.from);
                assert!(first.before < first.after);
            }
        }
        assert!(found_both >= 36, "{found_both} of 40");
    }

    #[test]
    fn articles_of_one_day_are_not_parted() {
        let day = jiff::civil::date(2026, 3, 1);
        let article = |sum: f64| (day, Cluster { sum, count: 1.0 });
        let articles: Vec<_> = (0..20).map(|n| article(if n < 10 { 0.9 } else { -0.9 })).collect();
        assert!(turning_points(&articles, "x").is_empty());
        assert!(turning_points(&[], "x").is_empty());
    }
}
