//! An audit: figures corrected by a random sample that people labelled.
//!
//! A model's errors do not cancel, so shares and indices over its labels are biased, by an unknown amount, however many texts there are.
//! From units drawn with known probabilities and labelled by people the bias can be estimated and taken away. For unit i (a candidate
//! in a sentence, with a position or without), let y be what it adds to an actor's sum of leanings and m whether it counts, after the
//! person (y, m) and after the model (ŷ, m̂); R whether it was labelled and π the probability of that. Then
//!
//! > ỹ = ŷ + R/π (y - ŷ),  m̃ = m̂ + R/π (m - m̂),  index = Σỹ / Σm̃
//!
//! is free of the model's bias whatever its errors are (Egami, Hinck, Stewart & Wei 2023, "Using imperfect surrogates for downstream
//! inference: design-based supervised learning"; prediction-powered inference, Angelopoulos et al. 2023, is the same for a mean). The interval
//! is linearised, with articles as clusters.

use super::bootstrap::Interval;
use crate::statement::Stance;

/// Labelled units that an actor needs for a corrected figure of its own.
pub const MIN_LABELLED: usize = 10;

/// Half the width of a 95% interval, in standard errors.
const NORMAL: f64 = 1.959_964;

/// A candidate in a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    pub article: u32,
    /// What the model says, and its leaning in [-1, 1], which counts unless the stance is none.
    pub model: Stance,
    pub leaning: f64,
    /// What a person says, of a unit that was labelled, and how probable it was to be.
    pub labelled: Option<Labelled>,
}

/// A person's label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled {
    pub person: Stance,
    /// In (0, 1].
    pub probability: f64,
}

/// Figures of some units, as the model has them and corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corrected {
    pub units: usize,
    pub labelled: usize,
    /// Labelled units on which person and model agree.
    pub agreed: usize,
    /// The model's.
    pub statements: usize,
    pub index: f64,
    /// Estimated number of true statements, and their index.
    pub corrected_statements: f64,
    pub corrected_index: f64,
    pub interval: Interval,
}

/// The corrected figures of units, which come article by article; `None` with fewer than [`MIN_LABELLED`] labelled, or where nothing
/// counts.
pub fn corrected(units: &[Unit]) -> Option<Corrected> {
    let labelled = units.iter().filter(|unit| unit.labelled.is_some()).count();
    if labelled < MIN_LABELLED {
        return None;
    }
    // What a unit adds to the sum of leanings and to the number of statements.
    let by_model = |unit: &Unit| if unit.model == Stance::None { (0.0, 0.0) } else { (unit.leaning, 1.0) };
    let by_person = |person: Stance| match person {
        Stance::Support => (1.0, 1.0),
        Stance::Conditional => (0.0, 1.0),
        Stance::Oppose => (-1.0, 1.0),
        Stance::None => (0.0, 0.0),
    };
    // Pseudo-outcomes, and the same summed by article.
    let pseudo = |unit: &Unit| {
        let (mut y, mut m) = by_model(unit);
        if let Some(Labelled { person, probability }) = unit.labelled {
            let (true_y, true_m) = by_person(person);
            y += (true_y - y) / probability;
            m += (true_m - m) / probability;
        }
        (y, m)
    };
    let mut clusters: Vec<(f64, f64)> = Vec::new();
    let mut article = None;
    for unit in units {
        if article != Some(unit.article) {
            article = Some(unit.article);
            clusters.push((0.0, 0.0));
        }
        let (y, m) = pseudo(unit);
        if let Some(cluster) = clusters.last_mut() {
            cluster.0 += y;
            cluster.1 += m;
        }
    }
    let (total_y, total_m) = clusters.iter().fold((0.0, 0.0), |(y, m), c| (y + c.0, m + c.1));
    let (model_y, model_m) = units.iter().map(by_model).fold((0.0, 0.0), |(y, m), c| (y + c.0, m + c.1));
    if total_m <= 0.0 || model_m == 0.0 || clusters.len() < 2 {
        return None;
    }
    let index = total_y / total_m;
    let k = clusters.len() as f64;
    let spread: f64 = clusters.iter().map(|(y, m)| (y - index * m).powi(2)).sum();
    let half = NORMAL * (spread * k / (k - 1.0)).sqrt() / total_m;
    Some(Corrected {
        units: units.len(),
        labelled,
        agreed: units
            .iter()
            .filter(|unit| unit.labelled.is_some_and(|label| label.person == unit.model))
            .count(),
        statements: model_m as usize,
        index: model_y / model_m,
        corrected_statements: total_m,
        corrected_index: index.clamp(-1.0, 1.0),
        interval: Interval { low: (index - half).clamp(-1.0, 1.0), high: (index + half).clamp(-1.0, 1.0) },
    })
}

