//! A name in a sentence: resolved to the cast, and put among the traces that pronouns follow.

use super::Reader;
use super::Resolved;
use super::Scene;
use super::Trace;
use super::office::official;
use crate::attribute::Reason;
use crate::attribute::cast::MemberId;
use crate::attribute::lexicon as words;
use crate::attribute::names::bare;
use crate::attribute::phrases::Line;
use crate::attribute::quotes;
use crate::attribute::quotes::Quotation;
use crate::attribute::scan;
use crate::attribute::scan::Mention;
use crate::attribute::scan::Pronoun;
use crate::attribute::scan::Sort;
use crate::attribute::speech;
use crate::registry::ActorKind;
use crate::registry::AliasForm;

impl Reader<'_> {
    /// Finds the mentions of a sentence and resolves those outside speech.
    pub(super) fn scene(&mut self, line: &Line, number: usize, quotations: &[Quotation]) -> Scene {
        let mentions = scan::scan(line);
        let mut acts = speech::acts(line, &mentions, quotations);
        let mut resolved: Vec<Resolved> = Vec::with_capacity(mentions.len());
        // Whoever the sentence names is not also its "the minister".
        let named: Vec<MemberId> = mentions
            .iter()
            .filter_map(|m| match m.sort {
                Sort::Registered(actor, _) if self.registry.actor(actor).kind == ActorKind::Person => {
                    Some(self.cast.registered(actor))
                }
                _ => None,
            })
            .collect();
        for (index, mention) in mentions.into_iter().enumerate() {
            let inside = speech::speech_at(quotations, mention.bytes.start);
            let object = speech::object_like(line, &mention);
            let speaks = acts.iter().any(|a| a.subject == index);
            let others = &named;
            let to = match mention.sort {
                Sort::Role { definite } => {
                    let phrase = line.words(&mention.tokens);
                    self.role(
                        &phrase,
                        mention.title.as_deref().unwrap_or_default(),
                        &mention,
                        definite,
                        number,
                        others,
                    )
                }
                Sort::Pronoun(Pronoun::I | Pronoun::We) => Vec::new(),
                Sort::Pronoun(_) if inside.is_some() => Vec::new(),
                Sort::Pronoun(pronoun) => self.pronoun(line, &mention, pronoun, number, speaks, &resolved),
                Sort::ShortName(ref name) => self.short(line, &mention, name, speaks),
                _ => self.fixed_in(line, &mention, number, speaks),
            };
            for (who, _) in &to {
                // "The Vienna talks", "in Tehran": places, of which no pronoun speaks.
                let place = scan::is_place(line, mention.tokens.start)
                    || words::is_modified(line.lower(mention.tokens.end))
                        && !self.cast.member(*who).is_person();
                if *who != self.unattributed && !place {
                    let next = line.lower(mention.tokens.end);
                    let before = line.lower(mention.tokens.start.wrapping_sub(1));
                    let listed = matches!(next, "and" | ",") || before == "and";
                    let subject = !object && inside.is_none();
                    let last = line.lower(mention.tokens.end.saturating_sub(1));
                    let plural = self.cast.member(*who).kind == ActorKind::Group
                        || (!self.cast.member(*who).is_person()
                            && mention.title.as_deref().is_some_and(|t| !t.is_empty())
                            && last.ends_with('s'))
                        || (matches!(mention.sort, Sort::Registered(_, AliasForm::Adjective))
                            && last.ends_with('s'));
                    self.traces.push(Trace { who: *who, sentence: number, subject, listed, plural });
                }
            }
            let next = Resolved { mention, to, inside, object };
            self.note_run(line, resolved.last(), &next, number);
            resolved.push(next);
        }
        acts.retain(|a| {
            !resolved[a.subject].to.is_empty() || matches!(resolved[a.subject].mention.sort, Sort::Pronoun(_))
        });
        // "Doe said that Roe had said": the floor is Doe's; "…, said Doe": Doe's too.
        let own = || acts.iter().filter(|a| a.inside.is_none() && !resolved[a.subject].to.is_empty());
        let tail = |a: &&speech::Act| {
            let start = resolved[a.subject].mention.tokens.start.min(a.verb);
            !line.token(start.wrapping_sub(1)).is_some_and(|t| t.word)
        };
        let act = own().rev().find(tail).or_else(|| own().next());
        let speaker = act.and_then(|a| resolved[a.subject].to.first());
        if let Some(&(who, _)) = speaker
            && who != self.unattributed
        {
            self.floor = Some((who, number));
        }
        Scene { mentions: resolved, acts, floor: self.floor.map(|(who, _)| who), ..Scene::default() }
    }

    /// Resolves a mention that is not a pronoun, in a sentence.
    pub(super) fn fixed_in(
        &mut self,
        line: &Line,
        mention: &Mention,
        number: usize,
        speaks: bool,
    ) -> Vec<(MemberId, Reason)> {
        if let Sort::Person(name) = &mention.sort {
            // A run of capitals is a person only with some sign of it.
            let next = line.lower(mention.tokens.end);
            let acts = words::is_verb(next)
                || (words::is_skippable(next) && words::is_verb(line.lower(mention.tokens.end + 1)));
            let known = self.cast.family(crate::attribute::names::last_name(name)).is_some();
            let labels = quotes::announced(&line.text[mention.bytes.end..]);
            if mention.title.is_none()
                && !(speaks || acts || known || labels)
                && self.registry.find(name).is_none()
            {
                return Vec::new();
            }
        }
        self.fixed(line, mention, number)
    }

    /// Resolves a mention that is not a pronoun.
    pub(super) fn fixed(&mut self, line: &Line, mention: &Mention, number: usize) -> Vec<(MemberId, Reason)> {
        let phrase = line.words(&mention.tokens);
        let title = mention.title.as_deref();
        if let Sort::ShortName(name) | Sort::Person(name) = &mention.sort {
            // "Mr. President" is an office, not a name.
            // Unless somebody of the article bears it as a name: "King added".
            if words::is_office(name) && self.cast.family(name).is_none() {
                let office = name.to_lowercase();
                return self.role(&office, &office, mention, true, number, &[]);
            }
        }
        match &mention.sort {
            Sort::Registered(actor, form) => {
                let named = Reason::Named { alias: phrase.clone() };
                let entry = self.registry.actor(*actor);
                if entry.kind == ActorKind::Person {
                    let who = match form {
                        // Somebody of this family whom the article named in full goes first.
                        AliasForm::FamilyName => {
                            let last = line.words(&(mention.tokens.end - 1..mention.tokens.end));
                            self.cast.family(&last).unwrap_or_else(|| self.cast.registered(*actor))
                        }
                        _ => self.cast.registered(*actor),
                    };
                    self.cast.learn(who, title, mention.side, mention.female);
                    let reason = match form {
                        AliasForm::FamilyName => Reason::ShortForm {
                            form: phrase,
                            antecedent: self.cast.member(who).holder.name.clone(),
                        },
                        _ => named,
                    };
                    return vec![(who, reason)];
                }
                let who = self.cast.registered(*actor);
                if title.is_some_and(|t| t.ends_with("administration")) {
                    self.administration = Some(who);
                }
                if title.is_some_and(|t| t.contains("foreign ministry")) {
                    self.ministry = Some(who);
                }
                vec![(who, named)]
            }
            Sort::Person(name) => {
                let side = mention.side.or(if title.is_some_and(official) { self.home } else { None });
                let who = self.cast.person(name, title, side, mention.female);
                vec![(who, Reason::NamedInText { phrase })]
            }
            Sort::ShortName(name) if title.is_some() => {
                let known = self.cast.family(name);
                let lone = known.is_none().then(|| self.lone_name(name, mention.side)).flatten();
                let known = known.or_else(|| lone.map(|actor| self.cast.registered(actor)));
                let who = known.unwrap_or_else(|| self.cast.person(name, None, None, None));
                let side = mention.side.or(if title.is_some_and(official) { self.home } else { None });
                self.cast.learn(who, title, side, mention.female);
                vec![(who, Reason::NamedInText { phrase })]
            }
            Sort::ShortName(name) => match self.cast.family(name) {
                Some(who) => {
                    let antecedent = self.cast.member(who).holder.name.clone();
                    vec![(who, Reason::ShortForm { form: phrase, antecedent })]
                }
                None => Vec::new(),
            },
            // "The ministry": that of the country at hand.
            Sort::Body(_)
                if mention.side.is_none()
                    && title.is_some_and(|t| t == "ministry" || t.ends_with("foreign ministry"))
                    && (self.ministry.is_some() || self.home.is_some()) =>
            {
                let home = self.ministry.or_else(|| self.home.map(|home| self.cast.registered(home)));
                home.map(|who| (who, self.short_for(&phrase, who))).into_iter().collect()
            }
            Sort::Body(name) => {
                let name = bare(name).to_owned();
                let who = self.cast.other(&name, ActorKind::Organisation, mention.side);
                vec![(who, Reason::NamedInText { phrase })]
            }
            Sort::Role { definite } => {
                self.role(&phrase, title.unwrap_or_default(), mention, *definite, number, &[])
            }
            Sort::Government if title == Some("administration") && self.administration.is_some() => {
                self.administration.map(|who| (who, self.short_for(&phrase, who))).into_iter().collect()
            }
            Sort::Government => match self.home {
                Some(home) => {
                    let who = self.cast.registered(home);
                    let antecedent = self.cast.member(who).holder.name.clone();
                    vec![(who, Reason::ShortForm { form: phrase, antecedent })]
                }
                None => Vec::new(),
            },
            Sort::Group { definite } => self.group(phrase, mention, *definite, number),
            Sort::Pronoun(_) => Vec::new(),
        }
    }

    pub(super) fn short_for(&self, phrase: &str, who: MemberId) -> Reason {
        let antecedent = self.cast.member(who).holder.name.clone();
        Reason::ShortForm { form: phrase.to_owned(), antecedent }
    }

    /// A capitalised word: a family name of the article, or a new actor if it speaks or acts.
    pub(super) fn short(
        &mut self,
        line: &Line,
        mention: &Mention,
        name: &str,
        speaks: bool,
    ) -> Vec<(MemberId, Reason)> {
        let phrase = line.words(&mention.tokens);
        if mention.title.is_some() || self.cast.family(name).is_some() {
            return self.fixed(line, mention, 0);
        }
        let end = mention.tokens.end;
        let acts = words::is_verb(line.lower(end));
        let adjacent = acts
            || words::is_skippable(line.lower(end)) && words::is_verb(line.lower(end + 1))
            || mention.tokens.start.checked_sub(1).is_some_and(|at| words::is_reporting(line.lower(at)));
        let initial = line.token(mention.tokens.start.wrapping_sub(1)).is_none_or(|t| !t.word);
        let opening =
            line.token(mention.tokens.start.wrapping_sub(1)).is_none_or(|t| !t.word && t.lower != ",");
        if (speaks || adjacent)
            && let Some(actor) = self.lone_name(name, None)
        {
            let who = self.cast.registered(actor);
            return vec![(who, self.short_for(&phrase, who))];
        }
        let lower = line.lower(mention.tokens.start);
        let wordlike = self.common.contains(lower)
            || opening
                && (lower.ends_with('s') && !speaks
                    || lower.ends_with("ing")
                    || lower.ends_with("ly")
                    || words::is_role(lower)
                    || words::is_group(lower)
                    || words::is_modifier(lower)
                    || words::is_verb(lower));
        let past = |at: usize| line.lower(at).ends_with("ed") || words::is_verb(line.lower(at));
        let does = past(end) || words::is_skippable(line.lower(end)) && past(end + 1);
        if wordlike || !(speaks && adjacent || acts && !initial || does && initial) {
            return Vec::new();
        }
        let who = match speaks {
            true => self.cast.person(name, None, None, None),
            false => self.cast.other(name, ActorKind::Organisation, None),
        };
        vec![(who, Reason::NamedInText { phrase })]
    }
}
