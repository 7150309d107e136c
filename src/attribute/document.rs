//! A reading: one pass through an article that resolves mentions, quotations and turns to actors.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::cast::{Cast, MemberId, bare};
use super::lexicon as words;
use super::phrases::Line;
use super::quotes::{self, Quotation};
use super::scan::{self, Mention, Pronoun, Sort};
use super::speech::{self, Act};
use super::tokens::{self, Token};
use super::{Reason, UNATTRIBUTED};
use crate::article::{Article, PartialDate};
use crate::registry::{ActorId, ActorKind, AliasForm, AliasMatch, Registry};
use crate::segment::{Lead, Sentence};

/// A mention with the actors it refers to.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub mention: Mention,
    pub to: Vec<(MemberId, Reason)>,
    /// The speech quotation that it stands in.
    pub inside: Option<usize>,
    /// Governed by a preposition, or a possessor.
    pub object: bool,
}

/// One sentence, read.
#[derive(Debug, Default)]
pub struct Scene {
    /// Tokens of the sentence proper.
    pub tokens: Range<usize>,
    pub mentions: Vec<Resolved>,
    pub acts: Vec<Act>,
    /// Whoever had the floor when the sentence ended.
    floor: Option<MemberId>,
    /// Whose turn of a transcript this is, with its label.
    pub turn: Option<(Vec<MemberId>, String)>,
    /// A turn of the press.
    pub press: bool,
}

/// An article as read.
pub struct Reading<'a> {
    pub text: &'a str,
    pub tokens: Rc<Vec<Token>>,
    pub quotations: Vec<Quotation>,
    /// Speaker of each quotation, and the sentence that it opens in.
    pub speakers: Vec<(Option<MemberId>, usize)>,
    pub scenes: Vec<Scene>,
    pub cast: Cast<'a>,
    /// Who speaks where the text itself has no quotation or turn: "Statement by …".
    pub author: Option<(Vec<MemberId>, String)>,
    /// Whom the headline may quote.
    pub headline_speaker: Option<MemberId>,
    /// The headline closes with that person.
    pub headline_closes: bool,
    home: Option<MemberId>,
    unattributed: MemberId,
}

/// A mention remembered for pronouns: who, in which sentence (0 is the title), as a subject or not.
#[derive(Clone, Copy)]
struct Trace {
    who: MemberId,
    sentence: usize,
    subject: bool,
    /// Next to an "and" or in a list.
    listed: bool,
    /// The words are a plural: "officials", "the three countries".
    plural: bool,
}

struct Reader<'a> {
    registry: &'a Registry,
    article: &'a Article,
    cast: Cast<'a>,
    traces: Vec<Trace>,
    floor: Option<(MemberId, usize)>,
    home: Option<ActorId>,
    /// Whom the headline may quote: the person that closes it, else the first that it names.
    headline_speaker: Option<MemberId>,
    headline_closes: bool,
    headline_people: Vec<MemberId>,
    unattributed: MemberId,
    /// Words that the article also writes in lower case.
    common: HashSet<String>,
    tokens: Rc<Vec<Token>>,
}

/// Reads an article.
pub fn read<'a>(article: &'a Article, sentences: &[Sentence], registry: &'a Registry) -> Reading<'a> {
    let text = article.text.as_str();
    let tokens = tokens::tokenize(text);
    let matches = names_in(text, registry);
    let quotations = quotes::quotations(text);
    let mut cast = Cast::new(registry, article.date);
    let unattributed = cast.other(UNATTRIBUTED, ActorKind::Group, None);
    let tokens = Rc::new(tokens);
    let common = tokens.iter().filter(|t| t.word && !t.capital).map(|t| t.lower.clone()).collect();
    let mut reader = Reader {
        registry,
        article,
        cast,
        traces: Vec::new(),
        floor: None,
        home: None,
        headline_speaker: None,
        headline_closes: false,
        headline_people: Vec::new(),
        unattributed,
        common,
        tokens: tokens.clone(),
    };
    reader.home = reader.home(&matches, sentences);
    let author = reader.title();
    let mut scenes: Vec<Scene> = Vec::with_capacity(sentences.len());
    let mut turn_label = None;
    let mut turn = None;
    for sentence in sentences {
        let range = proper(sentence, &tokens);
        if sentence.turn != turn_label {
            turn_label = sentence.turn.clone();
            turn = turn_label.as_ref().map(|label| reader.turn(&text[label.clone()]));
        }
        let line = Line::new(text, &tokens, range.clone(), &matches, registry);
        let mut scene = reader.scene(&line, sentence.index + 1, &quotations);
        match &turn {
            Some(Some(who)) => scene.turn = Some(who.clone()),
            Some(None) => scene.press = true,
            None => {}
        }
        scene.tokens = range;
        scenes.push(scene);
    }
    let speakers = reader.speakers(&quotations, sentences, &scenes);
    let home = reader.home.map(|actor| reader.cast.registered(actor));
    let mut reading = Reading {
        text,
        tokens: Rc::clone(&tokens),
        quotations,
        speakers,
        scenes,
        cast: reader.cast,
        author,
        headline_speaker: reader.headline_speaker,
        headline_closes: reader.headline_closes,
        home,
        unattributed,
    };
    for index in 0..reading.scenes.len() {
        reading.resolve_speech(index);
    }
    reading.headline_closes &= reading.is_one_voice(sentences);
    reading
}

