//! A layer: named weights from a file, and the linear and normalising layers that encoder and heads are made of.
//!
//! A linear layer may carry an adapter, a low-rank difference to frozen weights (Hu et al. 2022, "LoRA: Low-Rank Adaptation of
//! Large Language Models"); `merge` folds adapters into the weights for good.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail};
use tch::{Device, Kind, Tensor};

use crate::encoder::{EncoderConfig, MARKERS, hugging_face_names};

/// Named weights as read from a file, handed out once each.
pub struct Weights {
    tensors: HashMap<String, Tensor>,
    /// Linear layers of the encoder get a fresh adapter of this rank where the file has none.
    adapter_rank: Option<i64>,
}

impl Weights {
    /// Weights of a `.safetensors` file, with the prefix that task models put before BERT's names removed.
    pub fn read(path: &std::path::Path) -> Result<Self> {
        let tensors = read_tensors(path)?;
        let bare = |name: String| name.strip_prefix("bert.").map_or(name.clone(), str::to_owned);
        Ok(Self {
            tensors: tensors.into_iter().map(|(name, t)| (bare(name), t)).collect(),
            adapter_rank: None,
        })
    }

    /// The same weights with an adapter of `rank` on each linear layer of the encoder.
    pub fn with_adapters(self, rank: i64) -> Self {
        Self { adapter_rank: Some(rank), ..self }
    }

    /// Puts the tensors of a further file over these: what an interrupted training had learnt.
    pub fn overlay(&mut self, path: &std::path::Path, config: &EncoderConfig) -> Result<()> {
        for (name, tensor) in Self::read(path)?.tensors {
            let names = hugging_face_names(&name, config);
            let parts = tensor.chunk(names.len() as i64, 0);
            self.tensors.extend(names.into_iter().zip(parts));
        }
        Ok(())
    }

    /// Takes the tensor called `name`, which must have `shape`.
    pub fn take(&mut self, name: &str, shape: &[i64]) -> Result<Tensor> {
        let tensor =
            self.tensors.remove(name).with_context(|| format!("weights lack the tensor '{name}'"))?;
        if tensor.size() != shape {
            bail!("tensor '{name}' has shape {:?}, expected {shape:?}", tensor.size());
        }
        Ok(tensor)
    }

    /// Takes the tensor called `name`, or makes it where the file has none.
    pub fn take_or(&mut self, name: &str, shape: &[i64], fresh: impl FnOnce() -> Tensor) -> Result<Tensor> {
        if self.tensors.contains_key(name) { self.take(name, shape) } else { Ok(fresh()) }
    }
}

/// Tensors of a `.safetensors` file by name.
pub fn read_tensors(path: &std::path::Path) -> Result<BTreeMap<String, Tensor>> {
    let tensors = Tensor::read_safetensors(path)
        .with_context(|| format!("{}: not a readable safetensors file", path.display()))?;
    Ok(tensors.into_iter().collect())
}

/// Makes a parameter of a loaded tensor: casts it for inference, registers it as a variable for training.
pub type Register<'a> = dyn FnMut(&str, Tensor) -> Tensor + 'a;

/// Part of an adapter's tensor names.
pub const ADAPTER: &str = ".adapter.";

/// y = x W^T + b, with `weight` of shape [out, in]; with an adapter, y = x (W + U D)^T + b.
#[derive(Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Tensor,
    /// `D` [rank, in] and `U` [out, rank].
    adapter: Option<(Tensor, Tensor)>,
}

impl Linear {
    /// The layer of the tensors `{name}.weight` and `{name}.bias`.
    pub fn load(
        name: &str,
        out: i64,
        input: i64,
        weights: &mut Weights,
        register: &mut Register,
    ) -> Result<Self> {
        let weight = weights.take(&format!("{name}.weight"), &[out, input])?;
        let bias = weights.take(&format!("{name}.bias"), &[out])?;
        Self::of(name, weight, bias, weights, register)
    }

    /// The layer over these tensors, with an adapter where `weights` say so.
    pub fn of(
        name: &str,
        weight: Tensor,
        bias: Tensor,
        weights: &mut Weights,
        register: &mut Register,
    ) -> Result<Self> {
        let (out, input) = weight.size2()?;
        let adapter = match weights.adapter_rank {
            None => None,
            Some(rank) => {
                let options = (Kind::Float, Device::Cpu);
                let (down, up) = (format!("{name}{ADAPTER}down"), format!("{name}{ADAPTER}up"));
                // U starts at zero, so that training starts from the pretrained layer.
                let deviation = 1.0 / (input as f64).sqrt();
                let d = weights
                    .take_or(&down, &[rank, input], || Tensor::randn([rank, input], options) * deviation)?;
                let u = weights.take_or(&up, &[out, rank], || Tensor::zeros([out, rank], options))?;
                Some((register(&down, d), register(&up, u)))
            }
        };
        Ok(Self {
            weight: register(&format!("{name}.weight"), weight),
            bias: register(&format!("{name}.bias"), bias),
            adapter,
        })
    }

    /// Weight, out x in, and bias, without what an adapter adds.
    pub fn parts(&self) -> (&Tensor, &Tensor) {
        (&self.weight, &self.bias)
    }

