//! A difference between two sides' indices: its interval, and how often chance alone would give one as large.
//!
//! As for an index, articles are the units. The *interval* resamples the articles of each side ([`bootstrap`]) and takes the
//! difference of the means anew each time. The *p-value* is that of a permutation test: if it does not matter on which side an
//! article stands, then any other division of all the articles into sides of these sizes was as likely. What is compared is the
//! difference over its cluster-robust standard error, which keeps the test near its level even when the sides differ in spread
//! and size (Janssen 1997, *Statistics & Probability Letters* 36; Chung & Romano 2013, "Exact and asymptotically robust
//! permutation tests"). Divisions are drawn until [`ENOUGH`] of them are as extreme, at most [`PERMUTATIONS`] (Besag &
//! Clifford 1991, "Sequential Monte Carlo p-values"). Over several actors, p-values are corrected by Benjamini & Hochberg (1995).

use super::super::bootstrap::{self, Cluster, Interval, Random};

/// Most divisions drawn.
pub const PERMUTATIONS: usize = 19_999;

/// Divisions as extreme as the one found after which no more are drawn: the p-value is known to a fifth of its size.
pub const ENOUGH: usize = 25;

/// Articles that each side needs.
pub const MIN_ARTICLES: usize = 2;

/// With more than half as many articles on the smaller side, groups of articles are divided.
const MAX_UNITS: usize = 4_096;

/// Least squared standard error: sides whose articles all agree do not make any difference certain.
const LEAST_VARIANCE: f64 = 1e-4;

/// The interval of mean(b) - mean(a); `None` where a side has too few articles. Depends on the articles and the seed, not on
/// their order.
pub fn interval(a: &[Cluster], b: &[Cluster], seed: &str) -> Option<Interval> {
    if a.len().min(b.len()) < MIN_ARTICLES {
        return None;
    }
    let mut random = Random::seeded(&format!("{seed}\ndifference"));
    let difference = bootstrap::mean(&bootstrap::sorted(b)) - bootstrap::mean(&bootstrap::sorted(a));
    let (a, b) = (bootstrap::widened(a, &mut random), bootstrap::widened(b, &mut random));
    let differences = (0..bootstrap::REPLICATES)
        .map(|_| bootstrap::resampled_mean(&b, &mut random) - bootstrap::resampled_mean(&a, &mut random))
        .collect();
    bootstrap::percentiles(differences, difference)
}

/// The two-sided p-value of the difference; `None` where a side has too few articles.
pub fn p_value(a: &[Cluster], b: &[Cluster], seed: &str) -> Option<f64> {
    if a.len().min(b.len()) < MIN_ARTICLES {
        return None;
    }
    let mut random = Random::seeded(&format!("{seed}\npermutation"));
    // Only the smaller side is drawn, so only its size costs time; the same size of groups on both keeps them exchangeable.
    let size = a.len().min(b.len()).div_ceil(MAX_UNITS / 2);
    let (a, b) = (in_groups(a, size, &mut random), in_groups(b, size, &mut random));
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let total = Moments::of(few.iter().chain(&many));
    let found = statistic(&Moments::of(&few), &Moments::of(&many));
    let chosen = few.len();
    let mut units = few;
    units.extend(many);
    Some(share_as_extreme(found, || {
        let mut side = Moments::default();
        for place in 0..chosen {
            let other = place + random.pair((units.len() - place) as u64).0;
            units.swap(place, other);
            side.add(&units[place]);
        }
        statistic(&side, &total.without(&side))
    }))
}

/// The p-value of a statistic: how often `draw` gives one as large under chance. Stops early where it often does (see above).
fn share_as_extreme(found: f64, mut draw: impl FnMut() -> f64) -> f64 {
    let mut extreme = 0;
    for drawn in 1..=PERMUTATIONS {
        // Sums in another order differ in the last digits.
        if draw() >= found - 1e-9 {
            extreme += 1;
            if extreme == ENOUGH {
                return extreme as f64 / drawn as f64;
            }
        }
    }
    (extreme + 1) as f64 / (PERMUTATIONS + 1) as f64
}

