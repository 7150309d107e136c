//! The network and what feeds it, over the sample corpus: `cargo bench -p detente-engine --bench network`. One thread; for speed by workers
//! and batches, and beside other engines, see `detente bench` and `scripts/bench-peers`.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use detente::ingest::Inputs;
use detente::registry::Registry;
use detente_engine::encode::{Encoded, QueryEncoder};
use detente_engine::model::{ModelFolder, Precision};
use detente_engine::prepare::Prepared;
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

static MODEL: LazyLock<ModelFolder> =
    LazyLock::new(|| ModelFolder::open(&root().join("models/fast")).expect("the default model"));

static ARTICLES: LazyLock<Vec<Prepared>> = LazyLock::new(|| {
    let articles = Inputs::resolve(&[root().join("data/sample/articles")]).read();
    articles
        .filter_map(Result::ok)
        .take(20)
        .map(|article| Prepared::new(article, Registry::builtin()))
        .collect()
});

fn encoder() -> QueryEncoder {
    MODEL.query_encoder().expect("its tokenizer")
}

fn inputs(encoder: &QueryEncoder) -> Vec<Encoded> {
    let encoded = ARTICLES.iter().flat_map(|article| article.encode(encoder).expect("queries"));
    encoded.flat_map(|query| query.windows).collect()
}

#[divan::bench]
fn tokenise(bencher: Bencher) {
    let encoder = encoder();
    let sentences: usize = ARTICLES.iter().map(|article| article.sentences.len()).sum();
    bencher.counter(ItemsCount::new(sentences)).bench_local(|| inputs(&encoder).len());
}

#[divan::bench(args = ["f32", "bf16", "int8"], sample_count = 5)]
fn score(bencher: Bencher, precision: &str) {
    let precision = match precision {
        "f32" => Precision::F32,
        "bf16" => Precision::Bf16,
        _ if !detente_engine::integers::available() => return,
        _ => Precision::Int8,
    };
    tch::set_num_threads(1);
    let scorer = MODEL.load(precision).expect("the weights");
    let inputs = inputs(&encoder());
    let refs: Vec<&Encoded> = inputs.iter().collect();
    let batches = detente_engine::batch::plan(&refs, scorer.batch_tokens());
    bencher.counter(ItemsCount::new(inputs.len())).bench_local(|| {
        for batch in &batches {
            let batch: Vec<&Encoded> = batch.iter().map(|&index| &inputs[index]).collect();
            scorer.scores(&batch);
        }
    });
}
