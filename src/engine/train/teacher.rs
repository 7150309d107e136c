//! A teacher: a larger model whose answers to unlabelled sentences a smaller one learns from (Hinton et al. 2015). The answers
//! are kept beside the checkpoints, so that a resumed training does not ask again.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use anyhow::{Context, Result, ensure};
use detente::classify::{Query, SentenceScores, Squeezed};
use detente::cli::models;
use detente::evaluate::labels::read_labels;
use detente::ingest::Inputs;
use detente::registry::Registry;
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Places;
use super::plan::TeacherPlan;
use crate::encode::QueryEncoder;
use crate::model::{ModelFolder, Precision, encoder_config};
use crate::prepare::Prepared;
use crate::workers::{EncodedQuery, Workers};

const ANSWERS: &str = "teacher.jsonl";
/// Queries that are asked together.
const CHUNK: usize = 2048;

/// The teacher's answers to sentences drawn from the plan's articles.
pub fn answers(
    plan: &TeacherPlan,
    places: &Places,
    registry: &Registry,
    seed: u64,
) -> Result<Vec<(Query, SentenceScores)>> {
    let kept = places.checkpoint().join(ANSWERS);
    if kept.exists() {
        let reader = BufReader::new(File::open(&kept)?);
        let answers: serde_json::Result<Vec<_>> =
            serde_json::Deserializer::from_reader(reader).into_iter().collect();
        return answers
            .with_context(|| format!("{}: damaged; delete it to ask the teacher again", kept.display()));
    }
    let queries = draw(plan, places, registry, seed)?;
    let folder = ModelFolder::open(&models::find(&plan.model)?)?;
    let encoder = folder.query_encoder()?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let precision = if crate::integers::suits(&encoder_config(&folder.path)?) {
        Precision::Int8
    } else {
        Precision::Bf16
    };
    let scorer = folder.load(precision)?;
    let workers = Workers::start(&scorer, workers, scorer.batch_tokens())?;
    let style = ProgressStyle::with_template("asking the teacher {wide_bar} {pos}/{len} {elapsed}/{eta}")?;
    let bar = ProgressBar::new(queries.len() as u64).with_style(style);
    let mut answers = Vec::with_capacity(queries.len());
    for chunk in queries.chunks(CHUNK) {
        answers.extend(ask(chunk, &encoder, &workers)?);
        bar.inc(chunk.len() as u64);
        if bar.is_hidden() {
            eprintln!("{} of {} sentences answered by {}", answers.len(), queries.len(), plan.model);
        }
    }
    bar.finish_and_clear();
    let answers: Vec<(Query, SentenceScores)> = queries.into_iter().zip(answers).collect();
    let partial = kept.with_extension("partial");
    let mut out = BufWriter::new(File::create(&partial)?);
    for answer in &answers {
        serde_json::to_writer(&mut out, answer)?;
        out.write_all(b"\n")?;
    }
    out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    std::fs::rename(&partial, &kept)?;
    Ok(answers)
}

fn ask(chunk: &[Query], encoder: &QueryEncoder, workers: &Workers) -> Result<Vec<SentenceScores>> {
    let encoded = chunk.par_iter().map(|query| EncodedQuery::new(query, encoder)).collect::<Result<_>>()?;
    workers.score(encoded)
}

/// Sentences with a candidate and near a word of the topic, at random over all articles of the plan.
fn draw(plan: &TeacherPlan, places: &Places, registry: &Registry, seed: u64) -> Result<Vec<Query>> {
    let paths: Vec<_> = plan.articles.iter().map(|path| places.data_file(path)).collect::<Result<_>>()?;
    let mut articles = Vec::new();
    for outcome in Inputs::resolve(&paths).read() {
        // What cannot be read teaches nothing.
        articles.extend(outcome.ok());
    }
    ensure!(!articles.is_empty(), "the plan's articles for the teacher hold no article");
    let mut withheld = HashSet::new();
    for path in &plan.without {
        for label in read_labels(&places.data_file(path)?)? {
            withheld.insert(Squeezed::new(&label.sentence).text);
        }
    }
    let near = |query: &Query| {
        let holds = |text: &str| plan.near.iter().any(|part| text.contains(part.as_str()));
        plan.near.is_empty() || holds(&query.sentence.to_lowercase()) || holds(&query.context.to_lowercase())
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    articles.shuffle(&mut random);
    let mut queries: Vec<Query> = Vec::new();
    // A third of each article's sentences: more articles, and fewer near repetitions.
    for chunk in articles.chunks(256) {
        let found: Vec<Vec<Query>> =
            chunk.par_iter().map(|article| Prepared::new(article.clone(), registry).queries).collect();
        for mut of_article in found {
            of_article.retain(|query| {
                !query.candidates.is_empty() && near(query) && !withheld.contains(&query.sentence)
            });
            of_article.shuffle(&mut random);
            of_article.truncate(of_article.len().div_ceil(3));
            queries.extend(of_article);
        }
        if queries.len() >= plan.sentences {
            break;
        }
    }
    queries.truncate(plan.sentences);
    Ok(queries)
}
