//! The built program on real files: what it prints, what it stores, how it ends. A module for each subject.
//!
//! `detente-engine` and the default model must be there: `scripts/test` sees to it. Nothing here relies on a certain
//! model's probabilities, only on what must hold of any decent one.

#[path = "../common/mod.rs"]
mod common;

mod audit;
mod bad_inputs;
mod compare;
mod corrections;
mod evaluation;
mod explain;
mod export;
mod faults;
mod interruption;
mod page;
mod real_article;
mod report;
mod same_scores;
mod score;
mod turns;
