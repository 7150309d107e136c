//! `detente bench`: how fast the encoder runs here, by precision, workers and batches, beside what the processor's matrix product reaches.
//!
//! Each sentence, with its start and end token, goes through the whole encoder, as other engines run it in `scripts/bench-peers`; with
//! `--articles`, queries go through the network as `score` sends them. Floating-point operations are those of the encoder's matrix products and attention, without padding; an
//! 8-bit operation counts as one of them.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use detente::cli::args::{BenchArgs, Common, PrecisionChoice};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{models, verbs};
use detente::ingest::{Deduplicator, Inputs, Verdict};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;
use tch::{Kind, Tensor, no_grad};

use super::precision_of;
use crate::batch;
use crate::encode::Encoded;
use crate::encoder::EncoderConfig;
use crate::model::{ModelFolder, Precision, Scorer, encoder_config};
use crate::prepare::Prepared;
use crate::workers::{EncodedQuery, Workers};

/// Everything measured.
#[derive(Debug, Serialize)]
struct Measured {
    model: String,
    sentences: usize,
    tokens: usize,
    /// Floating-point operations of one pass over all sentences.
    operations: f64,
    /// 10^12 operations a second that a large bf16 matrix product reaches on all cores: the median of several.
    bf16_peak: f64,
    /// Best of so many passes.
    repeat: usize,
    rows: Vec<Row>,
    /// Highest memory of the process so far, in megabytes.
    peak_memory: Option<f64>,
}

/// One way to run the encoder.
#[derive(Debug, Clone, Serialize)]
struct Row {
    precision: &'static str,
    workers: usize,
    /// Tokens of a batch at most.
    batch_tokens: usize,
    /// From the files to the end of the first pass, in seconds; of the first row of a precision.
    cold_seconds: Option<f64>,
    sentences_per_second: f64,
    tokens_per_second: f64,
    /// 10^12 operations a second.
    teraops_per_second: f64,
    /// Of the bf16 peak.
    share_of_peak: f64,
}

pub fn run(args: &BenchArgs, common: &Common) -> Outcome {
    let path = models::find(&args.model).map_err(Failure::usage)?;
    if args.repeat == 0 || args.workers == Some(0) || args.batch_tokens.contains(&0) {
        return Err(Failure::usage(anyhow!("--repeat, --workers and --batch-tokens must be at least 1")));
    }
    let Some(sentences) = &args.sentences else { return of_articles(args, &path, common) };
    let text = std::fs::read_to_string(sentences)
        .with_context(|| format!("{}: cannot be read", sentences.display()))
        .map_err(Failure::usage)?;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err(Failure::usage(anyhow!("{}: no sentence; one a line", sentences.display())));
    }
    let config = encoder_config(&path)?;
    let longest = (config.max_position_embeddings - 2) as usize;
    if !(3..=longest).contains(&args.max_tokens) {
        return Err(Failure::usage(anyhow!("--max-tokens must be between 3 and {longest} for this model")));
    }
    let measured = measure(args, &path, &config, &lines)?;
    let shown =
        if args.json { serde_json::to_string(&measured).context("JSON")? + "\n" } else { table(&measured) };
    verbs::print(&shown)?;
    Ok(0)
}

