//! Reading a selection: statements by the million in a lean form, or whole articles, one at a time.

use std::ops::Range;

use rusqlite::params;

use crate::article::{Article, Origin, PartialDate};
use crate::attribute::{Candidate, Holder};
use crate::classify::CandidateScores;
use crate::segment::Sentence;
use crate::statement::{Basis, Mode, Stance, StanceProbabilities, Statement, Tone};

use super::StoreError;
use super::codec::{Columns, text_size};
use super::error::At;
use super::scored::{Place, ScoredArticle, ScoredSentence, ScoredStatement};
use super::select::{SelectedArticle, Selection};
use super::writer::SentenceDetail;

/// A statement as aggregation needs it, without any text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeanStatement {
    /// Position in [`Selection::articles`], which has date and outlet.
    pub article: u32,
    /// Position of the sentence in its article.
    pub sentence: u32,
    /// Position of the statement in its sentence.
    pub ordinal: u32,
    /// Position in [`Selection::actors`].
    pub actor: u32,
    /// Position in [`Selection::holders`].
    pub holder: u32,
    pub stance: Stance,
    pub probabilities: StanceProbabilities,
    pub mode: Mode,
    pub basis: Basis,
    /// Toward the actor.
    pub tone: Tone,
}

/// A sentence of a selection, as exported.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceRow {
    pub article_id: String,
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    pub sentence_index: usize,
    pub paragraph: usize,
    pub span: Range<usize>,
    pub sentence: String,
    pub tone: Tone,
    /// In the order of [`Tone::ALL`].
    pub tone_probabilities: [f32; 3],
    /// Statements with a stance in this sentence.
    pub statements: usize,
    pub run: String,
}

/// An article of a selection, as exported.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleRow {
    pub article_id: String,
    pub title: Option<String>,
    pub date: Option<PartialDate>,
    pub outlet: Option<String>,
    pub url: Option<String>,
    pub origin: Origin,
    /// Size of the text in bytes.
    pub bytes: u64,
    pub sentences: u64,
    /// Statements with a stance.
    pub statements: u64,
    pub unattributed: u64,
    /// Copies that were left out in favour of this article, in its run.
    pub duplicates: u64,
    pub run: String,
}

