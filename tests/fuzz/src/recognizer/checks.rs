//! What has to hold for every input. A check that fails panics.

use sohoa_recognizer::{Arithmetic, LineImage, LineModel, find_lines};

use super::ink::{self, Source};
use super::tiny_model::TinyModel;

const ARITHMETICS: [Arithmetic; 3] = [Arithmetic::Reference, Arithmetic::Avx2, Arithmetic::Avx512Vnni];

/// The model, unless it is refused.
pub fn read_model(bytes: &[u8]) -> Option<LineModel> {
    match LineModel::read(bytes) {
        Ok(model) => Some(model),
        Err(error) => {
            assert!(error.to_string().starts_with("[model-"), "{error}");
            None
        }
    }
}

/// A model that was taken reads a small line by every arithmetic, and gives probabilities.
pub fn run_model(mut model: LineModel) {
    let (width, height) = (3 * model.step_width().max(3), model.height());
    let pixels = (0..width * height).map(|i| ((i * 37) % 255) as u8 as i8 | 1).collect();
    let line = [LineImage { width, height, pixels }];
    for arithmetic in ARITHMETICS {
        if !model.use_arithmetic(arithmetic) {
            continue;
        }
        for posteriors in model.forward(&line) {
            assert_eq!(posteriors.steps().len(), width / model.step_width());
            for step in posteriors.steps() {
                let sum: f32 = step.iter().sum();
                assert!((sum - 1.0).abs() < 1e-2, "{arithmetic}: probabilities add up to {sum}");
            }
            model.plain_text(&posteriors);
        }
    }
}

/// A whole model file.
pub fn model(bytes: &[u8]) {
    if let Some(model) = read_model(bytes) {
        run_model(model);
    }
}

/// The lines of the page that the bytes draw.
pub fn lines(bytes: &[u8]) {
    let ink = ink::page(&mut Source::new(bytes));
    let layout = find_lines(&ink);
    assert!((0.0..=1.0).contains(&layout.missed), "missed {}", layout.missed);
    let lines: Vec<_> = layout.blocks.iter().flat_map(|b| &b.lines).collect();
    // Blots are cut, rules taken out of what they touch, and light letters on dark ground have thresholds of their own, so
    // that there may be more lines than groups of ink; but not more than places where the ink begins or ends.
    let edges: usize =
        ink.contrast.chunks(ink.width).map(|row| 1 + row.windows(2).filter(|w| w[0] != w[1]).count()).sum();
    assert!(lines.len() <= edges, "{} lines of {edges} runs", lines.len());
    for (i, line) in lines.iter().enumerate() {
        assert!(!lines[..i].contains(line), "found twice: {line:?}");
    }
    assert!(layout.blocks.iter().all(|b| !b.lines.is_empty()), "an empty block");
    let width = (ink.width * ink.scale) as f32;
    for line in lines {
        let base = line.baseline;
        assert!([base.x0, base.y0, base.slope].iter().all(|v| v.is_finite()), "{line:?}");
        assert!([line.ascent, line.descent, line.x_height].iter().all(|v| v.is_finite() && *v > 0.0), "{line:?}");
        assert!(line.left < line.right && line.left >= 0.0 && line.right <= width, "{line:?} on {width}");
    }
}

/// The words of the page that the bytes draw, read by a tiny model.
pub fn page(bytes: &[u8]) {
    let mut source = Source::new(bytes);
    let seed = u32::from_le_bytes([source.byte(), source.byte(), source.byte(), source.byte()]);
    let shape = source.byte();
    let (channels, cells) = (1 + i32::from(shape & 3) * 5, 1 + i32::from(shape >> 2 & 7) * 4);
    let tiny = TinyModel { seed, height: 12, channels, pool: 2 + i32::from(shape >> 5 & 1), cells };
    let mut model = LineModel::read(&tiny.bytes()).expect("a tiny model is valid");
    let arithmetic = ARITHMETICS[usize::from(source.byte()) % 3];
    if !model.use_arithmetic(arithmetic) {
        return;
    }
    let ink = ink::page(&mut source);
    let grey = ink::grey(&ink).expect("a page has pixels");
    let reading = model.read_page(&grey, &ink);
    assert!((0.0..=1.0).contains(&reading.missed), "missed {}", reading.missed);
    for word in reading.blocks.iter().flat_map(|b| &b.lines).flat_map(|l| &l.words) {
        let r = word.rect;
        assert!([r.left, r.top, r.right, r.bottom].iter().all(|v| v.is_finite()), "{r:?}");
        assert!(r.left < r.right && r.top <= r.bottom, "{r:?}");
        assert!((0.0..=1.0).contains(&word.confidence), "confidence {}", word.confidence);
        assert!(!word.text.contains(' '), "a space in a word");
    }
}
