//! The interval around a stance index: a bootstrap that resamples articles.
//!
//! Statements of one article are not independent, so whole articles (clusters) are drawn with
//! replacement and the ratio of sums is taken anew each time (Davison & Hinkley 1997, *Bootstrap
//! Methods and their Application*, ch. 2-3; Cameron, Gelbach & Miller 2008, "Bootstrap-based
//! improvements for inference with clustered errors"). The interval is the *expanded* percentile
//! interval (Hesterberg 2015, "What teachers should know about the bootstrap", section 3.5): plain
//! percentile and BCa intervals are too narrow with few clusters, by the factor
//! sqrt((n-1)/n) and by taking normal for t quantiles, and moving the percentiles outward
//! corrects both.
//!
//! Two limits are stated rather than hidden. With fewer than [`MIN_ARTICLES`] articles no
//! resampling can show how far the next article may lie, and there is no interval. And an actor
//! whose articles all say nearly the same has a narrow interval however few they are: nothing
//! observed tells of the dissent that was not observed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Resamples drawn.
pub const REPLICATES: usize = 2_000;

/// Nominal coverage of the interval.
pub const CONFIDENCE: f64 = 0.95;

/// Articles needed for an interval. In simulations of clustered leanings, the coverage of a nominal
/// 95% with two, three and four articles was 0.51, 0.73 and 0.90; from five on it was 0.92 and more.
pub const MIN_ARTICLES: usize = 5;

/// With more articles than this, they are first dealt into so many groups, and groups are drawn:
/// random groups leave the variance unbiased (Wolter 2007, *Introduction to Variance
/// Estimation*, ch. 2), and so many of them add less noise than 2,000 resamples do.
const MAX_CLUSTERS: usize = 4_096;

/// 97.5% point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The bounds between which the index lies with 95% confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// The statements of one article: all that resampling needs of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cluster {
    /// Sum of P(support) - P(oppose).
    pub sum: f64,
    /// Number of statements.
    pub count: f64,
}

impl Cluster {
    /// Counts a statement.
    pub fn add(&mut self, leaning: f64) {
        self.sum += leaning;
        self.count += 1.0;
    }
}

/// Mean over all statements; 0 when there is none.
pub fn mean(clusters: &[Cluster]) -> f64 {
    let (sum, count) = clusters.iter().fold((0.0, 0.0), |(s, n), c| (s + c.sum, n + c.count));
    if count > 0.0 { sum / count } else { 0.0 }
}

/// The interval around [`mean`], or `None` with fewer than [`MIN_ARTICLES`] clusters. The same
/// clusters in any order and the same seed give the same bits; the clusters are reordered.
pub fn interval(clusters: &mut [Cluster], seed: &str) -> Option<Interval> {
    if clusters.len() < MIN_ARTICLES {
        return None;
    }
    clusters.sort_unstable_by(|a, b| a.count.total_cmp(&b.count).then(a.sum.total_cmp(&b.sum)));
    let mut random = ChaCha8Rng::from_seed(Sha256::digest(seed.as_bytes()).into());
    let grouped;
    let drawn_from: &[Cluster] = if clusters.len() > MAX_CLUSTERS {
        grouped = deal(clusters, &mut random);
        &grouped
    } else {
        clusters
    };
    let mut means: Vec<f64> = (0..REPLICATES).map(|_| resampled_mean(drawn_from, &mut random)).collect();
    means.sort_unstable_by(f64::total_cmp);
    let tail = expanded_tail(clusters.len());
    let at = |p: f64| quantile(&means, p).clamp(-1.0, 1.0);
    Some(Interval { low: at(tail), high: at(1.0 - tail) })
}

/// The mean of as many clusters as there are, drawn with replacement.
fn resampled_mean(clusters: &[Cluster], random: &mut ChaCha8Rng) -> f64 {
    // Multiply-shift instead of a modulus; its bias, size / 2^32, is below a millionth.
    let size = clusters.len() as u64;
    let draw = |bits: u32| &clusters[((u64::from(bits) * size) >> 32) as usize];
    let (mut sum, mut count) = (0.0, 0.0);
    for _ in 0..clusters.len() {
        let cluster = draw(random.next_u32());
        sum += cluster.sum;
        count += cluster.count;
    }
    sum / count
}

/// Deals shuffled clusters round robin into [`MAX_CLUSTERS`] groups.
fn deal(clusters: &[Cluster], random: &mut ChaCha8Rng) -> Vec<Cluster> {
    let mut shuffled = clusters.to_vec();
    for last in (1..shuffled.len()).rev() {
        let other = (u64::from(random.next_u32()) * (last as u64 + 1)) >> 32;
        shuffled.swap(last, other as usize);
    }
    let mut groups = vec![Cluster::default(); MAX_CLUSTERS];
    for (position, cluster) in shuffled.iter().enumerate() {
        let group = &mut groups[position % MAX_CLUSTERS];
        group.sum += cluster.sum;
        group.count += cluster.count;
    }
    groups
}

