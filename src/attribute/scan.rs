//! A mention: words of a sentence that may refer to an actor, before it is known to whom.

use std::ops::Range;

use super::lexicon as words;
use super::pairs::{bare_count, compound, shares_head};
use super::persons::{apposition, is_name_word, name_at, person_at};
use super::phrases::{Head, Line, Phrase, is_people};
use super::pronouns::{own_country, pronoun, the_country};
use super::tokens::Token;
use crate::registry::{ActorId, ActorKind, AliasForm};

/// Words that may refer to an actor.
#[derive(Debug, Clone)]
pub struct Mention {
    /// Tokens of the article.
    pub tokens: Range<usize>,
    /// Bytes of the article's text.
    pub bytes: Range<usize>,
    pub sort: Sort,
    /// Office that the words before or after a name give to a person, or a role noun's own.
    pub title: Option<String>,
    /// Country or organisation of that office.
    pub side: Option<ActorId>,
    pub female: Option<bool>,
}

/// What kind of words a mention is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// An alias of the registry, or a phrase that stands for its actor ("Iranian officials").
    Registered(ActorId, AliasForm),
    /// A person's name that the registry does not know under this form.
    Person(String),
    /// One capitalised word: perhaps a family name.
    ShortName(String),
    /// A body's name.
    Body(String),
    /// "The foreign minister", "an Iranian lawmaker"; definite ones refer back.
    Role {
        definite: bool,
    },
    /// "The government", "the administration".
    Government,
    /// "Western powers".
    Group {
        definite: bool,
    },
    Pronoun(Pronoun),
}

/// Pronouns by what they can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pronoun {
    He,
    She,
    /// "They" as a subject.
    They,
    /// "It" as a subject.
    It,
    I,
    /// "We", "us", "our".
    We,
    /// "His country", "her government".
    TheirCountry,
}

/// Mentions of one sentence, in order, not overlapping.
pub fn scan(line: &Line) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut at = line.range.start;
    while at < line.range.end {
        at = step(line, at, &mut found).max(at + 1);
    }
    found
}

/// Reads what starts at token `at`; returns where to go on.
fn step(line: &Line, at: usize, found: &mut Vec<Mention>) -> usize {
    let Some(token) = line.token(at) else { return at + 1 };
    if !token.word {
        if token.lower == ","
            && let Some(end) = apposition(line, at, found)
        {
            return end;
        }
        return at + 1;
    }
    if let Some(end) = own_country(line, at, found) {
        return end;
    }
    if let Some(phrase) = line.phrase(at) {
        return of_phrase(line, phrase, found);
    }
    if let Some(end) = bare_count(line, at, found).or_else(|| compound(line, at, found)) {
        return end;
    }
    if let Some(end) = registered(line, at, found) {
        return end;
    }
    // "Doe who was chief negotiator"
    if token.lower == "who"
        && matches!(line.lower(at + 1), "is" | "was" | "serves" | "served")
        && let Some(end) = apposition(line, at, found)
    {
        return end;
    }
    if let Some(end) = the_country(line, at, found) {
        return end;
    }
    if let Some(pronoun) = pronoun(line, at) {
        push(line, found, at..at + 1, Sort::Pronoun(pronoun));
        return at + 1;
    }
    if let Some((name, sort)) = name_at(line, at) {
        let end = name.end;
        push(line, found, name, sort);
        return end;
    }
    at + 1
}

pub(super) fn push(line: &Line, found: &mut Vec<Mention>, tokens: Range<usize>, sort: Sort) {
    let bytes = line.bytes(&tokens);
    if !bytes.is_empty() {
        found.push(Mention { tokens, bytes, sort, title: None, side: None, female: None });
        join_names(line, found);
    }
}

/// "Leader of the Revolution Ayatollah Doe": two names of one actor side by side are one mention.
fn join_names(line: &Line, found: &mut Vec<Mention>) {
    let [.., first, second] = found.as_mut_slice() else { return };
    let (Sort::Registered(one, _), Sort::Registered(other, _)) = (&first.sort, &second.sort) else { return };
    if one == other && first.tokens.end == second.tokens.start {
        second.tokens.start = first.tokens.start;
        second.bytes = line.bytes(&second.tokens);
        let joined = found.len() - 2;
        found.remove(joined);
    }
}

