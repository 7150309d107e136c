//! One step's parts: batches, losses, and the held-out sentences that decide which epoch was best.

use std::fmt;

use anyhow::Result;
use detente::classify::SentenceScores;
use detente::decide::Decision;
use detente::evaluate::labels::LabelledSentence;
use detente::evaluate::stance::{Found, StanceFigures, stance_figures};
use detente::statement::Stance;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::{Kind, Tensor};

use super::examples::{Example, Prepared, UNKNOWN};
use super::plan::LossWeights;
use crate::batch;
use crate::encode::{Encoded, QueryEncoder};
use crate::model::{InputScores, Network, join_windows};

/// Padded tokens of a batch of held-out sentences.
const HELD_OUT_TOKENS: usize = 1536;

/// Batches of similar lengths: shuffled, then sorted within pools of a few thousand inputs.
pub fn batches(examples: &[Example], budget: usize, random: &mut ChaCha8Rng) -> Vec<Vec<usize>> {
    const POOL: usize = 2048;
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.shuffle(random);
    order
        .chunks(POOL)
        .flat_map(|pool| {
            let inputs: Vec<&Encoded> = pool.iter().map(|&index| &examples[index].input).collect();
            batch::plan(&inputs, budget)
                .into_iter()
                .map(|batch| batch.into_iter().map(|i| pool[i]).collect::<Vec<_>>())
        })
        .collect()
}

/// Sums of losses and how many labels they are over: stance, sentence tone, target tone, mode, basis.
#[derive(Debug, Clone, Default)]
pub struct LossParts {
    sums: [f64; 5],
    counts: [f64; 5],
}

impl LossParts {
    pub fn add(&mut self, other: &Self) {
        for i in 0..5 {
            self.sums[i] += other.sums[i];
            self.counts[i] += other.counts[i];
        }
    }

    pub fn means(&self) -> [f64; 5] {
        std::array::from_fn(|i| self.sums[i] / self.counts[i].max(1.0))
    }
}

impl fmt::Display for LossParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [stance, tone, target, mode, basis] = self.means();
        write!(
            f,
            "loss: stance {stance:.3}, tone {tone:.3}, target {target:.3}, mode {mode:.3}, basis {basis:.3}"
        )
    }
}

/// Rows of target probabilities with a weight each: a label is a row with a single 1, an unknown label has weight 0.
struct Targets {
    rows: Vec<f32>,
    weights: Vec<f32>,
    /// How many rows are known; one that matters only in part counts so.
    known: f64,
    width: usize,
}

impl Targets {
    fn new(width: usize) -> Self {
        Self { rows: Vec::new(), weights: Vec::new(), known: 0.0, width }
    }

    fn label(&mut self, label: i64, weight: f64) {
        let known = label != UNKNOWN;
        let row = (0..self.width).map(|index| f32::from(u8::from(known && index as i64 == label)));
        self.rows.extend(row);
        self.weights.push(if known { weight as f32 } else { 0.0 });
        self.known += f64::from(u8::from(known));
    }

    fn answer(&mut self, probabilities: &[f32], weight: f64, share: f64) {
        self.rows.extend_from_slice(probabilities);
        self.weights.push((weight * share) as f32);
        self.known += share;
    }
}

/// The weighted loss of a batch, and its parts: cross-entropy with the labels or with a teacher's probabilities. Each part is
/// the weighted mean over the rows that are known.
pub fn loss(
    network: &Network,
    batch: &[&Example],
    weights: &LossWeights,
    teacher: f64,
) -> (Tensor, LossParts) {
    let inputs: Vec<&Encoded> = batch.iter().map(|example| &example.input).collect();
    let logits = network.logits(&inputs, true);
    let [mut tone, mut target] = [Targets::new(3), Targets::new(3)];
    let [mut stance, mut mode] = [Targets::new(4), Targets::new(4)];
    let mut basis = Targets::new(3);
    for example in batch {
        if let Some(answers) = &example.teacher {
            tone.answer(&answers.tone, teacher, 1.0);
            for answer in &answers.candidates {
                // Mode and basis mean something only for a holder.
                let holder = f64::from(1.0 - answer.stance[Stance::None.index()]);
                stance.answer(&answer.stance, teacher, 1.0);
                target.answer(&answer.tone, teacher * weights.target_tone, 1.0);
                mode.answer(&answer.mode, teacher, holder);
                basis.answer(&answer.basis, teacher, holder);
            }
        } else {
            tone.label(example.tone, 1.0);
            for labels in &example.candidates {
                stance.label(labels.stance, 1.0);
                target.label(labels.target_tone, labels.target_tone_weight);
                mode.label(labels.mode, 1.0);
                basis.label(labels.basis, 1.0);
            }
        }
    }
    let mut parts = LossParts::default();
    let mut total = Tensor::zeros([], (Kind::Float, tch::Device::Cpu));
    let mut add = |part: usize, weight: f64, logits: &Tensor, targets: &Targets| {
        let known = targets.known;
        if known == 0.0 || weight == 0.0 {
            return;
        }
        let rows = Tensor::from_slice(&targets.rows).view([-1, targets.width as i64]);
        let each = -(logits.log_softmax(-1, Kind::Float) * rows).sum_dim_intlist(-1, false, Kind::Float);
        let sum = (each * Tensor::from_slice(&targets.weights)).sum(Kind::Float);
        parts.sums[part] += sum.double_value(&[]);
        parts.counts[part] += known;
        total = &total + sum * (weight / known);
    };
    add(0, weights.stance, &logits.stance, &stance);
    add(1, weights.sentence_tone, &logits.tone, &tone);
    add(2, 1.0, &logits.target_tone, &target);
    add(3, weights.mode, &logits.mode, &mode);
    add(4, weights.basis, &logits.basis, &basis);
    (total, parts)
}

