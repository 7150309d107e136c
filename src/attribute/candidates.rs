//! The choice of candidates: which resolved mentions of a sentence may hold its stance, and who claims so.

use super::cast::MemberId;
use super::document::{Reading, Resolved, Scene};
use super::lexicon as words;
use super::phrases::Line;
use super::scan::{self, Sort};
use super::{Candidate, Reason};
use crate::registry::{ActorKind, AliasForm};

/// How likely a mention is to be the holder's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Never: a place, the press, part of another name.
    Not,
    /// An object or owner: only if its actor has no better mention in the sentence.
    Weak,
    Strong,
}

/// Candidates of the sentence at `index`.
pub fn of_sentence(reading: &Reading, line: &Line, index: usize) -> Vec<Candidate> {
    let scene = &reading.scenes[index];
    let mut weighed: Vec<(Weight, &Resolved, MemberId, &Reason)> = Vec::new();
    for resolved in &scene.mentions {
        let weight = weigh(reading, line, resolved);
        if weight > Weight::Not {
            weighed.extend(resolved.to.iter().map(|(who, reason)| (weight, resolved, *who, reason)));
        }
    }
    let mut out: Vec<Candidate> = Vec::new();
    let mut seen: Vec<MemberId> = Vec::new();
    for (weight, resolved, who, reason) in &weighed {
        let better = weighed.iter().any(|(w, _, other, _)| other == who && w > weight);
        let pronoun = matches!(resolved.mention.sort, Sort::Pronoun(_));
        let times = seen.iter().filter(|s| *s == who).count();
        // A second mention adds something only if it is a full one.
        if better || times > 1 || (times > 0 && (*weight == Weight::Weak || pronoun)) {
            continue;
        }
        seen.push(*who);
        out.push(Candidate {
            holder: reading.cast.member(*who).holder.clone(),
            mention: Some(resolved.mention.bytes.clone()),
            reason: (*reason).clone(),
            claimant: claimant(reading, scene, resolved, *who).map(|c| reading.cast.member(c).holder.clone()),
        });
    }
    let alone = out.len() < 2;
    for (who, reason) in implied(reading, line, index, alone) {
        if !seen.contains(&who) {
            seen.push(who);
            let holder = reading.cast.member(who).holder.clone();
            out.push(Candidate { holder, mention: None, reason, claimant: None });
        }
    }
    out
}

fn weigh(reading: &Reading, line: &Line, resolved: &Resolved) -> Weight {
    let mention = &resolved.mention;
    let (start, end) = (mention.tokens.start, mention.tokens.end);
    let registered = matches!(mention.sort, Sort::Registered(..));
    let kind = resolved.to.first().map(|(who, _)| reading.cast.member(*who).kind);
    if kind == Some(ActorKind::Medium) {
        return Weight::Not;
    }
    if matches!(mention.sort, Sort::Pronoun(_)) {
        return Weight::Strong;
    }
    let state =
        registered && matches!(kind, Some(ActorKind::Country | ActorKind::Organisation | ActorKind::Group));
    let whole = mention.title.is_some();
    if state && !whole && scan::is_place(line, start) {
        return Weight::Not;
    }
    let people = matches!(mention.sort, Sort::Registered(_, AliasForm::Adjective));
    // "Iran nuclear deal", "U.S. sanctions": the name only modifies a noun.
    if state && mention.title.is_none() {
        let next = line.lower(end);
        if words::is_act(next) {
            return Weight::Weak;
        }
        if !people && words::is_modified(next) && line.token(end).is_some_and(|t| !t.capital) {
            return Weight::Not;
        }
    }
    let role = matches!(mention.sort, Sort::Role { definite: false });
    let bare = line.lower(start) != "a" && line.lower(start) != "an";
    if role && bare && (resolved.object || matches!(line.lower(start.wrapping_sub(1)), "as" | "his" | "the"))
    {
        return Weight::Not;
    }
    // "A president", "as chief": nobody in particular, unless it acts.
    let next = line.lower(end);
    let acts = words::is_verb(next) || words::is_skippable(next) || next == ",";
    if role && mention.side.is_none() && mention.tokens.len() <= 2 && !acts {
        return Weight::Not;
    }
    // "To governments", "of protesters": nobody in particular.
    let group = matches!(mention.sort, Sort::Group { definite: false }) && mention.side.is_none();
    if group && resolved.object && mention.tokens.len() == 1 {
        return Weight::Not;
    }
    let passive_agent = line.lower(start.wrapping_sub(1)) == "by";
    let shared = matches!(line.lower(start.wrapping_sub(1)), "between" | "among");
    if resolved.object && !passive_agent && !shared { Weight::Weak } else { Weight::Strong }
}