/// The probability with which each unit is drawn, for `wanted` of them on average: in proportion to the root of how likely it is to show a
/// position, with a floor, so that what the model passes over is looked at too. The root, near Neyman's allocation, keeps the weights 1/π of
/// the rare misses small: in proportion to the likelihood itself, the intervals of the simulation below cover 87 to 92% (Poisson sampling with probabilities proportional to size; Särndal,
/// Swensson & Wretman 1992, *Model Assisted Survey Sampling*, ch. 3).
pub fn inclusion(positions: &[f64], wanted: usize) -> Vec<f64> {
    const FLOOR: f64 = 0.05;
    let sizes: Vec<f64> = positions.iter().map(|p| p.clamp(FLOOR, 1.0).sqrt()).collect();
    // Units that are certain to be drawn leave their share to the others.
    let mut scale = wanted as f64 / sizes.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    for _ in 0..50 {
        let expected: f64 = sizes.iter().map(|size| (size * scale).min(1.0)).sum();
        if expected >= (wanted.min(positions.len()) as f64) - 0.5 {
            break;
        }
        scale *= (wanted as f64 / expected).max(1.01);
    }
    sizes.iter().map(|size| (size * scale).min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::bootstrap::Random;
    use super::*;

    /// 400 articles of five candidates under a model that misses opposition and sees support that is not there; with the truth and
    /// how likely the model finds a position.
    fn population(random: &mut Random) -> Vec<(Unit, Stance, f64)> {
        let mut units = Vec::new();
        for article in 0..400 {
            let hostile = random.uniform() < 0.5;
            for _ in 0..5 {
                let truth = match random.uniform() {
                    x if x < 0.5 => Stance::None,
                    x if x < 0.6 => Stance::Conditional,
                    _ if hostile == (random.uniform() < 0.8) => Stance::Oppose,
                    _ => Stance::Support,
                };
                let model = match truth {
                    Stance::Oppose if random.uniform() < 0.3 => Stance::None,
                    Stance::None if random.uniform() < 0.15 => Stance::Support,
                    other => other,
                };
                let leaning = match model {
                    Stance::Support => 0.9,
                    Stance::Oppose => -0.9,
                    _ => 0.0,
                };
                let position = if model == Stance::None { 0.1 } else { 0.8 };
                units.push((Unit { article, model, leaning, labelled: None }, truth, position));
            }
        }
        units
    }

    fn true_index(units: &[(Unit, Stance, f64)]) -> f64 {
        let of = |stance: Stance| units.iter().filter(|(_, truth, _)| *truth == stance).count() as f64;
        (of(Stance::Support) - of(Stance::Oppose)) / (units.len() as f64 - of(Stance::None))
    }

    #[test]
    fn the_interval_holds_the_truth_that_the_raw_index_misses() {
        const TRIALS: usize = 600;
        let mut random = Random::seeded("audit");
        // Of the process that makes articles, not of one set of them.
        let large: Vec<_> = (0..60).flat_map(|_| population(&mut random)).collect();
        let truth = true_index(&large);
        let (mut held, mut raw_error, mut error) = (0, 0.0, 0.0);
        for _ in 0..TRIALS {
            let mut units = population(&mut random);
            let positions: Vec<f64> = units.iter().map(|(_, _, position)| *position).collect();
            for ((unit, person, _), probability) in units.iter_mut().zip(inclusion(&positions, 300)) {
                if random.uniform() < probability {
                    unit.labelled = Some(Labelled { person: *person, probability });
                }
            }
            let units: Vec<Unit> = units.into_iter().map(|(unit, ..)| unit).collect();
            let found = corrected(&units).unwrap();
            held += usize::from(found.interval.low <= truth && truth <= found.interval.high);
            raw_error += found.index - truth;
            error += found.corrected_index - truth;
        }
        let coverage = held as f64 / TRIALS as f64;
        // 95% give or take three standard errors of 600 trials.
        assert!((0.923..=0.977).contains(&coverage), "{coverage}");
        assert!(raw_error / TRIALS as f64 > 0.15, "the raw index is off by {}", raw_error / TRIALS as f64);
        assert!((error / TRIALS as f64).abs() < 0.01, "the corrected one by {}", error / TRIALS as f64);
    }

    #[test]
    fn probabilities_add_up_to_the_number_wanted() {
        let mut random = Random::seeded("inclusion");
        let positions: Vec<f64> = (0..500).map(|_| random.uniform().powi(3)).collect();
        for wanted in [20, 200, 450] {
            let drawn = inclusion(&positions, wanted);
            let expected: f64 = drawn.iter().sum();
            assert!((expected - wanted as f64).abs() < 0.03 * wanted as f64, "{wanted}: {expected}");
            assert!(drawn.iter().all(|p| *p > 0.0 && *p <= 1.0));
        }
        assert!(inclusion(&positions, 900).iter().all(|p| *p > 0.99));
    }

    #[test]
    fn with_every_unit_labelled_only_the_people_count() {
        let units: Vec<Unit> = (0..12)
            .map(|article| {
                let person = match article {
                    0..6 => Stance::Oppose,
                    6..9 => Stance::Support,
                    _ => Stance::None,
                };
                let labelled = Some(Labelled { person, probability: 1.0 });
                Unit { article, model: Stance::Support, leaning: 0.9, labelled }
            })
            .collect();
        let found = corrected(&units).unwrap();
        assert!(
            (found.corrected_index + 1.0 / 3.0).abs() < 1e-9
                && (found.corrected_statements - 9.0).abs() < 1e-9
        );
        assert_eq!((found.labelled, found.agreed, found.statements), (12, 3, 12));
        assert!(corrected(&units[..9]).is_none());
    }
}