/// A closing word of a headline that is no name.
fn unnamed(lower: &str) -> bool {
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

/// An office of government, whose holder speaks for a country even if the text leaves it out.
fn official(title: &str) -> bool {
    let head = title.rsplit(' ').next().unwrap_or_default();
    matches!(
        head,
        "minister"
            | "spokesman"
            | "spokeswoman"
            | "spokesperson"
            | "official"
            | "lawmaker"
            | "mp"
            | "legislator"
            | "parliamentarian"
            | "ambassador"
            | "envoy"
            | "negotiator"
            | "diplomat"
            | "president"
            | "speaker"
            | "secretary"
            | "leader"
            | "commander"
            | "general"
            | "fm"
    ) && !title.contains("former")
}

/// The registry's aliases in `text`, an article at the start of a sentence read as if written small.
pub fn names_in(text: &str, registry: &Registry) -> Vec<AliasMatch> {
    registry.matches(&text.replace("The ", "the "))
}

/// Tokens of the sentence without what stands before it.
fn proper(sentence: &Sentence, tokens: &[Token]) -> Range<usize> {
    let start = match &sentence.lead {
        Some(Lead::Dateline(lead) | Lead::Speaker(lead)) => lead.end,
        None => sentence.span.start,
    };
    let first = tokens::first_from(tokens, start);
    first..tokens::first_from(tokens, sentence.span.end).max(first)
}

impl<'a> Reader<'a> {
    /// The country that the article is written in: its dateline's, else the one it names most.
    fn home(&self, matches: &[AliasMatch], sentences: &[Sentence]) -> Option<ActorId> {
        let country = |m: &AliasMatch| self.registry.actor(m.actor).kind == ActorKind::Country;
        let title = self.article.title.as_deref().unwrap_or_default();
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
        most(&mut of_people).or_else(|| most(&mut named))
    }

    /// Reads the headline: context for pronouns, and sometimes the author of all that follows.
    fn title(&mut self) -> Option<(Vec<MemberId>, String)> {
        let title = self.article.title.as_deref()?;
        let tokens = tokens::tokenize(title);
        let matches = names_in(title, self.registry);
        let mut line = Line::new(title, &tokens, 0..tokens.len(), &matches, self.registry);
        line.headline = true;
        let mentions = scan::scan(&line);
        let mut people = Vec::new();
        let mut sides = Vec::new();
        let mut closing = None;
        let mut roles = None;
        for mention in &mentions {
            // Headlines capitalise everything: a name needs an office before it.
            if mention.title.is_none() && !matches!(mention.sort, Sort::Registered(..)) {
                continue;
            }
            let unnamed_role = matches!(mention.sort, Sort::Role { .. });
            for (who, _) in self.fixed(&line, mention, 0) {
                self.traces.push(Trace { who, sentence: 0, subject: true, listed: false, plural: false });
                if mention.tokens.end == tokens.len() && self.cast.member(who).is_person() {
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
            && let Some(last) = tokens.last().filter(|t| t.word && t.capital && t.lower.len() > 4)
            && !people.is_empty() | !sides.is_empty()
            && tokens.len() > 4
            && !self.common.contains(&last.lower)
            && !unnamed(&last.lower)
            && matches.iter().all(|m| m.span.end < title.len())
            && tokens.iter().any(|t| t.word && !t.capital)
        {
            // "…, says Doe" with the comma and the verb left out.
            closing = Some(self.cast.person(&title[last.span.clone()], None, self.home, None));
        }
        // "Doe: The talks are over", perhaps without the colon.
        let opens = mentions.first().filter(|m| m.tokens.start == 0).is_some_and(|m| {
            tokens.get(m.tokens.end).is_some_and(|t| t.lower == ":" || (t.word && t.capital))
        });
        let opening = people.first().copied().filter(|_| opens);
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

    /// Whose turn the label announces; `None` for the press.
    fn turn(&mut self, label: &str) -> Option<(Vec<MemberId>, String)> {
        let label = label.trim().trim_end_matches([':', '.']).trim();
        let lower = label.to_lowercase();
        if matches!(
            lower.as_str(),
            "q" | "question" | "reporter" | "press" | "participant" | "moderator" | "interviewer"
        ) {
            return None;
        }
        let name = |who: MemberId| Some((vec![who], label.to_owned()));
        if matches!(lower.as_str(), "a" | "answer") {
            let who = self.headline_speaker;
            let who = who.unwrap_or_else(|| self.cast.anonymous("interviewee", "interviewee", None, None));
            return name(who);
        }
        let office = lower.strip_prefix("the ").unwrap_or(&lower);
        if matches!(office, "president" | "vice president" | "first lady" | "prime minister") {
            let known =
                self.traces.iter().rev().map(|t| t.who).find(|&w| self.cast.fits(w, office, None) >= 4);
            let side = self.registry.find("United States");
            let holder = side.and_then(|s| {
                self.registry.office_holder(office, &self.registry.actor(s).name, self.article.date)
            });
            let who = match (known, holder) {
                (Some(who), _) => who,
                (None, Some(actor)) => self.cast.registered(actor),
                (None, None) => self.cast.anonymous(office, office, side, None),
            };
            return name(who);
        }
        let words: Vec<&str> = label.split_whitespace().collect();
        let last = words.last().copied()?;
        let female = words.first().and_then(|w| {
            let w = w.to_lowercase();
            if words::is_female_word(&w) { Some(true) } else { words::is_male_word(&w).then_some(false) }
        });
        if let Some(who) = self.cast.family(last) {
            self.cast.learn(who, None, self.home, female);
            return name(who);
        }
        if words::is_role(&last.to_lowercase()) {
            return name(self.cast.anonymous(&lower, &lower, self.home, female));
        }
        let name_words: Vec<String> = words
            .iter()
            .filter(|w| !words::is_honorific(&w.to_lowercase()) && !words::is_role(&w.to_lowercase()))
            .map(|w| capitalised(w))
            .collect();
        let full = name_words.join(" ");
        if full.is_empty() {
            return None;
        }
        let registered = self
            .registry
            .matches(&full)
            .into_iter()
            .find(|m| self.registry.actor(m.actor).kind == ActorKind::Person);
        let who = match registered {
            Some(found) => self.cast.registered(found.actor),
            None => self.cast.person(&full, None, self.home, female),
        };
        name(who)
    }

    /// Finds the mentions of a sentence and resolves those outside speech.
    fn scene(&mut self, line: &Line, number: usize, quotations: &[Quotation]) -> Scene {
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
                            && mention.title.is_some()
                            && last.ends_with('s'))
                        || (matches!(mention.sort, Sort::Registered(_, AliasForm::Adjective))
                            && last.ends_with('s'));
                    self.traces.push(Trace { who: *who, sentence: number, subject, listed, plural });
                }
            }
            resolved.push(Resolved { mention, to, inside, object });
        }
        acts.retain(|a| {
            !resolved[a.subject].to.is_empty() || matches!(resolved[a.subject].mention.sort, Sort::Pronoun(_))
        });
        let speaker =
            acts.iter().rev().filter(|a| a.inside.is_none()).find_map(|a| resolved[a.subject].to.first());
        if let Some(&(who, _)) = speaker
            && who != self.unattributed
        {
            self.floor = Some((who, number));
        }
        Scene { mentions: resolved, acts, floor: self.floor.map(|(who, _)| who), ..Scene::default() }
    }

    /// Resolves a mention that is not a pronoun, in a sentence.
    fn fixed_in(
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
            let known = self.cast.family(super::cast::last_name(name)).is_some();
            if mention.title.is_none() && !speaks && !acts && !known && self.registry.find(name).is_none() {
                return Vec::new();
            }
        }
        self.fixed(line, mention, number)
    }

    /// Resolves a mention that is not a pronoun.
    fn fixed(&mut self, line: &Line, mention: &Mention, number: usize) -> Vec<(MemberId, Reason)> {
        let phrase = line.words(&mention.tokens);
        let title = mention.title.as_deref();
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
                vec![(self.cast.registered(*actor), named)]
            }
            Sort::Person(name) => {
                let side = mention.side.or(if title.is_some_and(official) { self.home } else { None });
                let who = self.cast.person(name, title, side, mention.female);
                vec![(who, Reason::NamedInText { phrase })]
            }
            Sort::ShortName(name) if title.is_some() => {
                let known = self.cast.family(name);
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
            Sort::Body(name) => {
                let name = bare(name).to_owned();
                let who = self.cast.other(&name, ActorKind::Organisation, mention.side);
                vec![(who, Reason::NamedInText { phrase })]
            }
            Sort::Role { definite } => {
                self.role(&phrase, title.unwrap_or_default(), mention, *definite, number, &[])
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

    /// A capitalised word: a family name of the article, or a new actor if it speaks or acts.
    fn short(&mut self, line: &Line, mention: &Mention, name: &str, speaks: bool) -> Vec<(MemberId, Reason)> {
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
        let lower = line.lower(mention.tokens.start);
        let wordlike = self.common.contains(lower)
            || initial
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

    /// "The foreign minister": somebody of the article, the office's holder, or whoever the text says.
    fn role(
        &mut self,
        phrase: &str,
        title: &str,
        mention: &Mention,
        definite: bool,
        number: usize,
        named: &[MemberId],
    ) -> Vec<(MemberId, Reason)> {
        let short = |who: MemberId, cast: &Cast| {
            let antecedent = cast.member(who).holder.name.clone();
            vec![(who, Reason::ShortForm { form: phrase.to_owned(), antecedent })]
        };
        let (mut sure, mut likely) = (None, None);
        if definite {
            let home = self.home.map(|h| self.registry.actor(h).name.as_str());
            let mut best: Option<(u8, u8, MemberId)> = None;
            for (back, trace) in self.traces.iter().rev().enumerate().take(60) {
                if named.contains(&trace.who) {
                    continue;
                }
                let near = number.saturating_sub(trace.sentence) <= 4;
                let fit = self.cast.fits(trace.who, title, mention.side);
                if !(fit >= 2 || (fit == 1 && near)) {
                    continue;
                }
                let at_home = home.is_some() && self.cast.member(trace.who).holder.side.as_deref() == home;
                let has_floor = self.floor.is_some_and(|(who, _)| who == trace.who);
                let score = fit * 2
                    + 2 * u8::from(has_floor)
                    + 6 * u8::from(at_home && mention.side.is_none())
                    + u8::from(trace.subject)
                    + u8::from(back < 6);
                if best.is_none_or(|(b, _, _)| score > b) {
                    best = Some((score, fit, trace.who));
                }
            }
            sure = best.filter(|(_, fit, _)| *fit >= 2).map(|(_, _, who)| who);
            likely = best.map(|(_, _, who)| who);
        }
        if let Some(who) = sure {
            return short(who, &self.cast);
        }
        let side = mention.side.or(if definite { self.home } else { None });
        if let Some(side) = side
            && definite
            && !title.contains("former")
        {
            let date = self.article.date.or_else(|| self.era());
            let holder =
                |side: ActorId| self.registry.office_holder(title, &self.registry.actor(side).name, date);
            let country = self.registry.country(side).filter(|&c| c != side);
            if let Some(actor) = holder(side).or_else(|| country.and_then(holder)) {
                let who = self.cast.registered(actor);
                if !named.contains(&who) {
                    return short(who, &self.cast);
                }
            }
        }
        if let Some(who) = likely {
            return short(who, &self.cast);
        }
        let side = mention.side.or(if definite && official(title) { self.home } else { None });
        let mut name = bare(phrase).to_owned();
        if mention.side.is_none()
            && let Some(adjective) = side.and_then(|s| self.registry.actor(s).adjectives.first())
        {
            // "The spokesman" of an article on Iran: "Iranian spokesman".
            name = format!("{adjective} {name}");
        }
        let who = self.cast.anonymous(&name, title, side, mention.female);
        vec![(who, Reason::NamedInText { phrase: phrase.to_owned() })]
    }

    /// The year in which most of the article's office holders were in office, when its date is unknown.
    fn era(&self) -> Option<PartialDate> {
        let mut people: Vec<ActorId> = Vec::new();
        for trace in self.traces.iter().take(200) {
            if let Some(actor) = self.cast.member(trace.who).actor
                && !people.contains(&actor)
                && self.cast.member(trace.who).is_person()
            {
                people.push(actor);
            }
        }
        let held = |actor: ActorId, year: i16| {
            self.registry.actor(actor).roles.iter().any(|r| {
                r.from.is_some_and(|from| from.year <= year) && r.to.is_none_or(|to| to.year >= year)
            })
        };
        let votes = |year: i16| people.iter().filter(|&&a| held(a, year)).count();
        let best = (2010..=2026).map(votes).max().filter(|&n| n > 0)?;
        let years: Vec<i16> = (2010..=2026).filter(|&y| votes(y) == best).collect();
        years.get(years.len() / 2).map(|&y| PartialDate::year(y))
    }

    /// "The two sides": the actors meant if the article just named as many, else as the text says.
    fn group(
        &mut self,
        phrase: String,
        mention: &Mention,
        definite: bool,
        number: usize,
    ) -> Vec<(MemberId, Reason)> {
        let title = mention.title.as_deref().unwrap_or_default();
        let count = match title.split(' ').next() {
            Some("two" | "both" | "rival" | "warring") => 2,
            Some("three") => 3,
            _ if phrase.to_lowercase().starts_with("both ") => 2,
            _ => 0,
        };
        let head = title.rsplit(' ').next().unwrap_or_default();
        let sides = matches!(
            head,
            "sides"
                | "countries"
                | "parties"
                | "nations"
                | "states"
                | "governments"
                | "neighbors"
                | "neighbours"
        );
        if count > 0
            && sides
            && !phrase.to_lowercase().starts_with("our ")
            && mention.side.is_none()
            && (definite || phrase.to_lowercase().starts_with("both"))
        {
            let listed = self.coordinated(number);
            if listed.len() == count {
                return listed
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
            let mut members = Vec::new();
            for trace in self.traces.iter().rev().take_while(|t| number.saturating_sub(t.sentence) <= 3) {
                let member = self.cast.member(trace.who);
                let state = member.kind == ActorKind::Country
                    || (member.kind == ActorKind::Organisation && self.is_party(trace.who));
                if state && !members.contains(&trace.who) {
                    members.push(trace.who);
                }
                if members.len() == count {
                    break;
                }
            }
            if members.len() == count {
                members.reverse();
                return members
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        let own = phrase.to_lowercase().starts_with("our ");
        if own && count > 0 && sides {
            let people = self.headline_people.clone();
            let mut members: Vec<MemberId> =
                people.into_iter().filter_map(|who| self.cast.side_of(who)).collect();
            members.dedup();
            if members.len() == count {
                return members
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        let both = count == 2 || definite && title == head;
        if both
            && mention.side.is_none()
            && matches!(head, "leaders" | "presidents" | "ministers" | "diplomats")
        {
            let members = self.last_two(number, &self.headline_people);
            if !members.is_empty() {
                return members
                    .into_iter()
                    .map(|who| (who, Reason::Collective { phrase: phrase.clone() }))
                    .collect();
            }
        }
        let who = self.cast.group(bare(&phrase), mention.side);
        vec![(who, Reason::Collective { phrase })]
    }

    /// The two persons that "both leaders" means: the headline's, else those named last.
    fn last_two(&self, number: usize, headline: &[MemberId]) -> Vec<MemberId> {
        if headline.len() == 2 {
            return headline.to_vec();
        }
        let mut members = Vec::new();
        for trace in self.traces.iter().rev().take_while(|t| number.saturating_sub(t.sentence) <= 2) {
            if self.cast.member(trace.who).is_person() && !members.contains(&trace.who) {
                members.push(trace.who);
            }
        }
        members.reverse();
        if members.len() == 2 { members } else { Vec::new() }
    }

    /// An organisation that can be one of "the two sides": it belongs to a country or a people.
    fn is_party(&self, who: MemberId) -> bool {
        self.cast.member(who).actor.is_some_and(|a| self.registry.country(a).is_some())
    }

    /// A third-person pronoun outside speech.
    fn pronoun(
        &mut self,
        line: &Line,
        mention: &Mention,
        pronoun: Pronoun,
        number: usize,
        speaks: bool,
        earlier: &[Resolved],
    ) -> Vec<(MemberId, Reason)> {
        let word = line.words(&mention.tokens);
        let person = matches!(pronoun, Pronoun::He | Pronoun::She | Pronoun::TheirCountry);
        let female = match pronoun {
            Pronoun::She => Some(true),
            Pronoun::He => Some(false),
            _ => word.to_lowercase().starts_with("her").then_some(true).or(Some(false)),
        };
        if pronoun == Pronoun::They {
            let sides = self.coordinated(number);
            if !sides.is_empty() {
                let reason = |who: MemberId| Reason::Pronoun {
                    pronoun: word.clone(),
                    antecedent: self.cast.member(who).holder.name.clone(),
                };
                return sides.into_iter().map(|who| (who, reason(who))).collect();
            }
        }
        let found = match person {
            true => self.person_before(female, number, speaks, earlier),
            false => self.side_before(pronoun, number),
        };
        match found {
            Some(who) => {
                let antecedent = self.cast.member(who).holder.name.clone();
                if pronoun == Pronoun::TheirCountry {
                    return match self.cast.side_of(who) {
                        Some(side) => vec![(side, Reason::SpokenFor { word, speaker: antecedent })],
                        None => Vec::new(),
                    };
                }
                if female.is_some() && person {
                    self.cast.learn(who, None, None, female);
                }
                vec![(who, Reason::Pronoun { pronoun: word, antecedent })]
            }
            None if matches!(pronoun, Pronoun::He | Pronoun::She) => {
                vec![(self.unattributed, Reason::Pronoun { pronoun: word, antecedent: String::new() })]
            }
            None => Vec::new(),
        }
    }

    /// The person that "he" or "she" means: an earlier subject of the same sentence, else whoever has the
    /// floor, else the nearest subject, else the nearest person.
    fn person_before(
        &self,
        female: Option<bool>,
        number: usize,
        speaks: bool,
        earlier: &[Resolved],
    ) -> Option<MemberId> {
        let known_woman = female == Some(true)
            && self.traces.iter().rev().take(40).any(|t| self.cast.member(t.who).female == Some(true));
        let suits = |who: MemberId| {
            let member = self.cast.member(who);
            member.is_person()
                && (member.female == female || female.is_none() || (member.female.is_none() && !known_woman))
        };
        let here = earlier.iter().filter(|r| r.inside.is_none() && !r.object);
        let subject = here.flat_map(|r| r.to.first()).map(|(who, _)| *who).find(|&w| suits(w));
        if subject.is_some() {
            return subject;
        }
        let floor = self.floor.filter(|&(who, at)| suits(who) && number - at <= 8);
        let nearest = |subject: bool, within: usize| {
            let mut recent =
                self.traces.iter().rev().take_while(|t| t.sentence == 0 || number - t.sentence <= within);
            recent.find(|t| suits(t.who) && t.sentence < number && (t.subject || !subject)).map(|t| *t)
        };
        let last = nearest(true, 3);
        match (floor, last) {
            // The speaker goes on speaking, unless another subject came in between.
            (Some((who, at)), Some(last)) if speaks || last.sentence <= at => Some(who),
            (_, Some(last)) => Some(last.who),
            (Some((who, _)), None) => Some(who),
            (None, None) => nearest(false, 12).map(|t| t.who),
        }
    }

    /// Several sides that were subjects side by side in the sentence before: "they" means all of them.
    fn coordinated(&self, number: usize) -> Vec<MemberId> {
        let here = |t: &&Trace| t.sentence == number && t.subject && t.plural;
        let mut sides: Vec<MemberId> =
            self.traces.iter().rev().take(12).filter(here).map(|t| t.who).collect();
        if !sides.is_empty() {
            sides.reverse();
            return sides;
        }
        for trace in self.traces.iter().rev().take_while(|t| t.sentence + 1 >= number && t.sentence > 0) {
            let side = trace.subject && trace.sentence < number && !self.cast.member(trace.who).is_person();
            if side && trace.listed && !sides.contains(&trace.who) {
                sides.push(trace.who);
            }
        }
        sides.reverse();
        if (2..=4).contains(&sides.len()) { sides } else { Vec::new() }
    }

    /// What "it" or "they" means: the nearest subject that is no person.
    fn side_before(&self, pronoun: Pronoun, number: usize) -> Option<MemberId> {
        let suits = |who: MemberId| {
            let kind = self.cast.member(who).kind;
            match pronoun {
                Pronoun::It => matches!(kind, ActorKind::Country | ActorKind::Organisation),
                _ => kind != ActorKind::Person,
            }
        };
        let recent = || self.traces.iter().rev().take_while(|t| number.saturating_sub(t.sentence) <= 2);
        let they = pronoun == Pronoun::They;
        let last = |t: &&Trace| t.plural && t.sentence + 1 >= number;
        let plural =
            they.then(|| recent().find(|t| t.subject && t.plural).or_else(|| recent().find(last))).flatten();
        plural
            .or_else(|| recent().find(|t| t.subject && suits(t.who)))
            .or_else(|| recent().find(|t| suits(t.who)))
            .map(|t| t.who)
    }

    /// Who speaks in each quotation, and the sentence in which it opens.
    fn speakers(
        &self,
        quotations: &[Quotation],
        sentences: &[Sentence],
        scenes: &[Scene],
    ) -> Vec<(Option<MemberId>, usize)> {
        let mut found: Vec<(Option<MemberId>, usize)> = Vec::with_capacity(quotations.len());
        for (index, quotation) in quotations.iter().enumerate() {
            let sentence_of = |byte: usize| {
                sentences.partition_point(|s| s.span.end <= byte).min(sentences.len().saturating_sub(1))
            };
            let (first, last) =
                (sentence_of(quotation.span.start), sentence_of(quotation.span.end.saturating_sub(1)));
            let by = if quotation.speech && !sentences.is_empty() {
                self.speaker(index, quotations, first, last, scenes, &found)
            } else {
                None
            };
            found.push((by, first));
        }
        found
    }

    /// The sentences of a quotation say more than the quotation: at least a subject and a verb.
    fn framed(&self, span: &Range<usize>, first: usize, last: usize, scenes: &[Scene]) -> bool {
        let tokens = scenes[first].tokens.start..scenes[last].tokens.end;
        let outside = self.tokens[tokens].iter().filter(|t| t.word && !span.contains(&t.span.start));
        let mut verbs = 0;
        let mut count = 0;
        for token in outside {
            count += 1;
            verbs += usize::from(
                words::is_reporting(&token.lower) || matches!(token.lower.as_str(), "read" | "reads"),
            );
        }
        verbs == 1 && (2..=12).contains(&count)
    }

    fn speaker(
        &self,
        index: usize,
        quotations: &[Quotation],
        first: usize,
        last: usize,
        scenes: &[Scene],
        earlier: &[(Option<MemberId>, usize)],
    ) -> Option<MemberId> {
        let span = &quotations[index].span;
        let who = |scene: &Scene, act: &Act| scene.mentions[act.subject].to.first().map(|(who, _)| *who);
        let byte = |scene: &Scene, act: &Act| scene.mentions[act.subject].mention.bytes.start;
        let outside = |scene: &'_ Scene| -> Vec<Act> {
            scene.acts.iter().filter(|a| a.inside.is_none()).cloned().collect()
        };
        let (opening, closing) = (&scenes[first], &scenes[last]);
        let after =
            outside(closing).into_iter().filter(|a| byte(closing, a) >= span.end).min_by_key(|a| a.verb);
        let before =
            outside(opening).into_iter().filter(|a| byte(opening, a) < span.start).max_by_key(|a| a.verb);
        // A quotation that another one follows before the verb does not own that verb's subject less.
        if let Some(by) = after.and_then(|a| who(closing, &a)) {
            let gap_opens = before.is_none();
            if gap_opens || first != last {
                return Some(by);
            }
        }
        if let Some(by) = before.and_then(|a| who(opening, &a)) {
            return Some(by);
        }
        let subject = opening.mentions.iter().rev().find(|m| {
            m.inside.is_none() && !m.object && m.mention.bytes.end <= span.start && !m.to.is_empty()
        });
        if let Some((by, _)) = subject.and_then(|m| m.to.first()) {
            return Some(*by);
        }
        if let Some((turn, _)) = &opening.turn {
            return turn.first().copied();
        }
        // Words outside the quotation that name no speaker: "…," the statement read.
        if self.framed(span, first, last, scenes) {
            return None;
        }
        // Only the quotation: whoever spoke last.
        let previous = index.checked_sub(1).map(|p| earlier[p]);
        if let Some((Some(by), opened)) = previous
            && opened + 3 >= first
        {
            let changed = scenes[opened.min(first)..first].iter().rev().find_map(|s| s.floor);
            return changed.or(Some(by));
        }
        let floor = first.checked_sub(1).and_then(|p| scenes[p].floor);
        floor.or(self.headline_speaker)
    }
}

impl Reading<'_> {
    /// The text is somebody's own words (an interview, a letter), not a report of what people said.
    fn is_one_voice(&self, sentences: &[Sentence]) -> bool {
        let dateline = sentences.iter().any(|s| matches!(s.lead, Some(Lead::Dateline(_))));
        let speaks = |scene: &&Scene| {
            scene.acts.iter().any(|a| {
                let subject = scene.mentions[a.subject].to.first();
                a.inside.is_none() && subject.is_some_and(|(who, _)| self.cast.member(*who).is_person())
            })
        };
        let reported = self.scenes.iter().filter(speaks).count();
        !dateline && reported * 10 <= self.scenes.len()
    }

    /// Resolves the pronouns of speech, now that its speakers are known.
    fn resolve_speech(&mut self, index: usize) {
        let turn = self.scenes[index].turn.clone().map(|(who, _)| who);
        let press = self.scenes[index].press;
        for position in 0..self.scenes[index].mentions.len() {
            let resolved = &self.scenes[index].mentions[position];
            let Sort::Pronoun(pronoun) = resolved.mention.sort else { continue };
            if !resolved.to.is_empty() {
                continue;
            }
            let word = self.text[resolved.mention.bytes.clone()].to_owned();
            let in_quote = resolved.inside;
            let speakers: Vec<MemberId> = match in_quote {
                Some(quotation) => self.speakers[quotation].0.into_iter().collect(),
                None if press => Vec::new(),
                None => turn
                    .clone()
                    .or_else(|| self.author.as_ref().map(|(who, _)| who.clone()))
                    .or_else(|| self.headline_speaker.map(|who| vec![who]))
                    .unwrap_or_default(),
            };
            let mut to: Vec<(MemberId, Reason)> = Vec::new();
            match pronoun {
                Pronoun::I | Pronoun::We => {
                    for &speaker in &speakers {
                        let name = self.cast.member(speaker).holder.name.clone();
                        if pronoun == Pronoun::We
                            && let Some(side) = self.cast.side_of(speaker)
                            && side != speaker
                            && !to.iter().any(|(who, _)| *who == side)
                        {
                            to.push((side, Reason::SpokenFor { word: word.clone(), speaker: name.clone() }));
                        }
                        to.push((speaker, Reason::Pronoun { pronoun: word.clone(), antecedent: name }));
                    }
                    if to.is_empty()
                        && pronoun == Pronoun::We
                        && in_quote.is_none()
                        && !press
                        && let Some(home) = self.home
                    {
                        // An editorial "we": the country that the article is written in.
                        to.push((home, Reason::SpokenFor { word: word.clone(), speaker: String::new() }));
                    }
                    if to.is_empty() && in_quote.is_some() {
                        to.push((
                            self.unattributed,
                            Reason::Pronoun { pronoun: word.clone(), antecedent: String::new() },
                        ));
                    }
                }
                _ => {
                    if let Some(who) = self.third_person(index, position, pronoun, &speakers) {
                        let antecedent = self.cast.member(who).holder.name.clone();
                        to.push((who, Reason::Pronoun { pronoun: word.clone(), antecedent }));
                    }
                }
            }
            self.scenes[index].mentions[position].to = to;
        }
    }

    /// "He", "they" and "it" in somebody's speech: the nearest earlier mention of somebody else.
    fn third_person(
        &mut self,
        index: usize,
        position: usize,
        pronoun: Pronoun,
        speakers: &[MemberId],
    ) -> Option<MemberId> {
        let sides: Vec<MemberId> = speakers.iter().filter_map(|&s| self.cast.side_of(s)).collect();
        let suits = |who: MemberId| {
            let member = self.cast.member(who);
            let other = !speakers.contains(&who) && !sides.contains(&who) && who != self.unattributed;
            other
                && match pronoun {
                    Pronoun::He => member.is_person() && member.female != Some(true),
                    Pronoun::She => member.is_person() && member.female != Some(false),
                    Pronoun::They => !member.is_person(),
                    Pronoun::It => matches!(member.kind, ActorKind::Country | ActorKind::Organisation),
                    _ => false,
                }
        };
        for back in 0..=2.min(index) {
            let scene = &self.scenes[index - back];
            let until = if back == 0 { position } else { scene.mentions.len() };
            let found =
                scene.mentions[..until].iter().rev().flat_map(|m| m.to.first()).find(|(who, _)| suits(*who));
            if let Some((who, _)) = found {
                return Some(*who);
            }
        }
        None
    }

    pub fn is_unattributed(&self, who: MemberId) -> bool {
        who == self.unattributed
    }
}

/// "PSAKI" as "Psaki".
fn capitalised(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut start = true;
    for c in word.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphanumeric();
    }
    out
}
