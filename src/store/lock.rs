//! A run's lock: a file beside the store that the scoring process keeps locked while it lives, so that others can tell
//! a run in progress from one whose process died. The system releases the lock even when the process is killed.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Held while the run goes on; dropping it removes the file.
#[derive(Debug)]
pub(crate) struct RunLock {
    path: PathBuf,
    /// Keeps the lock.
    _file: Option<File>,
}

fn lock_path(store: &Path, run: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(format!("-run-{run}"));
    PathBuf::from(name)
}

impl RunLock {
    /// Takes the lock of a run that is about to begin. A file system without locks gives one that holds nothing:
    /// another process may then take the run for dead, until it finishes and says otherwise.
    pub fn take(store: &Path, run: &str) -> std::io::Result<Self> {
        let path = lock_path(store, run);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        let file = file.try_lock().is_ok().then_some(file);
        Ok(Self { path, _file: file })
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A file that stays behind is removed when the store is opened next.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The process that scores this run is alive.
pub(crate) fn is_alive(store: &Path, run: &str) -> bool {
    match File::open(lock_path(store, run)) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Removes what a dead process left.
pub(crate) fn clear(store: &Path, run: &str) {
    let _ = std::fs::remove_file(lock_path(store, run));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_alive_as_long_as_its_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("detente.db");
        assert!(!is_alive(&store, "r"));
        let lock = RunLock::take(&store, "r").unwrap();
        assert!(is_alive(&store, "r"));
        assert!(!is_alive(&store, "s"));
        drop(lock);
        assert!(!is_alive(&store, "r"));
        // The file alone, as after a kill, is no sign of life.
        std::fs::write(lock_path(&store, "r"), "").unwrap();
        assert!(!is_alive(&store, "r"));
    }
}
