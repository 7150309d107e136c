//! A lone name: a family name that by itself means many people, and here the one whom an article on his country means.

use super::Reader;
use crate::article::PartialDate;
use crate::attribute::offices::in_office;
use crate::registry::{Actor, ActorId, ActorKind};

impl Reader<'_> {
    /// Whom a lone family name means that is no alias ("Wang", "Khan"): who was in office, if the article is about
    /// his country or body. Where family names come first, they are taken from there, and the first of several serves.
    pub(super) fn lone_name(&self, name: &str, side: Option<ActorId>) -> Option<ActorId> {
        let years = self.era();
        let fits = |actor: &Actor| {
            actor.roles.iter().any(|role| match self.article.date {
                Some(date) => in_office(role, Some(date)),
                None => years.iter().any(|&y| in_office(role, Some(PartialDate::year(y)))),
            })
        };
        let mut found = self.registry.actors().filter(|(id, actor)| {
            actor.kind == ActorKind::Person
                && self.family_of(*id, actor) == Some(name)
                && self.at_hand(*id, side)
                && fits(actor)
        });
        let (first, actor) = found.next()?;
        let others = found.next().is_some();
        let family_first = actor.name.split(' ').next() == Some(name);
        (family_first || !others).then_some(first)
    }

    fn family_of<'n>(&self, id: ActorId, actor: &'n Actor) -> Option<&'n str> {
        let country = self.registry.country(id).map(|c| self.registry.actor(c).name.as_str());
        let (first, _) = actor.name.split_once(' ')?;
        match country {
            Some("China" | "North Korea" | "South Korea" | "Vietnam" | "Taiwan") => Some(first),
            _ => actor.name.rsplit(' ').next(),
        }
    }

    /// The article speaks of whom `person` belongs to.
    fn at_hand(&self, person: ActorId, side: Option<ActorId>) -> bool {
        let chain = self.registry.chain(person);
        chain.iter().skip(1).any(|&above| {
            let name = self.registry.actor(above).name.as_str();
            side == Some(above)
                || self.home == Some(above)
                || self.traces.iter().any(|t| self.cast.member(t.who).holder.name == name)
        })
    }
}
