//! A model: a folder with weights, tokenizer, configuration and a manifest that says what they are.
//!
//! `config.json`, `tokenizer.json` and `model.safetensors` have the Hugging Face layout, so that other engines
//! can run the encoder too; the heads are further tensors in the same file. `manifest.json` holds labels,
//! hashes, sources, licences and everything else that decides a score.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use detente::classify::{CandidateScores, Classifier, Query, SentenceScores};
use detente::decide::Decision;
use detente::evaluate::Quality;
use detente::statement::{Basis, Mode, Stance, Tone};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tch::{Device, Kind, Tensor, no_grad};

use crate::encode::{Encoded, EncodingConfig, QueryEncoder};
use crate::encoder::{Encoder, EncoderConfig, attention_bias};
use crate::heads::{Heads, Logits};
use crate::integers::Integers;
use crate::layers::{Register, Weights, merge, read_tensors};

/// Files of a model folder that the manifest's hashes cover.
pub const FILES: [&str; 3] = ["config.json", WEIGHTS, "tokenizer.json"];
pub const WEIGHTS: &str = "model.safetensors";
/// What training learnt, of a model that is shipped as a difference to its base.
pub const LEARNT: &str = "learnt.safetensors";
const MANIFEST: &str = "manifest.json";

/// Labels in the order of the outputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    pub stance: Vec<Stance>,
    pub tone: Vec<Tone>,
    pub mode: Vec<Mode>,
    pub basis: Vec<Basis>,
}

impl Labels {
    /// The labels that this program understands.
    pub fn known() -> Self {
        Self {
            stance: Stance::ALL.to_vec(),
            tone: Tone::ALL.to_vec(),
            mode: Mode::ALL.to_vec(),
            basis: Basis::ALL.to_vec(),
        }
    }
}

/// Where part of a model comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub what: String,
    pub from: String,
    pub licence: String,
}

/// The model that a shipped difference starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Folder name of the base among the pretrained encoders.
    pub name: String,
    /// SHA-256 of its `model.safetensors`.
    pub sha256: String,
    /// SHA-256 of the difference, [`LEARNT`].
    pub learnt_sha256: String,
}

/// What a model is; `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this layout.
    pub format: u32,
    pub name: String,
    pub description: String,
    pub topic: String,
    pub licence: String,
    pub labels: Labels,
    pub encoding: EncodingConfig,
    pub decision: Decision,
    /// Softmax temperature of the stance, fitted on held-out data (Guo et al. 2017).
    pub stance_temperature: f64,
    pub sources: Vec<Source>,
    /// What `detente eval --record` measured of it; reports show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// Where the weights are not shipped whole but as a difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// SHA-256 of each file of the folder; of the weights, as merged.
    pub files: BTreeMap<String, String>,
}

/// The layout that this program reads and writes.
pub const FORMAT: u32 = 1;

impl Manifest {
    /// Reads and checks the manifest of the model in `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).with_context(|| {
            format!("{}: no such model; 'detente models' lists the ones there are", path.display())
        })?;
        let format = serde_json::from_str::<serde_json::Value>(&text)
            .with_context(|| format!("{}: not valid JSON", path.display()))?["format"]
            .as_u64();
        if format != Some(u64::from(FORMAT)) {
            bail!("{}: model format {format:?}, this program reads {FORMAT}", path.display());
        }
        let manifest: Self = serde_json::from_str(&text)
            .with_context(|| format!("{}: not a model manifest", path.display()))?;
        ensure!(
            manifest.labels == Labels::known(),
            "{}: the labels or their order are not the ones this program knows",
            path.display()
        );
        Ok(manifest)
    }

    /// Writes `manifest.json`.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("{}: cannot be written", path.display()))
    }

    /// 64 hex digits over everything that decides a score.
    pub fn digest(&self) -> Result<String> {
        let mut hash = Sha256::new();
        let deciding =
            (&self.format, &self.topic, &self.labels, &self.encoding, &self.stance_temperature, &self.files);
        hash.update(serde_json::to_vec(&deciding)?);
        Ok(hex(&hash.finalize()))
    }
}

/// SHA-256 of a file, in hex.
pub fn file_digest(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).with_context(|| format!("{}: cannot be read", path.display()))? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Arithmetic of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    F32,
    Bf16,
    /// Products in 8-bit integers, the rest in f32; see [`crate::int8`].
    Int8,
}

impl Precision {
    /// Kind of the weights' tensors.
    pub fn kind(self) -> Kind {
        match self {
            Self::F32 | Self::Int8 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        }
    }
}

