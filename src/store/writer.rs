//! The writer of a run: takes finished articles one after the other and commits about every second, so that a run that
//! is killed loses seconds of work.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde::Serialize;

use crate::article::Article;
use crate::attribute::Holder;
use crate::segment::Lead;
use crate::statement::Stance;

use super::codec::{pack_path, pack_text, pack_vector};
use super::configuration::ContentKey;
use super::error::At;
use super::lock::RunLock;
use super::run::{Duplicate, DuplicateKind, Refusal, RunCounts, RunInfo, RunStatus, letters};
use super::scored::{ScoredArticle, ScoredSentence, ScoredStatement};
use super::{Store, StoreError};

/// Work that a kill may lose, in time and in articles.
const COMMIT_EVERY: Duration = Duration::from_secs(1);
const COMMIT_ARTICLES: u32 = 1000;

/// Distinct holders remembered between articles; beyond, they are looked up again.
const HOLDERS_REMEMBERED: usize = 100_000;

/// What became of an article that was given to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its scores were stored.
    Scored,
    /// The store had its scores; the run refers to them.
    Reused,
    /// The run already holds an article of this very content; counted as an exact duplicate.
    Duplicate,
}

/// A run in progress. Dropped without [`RunWriter::finish`], it stays as interrupted; what it stored counts.
#[derive(Debug)]
pub struct RunWriter<'store> {
    store: &'store Store,
    id: String,
    run: i64,
    configuration: i64,
    counts: RunCounts,
    /// Counts as of the last commit: what remains if the rest is rolled back.
    committed: RunCounts,
    pending: u32,
    last_commit: Instant,
    holders: HashMap<Holder, i64>,
    closed: bool,
    /// Released when the run is over.
    _lock: RunLock,
}

impl<'store> RunWriter<'store> {
    pub(super) fn begin(store: &'store mut Store, info: &RunInfo) -> Result<Self, StoreError> {
        let store: &Store = store;
        let path = &store.path;
        let now = jiff::Timestamp::now();
        let today = jiff::tz::Offset::UTC.to_datetime(now).date();
        let transaction =
            rusqlite::Transaction::new_unchecked(&store.connection, TransactionBehavior::Immediate)
                .at(path)?;
        let configuration = configuration_row(&transaction, info).at(path)?;
        let mut number: usize = transaction
            .query_row("SELECT count(*) FROM runs WHERE id LIKE ? || '-%'", [today.to_string()], |row| {
                row.get(0)
            })
            .at(path)?;
        let id = loop {
            let id = format!("{today}-{}", letters(number));
            let taken = transaction
                .prepare_cached("SELECT 1 FROM runs WHERE id = ?")
                .and_then(|mut q| q.exists([&id]));
            if !taken.at(path)? {
                break id;
            }
            number += 1;
        };
        // Before anybody can see the run, so that nobody takes it for dead.
        let lock = RunLock::take(path, &id)
            .map_err(|error| StoreError::Io { path: path.clone(), detail: error.to_string() })?;
        transaction
            .execute(
                "INSERT INTO runs (id, configuration, program, inputs, started, last_active, status)
                 VALUES (?, ?, ?, ?, ?, ?, 'running')",
                params![
                    id,
                    configuration,
                    info.program,
                    json(&info.inputs),
                    now.to_string(),
                    now.to_string()
                ],
            )
            .at(path)?;
        let run = transaction.last_insert_rowid();
        transaction.commit().at(path)?;
        Ok(Self {
            store,
            id,
            run,
            configuration,
            counts: RunCounts::default(),
            committed: RunCounts::default(),
            pending: 0,
            last_commit: Instant::now(),
            holders: HashMap::new(),
            closed: false,
            _lock: lock,
        })
    }

    /// Id of the run.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// So far.
    pub fn counts(&self) -> RunCounts {
        self.counts
    }

    /// Takes an article into the run with scores that the store already has. `None`: it has none, score it and [`add`] it.
    ///
    /// [`add`]: Self::add
    pub fn link_existing(&mut self, article: &Article) -> Result<Option<Outcome>, StoreError> {
        let (key, _) = ContentKey::with_text_key(article);
        let found = self.result_of(&key).at(&self.store.path)?;
        let Some((content, result)) = found else { return Ok(None) };
        self.guarded(|writer| {
            let row = writer.article_row(article, content)?;
            writer.link(article, row, result)
        })
        .map(Some)
    }

