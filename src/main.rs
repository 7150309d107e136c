//! `detente`: the program that people type. Verbs that run the neural network are handed to `detente-engine`, which
//! lies beside it, so that everything else starts without loading libtorch.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, anyhow};
use detente::cli::args::{Common, Verb};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{Runner, verbs};

struct Front;

impl Runner for Front {
    fn run(&self, verb: &Verb, common: &Common) -> Outcome {
        if !verb.needs_engine() {
            return verbs::run(verb, common);
        }
        let this = std::env::current_exe().context("the program's own path cannot be found")?;
        let engine = this.with_file_name("detente-engine");
        if !engine.is_file() {
            return Err(Failure::fault(anyhow!(
                "{}: not there; build it with scripts/setup and `cargo build --release --workspace`",
                engine.display()
            )));
        }
        // Returns only if the engine could not be started.
        let error = Command::new(&engine).args(std::env::args_os().skip(1)).exec();
        Err(Failure::fault(anyhow!("{}: cannot be started: {error}", engine.display())))
    }
}

fn main() -> ExitCode {
    detente::cli::run(&Front)
}
