//! A listing of the registry for people: actors picked by name, kind or country, and one actor
//! with everything known about it.

use std::fmt::Write;

use super::words::fold;
use super::{Actor, ActorId, ActorKind, Registry};

/// Which actors to list; an empty filter lists all.
#[derive(Debug, Clone, Default)]
pub struct ActorFilter {
    /// A part of the canonical name or of an alias; case and accents do not matter.
    pub name: Option<String>,
    pub kind: Option<ActorKind>,
    /// Canonical name or alias of a country: actors that belong to it, and itself.
    pub country: Option<String>,
}

impl Registry {
    /// The actors that pass `filter`, by canonical name. `None` when the filter's country is not
    /// in the registry.
    pub fn list(&self, filter: &ActorFilter) -> Option<Vec<ActorId>> {
        let country = match &filter.country {
            Some(name) => Some(self.find(name)?),
            None => None,
        };
        let part = filter.name.as_deref().map(fold);
        let named = |actor: &Actor| match &part {
            Some(part) => actor.names().any(|name| fold(name).contains(part.as_str())),
            None => true,
        };
        let mut ids: Vec<ActorId> = self
            .actors()
            .filter(|(id, actor)| {
                filter.kind.is_none_or(|kind| actor.kind == kind)
                    && country.is_none_or(|country| *id == country || self.chain(*id).contains(&country))
                    && named(actor)
            })
            .map(|(id, _)| id)
            .collect();
        ids.sort_by(|a, b| self.actor(*a).name.cmp(&self.actor(*b).name));
        Some(ids)
    }

    /// Everything known about one actor, a line for each kind of fact.
    pub fn describe(&self, id: ActorId) -> String {
        let actor = self.actor(id);
        let mut text = format!("{} ({})\n", actor.name, actor.kind);
        let mut list = |label: &str, items: Vec<String>| {
            if !items.is_empty() {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "  {label:<12}{}", items.join(", "));
            }
        };
        list("aliases", actor.aliases.clone());
        list("adjectives", actor.adjectives.clone());
        list("capitals", actor.capitals.clone());
        list(
            "belongs to",
            self.chain(id)[1..].iter().map(|parent| self.actor(*parent).name.clone()).collect(),
        );
        list("pronoun", actor.pronoun.iter().cloned().collect());
        for role in &actor.roles {
            let of = role.of.as_ref().or(actor.parent.as_ref());
            let side = of.map(|of| format!(" of {of}")).unwrap_or_default();
            let dates = match (role.from, role.to) {
                (None, None) => String::new(),
                (from, to) => {
                    let show = |date: Option<crate::article::PartialDate>| {
                        date.map(|d| d.to_string()).unwrap_or_default()
                    };
                    format!(", {}..{}", show(from), show(to))
                }
            };
            list("office", vec![format!("{}{side}{dates}", role.title)]);
        }
        list("members", self.children(id).map(|child| self.actor(child).name.clone()).collect());
        text
    }
}
