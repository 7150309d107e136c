//! A reason in words, as statements carry it and reports show it.

use std::fmt;

use super::Reason;

/// A plain English phrase. Sentences are numbered from 1, as readers count.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { alias } => write!(f, "named: \"{alias}\", in the registry"),
            Self::NamedInText { phrase } => write!(f, "named: \"{phrase}\", not in the registry"),
            Self::Pronoun { pronoun, antecedent } => {
                write!(f, "\"{pronoun}\" refers back to \"{antecedent}\"")
            }
            Self::ShortForm { form, antecedent } => write!(f, "\"{form}\" is short for \"{antecedent}\""),
            Self::Collective { phrase } => write!(f, "a group, as the text calls it: \"{phrase}\""),
            Self::SpokenFor { word, speaker } if speaker.is_empty() => {
                write!(f, "\"{word}\" of nobody named, in an article from this side")
            }
            Self::SpokenFor { word, speaker } => {
                write!(f, "\"{word}\" in the speech of {speaker}, who speaks for this side")
            }
            Self::RunningQuote { speaker, opened_in_sentence } => {
                write!(f, "{speaker} is still being quoted, since sentence {}", opened_in_sentence + 1)
            }
            Self::Turn { label } => write!(f, "this is the turn of \"{label}\" in the transcript"),
        }
    }
}
