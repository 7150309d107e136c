//! Attention: one head over one sequence, in f32.

use std::arch::x86_64::*;

use super::lanes::{LANES, exp};

/// Queries that are worked on at a time.
const BLOCK: usize = 4;

/// Where a head finds its rows: `width` numbers from each of the rows `first + i * stride`.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub first: usize,
    pub stride: usize,
}

/// The bias by relative position: entry `distance + offset` is that of a key so many tokens after the query.
#[derive(Debug, Clone, Copy)]
pub struct Relative<'a> {
    pub by_distance: &'a [f32],
    pub offset: usize,
}

/// Room for one head.
#[derive(Debug, Default)]
pub struct Room {
    /// Keys by dimension: [width, padded length].
    keys: Vec<f32>,
    /// Scores of a block of queries: [BLOCK, padded length].
    scores: Vec<f32>,
}

/// One head: reads queries at positions `positions` of the sequence from `queries`, keys and values from `packed`, and writes what
/// each query attends to into `out`. `length` tokens, `width` numbers each (a multiple of 16, at most 64).
#[allow(clippy::too_many_arguments)]
#[target_feature(enable = "avx512f")]
pub fn head(
    queries: (&[f32], Place),
    positions: &[u32],
    packed: (&[f32], [Place; 2]),
    length: usize,
    width: usize,
    relative: Option<Relative<'_>>,
    room: &mut Room,
    out: (&mut [f32], Place),
) {
    let (data, [keys, values]) = packed;
    assert!(width.is_multiple_of(LANES) && width <= 64 && length > 0);
    assert!(values.first + (length - 1) * values.stride + width <= data.len());
    let padded = length.next_multiple_of(LANES);
    room.keys.clear();
    room.keys.resize(width * padded, 0.0);
    room.scores.resize(BLOCK * padded, 0.0);
    for token in 0..length {
        let at = keys.first + token * keys.stride;
        for (dimension, key) in data[at..at + width].iter().enumerate() {
            room.keys[dimension * padded + token] = *key;
        }
    }
    let scale = 1.0 / (width as f32).sqrt();
    for (block, positions) in positions.chunks(BLOCK).enumerate() {
        // A block that is not full repeats its last query.
        let row = |r: usize| {
            let index = block * BLOCK + r.min(positions.len() - 1);
            let at = queries.1.first + index * queries.1.stride;
            &queries.0[at..at + width]
        };
        let rows: [&[f32]; BLOCK] = std::array::from_fn(row);
        for first in (0..padded).step_by(4 * LANES) {
            // SAFETY: so many vectors of keys and scores lie there.
            unsafe {
                match ((padded - first) / LANES).min(4) {
                    4 => products::<4>(&rows, room, first, padded, scale),
                    3 => products::<3>(&rows, room, first, padded, scale),
                    2 => products::<2>(&rows, room, first, padded, scale),
                    _ => products::<1>(&rows, room, first, padded, scale),
                }
            }
        }
        let mut sums = [0.0f32; BLOCK];
        for (r, sum) in sums.iter_mut().enumerate().take(positions.len()) {
            let scores = &mut room.scores[r * padded..(r + 1) * padded];
            if let Some(relative) = relative {
                let from = relative.offset - positions[r] as usize;
                for (score, bias) in scores[..length].iter_mut().zip(&relative.by_distance[from..]) {
                    *score += bias;
                }
            }
            *sum = soften(scores, length);
        }
        let weights = (room.scores.as_slice(), padded);
        let mut attended = [[0.0f32; 64]; BLOCK];
        // SAFETY: width is at most 64, and the values of all tokens lie in `data`.
        unsafe {
            match width / LANES {
                4 => mix::<4>(weights, data, values, length, &mut attended),
                3 => mix::<3>(weights, data, values, length, &mut attended),
                2 => mix::<2>(weights, data, values, length, &mut attended),
                _ => mix::<1>(weights, data, values, length, &mut attended),
            }
        }
        for (r, sum) in sums.iter().enumerate().take(positions.len()) {
            let at = out.1.first + (block * BLOCK + r) * out.1.stride;
            for (place, value) in out.0[at..at + width].iter_mut().zip(&attended[r]) {
                *place = value / sum;
            }
        }
    }
}

