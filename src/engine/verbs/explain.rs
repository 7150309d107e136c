//! `detente explain`.

use anyhow::anyhow;
use detente::article::Article;
use detente::attribute::Candidate;
use detente::classify::SentenceScores;
use detente::cli::args::{Common, ExplainArgs, ExplainFormat};
use detente::cli::exit::{Failure, Outcome};
use detente::cli::{reporting, verbs};
use detente::decide::Decision;
use detente::ingest::Inputs;
use detente::report::explain::{Explained, ExplainedCandidate, ExplainedSentence};
use detente::report::{Json, Markdown, Terminal};
use detente::segment::Sentence;
use detente::statement::{Stance, Statement};
use detente::store::{Place, ScoredSentence, ScoredStatement};

use super::Ready;
use crate::prepare::Prepared;

pub fn run(args: &ExplainArgs, common: &Common) -> Outcome {
    let registry = super::registry(common.actors.as_deref())?;
    let ready = Ready::open(&args.model)?;
    let article = find(args)?;
    let encoder = ready.folder.query_encoder()?;
    let workers = ready.start_workers()?;
    let prepared = Prepared::new(article, registry);
    let scores = prepared.score(&encoder, &workers)?;

    let Prepared { article, sentences, candidates, queries } = prepared;
    let manifest = &ready.folder.manifest;
    let model = ready.configuration(registry).model_label();
    let mut explained = Vec::new();
    for (((sentence, candidates), scores), query) in
        sentences.into_iter().zip(candidates).zip(scores).zip(queries)
    {
        let place = Place { article: &article, topic: &manifest.topic, model: &model, run: "" };
        let statements = statements(&place, &sentence, &candidates, &scores, &manifest.decision);
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

/// Parallel to `candidates`: the statement, under the mention that spoke for its actor.
fn statements(
    place: &Place,
    sentence: &Sentence,
    candidates: &[Candidate],
    scores: &SentenceScores,
    decision: &Decision,
) -> Vec<Option<Statement>> {
    let decided = decision.decide(sentence.text(&place.article.text), candidates, scores);
    let scored = ScoredSentence { sentence: sentence.clone(), tone: scores.tone, statements: Vec::new() };
    let mut found: Vec<Option<Statement>> = vec![None; candidates.len()];
    for one in decided {
        let position = candidates.iter().position(|candidate| std::ptr::eq(one.candidate, candidate));
        let position = position.expect("a decision is about one of the candidates");
        found[position] = Some(ScoredStatement::from(one).describe(place, &scored));
    }
    found
}
