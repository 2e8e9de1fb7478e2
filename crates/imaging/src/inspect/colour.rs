//! Whether a page has colours, shades, or only black and white.

use sohoa_domain::{ColourKind, PixelLayout, Raster};

use super::reduced::Reduced;

/// Difference between the strongest and the weakest channel, against the paper's own tint, from which a spot has
/// colour. JPEG and sensors blur colour by about 10, misaligned sensor lines at the edges of letters by about 25.
const CHROMA: u32 = 40;
/// Side of the squares that are looked at, in spots of 2 × 2 reduced pixels: 2.7 mm.
const SQUARE: usize = 8;
/// Coloured spots that make a square coloured, and coloured squares that make a page coloured: a small seal or a
/// signature has them, scattered noise has not.
const SPOTS: usize = 6;
const SQUARES: usize = 3;
/// Share of pixels between black and white that bitonal pictures may have.
const BETWEEN: f32 = 0.0005;

pub(super) fn kind(page: &Raster, reduced: &Reduced) -> ColourKind {
    match page.layout() {
        PixelLayout::Bitonal => ColourKind::Bitonal,
        PixelLayout::Rgb8 if has_colour(reduced) => ColourKind::Colour,
        _ if is_black_and_white(page) => ColourKind::Bitonal,
        _ => ColourKind::Grey,
    }
}

fn is_black_and_white(page: &Raster) -> bool {
    // Every 31st byte; a prime, so that no channel and no column is left out.
    let sample = || page.data().iter().step_by(31);
    let between = sample().filter(|v| (9..247).contains(*v)).count();
    between as f32 <= sample().count() as f32 * BETWEEN
}

fn has_colour(page: &Reduced) -> bool {
    let planes = [&page.red, &page.green, &page.blue];
    let paper = planes.map(|p| u32::from(most_frequent_light(p)));
    let (w, h) = (page.width / 2, page.height / 2);
    let mut squares = vec![0usize; w.div_ceil(SQUARE)];
    let mut coloured = 0;
    for y in 0..h {
        for x in 0..w {
            let at = 2 * y * page.width + 2 * x;
            let spot = |p: &[u8]| {
                let four = [p[at], p[at + 1], p[at + page.width], p[at + page.width + 1]];
                four.iter().map(|&v| u32::from(v)).sum::<u32>()
            };
            let [r, g, b] = [0, 1, 2].map(|c| spot(planes[c]) * 255 / (4 * paper[c]));
            if r.max(g).max(b) - r.min(g).min(b) >= CHROMA {
                squares[x / SQUARE] += 1;
            }
        }
        if (y + 1).is_multiple_of(SQUARE) || y + 1 == h {
            coloured += squares.iter().filter(|&&n| n >= SPOTS).count();
            squares.fill(0);
        }
    }
    coloured >= SQUARES
}

/// The paper's value in one channel.
fn most_frequent_light(plane: &[u8]) -> u8 {
    let mut counts = [0u32; 256];
    plane.iter().step_by(7).for_each(|&v| counts[usize::from(v)] += 1);
    (96..=255u8).max_by_key(|&v| counts[usize::from(v)]).unwrap_or(255)
}
