//! A source is a TOML file of actors; loading layers sources, checks them and names the file, the
//! line and the remedy of whatever is wrong.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;
use toml::Spanned;

use super::words::{plain, words};
use super::{Actor, ActorKind, Role};

/// A TOML text and the name to use for it in messages.
pub(super) struct Source<'a> {
    pub name: &'a str,
    pub text: &'a str,
    /// Whether its entries may change entries of earlier sources.
    pub overrides: bool,
}

impl<'a> Source<'a> {
    /// The same source for a shorter life.
    pub fn borrowed<'b>(&'b self) -> Source<'b>
    where
        'a: 'b,
    {
        Source { name: self.name, text: self.text, overrides: self.overrides }
    }
}

/// What all sources say together.
#[derive(Default)]
pub(super) struct Loaded {
    pub actors: Vec<Actor>,
    /// Phrases that hold an alias but name no actor.
    pub ignore: Vec<String>,
    /// Title as texts give it, to the offices it may mean.
    pub titles: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    actor: Vec<Entry>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    titles: BTreeMap<String, Vec<String>>,
}

/// Fields for the entries of a file that do not give them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    kind: Option<ActorKind>,
    parent: Option<String>,
    pronoun: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    kind: Option<ActorKind>,
    aliases: Option<Vec<String>>,
    adjectives: Option<Vec<String>>,
    capitals: Option<Vec<String>>,
    preferred: Option<Vec<String>>,
    family: Option<Vec<String>>,
    dominant: Option<bool>,
    parent: Option<String>,
    roles: Option<Vec<Role>>,
    pronoun: Option<String>,
    leader: Option<String>,
}

/// Where an actor was last written, for messages.
#[derive(Clone)]
struct Place {
    source: usize,
    line: usize,
}

const FIELDS: &str = "known are [defaults] kind, parent, pronoun; [[actor]] name, kind, aliases, adjectives, \
    capitals, preferred, family, dominant, parent, roles (title, of, from, to), pronoun, leader; ignore; [titles]";

