//! The stages before and after the network, over the sample corpus: `cargo bench --bench stages`.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use detente::article::Article;
use detente::attribute::attribute;
use detente::ingest::{Deduplicator, Inputs};
use detente::registry::Registry;
use detente::segment::segment;
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/articles")
}

fn read() -> Vec<Article> {
    Inputs::resolve(&[sample()]).read().filter_map(Result::ok).collect()
}

static ARTICLES: LazyLock<Vec<Article>> = LazyLock::new(read);
static BYTES: LazyLock<usize> = LazyLock::new(|| ARTICLES.iter().map(|article| article.text.len()).sum());

#[divan::bench]
fn ingest(bencher: Bencher) {
    bencher.counter(BytesCount::new(*BYTES)).bench(read);
}

#[divan::bench]
fn tell_copies(bencher: Bencher) {
    bencher.counter(BytesCount::new(*BYTES)).with_inputs(|| ARTICLES.clone()).bench_values(|articles| {
        let mut seen = Deduplicator::new();
        articles.into_iter().map(|mut article| seen.admit(&mut article)).collect::<Vec<_>>()
    });
}

#[divan::bench(name = "segment")]
fn sentences(bencher: Bencher) {
    bencher
        .counter(BytesCount::new(*BYTES))
        .bench(|| ARTICLES.iter().map(|article| segment(&article.text).len()).sum::<usize>());
}

#[divan::bench]
fn find_names(bencher: Bencher) {
    let registry = Registry::builtin();
    bencher
        .counter(BytesCount::new(*BYTES))
        .bench(|| ARTICLES.iter().map(|article| registry.matches(&article.text).len()).sum::<usize>());
}

#[divan::bench(name = "attribute")]
fn holders(bencher: Bencher) {
    let registry = Registry::builtin();
    let cut: Vec<_> = ARTICLES.iter().map(|article| segment(&article.text)).collect();
    bencher.counter(BytesCount::new(*BYTES)).bench(|| {
        ARTICLES.iter().zip(&cut).map(|(article, cut)| attribute(article, cut, registry).len()).sum::<usize>()
    });
}
