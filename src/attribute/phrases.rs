//! A noun phrase with a role, a group or a body as its head: "the Iranian foreign minister", "critics of the deal",
//! "Western powers", "the two sides".

use std::ops::Range;

use super::lexicon as words;
use super::tokens::Token;
use crate::registry::{ActorId, ActorKind, AliasForm, AliasMatch, Registry};

/// What the head of a phrase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// One person: "foreign minister".
    Role,
    /// Stands for its country: "government", "officials".
    Government,
    /// Several: "lawmakers".
    Group,
    /// "Foreign Ministry", "parliament".
    Body,
}

/// A noun phrase; ranges count tokens.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// From the determiner, if any, to one past the head.
    pub all: Range<usize>,
    /// Without the determiner.
    pub core: Range<usize>,
    pub head: Head,
    /// Country or organisation that the phrase names first.
    pub side: Option<ActorId>,
    /// The office: words between side and end of head, in lower case.
    pub title: String,
    /// "the", "this", "his" and the like: refers to something known.
    pub definite: bool,
    /// Where the "of …" that belongs to the phrase ends; `all.end` without one.
    pub end: usize,
}

/// A sentence's tokens with the registry's matches laid over them.
pub struct Line<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    /// Tokens of the sentence proper.
    pub range: Range<usize>,
    /// For every token of `range`: the match that it is part of.
    pub owner: Vec<Option<&'a AliasMatch>>,
    pub registry: &'a Registry,
    /// A headline: capitals say nothing about names.
    pub headline: bool,
}

impl<'a> Line<'a> {
    /// Lays `matches` (all of the article, in order) over the tokens of one sentence.
    pub fn new(
        text: &'a str,
        tokens: &'a [Token],
        range: Range<usize>,
        matches: &'a [AliasMatch],
        registry: &'a Registry,
    ) -> Self {
        let mut owner = vec![None; range.len()];
        if let (Some(first), Some(last)) = (tokens.get(range.start), range.end.checked_sub(1)) {
            let from = matches.partition_point(|m| m.span.end <= first.span.start);
            let end = tokens.get(last).map_or(0, |t| t.span.end);
            for found in matches[from..].iter().take_while(|m| m.span.start < end) {
                let mut at = super::tokens::first_from(tokens, found.span.start);
                // "Iran-China", "U.S.-led": the match is part of a compound and no mention by itself.
                let compound = tokens.get(at).is_none_or(|t| t.span.start != found.span.start);
                if compound {
                    continue;
                }
                while at < range.end && tokens[at].span.start < found.span.end {
                    if at >= range.start && tokens[at].span.end <= found.span.end + 1 {
                        owner[at - range.start] = Some(found);
                    }
                    at += 1;
                }
            }
        }
        Self { text, tokens, range, owner, registry, headline: false }
    }

