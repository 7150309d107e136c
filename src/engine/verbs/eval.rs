//! `detente eval`, the kinds that need the network: stance and target sentiment.

use std::path::PathBuf;

use anyhow::Result;
use detente::aggregate::bootstrap::Interval;
use detente::classify::{CandidateMark, Query, SentenceScores};
use detente::cli::args::{Common, EvalArgs, EvalKind};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{evaluation, verbs};
use detente::decide::argmax;
use detente::evaluate::Quality;
use detente::evaluate::given::GivenFigures;
use detente::evaluate::holders::holder_recall;
use detente::evaluate::interval::{by_document, intervals, total};
use detente::evaluate::labels::{LabelledSentence, read_labels};
use detente::evaluate::sentiment::{LabelledTarget, SentimentFigures, read_news_mtsc};
use detente::evaluate::stance::{Found, StanceFigures, stance_figures};
use detente::registry::Registry;
use detente::report::build::round;
use detente::statement::{Stance, Tone};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Ready;
use crate::encode::QueryEncoder;
use crate::prepare::Prepared;
use crate::train::examples::{Prepared as Labelled, UNKNOWN, prepare};
use crate::workers::{EncodedQuery, Workers};

pub fn run(args: &EvalArgs, common: &Common) -> Outcome {
    evaluation::check_record(args)?;
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
        let (table, figures, quality) = measure.stance(&labels, registry, &ready, args.show)?;
        if args.record {
            let mut manifest = ready.folder.manifest.clone();
            manifest.quality = Some(Quality { labels: named(&args.labels), ..quality });
            manifest.write(&ready.folder.path)?;
        }
        (table, figures)
    };
    figures["model"] = json!(ready.folder.manifest.name);
    figures["model_digest"] = json!(ready.folder.digest);
    figures["arithmetic"] = json!(ready.precision.as_str());
    verbs::print(&if args.json { format!("{figures}\n") } else { table })?;
    Ok(0)
}

