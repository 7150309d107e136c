//! The heads: from hidden states to the probabilities of stance, tone, mode and basis.
//!
//! A candidate is represented by the hidden states of `[CLS]` and of its opening marker (the entity-start
//! representation of Baldini Soares et al. 2019, "Matching the Blanks"), put through one shared tanh layer.

use anyhow::Result;
use tch::{Kind, Tensor};

use crate::layers::{Linear, Register, Weights};

/// Output widths: stance, tone toward the candidate, mode, basis.
const CANDIDATE_OUTPUTS: [(&str, i64); 4] = [("stance", 4), ("target_tone", 3), ("mode", 4), ("basis", 3)];

/// Logits of one batch; each has one row per candidate, except `tone` with one per sentence.
pub struct Logits {
    pub tone: Tensor,
    pub stance: Tensor,
    pub target_tone: Tensor,
    pub mode: Tensor,
    pub basis: Tensor,
}

/// All task heads over one encoder.
#[derive(Debug)]
pub struct Heads {
    tone: Linear,
    shared: Linear,
    /// In the order of `CANDIDATE_OUTPUTS`.
    outputs: Vec<Linear>,
    dropout: f64,
}

impl Heads {
    /// Loads the heads, or starts fresh ones (normal, deviation 0.02, as BERT's own) where the weights have none.
    pub fn load(hidden: i64, dropout: f64, weights: &mut Weights, register: &mut Register) -> Result<Self> {
        let mut linear = |name: &str, out: i64, input: i64| -> Result<Linear> {
            let options = (Kind::Float, tch::Device::Cpu);
            let (weight, bias) = (format!("heads.{name}.weight"), format!("heads.{name}.bias"));
            let w =
                weights.take_or(&weight, &[out, input], || Tensor::randn([out, input], options) * 0.02)?;
            let b = weights.take_or(&bias, &[out], || Tensor::zeros([out], options))?;
            Ok(Linear::plain(register(&weight, w), register(&bias, b)))
        };
        let tone = linear("tone", 3, hidden)?;
        let shared = linear("shared", hidden, 2 * hidden)?;
        let outputs =
            CANDIDATE_OUTPUTS.iter().map(|(name, out)| linear(name, *out, hidden)).collect::<Result<_>>()?;
        Ok(Self { tone, shared, outputs, dropout })
    }

    /// Logits from `hidden` [batch, length, h]. `sentence` and `marker` (int64, one entry per candidate) say in
    /// which row of the batch and at which token each candidate's opening marker stands.
    pub fn forward(&self, hidden: &Tensor, sentence: &Tensor, marker: &Tensor, train: bool) -> Logits {
        let (batch, length, h) = hidden.size3().expect("hidden states have three dimensions");
        let drop = |x: Tensor| if train { x.dropout(self.dropout, true) } else { x };
        let cls = hidden.select(1, 0);
        let flat = hidden.reshape([batch * length, h]);
        let at_marker = flat.index_select(0, &(sentence * length + marker));
        let both = Tensor::cat(&[cls.index_select(0, sentence), at_marker], 1);
        let shared = drop(self.shared.forward(&drop(both)).tanh());
        let [stance, target_tone, mode, basis] = [0, 1, 2, 3].map(|i| self.outputs[i].forward(&shared));
        Logits { tone: self.tone.forward(&drop(cls)), stance, target_tone, mode, basis }
    }

    /// Tone of the sentence, the layer that candidates share, and their outputs: stance, tone toward the candidate, mode, basis.
    pub fn parts(&self) -> (&Linear, &Linear, &[Linear]) {
        (&self.tone, &self.shared, &self.outputs)
    }

    /// The same heads over other tensors.
    pub fn map(&self, with: &dyn Fn(&Tensor) -> Tensor) -> Self {
        Self {
            tone: self.tone.map(with),
            shared: self.shared.map(with),
            outputs: self.outputs.iter().map(|linear| linear.map(with)).collect(),
            dropout: self.dropout,
        }
    }
}
