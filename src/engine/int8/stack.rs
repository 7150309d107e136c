//! The stack: embeddings and layers over packed sequences.

use anyhow::{Result, ensure};
use tch::{Kind, Tensor};

use super::attention::{Place, Relative, Room, head};
use super::lanes::{LANES, Scale, add, gelu_quantise, normalise, quantise};
use super::product::{PANEL, PackedLinear, Rows};
use crate::encoder::{Encoder, EncoderConfig, relative_bucket};
use crate::layers::{LayerNorm, Linear};

/// Rows of the wide inner layer that are worked on at a time: they stay in a core's cache.
const INNER_ROWS: usize = 96;

/// Tokens of one input.
#[derive(Debug, Clone, Copy)]
pub struct Sequence<'a> {
    pub ids: &'a [i64],
    /// Tokens from here on have type 1.
    pub second_part: usize,
    /// Tokens whose last hidden states are wanted, in ascending order.
    pub wanted: &'a [u32],
}

/// A layer normalisation.
#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    eps: f32,
}

impl Norm {
    fn of(norm: &LayerNorm) -> Result<Self> {
        let (weight, bias, eps) = norm.parts();
        Ok(Self { weight: numbers(weight)?, bias: numbers(bias)?, eps: eps as f32 })
    }
}

#[derive(Debug)]
struct Layer {
    qkv: PackedLinear,
    attention_out: PackedLinear,
    attention_norm: Norm,
    up: PackedLinear,
    down: PackedLinear,
    norm: Norm,
}

/// The encoder with integer weights. Shared by all threads.
#[derive(Debug)]
pub struct IntegerEncoder {
    config: EncoderConfig,
    words: Vec<f32>,
    positions: Vec<f32>,
    /// Empty for an architecture without them.
    types: Vec<f32>,
    /// For each head the bias by distance, from -(positions - 1) on; empty for an architecture without it.
    relative: Vec<Vec<f32>>,
    first_position: usize,
    norm: Norm,
    layers: Vec<Layer>,
}

/// A thread's room for one group of sequences.
#[derive(Debug, Default)]
pub struct Scratch {
    /// [tokens, hidden]
    x: Vec<f32>,
    bytes: Vec<u8>,
    scales: Vec<Scale>,
    /// [tokens, 3 hidden]
    qkv: Vec<f32>,
    queries: Vec<f32>,
    attended: Vec<f32>,
    product: Vec<f32>,
    inner: Vec<f32>,
    inner_bytes: Vec<u8>,
    inner_scales: Vec<Scale>,
    room: Room,
}

/// All numbers of a tensor, in its order.
pub(super) fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(Vec::try_from(tensor.to_kind(Kind::Float).contiguous().reshape([-1]))?)
}

fn packed(linear: &Linear) -> Result<PackedLinear> {
    let (weight, bias) = linear.parts();
    Ok(PackedLinear::new(&numbers(weight)?, numbers(bias)?))
}

/// Whether the widths of an encoder suit: layers a multiple of 64, heads 16, 32, 48 or 64.
pub fn fits(config: &EncoderConfig) -> bool {
    let (h, panel) = (config.hidden_size, PANEL as i64);
    let head = h / config.num_attention_heads.max(1);
    h % panel == 0 && config.intermediate_size % panel == 0 && head % LANES as i64 == 0 && head <= 64
}