/// Share of the resamples to cut off at each end: P(Z < -sqrt(n/(n-1)) t(0.975; n-1)).
fn expanded_tail(clusters: usize) -> f64 {
    let n = clusters as f64;
    normal_cdf(-(n / (n - 1.0)).sqrt() * student_975(n - 1.0))
}

/// 97.5% point of Student's t: the Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5), right
/// to 0.002 from 4 degrees of freedom on.
fn student_975(freedom: f64) -> f64 {
    let z = Z;
    let (z3, z5, z7, z9) = (z.powi(3), z.powi(5), z.powi(7), z.powi(9));
    z + (z3 + z) / (4.0 * freedom)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * freedom.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / (384.0 * freedom.powi(3))
        + (79.0 * z9 + 776.0 * z7 + 1482.0 * z5 - 1920.0 * z3 - 945.0 * z) / (92_160.0 * freedom.powi(4))
}

/// P(Z < x) for x <= 0, right to 1e-7 (Abramowitz & Stegun 26.2.17).
fn normal_cdf(x: f64) -> f64 {
    let t = 1.0 / (1.0 - 0.231_641_9 * x);
    let poly = t
        * (0.319_381_530
            + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly
}

/// The `p` quantile of sorted values, interpolated between neighbours.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = p.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(random: &mut ChaCha8Rng) -> f64 {
        f64::from(random.next_u32()) / 4_294_967_296.0
    }

    /// Articles of one to six statements that share the article's own leaning; the true mean is 0.1.
    fn articles(number: usize, random: &mut ChaCha8Rng) -> Vec<Cluster> {
        (0..number)
            .map(|_| {
                let supportive = uniform(random);
                let mut cluster = Cluster::default();
                for _ in 0..1 + (uniform(random) * 6.0) as usize {
                    cluster.add(if uniform(random) < supportive { 0.9 } else { -0.7 });
                }
                cluster
            })
            .collect()
    }

    fn coverage(number: usize, trials: usize) -> f64 {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let hits = (0..trials)
            .filter(|trial| {
                let found = interval(&mut articles(number, &mut random), &format!("trial {trial}"));
                found.is_some_and(|i| i.low <= 0.1 && 0.1 <= i.high)
            })
            .count();
        hits as f64 / trials as f64
    }

    #[test]
    fn intervals_cover_as_stated_on_clustered_data() {
        // Three standard errors of a share of 400 are 0.033; of 1,000, 0.021.
        for (number, trials, least) in [(6, 1_000, 0.91), (12, 1_000, 0.925), (40, 400, 0.92)] {
            let share = coverage(number, trials);
            assert!((least..=0.985).contains(&share), "{number} articles: covered {share}");
        }
    }

    #[test]
    fn statements_of_one_article_do_not_count_as_independent() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let base = articles(30, &mut random);
        let repeat = |c: &Cluster| Cluster { sum: c.sum * 10.0, count: c.count * 10.0 };
        let once = interval(&mut base.clone(), "x").unwrap();
        let tenfold = interval(&mut base.iter().map(repeat).collect::<Vec<_>>(), "x").unwrap();
        assert!((once.high - once.low - (tenfold.high - tenfold.low)).abs() < 1e-9);
    }

    #[test]
    fn the_interval_depends_on_seed_and_data_but_not_on_their_order() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let base = articles(25, &mut random);
        let mut reversed: Vec<_> = base.iter().rev().copied().collect();
        let there = interval(&mut base.clone(), "Egypt").unwrap();
        assert_eq!(there, interval(&mut reversed, "Egypt").unwrap());
        assert_ne!(there, interval(&mut base.clone(), "Oman").unwrap());
        let mean = mean(&base);
        assert!(there.low < mean && mean < there.high);
    }

    #[test]
    fn few_articles_have_no_interval() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(interval(&mut articles(MIN_ARTICLES - 1, &mut random), "x"), None);
        assert!(interval(&mut articles(MIN_ARTICLES, &mut random), "x").is_some());
        assert_eq!(mean(&[]), 0.0);
    }

    #[test]
    fn groups_of_articles_give_the_interval_of_articles() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let mut many = articles(3 * MAX_CLUSTERS, &mut random);
        let found = interval(&mut many, "x").unwrap();
        // Cluster-robust standard error of a ratio.
        let (mean, total) = (mean(&many), many.iter().map(|c| c.count).sum::<f64>());
        let error = many.iter().map(|c| (c.sum - mean * c.count).powi(2)).sum::<f64>().sqrt() / total;
        let ratio = (found.high - found.low) / (2.0 * Z * error);
        assert!((0.92..1.08).contains(&ratio), "{ratio}");
    }

    #[test]
    fn quantiles_of_known_distributions() {
        for (freedom, exact) in [(4.0, 2.776), (9.0, 2.262), (29.0, 2.045), (1e6, 1.960)] {
            assert!((student_975(freedom) - exact).abs() < 0.002, "{freedom}");
        }
        assert!((normal_cdf(-Z) - 0.025).abs() < 1e-6);
        assert_eq!(quantile(&[0.0, 1.0, 2.0], 0.25), 0.5);
        assert_eq!(quantile(&[0.0, 1.0, 2.0], 1.0), 2.0);
    }
}