/// A mention made of a phrase; or, with a name right after it, the person.
fn of_phrase(line: &Line, phrase: Phrase, found: &mut Vec<Mention>) -> usize {
    if phrase.head == Head::Role {
        // "Foreign Minister Jane Doe"; "the foreign minister, Jane Doe,".
        let mut name_start = phrase.all.end;
        if line.lower(phrase.end) == ","
            || phrase.end > phrase.all.end && person_at(line, phrase.end).is_some()
        {
            name_start = phrase.end;
        }
        // "Envoy for Norlandic settlement Jane Doe"
        let nouns = (phrase.end..phrase.end + 3)
            .take_while(|&at| {
                line.token(at).is_some_and(|t| t.word && !t.capital)
                    && line.owner_of(at).is_none()
                    && !words::is_verb(line.lower(at))
                    && !words::is_skippable(line.lower(at))
                    && !words::is_preposition(line.lower(at))
                    && !matches!(line.lower(at), "and" | "or" | "that" | "not")
            })
            .count();
        let ahead = phrase.end + nouns;
        if phrase.end > phrase.all.end
            && nouns > 0
            && let Some((name, _)) = person_at(line, ahead)
            && name.len() > 1
        {
            name_start = ahead;
        }
        let comma = line.lower(name_start) == ",";
        if comma {
            name_start += 1;
        }
        while words::is_honorific(line.lower(name_start)) && line.owner_of(name_start).is_none() {
            name_start += 1;
        }
        if let Some((name, sort)) = person_at(line, name_start)
            && (!comma
                || matches!(line.lower(name.end), "," | ".")
                || words::is_reporting(line.lower(name.end)))
        {
            let apart = comma || name_start > phrase.all.end + 1;
            let tokens = if apart { name.clone() } else { phrase.core.start..name.end };
            let bytes = line.bytes(&tokens);
            let female = gender(line, phrase.all.start..name.end);
            found.push(Mention { tokens, bytes, sort, title: Some(phrase.title), side: phrase.side, female });
            join_names(line, found);
            return name.end;
        }
    }
    // "Presidents Jane Doe and John Roe"
    if phrase.head == Head::Group
        && phrase.core.len() == 1
        && is_name_word(line, phrase.end)
        && person_at(line, phrase.end).is_some()
    {
        return phrase.end;
    }
    // "Our negotiating team", "his government".
    if phrase.head == Head::Government && phrase.side.is_none() {
        let whose = match line.lower(phrase.all.start) {
            "our" | "my" => Some(Pronoun::We),
            "his" | "her" => Some(Pronoun::TheirCountry),
            _ => None,
        };
        if let Some(pronoun) = whose {
            push(line, found, phrase.all.clone(), Sort::Pronoun(pronoun));
            return phrase.all.end;
        }
    }
    let press = words::is_press(line.lower(phrase.end)) || phrase.title.split(' ').any(words::is_press);
    if press {
        return phrase.all.end;
    }
    // "Critics of the deal", "the other parties to the JCPOA".
    let whole = matches!(phrase.head, Head::Group | Head::Role) && phrase.end > phrase.all.end;
    let tokens = if whole { phrase.all.start..phrase.end } else { phrase.all.clone() };
    let bytes = line.bytes(&tokens);
    let sort = match (phrase.head, phrase.side) {
        (Head::Group | Head::Body, Some(side)) if is_bloc(line, side, &phrase.title) => {
            Sort::Registered(side, AliasForm::Name)
        }
        // "Western diplomats": a group, there being no Western government.
        (Head::Government, Some(side)) if line.registry.actor(side).kind == ActorKind::Group => {
            Sort::Group { definite: phrase.definite }
        }
        (Head::Government, Some(side)) => Sort::Registered(side, AliasForm::Name),
        (Head::Government, None) if phrase.definite => Sort::Government,
        (Head::Government, None) => return phrase.all.end,
        (Head::Role, _) => Sort::Role { definite: phrase.definite },
        (Head::Group, None) if lone_vague(line, &phrase) => return phrase.all.end,
        (Head::Group, _) => Sort::Group { definite: phrase.definite },
        (Head::Body, Some(side)) if phrase.title.ends_with("foreign ministry") => {
            Sort::Registered(side, AliasForm::Name)
        }
        (Head::Body, _) => Sort::Body(line.words(&phrase.core)),
    };
    let female = gender(line, phrase.all.clone());
    found.push(Mention { tokens, bytes, sort, title: Some(phrase.title), side: phrase.side, female });
    phrase.end.max(phrase.all.end)
}

/// "EU member states", "the P4+1 countries": the bloc itself.
fn is_bloc(line: &Line, side: ActorId, title: &str) -> bool {
    let actor = line.registry.actor(side);
    let proper = actor.kind == ActorKind::Group && !actor.name.contains(' ') && actor.name != "Europe";
    (proper || actor.name == "European Union")
        && matches!(
            title,
            "states"
                | "countries"
                | "members"
                | "group"
                | "bloc"
                | "parties"
                | "member states"
                | "member countries"
        )
}

