//! The encoder: BERT's transformer stack, from token ids to one vector per token.
//!
//! Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers". Written over tch with one
//! product for query, key and value and with fused scaled-dot-product attention; rust-bert's `BertModel` is
//! the reference that the tests compare it with. One type serves inference and training: what differs is
//! whether the tensors it was built from record gradients.

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tch::{Kind, Tensor};

/// The fields of a Hugging Face `config.json` that the forward pass depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderConfig {
    pub model_type: String,
    pub hidden_size: i64,
    pub intermediate_size: i64,
    pub num_attention_heads: i64,
    pub num_hidden_layers: i64,
    pub max_position_embeddings: i64,
    pub vocab_size: i64,
    pub type_vocab_size: i64,
    pub layer_norm_eps: f64,
    pub hidden_act: String,
    #[serde(default = "default_dropout")]
    pub hidden_dropout_prob: f64,
    #[serde(default = "default_dropout")]
    pub attention_probs_dropout_prob: f64,
}

fn default_dropout() -> f64 {
    0.1
}

impl EncoderConfig {
    /// Refuses an architecture whose forward pass would differ from this one.
    pub fn check(&self) -> Result<()> {
        ensure!(self.model_type == "bert", "model_type is '{}', this encoder runs 'bert'", self.model_type);
        ensure!(self.hidden_act == "gelu", "hidden_act is '{}', this encoder runs 'gelu'", self.hidden_act);
        ensure!(
            self.num_attention_heads > 0 && self.hidden_size % self.num_attention_heads == 0,
            "hidden_size {} is no multiple of num_attention_heads {}",
            self.hidden_size,
            self.num_attention_heads
        );
        Ok(())
    }
}

/// Named weights as read from a file, handed out once each.
pub struct Weights(HashMap<String, Tensor>);

impl Weights {
    /// Weights of a `.safetensors` file, with the prefix that task models put before BERT's names removed.
    pub fn read(path: &std::path::Path) -> Result<Self> {
        let tensors = Tensor::read_safetensors(path)
            .with_context(|| format!("{}: not a readable safetensors file", path.display()))?;
        Ok(Self(
            tensors
                .into_iter()
                .map(|(name, tensor)| (name.strip_prefix("bert.").unwrap_or(&name).to_owned(), tensor))
                .collect(),
        ))
    }

    /// Takes the tensor called `name`, which must have `shape`.
    pub fn take(&mut self, name: &str, shape: &[i64]) -> Result<Tensor> {
        let tensor = self.0.remove(name).with_context(|| format!("weights lack the tensor '{name}'"))?;
        if tensor.size() != shape {
            bail!("tensor '{name}' has shape {:?}, expected {shape:?}", tensor.size());
        }
        Ok(tensor)
    }

    /// Whether a tensor of this name is left.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Makes a parameter of a loaded tensor: casts it for inference, registers it as a variable for training.
pub type Register<'a> = dyn FnMut(&str, Tensor) -> Tensor + 'a;

/// y = x W^T + b, with `weight` of shape [out, in].
#[derive(Debug)]
pub struct Linear {
    pub weight: Tensor,
    pub bias: Tensor,
}

impl Linear {
    fn load(
        name: &str,
        out: i64,
        input: i64,
        weights: &mut Weights,
        register: &mut Register,
    ) -> Result<Self> {
        let weight = weights.take(&format!("{name}.weight"), &[out, input])?;
        let bias = weights.take(&format!("{name}.bias"), &[out])?;
        Ok(Self {
            weight: register(&format!("{name}.weight"), weight),
            bias: register(&format!("{name}.bias"), bias),
        })
    }

    /// [.., in] to [.., out].
    pub fn forward(&self, x: &Tensor) -> Tensor {
        x.linear(&self.weight, Some(&self.bias))
    }

    /// The same layer over other tensors.
    pub fn map(&self, with: &dyn Fn(&Tensor) -> Tensor) -> Self {
        Self { weight: with(&self.weight), bias: with(&self.bias) }
    }
}

#[derive(Debug)]
struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f64,
}

