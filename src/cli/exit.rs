//! An exit code: what the program tells the shell.

use std::fmt;

use crate::store::StoreError;

/// Finished, but some inputs were refused.
pub const SOME_REFUSED: u8 = 1;
/// Wrong usage or configuration.
pub const USAGE: u8 = 2;
/// A fault of the environment or the store.
pub const FAULT: u8 = 3;

/// An error with the exit code it ends the program with.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub error: anyhow::Error,
}

/// Result of a verb: the exit code if all went as it should.
pub type Outcome = Result<u8, Failure>;

impl Failure {
    /// The user asked for something that cannot be.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { code: USAGE, error: error.into() }
    }

    /// Something outside the program failed.
    pub fn fault(error: impl Into<anyhow::Error>) -> Self {
        Self { code: FAULT, error: error.into() }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast_ref::<StoreError>() {
            Some(store) if store.is_usage() => Self::usage(error),
            _ if error.is::<crate::corrections::Faulty>()
                || error.is::<crate::audit::Faulty>()
                || error.is::<crate::dispute::UnknownParty>()
                || error.is::<crate::dispute::OneParty>() =>
            {
                Self::usage(error)
            }
            _ => Self::fault(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}