    /// The token at `at`, if it is in the sentence.
    pub fn token(&self, at: usize) -> Option<&'a Token> {
        self.range.contains(&at).then(|| &self.tokens[at])
    }

    /// Lower-case form of the token at `at`, or nothing.
    pub fn lower(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |t| t.lower.as_str())
    }

    /// The registry match that starts at token `at`.
    pub fn match_at(&self, at: usize) -> Option<&'a AliasMatch> {
        let found = self.owner_of(at)?;
        (self.tokens[at].span.start <= found.span.start).then_some(found)
    }

    /// The registry match that token `at` is part of.
    pub fn owner_of(&self, at: usize) -> Option<&'a AliasMatch> {
        self.owner.get(at.checked_sub(self.range.start)?).copied().flatten()
    }

    /// One past the last token of the match that token `at` is part of.
    pub fn match_end(&self, at: usize) -> usize {
        let Some(found) = self.owner_of(at) else { return at };
        let mut end = at;
        while self.owner_of(end).is_some_and(|o| o.span == found.span) {
            end += 1;
        }
        end
    }

    /// Bytes from token `tokens.start` to the end of token `tokens.end - 1`.
    pub fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        match (self.token(tokens.start), tokens.end.checked_sub(1).and_then(|l| self.token(l))) {
            (Some(first), Some(last)) if first.span.start <= last.span.end => first.span.start..last.span.end,
            _ => 0..0,
        }
    }

    /// The text of some tokens, white space squeezed.
    pub fn words(&self, tokens: &Range<usize>) -> String {
        let mut out = String::new();
        for word in self.text[self.bytes(tokens)].split_whitespace() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        out
    }

    /// A country, organisation or derived adjective at `at`, and the position after it and its possessive.
    fn side_at(&self, at: usize) -> Option<(ActorId, usize)> {
        let found = self.match_at(at)?;
        let kind = self.registry.actor(found.actor).kind;
        let mut end = self.match_end(at);
        if self.token(end).is_some_and(Token::is_possessive) {
            end += 1;
        }
        let side = match kind {
            ActorKind::Medium => return None,
            // "the Trump administration", "Rouhani's government"
            ActorKind::Person => {
                let head = self.lower(end);
                let next = matches!(head, "administration" | "government" | "cabinet" | "team");
                if !next {
                    return None;
                }
                self.registry.country(found.actor)?
            }
            _ => found.actor,
        };
        Some((side, end))
    }

    /// The noun phrase that starts at `at`.
    pub fn phrase(&self, at: usize) -> Option<Phrase> {
        // "Who heads the delegation"
        let verb = matches!(self.lower(at), "heads" | "states" | "aides" | "chairs" | "leads")
            && matches!(
                self.lower(at.wrapping_sub(1)),
                "who" | "which" | "he" | "she" | "it" | "also" | "and"
            );
        if verb {
            return None;
        }
        let mut core = at;
        let mut definite = false;
        match self.lower(at) {
            "the" | "this" | "these" | "those" | "that" | "his" | "her" | "its" | "their" | "our" | "my" => {
                definite = true;
                core += 1;
            }
            "a" | "an" | "another" | "any" | "one" => core += 1,
            _ => {}
        }
        let mut position = core;
        let mut side = None;
        let mut own_side = false;
        let mut title = Vec::new();
        let mut head: Option<(usize, Head)> = None;
        while position < core + 9 {
            if side.is_none()
                && let Some((found, end)) = self.side_at(position)
            {
                side = Some(found);
                // "former U.S. president": the head is still to come.
                head = None;
                own_side = true;
                position = end;
                continue;
            }
            let Some(token) = self.token(position) else { break };
            if !token.word || self.owner_of(position).is_some() {
                break;
            }
            let lower = token.lower.as_str();
            // "The Norlandic defense and foreign minister": the office named last.
            if lower == "and"
                && head.is_none()
                && title
                    .last()
                    .is_some_and(|&last| last + 1 == position && words::is_modifier(self.lower(last)))
                && words::is_modifier(self.lower(position + 1))
                && words::is_role(self.lower(position + 2))
            {
                title.clear();
                position += 1;
                continue;
            }
            let kind = self.head_at(position, side.is_some());
            if let Some(kind) = kind {
                head = Some((position, kind));
                title.push(position);
            } else if !(words::is_modifier(lower) || adjectival(lower) || is_number(lower)) {
                break;
            } else {
                title.push(position);
            }
            position += 1;
        }
        let (head_at, kind) = head?;
        let end = head_at + 1;
        // "Iran’s foreign minister" is as definite as "the foreign minister".
        let indefinite = core > at && !definite;
        let definite = definite || (own_side && !indefinite);
        // Demonstratives need a head close by: "that country", not "that senior officials".
        if self.lower(at) == "that" && end > at + 2 {
            return None;
        }
        title.retain(|&i| i < end);
        let title = title.iter().map(|&i| self.lower(i)).collect::<Vec<_>>().join(" ");
        let mut phrase = Phrase { all: at..end, core: core..end, head: kind, side, title, definite, end };
        self.take_complement(&mut phrase);
        Some(phrase)
    }

    fn head_at(&self, at: usize, has_side: bool) -> Option<Head> {
        let token = self.token(at)?;
        let lower = token.lower.as_str();
        if lower == "side" && !has_side {
            let other = matches!(self.lower(at.wrapping_sub(1)), "other" | "opposite" | "opposing");
            return other.then_some(Head::Group);
        }
        if words::is_government(lower) && (has_side || !words::is_group(lower)) {
            return Some(Head::Government);
        }
        if words::is_role(lower) {
            return Some(Head::Role);
        }
        if words::is_group(lower) {
            return Some(Head::Group);
        }
        if words::is_body(lower) && (token.capital || has_side || matches!(lower, "ministry" | "parliament"))
        {
            return Some(Head::Body);
        }
        None
    }

    /// "of State", "of Iran", "to the deal": belongs to the phrase.
    fn take_complement(&self, phrase: &mut Phrase) {
        let at = phrase.end;
        let group = phrase.head == Head::Group;
        let preposition = self.lower(at);
        // "The government in Kabul"
        if phrase.head == Head::Government
            && phrase.side.is_none()
            && matches!(preposition, "in" | "of")
            && let Some((side, end)) = self.side_at(at + 1)
        {
            phrase.side = Some(side);
            phrase.all.end = end;
            phrase.core.end = end;
            phrase.end = end;
            return;
        }
        let role = phrase.head == Head::Role;
        let posted = matches!(
            phrase.title.rsplit(' ').next(),
            Some("ambassador" | "envoy" | "adviser" | "advisor" | "aide" | "assistant")
        );
        if !(preposition == "of"
            || (posted && preposition == "to")
            || (group && matches!(preposition, "to" | "in"))
            || (role && preposition == "for"))
        {
            return;
        }
        let mut position = at + 1;
        let mut text = String::new();
        while position < at + 9 {
            let Some(token) = self.token(position) else { break };
            let lower = token.lower.as_str();
            if let Some((side, end)) = self.side_at(position) {
                // "Representatives of China": China is a mention of its own.
                let deal = matches!(self.lower(end), "nuclear" | "deal" | "agreement");
                if group && !deal {
                    break;
                }
                if phrase.side.is_none() && matches!(preposition, "of" | "for") && phrase.head != Head::Group
                {
                    phrase.side = Some(side);
                }
                phrase.end = end;
                position = end;
                continue;
            }
            let known = matches!(
                lower,
                "the" | "2015" | "state" | "defense" | "defence" | "treasury" | "for" | "nuclear" | "and"
            );
            let subject = matches!(
                lower,
                "deal"
                    | "agreement"
                    | "accord"
                    | "pact"
                    | "jcpoa"
                    | "talks"
                    | "negotiations"
                    | "affairs"
                    | "diplomacy"
                    | "staff"
                    | "region"
            );
            if !known && !subject && !token.capital && !words::is_modifier(lower) {
                break;
            }
            if token.capital && group && !subject && !known {
                break;
            }
            // "An adviser to the Norlandic president"
            let whose = posted && preposition == "to" && (words::is_role(lower) || words::is_modifier(lower));
            let topic = whose
                || known
                || subject
                || words::is_modifier(lower)
                || words::is_body(lower)
                || is_topic(lower);
            if role && !topic {
                break;
            }
            if role
                && matches!(lower, "and" | "the" | "for")
                && !self.token(position + 1).is_some_and(|t| t.capital)
            {
                break;
            }
            position += 1;
            let named = token.capital && !words::is_modifier(lower) && !words::is_role(lower);
            if subject
                || named
                || (whose && words::is_role(lower))
                || matches!(lower, "state" | "defense" | "defence" | "treasury")
            {
                phrase.end = position;
                if subject && group {
                    break;
                }
            }
            text.push_str(lower);
        }
        if !group && phrase.end > at && matches!(self.lower(at + 1), "state" | "defense" | "defence") {
            phrase.title = format!("{} of {}", phrase.title, self.lower(at + 1));
            phrase.all.end = at + 2;
            phrase.core.end = at + 2;
        }
    }
}

