//! The encoder: a transformer stack, from token ids to one vector per token. Two architectures, alike but for
//! their embeddings and one term of the attention:
//!
//! - BERT: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers";
//! - MPNet: Song et al. 2020, "MPNet: Masked and Permuted Pre-training for Language Understanding": no token types, and a
//!   learnt bias by relative position, shared by all layers, is added to the attention scores.
//!
//! Written over tch with one product for query, key and value and with fused scaled-dot-product attention. The tests
//! compare BERT with rust-bert's `BertModel` and MPNet with stored outputs of the authors' implementation. One type serves
//! inference and training: what differs is whether the tensors it was built from record gradients.

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use crate::layers::{ADAPTER, LayerNorm, Linear, Register, Weights};

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
    /// BERT only.
    #[serde(default)]
    pub type_vocab_size: i64,
    /// MPNet only.
    #[serde(default)]
    pub relative_attention_num_buckets: i64,
    pub layer_norm_eps: f64,
    pub hidden_act: String,
    #[serde(default = "default_dropout")]
    pub hidden_dropout_prob: f64,
}

fn default_dropout() -> f64 {
    0.1
}

impl EncoderConfig {
    /// Refuses an architecture whose forward pass would differ from this one.
    pub fn check(&self) -> Result<&'static Architecture> {
        let architecture = match self.model_type.as_str() {
            "bert" => &BERT,
            "mpnet" => &MPNET,
            other => bail!("model_type is '{other}', this encoder runs 'bert' and 'mpnet'"),
        };
        ensure!(self.hidden_act == "gelu", "hidden_act is '{}', this encoder runs 'gelu'", self.hidden_act);
        ensure!(
            self.num_attention_heads > 0 && self.hidden_size % self.num_attention_heads == 0,
            "hidden_size {} is no multiple of num_attention_heads {}",
            self.hidden_size,
            self.num_attention_heads
        );
        Ok(architecture)
    }
}

/// What tells the architectures apart: Hugging Face's tensor names within a layer, and where positions begin.
#[derive(Debug)]
pub struct Architecture {
    qkv: [&'static str; 3],
    attention_out: &'static str,
    attention_norm: &'static str,
    /// Position of the first token.
    first_position: i64,
}

const BERT: Architecture = Architecture {
    qkv: ["attention.self.query", "attention.self.key", "attention.self.value"],
    attention_out: "attention.output.dense",
    attention_norm: "attention.output.LayerNorm",
    first_position: 0,
};

const MPNET: Architecture = Architecture {
    qkv: ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
    attention_out: "attention.attn.o",
    attention_norm: "attention.LayerNorm",
    // After the position of padding, 1.
    first_position: 2,
};

/// One layer.
#[derive(Debug)]
pub struct Layer {
    /// Query, key and value stacked: [3 hidden, hidden].
    pub qkv: Linear,
    pub attention_out: Linear,
    pub attention_norm: LayerNorm,
    pub up: Linear,
    pub down: Linear,
    pub norm: LayerNorm,
}

/// What an encoder is made of, for another forward over the same weights.
#[derive(Debug)]
pub struct Parts<'a> {
    pub words: &'a Tensor,
    pub positions: &'a Tensor,
    pub types: Option<&'a Tensor>,
    /// [buckets, heads], for [`relative_bucket`].
    pub relative: Option<&'a Tensor>,
    pub first_position: i64,
    pub norm: &'a LayerNorm,
    pub layers: &'a [Layer],
    /// Adapters or markers' differences are kept apart from the weights.
    pub learning: bool,
}

/// Name of the learnt difference of the two marker tokens' embeddings, [2, hidden], in a file of adapters.
pub const MARKERS: &str = "embeddings.markers.weight";

/// Rows of the word embeddings that a candidate's markers have. Word embeddings stay as pretrained, so what the
/// markers learn is kept apart until it is merged.
#[derive(Debug)]
struct Markers {
    ids: [i64; 2],
    /// [2, hidden], added to the embeddings of the ids.
    difference: Tensor,
}

