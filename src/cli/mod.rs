//! The command line: what the verbs do, over the library.

pub mod args;
pub mod exit;
