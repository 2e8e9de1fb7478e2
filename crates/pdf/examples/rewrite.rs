//! Rewrites PDFs as PDF/A-2u with a made-up text layer, to try files by hand: `rewrite IN.pdf OUT.pdf`.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use sohoa_domain::{
    Baseline, Block, Codec, Dpi, EncodedImage, Limits, Line, OcrPage, PixelLayout, Raster, Rect, Rotation, Word,
};
use sohoa_pdf::{DocumentInfo, OwnText, PdfSource, PdfWriter, PixelSource};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let (Some(input), Some(output)) = (args.next(), args.next()) else { return Err("rewrite IN.pdf OUT.pdf".into()) };
    let source = PdfSource::open(Path::new(&input), &Limits::default())?;
    let info =
        DocumentInfo {
            title: "Đơn <thử>".into(), identifier: Some("H41-230615-0001.1".into()), language: "vi".into()
        };
    let mut writer = PdfWriter::create(Path::new(&output))?;
    let mut out = std::io::stdout().lock();
    for index in 0..source.page_count() {
        let page = source.page(index)?;
        let (pixels, size) = match &page.pixels {
            PixelSource::Embedded { image, dpi, rotation } => (
                format!("embedded {}x{} {:.1} dpi {:?}", image.width, image.height, dpi.x, rotation),
                (image.width, image.height),
            ),
            PixelSource::Render => {
                let raster = source.render(index, 300.0)?;
                (format!("render {}x{}", raster.width(), raster.height()), (raster.width(), raster.height()))
            }
        };
        let (w, h) = (page.width_pt, page.height_pt);
        writeln!(out, "{index}: {w:.1}x{h:.1} {pixels} {:?} {:?}", page.text, page.archivable)?;
        let rotation = match &page.pixels {
            PixelSource::Embedded { rotation, .. } => *rotation,
            PixelSource::Render => Rotation::None,
        };
        let text = (page.text != OwnText::Keep).then(|| invented(size, rotation));
        match &page.archivable {
            Ok(()) => writer.source_page(&source, index, Rotation::None, text.as_ref())?,
            Err(_) => {
                let image = encoded(&source.render_displayed(index, 300.0)?);
                let own = if page.text == OwnText::Keep { Some(source.own_text(index)?) } else { text };
                writer.image_page(&image, w, h, Rotation::None, own.as_ref())?;
            }
        }
    }
    writeln!(out, "{:?}", writer.finish(&info)?)?;
    Ok(())
}

/// Two lines of text on an upright page whose loaded raster has `size` and needs `rotation`.
fn invented(size: (u32, u32), rotation: Rotation) -> OcrPage {
    let (w, h) = if rotation.swaps_sides() { (size.1, size.0) } else { size };
    let mut page = OcrPage::empty(w, h, Dpi::square(300.0), rotation, "invented");
    for (i, text) in ["Đơn xin nghỉ phép", "của Nguyễn Văn Thử"].iter().enumerate() {
        let top = h as f32 * 0.1 + i as f32 * 80.0;
        let mut left = w as f32 * 0.1;
        let mut words = Vec::new();
        for text in text.split(' ') {
            let right = left + 25.0 * text.chars().count() as f32;
            words.push(Word::new(text, Rect { left, top, right, bottom: top + 50.0 }, 0.9));
            left = right + 15.0;
        }
        let rect = words.iter().map(|w| w.rect).reduce(|a, b| a.union(&b)).unwrap_or_default();
        let line = Line { words, rect, baseline: Baseline { x0: 0.0, y0: top + 40.0, slope: 0.0 }, height: 50.0 };
        page.blocks.push(Block { rect, lines: vec![line] });
    }
    page
}

/// Pixels as zlib.
fn encoded(raster: &Raster) -> EncodedImage {
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    // Writing into memory has no way to fail.
    let _ = z.write_all(raster.data());
    let components = if raster.layout() == PixelLayout::Rgb8 { 3 } else { 1 };
    EncodedImage {
        width: raster.width(),
        height: raster.height(),
        codec: Codec::Flate { components, bits: 8, png_predictors: false, palette: None },
        bytes: z.finish().unwrap_or_default().into(),
    }
}
