//! A headline: whom it names before the text begins, and whether it announces who speaks in all of it.

use super::Reader;
use super::Resolved;
use super::Trace;
use super::names_in;
use super::office::official;
use crate::attribute::cast::MemberId;
use crate::attribute::lexicon as words;
use crate::attribute::phrases::Line;
use crate::attribute::scan;
use crate::attribute::scan::Sort;
use crate::attribute::tokens;
use crate::registry::ActorId;
use crate::registry::ActorKind;
use crate::registry::AliasForm;
use crate::registry::AliasMatch;
use crate::segment::Lead;
use crate::segment::Sentence;

impl Reader<'_> {
    /// The country that the article is written in: its dateline's, else the one it names most.
    pub(super) fn home(&self, matches: &[AliasMatch], sentences: &[Sentence]) -> Option<ActorId> {
        let country = |m: &AliasMatch| self.registry.actor(m.actor).kind == ActorKind::Country;
        let title = self.headline.as_str();
        if let Some(Lead::Dateline(lead)) = sentences.first().and_then(|s| s.lead.as_ref())
            && let Some(found) = matches.iter().find(|m| country(m) && lead.contains(&m.span.start))
        {
            return Some(found.actor);
        }
        if ["White House", "Press Secretary", "Press Call", "Press Briefing", "Press Gaggle"]
            .iter()
            .any(|t| title.contains(t))
        {
            return self.registry.find("United States");
        }
        let named = names_in(title, self.registry);
        if let Some(country) = named.iter().find_map(|m| {
            (self.registry.actor(m.actor).kind == ActorKind::Person)
                .then(|| self.registry.country(m.actor))
                .flatten()
        }) {
            return Some(country);
        }
        let most = |countries: &mut dyn Iterator<Item = ActorId>| {
            let mut counts: Vec<(ActorId, usize)> = Vec::new();
            for found in countries {
                match counts.iter_mut().find(|(actor, _)| *actor == found) {
                    Some((_, n)) => *n += 1,
                    None => counts.push((found, 1)),
                }
            }
            counts.iter().rev().max_by_key(|(_, n)| *n).map(|(actor, _)| *actor)
        };
        let person = |m: &AliasMatch| self.registry.actor(m.actor).kind == ActorKind::Person;
        let mut of_people =
            matches.iter().filter(|m| person(m)).filter_map(|m| self.registry.country(m.actor));
        let mut named = matches.iter().filter(|m| country(m) && !m.capital).map(|m| m.actor);
        // "Norland says talks failed", but not "Talks in Norland failed".
        let headed = |m: &&AliasMatch| {
            let before =
                title[..m.span.start].trim_end().rsplit(' ').next().unwrap_or_default().to_lowercase();
            country(m) && !words::is_preposition(&before)
        };
        let of_title = names_in(title, self.registry).iter().find(headed).map(|m| m.actor);
        most(&mut of_people).or(of_title).or_else(|| most(&mut named))
    }

    /// Reads the headline: context for pronouns, and sometimes the author of all that follows.
    pub(super) fn title(&mut self) -> Option<(Vec<MemberId>, String)> {
        let title = self.headline.clone();
        let title = title.as_str();
        if title.is_empty() {
            return None;
        }
        let tokens = tokens::tokenize(title);
        let matches = names_in(title, self.registry);
        let mut line = Line::new(title, &tokens, 0..tokens.len(), &matches, self.registry);
        line.headline = true;
        let mentions = scan::scan(&line);
        let mut people = Vec::new();
        let mut sides = Vec::new();
        let mut closing = None;
        let mut roles = None;
        let mut before: Option<Resolved> = None;
        for mention in &mentions {
            // Headlines capitalise everything: a name needs an office before it.
            // "Doe says talks failed", if the headline is not in capitals throughout.
            let next = tokens.get(mention.tokens.end);
            let speaks = mention.tokens.start == 0
                && next.is_some_and(|t| t.lower == ":" || (!t.capital && words::is_reporting(&t.lower)));
            let named =
                matches!(mention.sort, Sort::Person(_) | Sort::ShortName(_)) && !unnamed(line.lower(0));
            if mention.title.is_none() && !matches!(mention.sort, Sort::Registered(..)) && !(speaks && named)
            {
                continue;
            }
            let unnamed_role = matches!(mention.sort, Sort::Role { .. });
            // Headlines leave the article out: "spokesman" is "the spokesman".
            let to = match &mention.sort {
                Sort::Role { definite: false }
                    if official(mention.title.as_deref().unwrap_or_default())
                        && !matches!(line.lower(mention.tokens.start), "a" | "an") =>
                {
                    let title = mention.title.clone().unwrap_or_default();
                    let at = mention.tokens.start;
                    let mut mention = mention.clone();
                    // "Talks on Norland, envoy": without the comma it only seems to be Norland's envoy.
                    let aside = line.match_at(at).is_some_and(|m| m.form == AliasForm::Name)
                        && mention.tokens.end == tokens.len()
                        && words::is_preposition(line.lower(at.wrapping_sub(1)));
                    if aside {
                        mention.side = None;
                        mention.tokens.start = line.match_end(at);
                    }
                    self.role(&line.words(&mention.tokens), &title, &mention, true, 0, &[])
                }
                Sort::ShortName(name) if speaks && named && self.cast.family(name).is_none() => {
                    let who = self.lone_name(name, None).map(|actor| self.cast.registered(actor));
                    let who = who.unwrap_or_else(|| self.cast.person(name, None, None, None));
                    vec![(who, self.short_for(name, who))]
                }
                _ => self.fixed(&line, mention, 0),
            };
            let resolved = Resolved { mention: mention.clone(), to: to.clone(), inside: None, object: false };
            self.note_run(&line, before.as_ref(), &resolved, 0);
            before = Some(resolved);
            for (who, _) in to {
                self.traces.push(Trace { who, sentence: 0, subject: true, listed: false, plural: false });
                let given = words::is_preposition(line.lower(mention.tokens.start.wrapping_sub(1)));
                if mention.tokens.end == tokens.len() && !given && self.cast.member(who).is_person() {
                    closing = Some(who);
                }
                match self.cast.member(who).is_person() {
                    true if unnamed_role
                        && !mention.title.as_deref().unwrap_or_default().contains("official") =>
                    {
                        roles.get_or_insert(who);
                    }
                    true if !people.contains(&who) => people.push(who),
                    false if !sides.contains(&who) => sides.push(who),
                    _ => {}
                }
            }
        }
        if closing.is_none()
            && let Some(last) = tokens.last().filter(|t| t.word && t.capital && t.lower.len() > 3)
            && !people.is_empty() | !sides.is_empty()
            && tokens.len() > 4
            && !self.common.contains(&last.lower)
            && !tokens.iter().rev().nth(1).is_some_and(|t| words::is_preposition(&t.lower))
            && !unnamed(&last.lower)
            && matches.iter().all(|m| m.span.end < title.len())
            && tokens.iter().any(|t| t.word && !t.capital)
        {
            // "…, says Doe" with the comma and the verb left out.
            closing = Some(self.cast.person(&title[last.span.clone()], None, self.home, None));
        }
        // "Doe: The talks are over", perhaps without the colon.
        let opens = mentions.first().filter(|m| m.tokens.start == 0).is_some_and(|m| {
            tokens
                .get(m.tokens.end)
                .is_some_and(|t| t.lower == ":" || (t.word && t.capital) || words::is_reporting(&t.lower))
        });
        let first_is_role = mentions.first().is_some_and(|m| matches!(m.sort, Sort::Role { .. }));
        let opening = if first_is_role { roles } else { people.first().copied() }.filter(|_| opens);
        self.headline_speaker = opening.or(closing).or_else(|| people.first().copied()).or(roles);
        self.headline_closes = closing.or(opening).is_some();
        self.headline_people.clone_from(&people);
        let first_words = tokens.iter().take(6).map(|t| t.lower.as_str());
        let kinds = [
            "remarks",
            "statement",
            "statements",
            "message",
            "letter",
            "speech",
            "address",
            "briefing",
            "gaggle",
            "call",
            "proclamation",
            "memorandum",
            "notice",
            "communique",
            "declaration",
            "interview",
            "readout",
        ];
        let document = first_words.clone().find(|w| kinds.contains(w))?;
        let joint = first_words.clone().any(|w| w == "joint") && !matches!(document, "remarks" | "briefing");
        let mut by = if joint || people.is_empty() { sides } else { people };
        if title.contains("Press ")
            && let Some(home) = self.home
        {
            let home = self.cast.registered(home);
            if !by.contains(&home) {
                by.push(home);
            }
        }
        let own = matches!(
            document,
            "briefing" | "gaggle" | "remarks" | "statement" | "message" | "proclamation" | "memorandum"
        ) || title.contains("Press Call");
        if by.is_empty()
            && own
            && let Some(home) = self.home
        {
            by.push(self.cast.registered(home));
        }
        (!by.is_empty()).then(|| (by, document.to_owned()))
    }
}

/// The title with the marks put back that a web address has none of: "U S", "Iran s".
pub(super) fn restored(title: &str) -> String {
    let words: Vec<&str> = title.split(' ').collect();
    let mut out = String::with_capacity(title.len() + 8);
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        at += 1;
        if word == "s" && !out.is_empty() {
            out.push_str("'s");
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        match (word, words.get(at)) {
            ("U", Some(&"S" | &"N" | &"K")) => {
                out.push_str(&format!("U.{}.", words[at]));
                at += 1;
            }
            _ => out.push_str(word),
        }
    }
    out
}

/// A closing word of a headline that is no name.
pub(super) fn unnamed(lower: &str) -> bool {
    words::is_not_name(lower)
        || words::is_modifier(lower)
        || words::is_role(lower)
        || words::is_group(lower)
        || words::is_body(lower)
        || words::is_verb(lower)
        || words::is_modified(lower)
        || words::is_act(lower)
        || ["ing", "ed", "ly", "tion", "ment", "ism", "ity", "ness"].iter().any(|e| lower.ends_with(e))
}
