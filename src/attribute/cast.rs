//! The cast: the actors of one article, so that later short forms lead back to them.

use std::collections::HashMap;

use super::Holder;
use super::lexicon as words;
use super::names::{fold, last_name, spelling};
use super::offices::{in_office, is_state_body, office_fit};
use crate::article::PartialDate;
use crate::registry::{ActorId, ActorKind, Registry};

/// Position of an actor in the cast.
pub type MemberId = usize;

/// An actor of the article.
#[derive(Debug, Clone)]
pub struct Member {
    pub holder: Holder,
    pub actor: Option<ActorId>,
    pub kind: ActorKind,
    /// `None` when unknown.
    pub female: Option<bool>,
    /// Offices that the article gives, in lower case, the latest last.
    pub titles: Vec<String>,
}

impl Member {
    pub fn is_person(&self) -> bool {
        self.kind == ActorKind::Person
    }
}

/// The actors of one article.
pub struct Cast<'r> {
    registry: &'r Registry,
    date: Option<PartialDate>,
    members: Vec<Member>,
    by_actor: HashMap<ActorId, MemberId>,
    /// Folded full name of actors that are not in the registry.
    by_name: HashMap<String, MemberId>,
    /// Spelling key of a person's last name, the latest mentioned last.
    by_last: HashMap<String, Vec<MemberId>>,
}

impl<'r> Cast<'r> {
    pub fn new(registry: &'r Registry, date: Option<PartialDate>) -> Self {
        Self {
            registry,
            date,
            members: Vec::new(),
            by_actor: HashMap::new(),
            by_name: HashMap::new(),
            by_last: HashMap::new(),
        }
    }

    pub fn member(&self, id: MemberId) -> &Member {
        &self.members[id]
    }

    /// The member for a registry entry.
    pub fn registered(&mut self, actor: ActorId) -> MemberId {
        if let Some(&id) = self.by_actor.get(&actor) {
            return id;
        }
        let entry = self.registry.actor(actor);
        let side = if entry.kind == ActorKind::Person { self.spoken_for(actor) } else { None };
        let member = Member {
            holder: Holder {
                name: entry.name.clone(),
                registered: true,
                role: None,
                side: side.map(|s| self.registry.actor(s).name.clone()),
            },
            actor: Some(actor),
            kind: entry.kind,
            female: entry.pronoun.as_deref().and_then(|p| match p {
                "she" => Some(true),
                "he" => Some(false),
                _ => None,
            }),
            titles: Vec::new(),
        };
        let last = (entry.kind == ActorKind::Person).then(|| last_name(&entry.name).to_owned());
        let family_first = matches!(
            member.holder.side.as_deref(),
            Some("China" | "North Korea" | "South Korea" | "Vietnam" | "Taiwan" | "Cambodia")
        );
        let id = self.add(member, last.as_deref());
        if family_first && let Some((first, _)) = entry.name.split_once(' ') {
            self.by_last.entry(spelling(first)).or_default().push(id);
        }
        self.by_actor.insert(actor, id);
        id
    }

    /// A person called `name`: the registry's, an earlier one of the article, or a new one.
    pub fn person(
        &mut self,
        name: &str,
        title: Option<&str>,
        side: Option<ActorId>,
        female: Option<bool>,
    ) -> MemberId {
        let known = self.registry.find(name).filter(|&a| self.registry.actor(a).kind == ActorKind::Person);
        let id = match known {
            Some(actor) if name.contains([' ', '-']) => self.registered(actor),
            _ => match self.named(name) {
                Some(id) => id,
                None => {
                    let holder = Holder { name: name.to_owned(), registered: false, role: None, side: None };
                    let member =
                        Member { holder, actor: None, kind: ActorKind::Person, female, titles: Vec::new() };
                    let id = self.add(member, Some(last_name(name)));
                    self.by_name.insert(fold(name), id);
                    id
                }
            },
        };
        self.learn(id, title, side, female);
        id
    }

