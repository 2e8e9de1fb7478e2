//! How light the paper is: a scan that is too dark is lighter nowhere.

use sohoa_domain::{PixelLayout, Raster};

use super::reduced::Reduced;

/// Share of pixels that are darker than what is taken for the paper: writing, pictures and shadows cover no more of most pages.
const SHARE: f32 = 0.75;

/// 0 (black) to 1 (white), by the lightest channel, so that coloured paper is not taken for dark; `None` when there are no shades.
pub(super) fn lightness(raster: &Raster, page: &Reduced) -> Option<f32> {
    if raster.layout() == PixelLayout::Bitonal || page.red.is_empty() {
        return None;
    }
    let mut counts = [0usize; 256];
    for (at, red) in page.red.iter().enumerate() {
        let other = |plane: &[u8]| plane.get(at).copied().unwrap_or_default();
        counts[usize::from((*red).max(other(&page.green)).max(other(&page.blue)))] += 1;
    }
    let darker = (page.red.len() as f32 * SHARE) as usize;
    let mut below = 0;
    let level = counts.iter().position(|count| {
        below += count;
        below > darker
    });
    level.map(|level| level as f32 / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::Dpi;

    #[test]
    fn paper_is_told_from_the_writing_on_it() {
        let seen = |layout, data: Vec<u8>| {
            let raster = Raster::new(8, 8, layout, data).unwrap();
            lightness(&raster, &Reduced::of(&raster, Dpi::square(150.0)))
        };
        // A quarter of it black.
        let grey = |paper: u8| (0..64).map(|at| if at % 4 == 0 { 0 } else { paper }).collect::<Vec<u8>>();
        assert_eq!(seen(PixelLayout::Grey8, grey(255)), Some(1.0));
        assert_eq!(seen(PixelLayout::Grey8, grey(51)), Some(0.2));
        // Paper of a strong colour is not dark.
        assert_eq!(seen(PixelLayout::Rgb8, [20, 30, 204].repeat(64)), Some(0.8));
        assert_eq!(seen(PixelLayout::Bitonal, vec![0; 8]), None);
    }
}
