//! `detente-engine`: the verbs that run the neural network. `detente` starts it; both read the same command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    detente::cli::run(&detente_engine::verbs::Engine)
}
