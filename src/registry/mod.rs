//! The registry of actors: what they are called, what offices they held when, and to whom they belong.
//!
//! The data are TOML files in `data/actors`, part of the program, with the user's file over them.

mod list;
mod load;
mod matcher;
mod names;
mod offices;
mod words;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::load::{Loaded, Source, claim_key};
use self::matcher::{Matcher, Pattern};
use self::offices::Offices;
use self::words::{fold, is_caps, plain};
use crate::article::PartialDate;

pub use self::list::ActorFilter;
pub use self::names::{NameKey, NameRelation, name_key, same_person, strip_titles};

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

impl ActorKind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::Person, Self::Country, Self::Organisation, Self::Group, Self::Medium];

    /// The kind as written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Country => "country",
            Self::Organisation => "organisation",
            Self::Group => "group",
            Self::Medium => "medium",
        }
    }
}

impl fmt::Display for ActorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
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
    /// Names of its capital or seat, which in a text may only be the place: "Tehran".
    #[serde(default)]
    pub capitals: Vec<String>,
    /// Names, among those above, that are this actor's although others have them too.
    #[serde(default)]
    pub preferred: Vec<String>,
    /// A person's family name in its spellings; `None` for the last words of name and aliases,
    /// empty when the family name alone must never count.
    pub family: Option<Vec<String>>,
    /// The family name alone means this person, although others share it.
    #[serde(default)]
    pub dominant: bool,
    /// Canonical name of the actor it belongs to: person to organisation or country.
    pub parent: Option<String>,
    #[serde(default)]
    pub roles: Vec<Role>,
    /// "he", "she" or "they", when known.
    pub pronoun: Option<String>,
    /// Of a country: the office that "the leader" means, "president".
    pub leader: Option<String>,
}

impl Actor {
    /// Canonical name, aliases and capitals.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.aliases).chain(&self.capitals).map(String::as_str)
    }
}

/// An office held for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// The alias is the actor's capital or seat and may only be the place: "talks in Vienna".
    pub capital: bool,
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
    digest: String,
    actors: Vec<Actor>,
    parents: Vec<Option<ActorId>>,
    canonical: HashMap<String, ActorId>,
    /// Folded canonical names and aliases; those that are words in lower case keep their capitals.
    lookup: HashMap<String, ActorId>,
    /// Family names that stand for one person, folded.
    family_names: HashMap<String, ActorId>,
    /// Every spelling of every person by its folded family name.
    people: HashMap<String, Vec<(NameKey, ActorId)>>,
    /// The same by all its words together, for names that are divided differently.
    joined: HashMap<String, Vec<(NameKey, ActorId)>>,
    offices: Offices,
    matcher: Matcher,
}

macro_rules! builtin_sources {
    ($($file:literal),+ $(,)?) => {
        &[$(Source {
            name: concat!("data/actors/", $file),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/actors/", $file)),
            overrides: false,
        }),+]
    };
}

const BUILTIN: &[Source<'static>] = builtin_sources!(
    "titles.toml",
    "phrases.toml",
    "countries.toml",
    "organisations.toml",
    "people-iran.toml",
    "people-us.toml",
    "people-gaza.toml",
    "people-ukraine.toml",
    "people-europe-un.toml",
    "people-asia.toml",
    "people-world.toml",
    "media.toml",
);

/// Family names that are everyday words, or too common in the world to mean one person.
const COMMON_FAMILY_NAMES: &[&str] = &[
    "abbas",
    "abdullah",
    "ahmad",
    "ahmed",
    "ali",
    "amin",
    "baker",
    "ban",
    "bass",
    "bell",
    "best",
    "black",
    "bolt",
    "brown",
    "burns",
    "bush",
    "carter",
    "case",
    "chen",
    "church",
    "clark",
    "cleverly",
    "cook",
    "cooper",
    "day",
    "dean",
    "field",
    "fox",
    "ghani",
    "good",
    "grant",
    "green",
    "hall",
    "hamid",
    "hasan",
    "hassan",
    "hashemi",
    "hill",
    "hook",
    "hosseini",
    "hunt",
    "hussein",
    "ibrahim",
    "islam",
    "jackson",
    "johnson",
    "jones",
    "jordan",
    "karim",
    "khalid",
    "khan",
    "kim",
    "king",
    "lee",
    "li",
    "liu",
    "long",
    "mahdi",
    "major",
    "malik",
    "mann",
    "marshall",
    "martin",
    "may",
    "miller",
    "mohammad",
    "mohammadi",
    "mohammed",
    "moon",
    "moore",
    "mora",
    "mousavi",
    "murphy",
    "new",
    "omar",
    "park",
    "power",
    "powers",
    "price",
    "rahman",
    "reid",
    "rice",
    "rich",
    "rogers",
    "rose",
    "ross",
    "said",
    "saleh",
    "salman",
    "scott",
    "sharif",
    "sherman",
    "short",
    "singh",
    "smith",
    "stone",
    "straw",
    "sunday",
    "taylor",
    "thomas",
    "walker",
    "wallace",
    "wang",
    "ward",
    "white",
    "williams",
    "wilson",
    "wolf",
    "wood",
    "wright",
    "young",
    "yousef",
    "zhang",
    "zhao",
];

