//! The store: one SQLite file that keeps runs, articles, and every score with the configuration it was made under.
//!
//! - A [`ScoringConfiguration`] is everything that can change a score. Scores belong to a *content* (title, text, date)
//!   under a configuration: the same content is never scored twice with one configuration, and never touched by another.
//! - A run ([`RunInfo`], [`RunRecord`]) is one invocation. It links to scores, new or old, through [`RunWriter`].
//! - Reading goes through a [`Selection`]: a [`Filter`] applied to one consistent state of the store.
//! - [`Store::verify`] looks for damage.
//!
//! Files: `schema` has the tables, `codec` how values stand in them, `lock` how a dead run is known.

mod codec;
mod configuration;
mod error;
mod lock;
mod read;
mod run;
mod schema;
mod scored;
mod select;
#[cfg(test)]
pub(crate) mod tests;
mod verify;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params};

pub use configuration::{ContentKey, QUALITY, ScoredKeys, ScoringConfiguration};
pub use error::StoreError;
pub use read::{ArticleRow, LeanStatement, SentenceRow};
pub use run::{Duplicate, DuplicateKind, Refusal, RunCounts, RunInfo, RunRecord, RunStatus};
pub use schema::VERSION;
pub use scored::{Place, ScoredArticle, ScoredSentence, ScoredStatement};
pub use select::{Filter, HolderInfo, Scope, SelectedArticle, Selection, Totals};
pub use verify::Finding;
pub use writer::{Outcome, RunWriter};

use codec::Columns;
use error::At;

