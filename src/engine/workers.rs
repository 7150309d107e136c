//! Workers: long-lived threads that run the network, each with one libtorch thread, over one copy of the weights.
//!
//! Threads that touch libtorch keep their memory, so there are few and they live as long as the run. A worker
//! takes the next batch of the job at hand when it is free; which worker scores what does not matter to a score.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use detente::classify::{Query, SentenceScores};

use crate::batch;
use crate::encode::Encoded;
use crate::model::{InputScores, Scorer, join_windows};

/// A query that is ready for the network.
pub struct EncodedQuery {
    /// Number of candidates.
    pub candidates: usize,
    pub windows: Vec<Encoded>,
}

impl EncodedQuery {
    pub fn new(query: &Query, encoder: &crate::encode::QueryEncoder) -> Result<Self> {
        Ok(Self { candidates: query.candidates.len(), windows: encoder.encode(query)? })
    }
}

struct Job {
    inputs: Vec<Encoded>,
    batches: Vec<Vec<usize>>,
    next: AtomicUsize,
}

type Done = (Arc<Job>, usize, std::result::Result<Vec<InputScores>, String>);

/// The pool. Dropping it ends the threads.
pub struct Workers {
    jobs: Vec<Sender<Arc<Job>>>,
    done: Mutex<Receiver<Done>>,
    threads: Vec<JoinHandle<()>>,
    batch_tokens: usize,
}

impl Workers {
    /// Starts `count` workers over the weights of `scorer`; a batch has at most `batch_tokens` padded tokens.
    pub fn start(scorer: &Scorer, count: usize, batch_tokens: usize) -> Result<Self> {
        let (report, done) = channel::<Done>();
        let (mut jobs, mut threads) = (Vec::new(), Vec::new());
        for index in 0..count.max(1) {
            let (send, receive) = channel::<Arc<Job>>();
            let (scorer, report) = (scorer.share(), report.clone());
            let thread = std::thread::Builder::new()
                .name(format!("worker-{index}"))
                .spawn(move || work(&scorer, &receive, &report))
                .context("a worker thread could not be started")?;
            jobs.push(send);
            threads.push(thread);
        }
        Ok(Self { jobs, done: Mutex::new(done), threads, batch_tokens })
    }

    /// Scores parallel to `queries`, which are taken apart and batched by length.
    pub fn score(&self, queries: Vec<EncodedQuery>) -> Result<Vec<SentenceScores>> {
        let shapes: Vec<(usize, usize)> =
            queries.iter().map(|query| (query.candidates, query.windows.len())).collect();
        let inputs: Vec<Encoded> = queries.into_iter().flat_map(|query| query.windows).collect();
        let mut scores = self.score_inputs(inputs)?.into_iter();
        shapes
            .into_iter()
            .map(|(candidates, n)| join_windows(candidates, scores.by_ref().take(n).collect()))
            .collect()
    }

    fn score_inputs(&self, inputs: Vec<Encoded>) -> Result<Vec<InputScores>> {
        let refs: Vec<&Encoded> = inputs.iter().collect();
        // Longest first, so that no worker is left alone with a long batch at the end.
        let batches: Vec<Vec<usize>> = batch::plan(&refs, self.batch_tokens).into_iter().rev().collect();
        let mut scores: Vec<Option<InputScores>> =
            std::iter::repeat_with(|| None).take(inputs.len()).collect();
        let job = Arc::new(Job { inputs, batches, next: AtomicUsize::new(0) });
        // One caller at a time: the results of a job come back on one channel.
        let done = self.done.lock().map_err(|_| anyhow!("an earlier scoring call failed"))?;
        for worker in &self.jobs {
            worker.send(job.clone()).map_err(|_| anyhow!("a worker thread has ended"))?;
        }
        let mut left = job.batches.len();
        while left > 0 {
            let (of, index, result) = done.recv().map_err(|_| anyhow!("the worker threads have ended"))?;
            if !Arc::ptr_eq(&of, &job) {
                continue; // Late results of a job that failed.
            }
            left -= 1;
            let result = result.map_err(|message| anyhow!("the network failed: {message}"))?;
            for (&input, score) in of.batches[index].iter().zip(result) {
                scores[input] = Some(score);
            }
        }
        scores.into_iter().collect::<Option<Vec<_>>>().context("an input was not scored")
    }
}

fn work(scorer: &Scorer, jobs: &Receiver<Arc<Job>>, report: &Sender<Done>) {
    tch::set_num_threads(1);
    while let Ok(job) = jobs.recv() {
        loop {
            let index = job.next.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = job.batches.get(index) else { break };
            let inputs: Vec<&Encoded> = batch.iter().map(|&i| &job.inputs[i]).collect();
            let scores = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| scorer.scores(&inputs)))
                .map_err(|panic| {
                    let text = panic.downcast_ref::<String>().map(String::as_str);
                    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("unknown cause").to_owned()
                });
            if report.send((job.clone(), index, scores)).is_err() {
                return;
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.jobs.clear();
        for thread in self.threads.drain(..) {
            // A worker that panicked outside a batch has nothing left to say.
            let _ = thread.join();
        }
    }
}
