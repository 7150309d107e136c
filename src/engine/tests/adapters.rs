//! Adapters: a network that runs with them and one whose weights they were merged into say the same.

use std::collections::BTreeMap;

use detente_engine::encode::Encoded;
use detente_engine::encoder::EncoderConfig;
use detente_engine::layers::Weights;
use detente_engine::model::{Network, merge_weights, write_tensors};
use tch::{Device, Kind, Tensor, no_grad};

/// Vocabulary entries that stand for the two markers.
const MARKERS: [i64; 2] = [5, 6];

fn config(kind: &str) -> EncoderConfig {
    let own =
        if kind == "bert" { r#""type_vocab_size": 2"# } else { r#""relative_attention_num_buckets": 32"# };
    let json = format!(
        r#"{{"model_type": "{kind}", "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 4,
            "num_hidden_layers": 2, "max_position_embeddings": 40, "vocab_size": 50, "layer_norm_eps": 1e-5,
            "hidden_act": "gelu", {own}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn random(shape: &[i64]) -> Tensor {
    // Rounded to f16, as files hold it.
    (Tensor::randn(shape, (Kind::Float, Device::Cpu)) * 0.2).to_kind(Kind::Half).to_kind(Kind::Float)
}

/// Base weights in Hugging Face's names.
fn base(kind: &str) -> BTreeMap<String, Tensor> {
    let (qkv, out, norm): ([&str; 3], &str, &str) = if kind == "bert" {
        (
            ["attention.self.query", "attention.self.key", "attention.self.value"],
            "attention.output.dense",
            "attention.output.LayerNorm",
        )
    } else {
        (
            ["attention.attn.q", "attention.attn.k", "attention.attn.v"],
            "attention.attn.o",
            "attention.LayerNorm",
        )
    };
    let mut tensors = BTreeMap::new();
    let mut add = |name: String, shape: &[i64]| {
        tensors.insert(name, random(shape));
    };
    add("embeddings.word_embeddings.weight".into(), &[50, 32]);
    add("embeddings.position_embeddings.weight".into(), &[40, 32]);
    if kind == "bert" {
        add("embeddings.token_type_embeddings.weight".into(), &[2, 32]);
    } else {
        add("encoder.relative_attention_bias.weight".into(), &[32, 4]);
    }
    let mut layers = vec![("embeddings.LayerNorm".to_owned(), 32, 0)];
    for layer in 0..2 {
        let at = |part: &str| format!("encoder.layer.{layer}.{part}");
        layers.extend(qkv.map(|part| (at(part), 32, 32)));
        layers.extend([(at(out), 32, 32), (at(norm), 32, 0)]);
        layers.extend([
            (at("intermediate.dense"), 64, 32),
            (at("output.dense"), 32, 64),
            (at("output.LayerNorm"), 32, 0),
        ]);
    }
    for (name, out, input) in layers {
        add(format!("{name}.bias"), &[out]);
        if input == 0 {
            add(format!("{name}.weight"), &[out])
        } else {
            add(format!("{name}.weight"), &[out, input])
        }
    }
    tensors
}

fn stance(network: &Network) -> Tensor {
    let ids: Vec<i64> = vec![1, 9, 12, 2, MARKERS[0], 20, MARKERS[1], 21, 22, 30, 2];
    let input = Encoded { ids, second_part: 4, markers: vec![(0, 4)] };
    no_grad(|| network.logits(&[&input], false).stance)
}

fn difference(a: &Tensor, b: &Tensor) -> f64 {
    (a - b).abs().max().double_value(&[])
}

#[test]
fn a_merged_network_equals_the_one_with_adapters() {
    for kind in ["bert", "mpnet"] {
        tch::manual_seed(7);
        let config = config(kind);
        let folder = tempfile::tempdir().unwrap();
        let (base_path, merged_path) =
            (folder.path().join("base.safetensors"), folder.path().join("merged.safetensors"));
        let mut whole = base(kind);
        write_tensors(&base_path, &whole).unwrap();

        // As a training leaves it: adapters, markers and heads of any value.
        let mut learnt = BTreeMap::new();
        let mut weights = Weights::read(&base_path).unwrap().with_adapters(3);
        let adapted = Network::build(
            &config,
            &mut weights,
            &mut |name, tensor| {
                let learns =
                    name.contains(".adapter.") || name.starts_with("heads.") || name.contains("markers");
                if !learns {
                    return tensor.to_kind(Kind::Float);
                }
                let value = random(&tensor.size());
                learnt.insert(name.to_owned(), value.shallow_clone());
                value
            },
            Some(MARKERS),
        )
        .unwrap();
        merge_weights(&base_path, &learnt, &config, MARKERS, &merged_path).unwrap();
        let load = |path: &std::path::Path| {
            let mut weights = Weights::read(path).unwrap();
            Network::build(&config, &mut weights, &mut |_, tensor| tensor.to_kind(Kind::Float), None).unwrap()
        };
        let merged = load(&merged_path);
        let found = difference(&stance(&adapted), &stance(&merged));
        // The merged weights are rounded to f16: ten bits.
        assert!(found < 1e-2, "{kind}: {found}");

        // And the adapters matter.
        whole.extend(
            learnt
                .iter()
                .filter(|(name, _)| name.starts_with("heads."))
                .map(|(n, t)| (n.clone(), t.shallow_clone())),
        );
        write_tensors(&base_path, &whole).unwrap();
        let without = difference(&stance(&adapted), &stance(&load(&base_path)));
        assert!(
            without > 10.0 * found && without > 0.05,
            "{kind}: {without} without adapters, {found} merged"
        );

        // The same bits every time.
        let again = folder.path().join("again.safetensors");
        let mut plain = base_path.clone();
        plain.set_file_name("plain.safetensors");
        tch::manual_seed(7);
        write_tensors(&plain, &base(kind)).unwrap();
        merge_weights(&plain, &learnt, &config, MARKERS, &again).unwrap();
        assert!(std::fs::read(&merged_path).unwrap() == std::fs::read(&again).unwrap(), "{kind}: other bits");
    }
}

#[test]
fn adapters_of_another_base_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, out) = (folder.path().join("base.safetensors"), folder.path().join("out.safetensors"));
    write_tensors(&path, &base("mpnet")).unwrap();
    let learnt: BTreeMap<String, Tensor> = [
        ("encoder.layer.7.output.dense.adapter.down".to_owned(), random(&[3, 64])),
        ("encoder.layer.7.output.dense.adapter.up".to_owned(), random(&[32, 3])),
    ]
    .into();
    let error = merge_weights(&path, &learnt, &config("mpnet"), MARKERS, &out).unwrap_err();
    let message = format!("{error:#}");
    assert!(
        message.contains("base.safetensors") && message.contains("encoder.layer.7.output.dense.weight"),
        "{message}"
    );
}