    /// Stores an article with its scores. An article of a content that was scored before is linked instead, and its new
    /// scores are dropped: the first ones stand.
    pub fn add(&mut self, scored: &ScoredArticle) -> Result<Outcome, StoreError> {
        scored.check()?;
        let packed = pack_text(&scored.article.text)
            .map_err(|error| StoreError::Io { path: self.store.path.clone(), detail: error.to_string() })?;
        self.guarded(|writer| {
            let article = &scored.article;
            let (key, text_key) = ContentKey::with_text_key(article);
            if let Some((content, result)) = writer.result_of(&key)? {
                let row = writer.article_row(article, content)?;
                return writer.link(article, row, result);
            }
            let content = writer.content_row(article, &key, &text_key, &packed)?;
            let row = writer.article_row(article, content)?;
            let result = writer.result_row(content, &scored.sentences)?;
            for sentence in &scored.sentences {
                writer.sentence_row(result, sentence)?;
            }
            writer.link_row(row, result, false)?;
            writer.counts.scored += 1;
            writer.counts.undated += u64::from(article.date.is_none());
            Ok(Outcome::Scored)
        })
    }

    /// Notes an input that could not be read as an article.
    pub fn refuse(&mut self, refusal: &Refusal) -> Result<(), StoreError> {
        self.guarded(|writer| {
            writer
                .connection()
                .prepare_cached("INSERT INTO refusals (run, path, record, reason) VALUES (?, ?, ?, ?)")?
                .execute(params![writer.run, pack_path(&refusal.path), refusal.record, refusal.reason])?;
            writer.counts.refused += 1;
            Ok(())
        })
    }

    /// Notes an article that was left out as a copy of another.
    pub fn duplicate(&mut self, duplicate: &Duplicate) -> Result<(), StoreError> {
        self.guarded(|writer| writer.duplicate_row(duplicate))
    }

    /// Commits if the last commit is a second old. [`Self::add`] does so by itself; a caller that waits for long without
    /// adding anything calls this, so that others can write meanwhile and a kill loses nothing.
    pub fn commit_if_due(&mut self) -> Result<(), StoreError> {
        if self.pending >= COMMIT_ARTICLES || self.last_commit.elapsed() >= COMMIT_EVERY {
            self.commit()?;
        }
        Ok(())
    }

