//! An interval around a figure: a bootstrap that resamples documents, since sentences of one document are not independent
//! (Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, ch. 13; percentiles). Small labelled sets give wide
//! intervals, and a difference within them is no difference.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::aggregate::bootstrap::{Interval, Random, quantile};

/// Resamples drawn.
const REPLICATES: usize = 1_000;

/// Sums tallies of sentences by document.
pub fn by_document<'a, T>(tallies: impl IntoIterator<Item = (&'a str, T)>) -> Vec<T>
where
    T: Clone + Default + for<'b> AddAssign<&'b T>,
{
    let mut documents: BTreeMap<&str, T> = BTreeMap::new();
    for (document, tally) in tallies {
        *documents.entry(document).or_default() += &tally;
    }
    documents.into_values().collect()
}

/// The sum of all tallies.
pub fn total<T>(documents: &[T]) -> T
where
    T: Clone + Default + for<'b> AddAssign<&'b T>,
{
    documents.iter().fold(T::default(), |mut sum, one| {
        sum += one;
        sum
    })
}

/// The 95% interval of each of `figures`, drawn together from the same resamples.
pub fn intervals<T, const N: usize>(documents: &[T], figures: impl Fn(&T) -> [f64; N]) -> [Interval; N]
where
    T: Clone + Default + for<'b> AddAssign<&'b T>,
{
    let mut random = Random::seeded("evaluation");
    let mut drawn: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(REPLICATES));
    for _ in 0..REPLICATES {
        let mut sum = T::default();
        for _ in 0..documents.len() {
            sum += &documents[random.pair(documents.len() as u64).0];
        }
        for (values, value) in drawn.iter_mut().zip(figures(&sum)) {
            values.push(value);
        }
    }
    drawn.map(|mut values| {
        values.sort_unstable_by(f64::total_cmp);
        Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Share(f64, f64);

    impl AddAssign<&Share> for Share {
        fn add_assign(&mut self, other: &Share) {
            self.0 += other.0;
            self.1 += other.1;
        }
    }

    #[test]
    fn the_interval_holds_the_share_and_narrows_with_documents() {
        let of = |documents: usize| {
            let tallies: Vec<Share> =
                (0..documents).map(|n| Share(f64::from(u8::from(n % 4 != 0)), 1.0)).collect();
            intervals(&tallies, |share| [share.0 / share.1])[0]
        };
        let (few, many) = (of(40), of(1000));
        for interval in [few, many] {
            assert!(interval.low < 0.75 && 0.75 < interval.high, "{interval:?}");
        }
        // A share of 0.75 among 1,000: a standard error of 0.0137.
        let width = many.high - many.low;
        assert!((0.045..0.062).contains(&width), "{width}");
        assert!(few.high - few.low > 3.0 * width);
    }

    #[test]
    fn sentences_of_a_document_count_together() {
        let documents = by_document([("a", Share(1.0, 1.0)), ("b", Share(0.0, 1.0)), ("a", Share(1.0, 1.0))]);
        assert_eq!(documents.len(), 2);
        let all = total(&documents);
        assert_eq!((all.0, all.1), (2.0, 3.0));
    }
}
