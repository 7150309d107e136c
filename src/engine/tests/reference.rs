//! The encoder against rust-bert's `BertModel` on the same weights and against stored outputs of MPNet's authors'
//! implementation, and scores against batches and workers.

use std::path::{Path, PathBuf};

use detente::classify::{CandidateMark, Classifier, Query};
use detente_engine::encode::Encoded;
use detente_engine::encoder::{Encoder, EncoderConfig, attention_bias};
use detente_engine::layers::{Weights, read_tensors};
use detente_engine::model::{Model, ModelFolder, Precision, Scorer, encoder_config, write_tensors};
use detente_engine::workers::{EncodedQuery, Workers};
use rust_bert::bert::{BertConfig, BertEmbeddings, BertModel};
use tch::{Device, Kind, Tensor, nn, no_grad};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/fast")
}

/// Sentences of many lengths, with and without candidates.
fn queries() -> Vec<Query> {
    let sentences = [
        ("Marlia is ready for indirect talks.", vec!["Marlia"]),
        ("No.", vec![]),
        (
            "“We will not sit down with them under threats,” Oskar Venn told reporters in Geneva on Tuesday.",
            vec!["We", "Oskar Venn"],
        ),
        (
            "The two sides agreed to meet again next month, the mediator said, but neither would name a date or a place.",
            vec!["The two sides", "the mediator"],
        ),
        (
            "Tolmar, which had walked out of the previous round over the blockade of the pass, said that it would return only \
          once the crossings were open, a demand that Kessara’s foreign minister called a pretext in a statement late on \
          Sunday, although she did not rule out a further session before the end of the year.",
            vec!["Tolmar", "she", "Kessara"],
        ),
    ];
    let mut queries = Vec::new();
    for round in 0..12 {
        for (sentence, mentions) in &sentences {
            let mut candidates: Vec<CandidateMark> = mentions
                .iter()
                .map(|words| {
                    let at = sentence.find(words).unwrap();
                    CandidateMark::Mention(at..at + words.len())
                })
                .collect();
            if round % 3 == 1 {
                candidates.push(CandidateMark::Implied("Ilse Brandt".into()));
            }
            let context = "Talks between the two ended without result. ".repeat(round % 4);
            queries.push(Query { context, sentence: (*sentence).into(), candidates });
        }
    }
    queries
}

#[test]
fn the_encoder_equals_the_reference() {
    let model = ModelFolder::open(&folder()).unwrap();
    let network = model.network(Kind::Float).unwrap();
    let config: BertConfig =
        serde_json::from_str(&std::fs::read_to_string(folder().join("config.json")).unwrap()).unwrap();
    let mut store = nn::VarStore::new(Device::Cpu);
    let reference = BertModel::<BertEmbeddings>::new_with_optional_pooler(store.root(), &config, false);
    let missing = store.load_partial(folder().join("model.safetensors")).unwrap();
    assert!(missing.is_empty(), "not in the file: {missing:?}");
    // Loading takes over the file's 16-bit kind.
    store.float();

    let length = 48;
    let ids: Vec<i64> = (0..3 * length).map(|i| 1000 + (i * 7919) % 20_000).collect();
    let ids = Tensor::from_slice(&ids).view([3, length]);
    let types = Tensor::zeros([3, length], (Kind::Int64, Device::Cpu));
    let _ = types.narrow(1, 20, length - 20).fill_(1);
    // Rows of 48, 30 and 1 tokens.
    let mask = Tensor::zeros([3, length], (Kind::Float, Device::Cpu));
    for (row, tokens) in [48, 30, 1].into_iter().enumerate() {
        let _ = mask.get(row as i64).narrow(0, 0, tokens).fill_(1.0);
    }
    no_grad(|| {
        let ours = network.encoder.forward(&ids, &types, &attention_bias(&mask, Kind::Float), false);
        let theirs = reference
            .forward_t(
                Some(&ids),
                Some(&mask.to_kind(Kind::Int64)),
                Some(&types),
                None,
                None,
                None,
                None,
                false,
            )
            .unwrap()
            .hidden_state;
        let tokens = mask.unsqueeze(-1);
        let difference = ((&ours - &theirs) * &tokens).abs().max().double_value(&[]);
        // Hidden states are of the order of 1; f32 sums in another order differ in the sixth digit.
        assert!(difference < 1e-5, "largest difference of a hidden state: {difference}");
    });
}