/// The transformer without its pooler.
#[derive(Debug)]
pub struct Encoder {
    pub config: EncoderConfig,
    words: Tensor,
    positions: Tensor,
    /// BERT only.
    types: Option<Tensor>,
    /// MPNet only: [buckets, heads].
    relative: Option<Tensor>,
    /// While training only.
    markers: Option<Markers>,
    first_position: i64,
    norm: LayerNorm,
    layers: Vec<Layer>,
}

impl Encoder {
    /// Builds the stack from Hugging Face's tensor names. With `markers`, the embeddings of these two tokens learn.
    pub fn load(
        config: &EncoderConfig,
        weights: &mut Weights,
        register: &mut Register,
        markers: Option<[i64; 2]>,
    ) -> Result<Self> {
        let architecture = config.check()?;
        let h = config.hidden_size;
        let mut table = |name: &str, rows: i64, width: i64| -> Result<Tensor> {
            let tensor = weights.take(name, &[rows, width])?;
            Ok(register(name, tensor))
        };
        let words = table("embeddings.word_embeddings.weight", config.vocab_size, h)?;
        let positions = table("embeddings.position_embeddings.weight", config.max_position_embeddings, h)?;
        let types = (config.type_vocab_size > 0)
            .then(|| table("embeddings.token_type_embeddings.weight", config.type_vocab_size, h))
            .transpose()?;
        let buckets = config.relative_attention_num_buckets;
        let relative = (buckets > 0)
            .then(|| table("encoder.relative_attention_bias.weight", buckets, config.num_attention_heads))
            .transpose()?;
        let markers = match markers {
            None => None,
            Some(ids) => {
                let fresh = || Tensor::zeros([2, h], (Kind::Float, tch::Device::Cpu));
                let difference = weights.take_or(MARKERS, &[2, h], fresh)?;
                Some(Markers { ids, difference: register(MARKERS, difference) })
            }
        };
        let norm = LayerNorm::load("embeddings.LayerNorm", config, weights, register)?;
        let layers = (0..config.num_hidden_layers)
            .map(|index| {
                let at = |part: &str| format!("encoder.layer.{index}.{part}");
                let mut stacked = |part: &str, shape: &[i64]| -> Result<Tensor> {
                    let parts =
                        architecture.qkv.map(|which| weights.take(&at(&format!("{which}.{part}")), shape));
                    Ok(Tensor::cat(&parts.into_iter().collect::<Result<Vec<_>>>()?, 0))
                };
                let (weight, bias) = (stacked("weight", &[h, h])?, stacked("bias", &[h])?);
                let qkv = Linear::of(&at(QKV), weight, bias, weights, register)?;
                let wide = config.intermediate_size;
                Ok(Layer {
                    qkv,
                    attention_out: Linear::load(&at(architecture.attention_out), h, h, weights, register)?,
                    attention_norm: LayerNorm::load(
                        &at(architecture.attention_norm),
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
        Ok(Self {
            config: config.clone(),
            words,
            positions,
            types,
            relative,
            markers,
            first_position: architecture.first_position,
            norm,
            layers,
        })
    }

    /// Hidden states [batch, length, hidden] of `ids` and `types` [batch, length] (int64; types are ignored by an
    /// architecture without them). `bias` [batch, 1, 1, length], in the weights' kind, is added to the attention
    /// scores: 0 for a token, very negative for padding. Dropout applies only when `train`.
    pub fn forward(&self, ids: &Tensor, types: &Tensor, bias: &Tensor, train: bool) -> Tensor {
        let (batch, length) = ids.size2().expect("ids have two dimensions");
        let (h, heads) = (self.config.hidden_size, self.config.num_attention_heads);
        let dropout = self.config.hidden_dropout_prob;
        let drop = |x: Tensor| if train { x.dropout(dropout, true) } else { x };

        let mut x = Tensor::embedding(&self.words, ids, -1, false, false)
            + self.positions.narrow(0, self.first_position, length);
        if let Some(table) = &self.types {
            x += Tensor::embedding(table, types, -1, false, false);
        }
        if let Some(Markers { ids: [open, close], difference }) = &self.markers {
            let which = Tensor::stack(&[ids.eq(*open), ids.eq(*close)], -1).to_kind(self.kind());
            x += which.matmul(difference);
        }
        let bias = match &self.relative {
            None => bias.shallow_clone(),
            Some(table) => bias + self.relative_bias(table, length),
        };
        let mut x = drop(self.norm.forward(&x));
        for layer in &self.layers {
            let qkv =
                layer.qkv.forward(&x).view([batch, length, 3, heads, h / heads]).permute([2, 0, 3, 1, 4]);
            let attended = Tensor::scaled_dot_product_attention(
                &qkv.get(0),
                &qkv.get(1),
                &qkv.get(2),
                Some(&bias),
                // No dropout of attention: with it, libtorch has no fused kernel on the CPU and training takes longer.
                0.0,
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

    /// The bias by relative position, [1, heads, length, length], from `table` [buckets, heads].
    fn relative_bias(&self, table: &Tensor, length: i64) -> Tensor {
        let buckets: Vec<i64> = (0..length)
            .flat_map(|from| (0..length).map(move |to| to - from))
            .map(|distance| relative_bucket(distance, self.config.relative_attention_num_buckets))
            .collect();
        let heads = self.config.num_attention_heads;
        table
            .index_select(0, &Tensor::from_slice(&buckets))
            .view([length, length, heads])
            .permute([2, 0, 1])
            .unsqueeze(0)
    }

    pub fn parts(&self) -> Parts<'_> {
        Parts {
            words: &self.words,
            positions: &self.positions,
            types: self.types.as_ref(),
            relative: self.relative.as_ref(),
            first_position: self.first_position,
            norm: &self.norm,
            layers: &self.layers,
            learning: self.markers.is_some() || self.layers.iter().any(|layer| layer.qkv.has_adapter()),
        }
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
            types: self.types.as_ref().map(with),
            relative: self.relative.as_ref().map(with),
            markers: self
                .markers
                .as_ref()
                .map(|markers| Markers { ids: markers.ids, difference: with(&markers.difference) }),
            first_position: self.first_position,
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

/// Bucket of a distance in tokens (to - from): half of the buckets for either direction; in each half the nearer distances
/// have one each, the others share, logarithmically up to 128 (Raffel et al. 2020, T5; as in MPNet).
pub fn relative_bucket(distance: i64, buckets: i64) -> i64 {
    const FARTHEST: f64 = 128.0;
    let half = buckets / 2;
    let forward = if distance > 0 { half } else { 0 };
    let far = distance.abs();
    let exact = half / 2;
    if far < exact {
        return forward + far;
    }
    let share = (far as f64 / exact as f64).ln() / (FARTHEST / exact as f64).ln();
    forward + (exact + (share * (half - exact) as f64) as i64).min(half - 1)
}

/// Name of the stacked query, key and value within a layer.
const QKV: &str = "attention.qkv";

/// Hugging Face's names of the parameter `name`: three for a stacked one, in the order of its rows.
pub fn hugging_face_names(name: &str, config: &EncoderConfig) -> Vec<String> {
    let architecture = config.check().expect("a network was built with this configuration");
    match name.split_once(QKV) {
        Some((head, part)) if !part.contains(ADAPTER) => {
            architecture.qkv.iter().map(|which| format!("{head}{which}{part}")).collect()
        }
        _ => vec![name.to_owned()],
    }
}

/// The attention bias of a padding mask [batch, length] (1 token, 0 padding), in `kind`: [batch, 1, 1, length].
pub fn attention_bias(mask: &Tensor, kind: Kind) -> Tensor {
    // -1e4 is exact enough in bf16 and f16, and exp of it is 0 in each.
    ((mask.to_kind(Kind::Float) - 1.0) * 1e4).to_kind(kind).unsqueeze(1).unsqueeze(1)
}

#[cfg(test)]
mod tests {
    use super::relative_bucket;

    #[test]
    fn distances_share_buckets_as_in_the_authors_implementation() {
        // Values of transformers' MPNetEncoder.relative_position_bucket with 32 buckets and a maximum of 128.
        for (distance, bucket) in
            [(0, 0), (-1, 1), (-7, 7), (-8, 8), (-11, 8), (-12, 9), (-200, 15), (1, 17), (8, 24), (127, 31)]
        {
            assert_eq!(relative_bucket(distance, 32), bucket, "{distance}");
        }
    }
}
