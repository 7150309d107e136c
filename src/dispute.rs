//! A dispute: the parties at odds, and which sentences of an article are about it. A sentence is, when two of the parties are
//! there within its reach: among the candidate holders of the sentence itself or of those that the model reads before it, or in the
//! title. A party is there with anybody who belongs to it: Araghchi for Iran.

use std::str::FromStr;

use crate::classify::CONTEXT_SENTENCES;

/// The parties of a dispute as typed: "Iran/United States".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties(Vec<String>);

/// Sixteen bits hold them.
const MOST: usize = 16;

impl Parties {
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl FromStr for Parties {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names: Vec<String> = text.split('/').map(|name| name.trim().to_owned()).collect();
        if names.len() < 2 || names.iter().any(String::is_empty) {
            return Err(
                "a dispute has two parties or more, with '/' between them: Iran/United States".to_owned()
            );
        }
        if names.len() > MOST {
            return Err(format!("a dispute has at most {MOST} parties; got {}", names.len()));
        }
        Ok(Self(names))
    }
}

impl std::fmt::Display for Parties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

/// A party that nobody in the store is or belongs to.
#[derive(Debug, thiserror::Error)]
#[error(
    "nobody in the store is '{0}' or belongs to it; `detente actors '{0}'` shows what the program knows under that name"
)]
pub struct UnknownParty(pub String);

/// Two parties that are one, or one of which belongs to the other.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' belongs to '{1}' or is the same: they are not two parties of a dispute")]
pub struct OneParty(pub String, pub String);

/// Some of the parties: bit n is the n-th.
pub type PartySet = u16;

/// Follows one article from its first sentence to its last.
#[derive(Debug)]
pub struct Reach {
    title: PartySet,
    /// The last sentences with somebody in them, the latest last.
    recent: Vec<(u32, PartySet)>,
}

impl Reach {
    /// Of an article whose title names these parties.
    pub fn new(title: PartySet) -> Self {
        Self { title, recent: Vec::new() }
    }

    /// Whether the sentence `index`, which names these parties, is about the dispute. Sentences come in their order; those that name
    /// nobody may be left out.
    pub fn covers(&mut self, index: u32, named: PartySet) -> bool {
        self.recent.retain(|(earlier, _)| index - earlier <= CONTEXT_SENTENCES as u32);
        self.recent.push((index, named));
        let within = self.recent.iter().fold(self.title, |all, (_, parties)| all | parties);
        within.count_ones() >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: PartySet = 1;
    const B: PartySet = 2;

    #[test]
    fn parties_are_two_or_more() {
        assert_eq!("Iran / United States".parse::<Parties>().unwrap().names(), ["Iran", "United States"]);
        for wrong in ["Iran", "", "Iran/", "/"] {
            assert!(wrong.parse::<Parties>().unwrap_err().contains("Iran/United States"), "{wrong}");
        }
        assert!("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q".parse::<Parties>().is_err());
    }

    #[test]
    fn a_sentence_reaches_back_as_far_as_the_model_reads() {
        let mut reach = Reach::new(0);
        assert!(!reach.covers(0, A));
        assert!(!reach.covers(1, A));
        assert!(reach.covers(3, B), "party A is two sentences before");
        assert!(!reach.covers(6, A), "party B is three sentences before");
        assert!(reach.covers(7, A | B));
        assert!(reach.covers(9, 0), "both are two sentences before");
        assert!(!reach.covers(10, 0));
    }

    #[test]
    fn the_title_reaches_every_sentence() {
        let mut reach = Reach::new(B);
        assert!(!reach.covers(0, 0));
        assert!(reach.covers(50, A));
        assert!(Reach::new(A | B).covers(7, 0));
    }
}
