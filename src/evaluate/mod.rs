//! Measurements against labelled data.

pub mod holders;
pub mod naming;
