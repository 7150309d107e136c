//! Scoring: from inputs to a run in the store, as a pipeline of three stages that work at the same time.
//!
//! One thread reads, drops copies and what is already scored, and lets rayon prepare the rest; one feeds the
//! workers; the calling thread writes the store. Bounded channels between them keep memory the same for any
//! number of articles.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Result, anyhow};
use detente::article::Article;
use detente::decide::Decision;
use detente::ingest::{ArticleReader, Deduplicator, Likeness, Verdict};
use detente::registry::Registry;
use detente::store::{Duplicate, DuplicateKind, Refusal, RunCounts, RunWriter, ScoredArticle, ScoredKeys};
use rayon::prelude::*;

use crate::encode::QueryEncoder;
use crate::prepare::Prepared;
use crate::workers::{EncodedQuery, Workers};

/// Text that is prepared and scored together: some hundred sentences, enough for full batches, and little enough that
/// a kill or a signal costs seconds.
const CHUNK_BYTES: usize = 64 << 10;
const CHUNK_ARTICLES: usize = 128;
/// Chunks that may wait between two stages.
const CHUNKS_WAITING: usize = 2;

/// What the stages share.
pub struct Scoring<'a> {
    pub registry: &'a Registry,
    /// Neither is made before an article needs it: a run in which nothing is new takes no time to load a model.
    pub encoder: &'a Lazy<'a, QueryEncoder>,
    pub workers: &'a Lazy<'a, Workers>,
    pub decision: Decision,
    /// What the store has already scored under this configuration.
    pub scored: ScoredKeys,
    /// Set by a signal: finish what is under way and stop.
    pub stop: &'a AtomicBool,
}

/// A value that is made when it is first asked for.
pub struct Lazy<'a, T> {
    value: OnceLock<T>,
    make: Box<dyn Fn() -> Result<T> + Send + Sync + 'a>,
}

impl<'a, T> Lazy<'a, T> {
    pub fn new(make: impl Fn() -> Result<T> + Send + Sync + 'a) -> Self {
        Self { value: OnceLock::new(), make: Box::new(make) }
    }

    /// The value. Two threads that ask first at the same time both make it, and one of the two is kept.
    pub fn get(&self) -> Result<&T> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let made = (self.make)()?;
        Ok(self.value.get_or_init(|| made))
    }
}

/// What the caller hears of while scoring goes on.
pub trait Listener {
    fn warning(&mut self, message: &str);
    fn refused(&mut self, message: &str);
    /// After every article: counts so far, and how many sentences were scored.
    fn progress(&mut self, counts: &RunCounts, sentences: u64);
}

/// Outcome of one input, on its way to the store.
enum Event {
    Warning(String),
    Refused(detente::ingest::Refusal),
    Duplicate(Duplicate),
    Reused(Box<Article>),
    Scored(Box<ScoredArticle>),
}

/// Before inference.
enum Early {
    Event(Event),
    Chunk(Vec<(Prepared, Vec<EncodedQuery>)>),
}

/// Scores everything that `reader` yields into `run`. Returns how many sentences were scored. After a fault the
/// run keeps what it has; the caller decides how it ends.
pub fn score(
    scoring: &Scoring,
    mut reader: ArticleReader,
    run: &mut RunWriter,
    listener: &mut dyn Listener,
) -> Result<u64> {
    let (early_out, early_in) = sync_channel::<Result<Early>>(CHUNKS_WAITING);
    let (late_out, late_in) = sync_channel::<Result<Event>>(CHUNK_ARTICLES);
    std::thread::scope(|scope| {
        scope.spawn(move || read(scoring, &mut reader, &early_out));
        scope.spawn(move || infer(scoring, &early_in, &late_out));
        write(&late_in, run, listener)
    })
}