/// The network alone over the queries of articles, in chunks as long as `score`'s.
fn of_articles(args: &BenchArgs, path: &Path, common: &Common) -> Outcome {
    const CHUNK: usize = 500;
    let folder = ModelFolder::open(path)?;
    let encoder = folder.query_encoder()?;
    let registry = verbs::registry(common.actors.as_deref())?;
    let mut articles = Vec::new();
    for outcome in Inputs::resolve(&args.articles).read() {
        match outcome {
            Ok(article) => articles.push(article),
            Err(refusal) => eprintln!("{refusal}"),
        }
    }
    if articles.is_empty() {
        return Err(Failure::usage(anyhow!("there is no article to read")));
    }
    let mut seen = Deduplicator::new();
    let articles: Vec<_> = articles
        .into_iter()
        .filter_map(|mut article| {
            let copy = matches!(seen.admit(&mut article), Verdict::DuplicateOf { .. });
            (!copy).then_some(article)
        })
        .collect();
    let n = articles.len();
    let mut queries: Vec<EncodedQuery> = articles
        .into_par_iter()
        .map(|article| Prepared::new(article, registry).encode(&encoder))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect();
    let sentences = queries.len();
    let tokens: usize = queries.iter().flat_map(|query| &query.windows).map(|window| window.ids.len()).sum();
    let wanted = args.precision.first().copied().unwrap_or(PrecisionChoice::Auto);
    let precision = precision_of(wanted, &encoder_config(path)?)?;
    let scorer = folder.load(precision)?;
    let count = args.workers.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    let workers = Workers::start(&scorer, count, scorer.batch_tokens())?;
    let begun = Instant::now();
    while !queries.is_empty() {
        let rest = queries.split_off(queries.len().min(CHUNK));
        workers.score(std::mem::replace(&mut queries, rest))?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let figures = json!({
        "model": folder.manifest.name, "precision": precision.as_str(), "workers": count, "articles": n,
        "sentences": sentences, "tokens": tokens, "seconds": seconds,
        "sentences_per_second": sentences as f64 / seconds, "tokens_per_second": tokens as f64 / seconds,
        "peak_memory": peak_memory(),
    });
    let words = format!(
        "model {}, {}, {count} workers: the network alone over {n} articles, {sentences} sentences with {tokens} tokens: {seconds:.1} s, \
         {:.0} sentences/s, {:.0} tokens/s\n",
        folder.manifest.name,
        precision.as_str(),
        sentences as f64 / seconds,
        tokens as f64 / seconds,
    );
    verbs::print(&if args.json { format!("{figures}\n") } else { words })?;
    Ok(0)
}

fn measure(
    args: &BenchArgs,
    path: &Path,
    config: &EncoderConfig,
    lines: &[&str],
) -> Result<Measured, Failure> {
    let folder = ModelFolder::open(path)?;
    let encoder = folder.query_encoder()?;
    let inputs: Vec<Encoded> =
        lines.iter().map(|line| encoder.plain(line, args.max_tokens)).collect::<Result<_>>()?;
    let operations: f64 = inputs.iter().map(|input| operations(config, input.ids.len())).sum();
    let tokens = inputs.iter().map(|input| input.ids.len()).sum();
    let cores = available_parallelism().map_or(1, usize::from);
    let bf16_peak = matrix_peak(cores);
    let precisions = match args.precision.as_slice() {
        [] => vec![Precision::F32, Precision::Bf16, Precision::Int8]
            .into_iter()
            .filter(|&one| one != Precision::Int8 || crate::integers::suits(config))
            .collect(),
        some => some.iter().map(|&choice| precision_of(choice, config)).collect::<Result<Vec<_>, _>>()?,
    };
    let mut rows = Vec::new();
    for precision in precisions {
        let begun = Instant::now();
        let scorer = folder.load(precision)?;
        let mut cold = None;
        for workers in 1..=args.workers.unwrap_or(cores) {
            for &batch_tokens in &args.batch_tokens {
                let refs: Vec<&Encoded> = inputs.iter().collect();
                let mut batches = batch::plan(&refs, batch_tokens);
                batches.reverse();
                if rows.iter().all(|row: &Row| row.precision != precision.as_str()) {
                    pass(&scorer, &inputs, &batches, workers)?;
                    cold = Some(begun.elapsed().as_secs_f64());
                }
                let best = (0..args.repeat)
                    .map(|_| {
                        let begun = Instant::now();
                        pass(&scorer, &inputs, &batches, workers)?;
                        Ok(begun.elapsed().as_secs_f64())
                    })
                    .collect::<Result<Vec<f64>>>()?
                    .into_iter()
                    .fold(f64::INFINITY, f64::min);
                rows.push(Row {
                    precision: precision.as_str(),
                    workers,
                    batch_tokens,
                    cold_seconds: cold.take(),
                    sentences_per_second: inputs.len() as f64 / best,
                    tokens_per_second: tokens as f64 / best,
                    teraops_per_second: operations / best / 1e12,
                    share_of_peak: operations / best / 1e12 / bf16_peak,
                });
            }
        }
    }
    Ok(Measured {
        model: folder.manifest.name.clone(),
        sentences: inputs.len(),
        tokens,
        operations,
        bf16_peak,
        repeat: args.repeat,
        rows,
        peak_memory: peak_memory(),
    })
}

/// All batches once through the encoder, on so many threads; the hidden states of all tokens are computed and dropped.
fn pass(scorer: &Scorer, inputs: &[Encoded], batches: &[Vec<usize>], workers: usize) -> Result<()> {
    let next = AtomicUsize::new(0);
    // A handle for each thread: tensors can be sent, not shared.
    let handles: Vec<Scorer> = (0..workers).map(|_| scorer.share()).collect();
    std::thread::scope(|scope| {
        let threads: Vec<_> = handles
            .into_iter()
            .map(|scorer| {
                let next = &next;
                scope.spawn(move || {
                    tch::set_num_threads(1);
                    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let batch: Vec<&Encoded> = batch.iter().map(|&index| &inputs[index]).collect();
                        scorer.encode(&batch);
                    }
                })
            })
            .collect();
        for thread in threads {
            ensure!(thread.join().is_ok(), "the encoder failed");
        }
        Ok(())
    })
}

