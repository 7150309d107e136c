//! A group: "the two sides" as the actors meant, or what the text says.

use super::Reader;
use crate::attribute::Reason;
use crate::attribute::cast::MemberId;
use crate::attribute::names::bare;
use crate::attribute::scan::Mention;
use crate::registry::{ActorId, ActorKind};

impl Reader<'_> {
    /// "The two sides": the actors meant if the article just named as many, else as the text says.
    pub(super) fn group(
        &mut self,
        phrase: String,
        mention: &Mention,
        definite: bool,
        number: usize,
    ) -> Vec<(MemberId, Reason)> {
        let title = mention.title.as_deref().unwrap_or_default();
        let count = match title.split(' ').next() {
            Some("two" | "both" | "rival" | "warring") => 2,
            Some("three") => 3,
            Some("four") => 4,
            _ if phrase.to_lowercase().starts_with("both ") => 2,
            _ => 0,
        };
        let head = title.rsplit(' ').next().unwrap_or_default();
        let sides = matches!(
            head,
            "sides"
                | "countries"
                | "parties"
                | "nations"
                | "states"
                | "governments"
                | "neighbors"
                | "neighbours"
                | "powers"
                | "players"
        );
        let people = matches!(
            head,
            "leaders" | "presidents" | "ministers" | "diplomats" | "officials" | "sides" | "parties"
        );
        let either = matches!(head, "sides" | "parties");
        let lone = definite && title == head && mention.side.is_none();
        let whole = mention.side.is_none() && (definite || phrase.to_lowercase().starts_with("both"));
        if (sides || people) && whole && (count > 0 || lone) && !phrase.to_lowercase().starts_with("our ") {
            let kind = if either { None } else { Some(people) };
            let listed = self.run_of(count, kind, number, 3);
            if !listed.is_empty() {
                return listed
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        if count > 0
            && sides
            && !phrase.to_lowercase().starts_with("our ")
            && mention.side.is_none()
            && (definite || phrase.to_lowercase().starts_with("both"))
        {
            let listed = self.coordinated(number);
            if listed.len() == count {
                return listed
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
            let mut members = Vec::new();
            for trace in self.traces.iter().rev().take_while(|t| number.saturating_sub(t.sentence) <= 3) {
                let member = self.cast.member(trace.who);
                let state = member.kind == ActorKind::Country
                    || (member.kind == ActorKind::Organisation && self.is_party(trace.who));
                if state && !members.contains(&trace.who) {
                    members.push(trace.who);
                }
                if members.len() == count {
                    break;
                }
            }
            if count == 2 && members.len() == count {
                members.reverse();
                return members
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        if head == "bloc" && definite && mention.side.is_none() {
            let union = self.traces.iter().rev().map(|t| t.who).find(|&who| self.is_bloc(who));
            // "The EU's top diplomat said the bloc …"
            let union = union.or_else(|| {
                let sides =
                    self.traces.iter().rev().filter_map(|t| self.cast.member(t.who).holder.side.clone());
                let actors: Vec<_> = sides.filter_map(|side| self.registry.find(&side)).collect();
                actors.into_iter().find(|&actor| self.unites(actor)).map(|actor| self.cast.registered(actor))
            });
            return union.map(|who| (who, self.short_for(&phrase, who))).into_iter().collect();
        }
        // "The Norlandic government and opposition groups"
        if let Some(trace) = self.traces.last()
            && title.contains("opposition")
            && mention.side.is_none()
            && trace.sentence == number
            && trace.listed
            && let Some(country) = self.cast.member(trace.who).actor
            && let Some(adjective) = self.registry.actor(country).adjectives.first()
        {
            let who = self.cast.group(&format!("{adjective} opposition"), Some(country));
            return vec![(who, Reason::Collective { phrase })];
        }
        let own = phrase.to_lowercase().starts_with("our ");
        if own && count > 0 && sides {
            let people = self.headline_people.clone();
            let mut members: Vec<MemberId> =
                people.into_iter().filter_map(|who| self.cast.side_of(who)).collect();
            members.dedup();
            if members.len() == count {
                return members
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        let both = count == 2 || definite && title == head;
        if both
            && mention.side.is_none()
            && matches!(head, "leaders" | "presidents" | "ministers" | "diplomats")
        {
            let members = self.last_two(number, &self.headline_people);
            if !members.is_empty() {
                return members
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        // "The two", of whom nobody was named.
        if matches!(phrase.to_lowercase().as_str(), "both" | "the two" | "the three" | "the four") {
            return Vec::new();
        }
        let who = self.cast.group(bare(&phrase), mention.side);
        vec![(who, Reason::Collective { phrase })]
    }

    /// The two persons that "both leaders" means: the headline's, else those named last.
    pub(super) fn last_two(&self, number: usize, headline: &[MemberId]) -> Vec<MemberId> {
        if headline.len() == 2 {
            return headline.to_vec();
        }
        let mut members = Vec::new();
        for trace in self.traces.iter().rev().take_while(|t| number.saturating_sub(t.sentence) <= 2) {
            if self.cast.member(trace.who).is_person() && !members.contains(&trace.who) {
                members.push(trace.who);
            }
        }
        members.reverse();
        if members.len() == 2 { members } else { Vec::new() }
    }

    /// A union of states.
    fn is_bloc(&self, who: MemberId) -> bool {
        self.cast.member(who).actor.is_some_and(|a| self.unites(a))
    }

    fn unites(&self, actor: ActorId) -> bool {
        let kind = self.registry.actor(actor).kind;
        let union = matches!(kind, ActorKind::Organisation | ActorKind::Group);
        union && self.registry.chain(actor).len() == 1 && self.registry.country(actor).is_none()
    }

    /// An organisation that can be one of "the two sides": it belongs to a country or a people.
    pub(super) fn is_party(&self, who: MemberId) -> bool {
        self.cast.member(who).actor.is_some_and(|a| self.registry.country(a).is_some())
    }
}