    pub fn has_adapter(&self) -> bool {
        self.adapter.is_some()
    }

    /// A layer without adapter over parameters that are registered already.
    pub fn plain(weight: Tensor, bias: Tensor) -> Self {
        Self { weight, bias, adapter: None }
    }

    /// [.., in] to [.., out].
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let y = x.linear(&self.weight, Some(&self.bias));
        match &self.adapter {
            None => y,
            Some((down, up)) => y + x.linear(down, None::<&Tensor>).linear(up, None::<&Tensor>),
        }
    }

    /// The same layer over other tensors.
    pub fn map(&self, with: &dyn Fn(&Tensor) -> Tensor) -> Self {
        Self {
            weight: with(&self.weight),
            bias: with(&self.bias),
            adapter: self.adapter.as_ref().map(|(down, up)| (with(down), with(up))),
        }
    }
}

/// Layer normalisation over the last dimension.
#[derive(Debug)]
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    pub fn load(
        name: &str,
        config: &EncoderConfig,
        weights: &mut Weights,
        register: &mut Register,
    ) -> Result<Self> {
        let size = [config.hidden_size];
        let weight = weights.take(&format!("{name}.weight"), &size)?;
        let bias = weights.take(&format!("{name}.bias"), &size)?;
        Ok(Self {
            weight: register(&format!("{name}.weight"), weight),
            bias: register(&format!("{name}.bias"), bias),
            eps: config.layer_norm_eps,
        })
    }

    /// Weight, bias and epsilon.
    pub fn parts(&self) -> (&Tensor, &Tensor, f64) {
        (&self.weight, &self.bias, self.eps)
    }

    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), self.eps, false)
    }

    pub fn map(&self, with: &dyn Fn(&Tensor) -> Tensor) -> Self {
        Self { weight: with(&self.weight), bias: with(&self.bias), eps: self.eps }
    }
}

/// Puts what training learnt into the weights it started from, for good: adapters are added to their layers, the markers'
/// difference to the embeddings of the tokens `markers`, other tensors take the place of the base's. In f64 and in a fixed
/// order of additions, so that every machine gets the same bits. Names of `base` are Hugging Face's.
pub fn merge(
    base: &mut BTreeMap<String, Tensor>,
    mut learnt: BTreeMap<String, Tensor>,
    config: &EncoderConfig,
    markers: [i64; 2],
) -> Result<()> {
    let place = |base: &mut BTreeMap<String, Tensor>, name: &str, learnt: Tensor, add: bool| -> Result<()> {
        let names = hugging_face_names(name, config);
        for (name, part) in names.iter().zip(learnt.chunk(names.len() as i64, 0)) {
            let merged = match base.get(name) {
                Some(old) if old.size() != part.size() => {
                    bail!(
                        "tensor '{name}' of the base has shape {:?}, learnt was {:?}",
                        old.size(),
                        part.size()
                    )
                }
                Some(old) if add => old.to_kind(Kind::Double) + part,
                None if add => bail!("the base lacks the tensor '{name}'"),
                _ => part,
            };
            base.insert(name.clone(), merged);
        }
        Ok(())
    };
    let layers: Vec<String> =
        learnt.keys().filter_map(|name| Some(name.strip_suffix(".adapter.down")?.to_owned())).collect();
    for layer in layers {
        let mut half = |which: &str| {
            learnt
                .remove(&format!("{layer}{ADAPTER}{which}"))
                .with_context(|| format!("the adapter of '{layer}' is not complete"))
        };
        let (down, up) = (half("down")?, half("up")?);
        let product = product_f64(&up, &down)?;
        let product = Tensor::from_slice(&product).view([up.size()[0], down.size()[1]]);
        place(base, &format!("{layer}.weight"), product, true)?;
    }
    if let Some(difference) = learnt.remove(MARKERS) {
        let words =
            base.get("embeddings.word_embeddings.weight").context("the base has no word embeddings")?;
        let all = Tensor::zeros(words.size(), (Kind::Double, Device::Cpu));
        for (row, id) in markers.into_iter().enumerate() {
            all.get(id).copy_(&difference.get(row as i64));
        }
        place(base, "embeddings.word_embeddings.weight", all, true)?;
    }
    learnt.into_iter().try_for_each(|(name, tensor)| place(base, &name, tensor, false))
}

/// U D in f64, each element summed in the order of the rank.
fn product_f64(up: &Tensor, down: &Tensor) -> Result<Vec<f64>> {
    let ((out, rank), (rank2, input)) = (up.size2()?, down.size2()?);
    if rank != rank2 {
        bail!("the halves of an adapter have ranks {rank} and {rank2}");
    }
    let flat = |t: &Tensor| -> Result<Vec<f64>> { Ok(Vec::try_from(t.to_kind(Kind::Double).reshape([-1]))?) };
    let (up, down) = (flat(up)?, flat(down)?);
    let (rank, input) = (rank as usize, input as usize);
    let mut product = vec![0.0; out as usize * input];
    for (row, u) in product.chunks_mut(input).zip(up.chunks(rank)) {
        for (factor, d) in u.iter().zip(down.chunks(input)) {
            for (sum, value) in row.iter_mut().zip(d) {
                *sum += factor * value;
            }
        }
    }
    Ok(product)
}