/// A model folder whose files were checked against its manifest.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    pub path: PathBuf,
    pub manifest: Manifest,
    pub digest: String,
}

impl ModelFolder {
    /// Opens the folder; every file must have the SHA-256 that the manifest states.
    pub fn open(path: &Path) -> Result<Self> {
        let manifest = Manifest::read(path)?;
        if let Some(base) = &manifest.base
            && !path.join(WEIGHTS).exists()
        {
            bail!(
                "{}: the weights are not there yet; they are made once from {} and {LEARNT}: run 'scripts/setup --{}'",
                path.display(),
                base.name,
                manifest.name
            );
        }
        for name in FILES {
            let file = path.join(name);
            let expected = manifest
                .files
                .get(name)
                .with_context(|| format!("{}: the manifest has no SHA-256 of {name}", path.display()))?;
            let found = file_digest(&file)?;
            ensure!(
                &found == expected,
                "{}: damaged or replaced: SHA-256 is {found}, the manifest says {expected}; restore the file from its source",
                file.display()
            );
        }
        let digest = manifest.digest()?;
        Ok(Self { path: path.to_owned(), manifest, digest })
    }

    /// The tokenizing half of the model.
    pub fn query_encoder(&self) -> Result<QueryEncoder> {
        QueryEncoder::load(&self.path.join("tokenizer.json"), &self.manifest.encoding)
    }

    /// Loads the weights for inference.
    pub fn load(&self, precision: Precision) -> Result<Scorer> {
        let network = self.network(precision.kind())?;
        Ok(match precision {
            Precision::Int8 => Scorer::Integers(Arc::new(Integers::new(&network)?)),
            Precision::F32 | Precision::Bf16 => Scorer::Tensors(Box::new(network)),
        })
    }

    /// Loads the weights as tensors of a kind.
    pub fn network(&self, kind: Kind) -> Result<Network> {
        let mut network = Network::load(&self.path, &mut |_, tensor| tensor.to_kind(kind))?;
        network.stance_temperature = self.manifest.stance_temperature;
        Ok(network)
    }
}

/// Makes the weights of a model that is shipped as a difference, once: the base's weights in `bases` with what was learnt.
/// Every file on the way has a SHA-256 in the manifest, the result too. Returns false when the weights were there already.
pub fn prepare_weights(folder: &Path, bases: &Path) -> Result<bool> {
    let manifest = Manifest::read(folder)?;
    let Some(base) = &manifest.base else { return Ok(false) };
    let expected = manifest.files.get(WEIGHTS).context("the manifest has no SHA-256 of the weights")?;
    let whole = folder.join(WEIGHTS);
    if whole.exists() && &file_digest(&whole)? == expected {
        return Ok(false);
    }
    let (from, learnt) = (bases.join(&base.name).join(WEIGHTS), folder.join(LEARNT));
    for (file, sha256) in [(&from, &base.sha256), (&learnt, &base.learnt_sha256)] {
        let found = file_digest(file)?;
        ensure!(
            &found == sha256,
            "{}: SHA-256 is {found}, the manifest says {sha256}; restore the file from its source",
            file.display()
        );
    }
    let markers = QueryEncoder::load(&folder.join("tokenizer.json"), &manifest.encoding)?.marker_ids();
    let partial = folder.join("partial.safetensors");
    merge_weights(&from, &read_tensors(&learnt)?, &encoder_config(folder)?, markers, &partial)?;
    let found = file_digest(&partial)?;
    ensure!(
        &found == expected,
        "{}: merged to SHA-256 {found}, the manifest says {expected}",
        partial.display()
    );
    fs::rename(&partial, &whole).with_context(|| format!("{}: cannot be written", whole.display()))?;
    Ok(true)
}

/// Writes the weights at `base` with what was `learnt` put in, in f16, under Hugging Face's names.
pub fn merge_weights(
    base: &Path,
    learnt: &BTreeMap<String, Tensor>,
    config: &EncoderConfig,
    markers: [i64; 2],
    out: &Path,
) -> Result<()> {
    let mut tensors = read_tensors(base)?;
    // Not part of the encoder; the positions are counted, not read.
    tensors.retain(|name, _| !name.starts_with("pooler.") && name != "embeddings.position_ids");
    let learnt = learnt.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect();
    no_grad(|| merge(&mut tensors, learnt, config, markers))
        .with_context(|| format!("{}: not the base of these weights", base.display()))?;
    write_tensors(out, &tensors)
}