    /// A person of the article with this full name, or with the same last name and no other first name.
    fn named(&self, name: &str) -> Option<MemberId> {
        let folded = fold(name);
        if let Some(&id) = self.by_name.get(&folded) {
            return Some(id);
        }
        let words: Vec<&str> = folded.split(' ').collect();
        let same_last = self.by_last.get(&spelling(last_name(name)))?;
        same_last.iter().rev().copied().find(|&id| {
            let other = fold(&self.members[id].holder.name);
            let other: Vec<&str> = other.split(' ').collect();
            let first = |w: &[&str]| w.first().map(|f| spelling(f)).unwrap_or_default();
            words.len() == 1
                || other.len() == 1
                || first(&words) == first(&other)
                || words.iter().all(|w| other.contains(w))
                || other.iter().all(|w| words.contains(w))
        })
    }

    /// The latest person whose family name is `word`, perhaps in another spelling.
    pub fn family(&self, word: &str) -> Option<MemberId> {
        let known = self.by_last.get(&spelling(last_name(word))).and_then(|of| of.last()).copied();
        if known.is_some() || word.chars().count() < 5 {
            return known;
        }
        // The first part of a double family name: "Norring" of "Ada Norring Vey".
        let key = fold(word);
        let part = |m: &Member| {
            let name = fold(&m.holder.name);
            let words: Vec<&str> = name.split(' ').collect();
            m.is_person() && words.len() > 2 && words[1..words.len() - 1].contains(&key.as_str())
        };
        let mut found = (0..self.members.len()).rev().filter(|&id| part(&self.members[id]));
        found.next().filter(|_| found.next().is_none())
    }

    /// A body or group called `name`.
    pub fn other(&mut self, name: &str, kind: ActorKind, side: Option<ActorId>) -> MemberId {
        if let Some(actor) = self.registry.find(name)
            && self.registry.actor(actor).kind != ActorKind::Person
        {
            return self.registered(actor);
        }
        self.in_text(name, kind, side)
    }

    fn in_text(&mut self, name: &str, kind: ActorKind, side: Option<ActorId>) -> MemberId {
        let folded = fold(name);
        if let Some(&id) = self.by_name.get(&folded) {
            return id;
        }
        let side = side.map(|s| self.registry.actor(s).name.clone());
        let holder = Holder { name: name.to_owned(), registered: false, role: None, side };
        let id = self.add(Member { holder, actor: None, kind, female: None, titles: Vec::new() }, None);
        self.by_name.insert(folded, id);
        id
    }

    /// A group as the text says; one that goes by a proper name ("E3") is the registry's.
    pub fn group(&mut self, name: &str, side: Option<ActorId>) -> MemberId {
        let proper = |a: ActorId| {
            let name = self.registry.actor(a).name.as_str();
            !name.contains(' ') && name.chars().filter(|c| c.is_lowercase()).count() == 0
        };
        if let Some(actor) = self.registry.find(name).filter(|&a| proper(a)) {
            return self.registered(actor);
        }
        // "Both sides" at the start of a sentence.
        let mut name = name.to_owned();
        let first = name.split(' ').next().unwrap_or_default().to_lowercase();
        let proper =
            ["an", "ern", "ish", "ese", "ic", "ab", "ist", "ats", "ans"].iter().any(|e| first.ends_with(e));
        if !proper && (words::is_modifier(&first) || words::is_group(&first)) && name.is_char_boundary(1) {
            name[..1].make_ascii_lowercase();
        }
        self.in_text(&name, ActorKind::Group, side)
    }

    /// An unnamed person, as the text says; every such mention is its own member.
    pub fn anonymous(
        &mut self,
        name: &str,
        title: &str,
        side: Option<ActorId>,
        female: Option<bool>,
    ) -> MemberId {
        let folded = fold(name);
        if let Some(&id) = self.by_name.get(&folded) {
            return id;
        }
        let holder = Holder { name: name.to_owned(), registered: false, role: None, side: None };
        let id = self
            .add(Member { holder, actor: None, kind: ActorKind::Person, female, titles: Vec::new() }, None);
        self.by_name.insert(folded, id);
        self.learn(id, Some(title), side, female);
        id
    }

