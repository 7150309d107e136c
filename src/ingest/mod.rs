//! Ingest: from what a user named (files, folders, `-`) to [`Article`]s, each once.
//!
//! [`Inputs`] is what the named paths mean: the files behind them, in reading order. Reading them
//! gives an [`ArticleReader`], an iterator over articles and [`Refusal`]s: a bad file or record is
//! refused with its place and a remedy, and the rest goes on. What is odd but usable arrives beside
//! the articles as [`Warning`]s. A [`Deduplicator`] then tells new articles from copies.
//!
//! Files of many articles are streamed, so memory does not grow with their number; files of one
//! article are read whole, up to [`MAX_DOCUMENT_BYTES`].
//!
//! ```no_run
//! use detente::ingest::{Deduplicator, Inputs, Verdict};
//!
//! let mut reader = Inputs::resolve(&["news/".into(), "-".into()]).read();
//! let mut seen = Deduplicator::new();
//! while let Some(outcome) = reader.next() {
//!     match outcome {
//!         Ok(mut article) => match seen.admit(&mut article) {
//!             Verdict::New => println!("{}", article.id),
//!             Verdict::Renamed { wanted } => println!("{} (was {wanted})", article.id),
//!             Verdict::DuplicateOf { id, likeness } => println!("{likeness:?} copy of {id}"),
//!         },
//!         Err(refusal) => eprintln!("refused: {refusal}"),
//!     }
//!     for warning in reader.take_warnings() {
//!         eprintln!("warning: {warning}");
//!     }
//! }
//! ```

mod bytes;
mod charset;
mod columns;
mod dates;
mod duplicates;
mod inputs;
mod json;
mod page;
mod plain;
mod reader;
mod record;
mod refusal;
mod sketch;
mod table;

pub use dates::parse_date;
pub use duplicates::{Deduplicator, Likeness, Verdict};
pub use inputs::{Format, Inputs};
pub use reader::{ArticleReader, Progress};
pub use refusal::{Reason, Refusal, Warning, WarningKind};

#[allow(unused_imports)] // Named by the module's documentation.
use crate::article::Article;

/// Largest text of one article, in bytes of UTF-8 (32 MiB). More is refused.
pub const MAX_TEXT_BYTES: usize = 32 << 20;

/// Largest single-article file and largest record of a stream, in bytes after decompression
/// (128 MiB): markup and escapes included. Bounds memory against gzip bombs and lost quotes.
pub const MAX_DOCUMENT_BYTES: usize = 128 << 20;
