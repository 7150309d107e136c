//! A reading: one pass through an article that resolves mentions, quotations and turns to actors.

mod era;
mod group;
mod headline;
mod lone;
mod naming;
mod office;
mod pronoun;
mod run;
mod speaker;
mod turn;
mod voice;

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::cast::{Cast, MemberId};
use super::phrases::Line;
use super::quotes::{self, Quotation};
use super::scan::Mention;
use super::speech::Act;
use super::tokens::{self, Token};
use super::{Reason, UNATTRIBUTED};
use crate::article::Article;
use crate::registry::{ActorId, ActorKind, AliasMatch, Registry};
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
    pub floor: Option<MemberId>,
    /// Whose turn of a transcript this is, with its label.
    pub turn: Option<(Vec<MemberId>, String)>,
    /// A turn of the press.
    pub press: bool,
    /// Who jointly declare what this clause of a communiqué leaves without a subject, and where they were named.
    pub declare: Option<(Vec<MemberId>, usize)>,
}

/// An article as read.
pub struct Reading<'a> {
    pub text: &'a str,
    pub tokens: Rc<Vec<Token>>,
    pub quotations: Vec<Quotation>,
    /// Speaker of each quotation, and the sentence that it opens in.
    pub speakers: Vec<(Option<MemberId>, usize)>,
    /// The side that the speaker of each quotation speaks for.
    pub speaker_sides: Vec<Option<MemberId>>,
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
    /// Actors named side by side, in order.
    runs: Vec<run::Run>,
    floor: Option<(MemberId, usize)>,
    home: Option<ActorId>,
    /// Whom the headline may quote: the person that closes it, else the first that it names.
    headline_speaker: Option<MemberId>,
    /// The title, with what a web address left of its marks put back.
    headline: String,
    headline_closes: bool,
    headline_people: Vec<MemberId>,
    unattributed: MemberId,
    /// Words that the article also writes in lower case.
    common: HashSet<String>,
    tokens: Rc<Vec<Token>>,
    /// Who speaks in all of the text: "Remarks by …".
    authors: Vec<MemberId>,
    /// Whose administration the article named last.
    administration: Option<MemberId>,
    /// Whose foreign ministry the article named last.
    ministry: Option<MemberId>,
    /// Persons of the registry whom headline and text name.
    officials: Vec<ActorId>,
}

impl Reading<'_> {
    /// A transcript: the text says whose turn it is.
    pub fn has_turns(&self) -> bool {
        self.scenes.iter().any(|s| s.turn.is_some() || s.press)
    }
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
        runs: Vec::new(),
        floor: None,
        home: None,
        headline_speaker: None,
        headline: headline::restored(article.title.as_deref().unwrap_or_default()),
        headline_closes: false,
        headline_people: Vec::new(),
        unattributed,
        common,
        tokens: tokens.clone(),
        authors: Vec::new(),
        administration: None,
        ministry: None,
        officials: Vec::new(),
    };
    let headline = names_in(&reader.headline, registry);
    for found in headline.iter().chain(&matches).take(400) {
        let person = registry.actor(found.actor).kind == ActorKind::Person;
        if person && !reader.officials.contains(&found.actor) {
            reader.officials.push(found.actor);
        }
    }
    reader.home = reader.home(&matches, sentences);
    let author = reader.title();
    if let Some((who, kind)) = &author
        && matches!(kind.as_str(), "remarks" | "address" | "speech" | "proclamation" | "briefing" | "gaggle")
    {
        reader.authors.clone_from(who);
    }
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
        scene.declare = reader.declarers(&line, &scene, sentence.index + 1, &text[..sentence.span.start]);
        scene.tokens = range;
        scenes.push(scene);
    }
    let speakers = reader.speakers(&quotations, sentences, &scenes);
    let home = reader.home.map(|actor| reader.cast.registered(actor));
    let speaker_sides =
        speakers.iter().map(|(who, _)| who.and_then(|who| reader.cast.side_of(who))).collect();
    let mut reading = Reading {
        text,
        tokens: Rc::clone(&tokens),
        quotations,
        speakers,
        speaker_sides,
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
