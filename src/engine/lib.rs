//! The neural network behind detente: encoder, heads, workers, training. The only crate that links libtorch.

pub mod batch;
pub mod encode;
pub mod encoder;
pub mod heads;
#[cfg(target_arch = "x86_64")]
pub mod int8;
pub mod integers;
pub mod layers;
pub mod model;
pub mod prepare;
pub mod score;
pub mod train;
pub mod verbs;
pub mod workers;