impl LayerNorm {
    fn load(
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

    fn forward(&self, x: &Tensor) -> Tensor {
        x.layer_norm(self.weight.size(), Some(&self.weight), Some(&self.bias), self.eps, false)
    }

    fn map(&self, with: &dyn Fn(&Tensor) -> Tensor) -> Self {
        Self { weight: with(&self.weight), bias: with(&self.bias), eps: self.eps }
    }
}

#[derive(Debug)]
struct Layer {
    /// Query, key and value stacked: [3 hidden, hidden].
    qkv: Linear,
    attention_out: Linear,
    attention_norm: LayerNorm,
    up: Linear,
    down: Linear,
    norm: LayerNorm,
}

/// BERT without its pooler.
#[derive(Debug)]
pub struct Encoder {
    pub config: EncoderConfig,
    words: Tensor,
    positions: Tensor,
    types: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
}

impl Encoder {
    /// Builds the stack from Hugging Face's tensor names.
    pub fn load(config: &EncoderConfig, weights: &mut Weights, register: &mut Register) -> Result<Self> {
        config.check()?;
        let h = config.hidden_size;
        let mut table = |name: &str, rows: i64| -> Result<Tensor> {
            let name = format!("embeddings.{name}.weight");
            let tensor = weights.take(&name, &[rows, h])?;
            Ok(register(&name, tensor))
        };
        let words = table("word_embeddings", config.vocab_size)?;
        let positions = table("position_embeddings", config.max_position_embeddings)?;
        let types = table("token_type_embeddings", config.type_vocab_size)?;
        let norm = LayerNorm::load("embeddings.LayerNorm", config, weights, register)?;
        let layers = (0..config.num_hidden_layers)
            .map(|index| {
                let at = |part: &str| format!("encoder.layer.{index}.{part}");
                let mut stacked = |part: &str, shape: &[i64]| -> Result<Tensor> {
                    let parts = ["query", "key", "value"]
                        .map(|which| weights.take(&at(&format!("attention.self.{which}.{part}")), shape));
                    let parts = parts.into_iter().collect::<Result<Vec<_>>>()?;
                    Ok(Tensor::cat(&parts, 0))
                };
                let (weight, bias) = (stacked("weight", &[h, h])?, stacked("bias", &[h])?);
                let qkv = Linear {
                    weight: register(&at("attention.self.qkv.weight"), weight),
                    bias: register(&at("attention.self.qkv.bias"), bias),
                };
                let wide = config.intermediate_size;
                Ok(Layer {
                    qkv,
                    attention_out: Linear::load(&at("attention.output.dense"), h, h, weights, register)?,
                    attention_norm: LayerNorm::load(
                        &at("attention.output.LayerNorm"),
                        config,
                        weights,
                        register,
                    )?,
                    up: Linear::load(&at("intermediate.dense"), wide, h, weights, register)?,
                    down: Linear::load(&at("output.dense"), h, wide, weights, register)?,
                    norm: LayerNorm::load(&at("output.LayerNorm"), config, weights, register)?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self { config: config.clone(), words, positions, types, norm, layers })
    }

    /// Hidden states [batch, length, hidden] of `ids` and `types` [batch, length] (int64). `bias` [batch, 1, 1,
    /// length], in the weights' kind, is added to the attention scores: 0 for a token, very negative for padding.
    /// Dropout applies only when `train`.
    pub fn forward(&self, ids: &Tensor, types: &Tensor, bias: &Tensor, train: bool) -> Tensor {
        let (batch, length) = ids.size2().expect("ids have two dimensions");
        let (h, heads) = (self.config.hidden_size, self.config.num_attention_heads);
        let dropout = self.config.hidden_dropout_prob;
        let attention_dropout = if train { self.config.attention_probs_dropout_prob } else { 0.0 };
        let drop = |x: Tensor| if train { x.dropout(dropout, true) } else { x };

        let x = Tensor::embedding(&self.words, ids, -1, false, false)
            + Tensor::embedding(&self.types, types, -1, false, false)
            + self.positions.narrow(0, 0, length);
        let mut x = drop(self.norm.forward(&x));
        for layer in &self.layers {
            let qkv =
                layer.qkv.forward(&x).view([batch, length, 3, heads, h / heads]).permute([2, 0, 3, 1, 4]);
            let attended = Tensor::scaled_dot_product_attention(
                &qkv.get(0),
                &qkv.get(1),
                &qkv.get(2),
                Some(bias),
                attention_dropout,
                false,
                None,
            );
            let attended = attended.transpose(1, 2).reshape([batch, length, h]);
            x = layer.attention_norm.forward(&(drop(layer.attention_out.forward(&attended)) + x));
            let inner = layer.up.forward(&x).gelu("none");
            x = layer.norm.forward(&(drop(layer.down.forward(&inner)) + x));
        }
        x
    }

    /// The kind of the weights, which `bias` must have as well.
    pub fn kind(&self) -> Kind {
        self.words.kind()
    }

    /// The same stack over other tensors: second handles on the same storage, or casts.
    pub fn map(&self, with: &dyn Fn(&Tensor) -> Tensor) -> Self {
        Self {
            config: self.config.clone(),
            words: with(&self.words),
            positions: with(&self.positions),
            types: with(&self.types),
            norm: self.norm.map(with),
            layers: self
                .layers
                .iter()
                .map(|layer| Layer {
                    qkv: layer.qkv.map(with),
                    attention_out: layer.attention_out.map(with),
                    attention_norm: layer.attention_norm.map(with),
                    up: layer.up.map(with),
                    down: layer.down.map(with),
                    norm: layer.norm.map(with),
                })
                .collect(),
        }
    }
}

/// Splits a stacked `qkv` parameter into Hugging Face's three; other names pass through.
pub fn hugging_face_names(name: &str, tensor: &Tensor) -> Vec<(String, Tensor)> {
    match name.split_once("attention.self.qkv.") {
        None => vec![(name.to_owned(), tensor.shallow_clone())],
        Some((head, part)) => ["query", "key", "value"]
            .iter()
            .zip(tensor.chunk(3, 0))
            .map(|(which, chunk)| (format!("{head}attention.self.{which}.{part}"), chunk.contiguous()))
            .collect(),
    }
}

/// The attention bias of a padding mask [batch, length] (1 token, 0 padding), in `kind`: [batch, 1, 1, length].
pub fn attention_bias(mask: &Tensor, kind: Kind) -> Tensor {
    // -1e4 is exact enough in bf16 and f16, and exp of it is 0 in each.
    ((mask.to_kind(Kind::Float) - 1.0) * 1e4).to_kind(kind).unsqueeze(1).unsqueeze(1)
}