/// A group noun that says nothing by itself: "people", "the states".
fn lone_vague(line: &Line, phrase: &Phrase) -> bool {
    let bloc = phrase.definite && line.lower(phrase.core.start) == "bloc";
    // "The Norlandic government and opposition"
    let opposed = line.lower(phrase.core.start) == "opposition"
        && line.lower(phrase.all.start.wrapping_sub(1)) == "and";
    !bloc
        && !opposed
        && phrase.core.len() == 1
        && phrase.end == phrase.all.end
        && words::is_vague_group(line.lower(phrase.core.start))
}

pub(super) fn gender(line: &Line, tokens: Range<usize>) -> Option<bool> {
    tokens.into_iter().find_map(|at| {
        let lower = line.lower(at);
        if words::is_female_word(lower) { Some(true) } else { words::is_male_word(lower).then_some(false) }
    })
}

/// A registry match at `at`, with the name around it if it is part of a longer one.
fn registered(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
    let article = line.lower(at) == "the" && line.match_at(at + 1).is_some() && line.owner_of(at).is_none();
    let start = if article { at + 1 } else { at };
    let alias = line.match_at(start)?;
    let end = line.match_end(start);
    let actor = line.registry.actor(alias.actor);
    match (actor.kind, alias.form) {
        (ActorKind::Medium, _) => Some(end),
        (ActorKind::Person, _) => {
            let (name, sort) = person_at(line, start)?;
            let end = name.end;
            push(line, found, name.clone(), sort);
            if let Some(mention) = found.last_mut() {
                mention.female = gender(line, name);
            }
            Some(end)
        }
        (ActorKind::Group, AliasForm::Adjective) if is_people(line, start) => {
            push(line, found, at..end, Sort::Group { definite: article });
            Some(end)
        }
        (ActorKind::Organisation, _)
            if end == start + 1 && words::is_group(line.lower(start)) && actor.name.ends_with("Party") =>
        {
            push(line, found, at..end, Sort::Group { definite: article });
            Some(end)
        }
        (ActorKind::Group, _) if words::is_group(line.lower(end - 1)) => {
            push(line, found, at..end, Sort::Group { definite: article });
            Some(end)
        }
        (_, AliasForm::Adjective) => {
            let acts = words::is_act(line.lower(end))
                || words::is_modifier(line.lower(end)) && words::is_act(line.lower(end + 1));
            let shares = shares_head(line, end);
            if acts || shares || is_people(line, start) || (article && demonym(line, start, end)) {
                push(line, found, at..end, Sort::Registered(alias.actor, AliasForm::Adjective));
                if shares && let Some(mention) = found.last_mut() {
                    mention.title = Some(String::new());
                }
            }
            Some(end)
        }
        (ActorKind::Group | ActorKind::Organisation, _) if words::is_press(line.lower(end)) => Some(end),
        _ => {
            // "Washington Post", "Iran Air": part of another name.
            let next = line.token(end);
            let part = end == start + 1
                && next.is_some_and(|t| {
                    t.word && t.capital && t.span.start == line.bytes(&(start..end)).end + 1
                })
                && line.owner_of(end).is_none()
                && !words::is_not_name(line.lower(end))
                && !words::is_verb(line.lower(end));
            if part && name_at(line, end).is_some() && !line.lower(start).contains('.') {
                return Some(end);
            }
            push(line, found, at..end, Sort::Registered(alias.actor, alias.form));
            Some(end)
        }
    }
}

/// "The French said": an adjective that stands for the people.
fn demonym(line: &Line, start: usize, end: usize) -> bool {
    let next = line.lower(end);
    end == start + 1 && (words::is_verb(next) || matches!(next, "," | "." | "and" | "to"))
}

/// The words before `at` make the mention at `at` a mere place or the object of a visit.
pub fn is_place(line: &Line, at: usize) -> bool {
    let before = |n: usize| at.checked_sub(n).map_or("", |i| line.lower(i));
    words::is_place_preposition(before(1))
        || matches!(before(1), "visit" | "visits" | "trip")
        || (matches!(before(1), "to")
            && matches!(
                before(2),
                "visit"
                    | "trip"
                    | "travel"
                    | "traveled"
                    | "travelled"
                    | "ambassador"
                    | "envoy"
                    | "visits"
                    | "flew"
            ))
}

/// A mark that ends a clause.
pub fn is_stop(token: &Token) -> bool {
    matches!(token.lower.as_str(), "," | ";" | ":" | "-" | "–" | "—" | "(" | ")")
}
