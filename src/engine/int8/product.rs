//! A packed linear layer: y = x W^T + b with W in 8-bit integers, laid out in the order in which the product reads it.
//!
//! Outputs come in panels of 64 columns. Within one, four inputs of each column stand together, as one step of `vpdpbusd` takes them.

use std::arch::x86_64::*;
use std::ops::Range;

use super::lanes::Scale;

/// Columns of a panel.
pub const PANEL: usize = 64;

/// Rows that are multiplied at a time: with four vectors of columns each, 24 accumulators of the 32 registers.
const TILE: usize = 6;

/// 64 bytes that begin at a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([i8; 64]);

/// The layer.
#[derive(Debug)]
pub struct PackedLinear {
    inputs: usize,
    panels: Vec<Line>,
    /// For each output: what one step of its weights stands for, the sum of its weights, its bias.
    scales: Vec<f32>,
    sums: Vec<f32>,
    bias: Vec<f32>,
}

/// Rows of bytes, each of `width` inputs, and what they stand for.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    pub bytes: &'a [u8],
    pub scales: &'a [Scale],
    pub width: usize,
}

impl PackedLinear {
    /// Packs `weight` [outputs, inputs], row by row, and `bias` [outputs]. Outputs are a multiple of 64, inputs of 16.
    pub fn new(weight: &[f32], bias: Vec<f32>) -> Self {
        let outputs = bias.len();
        let inputs = weight.len() / outputs;
        assert!(
            outputs.is_multiple_of(PANEL) && inputs.is_multiple_of(16) && weight.len() == outputs * inputs
        );
        let mut layer = Self {
            inputs,
            panels: vec![Line([0; 64]); outputs * inputs / 64],
            scales: Vec::with_capacity(outputs),
            sums: Vec::with_capacity(outputs),
            bias,
        };
        for (output, row) in weight.chunks(inputs).enumerate() {
            let largest = row.iter().fold(0.0f32, |largest, w| largest.max(w.abs()));
            let scale = (largest / 127.0).max(f32::MIN_POSITIVE);
            let mut sum = 0i32;
            for (input, w) in row.iter().enumerate() {
                let rounded = (w / scale).round() as i8;
                sum += i32::from(rounded);
                let (panel, column) = (output / PANEL, output % PANEL);
                // Sixteen columns, four inputs each, fill a line.
                let line = (panel * (inputs / 4) + input / 4) * 4 + column / 16;
                layer.panels[line].0[column % 16 * 4 + input % 4] = rounded;
            }
            layer.scales.push(scale);
            layer.sums.push(scale * sum as f32);
        }
        layer
    }

    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Products of `rows` with the columns `columns` (multiples of 64); row `r` goes to `out[r * stride..]`, its first column first.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub fn apply(&self, rows: Rows<'_>, columns: Range<usize>, out: &mut [f32], stride: usize) {
        let n = rows.scales.len();
        assert!(rows.width == self.inputs && rows.bytes.len() >= n * self.inputs);
        assert!(
            columns.start.is_multiple_of(PANEL)
                && columns.end.is_multiple_of(PANEL)
                && columns.end <= self.outputs()
        );
        assert!(n == 0 || out.len() >= (n - 1) * stride + columns.len());
        for column in columns.clone().step_by(PANEL) {
            let to = column - columns.start;
            let mut row = 0;
            while row < n {
                let tall = (n - row).min(TILE);
                // SAFETY: rows, columns and places in `out` lie within what was asserted above.
                unsafe {
                    match tall {
                        6 => self.tile::<6>(rows, row, column, out, to, stride),
                        5 => self.tile::<5>(rows, row, column, out, to, stride),
                        4 => self.tile::<4>(rows, row, column, out, to, stride),
                        3 => self.tile::<3>(rows, row, column, out, to, stride),
                        2 => self.tile::<2>(rows, row, column, out, to, stride),
                        _ => self.tile::<1>(rows, row, column, out, to, stride),
                    }
                }
                row += tall;
            }
        }
    }