/// Compares the encoder in `folder` with the outputs that `mpnet/make_reference.py` wrote there.
fn equals_stored_outputs(folder: &Path) {
    let config = encoder_config(folder).unwrap();
    let mut weights = Weights::read(&folder.join("model.safetensors")).unwrap();
    let encoder =
        Encoder::load(&config, &mut weights, &mut |_, tensor| tensor.to_kind(Kind::Float), None).unwrap();
    let stored = read_tensors(&folder.join("reference.safetensors")).unwrap();
    let (ids, mask, theirs) = (&stored["ids"], &stored["mask"], &stored["hidden"]);
    let types = ids.zeros_like();
    let ours = no_grad(|| encoder.forward(ids, &types, &attention_bias(mask, Kind::Float), false));
    let difference = ((ours - theirs) * mask.unsqueeze(-1)).abs().max().double_value(&[]);
    assert!(difference < 1e-4, "largest difference of a hidden state: {difference}");
    eprintln!("{}: largest difference {difference:.1e}", folder.display());
}

#[test]
fn mpnet_equals_its_authors_implementation() {
    equals_stored_outputs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mpnet"));
}

#[test]
#[ignore = "needs the base of the accurate model, and its outputs by mpnet/make_reference.py"]
fn mpnet_equals_its_authors_implementation_with_the_real_weights() {
    let folder = std::env::var("DETENTE_MPNET").expect("DETENTE_MPNET names the folder");
    equals_stored_outputs(Path::new(&folder));
}

/// Largest difference of a probability between batches, workers and a sentence alone: rounding of f32 sums.
const TOLERANCE: f32 = 1e-4;