impl Selection<'_> {
    /// Hands every statement that the filter wants to `visit`, in the order of the articles.
    pub fn for_each_lean(&self, mut visit: impl FnMut(&LeanStatement)) -> Result<(), StoreError> {
        self.visit_lean(&mut visit).at(&self.store.path)
    }

    fn visit_lean(&self, visit: &mut impl FnMut(&LeanStatement)) -> rusqlite::Result<()> {
        let none = Stance::None.index() as i64;
        // Rows without a stance are the most; SQLite skips them without handing them over.
        let condition = if self.include_none { "" } else { "AND stance <> ?2" };
        let mut query = self.store.connection.prepare_cached(&format!(
            "SELECT sentence, ordinal, holder, stance, stance_p, mode, basis, tone FROM statements
             WHERE result = ?1 {condition} ORDER BY sentence, ordinal"
        ))?;
        for (position, article) in self.articles.iter().enumerate() {
            let mut rows = if self.include_none {
                query.query([article.result])?
            } else if article.positions == 0 {
                continue;
            } else {
                query.query([article.result, none])?
            };
            while let Some(row) = rows.next()? {
                if !self.reads(position, row.get(0)?) {
                    continue;
                }
                let holder = self.holder_position(row.get(2)?)?;
                let actor = self.holders[holder as usize].actor;
                if !self.wanted[actor as usize] {
                    continue;
                }
                visit(&LeanStatement {
                    article: position as u32,
                    sentence: row.get(0)?,
                    ordinal: row.get(1)?,
                    actor,
                    holder,
                    stance: row.label(3)?,
                    probabilities: StanceProbabilities::from_array(row.vector(4)?),
                    mode: row.label(5)?,
                    basis: row.label(6)?,
                    tone: row.label(7)?,
                });
            }
        }
        Ok(())
    }

    /// One statement with all that is shown of it.
    pub fn statement(&self, lean: &LeanStatement) -> Result<Statement, StoreError> {
        let statements = self.statements(std::slice::from_ref(lean))?;
        Ok(statements.into_iter().next().expect("parallel to what was asked for"))
    }

    /// Several statements with all that is shown of them, parallel to `wanted`; each article is read once.
    pub fn statements(&self, wanted: &[LeanStatement]) -> Result<Vec<Statement>, StoreError> {
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_by_key(|&index| wanted[index].article);
        let model = self.configuration.model_label();
        let mut found: Vec<(usize, Statement)> = Vec::with_capacity(wanted.len());
        for of_article in order.chunk_by(|&a, &b| wanted[a].article == wanted[b].article) {
            let position = wanted[of_article[0]].article as usize;
            let scored = self.scored_article(position)?;
            let place = self.place(&self.articles[position], &scored.article, &model);
            for &index in of_article {
                let lean = &wanted[index];
                let missing = || StoreError::Corrupt {
                    path: self.store.path.clone(),
                    detail: format!("statement {} of sentence {} is missing", lean.ordinal, lean.sentence),
                };
                let sentence = scored.sentences.get(lean.sentence as usize).ok_or_else(missing)?;
                let statement = sentence.statements.get(lean.ordinal as usize).ok_or_else(missing)?;
                found.push((index, statement.describe(&place, sentence)));
            }
        }
        found.sort_by_key(|(index, _)| *index);
        Ok(found.into_iter().map(|(_, statement)| statement).collect())
    }

    fn place<'b>(&'b self, selected: &SelectedArticle, article: &'b Article, model: &'b str) -> Place<'b> {
        let run = &self.runs[selected.run as usize];
        Place { article, topic: &self.configuration.topic, model, run }
    }

    /// Hands every statement that the filter wants to `visit`, in the order of the articles, holding one article at a
    /// time. Stops at the first error.
    pub fn for_each_statement<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(Statement) -> Result<(), E>,
    ) -> Result<(), E> {
        let model = self.configuration.model_label();
        for (position, selected) in self.articles.iter().enumerate() {
            if selected.positions == 0 && !self.include_none || !self.reads_of(position) {
                continue;
            }
            let scored = self.scored_article(position)?;
            let place = self.place(selected, &scored.article, &model);
            for sentence in scored.sentences.iter().filter(|one| self.reads(position, one.sentence.index)) {
                for statement in &sentence.statements {
                    if self.wants(statement) {
                        visit(statement.describe(&place, sentence))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands every sentence to `visit`, in the order of the articles. Actors do not narrow it.
    pub fn for_each_sentence<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(SentenceRow) -> Result<(), E>,
    ) -> Result<(), E> {
        for (position, selected) in self.articles.iter().enumerate() {
            if !self.reads_of(position) {
                continue;
            }
            let ScoredArticle { article, sentences } = self.scored_article(position)?;
            for scored in sentences.into_iter().filter(|one| self.reads(position, one.sentence.index)) {
                visit(SentenceRow {
                    article_id: article.id.clone(),
                    title: article.title.clone(),
                    date: article.date,
                    outlet: article.outlet.clone(),
                    url: article.url.clone(),
                    sentence_index: scored.sentence.index,
                    paragraph: scored.sentence.paragraph,
                    sentence: scored.sentence.text(&article.text).to_owned(),
                    span: scored.sentence.span.clone(),
                    tone: scored.tone_label(),
                    tone_probabilities: scored.tone,
                    statements: scored.statements.iter().filter(|s| s.stance != Stance::None).count(),
                    run: self.runs[selected.run as usize].clone(),
                })?;
            }
        }
        Ok(())
    }

    /// Hands every article to `visit`. Actors do not narrow it.
    pub fn for_each_article<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(ArticleRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let read = self.articles.iter().enumerate().filter(|(position, _)| self.reads_of(*position));
        for (_, selected) in read {
            visit(self.article_row(selected).at(&self.store.path)?)?;
        }
        Ok(())
    }

    /// The headline of the article at `position`.
    pub fn title(&self, position: usize) -> Result<Option<String>, StoreError> {
        let row = self.articles[position].article;
        let title = || -> rusqlite::Result<Option<String>> {
            self.store
                .connection
                .prepare_cached("SELECT title FROM articles JOIN contents USING (content) WHERE article = ?")?
                .query_row([row], |row| row.get(0))
        };
        title().at(&self.store.path)
    }

    fn article_row(&self, selected: &SelectedArticle) -> rusqlite::Result<ArticleRow> {
        let run = &self.runs[selected.run as usize];
        self.store
            .connection
            .prepare_cached(
                "SELECT id, title, date, outlet, url, path, record, text, sentences, positions, unattributed,
                 (SELECT count(*) FROM duplicates
                  WHERE original = articles.id AND run = (SELECT run FROM runs WHERE id = ?3))
                 FROM articles JOIN contents USING (content) JOIN results USING (content)
                 WHERE article = ?1 AND result = ?2",
            )?
            .query_row(params![selected.article, selected.result, run], |row| {
                Ok(ArticleRow {
                    article_id: row.get(0)?,
                    title: row.get(1)?,
                    date: row.date(2)?,
                    outlet: row.get(3)?,
                    url: row.get(4)?,
                    origin: Origin { path: row.path(5)?, record: row.get(6)? },
                    bytes: text_size(row.get_ref(7)?.as_blob()?).unwrap_or(0),
                    sentences: row.get(8)?,
                    statements: row.get(9)?,
                    unattributed: row.get(10)?,
                    duplicates: row.get(11)?,
                    run: run.clone(),
                })
            })
    }

    /// An article with everything that was stored of it, whatever the filter wants of its statements.
    ///
    /// # Panics
    /// When `position` is none of [`Selection::articles`].
    pub fn scored_article(&self, position: usize) -> Result<ScoredArticle, StoreError> {
        let selected = &self.articles[position];
        let scored = self.read_article(selected).at(&self.store.path)?;
        for sentence in &scored.sentences {
            super::scored::check_span(&sentence.sentence.span, &scored.article.text).map_err(|problem| {
                StoreError::Corrupt {
                    path: self.store.path.clone(),
                    detail: format!("article '{}': {problem}", scored.article.id),
                }
            })?;
        }
        Ok(scored)
    }

    fn read_article(&self, selected: &SelectedArticle) -> rusqlite::Result<ScoredArticle> {
        let connection = &self.store.connection;
        let article = connection
            .prepare_cached(
                "SELECT id, title, date, outlet, url, path, record, text
                 FROM articles JOIN contents USING (content) WHERE article = ?",
            )?
            .query_row([selected.article], |row| {
                Ok(Article {
                    id: row.get(0)?,
                    title: row.get(1)?,
                    date: row.date(2)?,
                    outlet: row.get(3)?,
                    url: row.get(4)?,
                    origin: Origin { path: row.path(5)?, record: row.get(6)? },
                    text: row.text(7)?,
                })
            })?;
        let mut query = connection.prepare_cached(
            "SELECT sentence, start, end, paragraph, tone_p, detail FROM sentences WHERE result = ? ORDER BY sentence",
        )?;
        let mut sentences = query
            .query_map([selected.result], read_sentence)?
            .collect::<rusqlite::Result<Vec<ScoredSentence>>>()?;
        let mut query = connection.prepare_cached(
            "SELECT sentence, holder, stance, mode, basis, tone, stance_p, mode_p, basis_p, tone_p,
             mention_start, mention_end, claimant, reason
             FROM statements WHERE result = ? ORDER BY sentence, ordinal",
        )?;
        let mut rows = query.query([selected.result])?;
        while let Some(row) = rows.next()? {
            let index: usize = row.get(0)?;
            let sentence =
                sentences.get_mut(index).ok_or(rusqlite::Error::IntegralValueOutOfRange(0, index as i64))?;
            sentence.statements.push(self.read_statement(row)?);
        }
        Ok(ScoredArticle { article, sentences })
    }

    fn read_statement(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<ScoredStatement> {
        let claimant: Option<i64> = row.get(12)?;
        Ok(ScoredStatement {
            candidate: Candidate {
                holder: self.holder(row.get(1)?)?,
                mention: row.span(10, 11)?,
                reason: from_json(row, 13)?,
                claimant: claimant.map(|claimant| self.holder(claimant)).transpose()?,
            },
            stance: row.label(2)?,
            mode: row.label(3)?,
            basis: row.label(4)?,
            tone: row.label(5)?,
            scores: CandidateScores {
                stance: row.vector(6)?,
                mode: row.vector(7)?,
                basis: row.vector(8)?,
                tone: row.vector(9)?,
            },
        })
    }

    fn holder(&self, row: i64) -> rusqlite::Result<Holder> {
        let info = &self.holders[self.holder_position(row)? as usize];
        Ok(Holder {
            name: self.actors[info.actor as usize].clone(),
            registered: info.registered,
            role: info.role.clone(),
            side: info.side.clone(),
        })
    }

    fn wants(&self, statement: &ScoredStatement) -> bool {
        if statement.stance == Stance::None && !self.include_none {
            return false;
        }
        // Sorted by name when loaded.
        let actor = self.actors.binary_search(&statement.candidate.holder.name);
        actor.is_ok_and(|actor| self.wanted[actor])
    }
}

fn read_sentence(row: &rusqlite::Row<'_>) -> rusqlite::Result<ScoredSentence> {
    let detail: SentenceDetail = match row.get_ref(5)? {
        rusqlite::types::ValueRef::Null => SentenceDetail::default(),
        _ => from_json(row, 5)?,
    };
    Ok(ScoredSentence {
        sentence: Sentence {
            index: row.get(0)?,
            span: row.get(1)?..row.get(2)?,
            paragraph: row.get(3)?,
            lead: detail.lead,
            turn: detail.turn,
            in_quote: detail.in_quote,
        },
        tone: row.vector(4)?,
        statements: Vec::new(),
    })
}

fn from_json<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}