    /// Commits what was given so far.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.last_commit = Instant::now();
        if self.connection().is_autocommit() {
            return Ok(());
        }
        let committed = self
            .update_run(RunStatus::Running, None)
            .and_then(|()| self.connection().execute_batch("COMMIT"));
        self.pending = 0;
        if let Err(error) = committed {
            self.roll_back();
            return Err(StoreError::sort(&self.store.path, error));
        }
        self.committed = self.counts;
        Ok(())
    }

    /// Ends the run: all inputs were read.
    pub fn finish(mut self) -> Result<RunCounts, StoreError> {
        self.close(RunStatus::Finished, None)?;
        Ok(self.counts)
    }

    /// Ends the run after a fault; what it stored counts.
    pub fn fail(mut self, message: &str) -> Result<RunCounts, StoreError> {
        self.close(RunStatus::Failed, Some(message))?;
        Ok(self.counts)
    }

    fn close(&mut self, status: RunStatus, message: Option<&str>) -> Result<(), StoreError> {
        self.commit()?;
        self.update_run(status, message).at(&self.store.path)?;
        self.closed = true;
        Ok(())
    }

    fn connection(&self) -> &'store Connection {
        &self.store.connection
    }

    /// Runs `work` so that it is stored as a whole or not at all, inside the transaction of the present second.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let connection = self.connection();
        let before = self.counts;
        let done = (|| {
            if connection.is_autocommit() {
                connection.execute_batch("BEGIN IMMEDIATE")?;
            }
            connection.prepare_cached("SAVEPOINT piece")?.execute([])?;
            let value = work(self)?;
            connection.prepare_cached("RELEASE piece")?.execute([])?;
            Ok(value)
        })();
        match done {
            Ok(value) => {
                self.pending += 1;
                self.commit_if_due()?;
                Ok(value)
            }
            Err(error) => {
                // Ids of holders may be among what is rolled back.
                self.holders.clear();
                self.counts = before;
                if connection.is_autocommit()
                    || connection.execute_batch("ROLLBACK TO piece; RELEASE piece").is_err()
                {
                    self.roll_back();
                }
                Err(StoreError::sort(&self.store.path, error))
            }
        }
    }

    /// Gives up what is not committed. SQLite may have done so already, when the disk is full.
    fn roll_back(&mut self) {
        if !self.connection().is_autocommit() {
            let _ = self.connection().execute_batch("ROLLBACK");
        }
        self.holders.clear();
        self.counts = self.committed;
        self.pending = 0;
    }

    fn update_run(&self, status: RunStatus, message: Option<&str>) -> rusqlite::Result<()> {
        let RunCounts { scored, reused, duplicates_exact, duplicates_near, refused, undated } = self.counts;
        self.connection()
            .prepare_cached(
                "UPDATE runs SET status = ?, message = ?, last_active = ?, scored = ?, reused = ?,
                 duplicates_exact = ?, duplicates_near = ?, refused = ?, undated = ? WHERE run = ?",
            )?
            .execute(params![
                status.as_str(),
                message,
                jiff::Timestamp::now().to_string(),
                scored,
                reused,
                duplicates_exact,
                duplicates_near,
                refused,
                undated,
                self.run
            ])?;
        Ok(())
    }

    /// Content and result, if this configuration has scored it.
    fn result_of(&self, key: &ContentKey) -> rusqlite::Result<Option<(i64, i64)>> {
        self.connection()
            .prepare_cached(
                "SELECT content, result FROM contents JOIN results USING (content) WHERE key = ? AND configuration = ?",
            )?
            .query_row(params![key.0, self.configuration], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    }

    fn content_row(
        &self,
        article: &Article,
        key: &ContentKey,
        text_key: &ContentKey,
        text: &[u8],
    ) -> rusqlite::Result<i64> {
        let connection = self.connection();
        // Another configuration may have stored it.
        let known = connection
            .prepare_cached("SELECT content FROM contents WHERE key = ?")?
            .query_row([key.0], |row| row.get(0))
            .optional()?;
        if let Some(content) = known {
            return Ok(content);
        }
        connection
            .prepare_cached("INSERT INTO contents (key, text_key, title, date, text) VALUES (?, ?, ?, ?, ?)")?
            .insert(params![key.0, text_key.0, article.title, article.date.map(|d| d.to_string()), text])
    }

    /// The article's row, with what the latest input says of outlet, address and origin.
    fn article_row(&self, article: &Article, content: i64) -> rusqlite::Result<i64> {
        self.connection()
            .prepare_cached(
                "INSERT INTO articles (content, id, outlet, url, path, record) VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (content, id) DO UPDATE SET outlet = coalesce(excluded.outlet, outlet),
                 url = coalesce(excluded.url, url), path = excluded.path, record = excluded.record
                 RETURNING article",
            )?
            .query_row(
                params![
                    content,
                    article.id,
                    article.outlet,
                    article.url,
                    pack_path(&article.origin.path),
                    article.origin.record
                ],
                |row| row.get(0),
            )
    }

    fn result_row(&self, content: i64, sentences: &[ScoredSentence]) -> rusqlite::Result<i64> {
        let statements = || sentences.iter().flat_map(|sentence| &sentence.statements);
        self.connection()
            .prepare_cached(
                "INSERT INTO results (configuration, content, run, sentences, statements, positions, unattributed)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .insert(params![
                self.configuration,
                content,
                self.run,
                sentences.len(),
                statements().count(),
                statements().filter(|statement| statement.stance != Stance::None).count(),
                statements().filter(|statement| statement.is_unattributed()).count(),
            ])
    }

    fn sentence_row(&mut self, result: i64, scored: &ScoredSentence) -> rusqlite::Result<()> {
        let sentence = &scored.sentence;
        self.connection()
            .prepare_cached(
                "INSERT INTO sentences (result, sentence, start, end, paragraph, tone_p, detail)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                result,
                sentence.index,
                sentence.span.start,
                sentence.span.end,
                sentence.paragraph,
                pack_vector::<3, 12>(&scored.tone),
                SentenceDetail::of(sentence).map(|detail| json(&detail)),
            ])?;
        for (ordinal, statement) in scored.statements.iter().enumerate() {
            self.statement_row(result, sentence.index, ordinal, statement)?;
        }
        Ok(())
    }

    fn statement_row(
        &mut self,
        result: i64,
        sentence: usize,
        ordinal: usize,
        statement: &ScoredStatement,
    ) -> rusqlite::Result<()> {
        let holder = self.holder_row(&statement.candidate.holder)?;
        let claimant = match &statement.candidate.claimant {
            Some(claimant) => Some(self.holder_row(claimant)?),
            None => None,
        };
        let mention = statement.candidate.mention.as_ref();
        let scores = &statement.scores;
        self.connection()
            .prepare_cached("INSERT INTO statements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![
                result,
                sentence,
                ordinal,
                holder,
                statement.stance.index(),
                statement.mode.index(),
                statement.basis.index(),
                statement.tone.index(),
                pack_vector::<4, 16>(&scores.stance),
                pack_vector::<4, 16>(&scores.mode),
                pack_vector::<3, 12>(&scores.basis),
                pack_vector::<3, 12>(&scores.tone),
                mention.map(|span| span.start),
                mention.map(|span| span.end),
                claimant,
                json(&statement.candidate.reason),
            ])?;
        Ok(())
    }

    fn holder_row(&mut self, holder: &Holder) -> rusqlite::Result<i64> {
        if let Some(row) = self.holders.get(holder) {
            return Ok(*row);
        }
        let connection = self.connection();
        connection
            .prepare_cached("INSERT OR IGNORE INTO actors (name) VALUES (?)")?
            .execute([&holder.name])?;
        let actor: i64 = connection
            .prepare_cached("SELECT actor FROM actors WHERE name = ?")?
            .query_row([&holder.name], |row| row.get(0))?;
        let (role, side) = (holder.role.as_deref().unwrap_or(""), holder.side.as_deref().unwrap_or(""));
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO holders (actor, registered, role, side) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![actor, holder.registered, role, side])?;
        let row: i64 = connection
            .prepare_cached(
                "SELECT holder FROM holders WHERE actor = ? AND registered = ? AND role = ? AND side = ?",
            )?
            .query_row(params![actor, holder.registered, role, side], |row| row.get(0))?;
        if self.holders.len() >= HOLDERS_REMEMBERED {
            self.holders.clear();
        }
        self.holders.insert(holder.clone(), row);
        Ok(row)
    }

    /// Takes scores that exist into the run, unless it has them.
    fn link(&mut self, article: &Article, row: i64, result: i64) -> rusqlite::Result<Outcome> {
        let original: Option<String> = self
            .connection()
            .prepare_cached(
                "SELECT id FROM run_articles JOIN articles USING (article) WHERE run = ? AND result = ?",
            )?
            .query_row(params![self.run, result], |row| row.get(0))
            .optional()?;
        if let Some(original) = original {
            self.duplicate_row(&Duplicate::of(&original, article, DuplicateKind::Exact))?;
            return Ok(Outcome::Duplicate);
        }
        self.link_row(row, result, true)?;
        self.counts.reused += 1;
        self.counts.undated += u64::from(article.date.is_none());
        Ok(Outcome::Reused)
    }

    fn link_row(&self, article: i64, result: i64, reused: bool) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached("INSERT INTO run_articles (run, result, article, reused) VALUES (?, ?, ?, ?)")?
            .execute(params![self.run, result, article, reused])?;
        Ok(())
    }

    fn duplicate_row(&mut self, duplicate: &Duplicate) -> rusqlite::Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO duplicates (run, kind, original, id, title, date, outlet, url, path, record)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                self.run,
                duplicate.kind.as_str(),
                duplicate.original,
                duplicate.id,
                duplicate.title,
                duplicate.date.map(|date| date.to_string()),
                duplicate.outlet,
                duplicate.url,
                pack_path(&duplicate.origin.path),
                duplicate.origin.record,
            ])?;
        match duplicate.kind {
            DuplicateKind::Exact => self.counts.duplicates_exact += 1,
            DuplicateKind::Near => self.counts.duplicates_near += 1,
        }
        Ok(())
    }
}

