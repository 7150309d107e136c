//! Calibration: whether a probability means what it says.

use std::ops::AddAssign;

/// How many bins of confidence there are.
pub const BINS: usize = 15;

/// Predictions in equally wide bins of confidence: of each the sum of confidence, the right ones, and how many there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bins([(f64, f64, usize); BINS]);

impl Bins {
    /// Counts a prediction: the probability of the predicted label, and whether it was right.
    pub fn add(&mut self, confidence: f32, right: bool) {
        let bin = &mut self.0[((f64::from(confidence) * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += f64::from(confidence);
        bin.1 += f64::from(u8::from(right));
        bin.2 += 1;
    }

    pub fn predictions(&self) -> usize {
        self.0.iter().map(|(.., predictions)| predictions).sum()
    }

    /// Expected calibration error (Naeini et al. 2015; Guo et al. 2017): the mean distance between how sure the
    /// predictions of a bin are and how many of them are right, weighted by the bin's size.
    pub fn error(&self) -> f64 {
        let distances = self.0.iter().map(|(confidence, right, _)| (confidence - right).abs());
        distances.sum::<f64>() / self.predictions().max(1) as f64
    }
}

impl AddAssign<&Bins> for Bins {
    fn add_assign(&mut self, other: &Self) {
        for (bin, more) in self.0.iter_mut().zip(&other.0) {
            *bin = (bin.0 + more.0, bin.1 + more.1, bin.2 + more.2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Bins;

    fn error(predictions: &[(f32, bool)]) -> f64 {
        let mut bins = Bins::default();
        predictions.iter().for_each(|&(confidence, right)| bins.add(confidence, right));
        assert_eq!(bins.predictions(), predictions.len());
        bins.error()
    }

    #[test]
    fn sure_and_wrong_is_badly_calibrated_and_right_half_the_time_at_one_half_is_well() {
        assert!((error(&[(1.0, false), (1.0, false)]) - 1.0).abs() < 1e-9);
        assert!(error(&[(0.5, true), (0.5, false)]) < 1e-9);
    }

    #[test]
    fn bins_are_weighted_by_their_size() {
        // (3 * 0.1 + 0.8) / 4
        assert!((error(&[(0.9, true), (0.9, true), (0.9, true), (0.2, true)]) - 0.275).abs() < 1e-6);
    }
}