    /// `R` rows from `row` with the panel at `column`.
    ///
    /// # Safety
    /// The rows, the panel and the places in `out` exist.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn tile<const R: usize>(
        &self,
        rows: Rows<'_>,
        row: usize,
        column: usize,
        out: &mut [f32],
        to: usize,
        stride: usize,
    ) {
        let steps = self.inputs / 4;
        unsafe {
            let panel = self.panels.as_ptr().add(column / PANEL * steps * 4);
            let bytes = rows.bytes.as_ptr().add(row * self.inputs);
            let mut sums = [[_mm512_setzero_si512(); 4]; R];
            for step in 0..steps {
                let line = panel.add(step * 4);
                let weights = [0, 1, 2, 3].map(|v| _mm512_load_si512(line.add(v).cast()));
                for (r, sums) in sums.iter_mut().enumerate() {
                    let four = bytes.add(r * self.inputs + step * 4).cast::<i32>().read_unaligned();
                    let four = _mm512_set1_epi32(four);
                    for v in 0..4 {
                        sums[v] = _mm512_dpbusd_epi32(sums[v], four, weights[v]);
                    }
                }
            }
            for v in 0..4 {
                let at = column + v * 16;
                let scale = _mm512_loadu_ps(self.scales.as_ptr().add(at));
                let sum = _mm512_loadu_ps(self.sums.as_ptr().add(at));
                let bias = _mm512_loadu_ps(self.bias.as_ptr().add(at));
                for (r, sums) in sums.iter().enumerate() {
                    let of_row = rows.scales.get_unchecked(row + r);
                    let product = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[v]), _mm512_set1_ps(of_row.scale));
                    let offset = _mm512_fmadd_ps(_mm512_set1_ps(of_row.least), sum, bias);
                    let y = _mm512_fmadd_ps(product, scale, offset);
                    _mm512_storeu_ps(out.as_mut_ptr().add((row + r) * stride + to + v * 16), y);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lanes::quantise;
    use super::*;

    #[test]
    fn the_product_is_that_of_the_rounded_numbers() {
        if !crate::int8::available() {
            return;
        }
        let (inputs, outputs) = (48, 128);
        let number = |i: usize, m: usize| (i * m % 251) as f32 / 125.0 - 1.0;
        let weight: Vec<f32> = (0..inputs * outputs).map(|i| number(i, 97)).collect();
        let bias: Vec<f32> = (0..outputs).map(|i| number(i, 13)).collect();
        let layer = PackedLinear::new(&weight, bias.clone());
        for n in 1..=14 {
            let x: Vec<f32> = (0..n * inputs).map(|i| number(i, 71) * 3.0).collect();
            let mut bytes = vec![0u8; n * inputs];
            let scales: Vec<Scale> = x
                .chunks(inputs)
                .zip(bytes.chunks_mut(inputs))
                .map(|(row, bytes)| unsafe { quantise(row, bytes) })
                .collect();
            let rows = Rows { bytes: &bytes, scales: &scales, width: inputs };
            let mut out = vec![f32::NAN; n * outputs];
            unsafe { layer.apply(rows, 0..outputs, &mut out, outputs) };
            for r in 0..n {
                for o in 0..outputs {
                    let row = &weight[o * inputs..(o + 1) * inputs];
                    let step = row.iter().fold(0.0f32, |l, w| l.max(w.abs())) / 127.0;
                    let right: f64 = (0..inputs)
                        .map(|i| {
                            let x = scales[r].scale * f32::from(bytes[r * inputs + i]) + scales[r].least;
                            f64::from(x) * f64::from((row[i] / step).round() * step)
                        })
                        .sum::<f64>()
                        + f64::from(bias[o]);
                    let found = f64::from(out[r * outputs + o]);
                    assert!((found - right).abs() < 1e-4, "{n} {r} {o}: {found} {right}");
                }
            }
            // Some columns only.
            let mut part = vec![f32::NAN; n * 64];
            unsafe { layer.apply(rows, 64..128, &mut part, 64) };
            for r in 0..n {
                assert_eq!(part[r * 64..(r + 1) * 64], out[r * outputs + 64..(r + 1) * outputs]);
            }
        }
    }
}