/// Scores of a block of queries with the `V` vectors of keys from `first`.
///
/// # Safety
/// The keys and scores lie in `room`.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn products<const V: usize>(
    rows: &[&[f32]; BLOCK],
    room: &mut Room,
    first: usize,
    padded: usize,
    scale: f32,
) {
    let mut sums = [[_mm512_setzero_ps(); V]; BLOCK];
    unsafe {
        for dimension in 0..rows[0].len() {
            let from = room.keys.as_ptr().add(dimension * padded + first);
            let keys: [__m512; V] = std::array::from_fn(|v| _mm512_loadu_ps(from.add(v * LANES)));
            for (sums, row) in sums.iter_mut().zip(rows) {
                let query = _mm512_set1_ps(*row.get_unchecked(dimension));
                for v in 0..V {
                    sums[v] = _mm512_fmadd_ps(query, keys[v], sums[v]);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let to = room.scores.as_mut_ptr().add(r * padded + first + v * LANES);
                _mm512_storeu_ps(to, _mm512_mul_ps(*sum, _mm512_set1_ps(scale)));
            }
        }
    }
}

/// Replaces the first `length` scores by e^(score - largest), the rest by 0; returns their sum.
#[inline]
#[target_feature(enable = "avx512f")]
fn soften(scores: &mut [f32], length: usize) -> f32 {
    scores[length..].fill(f32::NEG_INFINITY);
    let mut largest = _mm512_set1_ps(f32::NEG_INFINITY);
    // SAFETY (here and below): scores have a multiple of sixteen entries.
    for lane in scores.chunks_exact(LANES) {
        largest = _mm512_max_ps(largest, unsafe { _mm512_loadu_ps(lane.as_ptr()) });
    }
    let largest = _mm512_set1_ps(_mm512_reduce_max_ps(largest));
    let mut sum = _mm512_setzero_ps();
    for lane in scores.chunks_exact_mut(LANES) {
        let value = exp(_mm512_sub_ps(unsafe { _mm512_loadu_ps(lane.as_ptr()) }, largest));
        sum = _mm512_add_ps(sum, value);
        unsafe { _mm512_storeu_ps(lane.as_mut_ptr(), value) };
    }
    scores[length..].fill(0.0);
    _mm512_reduce_add_ps(sum)
}

/// Sums of values by the weights of a block of queries.
///
/// # Safety
/// `length` weights of each query and values lie there.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn mix<const V: usize>(
    (weights, padded): (&[f32], usize),
    data: &[f32],
    values: Place,
    length: usize,
    out: &mut [[f32; 64]; BLOCK],
) {
    let mut sums = [[_mm512_setzero_ps(); V]; BLOCK];
    unsafe {
        for token in 0..length {
            let from = data.as_ptr().add(values.first + token * values.stride);
            let value: [__m512; V] = std::array::from_fn(|v| _mm512_loadu_ps(from.add(v * LANES)));
            for (r, sums) in sums.iter_mut().enumerate() {
                let weight = _mm512_set1_ps(*weights.get_unchecked(r * padded + token));
                for v in 0..V {
                    sums[v] = _mm512_fmadd_ps(weight, value[v], sums[v]);
                }
            }
        }
        for (sums, out) in sums.iter().zip(out) {
            for (v, sum) in sums.iter().enumerate() {
                _mm512_storeu_ps(out.as_mut_ptr().add(v * LANES), *sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_softmax_attention() {
        if !crate::int8::available() {
            return;
        }
        let number = |i: usize| ((i * 61 % 173) as f32 / 86.0 - 1.0) * 2.0;
        for (width, length) in [(32, 1), (32, 15), (64, 16), (16, 17), (32, 70), (48, 131)] {
            let stride = 3 * width;
            let data: Vec<f32> = (0..length * stride).map(number).collect();
            let by_distance: Vec<f32> = (0..2 * length + 1).map(|i| number(i * 7)).collect();
            for relative in [None, Some(Relative { by_distance: &by_distance, offset: length })] {
                let positions: Vec<u32> = (0..length as u32).collect();
                let mut out = vec![0.0; length * width];
                let place = |first| Place { first, stride };
                let all = (data.as_slice(), [place(width), place(2 * width)]);
                let to = Place { first: 0, stride: width };
                unsafe {
                    head(
                        (&data, place(0)),
                        &positions,
                        all,
                        length,
                        width,
                        relative,
                        &mut Room::default(),
                        (&mut out, to),
                    );
                }
                for i in 0..length {
                    let row = |which: usize, i: usize| &data[i * stride + which * width..][..width];
                    let score = |j: usize| -> f64 {
                        let dot: f64 =
                            row(0, i).iter().zip(row(1, j)).map(|(q, k)| f64::from(*q) * f64::from(*k)).sum();
                        dot / (width as f64).sqrt()
                            + relative.map_or(0.0, |r| f64::from(r.by_distance[r.offset + j - i]))
                    };
                    let scores: Vec<f64> = (0..length).map(score).collect();
                    let largest = scores.iter().copied().fold(f64::MIN, f64::max);
                    let weights: Vec<f64> = scores.iter().map(|s| (s - largest).exp()).collect();
                    let sum: f64 = weights.iter().sum();
                    for d in 0..width {
                        let right: f64 =
                            (0..length).map(|j| weights[j] * f64::from(row(2, j)[d])).sum::<f64>() / sum;
                        let found = f64::from(out[i * width + d]);
                        assert!((found - right).abs() < 1e-4, "{width} {length} {i} {d}: {found} {right}");
                    }
                }
            }
        }
    }
}