/// Reads the sources in order.
///
/// # Errors
/// A source that is not TOML or has unknown keys; two entries of one name in one layer; an entry
/// without kind; an empty alias; a parent that does not exist or that leads in a circle; an office
/// that ends before it begins; an alias of two actors that neither of them prefers.
pub(super) fn load(sources: &[Source<'_>]) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut places: Vec<Place> = Vec::new();
    let mut by_name: HashMap<String, usize> = HashMap::new();
    let mut synonyms: HashMap<String, Vec<String>> = HashMap::new();
    for (index, source) in sources.iter().enumerate() {
        let file: File = toml::from_str(source.text)
            .map_err(|error| describe(source, &error))
            .with_context(|| format!("cannot read the actors of {}", source.name))?;
        let lines = LineIndex::new(source.text);
        for entry in file.actor {
            let place = Place { source: index, line: lines.line(entry.name.span()) };
            let name = entry.name.get_ref().clone();
            match by_name.get(&name) {
                Some(&known) => {
                    if !source.overrides || places[known].source == index {
                        bail!(
                            "{}, line {}: '{name}' is already an actor ({}, line {}); merge the two entries",
                            source.name,
                            place.line,
                            sources[places[known].source].name,
                            places[known].line
                        );
                    }
                    update(&mut loaded.actors[known], entry);
                    places[known] = place;
                }
                None => {
                    let actor = create(entry, &file.defaults)
                        .map_err(|problem| anyhow!("{}, line {}: {problem}", source.name, place.line))?;
                    by_name.insert(name, loaded.actors.len());
                    loaded.actors.push(actor);
                    places.push(place);
                }
            }
        }
        loaded.ignore.extend(file.ignore);
        for (office, others) in file.titles {
            for title in others {
                let offices = synonyms.entry(title.to_lowercase()).or_default();
                if !offices.contains(&office) {
                    offices.push(office.clone());
                }
            }
        }
    }
    loaded.titles = synonyms;
    let at = |index: usize| format!("{}, line {}", sources[places[index].source].name, places[index].line);
    check_entries(&loaded.actors, &at)?;
    check_parents(&loaded.actors, &by_name, &at)?;
    check_aliases(&loaded.actors, &at)?;
    Ok(loaded)
}

fn describe(source: &Source<'_>, error: &toml::de::Error) -> anyhow::Error {
    let line = error.span().map_or(1, |span| LineIndex::new(source.text).line(span));
    let message = error.message();
    let remedy =
        if message.contains("unknown field") { FIELDS } else { "see data/actors/README.md for the format" };
    anyhow!("{}, line {line}: {message}; {remedy}", source.name)
}

fn create(entry: Entry, defaults: &Defaults) -> Result<Actor, String> {
    let name = entry.name.get_ref().clone();
    let Some(kind) = entry.kind.or(defaults.kind) else {
        return Err(format!(
            "'{name}' is a new actor and has no kind; add kind = \"person\", \"country\", \"organisation\", \"group\" or \"medium\""
        ));
    };
    let mut actor = Actor {
        name,
        kind,
        aliases: Vec::new(),
        adjectives: Vec::new(),
        capitals: Vec::new(),
        preferred: Vec::new(),
        family: None,
        dominant: false,
        parent: defaults.parent.clone(),
        roles: Vec::new(),
        pronoun: defaults.pronoun.clone(),
        leader: None,
    };
    update(&mut actor, entry);
    Ok(actor)
}

/// Puts the fields that `entry` gives in place of the actor's.
fn update(actor: &mut Actor, entry: Entry) {
    fn set<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    set(&mut actor.kind, entry.kind);
    set(&mut actor.aliases, entry.aliases);
    set(&mut actor.adjectives, entry.adjectives);
    set(&mut actor.capitals, entry.capitals);
    set(&mut actor.preferred, entry.preferred);
    set(&mut actor.dominant, entry.dominant);
    set(&mut actor.roles, entry.roles);
    actor.family = entry.family.or(actor.family.take());
    // An empty parent takes the default away.
    actor.parent = entry.parent.or(actor.parent.take()).filter(|parent| !parent.is_empty());
    actor.pronoun = entry.pronoun.or(actor.pronoun.take()).filter(|pronoun| !pronoun.is_empty());
    actor.leader = entry.leader.or(actor.leader.take());
}

fn check_entries(actors: &[Actor], at: &dyn Fn(usize) -> String) -> anyhow::Result<()> {
    for (index, actor) in actors.iter().enumerate() {
        let names = std::iter::once(&actor.name)
            .chain(&actor.aliases)
            .chain(&actor.adjectives)
            .chain(&actor.capitals);
        if names.into_iter().any(|name| words(name).next().is_none()) {
            bail!("{}: '{}' has a name without letters; remove it", at(index), actor.name);
        }
        if let Some(stray) = actor.preferred.iter().find(|p| !claims(actor).any(|alias| alias == *p)) {
            bail!(
                "{}: '{}' prefers '{stray}', which is none of its aliases; add it there",
                at(index),
                actor.name
            );
        }
        if let Some(pronoun) = actor.pronoun.as_deref().filter(|p| !["he", "she", "they"].contains(p)) {
            bail!("{}: pronoun '{pronoun}' of '{}' is not he, she or they", at(index), actor.name);
        }
        for role in &actor.roles {
            if let (Some(from), Some(to)) = (role.from, role.to)
                && from.first_day() > to.last_day()
            {
                bail!(
                    "{}: '{}' is {} from {from} to {to}, which ends before it begins; exchange or correct the dates",
                    at(index),
                    actor.name,
                    role.title
                );
            }
        }
    }
    Ok(())
}

fn check_parents(
    actors: &[Actor],
    by_name: &HashMap<String, usize>,
    at: &dyn Fn(usize) -> String,
) -> anyhow::Result<()> {
    let missing = |index: usize, what: &str, name: &str| {
        anyhow!(
            "{}: {what} '{name}' of '{}' is not the name of an actor; add an entry for it or use its canonical name",
            at(index),
            actors[index].name
        )
    };
    for (index, actor) in actors.iter().enumerate() {
        for side in actor.roles.iter().filter_map(|role| role.of.as_deref()) {
            by_name.get(side).ok_or_else(|| missing(index, "the 'of'", side))?;
        }
        let mut seen = vec![index];
        let mut current = index;
        while let Some(parent) = &actors[current].parent {
            current = *by_name.get(parent).ok_or_else(|| missing(current, "the parent", parent))?;
            if seen.contains(&current) {
                bail!("{}: the parents of '{}' lead in a circle; remove one", at(index), actor.name);
            }
            seen.push(current);
        }
    }
    Ok(())
}

/// Every name that stands for the actor in full.
fn claims(actor: &Actor) -> impl Iterator<Item = &String> {
    std::iter::once(&actor.name).chain(&actor.aliases).chain(&actor.capitals).chain(&actor.adjectives)
}

/// A name as it is compared for claims: accents and hyphens forgotten, case kept.
pub(super) fn claim_key(name: &str) -> String {
    words(name).map(plain).collect::<Vec<_>>().join(" ")
}

fn check_aliases(actors: &[Actor], at: &dyn Fn(usize) -> String) -> anyhow::Result<()> {
    let mut owners: HashMap<String, usize> = HashMap::with_capacity(actors.len() * 5);
    for (index, actor) in actors.iter().enumerate() {
        for alias in claims(actor) {
            let key = claim_key(alias);
            let Some(&other) = owners.get(&key).filter(|&&other| other != index) else {
                owners.insert(key, index);
                continue;
            };
            let prefers = |who: usize| actors[who].preferred.iter().any(|p| claim_key(p) == key);
            match (prefers(index), prefers(other)) {
                (true, false) => drop(owners.insert(key, index)),
                (false, true) => {}
                _ => bail!(
                    "{}: '{alias}' is claimed by '{}' and by '{}' ({}); remove it from one, or add preferred = [\"{alias}\"] to one",
                    at(index),
                    actor.name,
                    actors[other].name,
                    at(other)
                ),
            }
        }
    }
    Ok(())
}

/// Line numbers of a text.
struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    fn new(text: &str) -> Self {
        Self {
            starts: text
                .bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at + 1)
                .collect(),
        }
    }

    /// The line, from 1, on which `span` begins.
    fn line(&self, span: Range<usize>) -> usize {
        self.starts.partition_point(|&start| start <= span.start) + 1
    }
}