/// Labelled sentences that no step sees.
pub struct HeldOut {
    labels: Vec<LabelledSentence>,
    prepared: Vec<Prepared>,
    inputs: Vec<Vec<Encoded>>,
}

impl HeldOut {
    pub fn new(
        labels: Vec<LabelledSentence>,
        prepared: Vec<Prepared>,
        encoder: &QueryEncoder,
    ) -> Result<Self> {
        let inputs = prepared.iter().map(|one| encoder.encode(&one.query)).collect::<Result<_>>()?;
        Ok(Self { labels, prepared, inputs })
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// What the network says of each sentence.
    pub fn scores(&self, network: &Network) -> Vec<SentenceScores> {
        let inputs: Vec<&Encoded> = self.inputs.iter().flatten().collect();
        let mut found: Vec<Option<InputScores>> = (0..inputs.len()).map(|_| None).collect();
        for batch in batch::plan(&inputs, HELD_OUT_TOKENS) {
            let members: Vec<&Encoded> = batch.iter().map(|&index| inputs[index]).collect();
            for (index, scores) in batch.into_iter().zip(network.scores(&members)) {
                found[index] = Some(scores);
            }
        }
        let mut found = found.into_iter().flatten();
        self.inputs
            .iter()
            .zip(&self.prepared)
            .map(|(windows, prepared)| {
                let windows = found.by_ref().take(windows.len()).collect();
                join_windows(prepared.query.candidates.len(), windows).expect("every candidate is marked")
            })
            .collect()
    }

    /// End-to-end figures at the threshold on P(none) with the best F1, over the candidates that attribution finds.
    pub fn best_threshold(&self, scores: &[SentenceScores]) -> (StanceFigures, f32) {
        (1..=19)
            .map(|step| {
                let none_below = step as f32 * 5.0 / 100.0;
                let decision = Decision { none_below };
                let found: Vec<Vec<Found>> = self
                    .prepared
                    .iter()
                    .zip(scores)
                    .map(|(prepared, scores)| {
                        let decided = decision.decide(&prepared.query.sentence, &prepared.candidates, scores);
                        decided
                            .iter()
                            .filter(|one| one.stance != Stance::None)
                            .map(|one| Found { actor: one.candidate.holder.name.clone(), stance: one.stance })
                            .collect()
                    })
                    .collect();
                (stance_figures(&self.labels, &found), none_below)
            })
            .max_by(|(a, _), (b, _)| a.all.f1().total_cmp(&b.all.f1()))
            .expect("there are thresholds")
    }

    /// The softmax temperature with the smallest negative log-likelihood of the known stances (Guo et al. 2017).
    pub fn best_temperature(&self, scores: &[SentenceScores]) -> f64 {
        let known: Vec<([f32; 4], usize)> = self
            .prepared
            .iter()
            .zip(scores)
            .flat_map(|(prepared, scores)| prepared.labels.iter().zip(&scores.candidates))
            .filter(|(labels, _)| labels.stance != UNKNOWN)
            .map(|(labels, scores)| (scores.stance, labels.stance as usize))
            .collect();
        let loss = |temperature: f64| -> f64 {
            known.iter().map(|(p, label)| -f64::from(tempered(*p, temperature)[*label]).max(1e-12).ln()).sum()
        };
        (10..=60)
            .map(|step| f64::from(step) * 5.0 / 100.0)
            .min_by(|a, b| loss(*a).total_cmp(&loss(*b)))
            .expect("there are temperatures")
    }
}

/// Probabilities under a softmax temperature: p ~ exp(logit), so dividing logits by T is raising p to 1/T and normalising again.
pub fn tempered(p: [f32; 4], temperature: f64) -> [f32; 4] {
    let powers = p.map(|p| f64::from(p).max(1e-9).powf(1.0 / temperature));
    let sum: f64 = powers.iter().sum();
    powers.map(|power| (power / sum) as f32)
}
