//! What can go wrong with a store, told apart by what the user can do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A fault of the store. Every message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{path}: there is no store here; `detente score` makes one, --store names another", path = .path.display())]
    Missing { path: PathBuf },
    #[error(
        "{path}: this store has version {found}, this program knows versions up to {known}; upgrade detente, \
         or name another store with --store",
        path = .path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("{path}: not a detente store ({why}); name another file with --store", path = .path.display())]
    NotAStore { path: PathBuf, why: String },
    #[error("{path}: another process keeps the store busy; try again when it has finished", path = .path.display())]
    Busy { path: PathBuf },
    #[error(
        "{path}: no space left for the store; what was committed is safe: free some space and run the same command again, \
         it goes on where it stopped",
        path = .path.display()
    )]
    DiskFull { path: PathBuf },
    #[error(
        "{path}: the store is damaged ({detail}); `detente verify` shows how far, a copy or a new run replaces it",
        path = .path.display()
    )]
    Corrupt { path: PathBuf, detail: String },
    #[error("{path}: the store cannot be read or written ({detail}); check the folder and its permissions", path = .path.display())]
    Io { path: PathBuf, detail: String },
    #[error("{path}: the store has no run '{id}'; `detente runs` lists them", path = .path.display())]
    NoSuchRun { path: PathBuf, id: String },
    #[error("{path}: the store has no scoring configuration '{id}'; `detente runs` lists them", path = .path.display())]
    NoSuchConfiguration { path: PathBuf, id: String },
    #[error("{path}: the store holds no run yet; `detente score` makes one", path = .path.display())]
    NoRun { path: PathBuf },
    /// The scores of an article do not make sense; nothing of the article was stored.
    #[error("article '{article}', sentence {sentence}: {problem}; the article was not stored")]
    Invalid { article: String, sentence: usize, problem: String },
    #[error("{path}: {source}", path = .path.display())]
    Sqlite { path: PathBuf, source: rusqlite::Error },
}

impl StoreError {
    /// The caller named something that does not exist, rather than a fault of the file or machine.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NoSuchRun { .. } | Self::NoSuchConfiguration { .. })
    }

    /// Sorts an error of SQLite by what can be done about it.
    pub(crate) fn sort(path: &Path, error: rusqlite::Error) -> Self {
        /// The shared-memory file beside the store could not grow: the disk is full.
        const IOERR_SHMSIZE: i32 = 4874;
        let path = path.to_owned();
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return match &error {
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => {
                    Self::Corrupt { path, detail: error.to_string() }
                }
                _ => Self::Sqlite { path, source: error },
            };
        };
        let detail = message.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::DiskFull => Self::DiskFull { path },
            _ if failure.extended_code == IOERR_SHMSIZE => Self::DiskFull { path },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { path },
            ErrorCode::DatabaseCorrupt => Self::Corrupt { path, detail },
            ErrorCode::NotADatabase => Self::NotAStore { path, why: detail },
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure => Self::Io { path, detail },
            _ => Self::Sqlite { path, source: error },
        }
    }
}

/// Turns SQLite's errors into [`StoreError`]s of the store at a path.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T, StoreError>;
}

impl<T> At<T> for rusqlite::Result<T> {
    fn at(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::sort(path, error))
    }
}
