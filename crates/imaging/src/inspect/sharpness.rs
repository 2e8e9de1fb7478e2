//! How crisp the edges of letters are.

use sohoa_domain::{PixelLayout, Raster};

/// Contrast from which a slope counts as an edge of writing, grey levels.
const CONTRAST: i32 = 60;
/// Rows between two rows that are looked at.
const STEP: usize = 5;

/// For each slope from light to dark along a row, the largest step from one pixel to the next as a share of the whole
/// fall; the mean of all. 1 is a fall within one pixel. Bitonal pages, and pages without edges, have nothing blurred.
pub(super) fn of(page: &Raster) -> f32 {
    let channels = match page.layout() {
        PixelLayout::Bitonal => return 1.0,
        PixelLayout::Grey8 => 1,
        PixelLayout::Rgb8 => 3,
    };
    let (mut sum, mut edges) = (0.0f64, 0u32);
    for row in page.data().chunks_exact(page.row_bytes()).step_by(STEP) {
        let mut values = row.iter().step_by(channels).map(|&v| i32::from(v));
        let Some(mut last) = values.next() else { continue };
        let (mut fall, mut steepest) = (0, 0);
        for v in values.chain([255]) {
            let step = last - v;
            last = v;
            if step > 0 {
                fall += step;
                steepest = steepest.max(step);
            } else if fall > 0 {
                if fall >= CONTRAST {
                    sum += f64::from(steepest) / f64::from(fall);
                    edges += 1;
                }
                (fall, steepest) = (0, 0);
            }
        }
    }
    if edges == 0 { 1.0 } else { (sum / f64::from(edges)) as f32 }
}
