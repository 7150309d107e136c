//! A candidate holder: an actor whose position a sentence may show, and the reason to think so.
//!
//! `document` reads an article once, in order. For every sentence, `scan` finds the mentions (with the
//! noun phrases of `phrases` and the registry's aliases), the `cast` of the article remembers who they are,
//! `speech` finds who says, `quotes` what is quoted; then role nouns, groups and pronouns are resolved.
//! `candidates` chooses among the mentions and tells who claims what. All of it is linear in the text.

mod candidates;
mod cast;
mod document;
mod lexicon;
mod members;
mod names;
mod offices;
mod pairs;
mod persons;
mod phrases;
mod pronouns;
mod quotes;
mod reason;
mod scan;
mod speech;
mod tokens;

#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::article::Article;
use crate::registry::{ActorKind, Registry};
use crate::segment::Sentence;

/// Counts up when the same text may get other candidates; part of what decides a score.
pub const VERSION: u32 = 4;

/// Name of the holder of a statement whose speaker or pronoun could not be resolved.
pub const UNATTRIBUTED: &str = "unattributed";

/// An actor as far as an article tells: in the registry, or found from the text alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// Canonical name: the registry's, or the fullest form in the article.
    pub name: String,
    /// The name is a registry entry's.
    pub registered: bool,
    /// Role as the text gives it: "deputy foreign minister".
    pub role: Option<String>,
    /// The country or organisation it speaks for, canonical.
    pub side: Option<String>,
}

/// One mention (or implied presence) of an actor that may hold the sentence's stance. A sentence
/// may have several candidates for one actor, one for each mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub holder: Holder,
    /// Bytes of the article's text, inside the sentence; `None` for the speaker of a quotation
    /// that runs on, whom the sentence does not mention.
    pub mention: Option<Range<usize>>,
    pub reason: Reason,
    /// Whoever makes the claim, if this holder's position is told by another actor.
    pub claimant: Option<Holder>,
}

/// Why a sentence is attributed to a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Reason {
    /// The sentence names it: an alias of the registry.
    Named { alias: String },
    /// The sentence names it; not in the registry.
    NamedInText { phrase: String },
    /// A pronoun, resolved to an earlier mention.
    Pronoun { pronoun: String, antecedent: String },
    /// A short form or role noun ("Kharazi", "the spokesman"), resolved to an earlier mention or
    /// to the office's holder at the time.
    ShortForm { form: String, antecedent: String },
    /// A group as the text says ("the two sides", "European powers").
    Collective { phrase: String },
    /// "We", "our country" in somebody's speech: the side that the speaker speaks for.
    SpokenFor { word: String, speaker: String },
    /// The speaker of a quotation that goes on from an earlier sentence.
    RunningQuote { speaker: String, opened_in_sentence: usize },
    /// The speaker whose turn of a transcript this is.
    Turn { label: String },
}

/// Candidates of every sentence of `article`; the outer vector is parallel to `sentences`.
pub fn attribute(article: &Article, sentences: &[Sentence], registry: &Registry) -> Vec<Vec<Candidate>> {
    let matches = document::names_in(&article.text, registry);
    let reading = document::read(article, sentences, registry);
    (0..sentences.len())
        .map(|index| {
            let range = reading.scenes[index].tokens.clone();
            let line = phrases::Line::new(&article.text, &reading.tokens, range, &matches, registry);
            let found = candidates::of_sentence(&reading, &line, index);
            members::drop_listed(&article.text, found, |candidate| {
                let known = registry.by_name(&candidate.holder.name);
                known.is_some_and(|id| registry.actor(id).kind == ActorKind::Group)
            })
        })
        .collect()
}