#[test]
fn a_score_is_the_same_alone_in_any_batch_and_with_any_number_of_workers() {
    let folder = ModelFolder::open(&folder()).unwrap();
    let queries = queries();
    let mut alone =
        Model { encoder: folder.query_encoder().unwrap(), scorer: folder.load(Precision::F32).unwrap() };
    let expected = alone.score(&queries).unwrap();
    for (workers, batch_tokens) in [(1, 100_000), (1, 256), (2, 1536), (3, 700)] {
        let pool = Workers::start(&alone.scorer, workers, batch_tokens).unwrap();
        let encoded = queries.iter().map(|query| EncodedQuery::new(query, &alone.encoder).unwrap()).collect();
        let found = pool.score(encoded).unwrap();
        for ((query, a), b) in queries.iter().zip(&expected).zip(&found) {
            assert_eq!(a.candidates.len(), query.candidates.len());
            for (a, b) in a.candidates.iter().zip(&b.candidates) {
                for (p, q) in a.stance.iter().zip(&b.stance) {
                    assert!(
                        (p - q).abs() < TOLERANCE,
                        "{workers} workers, {batch_tokens} tokens: {p} and {q}"
                    );
                }
                assert!((a.stance.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
            assert!(a.tone.iter().zip(&b.tone).all(|(p, q)| (p - q).abs() < TOLERANCE));
        }
    }
}

#[test]
fn padding_changes_nothing() {
    let folder = ModelFolder::open(&folder()).unwrap();
    let encoder = folder.query_encoder().unwrap();
    let network = folder.network(Kind::Float).unwrap();
    let inputs: Vec<Encoded> = queries().iter().flat_map(|query| encoder.encode(query).unwrap()).collect();
    let longest = inputs.iter().max_by_key(|input| input.ids.len()).unwrap();
    for input in inputs.iter().take(5) {
        let alone = network.scores(&[input]);
        let beside_a_long_one = network.scores(&[longest, input]);
        let (a, b) = (&alone[0], &beside_a_long_one[1]);
        assert!(a.tone.iter().zip(&b.tone).all(|(p, q)| (p - q).abs() < TOLERANCE));
        for ((_, a), (_, b)) in a.candidates.iter().zip(&b.candidates) {
            assert!(a.stance.iter().zip(&b.stance).all(|(p, q)| (p - q).abs() < TOLERANCE));
        }
    }
}

#[test]
fn a_damaged_model_is_refused_with_the_file_and_the_reason() {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    assert!(ModelFolder::open(copy.path()).is_ok());
    let weights = copy.path().join("model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    let message = format!("{:#}", ModelFolder::open(copy.path()).unwrap_err());
    assert!(message.contains("model.safetensors") && message.contains("SHA-256"), "{message}");
}

/// The encoder of a model in integers, where the processor can.
fn in_integers(folder: &ModelFolder) -> Option<Scorer> {
    detente_engine::integers::available().then(|| folder.load(Precision::Int8).unwrap())
}

#[test]
fn in_integers_a_score_is_the_same_to_the_last_bit_in_any_batch_and_with_any_number_of_workers() {
    let folder = ModelFolder::open(&folder()).unwrap();
    let Some(scorer) = in_integers(&folder) else { return };
    let queries = queries();
    let mut alone = Model { encoder: folder.query_encoder().unwrap(), scorer };
    let expected = alone.score(&queries).unwrap();
    for (workers, batch_tokens) in [(1, 100_000), (1, 64), (2, 512), (3, 700)] {
        let pool = Workers::start(&alone.scorer, workers, batch_tokens).unwrap();
        let encoded = queries.iter().map(|query| EncodedQuery::new(query, &alone.encoder).unwrap()).collect();
        assert_eq!(pool.score(encoded).unwrap(), expected, "{workers} workers, {batch_tokens} tokens");
    }
}

#[test]
fn in_integers_scores_stay_close_to_those_in_f32() {
    let folder = ModelFolder::open(&folder()).unwrap();
    let Some(scorer) = in_integers(&folder) else { return };
    let mut integers = Model { encoder: folder.query_encoder().unwrap(), scorer };
    let mut floats =
        Model { encoder: folder.query_encoder().unwrap(), scorer: folder.load(Precision::F32).unwrap() };
    let queries = queries();
    let (found, right) = (integers.score(&queries).unwrap(), floats.score(&queries).unwrap());
    let (mut sum, mut n, mut largest) = (0.0, 0, 0.0f32);
    for (a, b) in found.iter().zip(&right) {
        for (a, b) in a.candidates.iter().zip(&b.candidates) {
            for (p, q) in a
                .stance
                .iter()
                .chain(&a.mode)
                .chain(&a.basis)
                .zip(b.stance.iter().chain(&b.mode).chain(&b.basis))
            {
                let difference = (p - q).abs();
                (sum, n, largest) = (sum + f64::from(difference), n + 1, largest.max(difference));
            }
        }
    }
    assert!(n > 100);
    assert!(sum / f64::from(n) < 0.01 && largest < 0.12, "mean {}, largest {largest}", sum / f64::from(n));
}

#[cfg(target_arch = "x86_64")]
/// A small encoder of either architecture with weights of a size that training gives, written to a file and read again.
fn small_encoder(mpnet: bool, file: &Path) -> Encoder {
    let config = serde_json::json!({
        "model_type": if mpnet { "mpnet" } else { "bert" }, "hidden_size": 64, "intermediate_size": 192,
        "num_attention_heads": 4, "num_hidden_layers": 3, "max_position_embeddings": 90, "vocab_size": 50,
        "type_vocab_size": if mpnet { 0 } else { 2 }, "relative_attention_num_buckets": if mpnet { 32 } else { 0 },
        "layer_norm_eps": 1e-12, "hidden_act": "gelu"
    });
    let config: EncoderConfig = serde_json::from_value(config).unwrap();
    let mut tensors = std::collections::BTreeMap::new();
    let mut add = |name: &str, shape: &[i64]| {
        let wave = Tensor::arange(shape.iter().product::<i64>(), (Kind::Float, Device::Cpu));
        let tensor = ((wave * 12.9898 + tensors.len() as f64).sin() * 43758.5453).frac() * 0.25;
        let tensor = if name.ends_with("Norm.weight") { tensor + 1.0 } else { tensor };
        tensors.insert(name.to_owned(), tensor.view(shape));
    };
    add("embeddings.word_embeddings.weight", &[50, 64]);
    add("embeddings.position_embeddings.weight", &[90, 64]);
    if mpnet {
        add("encoder.relative_attention_bias.weight", &[32, 4]);
    } else {
        add("embeddings.token_type_embeddings.weight", &[2, 64]);
    }
    let mut layer = |name: &str, out: i64, input: Option<i64>| {
        add(&format!("{name}.weight"), &input.map_or(vec![out], |input| vec![out, input]));
        add(&format!("{name}.bias"), &[out]);
    };
    layer("embeddings.LayerNorm", 64, None);
    let (attention, output, norm) = if mpnet {
        (
            ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
            "attention.attn.o",
            "attention.LayerNorm",
        )
    } else {
        (
            ["attention.self.query", "attention.self.key", "attention.self.value"],
            "attention.output.dense",
            "attention.output.LayerNorm",
        )
    };
    for index in 0..3 {
        let at = |part: &str| format!("encoder.layer.{index}.{part}");
        for part in attention.iter().chain([&output]) {
            layer(&at(part), 64, Some(64));
        }
        layer(&at("intermediate.dense"), 192, Some(64));
        layer(&at("output.dense"), 64, Some(192));
        layer(&at(norm), 64, None);
        layer(&at("output.LayerNorm"), 64, None);
    }
    write_tensors(file, &tensors).unwrap();
    let mut weights = Weights::read(file).unwrap();
    Encoder::load(&config, &mut weights, &mut |_, tensor| tensor.to_kind(Kind::Float), None).unwrap()
}

#[cfg(target_arch = "x86_64")]
#[test]
fn in_integers_hidden_states_stay_close_for_both_architectures() {
    use detente_engine::int8::{IntegerEncoder, Scratch, Sequence};
    if !detente_engine::integers::available() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for mpnet in [false, true] {
        let encoder = small_encoder(mpnet, &folder.path().join("small.safetensors"));
        let integers = IntegerEncoder::new(&encoder).unwrap();
        let rows: Vec<Vec<i64>> =
            [1, 7, 40, 80].iter().map(|&n| (0..n).map(|i| (i * 31 + n) % 50).collect()).collect();
        let all: Vec<Vec<u32>> = rows.iter().map(|ids| (0..ids.len() as u32).collect()).collect();
        let sequences: Vec<Sequence<'_>> =
            rows.iter().zip(&all).map(|(ids, wanted)| Sequence { ids, second_part: 3, wanted }).collect();
        let found = integers.forward(&sequences, &mut Scratch::default());
        let mut found = found.chunks(64);
        for (ids, wanted) in rows.iter().zip(&all) {
            let n = ids.len() as i64;
            let tensor = Tensor::from_slice(ids).view([1, n]);
            let types =
                Tensor::from_slice(&(0..n).map(|i| i64::from(i >= 3)).collect::<Vec<_>>()).view([1, n]);
            let mask = Tensor::ones([1, n], (Kind::Float, Device::Cpu));
            let right =
                no_grad(|| encoder.forward(&tensor, &types, &attention_bias(&mask, Kind::Float), false));
            let right: Vec<f32> = Vec::try_from(right.reshape([-1])).unwrap();
            let found: Vec<f32> = found.by_ref().take(ids.len()).flatten().copied().collect();
            let error = |a: &[f32], b: &[f32]| {
                let squares: f32 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
                (squares / b.iter().map(|b| b * b).sum::<f32>()).sqrt()
            };
            assert!(error(&found, &right) < 0.06, "mpnet {mpnet}, {n} tokens: {}", error(&found, &right));
            // Some of the tokens only: the same numbers.
            let some: Vec<u32> = wanted.iter().copied().filter(|token| token % 3 == 0).collect();
            let only =
                integers.forward(&[Sequence { ids, second_part: 3, wanted: &some }], &mut Scratch::default());
            for (token, row) in some.iter().zip(only.chunks(64)) {
                assert_eq!(row, &found[*token as usize * 64..][..64]);
            }
        }
    }
}