/// How long to wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// An open store.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Opens a store for writing; makes it when there is none, brings an older one up to date, and marks runs whose
    /// process died as interrupted.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let mut connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .at(&path)?;
        connection.busy_timeout(BUSY_TIMEOUT).at(&path)?;
        if file_version(&connection, &path)?.is_none() {
            // Room for an article's compressed text in one page; has an effect in an empty file only.
            connection.pragma_update(None, "page_size", 8192).at(&path)?;
        }
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).at(&path)?;
        migrate(&mut connection, &path, schema::MIGRATIONS)?;
        prepare(&connection).at(&path)?;
        let store = Self { path, connection };
        store.mark_interrupted()?;
        Ok(store)
    }

    /// Opens an existing store for reading, also while another process scores into it, and from a folder that cannot be
    /// written.
    pub fn open_read_only(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        if !path.exists() {
            return Err(StoreError::Missing { path });
        }
        // A connection that may write cleans up after itself what WAL mode puts beside the file; SQLite makes it a
        // read-only one where the file is.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&path, flags).and_then(|connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(connection)
        });
        let connection = match opened {
            Err(error) if is_access_fault(&error) && !wal_path(&path).exists() => {
                open_immutable(&path).at(&path)?
            }
            other => other.at(&path)?,
        };
        match file_version(&connection, &path)? {
            None => return Err(StoreError::NotAStore { path, why: "the file is empty".into() }),
            Some(found) if found < VERSION => {
                drop(connection);
                drop(Self::open(&path)?);
                return Self::open_read_only(path);
            }
            Some(_) => {}
        }
        prepare(&connection).at(&path)?;
        connection.pragma_update(None, "query_only", true).at(&path)?;
        Ok(Self { path, connection })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every run, the latest last.
    pub fn runs(&self) -> Result<Vec<RunRecord>, StoreError> {
        let mut statement = self.connection.prepare(&format!("{RUN_QUERY} ORDER BY run")).at(&self.path)?;
        let rows = statement.query_map([], |row| self.run_record(row)).at(&self.path)?;
        rows.collect::<Result<_, _>>().at(&self.path)
    }

    /// The run with this id.
    pub fn run(&self, id: &str) -> Result<RunRecord, StoreError> {
        self.connection
            .query_row(&format!("{RUN_QUERY} WHERE id = ?"), [id], |row| self.run_record(row))
            .optional()
            .at(&self.path)?
            .ok_or_else(|| StoreError::NoSuchRun { path: self.path.clone(), id: id.to_owned() })
    }

    /// What this configuration has scored, to ask before inference.
    pub fn scored_keys(&self, configuration: &ScoringConfiguration) -> Result<ScoredKeys, StoreError> {
        let mut statement = self
            .connection
            .prepare(
                "SELECT key FROM contents WHERE content IN (SELECT content FROM results
                 JOIN configurations USING (configuration) WHERE digest = ?) ORDER BY key",
            )
            .at(&self.path)?;
        let rows = statement
            .query_map([configuration.digest()], |row| Ok(ContentKey(row.get::<_, [u8; 16]>(0)?)))
            .at(&self.path)?;
        Ok(ScoredKeys::from_sorted(rows.collect::<Result<_, _>>().at(&self.path)?))
    }

    /// The scores of this very article under a configuration were stored before.
    pub fn is_scored(
        &self,
        article: &crate::article::Article,
        configuration: &ScoringConfiguration,
    ) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(
                "SELECT 1 FROM results WHERE content = (SELECT content FROM contents WHERE key = ?)
                 AND configuration = (SELECT configuration FROM configurations WHERE digest = ?)",
            )
            .and_then(|mut query| query.exists(params![ContentKey::of(article).0, configuration.digest()]))
            .at(&self.path)
    }

    /// Inputs that a run refused, in the order they were met.
    pub fn refusals(&self, run: &str) -> Result<Vec<Refusal>, StoreError> {
        self.run(run)?;
        let mut statement = self
            .connection
            .prepare(
                "SELECT path, record, reason FROM refusals
                 WHERE run = (SELECT run FROM runs WHERE id = ?) ORDER BY refusal",
            )
            .at(&self.path)?;
        let rows = statement
            .query_map([run], |row| {
                Ok(Refusal { path: row.path(0)?, record: row.get(1)?, reason: row.get(2)? })
            })
            .at(&self.path)?;
        rows.collect::<Result<_, _>>().at(&self.path)
    }

    /// Copies that a run left out, in the order they were met.
    pub fn duplicates(&self, run: &str) -> Result<Vec<Duplicate>, StoreError> {
        self.run(run)?;
        let mut statement = self
            .connection
            .prepare(
                "SELECT kind, original, id, title, date, outlet, url, path, record FROM duplicates
                 WHERE run = (SELECT run FROM runs WHERE id = ?) ORDER BY duplicate",
            )
            .at(&self.path)?;
        let rows = statement
            .query_map([run], |row| {
                let exact = row.get_ref(0)?.as_str()? == DuplicateKind::Exact.as_str();
                Ok(Duplicate {
                    kind: if exact { DuplicateKind::Exact } else { DuplicateKind::Near },
                    original: row.get(1)?,
                    id: row.get(2)?,
                    title: row.get(3)?,
                    date: row.date(4)?,
                    outlet: row.get(5)?,
                    url: row.get(6)?,
                    origin: crate::article::Origin { path: row.path(7)?, record: row.get(8)? },
                })
            })
            .at(&self.path)?;
        rows.collect::<Result<_, _>>().at(&self.path)
    }

    /// Starts a run; see [`RunWriter`].
    pub fn begin_run(&mut self, info: &RunInfo) -> Result<RunWriter<'_>, StoreError> {
        RunWriter::begin(self, info)
    }

    fn run_record(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<RunRecord> {
        let bad = |column: usize| {
            rusqlite::Error::InvalidColumnType(column, "run".into(), rusqlite::types::Type::Text)
        };
        let time = |column: usize| -> rusqlite::Result<jiff::Timestamp> {
            row.get_ref(column)?.as_str()?.parse().map_err(|_| bad(column))
        };
        let id: String = row.get(0)?;
        let mut status = RunStatus::parse(row.get_ref(4)?.as_str()?).ok_or_else(|| bad(4))?;
        // A read-only store cannot mark a dead run, but it can tell.
        if status == RunStatus::Running && !lock::is_alive(&self.path, &id) {
            status = RunStatus::Interrupted;
        }
        Ok(RunRecord {
            program: row.get(1)?,
            inputs: serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(|_| bad(2))?,
            started: time(3)?,
            status,
            finished: if status == RunStatus::Running { None } else { Some(time(5)?) },
            message: row.get(6)?,
            counts: RunCounts {
                scored: row.get(7)?,
                reused: row.get(8)?,
                duplicates_exact: row.get(9)?,
                duplicates_near: row.get(10)?,
                refused: row.get(11)?,
                undated: row.get(12)?,
            },
            configuration: configuration_from(row, 13)?,
            id,
        })
    }

    fn mark_interrupted(&self) -> Result<(), StoreError> {
        let mut statement =
            self.connection.prepare("SELECT id FROM runs WHERE status = 'running'").at(&self.path)?;
        let running: Vec<String> =
            statement.query_map([], |row| row.get(0)).and_then(|rows| rows.collect()).at(&self.path)?;
        for id in running.iter().filter(|id| !lock::is_alive(&self.path, id)) {
            self.connection
                .execute("UPDATE runs SET status = 'interrupted' WHERE id = ? AND status = 'running'", [id])
                .at(&self.path)?;
            lock::clear(&self.path, id);
        }
        Ok(())
    }
}

