//! The barcode pass over one page.

use sohoa_domain::{Barcode, BarcodeFormat, Dpi, InkMap, Raster, Rect};

use crate::cells::Cells;
use crate::crop::{self, Area, Crop, Placement};
use crate::decode::Decoded;
use crate::patch::patches;
use crate::region::{Region, regions};

/// Paper around a cut-out, mm: the quiet zone that decoders ask for, and what the search cut off.
const MARGIN_MM: f32 = 3.5;
/// Smallest side of a place that is told when nothing could be read there, mm: headings in large bold letters are as
/// dark as a barcode, but not as high.
const UNREAD_MM: f32 = 12.0;
/// Less skew than this costs no symbol, degrees.
const LEVEL: f32 = 0.4;

/// What is known of the page before.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Options {
    /// A barcode has to be there: when none is found at the likely places, the whole page goes to the decoder.
    pub expected: bool,
    /// Clockwise skew of the page, degrees, as inspection measured it.
    pub skew_degrees: f32,
}

/// What is on a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// What could be read, top to bottom.
    pub barcodes: Vec<Barcode>,
    /// Places that look like a barcode and could not be read, px of the page as loaded: torn or scribbled on, of another
    /// kind, or none at all.
    pub unread: Vec<Rect>,
}

/// Finds and reads the barcodes of a page. `ink` is what inspection made of it; `decode` is [`crate::decode_crop`], here or in
/// a process of its own.
///
/// # Errors
/// What `decode` says; then nothing is known of the page.
pub fn find<E>(
    page: &Raster,
    ink: &InkMap,
    dpi: Dpi,
    options: Options,
    mut decode: impl FnMut(&Crop) -> Result<Vec<Decoded>, E>,
) -> Result<Found, E> {
    let cells = Cells::of(ink, dpi);
    let to_px = (cells.side * ink.scale) as f32;
    let mut found = Found::default();
    for patch in patches(&cells) {
        let (l, t, r, b) = scaled(&patch, to_px);
        let corners = [(l, t), (r, t), (r, b), (l, b)];
        found.barcodes.push(Barcode { format: BarcodeFormat::Patch, text: String::new(), corners });
    }
    let margin = (MARGIN_MM / 25.4 * (dpi.x + dpi.y) / 2.0) as usize;
    for region in regions(&cells) {
        let (l, t, r, b) = scaled(&region, to_px);
        if found.barcodes.iter().any(|code| code.format == BarcodeFormat::Patch && lies_in(code, (l, t, r, b))) {
            continue;
        }
        let area = Area {
            left: (l as usize).saturating_sub(margin),
            top: (t as usize).saturating_sub(margin),
            right: (r as usize + margin).min(page.width() as usize),
            bottom: (b as usize + margin).min(page.height() as usize),
        };
        let codes = read(page, ink, area, options.skew_degrees, &mut decode)?;
        if codes.is_empty() && (r - l).min(b - t) >= UNREAD_MM / 25.4 * (dpi.x + dpi.y) / 2.0 {
            found.unread.push(Rect { left: l, top: t, right: r, bottom: b });
        }
        found.barcodes.extend(codes);
    }
    if found.barcodes.is_empty() && (options.expected || !found.unread.is_empty()) {
        found.barcodes = read(page, ink, crop::whole(page), options.skew_degrees, &mut decode)?;
        let read = &found.barcodes;
        found.unread.retain(|r| !read.iter().any(|code| lies_in(code, (r.left, r.top, r.right, r.bottom))));
    }
    once_each(&mut found.barcodes);
    Ok(found)
}

/// Reads a part of the page: small first, then as it is, then level.
fn read<E>(
    page: &Raster,
    ink: &InkMap,
    area: Area,
    skew: f32,
    decode: &mut impl FnMut(&Crop) -> Result<Vec<Decoded>, E>,
) -> Result<Vec<Barcode>, E> {
    let mut attempt = |(crop, placement): (Crop, Placement)| {
        let decoded = decode(&crop)?;
        Ok(decoded.into_iter().map(|d| on_page(d, placement)).collect::<Vec<_>>())
    };
    let small = attempt(crop::from_map(ink, area))?;
    if !small.is_empty() {
        return Ok(small);
    }
    let full = attempt(crop::from_page(page, area, 0.0))?;
    if !full.is_empty() || skew.abs() < LEVEL {
        return Ok(full);
    }
    attempt(crop::from_page(page, area, skew))
}

fn on_page(decoded: Decoded, placement: Placement) -> Barcode {
    let Decoded { format, text, corners } = decoded;
    Barcode { format, text, corners: corners.map(|p| placement.to_page(p)) }
}

fn scaled(region: &Region, by: f32) -> (f32, f32, f32, f32) {
    let scale = |v: usize| v as f32 * by;
    (scale(region.left), scale(region.top), scale(region.right), scale(region.bottom))
}

fn centre(code: &Barcode) -> (f32, f32) {
    let sum = code.corners.iter().fold((0.0, 0.0), |(x, y), c| (x + c.0, y + c.1));
    (sum.0 / 4.0, sum.1 / 4.0)
}

fn lies_in(code: &Barcode, (left, top, right, bottom): (f32, f32, f32, f32)) -> bool {
    let (x, y) = centre(code);
    (left..=right).contains(&x) && (top..=bottom).contains(&y)
}

/// Top to bottom; what was read twice, in cut-outs that overlap, counts once.
fn once_each(codes: &mut Vec<Barcode>) {
    codes.sort_by(|a, b| {
        let (a, b) = (centre(a), centre(b));
        a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0))
    });
    let mut kept: Vec<Barcode> = Vec::new();
    for code in codes.drain(..) {
        let same = |k: &Barcode| {
            let ((ax, ay), (bx, by)) = (centre(k), centre(&code));
            (k.format, &k.text) == (code.format, &code.text) && (ax - bx).hypot(ay - by) < 30.0
        };
        if !kept.iter().any(same) {
            kept.push(code);
        }
    }
    *codes = kept;
}