impl IntegerEncoder {
    /// Rounds the weights of `encoder`.
    pub fn new(encoder: &Encoder) -> Result<Self> {
        let config = encoder.config.clone();
        ensure!(
            fits(&config),
            "this encoder's widths do not fit 8-bit products; run it with --precision f32 or bf16"
        );
        let heads = config.num_attention_heads;
        let parts = encoder.parts();
        ensure!(!parts.learning, "an encoder that is being trained cannot be rounded");
        let farthest = config.max_position_embeddings - 1;
        let relative = match parts.relative {
            None => Vec::new(),
            Some(table) => {
                let table = numbers(table)?;
                let of_head = |head: i64| {
                    let bias = |distance: i64| {
                        let bucket = relative_bucket(distance, config.relative_attention_num_buckets);
                        table[(bucket * heads + head) as usize]
                    };
                    (-farthest..=farthest).map(bias).collect()
                };
                (0..heads).map(of_head).collect()
            }
        };
        let layers = parts
            .layers
            .iter()
            .map(|layer| {
                Ok(Layer {
                    qkv: packed(&layer.qkv)?,
                    attention_out: packed(&layer.attention_out)?,
                    attention_norm: Norm::of(&layer.attention_norm)?,
                    up: packed(&layer.up)?,
                    down: packed(&layer.down)?,
                    norm: Norm::of(&layer.norm)?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            words: numbers(parts.words)?,
            positions: numbers(parts.positions)?,
            types: parts.types.map(numbers).transpose()?.unwrap_or_default(),
            relative,
            first_position: parts.first_position as usize,
            norm: Norm::of(parts.norm)?,
            layers,
            config,
        })
    }

    /// Width of a hidden state.
    pub fn hidden(&self) -> usize {
        self.config.hidden_size as usize
    }

    /// The last hidden states of the wanted tokens of all sequences, one after the other: [wanted, hidden].
    ///
    /// # Panics
    /// Where the processor lacks the instructions ([`super::available`]), or an id or a position is outside of its table.
    pub fn forward(&self, sequences: &[Sequence<'_>], scratch: &mut Scratch) -> Vec<f32> {
        assert!(super::available(), "this processor has no AVX-512 VNNI");
        for one in sequences {
            let ascending = one.wanted.windows(2).all(|pair| pair[0] < pair[1]);
            assert!(ascending && one.wanted.last().is_none_or(|&last| (last as usize) < one.ids.len()));
        }
        // SAFETY: the features are there.
        unsafe { self.run(sequences, scratch) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn run(&self, sequences: &[Sequence<'_>], s: &mut Scratch) -> Vec<f32> {
        let h = self.hidden();
        self.embed(sequences, &mut s.x);
        let everything: Vec<Vec<u32>> =
            sequences.iter().map(|one| (0..one.ids.len() as u32).collect()).collect();
        let (last, others) = self.layers.split_last().expect("an encoder has layers");
        let all: Vec<(usize, &[u32])> =
            sequences.iter().zip(&everything).map(|(one, every)| (one.ids.len(), every.as_slice())).collect();
        for layer in others {
            self.layer(layer, &all, s);
        }
        let wanted: Vec<(usize, &[u32])> = sequences.iter().map(|one| (one.ids.len(), one.wanted)).collect();
        self.layer(last, &wanted, s);
        let rows: usize = sequences.iter().map(|one| one.wanted.len()).sum();
        s.x[..rows * h].to_vec()
    }

    #[target_feature(enable = "avx512f")]
    fn embed(&self, sequences: &[Sequence<'_>], x: &mut Vec<f32>) {
        let h = self.hidden();
        let tokens: usize = sequences.iter().map(|one| one.ids.len()).sum();
        x.resize(tokens * h, 0.0);
        let mut rows = x.chunks_mut(h);
        for one in sequences {
            for (position, &id) in one.ids.iter().enumerate() {
                let row = rows.next().expect("a row for each token");
                row.copy_from_slice(&self.words[id as usize * h..][..h]);
                add(row, &self.positions[(self.first_position + position) * h..][..h]);
                if !self.types.is_empty() {
                    add(row, &self.types[usize::from(position >= one.second_part) * h..][..h]);
                }
                normalise(row, &self.norm.weight, &self.norm.bias, self.norm.eps);
            }
        }
    }

    /// One layer over `s.x` in place. `sequences` have their length and the tokens that go on; only their rows are left in `s.x`.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn layer(&self, layer: &Layer, sequences: &[(usize, &[u32])], s: &mut Scratch) {
        let h = self.hidden();
        let width = h / self.config.num_attention_heads as usize;
        let tokens: usize = sequences.iter().map(|(length, _)| length).sum();
        let going: usize = sequences.iter().map(|(_, going)| going.len()).sum();

        quantise_rows(&s.x[..tokens * h], h, &mut s.bytes, &mut s.scales);
        s.qkv.resize(tokens * 3 * h, 0.0);
        let rows = Rows { bytes: &s.bytes, scales: &s.scales, width: h };
        if going == tokens {
            layer.qkv.apply(rows, 0..3 * h, &mut s.qkv, 3 * h);
        } else {
            // Keys and values of all, queries and all that follows of those that go on.
            layer.qkv.apply(rows, h..3 * h, &mut s.qkv[h..], 3 * h);
            let mut start = 0;
            let mut to = 0;
            for (length, going) in sequences {
                for &token in *going {
                    let from = start + token as usize;
                    // A row moves forward only, and those behind it are read already.
                    s.x.copy_within(from * h..(from + 1) * h, to * h);
                    s.bytes.copy_within(from * h..(from + 1) * h, to * h);
                    s.scales[to] = s.scales[from];
                    to += 1;
                }
                start += length;
            }
            s.queries.resize(going * h, 0.0);
            let rows = Rows { bytes: &s.bytes, scales: &s.scales[..going], width: h };
            layer.qkv.apply(rows, 0..h, &mut s.queries, h);
        }

        s.attended.resize(going * h, 0.0);
        let (mut start, mut row) = (0, 0);
        for (length, going_here) in sequences {
            for index in 0..h / width {
                let in_packed =
                    |part: usize| Place { first: start * 3 * h + part * h + index * width, stride: 3 * h };
                let compact = Place { first: row * h + index * width, stride: h };
                let queries = if going == tokens {
                    (s.qkv.as_slice(), in_packed(0))
                } else {
                    (s.queries.as_slice(), compact)
                };
                let relative = self.relative.get(index).map(|by_distance| Relative {
                    by_distance,
                    offset: self.config.max_position_embeddings as usize - 1,
                });
                let packed = (s.qkv.as_slice(), [in_packed(1), in_packed(2)]);
                let out = (s.attended.as_mut_slice(), compact);
                head(queries, going_here, packed, *length, width, relative, &mut s.room, out);
            }
            start += length;
            row += going_here.len();
        }

        quantise_rows(&s.attended[..going * h], h, &mut s.bytes, &mut s.scales);
        s.product.resize(going * h, 0.0);
        let rows = Rows { bytes: &s.bytes, scales: &s.scales, width: h };
        layer.attention_out.apply(rows, 0..h, &mut s.product, h);
        let x = &mut s.x[..going * h];
        for (row, product) in x.chunks_mut(h).zip(s.product.chunks(h)) {
            add(row, product);
            normalise(
                row,
                &layer.attention_norm.weight,
                &layer.attention_norm.bias,
                layer.attention_norm.eps,
            );
        }

        let wide = layer.up.outputs();
        s.inner.resize(INNER_ROWS * wide, 0.0);
        s.inner_bytes.resize(INNER_ROWS * wide, 0);
        for block in x.chunks_mut(INNER_ROWS * h) {
            let n = block.len() / h;
            quantise_rows(block, h, &mut s.bytes, &mut s.scales);
            let rows = Rows { bytes: &s.bytes, scales: &s.scales, width: h };
            layer.up.apply(rows, 0..wide, &mut s.inner, wide);
            s.inner_scales.clear();
            let inner = s.inner.chunks_mut(wide).zip(s.inner_bytes.chunks_mut(wide)).take(n);
            s.inner_scales.extend(inner.map(|(row, bytes)| gelu_quantise(row, bytes)));
            let rows = Rows { bytes: &s.inner_bytes, scales: &s.inner_scales, width: wide };
            layer.down.apply(rows, 0..h, &mut s.product, h);
            for (row, product) in block.chunks_mut(h).zip(s.product.chunks(h)) {
                add(row, product);
                normalise(row, &layer.norm.weight, &layer.norm.bias, layer.norm.eps);
            }
        }
    }
}

/// Rounds rows of `width` numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn quantise_rows(rows: &[f32], width: usize, bytes: &mut Vec<u8>, scales: &mut Vec<Scale>) {
    bytes.resize(bytes.len().max(rows.len()), 0);
    scales.clear();
    scales.extend(rows.chunks(width).zip(bytes.chunks_mut(width)).map(|(row, bytes)| quantise(row, bytes)));
}