/// Operations of one sequence: the layers' products, and scores and sums of attention.
fn operations(config: &EncoderConfig, tokens: usize) -> f64 {
    let (h, wide) = (config.hidden_size as f64, config.intermediate_size as f64);
    let n = tokens as f64;
    let products = 4.0 * h * h + 2.0 * h * wide;
    2.0 * config.num_hidden_layers as f64 * (n * products + 2.0 * n * n * h)
}

/// 10^12 operations a second of a bf16 product of 2048 x 2048 matrices on all cores; the median of seven, each the best of three.
fn matrix_peak(cores: usize) -> f64 {
    const SIZE: i64 = 2048;
    tch::set_num_threads(cores as i32);
    no_grad(|| {
        let matrix = || Tensor::randn([SIZE, SIZE], (Kind::Float, tch::Device::Cpu)).to_kind(Kind::BFloat16);
        let (a, b) = (matrix(), matrix());
        let once = || {
            let begun = Instant::now();
            let _ = a.matmul(&b);
            2.0 * (SIZE as f64).powi(3) / begun.elapsed().as_secs_f64() / 1e12
        };
        once();
        let mut bests: Vec<f64> = (0..7).map(|_| (0..3).map(|_| once()).fold(0.0, f64::max)).collect();
        bests.sort_by(f64::total_cmp);
        bests[3]
    })
}

/// The highest resident size, in megabytes, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn table(measured: &Measured) -> String {
    let mut text = format!(
        "model {}: {} sentences, {} tokens; bf16 matrix product on all cores {:.2} TFLOP/s; best of {}\n\n\
         precision  workers  batch tokens  sentences/s   tokens/s  TFLOP/s  of peak  cold\n",
        measured.model, measured.sentences, measured.tokens, measured.bf16_peak, measured.repeat
    );
    for row in &measured.rows {
        let cold = row.cold_seconds.map_or_else(String::new, |seconds| format!("{seconds:.1} s"));
        text.push_str(&format!(
            "{:<9}  {:>7}  {:>12}  {:>11.0}  {:>9.0}  {:>7.2}  {:>6.0}%  {cold}\n",
            row.precision,
            row.workers,
            row.batch_tokens,
            row.sentences_per_second,
            row.tokens_per_second,
            row.teraops_per_second,
            row.share_of_peak * 100.0,
        ));
    }
    if let Some(megabytes) = measured.peak_memory {
        text.push_str(&format!("\nhighest memory {megabytes:.0} MB\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_those_counted_by_hand() {
        let config: EncoderConfig = serde_json::from_value(serde_json::json!({
            "model_type": "bert", "hidden_size": 2, "intermediate_size": 8, "num_attention_heads": 1,
            "num_hidden_layers": 3, "max_position_embeddings": 8, "vocab_size": 9, "layer_norm_eps": 1e-12,
            "hidden_act": "gelu"
        }))
        .unwrap();
        // For each of 5 tokens and 3 layers: q, k, v, out (2x2 each) and up, down (2x8 each); 5 keys: scores and sums, 2 wide.
        assert_eq!(operations(&config, 5), 2.0 * 3.0 * 5.0 * (4.0 * 4.0 + 2.0 * 16.0 + 5.0 * 2.0 * 2.0));
    }
}