impl Drop for RunWriter<'_> {
    fn drop(&mut self) {
        if !self.closed {
            // Should this fail too, the next one to open the store sees that the lock is gone.
            let _ = self.close(RunStatus::Interrupted, None);
        }
    }
}

fn configuration_row(connection: &Connection, info: &RunInfo) -> rusqlite::Result<i64> {
    let configuration = &info.configuration;
    let digest = configuration.digest();
    connection.execute(
        "INSERT INTO configurations (digest, model, model_digest, topic, precision, settings)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET settings = excluded.settings",
        params![
            digest,
            configuration.model,
            configuration.model_digest,
            configuration.topic,
            configuration.precision,
            configuration.canonical_settings()
        ],
    )?;
    connection
        .query_row("SELECT configuration FROM configurations WHERE digest = ?", [digest], |row| row.get(0))
}

/// JSON of a value whose keys are strings; such values always have one.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What only some sentences have.
#[derive(Debug, Default, PartialEq, Serialize, serde::Deserialize)]
pub(super) struct SentenceDetail {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Lead>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<std::ops::Range<usize>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_quote: bool,
}

impl SentenceDetail {
    fn of(sentence: &crate::segment::Sentence) -> Option<Self> {
        let detail =
            Self { lead: sentence.lead.clone(), turn: sentence.turn.clone(), in_quote: sentence.in_quote };
        (detail != Self::default()).then_some(detail)
    }
}
