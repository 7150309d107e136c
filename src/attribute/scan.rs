//! A mention: words of a sentence that may refer to an actor, before it is known to whom.

use std::ops::Range;

use super::lexicon as words;
use super::phrases::{Head, Line, Phrase, is_people};
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

fn push(line: &Line, found: &mut Vec<Mention>, tokens: Range<usize>, sort: Sort) {
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

/// "His country", "our government".
fn own_country(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
    let pronoun = match line.lower(at) {
        "his" | "her" => Pronoun::TheirCountry,
        "our" | "my" => Pronoun::We,
        _ => return None,
    };
    let noun = line.lower(at + 1);
    let country = matches!(
        noun,
        "country" | "government" | "administration" | "nation" | "homeland" | "delegation" | "team"
    );
    if !country {
        return None;
    }
    push(line, found, at..at + 2, Sort::Pronoun(pronoun));
    Some(at + 2)
}

/// "The country" before its verb: as good as "it".
fn the_country(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
    let before = at.checked_sub(1).map_or("", |b| line.lower(b));
    if line.lower(at) != "the" || line.lower(at + 1) != "country" || words::is_preposition(before) {
        return None;
    }
    let next = line.lower(at + 2);
    if !(words::is_verb(next) || words::is_skippable(next))
        || matches!(next, "who" | "which" | "that" | "for" | "on")
    {
        return None;
    }
    push(line, found, at..at + 2, Sort::Pronoun(Pronoun::It));
    Some(at + 2)
}

fn pronoun(line: &Line, at: usize) -> Option<Pronoun> {
    Some(match line.lower(at) {
        "he" | "he's" | "he'd" | "he'll" => Pronoun::He,
        "she" | "she's" | "she'd" | "she'll" => Pronoun::She,
        "they" | "they're" | "they've" | "they'd" | "they'll" => Pronoun::They,
        "it" if it_acts(line, at) => Pronoun::It,
        "i" | "i'm" | "i've" | "i'd" | "i'll" | "my" | "me"
            if line.lower(at) != "i" || line.token(at)?.capital =>
        {
            Pronoun::I
        }
        "we" | "we're" | "we've" | "we'd" | "we'll" | "us" | "our" | "ours" | "ourselves" => {
            // "US" in capitals is a country.
            if line.lower(at) == "us" && line.text[line.token(at)?.span.clone()] == *"US" {
                return None;
            }
            Pronoun::We
        }
        _ => return None,
    })
}

/// "It" before a verb of which only an actor can be the subject.
fn it_acts(line: &Line, at: usize) -> bool {
    let mut next = at + 1;
    let mut passive = false;
    while words::is_skippable(line.lower(next))
        || matches!(line.lower(next), "has" | "had" | "will" | "would" | "not")
    {
        passive |= matches!(line.lower(next), "is" | "was" | "be" | "been" | "being");
        next += 1;
    }
    let verb = line.lower(next);
    // "It also encouraged …", "it has been trying"; but not "it was expected", "it is becoming".
    let other = match passive {
        true => {
            verb.ends_with("ing")
                && !matches!(verb, "being" | "becoming" | "getting" | "going" | "raining" | "coming")
        }
        false => {
            verb.len() > 4
                && verb.ends_with("ed")
                && !matches!(verb, "seemed" | "turned" | "appeared" | "happened")
        }
    };
    let acts = other
        || (words::is_verb(verb)
            && !matches!(
                verb,
                "is" | "was"
                    | "be"
                    | "been"
                    | "seems"
                    | "appears"
                    | "seemed"
                    | "appeared"
                    | "takes"
                    | "took"
                    | "comes"
                    | "came"
            ))
        || matches!(verb, "ready" | "willing" | "prepared" | "open" | "committed");
    acts && !matches!(line.lower(at.wrapping_sub(1)), "that" | "make" | "made" | "find")
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

fn gender(line: &Line, tokens: Range<usize>) -> Option<bool> {
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

/// "The two, however, met", "both agreed": a count without a noun, for sides that the text named before.
fn bare_count(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
    let before = at.checked_sub(1).and_then(|b| line.token(b));
    // "Doe and Roe both agreed": those are named.
    if before.is_some_and(|t| {
        t.word && !matches!(t.lower.as_str(), "that" | "but" | "and" | "if" | "while" | "as")
    }) {
        return None;
    }
    let count = |at: usize| matches!(line.lower(at), "two" | "three" | "four");
    let end = match line.lower(at) {
        "the" if count(at + 1) => at + 2,
        "both" => at + 1,
        _ => return None,
    };
    let next = line.lower(end);
    let subject =
        words::is_verb(next) || words::is_skippable(next) || matches!(next, "," | "agree" | "exchanged");
    if !subject || next == "both" || (next == "," && end == at + 1) {
        return None;
    }
    let number = if end == at + 1 { "both" } else { line.lower(at + 1) };
    let title = format!("{number} sides");
    push(line, found, at..end, Sort::Group { definite: true });
    if let Some(mention) = found.last_mut() {
        mention.title = Some(title);
    }
    Some(end)
}

/// "U.S.-Iranian talks": both halves; "Russian-brokered deal": the broker.
fn compound(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
    let token = line.token(at).filter(|t| t.capital && t.lower.contains('-'))?;
    let text = &line.text[token.span.clone()];
    let mut sides = Vec::new();
    let mut start = token.span.start;
    for part in text.split('-') {
        let bytes = start..start + part.len();
        start = bytes.end + 1;
        let brokers =
            matches!(part, "brokered" | "mediated" | "hosted" | "sponsored" | "facilitated" | "proposed");
        if brokers && !sides.is_empty() {
            break;
        }
        let actor = line.registry.matches(part).into_iter().find(|m| m.span == (0..part.len()))?.actor;
        let kind = line.registry.actor(actor).kind;
        if matches!(kind, ActorKind::Person | ActorKind::Medium) {
            return None;
        }
        sides.push((bytes, actor));
    }
    let talks = |at: usize| {
        matches!(
            line.lower(at),
            "talks"
                | "negotiations"
                | "dialogue"
                | "deal"
                | "agreement"
                | "accord"
                | "pact"
                | "diplomacy"
                | "contacts"
                | "meeting"
                | "meetings"
                | "consultations"
                | "ceasefire"
                | "truce"
                | "summit"
        )
    };
    if !(at + 1..at + 4).any(talks) {
        return None;
    }
    for (bytes, actor) in sides {
        found.push(Mention {
            tokens: at..at + 1,
            bytes,
            sort: Sort::Registered(actor, AliasForm::Name),
            // Not a bare name that only modifies what follows.
            title: Some(String::new()),
            side: None,
            female: None,
        });
    }
    Some(at + 1)
}

/// "Iranian and U.S. officials": the adjective before "and" shares the head with the next.
fn shares_head(line: &Line, end: usize) -> bool {
    if !matches!(line.lower(end), "and" | "," | "&") {
        return false;
    }
    let mut at = end;
    for _ in 0..4 {
        while matches!(line.lower(at), "and" | "," | "&") {
            at += 1;
        }
        let side = line.match_at(at).is_some_and(|m| {
            !matches!(line.registry.actor(m.actor).kind, ActorKind::Person | ActorKind::Medium)
        });
        if !side {
            return false;
        }
        at = line.match_end(at);
        if !matches!(line.lower(at), "and" | "," | "&") {
            break;
        }
    }
    while words::is_modifier(line.lower(at)) && !words::is_government(line.lower(at)) {
        at += 1;
    }
    let head = line.lower(at);
    head.ends_with('s') && (words::is_government(head) || words::is_group(head))
}

/// "The French said": an adjective that stands for the people.
fn demonym(line: &Line, start: usize, end: usize) -> bool {
    let next = line.lower(end);
    end == start + 1 && (words::is_verb(next) || matches!(next, "," | "." | "and" | "to"))
}

/// A person's name at `at`: a registry match, extended over the words that make it another name, or
/// capitalised words.
fn person_at(line: &Line, at: usize) -> Option<(Range<usize>, Sort)> {
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
fn is_name_word(line: &Line, at: usize) -> bool {
    line.token(at).is_some_and(|t| t.word && t.capital && !words::is_not_name(&t.lower))
        && line.owner_of(at).is_none()
}

/// A sequence of capitalised words at `at` as a name. A registered family name at its end makes it a
/// person's full name.
fn name_at(line: &Line, at: usize) -> Option<(Range<usize>, Sort)> {
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
fn apposition(line: &Line, comma: usize, found: &mut [Mention]) -> Option<usize> {
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