/// First stage. A send fails only when a later stage has given up, which then tells why.
fn read(scoring: &Scoring, reader: &mut ArticleReader, out: &SyncSender<Result<Early>>) {
    let mut seen = Deduplicator::new();
    let mut chunk: Vec<Article> = Vec::new();
    let mut bytes = 0;
    let send = |event: Event| out.send(Ok(Early::Event(event))).is_ok();
    while !scoring.stop.load(Ordering::Relaxed) {
        let Some(outcome) = reader.next() else { break };
        let go_on = match outcome {
            Err(refusal) => send(Event::Refused(refusal)),
            Ok(mut article) => match seen.admit(&mut article) {
                Verdict::DuplicateOf { id, likeness } => {
                    let kind = match likeness {
                        Likeness::Exact => DuplicateKind::Exact,
                        Likeness::Near => DuplicateKind::Near,
                    };
                    send(Event::Duplicate(Duplicate::of(&id, &article, kind)))
                }
                verdict => {
                    let heard = match verdict {
                        Verdict::Renamed { wanted } => send(Event::Warning(format!(
                            "{}: the id '{wanted}' belongs to another article; this one became '{}'",
                            place(&article),
                            article.id
                        ))),
                        _ => true,
                    };
                    if scoring.scored.contains(&article) {
                        heard && send(Event::Reused(Box::new(article)))
                    } else {
                        bytes += article.text.len();
                        chunk.push(article);
                        heard
                    }
                }
            },
        };
        let told =
            reader.take_warnings().into_iter().all(|warning| send(Event::Warning(warning.to_string())));
        if !go_on || !told {
            return;
        }
        if bytes >= CHUNK_BYTES || chunk.len() >= CHUNK_ARTICLES {
            bytes = 0;
            if out.send(prepare(scoring, std::mem::take(&mut chunk))).is_err() {
                return;
            }
        }
    }
    if !chunk.is_empty() && !scoring.stop.load(Ordering::Relaxed) {
        // The last chunk; nobody left to tell if it cannot be sent.
        let _ = out.send(prepare(scoring, chunk));
    }
}

fn place(article: &Article) -> String {
    match article.origin.record {
        Some(record) => format!("{}, record {record}", article.origin.path.display()),
        None => article.origin.path.display().to_string(),
    }
}

fn prepare(scoring: &Scoring, chunk: Vec<Article>) -> Result<Early> {
    let encoder = scoring.encoder.get()?;
    chunk
        .into_par_iter()
        .map(|article| {
            let prepared = Prepared::new(article, scoring.registry);
            let encoded = prepared.encode(encoder)?;
            Ok((prepared, encoded))
        })
        .collect::<Result<Vec<_>>>()
        .map(Early::Chunk)
}

/// Second stage.
fn infer(scoring: &Scoring, early: &Receiver<Result<Early>>, out: &SyncSender<Result<Event>>) {
    for item in early {
        let sent = match item {
            Err(error) => out.send(Err(error)).is_ok(),
            Ok(Early::Event(event)) => out.send(Ok(event)).is_ok(),
            Ok(Early::Chunk(_)) if scoring.stop.load(Ordering::Relaxed) => true,
            Ok(Early::Chunk(chunk)) => match infer_chunk(scoring, chunk) {
                Ok(articles) => {
                    articles.into_iter().all(|one| out.send(Ok(Event::Scored(Box::new(one)))).is_ok())
                }
                Err(error) => out.send(Err(error)).is_ok(),
            },
        };
        if !sent {
            return;
        }
    }
}

fn infer_chunk(scoring: &Scoring, chunk: Vec<(Prepared, Vec<EncodedQuery>)>) -> Result<Vec<ScoredArticle>> {
    let (prepared, encoded): (Vec<Prepared>, Vec<Vec<EncodedQuery>>) = chunk.into_iter().unzip();
    let mut scores = scoring.workers.get()?.score(encoded.into_iter().flatten().collect())?.into_iter();
    Ok(prepared
        .into_iter()
        .map(|article| {
            let of_article = scores.by_ref().take(article.sentences.len()).collect();
            article.decide(of_article, &scoring.decision)
        })
        .collect())
}

/// Third stage.
fn write(events: &Receiver<Result<Event>>, run: &mut RunWriter, listener: &mut dyn Listener) -> Result<u64> {
    let mut sentences = 0;
    for event in events {
        match event? {
            Event::Warning(message) => listener.warning(&message),
            Event::Refused(refusal) => {
                listener.refused(&refusal.to_string());
                run.refuse(&Refusal {
                    path: refusal.origin.path.clone(),
                    record: refusal.origin.record,
                    reason: match refusal.line {
                        Some(line) => format!("line {line}: {}", refusal.reason),
                        None => refusal.reason.to_string(),
                    },
                })?;
            }
            Event::Duplicate(duplicate) => run.duplicate(&duplicate)?,
            Event::Reused(article) => {
                run.link_existing(&article)?
                    .ok_or_else(|| anyhow!("the scores of '{}' have gone", article.id))?;
            }
            Event::Scored(scored) => {
                sentences += scored.sentences.len() as u64;
                run.add(&scored)?;
            }
        }
        listener.progress(&run.counts(), sentences);
    }
    Ok(sentences)
}
