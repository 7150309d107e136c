//! Lanes: elementwise functions over rows of f32, sixteen numbers at a time. Rows have a length that is a multiple of sixteen.
//!
//! All functions here need the features of [`super::available`].

use std::arch::x86_64::*;

pub const LANES: usize = 16;

#[inline]
#[target_feature(enable = "avx512f")]
fn load(row: &[f32], at: usize) -> __m512 {
    let lane = &row[at..at + LANES];
    // SAFETY: sixteen numbers lie there.
    unsafe { _mm512_loadu_ps(lane.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(row: &mut [f32], at: usize, value: __m512) {
    let lane = &mut row[at..at + LANES];
    // SAFETY: sixteen numbers lie there.
    unsafe { _mm512_storeu_ps(lane.as_mut_ptr(), value) }
}

/// e^x, to 2 ulp: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (as in Cephes' expf).
#[inline]
#[target_feature(enable = "avx512f")]
pub fn exp(x: __m512) -> __m512 {
    let set = |value: f32| _mm512_set1_ps(value);
    // Beyond these the result is 0 or infinite anyhow; the conversion stays in range.
    let x = _mm512_min_ps(_mm512_max_ps(x, set(-104.0)), set(89.0));
    let n = _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(_mm512_mul_ps(
        x,
        set(std::f32::consts::LOG2_E),
    ));
    let r = _mm512_fnmadd_ps(n, set(0.693_359_4), x);
    let r = _mm512_fnmadd_ps(n, set(-2.121_944_4e-4), r);
    let mut p = set(1.987_569_1e-4);
    for factor in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = _mm512_fmadd_ps(p, r, set(factor));
    }
    let p = _mm512_fmadd_ps(p, _mm512_mul_ps(r, r), _mm512_add_ps(r, set(1.0)));
    _mm512_scalef_ps(p, n)
}

/// x Phi(x), with the error function of Abramowitz and Stegun 7.1.26 (absolute error under 2e-7).
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn gelu(x: __m512) -> __m512 {
    let set = |value: f32| _mm512_set1_ps(value);
    let z = _mm512_mul_ps(x, set(std::f32::consts::FRAC_1_SQRT_2));
    let size = _mm512_abs_ps(z);
    let t = _mm512_div_ps(set(1.0), _mm512_fmadd_ps(size, set(0.327_591_1), set(1.0)));
    let mut p = set(1.061_405_4);
    for factor in [-1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6] {
        p = _mm512_fmadd_ps(p, t, set(factor));
    }
    let p = _mm512_mul_ps(p, t);
    let tail = exp(_mm512_mul_ps(_mm512_sub_ps(set(0.0), size), size));
    let erf = _mm512_fnmadd_ps(p, tail, set(1.0));
    // With the sign of x.
    let sign = _mm512_and_ps(x, set(-0.0));
    let erf = _mm512_xor_ps(erf, sign);
    let half = _mm512_mul_ps(x, set(0.5));
    _mm512_fmadd_ps(half, erf, half)
}

/// tanh x = 1 - 2 / (e^2x + 1).
#[target_feature(enable = "avx512f")]
pub fn tanh_row(row: &mut [f32]) {
    let set = |value: f32| _mm512_set1_ps(value);
    for at in (0..row.len()).step_by(LANES) {
        let twice = exp(_mm512_mul_ps(load(row, at), set(2.0)));
        let value = _mm512_sub_ps(set(1.0), _mm512_div_ps(set(2.0), _mm512_add_ps(twice, set(1.0))));
        store(row, at, value);
    }
}

/// Sum of products.
#[target_feature(enable = "avx512f")]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sum = _mm512_setzero_ps();
    for at in (0..a.len()).step_by(LANES) {
        sum = _mm512_fmadd_ps(load(a, at), load(b, at), sum);
    }
    _mm512_reduce_add_ps(sum)
}

/// Adds `b` to `a`.
#[target_feature(enable = "avx512f")]
pub fn add(a: &mut [f32], b: &[f32]) {
    for at in (0..a.len()).step_by(LANES) {
        let sum = _mm512_add_ps(load(a, at), load(b, at));
        store(a, at, sum);
    }
}

/// Layer normalisation of `row` in place.
#[target_feature(enable = "avx512f")]
pub fn normalise(row: &mut [f32], weight: &[f32], bias: &[f32], eps: f32) {
    let n = row.len() as f32;
    let mut sum = _mm512_setzero_ps();
    for at in (0..row.len()).step_by(LANES) {
        sum = _mm512_add_ps(sum, load(row, at));
    }
    let mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / n);
    let mut squares = _mm512_setzero_ps();
    for at in (0..row.len()).step_by(LANES) {
        let d = _mm512_sub_ps(load(row, at), mean);
        squares = _mm512_fmadd_ps(d, d, squares);
    }
    let inverse = _mm512_set1_ps(1.0 / (_mm512_reduce_add_ps(squares) / n + eps).sqrt());
    for at in (0..row.len()).step_by(LANES) {
        let d = _mm512_mul_ps(_mm512_sub_ps(load(row, at), mean), inverse);
        let value = _mm512_fmadd_ps(d, load(weight, at), load(bias, at));
        store(row, at, value);
    }
}

