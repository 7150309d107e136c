//! A prepared article: segmented, attributed and encoded, ready for the network; and what comes back from it.

use anyhow::{Context, Result};
use detente::article::Article;
use detente::attribute::{Candidate, attribute};
use detente::classify::{Query, SentenceScores};
use detente::decide::Decision;
use detente::registry::Registry;
use detente::segment::{Sentence, segment};
use detente::store::{ScoredArticle, ScoredSentence, ScoredStatement};

use crate::encode::QueryEncoder;
use crate::workers::{EncodedQuery, Workers};

/// An article before inference.
pub struct Prepared {
    pub article: Article,
    pub sentences: Vec<Sentence>,
    /// Parallel to `sentences`.
    pub candidates: Vec<Vec<Candidate>>,
    /// Parallel to `sentences`.
    pub queries: Vec<Query>,
}

impl Prepared {
    /// The stages before the network, on the calling thread.
    pub fn new(article: Article, registry: &Registry) -> Self {
        let sentences = segment(&article.text);
        let candidates = attribute(&article, &sentences, registry);
        let spans: Vec<_> = sentences.iter().map(|sentence| sentence.span.clone()).collect();
        let queries = candidates
            .iter()
            .enumerate()
            .map(|(index, candidates)| {
                Query::new(
                    article.title.as_deref(),
                    &article.text,
                    &spans[..index],
                    spans[index].clone(),
                    candidates,
                )
            })
            .collect();
        Self { article, sentences, candidates, queries }
    }

    /// Leaves out the sentences that end at byte `start` or before it; the others keep what those gave them.
    pub fn drop_before(&mut self, start: usize) {
        let first = self.sentences.partition_point(|sentence| sentence.span.end <= start);
        self.sentences.drain(..first);
        self.candidates.drain(..first);
        self.queries.drain(..first);
    }

    /// The queries as token ids.
    pub fn encode(&self, encoder: &QueryEncoder) -> Result<Vec<EncodedQuery>> {
        self.queries
            .iter()
            .map(|query| EncodedQuery::new(query, encoder))
            .collect::<Result<_>>()
            .with_context(|| format!("article '{}'", self.article.id))
    }

    /// Encodes the queries and scores them: the answers parallel to the sentences.
    pub fn score(&self, encoder: &QueryEncoder, workers: &Workers) -> Result<Vec<SentenceScores>> {
        workers.score(self.encode(encoder)?)
    }

    /// Puts the network's answers, parallel to the sentences, into statements.
    pub fn decide(self, scores: Vec<SentenceScores>, decision: &Decision) -> ScoredArticle {
        let sentences = self
            .sentences
            .into_iter()
            .zip(self.candidates)
            .zip(scores)
            .map(|((sentence, candidates), scores)| {
                let decided = decision.decide(sentence.text(&self.article.text), &candidates, &scores);
                let statements = decided.into_iter().map(ScoredStatement::from).collect();
                ScoredSentence { sentence, tone: scores.tone, statements }
            })
            .collect();
        ScoredArticle { article: self.article, sentences }
    }
}
