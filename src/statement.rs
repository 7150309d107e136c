//! A statement: one holder in one sentence, with a stance toward the topic.

use serde::{Deserialize, Serialize};

use crate::article::PartialDate;

macro_rules! label_set {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every label, in the order of a model's outputs.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The label as written in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Position in [`Self::ALL`].
            pub fn index(self) -> usize {
                self as usize
            }

            /// The label written `text`, if it is one.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

label_set! {
    /// Position of a holder toward negotiation.
    Stance {
        /// Wants, offers, accepts, takes part in or defends talks.
        Support = "support",
        /// Ready only on conditions, or for one form of talks and not another.
        Conditional = "conditional",
        /// Refuses, leaves, denounces or breaks talks or a negotiated deal.
        Oppose = "oppose",
        /// No position of this actor in this sentence.
        None = "none",
    }
}

label_set! {
    /// The form of talks that the stance is about, where the sentence says so.
    Mode {
        Direct = "direct",
        Indirect = "indirect",
        Mediated = "mediated",
        Unspecified = "unspec",
    }
}

label_set! {
    /// How the position is known.
    Basis {
        /// Said, quoted or written by the holder.
        Statement = "statement",
        /// Done by the holder.
        Action = "action",
        /// Another actor says so: the claimant.
        Claimed = "claimed",
    }
}

label_set! {
    /// Sentiment of a sentence, or of a sentence toward one actor. Not a stance.
    Tone {
        Negative = "neg",
        Neutral = "neu",
        Positive = "pos",
    }
}

/// Probabilities of the four stances; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StanceProbabilities {
    pub support: f32,
    pub conditional: f32,
    pub oppose: f32,
    pub none: f32,
}

impl StanceProbabilities {
    /// In the order of [`Stance::ALL`].
    pub fn from_array([support, conditional, oppose, none]: [f32; 4]) -> Self {
        Self { support, conditional, oppose, none }
    }

    /// In the order of [`Stance::ALL`].
    pub fn to_array(self) -> [f32; 4] {
        [self.support, self.conditional, self.oppose, self.none]
    }

    /// P(support) - P(oppose): the statement's contribution to the stance index, in [-1, 1].
    pub fn leaning(self) -> f32 {
        self.support - self.oppose
    }
}

/// A statement with everything that a report or an export shows of it: one row of
/// `detente export --level statements`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub article_id: String,
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    /// Position of the sentence in its article, from 0.
    pub sentence_index: usize,
    /// First byte of the sentence in the article's text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The sentence as it stands in the text.
    pub sentence: String,
    /// Canonical name of the holder.
    pub actor: String,
    /// The words in the sentence that refer to the holder; empty when it is not mentioned.
    pub mention: String,
    /// First byte of the mention in the article's text, when there is one.
    pub mention_start: Option<usize>,
    pub stance: Stance,
    pub probabilities: StanceProbabilities,
    pub mode: Mode,
    pub basis: Basis,
    /// Canonical name of the actor who makes the claim, when `basis` is [`Basis::Claimed`].
    pub claimed_by: Option<String>,
    /// Tone of the whole sentence.
    pub tone: Tone,
    /// Tone of the sentence toward the holder.
    pub tone_toward_actor: Tone,
    /// Why the sentence is attributed to this holder, in words.
    pub reason: String,
    pub topic: String,
    /// Name of the model and the first digits of its digest.
    pub model: String,
    /// Id of the run.
    pub run: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_back_and_keep_their_order() {
        for (index, stance) in Stance::ALL.iter().enumerate() {
            assert_eq!(stance.index(), index);
            assert_eq!(Stance::parse(stance.as_str()), Some(*stance));
        }
        assert_eq!(Mode::parse("unspec"), Some(Mode::Unspecified));
        assert_eq!(Stance::parse("Support"), None);
        assert_eq!(serde_json::to_string(&Basis::Claimed).unwrap(), "\"claimed\"");
    }
}
