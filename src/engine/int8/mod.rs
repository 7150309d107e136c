//! The fast path: the encoder in 8-bit integers, for processors with AVX-512 VNNI.
//!
//! Weights are integers with one scale for each output, activations with one scale and one offset for each token, found as they come
//! (dynamic quantisation, as in Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
//! Inference", eq. 3-7). Products are summed in 32-bit integers, so exactly; attention, normalisation and activation are in f32.
//! Sequences are packed one after the other without padding, and no number of one depends on another: a sentence has the same
//! scores to the last bit, whatever it is batched with. Of the last layer only the tokens that the heads look at are computed.
//!
//! - `lanes`: elementwise functions over rows of f32;
//! - `product`: packed weights and the integer matrix product;
//! - `attention`: one head of one sequence;
//! - `stack`: the layers over them; `heads`: what is read off.

mod attention;
mod heads;
mod lanes;
mod product;
mod stack;

pub use heads::IntegerHeads;
pub use stack::{IntegerEncoder, Scratch, Sequence, fits};

/// Whether this processor has the instructions.
pub fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("fma")
}
