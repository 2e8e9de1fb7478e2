//! The real recognizer on a page that is drawn here.
// A page that cannot be drawn is a failed test.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _};
use sohoa_domain::{Dpi, OcrPage, PixelLayout, Raster, Rect};
use sohoa_ocr::{ChildEngine, ChildOptions, Engine as _, EngineChoice};

const FONT: &str = "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf";

const WIDTH: u32 = 2480;
const HEIGHT: u32 = 1400;

/// Lines as they are drawn: x, y of the baseline, text.
const LINES: [(f32, f32, &str); 9] = [
    (330.0, 300.0, "ỦY BAN NHÂN DÂN"),
    (1080.0, 300.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (360.0, 370.0, "XÃ AN BÌNH"),
    (1280.0, 370.0, "Độc lập - Tự do - Hạnh phúc"),
    (360.0, 450.0, "Số: 15/BC-UBND"),
    (1180.0, 450.0, "An Bình, ngày 12 tháng 3 năm 2024"),
    (1150.0, 650.0, "BÁO CÁO"),
    (330.0, 800.0, "Kết quả tiếp nhận và trả hồ sơ của người dân trong tháng đã được"),
    (330.0, 880.0, "tổng hợp đầy đủ, gửi đúng hạn cho các bộ phận có liên quan."),
];

/// The page, and for every word in drawing order its text and ink box.
fn draw() -> (Raster, Vec<(String, Rect)>) {
    let bytes = std::fs::read(FONT).unwrap_or_else(|e| panic!("{FONT}: {e}; install fonts-croscore"));
    let font = FontVec::try_from_vec(bytes).expect("a font");
    // 13 pt at 300 dpi.
    let scaled = font.as_scaled(PxScale::from(13.0 * 300.0 / 72.0 * 1.15));
    let mut pixels = vec![255_u8; (WIDTH * HEIGHT) as usize];
    let mut words: Vec<(String, Rect)> = Vec::new();
    for (x, y, text) in LINES {
        let (mut x, mut new) = (x, true);
        for c in text.chars() {
            let id = scaled.glyph_id(c);
            assert!(id.0 != 0 || c == ' ', "the font has no {c}");
            let glyph = id.with_scale_and_position(scaled.scale(), ab_glyph::point(x, y));
            x += scaled.h_advance(id);
            let Some(outline) = font.outline_glyph(glyph) else {
                new = true;
                continue;
            };
            let b = outline.px_bounds();
            let ink = Rect { left: b.min.x, top: b.min.y, right: b.max.x, bottom: b.max.y };
            match words.last_mut().filter(|_| !new) {
                Some((word, rect)) => {
                    word.push(c);
                    *rect = rect.union(&ink);
                }
                None => words.push((c.to_string(), ink)),
            }
            new = false;
            outline.draw(|gx, gy, cover| {
                let at = (b.min.y as u32 + gy) * WIDTH + b.min.x as u32 + gx;
                let pixel = &mut pixels[at as usize];
                *pixel = (*pixel).min((255.0 * (1.0 - cover)).round() as u8);
            });
        }
    }
    (Raster::new(WIDTH, HEIGHT, PixelLayout::Grey8, pixels).unwrap(), words)
}

fn engine() -> ChildEngine {
    ChildEngine::new(ChildOptions {
        program: env!("CARGO_BIN_EXE_ocr-child-for-tests").into(),
        args: Vec::new(),
        engine: EngineChoice::Tesseract,
        lang: "vie".to_owned(),
        tessdata: None,
        page_seconds: 60,
        memory_mib: 1024,
    })
}

fn blocks(page: &OcrPage) -> Vec<String> {
    page.plain_text().trim_end().split("\n\n").map(|block| block.replace('\n', " / ")).collect()
}

#[test]
fn a_drawn_page_is_read_in_order_and_each_word_lies_on_its_ink() {
    let (raster, drawn) = draw();
    let mut engine = engine();
    let page = engine.recognize(&raster, Dpi::square(300.0)).unwrap();
    assert!(engine.name().starts_with("tesseract 5") && engine.name().ends_with(" vie"), "{}", engine.name());
    assert_eq!(page.engine, engine.name());
    let got = blocks(&page);
    assert_eq!(got[0], "ỦY BAN NHÂN DÂN / XÃ AN BÌNH / Số: 15/BC-UBND");
    assert_eq!(
        got[1],
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc / An Bình, ngày 12 tháng 3 năm 2024"
    );
    assert_eq!(got[2], "BÁO CÁO");
    assert_eq!(got[3..].join(" / "), format!("{} / {}", LINES[7].2, LINES[8].2));
    // Boxes: intersection over union with the ink that was drawn.
    let mut overlap = 0.0;
    for (text, ink) in &drawn {
        let over = |r: &Rect| {
            let common = r.intersection(ink).area();
            common / (r.area() + ink.area() - common)
        };
        let best = page.words().filter(|w| w.text == *text).map(|w| over(&w.rect)).fold(0.0, f32::max);
        overlap += best / drawn.len() as f32;
    }
    assert!(overlap >= 0.85, "mean overlap {overlap}");
    // Baselines and type size are those of the drawing.
    let line = page.lines().find(|l| l.words[0].text == "Kết").unwrap();
    assert!((line.baseline.at(330.0) - 800.0).abs() < 4.0, "{:?}", line.baseline);
    assert!((45.0..75.0).contains(&line.height), "{}", line.height);
    assert!(page.mean_confidence().unwrap() > 0.85);
}

#[test]
fn nothing_is_read_on_a_white_page() {
    let white = Raster::new(600, 400, PixelLayout::Grey8, vec![255; 240_000]).unwrap();
    let page = engine().recognize(&white, Dpi::square(300.0)).unwrap();
    assert_eq!((page.width, page.height, page.words().count()), (600, 400, 0));
}
