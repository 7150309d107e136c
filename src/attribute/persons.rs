//! A person's name in a sentence, as capitals and the registry tell it, with the office that an apposition gives.

use std::ops::Range;

use super::lexicon as words;
use super::phrases::{Head, Line};
use super::scan::{Mention, Sort, gender};
use crate::registry::{ActorKind, AliasForm};

/// A person's name at `at`: a registry match, extended over the words that make it another name, or
/// capitalised words.
pub(super) fn person_at(line: &Line, at: usize) -> Option<(Range<usize>, Sort)> {
    let mut start = at;
    while words::is_honorific(line.lower(start)) && line.owner_of(start).is_none() {
        start += 1;
    }
    if let Some(alias) = line.match_at(start) {
        if line.registry.actor(alias.actor).kind != ActorKind::Person {
            return None;
        }
        let end = line.match_end(start);
        let mut last = end;
        if alias.form == AliasForm::FamilyName && !line.headline {
            while last < end + 2
                && is_name_word(line, last)
                && !line.lower(last).ends_with("ing")
                && !words::is_body(line.lower(last))
                && !words::is_role(line.lower(last))
            {
                last += 1;
            }
        }
        let sort = if last > end {
            Sort::Person(line.words(&(start..last)))
        } else {
            Sort::Registered(alias.actor, alias.form)
        };
        return Some((at..last, sort));
    }
    let (name, sort) = name_at(line, start)?;
    match sort {
        Sort::Person(_) | Sort::ShortName(_) => Some((at..name.end, sort)),
        Sort::Registered(actor, _) if line.registry.actor(actor).kind == ActorKind::Person => {
            Some((at..name.end, sort))
        }
        _ => None,
    }
}

/// Capitalised and not a word of another class.
pub(super) fn is_name_word(line: &Line, at: usize) -> bool {
    line.token(at).is_some_and(|t| t.word && t.capital && !words::is_not_name(&t.lower))
        && line.owner_of(at).is_none()
}

/// A sequence of capitalised words at `at` as a name. A registered family name at its end makes it a
/// person's full name.
pub(super) fn name_at(line: &Line, at: usize) -> Option<(Range<usize>, Sort)> {
    if !is_name_word(line, at) {
        return None;
    }
    let mut start = at;
    // "Assassinating Doe was wrong": a verb before a known name.
    if line.lower(at).ends_with("ing")
        && line.match_at(at + 1).is_some_and(|m| m.form == AliasForm::FamilyName)
        && at.checked_sub(1).and_then(|b| line.token(b)).is_none_or(|t| !t.word)
    {
        return None;
    }
    while words::is_honorific(line.lower(start)) {
        start += 1;
    }
    let mut end = start;
    let mut family = None;
    while end < start + 6 {
        let Some(token) = line.token(end) else { break };
        if is_name_word(line, end) && !(end > start && words::is_honorific(&token.lower)) {
            // A full stop ends a name, except after an initial.
            end += 1;
        } else if let Some(alias) = line.match_at(end)
            && line.registry.actor(alias.actor).kind == ActorKind::Person
            && end > start
        {
            family = Some(alias);
            end = line.match_end(end);
            break;
        } else if words::is_name_particle(&token.lower) && end > start && is_name_word(line, end + 1) {
            end += 2;
        } else {
            break;
        }
    }
    if end <= start {
        return None;
    }
    let tokens = at..end;
    let name = line.words(&(start..end));
    let last = line.lower(end - 1);
    if end == start + 1 {
        let short = line.text[line.tokens[start].span.clone()].chars().count() > 2;
        return short.then_some((tokens, Sort::ShortName(name)));
    }
    if let Some(alias) = family
        && (words::is_place_preposition(line.lower(at.wrapping_sub(1))) || line.headline)
    {
        // "In New York Doe said": the place is no first name.
        return Some((end - 1..end, Sort::Registered(alias.actor, alias.form)));
    }
    if let Some(alias) = family
        && alias.form == AliasForm::Name
        && line.match_end(end - 1) - (end - 1) > 1
    {
        // "Sayyed Ali Khamenei" around a full name: the same person.
        return Some((tokens, Sort::Registered(alias.actor, alias.form)));
    }
    if words::is_body(last) {
        return Some((tokens, Sort::Body(name)));
    }
    Some((tokens, Sort::Person(name)))
}

/// ", head of Iran's council," after a person's name: gives the office, and hides the actors named in it.
pub(super) fn apposition(line: &Line, comma: usize, found: &mut [Mention]) -> Option<usize> {
    let person = found.last_mut().filter(|m| m.tokens.end == comma)?;
    let is_person = match &person.sort {
        Sort::Registered(actor, _) => line.registry.actor(*actor).kind == ActorKind::Person,
        Sort::Person(_) | Sort::ShortName(_) => true,
        _ => false,
    };
    if !is_person {
        return None;
    }
    let mut start = comma + 1;
    while matches!(line.lower(start), "who" | "is" | "was" | "served" | "as" | "then" | "now" | "serves") {
        start += 1;
    }
    let phrase = (start..start + 3).find_map(|at| line.phrase(at).filter(|p| p.head == Head::Role))?;
    if phrase.all.start > start && !matches!(line.lower(start), "also" | "himself" | "one") {
        return None;
    }
    // "Doe, President Roe and …": a list of persons.
    if person_at(line, phrase.all.end).is_some() || person_at(line, phrase.end).is_some() {
        return None;
    }
    // The clause ends at the next comma or verb.
    let mut end = phrase.end;
    while let Some(token) = line.token(end) {
        if matches!(token.lower.as_str(), "," | "-" | "–" | "—" | "\"" | "“" | "”" | ";" | ":")
            || words::is_verb(&token.lower)
            || end > comma + 22
        {
            break;
        }
        end += 1;
    }
    // "Recently, the minister said": no apposition.
    let closed = matches!(line.lower(end), "," | "" | "." | "-" | "–" | "—" | "\"" | "”");
    // "“…,” Jane Doe, the head of the council said"
    let opens = person.tokens.len() > 1
        && person
            .tokens
            .start
            .checked_sub(1)
            .and_then(|b| line.token(b))
            .is_none_or(|t| matches!(t.lower.as_str(), "”" | "\""));
    let vague = matches!(person.sort, Sort::ShortName(_)) || (line.lower(start) == "the" && !opens);
    if !closed && vague && person.title.is_none() {
        return None;
    }
    let side = phrase.side.or_else(|| {
        (phrase.end..end).find_map(|at| {
            {
                line.match_at(at).filter(|m| {
                    matches!(
                        line.registry.actor(m.actor).kind,
                        ActorKind::Country | ActorKind::Organisation | ActorKind::Group
                    )
                })
            }
            .map(|m| m.actor)
        })
    });
    if person.title.is_none() {
        person.title = Some(phrase.title);
    }
    person.side = person.side.or(side);
    person.female = person.female.or_else(|| gender(line, phrase.all));
    Some(end)
}