/// Words before a family name that belong to it.
const FAMILY_PARTICLES: &[&str] = &[
    "al", "el", "bin", "ben", "bint", "von", "van", "der", "den", "de", "di", "da", "del", "le", "la", "du",
    "dos", "abu", "ould", "mac",
];

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| match load::load(BUILTIN) {
    Ok(loaded) => Registry::new(loaded, BUILTIN),
    // The data are compiled in and a unit test loads them: a fault is a bug in the program.
    Err(error) => panic!("the built-in actors are faulty: {error:#}"),
});

fn digest(sources: &[Source<'_>]) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        hash.update((source.text.len() as u64).to_le_bytes());
        hash.update(source.text);
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Registry {
    /// The registry that ships with the program.
    pub fn builtin() -> &'static Registry {
        &REGISTRY
    }

    /// The built-in registry with the user's file over it: entries of the same name are replaced
    /// field by field, others added.
    ///
    /// # Errors
    /// The file cannot be read, or its entries are faulty alone or together with the built-in
    /// ones; the message names the line and the remedy.
    pub fn with_user_file(path: &Path) -> anyhow::Result<Registry> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("cannot read the actor file {shown}; check the path and that it is UTF-8")
        })?;
        let user = Source { name: &shown, text: &text, overrides: true };
        let sources: Vec<Source<'_>> = BUILTIN.iter().map(Source::borrowed).chain([user]).collect();
        Ok(Self::new(load::load(&sources)?, &sources))
    }

    /// 16 hex digits over the TOML that it was made of: part of what decides a score.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// A registry of nothing but the given TOML, for tests and small worlds.
    ///
    /// # Errors
    /// As [`Registry::with_user_file`]; messages call the text `name`.
    pub fn from_toml(name: &str, text: &str) -> anyhow::Result<Registry> {
        let sources = [Source { name, text, overrides: false }];
        Ok(Self::new(load::load(&sources)?, &sources))
    }

    fn new(loaded: Loaded, sources: &[Source<'_>]) -> Self {
        let Loaded { actors, ignore, titles } = loaded;
        let id = |index: usize| ActorId(index as u32);
        let canonical: HashMap<String, ActorId> =
            actors.iter().enumerate().map(|(index, actor)| (actor.name.clone(), id(index))).collect();
        let parents = actors
            .iter()
            .map(|actor| actor.parent.as_ref().and_then(|p| canonical.get(p).copied()))
            .collect();
        let preferred = preferred_claims(&actors);
        let owns =
            |alias: &str, index: usize| preferred.get(&claim_key(alias)).is_none_or(|&owner| owner == index);

        let mut lookup = HashMap::with_capacity(actors.len() * 4);
        let mut people: HashMap<String, Vec<(NameKey, ActorId)>> = HashMap::new();
        let mut joined: HashMap<String, Vec<(NameKey, ActorId)>> = HashMap::new();
        let mut given: HashMap<String, Vec<ActorId>> = HashMap::new();
        let mut patterns: Vec<Pattern> =
            ignore.iter().map(|phrase| Pattern::new(phrase, None, AliasForm::Name)).collect();
        for (index, actor) in actors.iter().enumerate() {
            let person = actor.kind == ActorKind::Person;
            let families = if person { folded_families(actor) } else { Vec::new() };
            for alias in std::iter::once(&actor.name).chain(&actor.aliases).filter(|alias| owns(alias, index))
            {
                lookup.entry(lookup_key(alias)).or_insert(id(index));
                patterns.push(Pattern { person, ..Pattern::new(alias, Some(id(index)), AliasForm::Name) });
                if !person {
                    continue;
                }
                if let Some(key) = name_key(alias).filter(|key| !key.given.is_empty()) {
                    joined.entry(key.joined.clone()).or_default().push((key.clone(), id(index)));
                    people.entry(key.family.clone()).or_default().push((key, id(index)));
                }
                for word in given_names(alias, &families) {
                    push_new(given.entry(word).or_default(), id(index));
                }
            }
            for capital in actor.capitals.iter().filter(|alias| owns(alias, index)) {
                lookup.entry(lookup_key(capital)).or_insert(id(index));
                patterns.push(Pattern {
                    capital: true,
                    ..Pattern::new(capital, Some(id(index)), AliasForm::Name)
                });
            }
            for adjective in actor.adjectives.iter().filter(|alias| owns(alias, index)) {
                patterns.push(Pattern::new(adjective, Some(id(index)), AliasForm::Adjective));
            }
        }
        for (index, actor) in actors.iter().enumerate().filter(|(_, actor)| actor.kind != ActorKind::Person) {
            for name in actor.names().filter(|name| owns(name, index)) {
                given.remove(&fold(name));
            }
        }
        let family = family_names(&actors, &lookup, &given);
        for (name, owner) in &family {
            patterns
                .push(Pattern { person: true, ..Pattern::new(name, Some(*owner), AliasForm::FamilyName) });
        }
        let family_names = family.into_iter().map(|(name, owner)| (fold(&name), owner)).collect();
        Self {
            digest: digest(sources),
            offices: Offices::new(&actors, titles),
            matcher: Matcher::new(patterns, given),
            actors,
            parents,
            canonical,
            lookup,
            family_names,
            people,
            joined,
        }
    }

    /// The actor with this id.
    pub fn actor(&self, id: ActorId) -> &Actor {
        &self.actors[id.0 as usize]
    }

    /// All actors.
    pub fn actors(&self) -> impl Iterator<Item = (ActorId, &Actor)> {
        self.actors.iter().enumerate().map(|(i, a)| (ActorId(i as u32), a))
    }

    /// The actor with exactly this canonical name.
    pub fn by_name(&self, canonical: &str) -> Option<ActorId> {
        self.canonical.get(canonical).copied()
    }

    /// The actor called `name`: canonical name or alias, spelling variants and titles forgiven.
    ///
    /// Tried in this order: canonical name; name or alias without case, accents, hyphens and
    /// titles; a family name that stands for one person; transliteration variants of a person's
    /// name, see [`same_person`], if just one person fits.
    pub fn find(&self, name: &str) -> Option<ActorId> {
        if let Some(id) = self.by_name(name) {
            return Some(id);
        }
        let bare = strip_titles(name);
        let without_article = name.trim().strip_prefix("the ").or(name.trim().strip_prefix("The "));
        for candidate in [Some(name), without_article, Some(bare)].into_iter().flatten() {
            if let Some(id) = self.lookup.get(&lookup_key(candidate)) {
                return Some(*id);
            }
        }
        if let Some(id) = self.family_names.get(&fold(bare)) {
            return Some(*id);
        }
        let key = name_key(bare)?;
        if key.given.is_empty() {
            return None;
        }
        let similar = self.people.get(&key.family).into_iter().flatten();
        let mut fits: Vec<ActorId> = Vec::new();
        for (other, id) in similar {
            if key.relation(other) == NameRelation::Same {
                push_new(&mut fits, *id);
            }
        }
        for (other, id) in self.joined.get(&key.joined).into_iter().flatten() {
            if key.relation(other) == NameRelation::Same {
                push_new(&mut fits, *id);
            }
        }
        match fits.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Whether `a` and `b` name the same person: the same actor of the registry, or, where at
    /// least one is not in it, spellings of one name as [`same_person`] judges.
    pub fn same_person(&self, a: &str, b: &str) -> bool {
        match (self.find(a), self.find(b)) {
            (Some(a), Some(b)) => a == b,
            _ => same_person(a, b),
        }
    }

    /// All aliases in `text`, leftmost-longest, not overlapping, in order.
    ///
    /// Case counts ("US" is a country, "us" is not), but headlines in capitals are understood;
    /// hyphens, accents and kinds of apostrophe do not. A possessive ends the match before its
    /// apostrophe. A known given name before a family name belongs to the match; a foreign one
    /// ("Melania" before "Trump") makes it somebody else.
    pub fn matches(&self, text: &str) -> Vec<AliasMatch> {
        self.matcher.find(text)
    }

    /// The name that the registry uses for `name`, or `name` itself where it knows no such actor.
    pub fn canonical(&self, name: &str) -> String {
        self.find(name).map_or_else(|| name.to_owned(), |id| self.actor(id).name.clone())
    }

    /// The actor and its parents, nearest first: Kamal Kharazi, Strategic Council, Iran.
    pub fn chain(&self, id: ActorId) -> Vec<ActorId> {
        std::iter::successors(Some(id), |id| self.parents[id.0 as usize]).collect()
    }

    /// The country at the end of the chain, if there is one.
    pub fn country(&self, id: ActorId) -> Option<ActorId> {
        self.chain(id).into_iter().rev().find(|id| self.actor(*id).kind == ActorKind::Country)
    }

    /// The actors whose parent is `id`.
    pub fn children(&self, id: ActorId) -> impl Iterator<Item = ActorId> {
        let parents = self.parents.iter().enumerate();
        parents.filter(move |(_, parent)| **parent == Some(id)).map(|(index, _)| ActorId(index as u32))
    }
}

fn push_new(list: &mut Vec<ActorId>, id: ActorId) {
    if !list.contains(&id) {
        list.push(id);
    }
}

/// The key of a name for lookup without case. Short names in capitals keep them, so that the
/// pronoun "us" and the question "who" find nothing.
fn lookup_key(name: &str) -> String {
    let mut parts = words::words(name);
    match (parts.next(), parts.next()) {
        (Some(only), None) if plain(only).len() <= 3 && is_caps(&plain(only)) => plain(only),
        _ => fold(name),
    }
}

/// Names that several actors have, and who prefers them.
fn preferred_claims(actors: &[Actor]) -> HashMap<String, usize> {
    let all = actors.iter().enumerate();
    all.flat_map(|(index, actor)| actor.preferred.iter().map(move |name| (claim_key(name), index))).collect()
}

/// A person's family names, folded.
fn folded_families(actor: &Actor) -> Vec<String> {
    match &actor.family {
        Some(family) => family.iter().map(|name| fold(name)).collect(),
        None => actor.names().flat_map(last_names).map(|name| fold(&name)).collect(),
    }
}

/// The folded given names in `alias`: its capitalised words before the last, unless they are one of
/// the person's `families`.
fn given_names(alias: &str, families: &[String]) -> Vec<String> {
    let mut words: Vec<&str> = words::words(strip_titles(alias)).collect();
    if words.contains(&"of") {
        return Vec::new();
    }
    words.pop();
    let proper = words.into_iter().filter(|word| words::is_capitalised(word)).map(fold);
    proper
        .filter(|word| {
            word.len() > 1 && !FAMILY_PARTICLES.contains(&word.as_str()) && !families.contains(word)
        })
        .collect()
}

/// The family names that stand for one person when they stand alone.
fn family_names(
    actors: &[Actor],
    lookup: &HashMap<String, ActorId>,
    given: &HashMap<String, Vec<ActorId>>,
) -> Vec<(String, ActorId)> {
    let mut claims: HashMap<String, Vec<(usize, String)>> = HashMap::new();
    for (index, actor) in actors.iter().enumerate().filter(|(_, actor)| actor.kind == ActorKind::Person) {
        let spellings = match &actor.family {
            Some(family) => family.clone(),
            None => {
                std::iter::once(&actor.name).chain(&actor.aliases).flat_map(|name| last_names(name)).collect()
            }
        };
        let distinct: HashMap<String, String> =
            spellings.into_iter().map(|name| (fold(&name), name)).collect();
        for (key, name) in distinct {
            claims.entry(key).or_default().push((index, name));
        }
    }
    let common: HashSet<&str> = COMMON_FAMILY_NAMES.iter().copied().collect();
    let mut names = Vec::new();
    for (key, owners) in claims {
        let dominant = owners.iter().find(|(index, _)| actors[*index].dominant);
        let stated = owners.iter().any(|(index, _)| actors[*index].family.is_some());
        let owner = match (dominant, owners.as_slice()) {
            (Some(owner), _) => owner,
            (None, [owner]) if stated || !(common.contains(key.as_str()) || given.contains_key(&key)) => {
                owner
            }
            _ => continue,
        };
        if !lookup.contains_key(&key) && key.len() > 1 {
            names.push((owner.1.clone(), ActorId(owner.0 as u32)));
        }
    }
    names.sort();
    names
}

/// The last word of a name of several words, and the same with its particles: "Busaidi" and
/// "al-Busaidi", but only "von der Leyen".
fn last_names(name: &str) -> Vec<String> {
    let parts: Vec<&str> = strip_titles(name).split([' ', '-']).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return Vec::new();
    }
    let last = parts.len() - 1;
    let mut first = last;
    while first > 1 && FAMILY_PARTICLES.contains(&fold(parts[first - 1]).as_str()) {
        first -= 1;
    }
    let mut names = vec![parts[first..].join(" ")];
    if first + 1 == last && matches!(fold(parts[first]).as_str(), "al" | "el") {
        names.push(parts[last].to_owned());
    }
    names
}

#[cfg(test)]
mod tests;
