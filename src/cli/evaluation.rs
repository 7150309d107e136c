//! The halves of `detente eval` that need no network: sentence boundaries and candidate holders.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::args::{Common, EvalArgs, EvalKind};
use super::exit::{Failure, Outcome};
use super::verbs::{print, registry};
use crate::evaluate::boundaries::{score_conllu, score_rules};
use crate::evaluate::holders::holder_recall;
use crate::evaluate::labels::read_labels;

/// Refuses to record what is not measured of stance.
pub fn check_record(args: &EvalArgs) -> Result<(), Failure> {
    if args.record && args.kind() != EvalKind::Stance {
        return Err(Failure::usage(anyhow::anyhow!(
            "--record keeps figures of stance; these labels are of another kind"
        )));
    }
    Ok(())
}

/// Measures boundaries or candidates against labels.
pub fn run(args: &EvalArgs, common: &Common) -> Outcome {
    check_record(args)?;
    let (table, figures) = match args.kind() {
        EvalKind::Boundaries => boundaries(&args.labels, args.show).map_err(Failure::usage)?,
        _ => holders(args, common)?,
    };
    print(&if args.json { format!("{figures}\n") } else { table })?;
    Ok(0)
}

fn boundaries(paths: &[PathBuf], show: usize) -> Result<(String, Value)> {
    let (rules, documents): (Vec<&PathBuf>, Vec<&PathBuf>) =
        paths.iter().partition(|path| path.extension().is_some_and(|ending| ending == "json"));
    let (mut table, mut figures) = (String::new(), json!({}));
    if !documents.is_empty() {
        let score = score_conllu(&documents)?;
        table.push_str(&format!(
            "documents        {}\nsentences        {}\nboundaries       precision {:.4}, recall {:.4}, F1 {:.4}\nwhole sentences  F1 {:.4}\n",
            score.documents, score.gold, score.precision(), score.recall(), score.f1(), score.span_f1()
        ));
        figures["boundaries"] = json!({
            "documents": score.documents, "sentences": score.gold, "precision": score.precision(),
            "recall": score.recall(), "f1": score.f1(), "span_f1": score.span_f1(),
        });
        for error in score.errors.iter().take(show) {
            eprintln!("{:?} in {}: {}", error.kind, error.document, error.context);
        }
    }
    for path in rules {
        let score = score_rules(path).with_context(|| path.display().to_string())?;
        table.push_str(&format!("golden rules     {} of {} passed\n", score.passed, score.rules));
        figures["rules"] = json!({"passed": score.passed, "rules": score.rules});
        for failure in score.failures.iter().take(show) {
            eprintln!("rule {}: expected {:?}, found {:?}", failure.number, failure.expected, failure.found);
        }
    }
    Ok((table, figures))
}

fn holders(args: &EvalArgs, common: &Common) -> Result<(String, Value), Failure> {
    let registry = registry(common.actors.as_deref())?;
    let mut labels = Vec::new();
    for path in &args.labels {
        labels.extend(read_labels(path).map_err(Failure::usage)?);
    }
    let recall = holder_recall(&labels, registry);
    for miss in recall.misses.iter().take(args.show) {
        eprintln!(
            "{}: missed {} <{}>: {}\n    candidates: {}",
            miss.id, miss.actor, miss.mention, miss.sentence, miss.candidates
        );
    }
    let figures = json!({
        "sentences": recall.sentences, "candidates": recall.candidates, "actors": recall.actors,
        "holder_recall": recall.holders.value(), "mention_recall": recall.mentions.value(),
    });
    Ok((recall.to_string(), figures))
}
