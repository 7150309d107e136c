//! Integers: the network for inference in 8-bit integers; on a processor that cannot, a type without values.

#[cfg(target_arch = "x86_64")]
pub use x86_64::Integers;

/// What a user reads who asks for it in vain.
pub const UNAVAILABLE: &str =
    "this processor has no AVX-512 VNNI, which 8-bit products need; use --precision auto, bf16 or f32";

/// Whether this processor can.
pub fn available() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        crate::int8::available()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// Whether this processor can run an encoder of this shape so.
pub fn suits(config: &crate::encoder::EncoderConfig) -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        available() && crate::int8::fits(config)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = config;
        false
    }
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::cell::RefCell;

    use anyhow::{Result, ensure};
    use detente::classify::CandidateScores;

    use crate::encode::Encoded;
    use crate::int8::{IntegerEncoder, IntegerHeads, Scratch, Sequence};
    use crate::model::{InputScores, Network};

    thread_local! {
        /// A worker's room, kept as long as the worker.
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }

    /// Encoder and heads.
    #[derive(Debug)]
    pub struct Integers {
        encoder: IntegerEncoder,
        heads: IntegerHeads,
        stance_temperature: f64,
    }

    impl Integers {
        /// Rounds the weights of `network`, which are f32.
        pub fn new(network: &Network) -> Result<Self> {
            ensure!(super::available(), super::UNAVAILABLE);
            Ok(Self {
                encoder: IntegerEncoder::new(&network.encoder)?,
                heads: IntegerHeads::new(&network.heads)?,
                stance_temperature: network.stance_temperature,
            })
        }

        /// Computes the last hidden states of all tokens, and drops them.
        pub fn encode(&self, batch: &[&Encoded]) {
            let all: Vec<Vec<u32>> =
                batch.iter().map(|input| (0..input.ids.len() as u32).collect()).collect();
            SCRATCH.with_borrow_mut(|scratch| self.encoder.forward(&sequences(batch, &all), scratch));
        }

        /// As [`Network::scores`]. No input's scores depend on the others of the batch.
        pub fn scores(&self, batch: &[&Encoded]) -> Vec<InputScores> {
            let wanted: Vec<Vec<u32>> = batch.iter().map(|input| wanted(input)).collect();
            let sequences = sequences(batch, &wanted);
            let hidden = SCRATCH.with_borrow_mut(|scratch| self.encoder.forward(&sequences, scratch));
            let mut rows = hidden.chunks(self.encoder.hidden());
            batch
                .iter()
                .zip(&wanted)
                .map(|(input, wanted)| {
                    let states: Vec<&[f32]> = rows.by_ref().take(wanted.len()).collect();
                    let of = |token: usize| {
                        let place = wanted.binary_search(&(token as u32)).expect("every marker is wanted");
                        states[place]
                    };
                    let candidates = input
                        .markers
                        .iter()
                        .map(|&(candidate, position)| {
                            let [stance, tone, mode, basis] = self.heads.candidate(states[0], of(position));
                            let scores = CandidateScores {
                                stance: softmax(&stance, self.stance_temperature),
                                tone: softmax(&tone, 1.0),
                                mode: softmax(&mode, 1.0),
                                basis: softmax(&basis, 1.0),
                            };
                            (candidate, scores)
                        })
                        .collect();
                    InputScores { tone: softmax(&self.heads.tone(states[0]), 1.0), candidates }
                })
                .collect()
        }
    }

    fn sequences<'a>(batch: &[&'a Encoded], wanted: &'a [Vec<u32>]) -> Vec<Sequence<'a>> {
        let one = |(input, wanted): (&&'a Encoded, &'a Vec<u32>)| Sequence {
            ids: &input.ids,
            second_part: input.second_part,
            wanted,
        };
        batch.iter().zip(wanted).map(one).collect()
    }

    /// The first token and the candidates' opening markers, in ascending order.
    fn wanted(input: &Encoded) -> Vec<u32> {
        let mut wanted: Vec<u32> = input.markers.iter().map(|&(_, position)| position as u32).collect();
        wanted.push(0);
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    fn softmax<const N: usize>(logits: &[f32], temperature: f64) -> [f32; N] {
        let scaled: Vec<f64> = logits.iter().map(|&logit| f64::from(logit) / temperature).collect();
        let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scaled.iter().map(|logit| (logit - largest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        std::array::from_fn(|index| (weights[index] / sum) as f32)
    }
}

/// Has no values: nothing here makes one.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Debug)]
pub enum Integers {}

#[cfg(not(target_arch = "x86_64"))]
impl Integers {
    pub fn new(_: &crate::model::Network) -> anyhow::Result<Self> {
        anyhow::bail!(UNAVAILABLE)
    }

    pub fn encode(&self, _: &[&crate::encode::Encoded]) {
        match *self {}
    }

    pub fn scores(&self, _: &[&crate::encode::Encoded]) -> Vec<crate::model::InputScores> {
        match *self {}
    }
}
