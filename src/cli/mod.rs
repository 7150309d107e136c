//! The command line: what the verbs do, over the library. The only part of the library that prints.

pub mod args;
mod auditing;
mod chains;
pub mod comparing;
mod correcting;
pub mod evaluation;
pub mod exit;
pub mod models;
mod paging;
mod reading;
pub mod reporting;
pub mod verbs;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, ColorChoice, Common, Verb};
use exit::Outcome;

/// Runs a verb: `detente` hands some over to `detente-engine`, which runs them itself.
pub trait Runner {
    fn run(&self, verb: &Verb, common: &Common) -> Outcome;
}

/// Parses the command line, runs the verb, prints what went wrong, and says how it ended.
pub fn run(runner: &dyn Runner) -> ExitCode {
    // clap ends the program itself for --help (0) and for wrong usage (2).
    let cli = Cli::parse();
    match runner.run(&cli.verb, &cli.common) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("detente: {failure}");
            ExitCode::from(failure.code)
        }
    }
}

impl Common {
    /// Whether output on standard output is coloured.
    pub fn use_color(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            // https://no-color.org: set and not empty.
            ColorChoice::Auto => {
                std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            }
        }
    }
}
