//! The registry of actors: who they are called, what offices they held when, and to whom they belong.

use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::article::PartialDate;

/// What kind of thing an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActorKind {
    Person,
    /// A state, with its government and its capital.
    Country,
    /// A ministry, party, movement, armed group, agency, international body.
    Organisation,
    /// A bloc or collective that acts as one: E3, P5+1, European Union members.
    Group,
    /// Media never hold a stance; they are in the registry so that nothing is attributed to them.
    Medium,
}

/// Position of an actor in its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub u32);

/// One actor of the registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    /// Canonical name, unique in the registry.
    pub name: String,
    pub kind: ActorKind,
    /// Other names and spellings, without the canonical one.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Words derived from it: "Iranian", "Iranians".
    #[serde(default)]
    pub adjectives: Vec<String>,
    /// Canonical name of the actor it belongs to: person to organisation or country.
    pub parent: Option<String>,
    #[serde(default)]
    pub roles: Vec<Role>,
    /// "he", "she" or "they", when known.
    pub pronoun: Option<String>,
}

/// An office held for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// The office in lower case, without the side: "foreign minister", "president".
    pub title: String,
    /// The country or organisation of the office, when it is not the actor's parent.
    pub of: Option<String>,
    pub from: Option<PartialDate>,
    pub to: Option<PartialDate>,
}

/// An alias found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasMatch {
    /// Bytes of the searched text, on word boundaries.
    pub span: Range<usize>,
    pub actor: ActorId,
    pub form: AliasForm,
}

/// What an alias match is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AliasForm {
    /// Canonical name or alias: "Kamal Kharrazi", "Tehran".
    Name,
    /// A person's family name alone, unique in the registry: "Kharazi".
    FamilyName,
    /// A derived word: "Iranian".
    Adjective,
}

/// Known actors, searchable by name. Immutable once loaded; shared by all threads.
#[derive(Debug)]
pub struct Registry {
    actors: Vec<Actor>,
}

impl Registry {
    /// The registry that ships with the program.
    pub fn builtin() -> &'static Registry {
        todo!("registry")
    }

    /// The built-in registry with the user's file over it: entries of the same name are replaced
    /// field by field, others added.
    pub fn with_user_file(path: &Path) -> anyhow::Result<Registry> {
        let _ = path;
        todo!("registry")
    }

    /// The actor with this id.
    pub fn actor(&self, id: ActorId) -> &Actor {
        &self.actors[id.0 as usize]
    }

    /// All actors.
    pub fn actors(&self) -> impl Iterator<Item = (ActorId, &Actor)> {
        self.actors.iter().enumerate().map(|(i, a)| (ActorId(i as u32), a))
    }

    /// The actor called `name`: canonical name or alias, spelling variants and titles forgiven.
    pub fn find(&self, name: &str) -> Option<ActorId> {
        let _ = name;
        todo!("registry")
    }

    /// All aliases in `text`, leftmost-longest, not overlapping, in order.
    pub fn matches(&self, text: &str) -> Vec<AliasMatch> {
        let _ = text;
        todo!("registry")
    }

    /// Who held the office `title` of `side` (a canonical name) on `date`; for an unknown date,
    /// the holder only if there has been just one.
    pub fn office_holder(&self, title: &str, side: &str, date: Option<PartialDate>) -> Option<ActorId> {
        let _ = (title, side, date);
        todo!("registry")
    }

    /// The actor and its parents, nearest first: Kamal Kharazi, Strategic Council, Iran.
    pub fn chain(&self, id: ActorId) -> Vec<ActorId> {
        let _ = id;
        todo!("registry")
    }

    /// The country at the end of the chain, if there is one.
    pub fn country(&self, id: ActorId) -> Option<ActorId> {
        let _ = id;
        todo!("registry")
    }
}
