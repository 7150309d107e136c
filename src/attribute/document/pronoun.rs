//! A pronoun outside speech: who he, she, it and they are.

use super::Reader;
use super::Resolved;
use super::Trace;
use crate::attribute::Reason;
use crate::attribute::cast::MemberId;
use crate::attribute::phrases::Line;
use crate::attribute::scan::Mention;
use crate::attribute::scan::Pronoun;
use crate::registry::ActorKind;

impl Reader<'_> {
    /// A third-person pronoun outside speech.
    pub(super) fn pronoun(
        &mut self,
        line: &Line,
        mention: &Mention,
        pronoun: Pronoun,
        number: usize,
        speaks: bool,
        earlier: &[Resolved],
    ) -> Vec<(MemberId, Reason)> {
        let word = line.words(&mention.tokens);
        let person = matches!(pronoun, Pronoun::He | Pronoun::She | Pronoun::TheirCountry);
        let female = match pronoun {
            Pronoun::She => Some(true),
            Pronoun::He => Some(false),
            _ => word.to_lowercase().starts_with("her").then_some(true).or(Some(false)),
        };
        if pronoun == Pronoun::They {
            let sides = self.coordinated(number);
            if !sides.is_empty() {
                let reason = |who: MemberId| Reason::Pronoun {
                    pronoun: word.clone(),
                    antecedent: self.cast.member(who).holder.name.clone(),
                };
                return sides.into_iter().map(|who| (who, reason(who))).collect();
            }
        }
        // One state as "they" is unlikely where the headline names several.
        if pronoun == Pronoun::They {
            let single = self.side_before(pronoun, number).is_none_or(|who| {
                self.cast.member(who).kind == ActorKind::Country
                    && !self.traces.iter().rev().take(12).any(|t| t.who == who && t.plural)
            });
            let together = if single { self.run_of(0, Some(false), 0, 0) } else { Vec::new() };
            if !together.is_empty() {
                let reason = |who: MemberId| Reason::Pronoun {
                    pronoun: word.clone(),
                    antecedent: self.cast.member(who).holder.name.clone(),
                };
                return together.into_iter().map(|who| (who, reason(who))).collect();
            }
        }
        let found = match person {
            true => self.person_before(female, number, speaks, earlier),
            false => self.side_before(pronoun, number),
        };
        match found {
            Some(who) => {
                let antecedent = self.cast.member(who).holder.name.clone();
                if pronoun == Pronoun::TheirCountry {
                    return match self.cast.side_of(who) {
                        Some(side) => vec![(side, Reason::SpokenFor { word, speaker: antecedent })],
                        None => Vec::new(),
                    };
                }
                if female.is_some() && person {
                    self.cast.learn(who, None, None, female);
                }
                vec![(who, Reason::Pronoun { pronoun: word, antecedent })]
            }
            None if matches!(pronoun, Pronoun::He | Pronoun::She) => {
                vec![(self.unattributed, Reason::Pronoun { pronoun: word, antecedent: String::new() })]
            }
            None => Vec::new(),
        }
    }

    /// The person that "he" or "she" means: an earlier subject of the same sentence, else whoever has the
    /// floor, else the nearest subject, else the nearest person.
    pub(super) fn person_before(
        &self,
        female: Option<bool>,
        number: usize,
        speaks: bool,
        earlier: &[Resolved],
    ) -> Option<MemberId> {
        let known_woman = female == Some(true)
            && self.traces.iter().rev().take(40).any(|t| self.cast.member(t.who).female == Some(true));
        let suits = |who: MemberId| {
            let member = self.cast.member(who);
            // Nobody calls himself "he".
            member.is_person()
                && !self.authors.contains(&who)
                && (member.female == female || female.is_none() || (member.female.is_none() && !known_woman))
        };
        let here = earlier.iter().filter(|r| r.inside.is_none() && !r.object);
        let subject = here.flat_map(|r| r.to.first()).map(|(who, _)| *who).find(|&w| suits(w));
        if subject.is_some() {
            return subject;
        }
        let floor = self.floor.filter(|&(who, at)| suits(who) && number - at <= 8);
        let nearest = |subject: bool, within: usize| {
            let mut recent =
                self.traces.iter().rev().take_while(|t| t.sentence == 0 || number - t.sentence <= within);
            recent.find(|t| suits(t.who) && t.sentence < number && (t.subject || !subject)).copied()
        };
        let last = nearest(true, 3);
        let headline = self.headline_speaker.filter(|&who| speaks && suits(who) && self.floor.is_none());
        match (floor, last) {
            (None, Some(last)) if last.sentence == 0 && headline.is_some() => headline,
            // The speaker goes on speaking, unless another subject came in between.
            (Some((who, at)), Some(last)) if speaks || last.sentence <= at => Some(who),
            (_, Some(last)) => Some(last.who),
            (Some((who, _)), None) => Some(who),
            (None, None) => nearest(false, 12).map(|t| t.who),
        }
    }

    /// Several sides that were subjects side by side in the sentence before: "they" means all of them.
    pub(super) fn coordinated(&self, number: usize) -> Vec<MemberId> {
        let here = |t: &&Trace| t.sentence == number && t.subject && t.plural;
        let mut sides: Vec<MemberId> =
            self.traces.iter().rev().take(12).filter(here).map(|t| t.who).collect();
        if !sides.is_empty() {
            sides.reverse();
            return sides;
        }
        let run = |r: &&super::run::Run| r.subject && r.sentence > 0 && r.sentence + 1 >= number;
        if let Some(run) = self.runs.iter().rev().find(run).filter(|r| r.members.len() <= 6) {
            return run.members.clone();
        }
        for trace in self.traces.iter().rev().take_while(|t| t.sentence + 1 >= number && t.sentence > 0) {
            let side = trace.subject && trace.sentence < number && !self.cast.member(trace.who).is_person();
            if side && trace.listed && !sides.contains(&trace.who) {
                sides.push(trace.who);
            }
        }
        sides.reverse();
        if (2..=4).contains(&sides.len()) { sides } else { Vec::new() }
    }

    /// A state or a body, not a group that only the text calls so.
    fn can_be_it(&self, kind: ActorKind, who: MemberId) -> bool {
        matches!(kind, ActorKind::Country | ActorKind::Organisation)
            || (kind == ActorKind::Group && self.cast.member(who).actor.is_some())
    }

    /// What "it" or "they" means: the nearest subject that is no person.
    pub(super) fn side_before(&self, pronoun: Pronoun, number: usize) -> Option<MemberId> {
        let suits = |who: MemberId| {
            let kind = self.cast.member(who).kind;
            match pronoun {
                Pronoun::It => self.can_be_it(kind, who),
                _ => kind != ActorKind::Person,
            }
        };
        let recent = || self.traces.iter().rev().take_while(|t| number.saturating_sub(t.sentence) <= 2);
        let they = pronoun == Pronoun::They;
        let last = |t: &&Trace| t.plural && t.sentence + 1 >= number;
        let plural =
            they.then(|| recent().find(|t| t.subject && t.plural).or_else(|| recent().find(last))).flatten();
        plural
            .or_else(|| recent().find(|t| t.subject && suits(t.who)))
            .or_else(|| recent().find(|t| suits(t.who)))
            .map(|t| t.who)
    }
}
