//! What a page is like before anything is read on it: colours, blank or not, skew, orientation, sharpness, cut off or
//! not.

mod blank;
mod colour;
mod cut;
mod ink;
mod lines;
mod paper;
mod reduced;
mod resolution;
mod seal;
mod sharpness;
mod skew;
mod upright;

use sohoa_domain::{Dpi, InkMap, PageInspection, PixelLayout, Raster};

use crate::components::components;
use lines::TextPixels;
use reduced::Reduced;

/// What was measured on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The measures that are kept with the page.
    pub page: PageInspection,
    /// Whether `page.rotation` is clear from the letters' shapes. A doubtful one has to be confirmed by reading.
    pub rotation_sure: bool,
    /// Which pixels are ink, of the page as loaded.
    pub ink: InkMap,
}

/// The ink of a page, one pixel of the map for an area of `scale` px.
pub(crate) fn ink_of(raster: &Raster, scale: usize) -> InkMap {
    ink::ink(&Reduced::by(raster, scale, 1.0))
}

/// Inspects a page. `dpi` is the resolution from metadata; without one it is guessed from the page's size.
///
/// A page without writing is blank, has no rotation and no skew, and its rotation is sure.
pub fn inspect(raster: &Raster, dpi: Option<Dpi>) -> Inspection {
    let (resolution, dpi_guessed) = match dpi.filter(|d| d.is_plausible()) {
        Some(dpi) => (dpi, false),
        None => (resolution::guessed(raster.width(), raster.height()), true),
    };
    let reduced = Reduced::of(raster, resolution);
    let ink = ink::ink(&reduced);
    let blank = blank::is_blank(&reduced, &ink);
    let groups = if blank { Vec::new() } else { components(&ink.contrast, ink.width, ink.threshold) };
    let text = TextPixels::of(&groups, ink.width, ink.height, reduced.per_mm);
    let upright = upright::find(&text);
    let page = PageInspection {
        width: raster.width(),
        height: raster.height(),
        dpi: resolution,
        dpi_guessed,
        colour: colour::kind(raster, &reduced),
        in_colour: raster.layout() == PixelLayout::Rgb8,
        blank,
        ink: ink::share(&ink),
        skew_degrees: upright.skew_degrees,
        rotation: upright.rotation,
        sharpness: sharpness::of(raster),
        paper: paper::lightness(raster, &reduced),
        seal: seal::find(&reduced),
        cut_off: cut::edges(&groups, (ink.width, ink.height), text.letter(), &upright),
    };
    Inspection { page, rotation_sure: upright.sure, ink }
}

#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod drawn;
#[cfg(test)]
mod tests;