/// Whoever tells the position of `who`: the speaker in whose speech or clause the mention stands.
fn claimant(reading: &Reading, scene: &Scene, resolved: &Resolved, who: MemberId) -> Option<MemberId> {
    let other = |speaker: MemberId| {
        let side = reading.cast.member(speaker).holder.side.as_deref();
        (speaker != who && side != Some(reading.cast.member(who).holder.name.as_str())).then_some(speaker)
    };
    if let Some(quotation) = resolved.inside {
        return reading.speakers[quotation].0.and_then(other);
    }
    let own = matches!(resolved.mention.sort, Sort::Pronoun(scan::Pronoun::I | scan::Pronoun::We));
    if own {
        return None;
    }
    let position = resolved.mention.tokens.start;
    let acts = || scene.acts.iter().filter(|a| a.claiming && a.inside.is_none());
    let subject = |act: &super::speech::Act| {
        let m = &scene.mentions[act.subject];
        // Of "we", the speaker, who stands after the side.
        (m.mention.tokens.start != position).then(|| m.to.last().map(|(who, _)| *who)).flatten()
    };
    let before = acts().filter(|a| a.verb < position).max_by_key(|a| a.verb);
    // "…, said the minister": the clause stands before the verb.
    let after =
        || acts().rfind(|a| scene.mentions[a.subject].mention.tokens.start > position && a.verb > position);
    let act = before.or_else(after).and_then(subject);
    // All of a turn is what its speaker says.
    let turn = || {
        let author = reading.author.as_ref().filter(|(who, _)| who.len() == 1 && !scene.press);
        scene.turn.as_ref().or(author).and_then(|(who, _)| who.first().copied())
    };
    act.or_else(turn).and_then(other)
}

/// Speakers whose words these are and whom the sentence may not mention.
fn implied(reading: &Reading, line: &Line, index: usize, alone: bool) -> Vec<(MemberId, Reason)> {
    let scene = &reading.scenes[index];
    let mut out = Vec::new();
    let (Some(first), Some(last)) =
        (line.token(scene.tokens.start), scene.tokens.end.checked_sub(1).and_then(|l| line.token(l)))
    else {
        return out;
    };
    let span = first.span.start..last.span.end;
    let spoken = reading.quotations.iter().zip(&reading.speakers).zip(&reading.speaker_sides);
    for ((quotation, (speaker, opened)), side) in spoken {
        let overlap = quotation.speech && quotation.span.start < span.end && span.start < quotation.span.end;
        if let (true, Some(who)) = (overlap, speaker) {
            let speaker = reading.cast.member(*who).holder.name.clone();
            out.push((*who, Reason::RunningQuote { speaker: speaker.clone(), opened_in_sentence: *opened }));
            // An official's words are those of his country, if the sentence is about nobody else.
            if let (true, Some(side)) = (alone, side) {
                out.push((*side, Reason::RunningQuote { speaker, opened_in_sentence: *opened }));
            }
        }
    }
    // "He said the talks failed. Norland must now return to them.": he may still be speaking.
    let before = index.checked_sub(1).map(|i| &reading.scenes[i]);
    if out.is_empty()
        && alone
        && scene.acts.is_empty()
        && let Some(before) = before
        && before.acts.iter().any(|a| a.inside.is_none())
        && let Some(who) = before.floor
        && reading.cast.member(who).is_person()
    {
        let speaker = reading.cast.member(who).holder.name.clone();
        out.push((who, Reason::RunningQuote { speaker, opened_in_sentence: index - 1 }));
    }
    if let Some((who, from)) = &scene.declare {
        out.extend(who.iter().map(|&w| {
            let speaker = reading.cast.member(w).holder.name.clone();
            (w, Reason::RunningQuote { speaker, opened_in_sentence: *from })
        }));
    }
    if scene.press {
        return out;
    }
    if let Some((who, label)) = &scene.turn {
        out.extend(who.iter().map(|w| (*w, Reason::Turn { label: label.clone() })));
    } else if let Some((who, label)) = &reading.author
        && (who.len() == 1
            || (who.len() <= 3 && (label.contains("statement") || (alone && !reading.has_turns()))))
    {
        out.extend(who.iter().map(|&w| (w, Reason::Turn { label: label.clone() })));
    } else if reading.author.is_none()
        && reading.headline_closes
        && let Some(who) = reading.headline_speaker
        && scene.acts.is_empty()
        && out.is_empty()
    {
        let label = reading.cast.member(who).holder.name.clone();
        out.push((who, Reason::Turn { label }));
    }
    out
}
