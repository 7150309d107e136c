//! Measurements against labelled data.

pub mod boundaries;
pub mod holders;
pub mod naming;
