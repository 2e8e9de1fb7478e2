//! The page of a cover sheet. Vietnamese first, English under it.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};
use sohoa_pdf::{Drawing, Fonts, Typeface};

use crate::{CoverSheet, code128, picture};

/// Points a millimetre.
pub(crate) const MM: f32 = 72.0 / 25.4;
const WIDTH: f32 = 210.0 * MM;
const HEIGHT: f32 = 297.0 * MM;
/// Printers leave up to 5 mm blank, skewed scans cut off as much again.
const MARGIN: f32 = 17.0 * MM;
/// Side of the QR code without its quiet zone.
const QR_SIDE: f32 = 78.0 * MM;
/// Above this version modules are smaller than 1.3 mm, and a torn corner costs too much.
const MAX_QR: u8 = 10;
/// Widest and narrowest module of the Code 128: narrower than 0.33 mm it is not read safely.
const BAR_MODULE: (f32, f32) = (0.33 * MM, 0.5 * MM);
/// Quiet zone on each side of it, modules.
const BAR_QUIET: f32 = 10.0;
const BAR_HEIGHT: f32 = 20.0 * MM;

const BLACK: f32 = 0.0;
const GREY: f32 = 0.38;

/// `None` when the mark is too long for a QR code that scanners read safely.
pub(crate) fn drawing(sheet: &CoverSheet, (number, of): (usize, usize), fonts: &Fonts) -> Option<Drawing> {
    let mut page = Page { drawing: Drawing::new(WIDTH, HEIGHT), fonts };
    let dossier = sheet.mark.dossier.as_str();

    page.centred(30.0 * MM, 31.0, Typeface::SansBold, BLACK, "TỜ PHÂN TÁCH HỒ SƠ");
    page.centred(37.5 * MM, 13.0, Typeface::Sans, GREY, "Separator sheet");
    page.rule(43.0 * MM);

    page.qr(&sheet.mark.encode(), 52.0 * MM)?;

    page.label(142.0 * MM, "Mã hồ sơ", "Dossier code");
    let size = page.fitting(dossier, Typeface::SansBold, 30.0);
    page.centred(153.5 * MM, size, Typeface::SansBold, BLACK, dossier);

    let y = 164.0 * MM;
    match &sheet.mark.component {
        Some(id) => {
            page.label(y, "Thành phần hồ sơ", "Component");
            let text = match sheet.component_name.as_str() {
                "" => id.to_string(),
                name => format!("{id} – {name}"),
            };
            page.wrapped(y + 8.5 * MM, 18.0, Typeface::SansBold, &text, 2);
        }
        None => {
            page.label(y, "Toàn bộ hồ sơ", "Whole dossier");
            page.wrapped(y + 8.5 * MM, 15.0, Typeface::Sans, "Phần mềm tự nhận thành phần hồ sơ của từng giấy tờ", 2);
        }
    }

    page.bars(dossier, 194.0 * MM);

    page.rule(229.0 * MM);
    picture::instruction(&mut page.drawing, MARGIN + 1.0 * MM, 236.0 * MM);
    page.instructions(MARGIN + 66.0 * MM, 241.5 * MM);

    page.rule(279.0 * MM);
    page.drawing.text(MARGIN, 285.0 * MM, 9.0, Typeface::Sans, GREY, "sohoa");
    let count = format!("Tờ {number}/{of}");
    let x = WIDTH - MARGIN - fonts.width(Typeface::Sans, 9.0, &count);
    page.drawing.text(x, 285.0 * MM, 9.0, Typeface::Sans, GREY, &count);
    Some(page.drawing)
}

struct Page<'a> {
    drawing: Drawing,
    fonts: &'a Fonts,
}

