//! `detente eval`, the kinds that need the network: stance and target sentiment.

use anyhow::Result;
use detente::classify::{CandidateMark, Query, SentenceScores};
use detente::cli::args::{Common, EvalArgs, EvalKind};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{evaluation, verbs};
use detente::decide::argmax;
use detente::evaluate::calibration::calibration;
use detente::evaluate::labels::{LabelledSentence, read_labels};
use detente::evaluate::sentiment::{LabelledTarget, read_news_mtsc};
use detente::evaluate::stance::{Counts, Found, stance_figures};
use detente::registry::Registry;
use detente::statement::{Stance, Tone};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Ready;
use crate::encode::QueryEncoder;
use crate::prepare::Prepared;
use crate::train::examples::{UNKNOWN, prepare};
use crate::workers::{EncodedQuery, Workers};

/// Bins of the calibration error.
const BINS: usize = 15;

pub fn run(args: &EvalArgs, common: &Common) -> Outcome {
    if matches!(args.kind(), EvalKind::Boundaries | EvalKind::Holders) {
        return evaluation::run(args, common);
    }
    let registry = super::registry(common.actors.as_deref())?;
    let ready = Ready::open(&args.model)?;
    let measure = Measure { encoder: ready.folder.query_encoder()?, workers: ready.start_workers()? };
    let (table, mut figures) = if args.kind() == EvalKind::Sentiment {
        let mut targets = Vec::new();
        for path in &args.labels {
            targets.extend(read_news_mtsc(path).map_err(Failure::usage)?);
        }
        measure.sentiment(&targets, args.show)?
    } else {
        let mut labels = Vec::new();
        for path in &args.labels {
            labels.extend(read_labels(path).map_err(Failure::usage)?);
        }
        measure.stance(&labels, registry, &ready, args.show)?
    };
    figures["model"] = json!(ready.folder.manifest.name);
    figures["model_digest"] = json!(ready.folder.digest);
    figures["arithmetic"] = json!(ready.precision.as_str());
    verbs::print(&if args.json { format!("{figures}\n") } else { table })?;
    Ok(0)
}

struct Measure {
    encoder: QueryEncoder,
    workers: Workers,
}

impl Measure {
    fn score(&self, queries: &[Query]) -> Result<Vec<SentenceScores>> {
        let encoded =
            queries.iter().map(|query| EncodedQuery::new(query, &self.encoder)).collect::<Result<_>>()?;
        self.workers.score(encoded)
    }

    fn stance(
        &self,
        labels: &[LabelledSentence],
        registry: &Registry,
        ready: &Ready,
        show: usize,
    ) -> Result<(String, Value)> {
        let found = self.end_to_end(labels, registry, ready)?;
        let figures = stance_figures(labels, &found);
        for (label, found) in labels.iter().zip(&found) {
            show_errors(label, found, show);
        }

        // Given the holder: the labelled holders are marked, whatever attribution finds.
        let given: Vec<_> = labels.par_iter().map(|label| prepare(label, registry)).collect();
        let queries: Vec<Query> = given.iter().map(|one| one.query.clone()).collect();
        let scores = self.score(&queries)?;
        let mut by_stance = [Counts::default(); 3];
        let mut confusion = [[0usize; 4]; 4];
        let mut sure = Vec::new();
        let mut right_tones = 0;
        for ((label, one), scores) in labels.iter().zip(&given).zip(&scores) {
            right_tones += usize::from(argmax(&scores.tone) == label.tone.index());
            for (known, scores) in one.labels.iter().zip(&scores.candidates) {
                if known.stance == UNKNOWN {
                    continue;
                }
                let (gold, decided) =
                    (known.stance as usize, ready.folder.manifest.decision.stance(scores.stance).index());
                let likeliest = argmax(&scores.stance);
                sure.push((scores.stance[likeliest], likeliest == gold));
                confusion[gold][decided] += 1;
                let none = Stance::None.index();
                // Only sentences' labelled holders: whether the model keeps off the others is end to end's matter.
                if gold != none {
                    if decided == gold {
                        by_stance[gold].hits += 1;
                    } else {
                        by_stance[gold].misses += 1;
                        if decided != none {
                            by_stance[decided].false_alarms += 1;
                        }
                    }
                }
            }
        }
        let macro_f1 = by_stance.iter().map(Counts::f1).sum::<f64>() / 3.0;
        let calibration = calibration(&sure, BINS);
        let tone = right_tones as f64 / labels.len().max(1) as f64;

        let mut table = format!(
            "sentences                    {}\n\
             labelled holders             {}\n\
             end to end                   precision {:.4}, recall {:.4}, F1 {:.4}\n\
             holder recall                {:.4}\n\
             stance right, holder found   {:.4}\n\
             given the holder, macro F1   {macro_f1:.4}\n\
             calibration error, {BINS} bins   {:.4} ({} candidates)\n\
             tone of the sentence, right  {tone:.4}\n",
            figures.sentences,
            figures.labelled,
            figures.all.precision(),
            figures.all.recall(),
            figures.all.f1(),
            figures.holder_recall(),
            figures.stance_accuracy(),
            calibration.error,
            calibration.predictions,
        );
        table.push_str("\nlabelled as   F1 end to end  F1 given holder\n");
        for (index, stance) in Stance::ALL[..3].iter().enumerate() {
            let (whole, given) = (figures.by_stance[index].f1(), by_stance[index].f1());
            table.push_str(&format!("{stance:<13} {whole:>13.4}  {given:>15.4}\n"));
        }
        table.push_str(
            "\ndecided, given the candidate:\nlabelled as    support  conditional  oppose    none\n",
        );
        for (row, stance) in confusion.iter().zip(Stance::ALL) {
            let [support, conditional, oppose, none] = row;
            table.push_str(&format!("{stance:<13} {support:>8} {conditional:>12} {oppose:>7} {none:>7}\n"));
        }
        let value = json!({
            "sentences": figures.sentences, "labelled": figures.labelled,
            "precision": figures.all.precision(), "recall": figures.all.recall(), "f1": figures.all.f1(),
            "holder_recall": figures.holder_recall(), "stance_accuracy_given_holder": figures.stance_accuracy(),
            "given_holder_macro_f1": macro_f1, "calibration_error": calibration.error,
            "sentence_tone_accuracy": tone, "confusion": confusion,
        });
        Ok((table, value))
    }