const RUN_QUERY: &str = "SELECT id, program, inputs, started, status, last_active, message, scored, reused,
    duplicates_exact, duplicates_near, refused, undated, model, model_digest, topic, precision, settings
    FROM runs JOIN configurations USING (configuration)";

/// Reads model, model_digest, topic, precision and settings from the columns that begin at `first`.
fn configuration_from(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<ScoringConfiguration> {
    Ok(ScoringConfiguration {
        model: row.get(first)?,
        model_digest: row.get(first + 1)?,
        topic: row.get(first + 2)?,
        precision: row.get(first + 3)?,
        settings: serde_json::from_str(row.get_ref(first + 4)?.as_str()?).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(first + 4, rusqlite::types::Type::Text, error.into())
        })?,
    })
}

/// Settings of a connection, whatever it is used for.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true)?;
    // With WAL, a power cut loses the last commits at worst and never damages the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -32_768)
}

/// The version of a store; `None` for an empty file. Refuses other files and newer versions.
fn file_version(connection: &Connection, path: &Path) -> Result<Option<i64>, StoreError> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = number("application_id").at(path)?;
    let version = number("user_version").at(path)?;
    if application != i64::from(schema::APPLICATION_ID) {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).at(path)?;
        if application == 0 && version == 0 && tables == 0 {
            return Ok(None);
        }
        return Err(StoreError::NotAStore {
            path: path.to_owned(),
            why: "it is the SQLite database of another program".into(),
        });
    }
    if version > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, known: VERSION });
    }
    Ok(Some(version))
}

/// Applies the steps that the file has not seen, all or none.
fn migrate(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<(), StoreError> {
    let at_head = |version: i64| version as usize >= steps.len();
    if file_version(connection, path)?.is_some_and(at_head) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).at(path)?;
    // Another process may have done it meanwhile.
    let from = file_version(&transaction, path)?.unwrap_or(0);
    for step in steps.iter().skip(from as usize) {
        transaction.execute_batch(step).at(path)?;
    }
    transaction.pragma_update(None, "application_id", schema::APPLICATION_ID).at(path)?;
    transaction.pragma_update(None, "user_version", steps.len() as i64).at(path)?;
    transaction.commit().at(path)
}

fn wal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// SQLite could not put its working files beside the store.
fn is_access_fault(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}

/// Opens a file that nobody writes, without any working file beside it.
fn open_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push_str("?immutable=1");
    Connection::open_with_flags(
        uri,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
}