/// A field of government in the name of an office.
fn is_topic(lower: &str) -> bool {
    matches!(
        lower,
        "energy"
            | "climate"
            | "foreign"
            | "affairs"
            | "security"
            | "policy"
            | "human"
            | "rights"
            | "legal"
            | "middle"
            | "east"
            | "staff"
            | "islamic"
            | "revolution"
            | "non-proliferation"
            | "communications"
            | "strategic"
    )
}

/// A derived adjective by its ending: good enough before a known head.
fn adjectival(lower: &str) -> bool {
    lower.len() > 4
        && [
            "ian", "ese", "ish", "ional", "ical", "ary", "ern", "ist", "ive", "-wing", "-line", "-backed",
            "-led", "-based", "-nation", "-member", "-country",
        ]
        .iter()
        .any(|ending| lower.ends_with(ending))
}

fn is_number(lower: &str) -> bool {
    (lower.len() <= 3 && lower.bytes().all(|b| b.is_ascii_digit())) || matches!(lower, "dozens" | "hundreds")
}

/// The match is an adjective and plural: "Iranians".
pub fn is_people(line: &Line, at: usize) -> bool {
    line.owner_of(at).is_some_and(|m| m.form == AliasForm::Adjective)
        && line.token(at).is_some_and(|t| t.capital && t.lower.ends_with('s') && !t.lower.ends_with("ss"))
}
