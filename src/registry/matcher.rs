//! The matcher finds every alias of a registry in a text, in one pass over its words.
//!
//! It is a trie over whole folded words instead of an automaton over bytes: names begin with
//! capitals, so nine words of ten are passed over without a look-up, word boundaries need no check
//! afterwards, and the text is not copied to fold its accents and hyphens.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::words::{fold_into, is_capitalised, is_caps, joins, next_word, plain, words};
use super::{ActorId, AliasForm, AliasMatch};

/// Countries that are also given names: "Jordan Hale said" names no country.
const COUNTRY_GIVEN_NAMES: &[&str] = &["chad", "georgia", "jordan"];

/// In capitals, "US" after one of these is the pronoun.
const BEFORE_PRONOUN_US: &[&str] = &[
    "about", "among", "between", "contact", "for", "follow", "give", "help", "join", "let", "of", "tell",
    "to", "with",
];

/// What the matcher looks for.
pub(super) struct Pattern {
    /// `None` for a phrase that holds an alias but names no actor: "South China Sea".
    pub actor: Option<ActorId>,
    pub form: AliasForm,
    /// The alias is a capital, which may be meant as a place.
    pub capital: bool,
    /// The actor is a person.
    pub person: bool,
    /// Words without accents, in their own case.
    pub words: Vec<String>,
}

impl Pattern {
    pub fn new(alias: &str, actor: Option<ActorId>, form: AliasForm) -> Self {
        Self { actor, form, capital: false, person: false, words: words(alias).map(plain).collect() }
    }
}

impl std::fmt::Debug for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Matcher").field("patterns", &self.patterns.len()).finish_non_exhaustive()
    }
}

/// A trie of aliases; see the module.
#[derive(Default)]
pub(super) struct Matcher {
    patterns: Vec<Pattern>,
    vocabulary: HashMap<String, u32>,
    edges: HashMap<(u32, u32), u32>,
    /// Patterns that end at a node.
    ends: Vec<Vec<u32>>,
    /// First words that may be written in lower case: "al", "the".
    lower_first: HashSet<String>,
    /// Folded given names of all people, and whose they are.
    given: HashMap<String, Vec<ActorId>>,
}

/// A word of the searched text.
struct Seen {
    span: Range<usize>,
    plain: String,
}

