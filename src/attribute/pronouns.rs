//! Words that stand for an actor named elsewhere: "he", "we", "his government", "the country".

use super::lexicon as words;
use super::phrases::Line;
use super::scan::{Mention, Pronoun, Sort, push};

/// "His country", "our government".
pub(super) fn own_country(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
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
pub(super) fn the_country(line: &Line, at: usize, found: &mut Vec<Mention>) -> Option<usize> {
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

pub(super) fn pronoun(line: &Line, at: usize) -> Option<Pronoun> {
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
pub(super) fn it_acts(line: &Line, at: usize) -> bool {
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
