//! `detente score`.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use detente::cli::args::{Common, ScoreArgs, SelectArgs};
use detente::cli::exit::{FAULT, Failure, Outcome, SOME_REFUSED};
use detente::cli::reporting;
use detente::ingest::{Inputs, Progress};
use detente::store::{RunCounts, RunInfo, Store};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Ready;
use crate::score::{Lazy, Listener, Scoring, score};

/// Set by Ctrl-C or a termination signal.
static STOP: AtomicBool = AtomicBool::new(false);

pub fn run(args: &ScoreArgs, common: &Common) -> Outcome {
    let registry = super::registry(common.actors.as_deref())?;
    let ready = Ready::open(&args.model)?;
    let configuration = ready.configuration(registry);
    let mut store = Store::open(&common.store)?;
    let scored = store.scored_keys(&configuration)?;
    let inputs = Inputs::resolve(&args.paths);
    let reader = inputs.read();
    // The first signal ends the run in good order, the second at once.
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(FAULT));
        }
        eprintln!("\nstopping: what is under way is still stored; press again to stop at once");
    })
    .context("signals cannot be handled")?;

    let encoder = Lazy::new(|| ready.folder.query_encoder());
    let workers = Lazy::new(|| ready.start_workers());
    let scoring = Scoring {
        registry,
        encoder: &encoder,
        workers: &workers,
        decision: ready.folder.manifest.decision,
        scored,
        stop: &STOP,
    };
    let info = RunInfo {
        configuration,
        inputs: args.paths.iter().map(|path| path.display().to_string()).collect(),
        program: format!("detente {}", env!("CARGO_PKG_VERSION")),
    };
    let mut run = store.begin_run(&info)?;
    let id = run.id().to_owned();
    let mut screen = Screen::new(reader.progress());
    let result = score(&scoring, reader, &mut run, &mut screen);
    screen.bar.finish_and_clear();
    let counts = match result {
        Err(error) => {
            // The fault that ended the run is what the user must hear; a second one adds nothing.
            let _ = run.fail(&format!("{error:#}"));
            return Err(error.into());
        }
        Ok(_) if STOP.load(Ordering::Relaxed) => {
            let counts = run.counts();
            run.commit()?;
            drop(run);
            eprintln!("{}", screen.summary(&id, &counts));
            return Err(Failure::fault(anyhow!(
                "interrupted; the same command goes on where this one stopped"
            )));
        }
        Ok(_) => run.finish()?,
    };
    eprintln!("{}", screen.summary(&id, &counts));
    if counts.read() == 0 {
        return Err(Failure::usage(anyhow!(
            "the inputs hold no article; detente reads .txt .html .jsonl .csv .parquet"
        )));
    }
    if !args.no_report {
        let select = SelectArgs { run: Some(id), ..SelectArgs::default() };
        reporting::print(&store, &select, &args.view, registry, common)?;
    }
    Ok(if counts.refused > 0 { SOME_REFUSED } else { 0 })
}

/// What the user sees on standard error while the run goes on.
struct Screen {
    bar: ProgressBar,
    reading: Progress,
    started: Instant,
    sentences: u64,
}

impl Screen {
    fn new(reading: Progress) -> Self {
        let bar = match reading.total() {
            Some(total) => ProgressBar::new(total)
                .with_style(style("{wide_bar} {percent}% {msg}, {elapsed} so far, {eta} left")),
            None => ProgressBar::no_length().with_style(style("{spinner} {msg}, {elapsed} so far")),
        };
        // indicatif draws nothing where standard error is no terminal.
        bar.set_draw_target(if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        });
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, reading, started: Instant::now(), sentences: 0 }
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    fn summary(&self, id: &str, counts: &RunCounts) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.sentences as f64 / seconds.max(1e-9);
        let mut text = format!(
            "run {id}: {} articles scored ({} sentences in {seconds:.1} s, {rate:.0}/s)",
            counts.scored, self.sentences
        );
        for (count, what) in [
            (counts.reused, "already in the store"),
            (counts.duplicates_exact, "exact copies left out"),
            (counts.duplicates_near, "near copies left out"),
            (counts.refused, "inputs refused"),
            (counts.undated, "without a date"),
        ] {
            if count > 0 {
                text.push_str(&format!(", {count} {what}"));
            }
        }
        text
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("a valid template")
}

impl Listener for Screen {
    fn warning(&mut self, message: &str) {
        self.say(&format!("warning: {message}"));
    }

    fn refused(&mut self, message: &str) {
        self.say(&format!("refused: {message}"));
    }

    fn progress(&mut self, counts: &RunCounts, sentences: u64) {
        self.sentences = sentences;
        self.bar.set_position(self.reading.consumed());
        let rate = sentences as f64 / self.started.elapsed().as_secs_f64().max(1e-9);
        self.bar.set_message(format!("{} articles, {rate:.0} sentences/s", counts.articles()));
    }
}
