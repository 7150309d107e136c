//! A pronoun in speech: "I" and "we" are known by the speaker.

use super::Reading;
use super::Scene;
use crate::attribute::Reason;
use crate::attribute::cast::MemberId;
use crate::attribute::scan::Pronoun;
use crate::attribute::scan::Sort;
use crate::registry::ActorKind;
use crate::segment::Lead;
use crate::segment::Sentence;

impl Reading<'_> {
    /// The text is somebody's own words (an interview, a letter), not a report of what people said.
    pub(super) fn is_one_voice(&self, sentences: &[Sentence]) -> bool {
        let dateline = sentences.iter().any(|s| matches!(s.lead, Some(Lead::Dateline(_))));
        let speaks = |scene: &&Scene| {
            scene.acts.iter().any(|a| {
                let subject = scene.mentions[a.subject].to.first();
                a.inside.is_none() && subject.is_some_and(|(who, _)| self.cast.member(*who).is_person())
            })
        };
        let reported = self.scenes.iter().filter(speaks).count();
        !dateline && reported * 10 <= self.scenes.len()
    }

    /// Resolves the pronouns of speech, now that its speakers are known.
    pub(super) fn resolve_speech(&mut self, index: usize) {
        let turn = self.scenes[index].turn.clone().map(|(who, _)| who);
        let press = self.scenes[index].press;
        for position in 0..self.scenes[index].mentions.len() {
            let resolved = &self.scenes[index].mentions[position];
            let Sort::Pronoun(pronoun) = resolved.mention.sort else { continue };
            if !resolved.to.is_empty() {
                continue;
            }
            let word = self.text[resolved.mention.bytes.clone()].to_owned();
            let in_quote = resolved.inside;
            let speakers: Vec<MemberId> = match in_quote {
                Some(quotation) => self.speakers[quotation].0.into_iter().collect(),
                None if press => Vec::new(),
                None => turn
                    .clone()
                    .or_else(|| self.author.as_ref().map(|(who, _)| who.clone()))
                    .or_else(|| self.headline_speaker.map(|who| vec![who]))
                    .unwrap_or_default(),
            };
            let speakers: Vec<MemberId> = speakers.into_iter().filter(|&s| s != self.unattributed).collect();
            let mut to: Vec<(MemberId, Reason)> = Vec::new();
            match pronoun {
                Pronoun::I | Pronoun::We => {
                    for &speaker in &speakers {
                        let name = self.cast.member(speaker).holder.name.clone();
                        if pronoun == Pronoun::We
                            && let Some(side) = self.cast.side_of(speaker)
                            && side != speaker
                            && !to.iter().any(|(who, _)| *who == side)
                        {
                            to.push((side, Reason::SpokenFor { word: word.clone(), speaker: name.clone() }));
                        }
                        to.push((speaker, Reason::Pronoun { pronoun: word.clone(), antecedent: name }));
                    }
                    if to.is_empty()
                        && pronoun == Pronoun::We
                        && in_quote.is_none()
                        && !press
                        && let Some(home) = self.home
                    {
                        // An editorial "we": the country that the article is written in.
                        to.push((home, Reason::SpokenFor { word: word.clone(), speaker: String::new() }));
                    }
                    if to.is_empty()
                        && pronoun == Pronoun::We
                        && in_quote.is_some()
                        && let Some(home) = self.home
                    {
                        // Nobody knows who says so, but most of what the article quotes comes from there.
                        to.push((home, Reason::SpokenFor { word: word.clone(), speaker: String::new() }));
                    }
                    if to.is_empty() && in_quote.is_some() {
                        to.push((
                            self.unattributed,
                            Reason::Pronoun { pronoun: word.clone(), antecedent: String::new() },
                        ));
                    }
                }
                _ => {
                    if let Some(who) = self.third_person(index, position, pronoun, &speakers) {
                        let antecedent = self.cast.member(who).holder.name.clone();
                        to.push((who, Reason::Pronoun { pronoun: word.clone(), antecedent }));
                    }
                }
            }
            self.scenes[index].mentions[position].to = to;
        }
    }

    /// "He", "they" and "it" in somebody's speech: the nearest earlier mention of somebody else.
    pub(super) fn third_person(
        &mut self,
        index: usize,
        position: usize,
        pronoun: Pronoun,
        speakers: &[MemberId],
    ) -> Option<MemberId> {
        let sides: Vec<MemberId> = speakers.iter().filter_map(|&s| self.cast.side_of(s)).collect();
        let suits = |who: MemberId| {
            let member = self.cast.member(who);
            let other = !speakers.contains(&who) && !sides.contains(&who) && who != self.unattributed;
            other
                && match pronoun {
                    Pronoun::He => member.is_person() && member.female != Some(true),
                    Pronoun::She => member.is_person() && member.female != Some(false),
                    Pronoun::They => !member.is_person(),
                    Pronoun::It => {
                        matches!(member.kind, ActorKind::Country | ActorKind::Organisation)
                            || (member.kind == ActorKind::Group && member.actor.is_some())
                    }
                    _ => false,
                }
        };
        for back in 0..=2.min(index) {
            let scene = &self.scenes[index - back];
            let until = if back == 0 { position } else { scene.mentions.len() };
            let nearest = |objects: bool| {
                let mentions = scene.mentions[..until].iter().rev().filter(|m| objects || !m.object);
                mentions.flat_map(|m| m.to.first()).map(|(who, _)| *who).find(|&who| suits(who))
            };
            if let Some(who) = nearest(false).or_else(|| nearest(true)) {
                return Some(who);
            }
        }
        None
    }
}
