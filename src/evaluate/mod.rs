//! Measurement: what the program says, against what careful readers say.

pub mod labels;
