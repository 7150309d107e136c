//! A run: actors named side by side ("France, Britain and Germany"), whom a later "they" or "the three countries" means.

use super::Reader;
use super::Resolved;
use crate::attribute::cast::MemberId;
use crate::attribute::lexicon as words;
use crate::attribute::phrases::Line;
use crate::registry::ActorKind;
use crate::registry::AliasForm;

/// Actors side by side in one sentence (0 is the title), in order.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub sentence: usize,
    pub members: Vec<MemberId>,
    /// They are persons.
    pub persons: bool,
    /// They do something, rather than having it done.
    pub subject: bool,
    /// One past the last mention's last token.
    end: usize,
}

impl Reader<'_> {
    /// Adds `next` to the run that it continues, or begins one with the mention before it.
    pub(super) fn note_run(
        &mut self,
        line: &Line,
        before: Option<&Resolved>,
        next: &Resolved,
        number: usize,
    ) {
        let named = |cast: &super::Cast, r: &Resolved| -> Option<(Vec<MemberId>, bool)> {
            let members: Vec<MemberId> = r.to.iter().map(|(who, _)| *who).collect();
            let first = *members.first()?;
            let persons = cast.member(first).is_person();
            let fit = members.iter().all(|&m| {
                m != self.unattributed
                    && cast.member(m).is_person() == persons
                    && cast.member(m).kind != ActorKind::Medium
            });
            fit.then_some((members, persons))
        };
        let Some((members, persons)) = named(&self.cast, next) else { return };
        let start = next.mention.tokens.start;
        let end = next.mention.tokens.end;
        let subject = !next.object;
        if let Some(run) = self.runs.last_mut()
            && run.sentence == number
            && run.persons == persons
            && (run.end == end || run.end <= start && glued(line, run.end, start, number == 0))
        {
            for member in members {
                if !run.members.contains(&member) {
                    run.members.push(member);
                }
            }
            run.end = end;
            return;
        }
        let before = before.and_then(|b| Some((named(&self.cast, b)?, b)));
        if let Some(((mut earlier, kind), b)) = before
            && kind == persons
            && (b.mention.tokens == next.mention.tokens
                || b.mention.tokens.end <= start && glued(line, b.mention.tokens.end, start, number == 0))
        {
            for member in members {
                if !earlier.contains(&member) {
                    earlier.push(member);
                }
            }
            if earlier.len() > 1 {
                self.runs.push(Run { sentence: number, members: earlier, persons, subject: !b.object, end });
            }
        } else if members.len() > 1 {
            self.runs.push(Run { sentence: number, members, persons, subject, end });
        }
    }

    /// Who declares a clause of a communiqué that has no subject ("Welcome the agreement …;"): the parties that the
    /// article names side by side.
    pub(super) fn declarers(
        &mut self,
        line: &Line,
        scene: &super::Scene,
        number: usize,
        before: &str,
    ) -> Option<(Vec<MemberId>, usize)> {
        let start = line.range.start;
        let first = line.token(start)?;
        let listed =
            before.trim_end().trim_end_matches(['.', ')']).trim_end_matches(|c: char| c.is_ascii_digit());
        let clause = listed.trim_end().ends_with([';', ':']) && listed.len() < before.trim_end().len()
            || before.trim_end().ends_with(';');
        let verb = words::is_verb(&first.lower)
            || matches!(
                first.lower.as_str(),
                "welcome" | "support" | "affirm" | "express" | "reject" | "condemn"
            )
            || first.lower.ends_with("ed");
        let named =
            scene.mentions.first().is_some_and(|m| m.mention.tokens.start == start && !m.to.is_empty());
        if !clause || !verb || named || !first.capital {
            return None;
        }
        let members = self.run_of(0, Some(false), number, usize::MAX);
        (!members.is_empty()).then_some((members, number.saturating_sub(2)))
    }

    /// The latest run of `count` members (0: any number) in the title or up to `back` sentences before `number`.
    /// Where states are asked for, a run of persons gives the states that they speak for.
    pub(super) fn run_of(
        &mut self,
        count: usize,
        persons: Option<bool>,
        number: usize,
        back: usize,
    ) -> Vec<MemberId> {
        let near = |run: &&Run| run.sentence == 0 || number.saturating_sub(run.sentence) <= back;
        // "The Norlandic army and mediators": no two sides.
        let known = |run: &&Run| {
            run.members.iter().all(|&m| {
                let member = self.cast.member(m);
                member.kind != ActorKind::Group || member.actor.is_some() || member.holder.side.is_some()
            })
        };
        let runs: Vec<Run> = self.runs.iter().rev().filter(near).filter(known).cloned().collect();
        let suits = |members: &[MemberId]| match count {
            0 => (2..=6).contains(&members.len()),
            _ => members.len() == count,
        };
        for run in runs {
            if persons.is_none_or(|p| p == run.persons) {
                if suits(&run.members) {
                    return run.members;
                }
            } else if persons == Some(false) {
                let mut sides = Vec::new();
                for &member in &run.members {
                    match self.cast.side_of(member) {
                        Some(side) if !sides.contains(&side) => sides.push(side),
                        _ => {}
                    }
                }
                if suits(&sides) {
                    return sides;
                }
            }
        }
        Vec::new()
    }
}

/// Only words that join names stand between: "and", a comma, "his French counterpart".
fn glued(line: &Line, from: usize, to: usize, title: bool) -> bool {
    if to > from + 5 || (to == from && !title) {
        return false;
    }
    let mut joined = to == from;
    for at in from..to {
        let joins = matches!(line.lower(at), "and" | "," | "&" | "plus" | "alongside" | "with");
        let people = line.owner_of(at).is_some_and(|m| m.form == AliasForm::Adjective);
        if !(joins
            || people
            || matches!(line.lower(at), "the" | "his" | "her" | "its" | "counterpart" | "well" | "as"))
        {
            return false;
        }
        joined |= joins;
    }
    joined
}
