//! evaluate

pub mod boundaries;
