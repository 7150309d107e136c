//! Several actors in few words: "both", "the two"; "U.S.-Iranian talks"; "Iranian and U.S. officials".

use super::lexicon as words;
use super::phrases::Line;
use super::scan::{Mention, Sort, push};
use crate::registry::{ActorKind, AliasForm};

/// "The two, however, met", "both agreed": a count without a noun, for sides that the text named before.
pub(super) fn bare_count(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
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
pub(super) fn compound(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
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
pub(super) fn shares_head(line: &Line, end: usize) -> bool {
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
