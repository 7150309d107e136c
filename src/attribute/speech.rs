//! A speech act: a reporting verb with the mention that is its subject.

use super::lexicon as words;
use super::phrases::Line;
use super::quotes::{self, Quotation};
use super::scan::{Mention, Pronoun, Sort, is_stop};

/// A reporting verb and who says.
#[derive(Debug, Clone)]
pub struct Act {
    /// Token of the verb.
    pub verb: usize,
    /// Index of the subject among the sentence's mentions.
    pub subject: usize,
    /// The subject's clause tells claims about others.
    pub claiming: bool,
    /// Quotation that the verb itself stands in.
    pub inside: Option<usize>,
}

/// The speech quotation (index) that holds a byte.
pub fn speech_at(quotations: &[Quotation], byte: usize) -> Option<usize> {
    quotes::at(quotations, byte).filter(|&q| quotations[q].speech)
}

/// Reporting verbs of a sentence with their subjects, in order.
pub fn acts(line: &Line, mentions: &[Mention], quotations: &[Quotation]) -> Vec<Act> {
    let mut found: Vec<Act> = Vec::new();
    let holds: Vec<Option<usize>> = mentions.iter().map(|m| speech_at(quotations, m.bytes.start)).collect();
    for verb in line.range.clone() {
        let lower = line.lower(verb);
        if !words::is_reporting(lower) || mentions.iter().any(|m| m.tokens.contains(&verb)) {
            continue;
        }
        let inside = line.token(verb).and_then(|t| speech_at(quotations, t.span.start));
        let same = |m: &usize| holds[*m] == inside;
        let subject = inverted(line, mentions, verb).filter(same).or_else(|| {
            if lower == "according" || line.lower(verb.wrapping_sub(1)) == "to" {
                return None;
            }
            let participle = lower.ends_with("ing") || line.lower(verb.wrapping_sub(1)) == "as";
            let earlier = found.iter().rev().find(|a| a.inside == inside).map(|a| a.subject);
            match participle {
                true => earlier.or_else(|| before(line, mentions, verb, &same, true)),
                false => before(line, mentions, verb, &same, false),
            }
        });
        if let Some(subject) = subject {
            found.push(Act { verb, subject, claiming: words::is_claiming(lower), inside });
        }
    }
    found
}

/// "said Zarif", "according to Zarif".
fn inverted(line: &Line, mentions: &[Mention], verb: usize) -> Option<usize> {
    let next = match line.lower(verb) {
        "according" if line.lower(verb + 1) == "to" => verb + 2,
        "according" => return None,
        _ => {
            let previous = verb.checked_sub(1).and_then(|at| line.token(at));
            if previous.is_some_and(|p| p.word) {
                return None;
            }
            // "The minister, a lawyer, says Iran wants …": what follows is the clause, not the speaker.
            if previous.is_some_and(|p| p.lower == ",") {
                let after = mentions.iter().find(|m| m.tokens.start == verb + 1)?;
                let next = line.lower(after.tokens.end);
                if words::is_verb(next) || words::is_skippable(next) {
                    return None;
                }
            }
            verb + 1
        }
    };
    let at_once = mentions
        .iter()
        .position(|m| m.tokens.start == next && !matches!(m.sort, Sort::Pronoun(Pronoun::We | Pronoun::I)));
    // "…,” said coach Jane Doe.": what she is need not be a word that the lexicon knows.
    at_once.or_else(|| {
        let quoted = verb.checked_sub(1).is_some_and(|at| matches!(line.lower(at), "”" | "\""));
        let trade = |at: usize| {
            line.token(at).is_some_and(|t| t.word && !t.capital)
                && !words::is_verb(line.lower(at))
                && !words::is_skippable(line.lower(at))
                && !words::is_preposition(line.lower(at))
                && !matches!(
                    line.lower(at),
                    "and"
                        | "but"
                        | "or"
                        | "when"
                        | "while"
                        | "as"
                        | "that"
                        | "which"
                        | "who"
                        | "if"
                        | "because"
                        | "after"
                        | "before"
                )
        };
        let named = |m: &Mention| {
            let before = next..m.tokens.start;
            matches!(m.sort, Sort::Person(_)) && (1..=2).contains(&before.len()) && before.clone().all(trade)
        };
        mentions.iter().position(named).filter(|_| quoted)
    })
}

/// The subject to the left of a verb: the nearest mention that is no object and has no other verb behind it.
fn before(
    line: &Line,
    mentions: &[Mention],
    verb: usize,
    same: &dyn Fn(&usize) -> bool,
    loose: bool,
) -> Option<usize> {
    let mut aside = None;
    for index in (0..mentions.len()).rev() {
        let mention = &mentions[index];
        if mention.tokens.end > verb || !same(&index) {
            continue;
        }
        if verb - mention.tokens.end > 30 {
            return aside;
        }
        let gap = mention.tokens.end..verb;
        let direct = gap.clone().all(|at| words::is_skippable(line.lower(at)));
        if direct && !object_like(line, mention) {
            return Some(index);
        }
        if object_like(line, mention) {
            continue;
        }
        // Something between: a parenthesis is fine, another clause is not.
        let mut depth_stop = 0;
        let mut blocked = false;
        // The auxiliaries right before the verb belong to it.
        let group = gap.clone().rev().take_while(|&at| words::is_skippable(line.lower(at))).count();
        for at in gap.start..gap.end - group {
            let Some(token) = line.token(at) else { break };
            if is_stop(token) {
                depth_stop += 1;
            } else if words::is_verb(&token.lower) && depth_stop % 2 == 0 {
                blocked = true;
            }
        }
        // One comma between: the mention stands in a clause set off from the subject ("Doe, who heads X, said").
        if depth_stop % 2 == 1 && !loose {
            aside = aside.or(Some(index).filter(|_| !blocked));
            continue;
        }
        if loose || !blocked {
            return Some(index);
        }
    }
    aside
}

/// The mention is governed by a preposition or owns something: no subject.
pub fn object_like(line: &Line, mention: &Mention) -> bool {
    if line.token(mention.tokens.end).is_some_and(|t| t.is_possessive()) {
        return true;
    }
    if matches!(mention.sort, Sort::Pronoun(Pronoun::He | Pronoun::She | Pronoun::They | Pronoun::It)) {
        return false;
    }
    let Some(before) = mention.tokens.start.checked_sub(1) else { return false };
    let word = line.lower(before);
    // "One of the diplomats said"
    let part = word == "of"
        && before.checked_sub(1).is_some_and(|at| {
            matches!(
                line.lower(at),
                "one" | "some" | "many" | "most" | "all" | "none" | "several" | "two" | "both"
            )
        });
    !part
        && words::is_preposition(word)
        && !matches!(word, "before" | "after" | "since" | "until" | "than" | "including")
}