/// The interval where the same articles stand on both sides, each with its statements of a and of b: articles are drawn with both.
/// `None` where a side has statements in too few of them.
pub fn paired_interval(pairs: &[[Cluster; 2]], seed: &str) -> Option<Interval> {
    let difference = enough(pairs).then(|| paired_difference(pairs))??;
    let mut random = Random::seeded(&format!("{seed}\npaired"));
    let differences = (0..bootstrap::REPLICATES)
        .filter_map(|_| {
            let drawn: Vec<[Cluster; 2]> =
                (0..pairs.len()).map(|_| pairs[random.pair(pairs.len() as u64).0]).collect();
            paired_difference(&drawn)
        })
        .collect();
    bootstrap::percentiles(differences, difference)
}

/// The two-sided p-value where the same articles stand on both sides: had it not mattered which run read an article, then its two
/// readings could have been exchanged. What is compared is the difference over its standard error, as between articles: where one run has
/// more articles than the other, every exchange evens the sides out.
pub fn paired_p_value(pairs: &[[Cluster; 2]], seed: &str) -> Option<f64> {
    let found = enough(pairs).then(|| paired_statistic(pairs))??;
    let mut random = Random::seeded(&format!("{seed}\nexchange"));
    let mut exchanged = pairs.to_vec();
    Some(share_as_extreme(found, || {
        for (after, before) in exchanged.iter_mut().zip(pairs) {
            *after = if random.pair(2).0 == 0 { *before } else { [before[1], before[0]] };
        }
        // All on one side is as extreme as can be.
        paired_statistic(&exchanged).unwrap_or(f64::INFINITY)
    }))
}

/// Whether each side has statements in [`MIN_ARTICLES`] articles.
fn enough(pairs: &[[Cluster; 2]]) -> bool {
    [0, 1].into_iter().all(|side| pairs.iter().filter(|pair| pair[side].count > 0.0).count() >= MIN_ARTICLES)
}

/// Sum and count of each side.
fn totals(pairs: &[[Cluster; 2]]) -> [Cluster; 2] {
    let mut totals = [Cluster::default(); 2];
    for pair in pairs {
        for (total, side) in totals.iter_mut().zip(pair) {
            total.sum += side.sum;
            total.count += side.count;
        }
    }
    totals
}

/// `None` where a side has no statement.
fn paired_difference(pairs: &[[Cluster; 2]]) -> Option<f64> {
    let [a, b] = totals(pairs);
    (a.count > 0.0 && b.count > 0.0).then(|| b.sum / b.count - a.sum / a.count)
}

/// The absolute difference over its standard error, linearised, with articles as clusters.
fn paired_statistic(pairs: &[[Cluster; 2]]) -> Option<f64> {
    let difference = paired_difference(pairs)?;
    let [a, b] = totals(pairs);
    let residual =
        |side: &Cluster, total: &Cluster| (side.sum - total.sum / total.count * side.count) / total.count;
    let variance: f64 =
        pairs.iter().map(|pair| (residual(&pair[1], &b) - residual(&pair[0], &a)).powi(2)).sum();
    Some(difference.abs() / variance.max(LEAST_VARIANCE).sqrt())
}

/// Shuffled clusters in groups of `size`.
fn in_groups(clusters: &[Cluster], size: usize, random: &mut Random) -> Vec<Cluster> {
    let mut shuffled = bootstrap::sorted(clusters);
    if size == 1 {
        return shuffled;
    }
    random.shuffle(&mut shuffled);
    let sum = |group: &[Cluster]| Cluster {
        sum: group.iter().map(|c| c.sum).sum(),
        count: group.iter().map(|c| c.count).sum(),
    };
    shuffled.chunks(size).map(sum).collect()
}