    /// What a run would say about each labelled sentence.
    fn end_to_end(
        &self,
        labels: &[LabelledSentence],
        registry: &Registry,
        ready: &Ready,
    ) -> Result<Vec<Vec<Found>>> {
        let prepared: Vec<(Prepared, usize)> = labels
            .par_iter()
            .map(|label| {
                let (article, start) = label.as_article();
                (Prepared::new(article, registry), start)
            })
            .collect();
        let queries: Vec<Query> = prepared.iter().flat_map(|(one, _)| one.queries.iter().cloned()).collect();
        let mut scores = self.score(&queries)?.into_iter();
        Ok(prepared
            .into_iter()
            .map(|(one, start)| {
                let of_article = scores.by_ref().take(one.sentences.len()).collect();
                let scored = one.decide(of_article, &ready.folder.manifest.decision);
                scored
                    .sentences
                    .into_iter()
                    .filter(|sentence| sentence.sentence.span.end > start)
                    .flat_map(|sentence| sentence.statements)
                    .filter(|statement| statement.stance != Stance::None)
                    .map(|statement| Found {
                        actor: statement.candidate.holder.name,
                        stance: statement.stance,
                    })
                    .collect()
            })
            .collect())
    }

    fn sentiment(&self, targets: &[LabelledTarget], show: usize) -> Result<(String, Value)> {
        let queries: Vec<Query> = targets
            .iter()
            .map(|target| Query {
                context: String::new(),
                sentence: target.sentence.clone(),
                candidates: vec![CandidateMark::Mention(target.mention.clone())],
            })
            .collect();
        let scores = self.score(&queries)?;
        let mut by_tone = [Counts::default(); 3];
        let mut sure = Vec::new();
        let mut shown = 0;
        for (target, scores) in targets.iter().zip(&scores) {
            let (gold, found) = (target.tone.index(), argmax(&scores.candidates[0].tone));
            sure.push((scores.candidates[0].tone[found], gold == found));
            if gold == found {
                by_tone[gold].hits += 1;
            } else {
                by_tone[gold].misses += 1;
                by_tone[found].false_alarms += 1;
                if shown < show {
                    shown += 1;
                    let mention = &target.sentence[target.mention.clone()];
                    eprintln!("{mention}: {} for {}: {}", Tone::ALL[found], target.tone, target.sentence);
                }
            }
        }
        let macro_f1 = by_tone.iter().map(Counts::f1).sum::<f64>() / 3.0;
        let hits: usize = by_tone.iter().map(|counts| counts.hits).sum();
        let accuracy = hits as f64 / targets.len().max(1) as f64;
        let calibration = calibration(&sure, BINS);
        let mut table = format!(
            "targets                      {}\nmacro F1                     {macro_f1:.4}\naccuracy                     {accuracy:.4}\ncalibration error, {BINS} bins   {:.4}\n",
            targets.len(),
            calibration.error
        );
        for (counts, tone) in by_tone.iter().zip(Tone::ALL) {
            table.push_str(&format!("F1 {tone}                       {:.4}\n", counts.f1()));
        }
        let value = json!({
            "targets": targets.len(), "macro_f1": macro_f1, "accuracy": accuracy,
            "calibration_error": calibration.error, "f1": by_tone.map(|counts| counts.f1()),
        });
        Ok((table, value))
    }
}

fn show_errors(label: &LabelledSentence, found: &[Found], show: usize) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static SHOWN: AtomicUsize = AtomicUsize::new(0);
    let figures = stance_figures(std::slice::from_ref(label), std::slice::from_ref(&found.to_vec()));
    if figures.all.false_alarms + figures.all.misses == 0 || SHOWN.fetch_add(1, Ordering::Relaxed) >= show {
        return;
    }
    let list = |pairs: Vec<(&str, Stance)>| {
        pairs.iter().map(|(actor, stance)| format!("{actor}: {stance}")).collect::<Vec<_>>().join("; ")
    };
    eprintln!(
        "{}: {}\n    labelled {}\n    found    {}",
        label.id,
        label.sentence,
        list(label.holders.iter().map(|holder| (holder.actor.as_str(), holder.stance)).collect()),
        list(found.iter().map(|one| (one.actor.as_str(), one.stance)).collect()),
    );
}
