//! Given the holder: how well a model judges candidates whose labels are known, whatever attribution finds.

use std::ops::AddAssign;

use super::calibration::Bins;
use super::stance::Counts;
use crate::statement::Stance;

/// What came of the candidates with a known label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GivenFigures {
    /// Candidates by label (rows) and decision (columns), both in the order of [`Stance::ALL`].
    pub confusion: [[usize; 4]; 4],
    pub calibration: Bins,
    pub sentences: usize,
    /// Sentences whose tone is right.
    pub right_tones: usize,
}

impl GivenFigures {
    /// Counts for support, conditional and oppose among the labelled holders only: whether the model keeps off other
    /// candidates is the matter of the figures end to end.
    pub fn by_stance(&self) -> [Counts; 3] {
        let holders = &self.confusion[..Stance::None.index()];
        std::array::from_fn(|stance| Counts::of_class(holders, stance))
    }

    /// Mean of the F1 of support, conditional and oppose.
    pub fn macro_f1(&self) -> f64 {
        Counts::macro_f1(&self.by_stance())
    }

    /// Share of sentences whose tone is right.
    pub fn tone_accuracy(&self) -> f64 {
        self.right_tones as f64 / self.sentences.max(1) as f64
    }
}

impl AddAssign<&GivenFigures> for GivenFigures {
    fn add_assign(&mut self, other: &Self) {
        for (row, more) in self.confusion.iter_mut().zip(&other.confusion) {
            for (cell, more) in row.iter_mut().zip(more) {
                *cell += more;
            }
        }
        self.calibration += &other.calibration;
        self.sentences += other.sentences;
        self.right_tones += other.right_tones;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_without_a_position_do_not_count_against_the_holders() {
        let mut figures = GivenFigures::default();
        // Two of three supporters found, one of them taken for opposed; a bystander taken for a supporter.
        figures.confusion[0] = [2, 0, 1, 0];
        figures.confusion[3] = [1, 0, 0, 5];
        let [support, _, oppose] = figures.by_stance();
        assert_eq!(support, Counts { hits: 2, false_alarms: 0, misses: 1 });
        assert_eq!(oppose, Counts { hits: 0, false_alarms: 1, misses: 0 });
    }
}