/// What a row of bytes stands for: `scale * byte + least`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Scale {
    pub scale: f32,
    pub least: f32,
}

/// Rounds a row to bytes over its own range, which is widened to have 0 in it.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
pub fn quantise(row: &[f32], bytes: &mut [u8]) -> Scale {
    let (mut low, mut high) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for at in (0..row.len()).step_by(LANES) {
        let x = load(row, at);
        low = _mm512_min_ps(low, x);
        high = _mm512_max_ps(high, x);
    }
    round_to(row, bytes, _mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high))
}

/// Puts GELU over a row, then rounds it to bytes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
pub fn gelu_quantise(row: &mut [f32], bytes: &mut [u8]) -> Scale {
    let (mut low, mut high) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for at in (0..row.len()).step_by(LANES) {
        let x = gelu(load(row, at));
        low = _mm512_min_ps(low, x);
        high = _mm512_max_ps(high, x);
        store(row, at, x);
    }
    round_to(row, bytes, _mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn round_to(row: &[f32], bytes: &mut [u8], low: f32, high: f32) -> Scale {
    let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
    let (inverse, least) = (_mm512_set1_ps(1.0 / scale), _mm512_set1_ps(low));
    for at in (0..row.len()).step_by(LANES) {
        let steps = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_sub_ps(load(row, at), least), inverse));
        let lane = &mut bytes[at..at + LANES];
        // SAFETY: sixteen bytes lie there.
        unsafe { _mm_storeu_si128(lane.as_mut_ptr().cast(), _mm512_cvtusepi32_epi8(steps)) };
    }
    Scale { scale, least: low }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(n: usize, size: f32) -> Vec<f32> {
        (0..n).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0) * size).collect()
    }

    #[test]
    fn functions_are_close_to_those_in_double_precision() {
        if !crate::int8::available() {
            return;
        }
        let x = wave(2048, 12.0);
        let close = |found: &[f32], exact: &dyn Fn(f64) -> f64, error: f64| {
            for (x, found) in x.iter().zip(found) {
                let right = exact(f64::from(*x));
                assert!(
                    (f64::from(*found) - right).abs() <= error * (1.0 + right.abs()),
                    "{x}: {found}, {right}"
                );
            }
        };
        let mut found = x.clone();
        // SAFETY: the features are there.
        unsafe { tanh_row(&mut found) };
        close(&found, &f64::tanh, 1e-6);
        let mut found = x.clone();
        unsafe {
            for at in (0..x.len()).step_by(LANES) {
                let value = exp(load(&x, at));
                store(&mut found, at, value);
            }
        }
        close(&found, &f64::exp, 3e-7);
        let mut bytes = vec![0; x.len()];
        let mut found = x.clone();
        unsafe { gelu_quantise(&mut found, &mut bytes) };
        // Phi by its series, to double precision for |x| up to 12.
        let phi = |x: f64| -> f64 {
            let (mut term, mut sum) = (x, x);
            for k in 1..400 {
                term *= x * x / f64::from(2 * k + 1);
                sum += term;
            }
            0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
        };
        close(&found, &|x| x * phi(x), 1e-5);
    }

    #[test]
    fn bytes_stand_for_their_row_within_half_a_step() {
        if !crate::int8::available() {
            return;
        }
        for row in [wave(64, 3.0), vec![0.0; 64], wave(64, 1e-20), vec![5.0; 64]] {
            let mut bytes = vec![0u8; 64];
            let scale = unsafe { quantise(&row, &mut bytes) };
            for (value, byte) in row.iter().zip(&bytes) {
                let again = scale.scale * f32::from(*byte) + scale.least;
                assert!((again - value).abs() <= scale.scale * 0.5001, "{value} {again}");
            }
        }
    }
}