    fn add(&mut self, member: Member, last: Option<&str>) -> MemberId {
        let id = self.members.len();
        self.members.push(member);
        if let Some(last) = last {
            self.by_last.entry(spelling(last)).or_default().push(id);
        }
        id
    }

    /// Notes what a mention tells about a member.
    pub fn learn(&mut self, id: MemberId, title: Option<&str>, side: Option<ActorId>, female: Option<bool>) {
        let side = side.and_then(|s| match self.registry.actor(s).kind {
            ActorKind::Country | ActorKind::Group => Some(s),
            ActorKind::Organisation if is_state_body(&self.registry.actor(s).name) => {
                self.registry.country(s).or(Some(s))
            }
            ActorKind::Organisation => Some(s),
            _ => None,
        });
        let name = side.map(|s| self.registry.actor(s).name.clone());
        let member = &mut self.members[id];
        if !member.holder.registered {
            member.holder.side = member.holder.side.take().or(name);
        }
        member.female = member.female.or(female);
        if let Some(title) = title.filter(|t| !t.is_empty()) {
            member.titles.push(title.to_owned());
            member.holder.role.get_or_insert_with(|| title.to_owned());
        }
        // Mentioned last: short forms lead here first.
        let key = spelling(last_name(&member.holder.name));
        if let Some(same) = self.by_last.get_mut(&key)
            && let Some(position) = same.iter().position(|&m| m == id)
        {
            let id = same.remove(position);
            same.push(id);
        }
    }

    /// Which actor a person of the registry speaks for: the country at the end of the chain, else its last.
    fn spoken_for(&self, actor: ActorId) -> Option<ActorId> {
        let chain = self.registry.chain(actor);
        let above = || chain.iter().skip(usize::from(chain.first() == Some(&actor))).copied();
        // A movement or an armed group speaks for itself.
        let own = above().find(|&a| {
            let actor = self.registry.actor(a);
            actor.kind == ActorKind::Organisation && !is_state_body(&actor.name)
        });
        own.or_else(|| self.registry.country(actor)).or_else(|| above().last())
    }

    /// The member that stands for a person's side.
    pub fn side_of(&mut self, id: MemberId) -> Option<MemberId> {
        let member = &self.members[id];
        if !member.is_person() {
            let actor = member.actor.filter(|&a| is_state_body(&self.registry.actor(a).name));
            return match actor.and_then(|a| self.registry.country(a)) {
                Some(country) => Some(self.registered(country)),
                None => Some(id),
            };
        }
        let side = member.holder.side.clone()?;
        let actor = self.registry.find(&side)?;
        Some(self.registered(actor))
    }

    /// How well a role noun fits a person: 0 not at all, 2 by a role of the same head, 1 by a broader word.
    pub fn fits(&self, id: MemberId, title: &str, side: Option<ActorId>) -> u8 {
        let member = &self.members[id];
        if !member.is_person() {
            return 0;
        }
        if let Some(side) = side {
            let body = self.registry.actor(side).kind == ActorKind::Organisation;
            if body
                && let Some(actor) = member.actor
                && !self.registry.chain(actor).contains(&side)
            {
                return 0;
            }
            let side = self.registry.country(side).unwrap_or(side);
            if member.holder.side.as_deref().is_some_and(|s| s != self.registry.actor(side).name) {
                return 0;
            }
        }
        // Somebody of whom the article tells no office may hold any.
        if member.actor.is_none() && member.titles.is_empty() && member.holder.name.contains(' ') {
            return 1;
        }
        let registered = member.actor.map(|a| self.registry.actor(a));
        let (title, former) = match title.strip_prefix("former ").or(title.strip_prefix("ex ")) {
            Some(rest) => (rest, true),
            None => (title, false),
        };
        let offices = registered.into_iter().flat_map(|a| {
            a.roles.iter().filter(|r| if former { r.to.is_some() } else { in_office(r, self.date) })
        });
        let given = member
            .titles
            .iter()
            .filter(|t| t.contains("former") == former)
            .map(|t| t.strip_prefix("former ").unwrap_or(t));
        let best = given.chain(offices.map(|r| r.title.as_str())).map(|held| office_fit(held, title)).max();
        best.unwrap_or(0)
    }
}