/// Names of the labelled files.
fn named(labels: &[PathBuf]) -> String {
    let names = labels.iter().filter_map(|path| Some(path.file_name()?.to_string_lossy()));
    names.collect::<Vec<_>>().join(", ")
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
    ) -> Result<(String, Value, Quality)> {
        let found = self.end_to_end(labels, registry, ready)?;
        let each: Vec<StanceFigures> = labels
            .iter()
            .zip(&found)
            .map(|(label, found)| stance_figures(std::slice::from_ref(label), std::slice::from_ref(found)))
            .collect();
        let wrong = |figures: &StanceFigures| figures.all.false_alarms + figures.all.misses > 0;
        let errors = labels.iter().zip(&found).zip(&each).filter(|(_, figures)| wrong(figures));
        for ((label, found), _) in errors.take(show) {
            show_error(label, found);
        }
        let documents = || labels.iter().map(|label| label.doc.as_str());
        let whole_by_document = by_document(documents().zip(each));
        let whole = total(&whole_by_document);
        let given_by_document = by_document(documents().zip(self.given(labels, registry, ready)?));
        let given = total(&given_by_document);
        let among = holder_recall(labels, registry).holders;

        let [f1, chosen] = intervals(&whole_by_document, |f| [f.all.f1(), f.holder_recall()]);
        let [macro_f1, calibration, tone] =
            intervals(&given_by_document, |f| [f.macro_f1(), f.calibration.error(), f.tone_accuracy()]);
        let mut table = format!("sentences                    {}\n", whole.sentences);
        table.push_str(&format!("labelled holders             {}\n", whole.labelled));
        let mut line = |name: &str, value: f64, interval: Option<Interval>| {
            table.push_str(&format!("{name:<28} {value:.4}"));
            if let Some(Interval { low, high }) = interval {
                table.push_str(&format!("  [{low:.3}, {high:.3}]"));
            }
            table.push('\n');
        };
        line("end to end, F1", whole.all.f1(), Some(f1));
        line("  precision", whole.all.precision(), None);
        line("  recall", whole.all.recall(), None);
        line("holder among the candidates", among.value(), None);
        line("holder chosen", whole.holder_recall(), Some(chosen));
        line("stance right, holder chosen", whole.stance_accuracy(), None);
        line("given the holder, macro F1", given.macro_f1(), Some(macro_f1));
        line("calibration error, 15 bins", given.calibration.error(), Some(calibration));
        line("tone of the sentence, right", given.tone_accuracy(), Some(tone));
        table.push_str("95% intervals: bootstrap over documents\n");
        table.push_str("\nlabelled as   F1 end to end  F1 given holder\n");
        for ((stance, whole), given) in Stance::ALL.iter().zip(&whole.by_stance).zip(given.by_stance()) {
            table.push_str(&format!("{stance:<13} {:>13.4}  {:>15.4}\n", whole.f1(), given.f1()));
        }
        table.push_str(
            "\ndecided, given the candidate:\nlabelled as    support  conditional  oppose    none\n",
        );
        for (row, stance) in given.confusion.iter().zip(Stance::ALL) {
            let [support, conditional, oppose, none] = row;
            table.push_str(&format!("{stance:<13} {support:>8} {conditional:>12} {oppose:>7} {none:>7}\n"));
        }
        let value = json!({
            "sentences": whole.sentences, "labelled": whole.labelled,
            "precision": whole.all.precision(), "recall": whole.all.recall(),
            "f1": whole.all.f1(), "f1_interval": f1,
            "holder_among_candidates": among.value(),
            "holder_recall": whole.holder_recall(), "holder_recall_interval": chosen,
            "stance_accuracy_given_holder": whole.stance_accuracy(),
            "given_holder_macro_f1": given.macro_f1(), "given_holder_macro_f1_interval": macro_f1,
            "calibration_error": given.calibration.error(), "calibration_error_interval": calibration,
            "sentence_tone_accuracy": given.tone_accuracy(), "sentence_tone_accuracy_interval": tone,
            "confusion": given.confusion,
        });
        let quality = Quality {
            labels: String::new(),
            sentences: whole.sentences,
            precision: ready.precision.as_str().to_owned(),
            f1: round(whole.all.f1()),
            f1_low: round(f1.low),
            f1_high: round(f1.high),
            stance_accuracy: round(whole.stance_accuracy()),
            calibration_error: round(given.calibration.error()),
        };
        Ok((table, value, quality))
    }

    /// Figures of each labelled sentence with its labelled holders marked, so that attribution cannot err.
    fn given(
        &self,
        labels: &[LabelledSentence],
        registry: &Registry,
        ready: &Ready,
    ) -> Result<Vec<GivenFigures>> {
        let prepared: Vec<_> = labels.par_iter().map(|label| prepare(label, registry)).collect();
        let queries: Vec<Query> = prepared.iter().map(|one| one.query.clone()).collect();
        let scores = self.score(&queries)?;
        let of_sentence = |((label, one), scores): ((&LabelledSentence, &Labelled), &SentenceScores)| {
            let right = argmax(&scores.tone) == label.tone.index();
            let mut figures =
                GivenFigures { sentences: 1, right_tones: usize::from(right), ..GivenFigures::default() };
            for (known, scores) in one.labels.iter().zip(&scores.candidates) {
                if known.stance != UNKNOWN {
                    let gold = known.stance as usize;
                    let decided = ready.folder.manifest.decision.stance(scores.stance).index();
                    figures.confusion[gold][decided] += 1;
                    let likeliest = argmax(&scores.stance);
                    figures.calibration.add(scores.stance[likeliest], likeliest == gold);
                }
            }
            figures
        };
        Ok(labels.iter().zip(&prepared).zip(&scores).map(of_sentence).collect())
    }

    /// What a run would say about each labelled sentence.
    fn end_to_end(
        &self,
        labels: &[LabelledSentence],
        registry: &Registry,
        ready: &Ready,
    ) -> Result<Vec<Vec<Found>>> {
        let prepared: Vec<Prepared> = labels
            .par_iter()
            .map(|label| {
                let (article, start) = label.as_article();
                let mut prepared = Prepared::new(article, registry);
                prepared.drop_before(start);
                prepared
            })
            .collect();
        let queries: Vec<Query> = prepared.iter().flat_map(|one| one.queries.iter().cloned()).collect();
        let mut scores = self.score(&queries)?.into_iter();
        Ok(prepared
            .into_iter()
            .map(|one| {
                let of_article = scores.by_ref().take(one.sentences.len()).collect();
                let scored = one.decide(of_article, &ready.folder.manifest.decision);
                scored
                    .sentences
                    .into_iter()
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
        let mut each = Vec::new();
        let mut shown = 0;
        for (target, scores) in targets.iter().zip(&scores) {
            let (gold, found) = (target.tone.index(), argmax(&scores.candidates[0].tone));
            let mut figures = SentimentFigures::default();
            figures.confusion[gold][found] = 1;
            figures.calibration.add(scores.candidates[0].tone[found], gold == found);
            each.push(figures);
            if gold != found && shown < show {
                shown += 1;
                let mention = &target.sentence[target.mention.clone()];
                eprintln!("{mention}: {} for {}: {}", Tone::ALL[found], target.tone, target.sentence);
            }
        }
        // Targets of one sentence count together.
        let sentences = by_document(targets.iter().map(|target| target.sentence.as_str()).zip(each));
        let all = total(&sentences);
        let [macro_f1, accuracy] = intervals(&sentences, |f| [f.macro_f1(), f.accuracy()]);
        let mut table = format!("targets                      {}\n", targets.len());
        table.push_str(&format!(
            "macro F1                     {:.4}  [{:.3}, {:.3}]\naccuracy                     {:.4}  [{:.3}, {:.3}]\n",
            all.macro_f1(), macro_f1.low, macro_f1.high, all.accuracy(), accuracy.low, accuracy.high
        ));
        table.push_str(&format!("calibration error, 15 bins   {:.4}\n", all.calibration.error()));
        for (counts, tone) in all.by_tone().iter().zip(Tone::ALL) {
            table.push_str(&format!("F1 {tone}                       {:.4}\n", counts.f1()));
        }
        table.push_str("\nlabelled as        neg     neu     pos\n");
        for ([negative, neutral, positive], tone) in all.confusion.iter().zip(Tone::ALL) {
            table.push_str(&format!("{tone:<13} {negative:>8} {neutral:>7} {positive:>7}\n"));
        }
        let value = json!({
            "targets": targets.len(), "macro_f1": all.macro_f1(), "macro_f1_interval": macro_f1,
            "accuracy": all.accuracy(), "accuracy_interval": accuracy,
            "calibration_error": all.calibration.error(), "f1": all.by_tone().map(|counts| counts.f1()),
            "confusion": all.confusion,
        });
        Ok((table, value))
    }
}

fn show_error(label: &LabelledSentence, found: &[Found]) {
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
