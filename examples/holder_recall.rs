//! Prints holder recall of the attribution on a label file:
//! `cargo run --example holder_recall -- LABELS.jsonl [MISSES]` also lists that many misses.

use std::path::Path;

use anyhow::Context;
use detente::evaluate::{holders, labels};
use detente::registry::Registry;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().context("which label file?")?;
    let shown = arguments.next().map(|n| n.parse::<usize>()).transpose().context("how many misses?")?;
    let labels = labels::read_labels(Path::new(&path))?;
    let recall = holders::holder_recall(&labels, Registry::builtin());
    print!("{recall}");
    for miss in recall.misses.iter().take(shown.unwrap_or(0)) {
        println!("\n{:?}: {} <{}>", miss.kind, miss.actor, miss.mention);
        println!("  title: {}\n  before: {}\n  sentence: {}", miss.title, miss.previous, miss.sentence);
        println!("  candidates: {}", miss.candidates);
    }
    Ok(())
}