impl Matcher {
    pub fn new(patterns: Vec<Pattern>, given: HashMap<String, Vec<ActorId>>) -> Self {
        let mut matcher = Self { given, ends: vec![Vec::new()], ..Self::default() };
        let mut folded = String::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let mut node = 0;
            for (position, word) in pattern.words.iter().enumerate() {
                fold_into(word, &mut folded);
                if position == 0 && word.starts_with(char::is_lowercase) {
                    matcher.lower_first.insert(word.clone());
                }
                let id = match matcher.vocabulary.get(&folded) {
                    Some(&id) => id,
                    None => {
                        let id = matcher.vocabulary.len() as u32;
                        matcher.vocabulary.insert(folded.clone(), id);
                        id
                    }
                };
                let next = matcher.ends.len() as u32;
                node = *matcher.edges.entry((node, id)).or_insert(next);
                if node == next {
                    matcher.ends.push(Vec::new());
                }
            }
            if node != 0 {
                matcher.ends[node as usize].push(index as u32);
            }
        }
        matcher.patterns = patterns;
        matcher
    }

    /// All aliases in `text`, leftmost-longest, in order.
    pub fn find(&self, text: &str) -> Vec<AliasMatch> {
        let mut found = Vec::new();
        let mut folded = String::new();
        let mut seen: Vec<Seen> = Vec::new();
        let mut previous: Option<Range<usize>> = None;
        let mut at = 0;
        while let Some(first) = next_word(text, at) {
            at = first.end;
            let word = &text[first.clone()];
            if word.starts_with(|c: char| c.is_ascii_lowercase()) && !self.lower_first.contains(word) {
                previous = Some(first);
                continue;
            }
            if let Some((pattern, end)) = self.longest(text, first.clone(), &mut seen, &mut folded) {
                at = end;
                let span = first.start..end;
                if let Some(hit) = self.in_context(text, pattern, span, previous.clone()) {
                    found.push(hit);
                }
                previous =
                    seen.iter().map(|word| word.span.clone()).take_while(|span| span.end <= end).last();
            } else {
                previous = Some(first);
            }
        }
        found
    }

    /// The longest pattern that begins with the word `first`, and where it ends.
    fn longest(
        &self,
        text: &str,
        first: Range<usize>,
        seen: &mut Vec<Seen>,
        folded: &mut String,
    ) -> Option<(&Pattern, usize)> {
        seen.clear();
        let mut node = 0;
        let mut best = None;
        let mut span = first.clone();
        loop {
            let word = &text[span.clone()];
            fold_into(word, folded);
            let Some(next) =
                self.vocabulary.get(folded.as_str()).and_then(|&id| self.edges.get(&(node, id)).copied())
            else {
                break;
            };
            node = next;
            seen.push(Seen { span: span.clone(), plain: plain(word) });
            let here = self.ends[node as usize].iter().map(|&index| &self.patterns[index as usize]);
            if let Some(pattern) = here.clone().find(|p| spelled(p, seen)).or_else(|| {
                let mut loose = here.clone().filter(|p| case_forgiven(p, seen, text));
                loose.next()
            }) {
                best = Some((pattern, span.end));
            }
            match next_word(text, span.end) {
                Some(following) if joins(&text[span.end..following.start], word) => span = following,
                _ => break,
            }
        }
        best
    }

    /// The match, unless the words around it show that it is something else.
    fn in_context(
        &self,
        text: &str,
        pattern: &Pattern,
        span: Range<usize>,
        previous: Option<Range<usize>>,
    ) -> Option<AliasMatch> {
        let actor = pattern.actor?;
        let mut hit = AliasMatch { span: span.clone(), actor, form: pattern.form, capital: pattern.capital };
        let before = previous.filter(|p| {
            p.end <= span.start
                && text[p.end..span.start].trim_start_matches('.').chars().all(char::is_whitespace)
        });
        let before_word = before.as_ref().map(|p| plain(&text[p.clone()]));
        let following = next_word(text, span.end)
            .filter(|next| next.start > span.end && text[span.end..next.start].chars().all(|c| c == ' '));
        let [single] = pattern.words.as_slice() else {
            // "the West" is a bloc, "the West Bank" is not.
            let article = pattern.words[0] == "the";
            let goes_on = following.is_some_and(|next| is_capitalised(&text[next]));
            return (!article || !goes_on).then_some(hit);
        };
        let folded = single.to_lowercase();
        let caps_before = before_word.as_deref().is_some_and(is_caps);
        let caps_after = following.clone().is_some_and(|next| is_caps(&text[next]));
        match folded.as_str() {
            "us" if caps_before => {
                let word = before_word.as_deref().unwrap_or_default().to_lowercase();
                if BEFORE_PRONOUN_US.contains(&word.as_str()) && !text[span].contains('.') {
                    return None;
                }
            }
            "who" if caps_before || caps_after => return None,
            _ => {}
        }
        if pattern.form == AliasForm::Adjective {
            return Some(hit);
        }
        if let (Some(range), Some(word)) = (&before, &before_word)
            && is_capitalised(word)
            && let Some(bearers) = self.given.get(&word.to_lowercase())
        {
            if !pattern.person || !bearers.contains(&actor) {
                return None;
            }
            hit.span.start = range.start;
            hit.form = AliasForm::Name;
        }
        if COUNTRY_GIVEN_NAMES.contains(&folded.as_str())
            && let Some(next) = following
            && is_capitalised(&text[next.clone()])
            && !is_caps(&text[next.clone()])
        {
            // In a headline with capitals on every word, the next one says nothing.
            let second = next_word(text, next.end);
            if !second.is_some_and(|second| is_capitalised(&text[second])) {
                return None;
            }
        }
        Some(hit)
    }
}

/// Whether the text writes the alias in the alias's own case.
fn spelled(pattern: &Pattern, seen: &[Seen]) -> bool {
    pattern.words.iter().zip(seen).all(|(alias, word)| *alias == word.plain)
}

/// Whether the case in the text is a permitted variant: all capitals, or, in a name of several
/// words, other small and capital letters after the first.
fn case_forgiven(pattern: &Pattern, seen: &[Seen], text: &str) -> bool {
    let caps = seen.iter().all(|word| is_caps(&word.plain) || word.plain.len() == 1);
    if caps && seen.iter().any(|word| is_caps(&word.plain)) {
        let letters: usize = seen.iter().map(|word| word.plain.len()).sum();
        return letters >= 4 || next_to_caps(seen, text);
    }
    let first_fits = is_capitalised(&seen[0].plain)
        || (pattern.words[0].starts_with(char::is_lowercase)
            && pattern.words[0] == seen[0].plain
            && seen.iter().any(|word| is_capitalised(&word.plain)));
    seen.len() > 1
        && first_fits
        && pattern.words.iter().zip(seen).all(|(alias, word)| !is_caps(alias) || *alias == word.plain)
}

/// Whether a neighbouring word is in capitals too.
fn next_to_caps(seen: &[Seen], text: &str) -> bool {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else { return false };
    let after = next_word(text, last.span.end).is_some_and(|next| is_caps(&text[next]));
    after || text[..first.span.start].split_whitespace().next_back().is_some_and(is_caps)
}