/// Reads `config.json` of a model folder.
pub fn encoder_config(folder: &Path) -> Result<EncoderConfig> {
    let path = folder.join("config.json");
    let text = fs::read_to_string(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{}: not an encoder configuration", path.display()))
}

/// Encoder and heads in memory.
#[derive(Debug)]
pub struct Network {
    pub encoder: Encoder,
    pub heads: Heads,
    /// Divides the stance logits; 1 until it is fitted.
    pub stance_temperature: f64,
}

/// A model ready to score, in one of the arithmetics.
#[derive(Debug)]
pub enum Scorer {
    Tensors(Box<Network>),
    Integers(Arc<Integers>),
}

impl Scorer {
    /// A second handle on the same weights, for another thread.
    pub fn share(&self) -> Self {
        match self {
            Self::Tensors(network) => Self::Tensors(Box::new(network.share())),
            Self::Integers(integers) => Self::Integers(integers.clone()),
        }
    }

    /// Scores of each input: tone of the sentence, and (candidate, scores) for each marked candidate.
    pub fn scores(&self, batch: &[&Encoded]) -> Vec<InputScores> {
        match self {
            Self::Tensors(network) => network.scores(batch),
            Self::Integers(integers) => integers.scores(batch),
        }
    }

    /// Computes the last hidden states of all tokens of a batch, for measuring; they are dropped.
    pub fn encode(&self, batch: &[&Encoded]) {
        match self {
            Self::Tensors(network) => network.encode(batch),
            Self::Integers(integers) => integers.encode(batch),
        }
    }

    /// Tokens of a batch that keep its activations in a core's cache.
    pub fn batch_tokens(&self) -> usize {
        match self {
            Self::Tensors(_) => 1536,
            Self::Integers(_) => 512,
        }
    }
}

impl Network {
    /// Builds the network from the files in `folder`; `register` makes parameters of the tensors.
    pub fn load(folder: &Path, register: &mut Register) -> Result<Self> {
        let mut weights = Weights::read(&folder.join(WEIGHTS))?;
        Self::build(&encoder_config(folder)?, &mut weights, register, None)
            .with_context(|| folder.display().to_string())
    }

    /// Builds the network from `weights`; with `markers`, the embeddings of these two tokens learn.
    pub fn build(
        config: &EncoderConfig,
        weights: &mut Weights,
        register: &mut Register,
        markers: Option<[i64; 2]>,
    ) -> Result<Self> {
        let encoder = Encoder::load(config, weights, register, markers)?;
        let heads = Heads::load(config.hidden_size, config.hidden_dropout_prob, weights, register)?;
        Ok(Self { encoder, heads, stance_temperature: 1.0 })
    }

    /// A second handle on the same weights, for another thread.
    pub fn share(&self) -> Self {
        let with = Tensor::shallow_clone;
        Self {
            encoder: self.encoder.map(&with),
            heads: self.heads.map(&with),
            stance_temperature: self.stance_temperature,
        }
    }

    /// The same network in another kind; in training the cast is part of the graph.
    pub fn cast(&self, kind: Kind) -> Self {
        let with = |tensor: &Tensor| tensor.to_kind(kind);
        Self {
            encoder: self.encoder.map(&with),
            heads: self.heads.map(&with),
            stance_temperature: self.stance_temperature,
        }
    }

    /// As [`Scorer::encode`].
    fn encode(&self, batch: &[&Encoded]) {
        no_grad(|| {
            let tensors = BatchTensors::new(batch);
            let bias = attention_bias(&tensors.mask, self.encoder.kind());
            let _ = self.encoder.forward(&tensors.ids, &tensors.types, &bias, false);
        });
    }

    /// Logits of a batch of inputs.
    pub fn logits(&self, batch: &[&Encoded], train: bool) -> Logits {
        let tensors = BatchTensors::new(batch);
        let bias = attention_bias(&tensors.mask, self.encoder.kind());
        let hidden = self.encoder.forward(&tensors.ids, &tensors.types, &bias, train);
        self.heads.forward(&hidden, &tensors.sentence, &tensors.marker, train)
    }

    /// Scores of each input: tone of the sentence, and (candidate, scores) for each marked candidate.
    pub fn scores(&self, batch: &[&Encoded]) -> Vec<InputScores> {
        no_grad(|| {
            let logits = self.logits(batch, false);
            let rows = |tensor: &Tensor, temperature: f64| -> Vec<Vec<f32>> {
                let p = (tensor.to_kind(Kind::Float) / temperature).softmax(-1, Kind::Float);
                let width = p.size()[1] as usize;
                let flat: Vec<f32> = Vec::try_from(p.reshape([-1])).expect("a flat f32 tensor");
                flat.chunks(width).map(<[f32]>::to_vec).collect()
            };
            let tone = rows(&logits.tone, 1.0);
            let stance = rows(&logits.stance, self.stance_temperature);
            let target_tone = rows(&logits.target_tone, 1.0);
            let (mode, basis) = (rows(&logits.mode, 1.0), rows(&logits.basis, 1.0));
            let mut row = 0;
            batch
                .iter()
                .zip(tone)
                .map(|(input, tone)| InputScores {
                    tone: array(&tone),
                    candidates: input
                        .markers
                        .iter()
                        .map(|&(candidate, _)| {
                            let scores = CandidateScores {
                                stance: array(&stance[row]),
                                tone: array(&target_tone[row]),
                                mode: array(&mode[row]),
                                basis: array(&basis[row]),
                            };
                            row += 1;
                            (candidate, scores)
                        })
                        .collect(),
                })
                .collect()
        })
    }
}

fn array<const N: usize>(row: &[f32]) -> [f32; N] {
    row.try_into().expect("a head has the width of its labels")
}

/// What the network says about one input.
pub struct InputScores {
    pub tone: [f32; 3],
    pub candidates: Vec<(usize, CandidateScores)>,
}

/// Inputs padded to a common length that is a multiple of 16: few distinct shapes, so that an input's score
/// does not move with its neighbours' lengths.
struct BatchTensors {
    ids: Tensor,
    types: Tensor,
    mask: Tensor,
    sentence: Tensor,
    marker: Tensor,
}

/// Length that an input of `tokens` tokens is padded to.
pub fn padded_length(tokens: usize) -> usize {
    tokens.div_ceil(16) * 16
}

impl BatchTensors {
    fn new(batch: &[&Encoded]) -> Self {
        let longest = batch.iter().map(|input| input.ids.len()).max().unwrap_or(1);
        let length = padded_length(longest);
        let size = batch.len() * length;
        let (mut ids, mut types, mut mask) = (vec![0i64; size], vec![0i64; size], vec![0f32; size]);
        let (mut sentence, mut marker) = (Vec::new(), Vec::new());
        for (row, input) in batch.iter().enumerate() {
            let start = row * length;
            ids[start..start + input.ids.len()].copy_from_slice(&input.ids);
            types[start + input.second_part..start + input.ids.len()].fill(1);
            mask[start..start + input.ids.len()].fill(1.0);
            for &(_, position) in &input.markers {
                sentence.push(row as i64);
                marker.push(position as i64);
            }
        }
        let shape = [batch.len() as i64, length as i64];
        Self {
            ids: Tensor::from_slice(&ids).view(shape),
            types: Tensor::from_slice(&types).view(shape),
            mask: Tensor::from_slice(&mask).view(shape),
            sentence: Tensor::from_slice(&sentence),
            marker: Tensor::from_slice(&marker),
        }
    }
}

/// Puts the windows of one query together again.
pub fn join_windows(candidates: usize, windows: Vec<InputScores>) -> Result<SentenceScores> {
    let tone = windows.first().context("a query has at least one window")?.tone;
    let mut joined: Vec<Option<CandidateScores>> = vec![None; candidates];
    for (candidate, scores) in windows.into_iter().flat_map(|window| window.candidates) {
        joined[candidate] = Some(scores);
    }
    let candidates =
        joined.into_iter().collect::<Option<Vec<_>>>().context("a candidate was marked in no window")?;
    Ok(SentenceScores { tone, candidates })
}

/// A network with its tokenizer, on the calling thread: the plainest classifier.
pub struct Model {
    pub encoder: QueryEncoder,
    pub scorer: Scorer,
}

impl Classifier for Model {
    fn score(&mut self, queries: &[Query]) -> Result<Vec<SentenceScores>> {
        queries
            .iter()
            .map(|query| {
                let windows = self.encoder.encode(query)?;
                let scores = windows.iter().flat_map(|window| self.scorer.scores(&[window])).collect();
                join_windows(query.candidates.len(), scores)
            })
            .collect()
    }
}

/// Writes tensors as a `.safetensors` file in f16.
pub fn write_tensors(path: &Path, tensors: &BTreeMap<String, Tensor>) -> Result<()> {
    let tensors: Vec<(&String, Tensor)> = no_grad(|| {
        let half = |tensor: &Tensor| tensor.to_device(Device::Cpu).to_kind(Kind::Half).contiguous();
        tensors.iter().map(|(name, tensor)| (name, half(tensor))).collect()
    });
    Tensor::write_safetensors(&tensors, path)
        .with_context(|| format!("{}: cannot be written", path.display()))
}
