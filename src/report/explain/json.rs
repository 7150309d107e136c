//! The explained article as JSON, every probability under its label.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use serde::Serialize;

use super::{Explained, ExplainedCandidate};
use crate::article::PartialDate;
use crate::attribute::{Holder, Reason};
use crate::report::{Json, Renderer, SCHEMA_VERSION};
use crate::statement::{Basis, Mode, Stance, Tone};

type Labelled = BTreeMap<&'static str, f32>;

#[derive(Serialize)]
struct ArticleView<'a> {
    schema_version: u32,
    article_id: &'a str,
    title: Option<&'a str>,
    date: Option<PartialDate>,
    outlet: Option<&'a str>,
    url: Option<&'a str>,
    topic: &'a str,
    model: Option<&'a str>,
    sentences: Vec<SentenceView<'a>>,
}

#[derive(Serialize)]
struct SentenceView<'a> {
    sentence_index: usize,
    start: usize,
    end: usize,
    paragraph: usize,
    sentence: &'a str,
    context: &'a str,
    tone: Option<Labelled>,
    candidates: Vec<CandidateView<'a>>,
}

#[derive(Serialize)]
struct CandidateView<'a> {
    actor: &'a str,
    holder: &'a Holder,
    mention: &'a str,
    mention_start: Option<usize>,
    rule: &'a Reason,
    reason: String,
    /// Who tells of the position, if another actor does.
    claimant: Option<&'a str>,
    /// The claimant, where the statement is a claim.
    claimed_by: Option<&'a str>,
    stance: Option<Stance>,
    mode: Option<Mode>,
    basis: Option<Basis>,
    tone_toward_actor: Option<Tone>,
    /// Whether a statement came of it.
    counted: bool,
    probabilities: Option<Probabilities>,
}

#[derive(Serialize)]
struct Probabilities {
    stance: Labelled,
    mode: Labelled,
    basis: Labelled,
    tone: Labelled,
}

impl Renderer<Explained> for Json {
    fn render(&self, article: &Explained, out: &mut dyn Write) -> io::Result<()> {
        let sentences = article.sentences.iter().map(|s| SentenceView {
            sentence_index: s.sentence.index,
            start: s.sentence.span.start,
            end: s.sentence.span.end,
            paragraph: s.sentence.paragraph,
            sentence: &s.text,
            context: &s.context,
            tone: s.tone.map(|t| labelled(Tone::ALL.iter().map(|l| l.as_str()), &t)),
            candidates: s.candidates.iter().map(|c| candidate(c, c.mention_in(s), &s.text)).collect(),
        });
        let view = ArticleView {
            schema_version: SCHEMA_VERSION,
            article_id: &article.article_id,
            title: article.title.as_deref(),
            date: article.date,
            outlet: article.outlet.as_deref(),
            url: article.url.as_deref(),
            topic: &article.topic,
            model: article.model.as_deref(),
            sentences: sentences.collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &view)?;
        writeln!(out)
    }
}

fn candidate<'a>(
    c: &'a ExplainedCandidate,
    mention: Option<Range<usize>>,
    text: &'a str,
) -> CandidateView<'a> {
    let verdict = c.verdict();
    CandidateView {
        actor: &c.candidate.holder.name,
        holder: &c.candidate.holder,
        mention: mention.and_then(|m| text.get(m)).unwrap_or_default(),
        mention_start: c.candidate.mention.as_ref().map(|m| m.start),
        rule: &c.candidate.reason,
        reason: c.candidate.reason.to_string(),
        claimant: c.candidate.claimant.as_ref().map(|h| h.name.as_str()),
        claimed_by: c.statement.as_ref().and_then(|s| s.claimed_by.as_deref()),
        stance: verdict.map(|v| v.stance),
        mode: verdict.map(|v| v.mode),
        basis: verdict.map(|v| v.basis),
        tone_toward_actor: verdict.map(|v| v.tone),
        counted: c.statement.is_some(),
        probabilities: c.scores.as_ref().map(|s| Probabilities {
            stance: labelled(Stance::ALL.iter().map(|l| l.as_str()), &s.stance),
            mode: labelled(Mode::ALL.iter().map(|l| l.as_str()), &s.mode),
            basis: labelled(Basis::ALL.iter().map(|l| l.as_str()), &s.basis),
            tone: labelled(Tone::ALL.iter().map(|l| l.as_str()), &s.tone),
        }),
    }
}

fn labelled(labels: impl Iterator<Item = &'static str>, probabilities: &[f32]) -> Labelled {
    labels.zip(probabilities.iter().copied()).collect()
}
