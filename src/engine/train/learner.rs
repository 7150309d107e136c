//! A learner: the network with the parameters that a plan lets learn, and the optimiser that moves them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind, Tensor};

use super::examples::Example;
use super::plan::Plan;
use super::steps::{LossParts, loss};
use crate::encoder::MARKERS;
use crate::layers::{ADAPTER, Weights};
use crate::model::{LEARNT, Network, Precision, WEIGHTS, encoder_config, write_tensors};

/// Group of the optimiser that a parameter belongs to: the heads learn faster.
const ENCODER: usize = 0;
const HEADS: usize = 1;
/// How much faster fresh heads learn than a pretrained encoder; adapters are as fresh as they are.
const HEAD_RATE: f64 = 10.0;
const ADAPTED_HEAD_RATE: f64 = 2.0;
/// Kept as pretrained.
const WORD_EMBEDDINGS: &str = "embeddings.word_embeddings.weight";
/// Norm that a step's gradient is cut to.
const LARGEST_GRADIENT: f64 = 1.0;

/// A network that learns.
pub struct Learner<'a> {
    plan: &'a Plan,
    pub network: Network,
    store: nn::VarStore,
    optimiser: nn::Optimizer,
}

impl<'a> Learner<'a> {
    /// The network of the pretrained weights in `base`, or as it was at the checkpoint `from`. `markers` are the tokens whose
    /// embeddings learn.
    pub fn new(plan: &'a Plan, base: &Path, from: Option<&Path>, markers: [i64; 2]) -> Result<Self> {
        let store = nn::VarStore::new(Device::Cpu);
        let root = store.root();
        let frozen_kind = plan.precision.kind();
        let mut register = |name: &str, tensor: Tensor| {
            let group = if name.starts_with("heads.") { HEADS } else { ENCODER };
            if !learns(name, plan.adapter.is_some()) {
                // Frozen: in the kind it is used in, outside the store.
                return tensor.to_kind(frozen_kind);
            }
            // tch reserves the dot in names for its own paths.
            root.set_group(group).var_copy(&name.replace('.', "|"), &tensor.to_kind(Kind::Float))
        };
        let config = encoder_config(base)?;
        let mut weights = Weights::read(&base.join(WEIGHTS))?;
        if let Some(adapter) = &plan.adapter {
            weights = weights.with_adapters(adapter.rank);
        }
        if let Some(checkpoint) = from {
            weights.overlay(&checkpoint.join(LEARNT), &config)?;
        }
        let network = Network::build(&config, &mut weights, &mut register, Some(markers))?;
        let optimiser = nn::adamw(0.9, 0.999, plan.weight_decay).build(&store, plan.learning_rate)?;
        Ok(Self { plan, network, store, optimiser })
    }

    /// How many numbers learn.
    pub fn parameters(&self) -> usize {
        self.store.trainable_variables().iter().map(Tensor::numel).sum()
    }

    /// One step down the loss of `batch`; `progress` through the whole training, in [0, 1], sets the rate.
    pub fn step(&mut self, batch: &[&Example], progress: f64) -> LossParts {
        let plan = self.plan;
        let rate = plan.learning_rate * schedule(progress, plan.warmup);
        let head_rate = if plan.adapter.is_some() { ADAPTED_HEAD_RATE } else { HEAD_RATE };
        self.optimiser.set_lr_group(ENCODER, rate);
        self.optimiser.set_lr_group(HEADS, rate * head_rate);
        let teacher = plan.teacher.as_ref().map_or(0.0, |teacher| teacher.weight);
        // Half-precision products with f32 master weights: the cast is part of the graph.
        let (sum, seen) = match plan.precision {
            Precision::F32 => loss(&self.network, batch, &plan.weights, teacher),
            Precision::Bf16 => loss(&self.network.cast(Kind::BFloat16), batch, &plan.weights, teacher),
            Precision::Int8 => unreachable!("a plan is not in int8"),
        };
        self.optimiser.backward_step_clip_norm(&sum, LARGEST_GRADIENT);
        seen
    }

    /// Writes what was learnt so far to `folder`.
    pub fn save(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
        let parameters: BTreeMap<String, Tensor> = self
            .store
            .variables()
            .into_iter()
            .map(|(name, tensor)| (name.replace('|', "."), tensor))
            .collect();
        // Written aside and renamed: a checkpoint is never half a file.
        let (partial, whole) = (folder.join("partial.safetensors"), folder.join(LEARNT));
        write_tensors(&partial, &parameters)?;
        fs::rename(&partial, &whole).with_context(|| format!("{}: cannot be written", whole.display()))
    }
}

/// Whether a parameter is trained: the word embeddings never are (half of all parameters, and a few thousand sentences touch
/// few of their rows); with adapters, of the encoder only they, the markers, the biases and the norms.
fn learns(name: &str, adapted: bool) -> bool {
    if name == WORD_EMBEDDINGS {
        return false;
    }
    let small = || name.ends_with(".bias") || name.contains("LayerNorm") || name == MARKERS;
    !adapted || name.starts_with("heads.") || name.contains(ADAPTER) || small()
}

/// Rises to 1 over the share `warmup` of the steps, then falls to 0; `progress` in [0, 1].
fn schedule(progress: f64, warmup: f64) -> f64 {
    if progress < warmup { progress / warmup } else { (1.0 - progress) / (1.0 - warmup) }
}
