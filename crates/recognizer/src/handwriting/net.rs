//! The net that reads digits: a few convolutions over the picture of a blank, trained by `handwriting/train.py`, which also
//! says how the file of its weights is laid out.

use std::sync::LazyLock;

use super::slot::{ROWS, Slot};
use crate::network::Posteriors;

/// The digits 0 to 9, and that there is none.
const LABELS: usize = 11;
/// The label that says that a column ends or begins no digit.
pub(super) const NULL: usize = 10;

const WEIGHTS: &[u8] = include_bytes!("../../handwriting/digits.bin");
const MAGIC: &[u8] = b"SODG1\0";

enum Layer {
    Convolution(Convolution),
    /// Rows and columns of which the greatest value is taken.
    MaxPool(usize, usize),
}

struct Convolution {
    inputs: usize,
    /// Rows and columns of the kernel.
    kernel: (usize, usize),
    /// Zeros around each plane: rows, columns.
    padding: (usize, usize),
    /// One for each output.
    bias: Vec<f32>,
    /// By output, input, row and column of the kernel.
    weights: Vec<f32>,
    /// Whether what is negative becomes 0.
    rectified: bool,
}

/// Planes of the same size, one after the other, row by row.
struct Planes {
    height: usize,
    width: usize,
    values: Vec<f32>,
}

/// Probabilities of digits, one step for each few columns of the slot. None for a slot that is too narrow for a step.
pub(super) fn read(slot: &Slot) -> Posteriors {
    static LAYERS: LazyLock<Vec<Layer>> = LazyLock::new(|| layers(WEIGHTS).unwrap_or_default());
    let darkness = slot.darkness.iter().map(|v| f32::from(*v) / 255.0).collect();
    let input = Planes { height: ROWS, width: slot.width, values: darkness };
    let scores = LAYERS.iter().fold(input, |planes, layer| match layer {
        Layer::Convolution(convolution) => convolution.of(&planes),
        Layer::MaxPool(rows, columns) => pooled(&planes, *rows, *columns),
    });
    if scores.height != 1 || scores.values.len() != LABELS * scores.width {
        return Posteriors { labels: LABELS, values: Vec::new() };
    }
    let mut values = Vec::with_capacity(scores.values.len());
    for x in 0..scores.width {
        let of = |label: usize| scores.values[label * scores.width + x];
        let most = (0..LABELS).map(of).fold(f32::MIN, f32::max);
        let powers: [f32; LABELS] = std::array::from_fn(|label| (of(label) - most).exp());
        let sum: f32 = powers.iter().sum();
        values.extend(powers.map(|p| p / sum));
    }
    Posteriors { labels: LABELS, values }
}

/// `None` when the file is not laid out as it should be; a test reads it.
fn layers(mut file: &[u8]) -> Option<Vec<Layer>> {
    file = file.strip_prefix(MAGIC)?;
    let mut bytes = |n: usize| {
        let (head, rest) = file.split_at_checked(n)?;
        file = rest;
        Some(head)
    };
    let count = bytes(1)?[0];
    let mut out = Vec::new();
    for _ in 0..count {
        let kind = bytes(1)?[0];
        if kind == 2 {
            let sides = bytes(2)?;
            out.push(Layer::MaxPool(sides[0].max(1).into(), sides[1].max(1).into()));
            continue;
        }
        let &[i0, i1, o0, o1, height, width, down, across] = bytes(8)? else { return None };
        let (inputs, outputs) = (u16::from_le_bytes([i0, i1]), u16::from_le_bytes([o0, o1]));
        let mut floats = || -> Option<Vec<f32>> {
            let (chunks, _) = bytes(4 * usize::from(outputs))?.as_chunks();
            Some(chunks.iter().map(|c| f32::from_le_bytes(*c)).collect())
        };
        let (scales, bias) = (floats()?, floats()?);
        let kernel = (usize::from(height), usize::from(width));
        let each = usize::from(inputs) * kernel.0 * kernel.1;
        let raw = bytes(each * usize::from(outputs))?;
        let scaled = raw.chunks_exact(each.max(1)).zip(&scales);
        let weights = scaled.flat_map(|(row, scale)| row.iter().map(move |w| f32::from(w.cast_signed()) * scale));
        out.push(Layer::Convolution(Convolution {
            inputs: inputs.into(),
            kernel,
            padding: (down.into(), across.into()),
            bias,
            weights: weights.collect(),
            rectified: kind == 0,
        }));
    }
    file.is_empty().then_some(out)
}

impl Convolution {
    fn of(&self, input: &Planes) -> Planes {
        let (rows, columns) = self.kernel;
        let (down, across) = self.padding;
        let height = (input.height + 2 * down + 1).saturating_sub(rows);
        let width = (input.width + 2 * across + 1).saturating_sub(columns);
        let size = height * width;
        let mut values: Vec<f32> = self.bias.iter().flat_map(|bias| std::iter::repeat_n(*bias, size)).collect();
        let each = self.inputs * rows * columns;
        for (out, weights) in values.chunks_exact_mut(size.max(1)).zip(self.weights.chunks_exact(each.max(1))) {
            for (plane, kernel) in
                input.values.chunks_exact((input.height * input.width).max(1)).zip(weights.chunks_exact(rows * columns))
            {
                for (i, weight) in kernel.iter().enumerate() {
                    let (ky, kx) = (i / columns, i % columns);
                    // Places of the output whose source lies in the plane.
                    let (left, right) =
                        (across.saturating_sub(kx), (input.width + across).saturating_sub(kx).min(width));
                    for y in down.saturating_sub(ky)..(input.height + down).saturating_sub(ky).min(height) {
                        let source = &plane[(y + ky - down) * input.width..][..input.width];
                        let target = &mut out[y * width..][..width];
                        if left < right {
                            let source = &source[left + kx - across..][..right - left];
                            target[left..right].iter_mut().zip(source).for_each(|(t, s)| *t += weight * s);
                        }
                    }
                }
            }
        }
        if self.rectified {
            values.iter_mut().for_each(|v| *v = v.max(0.0));
        }
        Planes { height, width, values }
    }
}

fn pooled(input: &Planes, rows: usize, columns: usize) -> Planes {
    let (height, width) = (input.height / rows, input.width / columns);
    let mut values = Vec::with_capacity(input.values.len() / (rows * columns));
    for plane in input.values.chunks_exact((input.height * input.width).max(1)) {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let row = |r: usize| &plane[(y * rows + r) * input.width + x * columns..][..columns];
            values.push((0..rows).flat_map(row).copied().fold(f32::MIN, f32::max));
        }
    }
    Planes { height, width, values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::best_path;
    use crate::handwriting::tests::examples;

    #[test]
    fn it_computes_what_the_training_script_computes() {
        for example in examples() {
            let slot = Slot { width: example.width, darkness: example.pixels, ink: None };
            let posteriors = read(&slot);
            let most = |step: &[f32]| (0..LABELS).max_by(|a, b| step[*a].total_cmp(&step[*b])).unwrap();
            let likeliest: Vec<usize> = posteriors.steps().map(most).collect();
            assert_eq!(likeliest, example.posteriors_argmax);
            let digits: String = best_path(&posteriors, NULL).iter().map(|s| s.label.to_string()).collect();
            assert_eq!(digits, example.expected);
        }
    }

    #[test]
    fn no_width_is_too_small_or_odd() {
        for width in [0, 1, 2, 3, 5, 7, 301] {
            let slot = Slot { width, darkness: vec![0; ROWS * width], ink: None };
            assert!(read(&slot).steps().len() <= width);
        }
    }
}
