//! Measurement: what the program says, against what careful readers say.

pub mod boundaries;
pub mod calibration;
pub mod given;
pub mod holders;
pub mod interval;
pub mod labels;
pub mod naming;
pub mod sentiment;
pub mod stance;
