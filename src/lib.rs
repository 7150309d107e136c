//! detente: who is warming to talks, who is cooling, and which sentences say so.
//!
//! The data flows through the modules in this order:
//!
//! 1. [`ingest`] reads files and yields [`article::Article`]s, each once.
//! 2. [`segment`] cuts an article's text into [`segment::Sentence`]s, which are byte spans.
//! 3. [`registry`] knows actors by name; [`attribute`] finds, for each sentence, the candidate
//!    holders whose position it may show, each with the reason.
//! 4. [`classify`] is the seam to the model: probabilities for every candidate. The model itself
//!    lives in the `detente-engine` crate, the only one that links libtorch.
//! 5. [`decide`] makes one statement per actor of them; [`store`] keeps a run: articles, sentences, [`statement::Statement`]s.
//! 6. [`aggregate`] turns statements into where each actor stands; [`report`] renders that.
//!
//! [`evaluate`] measures all of it against labelled data; [`cli`] is the command line over it.

pub mod aggregate;
pub mod article;
pub mod attribute;
pub mod audit;
pub mod classify;
pub mod cli;
pub mod corrections;
pub mod decide;
pub mod dispute;
pub mod evaluate;
pub mod export;
pub mod ingest;
pub mod registry;
pub mod report;
pub mod segment;
pub mod statement;
pub mod store;
pub mod table;
