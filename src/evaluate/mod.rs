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

use serde::{Deserialize, Serialize};

/// What was measured of a model, as its manifest, the store and reports carry it. Rounded to four digits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Names of the labelled files.
    pub labels: String,
    pub sentences: usize,
    /// Arithmetic of the measured network.
    #[serde(default)]
    pub precision: String,
    /// End to end: right holder with the right stance.
    pub f1: f64,
    /// 95%, bootstrap over documents.
    pub f1_low: f64,
    pub f1_high: f64,
    /// Share of the found holders whose stance is right.
    pub stance_accuracy: f64,
    /// Of the stance, over 15 bins.
    pub calibration_error: f64,
}