/// Sums over clusters from which their mean and its standard error follow.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moments {
    clusters: f64,
    sum: f64,
    count: f64,
    sum_squared: f64,
    sum_count: f64,
    count_squared: f64,
}

impl Moments {
    pub(crate) fn of<'a>(clusters: impl IntoIterator<Item = &'a Cluster>) -> Self {
        let mut moments = Self::default();
        clusters.into_iter().for_each(|cluster| moments.add(cluster));
        moments
    }

    pub(crate) fn add(&mut self, cluster: &Cluster) {
        self.clusters += 1.0;
        self.sum += cluster.sum;
        self.count += cluster.count;
        self.sum_squared += cluster.sum * cluster.sum;
        self.sum_count += cluster.sum * cluster.count;
        self.count_squared += cluster.count * cluster.count;
    }

    pub(crate) fn without(&self, part: &Self) -> Self {
        Self {
            clusters: self.clusters - part.clusters,
            sum: self.sum - part.sum,
            count: self.count - part.count,
            sum_squared: self.sum_squared - part.sum_squared,
            sum_count: self.sum_count - part.sum_count,
            count_squared: self.count_squared - part.count_squared,
        }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// Statements.
    pub(crate) fn count(&self) -> f64 {
        self.count
    }

    /// Cluster-robust variance of the mean, a ratio of sums (linearised; Cochran 1977, *Sampling Techniques*, ch. 6).
    fn variance(&self) -> f64 {
        let mean = self.mean();
        let residuals = self.sum_squared - 2.0 * mean * self.sum_count + mean * mean * self.count_squared;
        let correction = self.clusters / (self.clusters - 1.0).max(1.0);
        residuals.max(0.0) / (self.count * self.count) * correction
    }
}

/// The absolute difference of two means over its standard error.
fn statistic(a: &Moments, b: &Moments) -> f64 {
    (b.mean() - a.mean()).abs() / (a.variance() + b.variance()).max(LEAST_VARIANCE).sqrt()
}

