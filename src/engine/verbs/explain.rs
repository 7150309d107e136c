//! `detente explain`.

use anyhow::anyhow;
use detente::article::Article;
use detente::cli::args::{Common, ExplainArgs, ExplainFormat};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{reporting, verbs};
use detente::decide::{Decided, Decision};
use detente::ingest::Inputs;
use detente::report::explain::{Explained, ExplainedCandidate, ExplainedSentence};
use detente::report::{Json, Markdown, Terminal};
use detente::statement::{Stance, Statement, Tone};

use super::Ready;
use crate::prepare::Prepared;

pub fn run(args: &ExplainArgs, common: &Common) -> Outcome {
    let registry = super::registry(common.actors.as_deref())?;
    let ready = Ready::open(&args.model)?;
    let article = find(args)?;
    let encoder = ready.folder.query_encoder()?;
    let workers = ready.start_workers()?;
    let prepared = Prepared::new(article, registry);
    let scores = workers.score(prepared.encode(&encoder)?)?;

    let Prepared { article, sentences, candidates, queries } = prepared;
    let manifest = &ready.folder.manifest;
    let model = format!("{}@{}", manifest.name, &ready.folder.digest[..8]);
    let mut explained = Vec::new();
    for (((sentence, candidates), scores), query) in
        sentences.into_iter().zip(candidates).zip(scores).zip(queries)
    {
        let of_article = OfArticle { article: &article, topic: &manifest.topic, model: &model };
        let statements = of_article.statements(&sentence, &candidates, &scores, &manifest.decision);
        let wanted = args.sentence.is_none_or(|index| index == sentence.index)
            && (!args.stances || statements.iter().flatten().any(|one| one.stance != Stance::None));
        if !wanted {
            continue;
        }
        explained.push(ExplainedSentence {
            text: sentence.text(&article.text).to_owned(),
            context: query.context,
            tone: Some(scores.tone),
            candidates: candidates
                .into_iter()
                .zip(scores.candidates)
                .zip(statements)
                .map(|((candidate, scores), statement)| ExplainedCandidate {
                    candidate,
                    scores: Some(scores),
                    statement,
                })
                .collect(),
            sentence,
        });
    }
    if let (Some(index), true) = (args.sentence, explained.is_empty()) {
        return Err(Failure::usage(anyhow!("the article has no sentence {index}")));
    }
    let subject = Explained {
        article_id: article.id,
        title: article.title,
        date: article.date,
        outlet: article.outlet,
        url: article.url,
        topic: manifest.topic.clone(),
        model: Some(model),
        sentences: explained,
    };
    match args.format {
        ExplainFormat::Terminal => {
            let terminal =
                Terminal { width: reporting::terminal_width(), color: common.use_color(), ascii: false };
            verbs::render(&terminal, &subject)?;
        }
        ExplainFormat::Markdown => verbs::render(&Markdown, &subject)?,
        ExplainFormat::Json => verbs::render(&Json, &subject)?,
    }
    Ok(0)
}

fn find(args: &ExplainArgs) -> Result<Article, Failure> {
    let mut ids = Vec::new();
    for outcome in Inputs::resolve(std::slice::from_ref(&args.path)).read() {
        match outcome {
            Err(refusal) if args.article.is_none() => return Err(Failure::usage(anyhow!("{refusal}"))),
            Err(refusal) => eprintln!("refused: {refusal}"),
            Ok(article) if args.article.as_ref().is_none_or(|wanted| *wanted == article.id) => {
                return Ok(article);
            }
            Ok(article) if ids.len() < 8 => ids.push(article.id),
            Ok(_) => {}
        }
    }
    let path = args.path.display();
    Err(Failure::usage(match &args.article {
        Some(wanted) => {
            anyhow!("{path}: holds no article '{wanted}'; its articles begin with: {}", ids.join(", "))
        }
        None => anyhow!("{path}: holds no article"),
    }))
}

/// What all statements of an article share.
struct OfArticle<'a> {
    article: &'a Article,
    topic: &'a str,
    model: &'a str,
}

impl OfArticle<'_> {
    /// Parallel to `candidates`: the statement, under the mention that spoke for its actor.
    fn statements(
        &self,
        sentence: &detente::segment::Sentence,
        candidates: &[detente::attribute::Candidate],
        scores: &detente::classify::SentenceScores,
        decision: &Decision,
    ) -> Vec<Option<Statement>> {
        let decided = decision.decide(sentence.text(&self.article.text), candidates, scores);
        candidates
            .iter()
            .map(|candidate| {
                let one = decided.iter().find(|one| std::ptr::eq(one.candidate, candidate))?;
                Some(self.statement(sentence, one, scores.tone))
            })
            .collect()
    }

    fn statement(&self, sentence: &detente::segment::Sentence, one: &Decided, tone: [f32; 3]) -> Statement {
        let mention = one.candidate.mention.clone();
        let article = self.article;
        Statement {
            article_id: article.id.clone(),
            title: article.title.clone(),
            date: article.date,
            outlet: article.outlet.clone(),
            url: article.url.clone(),
            sentence_index: sentence.index,
            start: sentence.span.start,
            end: sentence.span.end,
            sentence: sentence.text(&article.text).to_owned(),
            actor: one.candidate.holder.name.clone(),
            mention: mention.clone().map_or_else(String::new, |span| article.text[span].to_owned()),
            mention_start: mention.map(|span| span.start),
            stance: one.stance,
            probabilities: one.probabilities(),
            mode: one.mode,
            basis: one.basis,
            claimed_by: one.claimed_by.map(str::to_owned),
            tone: Tone::ALL[detente::decide::argmax(&tone)],
            tone_toward_actor: one.tone_toward,
            reason: one.candidate.reason.to_string(),
            topic: self.topic.to_owned(),
            model: self.model.to_owned(),
            run: String::new(),
        }
    }
}
