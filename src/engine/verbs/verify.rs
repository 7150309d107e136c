//! `detente verify --rescore N`: stored scores against the same model run again.

use anyhow::{Result, anyhow};
use detente::cli::args::{Common, ModelArgs, PrecisionChoice, VerifyArgs};
use detente::cli::exit::{FAULT, Failure, Outcome};
use detente::cli::verbs;
use detente::store::{Filter, ScoredArticle, Store};

use super::Ready;
use crate::prepare::Prepared;

/// Largest difference of a probability that counts as the same: far above what another batch shape does to an f32
/// score, far below what changes a stance. bf16 rounds to three decimal digits at every step; in integers batches do not matter.
fn tolerance(precision: &str) -> f32 {
    match precision {
        "int8" => 1e-6,
        "f32" => 1e-3,
        _ => 0.05,
    }
}

pub fn run(args: &VerifyArgs, common: &Common) -> Outcome {
    let code = verbs::verify(args, common)?;
    if args.rescore == 0 || code != 0 {
        return Ok(code);
    }
    let registry = super::registry(common.actors.as_deref())?;
    let store = Store::open_read_only(&common.store)?;
    let selection = store.select(&Filter { include_none: true, ..Filter::default() })?;
    let stored_with = selection.configuration();
    // The arithmetic of the stored scores, not what is fastest here.
    let precision = match (args.model.precision, stored_with.precision.as_str()) {
        (PrecisionChoice::Auto, "f32") => PrecisionChoice::F32,
        (PrecisionChoice::Auto, "bf16") => PrecisionChoice::Bf16,
        (PrecisionChoice::Auto, "int8") => PrecisionChoice::Int8,
        (chosen, _) => chosen,
    };
    if precision == PrecisionChoice::Int8 && !crate::integers::available() {
        return Err(Failure::usage(anyhow!(
            "the stored scores were made in int8; they can be repeated on a processor with AVX-512 VNNI only, which this one is not"
        )));
    }
    let ready =
        Ready::open(&ModelArgs { model: args.model.model.clone(), precision, workers: args.model.workers })?;
    let now = ready.configuration(registry);
    if stored_with.digest() != now.digest() {
        return Err(Failure::usage(anyhow!(
            "the stored scores come from {} with {}, precision {}; this is {} with {}, precision {}: choose the same \
             with --model, --precision and --actors",
            stored_with.model_label(),
            stored_with.canonical_settings(),
            stored_with.precision,
            now.model_label(),
            now.canonical_settings(),
            now.precision,
        )));
    }
    let encoder = ready.folder.query_encoder()?;
    let workers = ready.start_workers()?;
    let (mut checked, mut largest, mut moved) = (0, 0f32, 0);
    // Evenly over the store, so that a few articles stand for all of it.
    let total = selection.articles().len();
    for position in (0..total).step_by((total / args.rescore.max(1)).max(1)).take(args.rescore) {
        let stored = selection.scored_article(position)?;
        let prepared = Prepared::new(stored.article.clone(), registry);
        let scores = prepared.score(&encoder, &workers)?;
        let again = prepared.decide(scores, &ready.folder.manifest.decision);
        let (difference, stances) = compare(&stored, &again)?;
        largest = largest.max(difference);
        moved += stances;
        checked += 1;
    }
    verbs::print(&format!(
        "{checked} articles scored again: largest difference of a probability {largest:.6}, {moved} stances differ\n"
    ))?;
    Ok(if moved > 0 || largest > tolerance(&now.precision) { FAULT } else { 0 })
}

/// Largest difference of a stance probability, and how many stances differ.
fn compare(stored: &ScoredArticle, again: &ScoredArticle) -> Result<(f32, usize)> {
    let statements = |article: &ScoredArticle| {
        article.sentences.iter().flat_map(|sentence| sentence.statements.clone()).collect::<Vec<_>>()
    };
    let (stored_statements, again) = (statements(stored), statements(again));
    if stored_statements.len() != again.len() {
        return Err(anyhow!(
            "article '{}': {} statements stored, {} now",
            stored.article.id,
            stored_statements.len(),
            again.len()
        ));
    }
    let mut largest = 0f32;
    let mut moved = 0;
    for (a, b) in stored_statements.iter().zip(&again) {
        moved += usize::from(a.stance != b.stance || a.candidate.holder != b.candidate.holder);
        for (p, q) in a.scores.stance.iter().zip(&b.scores.stance) {
            largest = largest.max((p - q).abs());
        }
    }
    Ok((largest, moved))
}
