//! The heads in f32, outside of libtorch: no product whose order of additions depends on how many candidates a batch has.

use anyhow::Result;

use super::lanes::{dot, tanh_row};
use super::stack::numbers;
use crate::heads::Heads;
use crate::layers::Linear;

/// A linear layer by rows.
#[derive(Debug)]
struct Dense {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    fn of(linear: &Linear) -> Result<Self> {
        let (weight, bias) = linear.parts();
        Ok(Self { weight: numbers(weight)?, bias: numbers(bias)? })
    }

    #[target_feature(enable = "avx512f")]
    fn apply(&self, x: &[f32]) -> Vec<f32> {
        self.weight.chunks(x.len()).zip(&self.bias).map(|(row, bias)| dot(row, x) + bias).collect()
    }
}

/// [`Heads`] for single rows.
#[derive(Debug)]
pub struct IntegerHeads {
    tone: Dense,
    shared: Dense,
    outputs: Vec<Dense>,
}

impl IntegerHeads {
    pub fn new(heads: &Heads) -> Result<Self> {
        let (tone, shared, outputs) = heads.parts();
        Ok(Self {
            tone: Dense::of(tone)?,
            shared: Dense::of(shared)?,
            outputs: outputs.iter().map(Dense::of).collect::<Result<_>>()?,
        })
    }

    /// Logits of the sentence's tone, from the hidden state of its first token.
    pub fn tone(&self, cls: &[f32]) -> Vec<f32> {
        assert!(super::available());
        // SAFETY: the features are there.
        unsafe { self.tone.apply(cls) }
    }

    /// Logits of stance, tone toward the candidate, mode and basis, from the hidden states of the first token and of the candidate's
    /// opening marker.
    pub fn candidate(&self, cls: &[f32], marker: &[f32]) -> [Vec<f32>; 4] {
        assert!(super::available());
        // SAFETY: the features are there.
        unsafe {
            let mut shared = self.shared.apply(&[cls, marker].concat());
            tanh_row(&mut shared);
            [0, 1, 2, 3].map(|output| self.outputs[output].apply(&shared))
        }
    }
}
