//! A role noun: "the foreign minister" as a person of the article, the office's holder, or what the text says.

use std::cell::LazyCell;

use super::Reader;
use crate::attribute::Reason;
use crate::attribute::cast::Cast;
use crate::attribute::cast::MemberId;
use crate::attribute::lexicon as words;
use crate::attribute::names::bare;
use crate::attribute::scan::Mention;
use crate::registry::ActorId;

impl Reader<'_> {
    /// "The foreign minister": somebody of the article, the office's holder, or whoever the text says.
    pub(super) fn role(
        &mut self,
        phrase: &str,
        title: &str,
        mention: &Mention,
        definite: bool,
        number: usize,
        named: &[MemberId],
    ) -> Vec<(MemberId, Reason)> {
        let short = |who: MemberId, cast: &Cast| {
            let antecedent = cast.member(who).holder.name.clone();
            vec![(who, Reason::ShortForm { form: phrase.to_owned(), antecedent })]
        };
        let (mut sure, mut likely) = (None, None);
        if definite {
            let home = self.home.map(|h| self.registry.actor(h).name.as_str());
            let incumbent =
                LazyCell::new(|| mention.side.or(self.home).and_then(|side| self.in_office(title, side)));
            let mut best: Option<(u8, u8, MemberId)> = None;
            for (back, trace) in self.traces.iter().rev().enumerate().take(60) {
                if named.contains(&trace.who) {
                    continue;
                }
                let near = number.saturating_sub(trace.sentence) <= 4;
                let fit = self.cast.fits(trace.who, title, mention.side);
                if !(fit >= 2 || (fit == 1 && near)) {
                    continue;
                }
                // An office is nobody's name where its holder is known.
                if words::is_office(&self.cast.member(trace.who).holder.name) && incumbent.is_some() {
                    continue;
                }
                let at_home = home.is_some() && self.cast.member(trace.who).holder.side.as_deref() == home;
                let has_floor = self.floor.is_some_and(|(who, _)| who == trace.who);
                let score = fit * 2
                    + 2 * u8::from(has_floor)
                    + 6 * u8::from(at_home && mention.side.is_none())
                    + u8::from(trace.subject)
                    + u8::from(back < 6);
                if best.is_none_or(|(b, _, _)| score > b) {
                    best = Some((score, fit, trace.who));
                }
            }
            sure = best.filter(|(_, fit, _)| *fit >= 2).map(|(_, _, who)| who);
            likely = best.map(|(_, _, who)| who);
        }
        if let Some(who) = sure {
            return short(who, &self.cast);
        }
        let side = mention.side.or(if definite { self.home } else { None });
        // "The Leader", written large, is Iran's.
        let large = title == "leader" && phrase.contains("Leader") && mention.side.is_none();
        let iran = self.registry.find("Iran").filter(|_| large);
        let about = |a: ActorId, cast: &Cast| self.traces.iter().any(|t| cast.member(t.who).actor == Some(a));
        let side = iran.filter(|&a| about(a, &self.cast)).or(side);
        // "The secretary-general" of no body is that of the United Nations.
        let general = matches!(title, "secretary-general" | "secretary general") && mention.side.is_none();
        let side = if general { self.registry.find("United Nations") } else { side };
        // "The European foreign policy chief"
        let side = match side.map(|s| self.registry.actor(s).name.as_str()) {
            Some("Europe") => self.registry.find("European Union"),
            _ => side,
        };
        if let Some(side) = side
            && definite
            && !title.contains("former")
        {
            let holder = |side: ActorId| self.in_office(title, side);
            let country = self.registry.country(side).filter(|&c| c != side);
            if let Some(actor) = holder(side).or_else(|| country.and_then(holder)) {
                let who = self.cast.registered(actor);
                if !named.contains(&who) {
                    return short(who, &self.cast);
                }
            }
        }
        if let Some(who) = likely {
            return short(who, &self.cast);
        }
        let side = mention.side.or(if definite && official(title) { self.home } else { None });
        let mut name = bare(phrase).to_owned();
        if mention.side.is_none()
            && let Some(adjective) = side.and_then(|s| self.registry.actor(s).adjectives.first())
        {
            // "The spokesman" of an article on Iran: "Iranian spokesman".
            name = format!("{adjective} {name}");
        }
        let who = self.cast.anonymous(&name, title, side, mention.female);
        vec![(who, Reason::NamedInText { phrase: phrase.to_owned() })]
    }
}

/// An office of government, whose holder speaks for a country even if the text leaves it out.
pub(super) fn official(title: &str) -> bool {
    let head = title.rsplit(' ').next().unwrap_or_default();
    matches!(
        head,
        "minister"
            | "spokesman"
            | "spokeswoman"
            | "spokesperson"
            | "official"
            | "lawmaker"
            | "mp"
            | "legislator"
            | "parliamentarian"
            | "ambassador"
            | "envoy"
            | "negotiator"
            | "diplomat"
            | "president"
            | "speaker"
            | "secretary"
            | "leader"
            | "commander"
            | "general"
            | "fm"
    ) && !title.contains("former")
}