/// The false discovery rates at which each test would be a finding (Benjamini & Hochberg 1995); parallel to `p`.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let mut corrected = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (larger, &index) in order.iter().enumerate() {
        let rank = p.len() - larger;
        least = least.min(p[index] * p.len() as f64 / rank as f64);
        corrected[index] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Articles of one to four statements; the share of supporting ones differs between articles around `share`.
    fn articles(number: usize, share: f64, random: &mut Random) -> Vec<Cluster> {
        (0..number)
            .map(|_| {
                // Statements of an article lean together.
                let own = (share + 0.5 * (random.uniform() - 0.5)).clamp(0.0, 1.0);
                let mut cluster = Cluster::default();
                for _ in 0..=random.pair(4).0 {
                    cluster.add(if random.uniform() < own { 0.9 } else { -0.9 });
                }
                cluster
            })
            .collect()
    }

    #[test]
    fn intervals_hold_the_true_difference_as_often_as_they_say() {
        const TRIALS: usize = 1_000;
        for (sizes, shares, expected) in [
            ((12, 30), (0.5, 0.5), 0.93..=0.98),
            ((40, 40), (0.4, 0.6), 0.93..=0.97),
            ((120, 60), (0.7, 0.5), 0.93..=0.97),
        ] {
            let mut random = Random::seeded("coverage");
            let truth = 1.8 * (shares.1 - shares.0);
            let held = (0..TRIALS)
                .filter(|trial| {
                    let (a, b) =
                        (articles(sizes.0, shares.0, &mut random), articles(sizes.1, shares.1, &mut random));
                    let found = interval(&a, &b, &trial.to_string()).unwrap();
                    found.low <= truth && truth <= found.high
                })
                .count();
            let coverage = held as f64 / TRIALS as f64;
            assert!(expected.contains(&coverage), "{sizes:?} articles, shares {shares:?}: {coverage}");
        }
    }

    #[test]
    fn without_a_difference_the_test_is_positive_at_its_level_only() {
        const TRIALS: usize = 1_000;
        for sizes in [(5, 5), (10, 40), (60, 60)] {
            let mut random = Random::seeded("level");
            let positive = (0..TRIALS)
                .filter(|trial| {
                    let (a, b) = (articles(sizes.0, 0.6, &mut random), articles(sizes.1, 0.6, &mut random));
                    p_value(&a, &b, &trial.to_string()).unwrap() <= 0.05
                })
                .count();
            let rate = positive as f64 / TRIALS as f64;
            // Three standard errors of 1,000 trials.
            assert!((0.05 - rate).abs() < 0.021, "{sizes:?}: {rate}");
        }
    }

    #[test]
    fn readings_of_unequal_numbers_of_articles_are_tested_at_the_level_too() {
        const TRIALS: usize = 600;
        let mut random = Random::seeded("paired level");
        let mut positive = 0;
        for trial in 0..TRIALS {
            // Run a reads 60 articles, run b 15 others and 10 of the same.
            let (mut a, mut b) = (articles(60, 0.6, &mut random), articles(25, 0.6, &mut random));
            let nothing = Cluster::default();
            let both: Vec<[Cluster; 2]> = a.drain(..10).zip(b.drain(..10)).map(|(a, b)| [a, b]).collect();
            let pairs: Vec<[Cluster; 2]> = both
                .into_iter()
                .chain(a.into_iter().map(|a| [a, nothing]))
                .chain(b.into_iter().map(|b| [nothing, b]))
                .collect();
            positive += usize::from(paired_p_value(&pairs, &trial.to_string()).unwrap() <= 0.05);
        }
        let rate = positive as f64 / TRIALS as f64;
        assert!((0.05 - rate).abs() < 0.03, "{rate}");
        let one = [[Cluster { sum: 1.0, count: 1.0 }; 2]];
        assert_eq!((paired_p_value(&one, "x"), paired_interval(&one, "x")), (None, None));
    }

    #[test]
    fn a_planted_shift_is_found() {
        let mut random = Random::seeded("shift");
        for trial in 0..50 {
            let (a, b) = (articles(60, 0.3, &mut random), articles(60, 0.7, &mut random));
            assert!(p_value(&a, &b, &trial.to_string()).unwrap() < 0.01);
            assert!(interval(&a, &b, &trial.to_string()).unwrap().low > 0.0);
        }
    }

    #[test]
    fn neither_figure_depends_on_the_order_of_the_articles() {
        let mut random = Random::seeded("order");
        let (a, b) = (articles(9, 0.3, &mut random), articles(14, 0.6, &mut random));
        let reversed = |list: &[Cluster]| list.iter().rev().copied().collect::<Vec<_>>();
        assert_eq!(interval(&a, &b, "x"), interval(&reversed(&a), &reversed(&b), "x"));
        assert_eq!(p_value(&a, &b, "x"), p_value(&reversed(&a), &reversed(&b), "x"));
        assert_eq!(p_value(&a[..1], &b, "x"), None);
    }

    #[test]
    fn many_articles_are_divided_in_groups() {
        let mut random = Random::seeded("groups");
        let (a, b) = (articles(6_000, 0.5, &mut random), articles(5_000, 0.5, &mut random));
        let p = p_value(&a, &b, "x").unwrap();
        assert!(p > 0.001, "{p}");
        let c = articles(5_000, 0.6, &mut random);
        assert!(p_value(&a, &c, "x").unwrap() <= 1.0 / (PERMUTATIONS + 1) as f64);
    }

    #[test]
    fn correction_follows_the_published_example() {
        // Benjamini & Hochberg (1995), section 3.2: of these fifteen p-values, four are findings at 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let corrected = benjamini_hochberg(&p);
        assert_eq!(corrected.iter().filter(|q| **q <= 0.05).count(), 4);
        assert!((corrected[3] - 0.0095 * 15.0 / 4.0).abs() < 1e-12);
        assert!(corrected.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