impl Page<'_> {
    fn centred(&mut self, y: f32, size: f32, face: Typeface, grey: f32, text: &str) {
        let x = (WIDTH - self.fonts.width(face, size, text)) / 2.0;
        self.drawing.text(x, y, size, face, grey, text);
    }

    fn label(&mut self, y: f32, vietnamese: &str, english: &str) {
        let (size, small) = (12.0, 10.0);
        let gap = 5.0;
        let (a, b) = (
            self.fonts.width(Typeface::Sans, size, vietnamese),
            self.fonts.width(Typeface::SerifItalic, small, english),
        );
        let x = (WIDTH - a - gap - b) / 2.0;
        self.drawing.text(x, y, size, Typeface::Sans, BLACK, vietnamese);
        self.drawing.text(x + a + gap, y, small, Typeface::SerifItalic, GREY, english);
    }

    fn rule(&mut self, y: f32) {
        self.drawing.line(&[(MARGIN, y), (WIDTH - MARGIN, y)], 0.8, 0.6);
    }

    /// The largest size up to `most` in which a line fits between the margins.
    fn fitting(&self, text: &str, face: Typeface, most: f32) -> f32 {
        let room = WIDTH - 2.0 * MARGIN;
        (room / self.fonts.width(face, 1.0, text).max(0.01)).min(most)
    }

    /// Up to `lines` centred lines; smaller letters when that is not enough.
    fn wrapped(&mut self, y: f32, size: f32, face: Typeface, text: &str, lines: usize) {
        let room = WIDTH - 2.0 * MARGIN;
        let mut size = size;
        let rows = loop {
            let rows = self.rows(text, face, size, room);
            if rows.len() <= lines || size <= 8.0 {
                break rows;
            }
            size -= 1.0;
        };
        for (i, row) in rows.iter().take(lines).enumerate() {
            self.centred(y + i as f32 * size * 1.2, size, face, BLACK, row);
        }
    }

    fn rows(&self, text: &str, face: Typeface, size: f32, room: f32) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = rows.last().map(|row| format!("{row} {word}"));
            match (rows.last_mut(), longer) {
                (Some(row), Some(longer)) if self.fonts.width(face, size, &longer) <= room => *row = longer,
                _ => rows.push(word.to_owned()),
            }
        }
        rows
    }

    /// A QR code with the highest error correction: a third of it may be lost.
    fn qr(&mut self, text: &str, top: f32) -> Option<()> {
        let segments = QrSegment::make_segments(text);
        let most = Version::new(MAX_QR);
        let code =
            QrCode::encode_segments_advanced(&segments, QrCodeEcc::High, Version::MIN, most, None, false).ok()?;
        let module = QR_SIDE / code.size() as f32;
        let left = (WIDTH - QR_SIDE) / 2.0;
        let mut rects = Vec::new();
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let run = (x..code.size()).take_while(|&x| code.get_module(x, y)).count() as i32;
                if run > 0 {
                    let (px, py) = (left + x as f32 * module, top + y as f32 * module);
                    rects.push([px, py, run as f32 * module, module]);
                }
                x += run.max(1);
            }
        }
        self.drawing.black(rects);
        Some(())
    }

    /// The dossier code as Code 128 with its text: what is left to read when the QR code is lost.
    fn bars(&mut self, text: &str, top: f32) {
        let Some((bars, modules)) = code128::bars(text) else { return };
        let module = ((WIDTH - 2.0 * MARGIN) / (modules as f32 + 2.0 * BAR_QUIET)).min(BAR_MODULE.1);
        if module < BAR_MODULE.0 {
            return;
        }
        let left = (WIDTH - modules as f32 * module) / 2.0;
        let rect = |&(at, width): &(u32, u32)| [left + at as f32 * module, top, width as f32 * module, BAR_HEIGHT];
        self.drawing.black(bars.iter().map(rect).collect());
        self.centred(top + BAR_HEIGHT + 5.0 * MM, 10.5, Typeface::Sans, BLACK, text);
    }

    fn instructions(&mut self, x: f32, y: f32) {
        let lines = [
            (
                "1. Đặt tờ này lên trên các giấy tờ thuộc về nó.",
                "Put this sheet on top of the papers that belong to it.",
            ),
            ("2. Đưa cả tập vào máy quét.", "Feed the whole stack into the scanner."),
            (
                "3. Không viết, đóng dấu, gấp hoặc ghim lên các mã.",
                "Do not write, stamp, fold or staple over the codes.",
            ),
        ];
        for (i, (vietnamese, english)) in lines.into_iter().enumerate() {
            let y = y + i as f32 * 12.2 * MM;
            self.drawing.text(x, y, 12.0, Typeface::Sans, BLACK, vietnamese);
            self.drawing.text(x + 13.5, y + 13.5, 10.0, Typeface::SerifItalic, GREY, english);
        }
    }
}
