//! Calibration: whether a probability means what it says.

use serde::Serialize;

/// Expected calibration error over equally wide bins of confidence (Naeini et al. 2015; Guo et al. 2017): the mean
/// distance between how sure the predictions of a bin are and how many of them are right, weighted by the bin's size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calibration {
    pub error: f64,
    pub predictions: usize,
    pub bins: usize,
}

/// Measures it for (probability of the predicted label, whether it was right).
pub fn calibration(predictions: &[(f32, bool)], bins: usize) -> Calibration {
    let mut sums = vec![(0.0, 0.0, 0usize); bins];
    for &(confidence, right) in predictions {
        let bin = ((f64::from(confidence) * bins as f64) as usize).min(bins - 1);
        sums[bin].0 += f64::from(confidence);
        sums[bin].1 += f64::from(u8::from(right));
        sums[bin].2 += 1;
    }
    let total = predictions.len().max(1) as f64;
    let error = sums.iter().map(|(confidence, right, _)| (confidence - right).abs()).sum::<f64>() / total;
    Calibration { error, predictions: predictions.len(), bins }
}

#[cfg(test)]
mod tests {
    use super::calibration;

    #[test]
    fn sure_and_wrong_is_badly_calibrated_and_right_half_the_time_at_one_half_is_well() {
        assert!((calibration(&[(1.0, false), (1.0, false)], 15).error - 1.0).abs() < 1e-9);
        assert!(calibration(&[(0.5, true), (0.5, false)], 15).error < 1e-9);
    }

    #[test]
    fn bins_are_weighted_by_their_size() {
        let predictions = [(0.9, true), (0.9, true), (0.9, true), (0.2, true)];
        // (3 * 0.1 + 0.8) / 4
        assert!((calibration(&predictions, 15).error - 0.275).abs() < 1e-6);
    }
}
