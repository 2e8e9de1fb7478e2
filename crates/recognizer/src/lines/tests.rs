//! Pages drawn at the size of the ink map, one for each thing that a page may have on it.

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _, point};
use proptest::prelude::*;
use sohoa_domain::InkMap;

use super::glyphs::{LOOKS, MAX_PIECES};
use super::{Layout, TextLine, components, find_lines};

const FONT: &str = "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf";
const WIDTH: usize = 1240;
const HEIGHT: usize = 1754;
/// 14 pt at 150 dpi.
const BODY: f32 = 29.0;
/// Height of x and of capitals in Tinos, as shares of the em.
const X_HEIGHT: f32 = 0.459;
const CAPITAL: f32 = 0.662;

struct Sheet {
    contrast: Vec<u8>,
    font: FontVec,
    /// Rise downwards per px to the right of all that is drawn.
    slope: f32,
}

impl Sheet {
    fn new(slope: f32) -> Self {
        let font = FontVec::try_from_vec(std::fs::read(FONT).expect("fonts-croscore")).unwrap();
        Self { contrast: vec![0; WIDTH * HEIGHT], font, slope }
    }

    /// Adds to the contrast of a pixel; `share` below 0 takes away, as light letters do on dark ground.
    fn dot(&mut self, x: f32, y: f32, share: f32) {
        let y = y + self.slope * x;
        if (0.0..WIDTH as f32).contains(&x) && (0.0..HEIGHT as f32).contains(&y) {
            let at = &mut self.contrast[y as usize * WIDTH + x as usize];
            *at = (f32::from(*at) + 220.0 * share).clamp(0.0, 220.0) as u8;
        }
    }

    /// Draws a line of text with its baseline at `y` where x is 0; gives the x behind it.
    fn text(&mut self, mut x: f32, y: f32, em: f32, text: &str) -> f32 {
        self.print(&mut x, y, em, text, 1.0);
        x
    }

    fn print(&mut self, x: &mut f32, y: f32, em: f32, text: &str, share: f32) {
        let units = self.font.units_per_em().unwrap();
        let scale = PxScale::from(em * self.font.height_unscaled() / units);
        for c in text.chars() {
            let id = self.font.glyph_id(c);
            if let Some(outline) = self.font.outline_glyph(id.with_scale_and_position(scale, point(*x, y))) {
                let corner = outline.px_bounds().min;
                let mut dots = Vec::new();
                outline.draw(|dx, dy, share| dots.push((corner.x + dx as f32, corner.y + dy as f32, share)));
                dots.into_iter().for_each(|(x, y, s)| self.dot(x, y, s * share));
            }
            *x += self.font.as_scaled(scale).h_advance(id);
        }
    }

    /// Highest row of a letter that stands at 300.
    fn top(&self, c: char, em: f32) -> f32 {
        let scale = PxScale::from(em * self.font.height_unscaled() / self.font.units_per_em().unwrap());
        let glyph = self.font.glyph_id(c).with_scale_and_position(scale, point(100.0, 300.0));
        self.font.outline_glyph(glyph).unwrap().px_bounds().min.y
    }

    fn bar(&mut self, x: f32, y: f32, w: f32, h: f32) {
        for j in 0..h as usize {
            (0..w as usize).for_each(|i| self.dot(x + i as f32, y + j as f32, 1.0));
        }
    }

    fn paragraph(&mut self, x: f32, y: f32, lines: usize) {
        for i in 0..lines {
            self.text(
                x,
                y + i as f32 * 36.0,
                BODY,
                "Ủy ban nhân dân tỉnh đề nghị các sở, huyện thực hiện đúng quy định",
            );
        }
    }

    fn lines(&self) -> Layout {
        let ink = InkMap { width: WIDTH, height: HEIGHT, scale: 1, contrast: self.contrast.clone(), threshold: 110 };
        find_lines(&ink)
    }
}

fn flat(layout: &Layout) -> Vec<&TextLine> {
    layout.blocks.iter().flat_map(|b| &b.lines).collect()
}

/// Left end, right end and baseline at the left end, rounded to 8 px.
fn places(layout: &Layout) -> Vec<(i32, i32)> {
    flat(layout)
        .iter()
        .map(|l| ((l.left / 8.0).round() as i32 * 8, (l.baseline.at(l.left) / 8.0).round() as i32 * 8))
        .collect()
}

#[test]
fn baselines_and_sizes_are_those_of_the_print() {
    for slope in [0.0, 0.0174, -0.045] {
        let mut sheet = Sheet::new(slope);
        sheet.paragraph(150.0, 300.0, 12);
        let layout = sheet.lines();
        let lines = flat(&layout);
        assert_eq!(lines.len(), 12, "{slope}");
        assert_eq!(layout.blocks.len(), 1);
        assert!(layout.missed < 0.02);
        for (i, l) in lines.iter().enumerate() {
            let y = 300.0 + i as f32 * 36.0;
            for x in [l.left, l.right] {
                let off = l.baseline.at(x) - (y + slope * x);
                assert!(off.abs() <= 1.0, "{slope} {i}: {off}");
            }
            assert!((l.x_height - X_HEIGHT * BODY).abs() <= 1.0, "{}", l.x_height);
            // From above Ủ to below ụ, and not into the neighbours' letters.
            assert!((0.85 * BODY..=1.05 * BODY).contains(&l.ascent), "{}", l.ascent);
            assert!((0.2 * BODY..=0.3 * BODY).contains(&l.descent), "{}", l.descent);
            assert!((l.left - 150.0).abs() <= 3.0);
        }
    }
}

#[test]
fn headings_up_to_four_times_the_body_are_lines_with_their_marks() {
    for times in [1.5f32, 2.5, 4.0] {
        let mut sheet = Sheet::new(0.0);
        let right = sheet.text(150.0, 300.0, times * BODY, "KẾ HOẠCH");
        sheet.paragraph(150.0, 420.0, 8);
        let layout = sheet.lines();
        let lines = flat(&layout);
        assert_eq!(lines.len(), 9, "{times} {:?}", places(&layout));
        assert!((lines[0].right - right).abs() <= 4.0 * times);
        assert!((lines[0].baseline.at(400.0) - 300.0).abs() <= 1.0 + times * 0.5);
        let x_height = CAPITAL / super::CAPITAL * times * BODY;
        assert!((lines[0].x_height / x_height - 1.0).abs() < 0.1, "{times}: {}", lines[0].x_height);
        let top = 300.0 - sheet.top('Ế', times * BODY);
        assert!((-1.0..=3.0).contains(&(lines[0].ascent - top)), "{times}: {} {top}", lines[0].ascent);
    }
}

#[test]
fn the_columns_of_head_and_foot_are_read_one_after_the_other() {
    let mut sheet = Sheet::new(0.01);
    // A gutter of 1.5 em in the first row.
    let x = sheet.text(100.0, 150.0, 25.0, "ỦY BAN NHÂN DÂN THỊ XÃ LA GI");
    sheet.text(x + 38.0, 150.0, 25.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    sheet.text(180.0, 185.0, 25.0, "PHÒNG NỘI VỤ");
    sheet.text(x + 120.0, 185.0, 27.0, "Độc lập - Tự do - Hạnh phúc");
    sheet.text(180.0, 250.0, 27.0, "Số: 12/TB-PNV");
    sheet.paragraph(150.0, 400.0, 8);
    sheet.text(150.0, 760.0, 25.0, "Nơi nhận:");
    sheet.text(800.0, 760.0, 27.0, "TRƯỞNG PHÒNG");
    sheet.text(150.0, 790.0, 23.0, "Như trên;");
    sheet.text(150.0, 818.0, 23.0, "Lưu: văn thư.");
    let layout = sheet.lines();
    let sizes: Vec<usize> = layout.blocks.iter().map(|b| b.lines.len()).collect();
    assert_eq!(sizes, [3, 2, 8, 3, 1]);
    assert!(layout.blocks[0].lines.iter().all(|l| l.right <= x + 2.0));
    assert!(layout.blocks[3].lines.iter().all(|l| l.right < 700.0));
}

#[test]
fn a_ruled_table_has_a_line_for_each_cell_row_by_row() {
    for slope in [0.0, 0.02] {
        let mut sheet = Sheet::new(slope);
        let edges = [150.0, 230.0, 600.0, 760.0];
        for row in 0..=6 {
            sheet.bar(150.0, 300.0 + row as f32 * 45.0, 612.0, 2.0);
        }
        edges.iter().for_each(|x| sheet.bar(*x, 300.0, 2.0, 272.0));
        let mut expected = Vec::new();
        for row in 0..6 {
            // The g of the last column touches the rule below, the first letter of the second that on its left.
            for (x, text) in [(160.0, "12"), (231.0, "Đỗ Thị Hạnh"), (620.0, "bằng giấy")] {
                let y = 334.0 + row as f32 * 45.0;
                sheet.text(x, y, BODY, text);
                expected.push((x, y));
            }
        }
        let layout = sheet.lines();
        let lines = flat(&layout);
        assert_eq!(lines.len(), expected.len(), "{slope}");
        for (l, (x, y)) in lines.iter().zip(expected) {
            assert!((l.left - x).abs() <= 4.0 && (l.baseline.at(l.left) - y - slope * x).abs() <= 1.5, "{l:?} {x} {y}");
        }
    }
}

#[test]
fn cells_without_rules_stay_apart_and_words_of_a_spaced_line_together() {
    let mut sheet = Sheet::new(0.0);
    for row in 0..5 {
        let y = 300.0 + row as f32 * 40.0;
        sheet.text(150.0, y, BODY, "Lê Văn An");
        sheet.text(300.0, y, BODY, "thôn Đông");
        sheet.text(460.0, y, BODY, "12.500");
    }
    // Words spaced out to the margin, by other widths in each line.
    for row in 0..4 {
        let mut x = 150.0;
        let words = ["các", "đơn", "vị", "thường", "xuyên", "gửi", "báo", "cáo", "hằng", "quý", "của", "mình"];
        for i in 0..words.len() {
            x = sheet.text(x, 600.0 + row as f32 * 36.0, BODY, words[(i * 5 + row * 3) % 12]) + 12.0 + 2.0 * row as f32;
        }
    }
    let layout = sheet.lines();
    assert_eq!(flat(&layout).len(), 15 + 4, "{:?}", places(&layout));
}

#[test]
fn a_row_of_dots_is_no_part_of_its_line_but_an_ellipsis_is() {
    let mut sheet = Sheet::new(0.0);
    sheet.paragraph(150.0, 300.0, 4);
    let words = sheet.text(150.0, 480.0, BODY, "Họ và tên:");
    sheet.text(words, 480.0, BODY, " .................................................");
    let dots = sheet.text(150.0, 520.0, BODY, "Đơn vị gửi hồ sơ ...");
    let layout = sheet.lines();
    let lines = flat(&layout);
    assert_eq!(lines.len(), 6);
    assert!((lines[4].right - words).abs() <= 6.0, "{}", lines[4].right);
    assert!((lines[5].right - dots).abs() <= 6.0, "{}", lines[5].right);
}

#[test]
fn underlined_words_stand_on_their_own_baseline() {
    let mut sheet = Sheet::new(0.0);
    sheet.paragraph(150.0, 300.0, 4);
    let right = sheet.text(150.0, 460.0, BODY, "Quyết định ngày gửi");
    sheet.bar(150.0, 464.0, right - 150.0, 2.0);
    let layout = sheet.lines();
    let lines = flat(&layout);
    assert_eq!(lines.len(), 5);
    assert!((lines[4].baseline.at(200.0) - 460.0).abs() <= 1.0);
}

#[test]
fn a_seal_and_a_stroke_over_text_neither_split_nor_hide_lines() {
    let mut sheet = Sheet::new(0.0);
    sheet.paragraph(150.0, 300.0, 8);
    for step in 0..7200 {
        let (sin, cos) = (step as f32 / 20.0).to_radians().sin_cos();
        (0..8).for_each(|r| {
            sheet.dot(500.0 + (100.0 + r as f32 / 2.0) * cos, 420.0 + (100.0 + r as f32 / 2.0) * sin, 1.0)
        });
    }
    for i in 0..600 {
        (0..4).for_each(|j| sheet.dot(300.0 + i as f32, 540.0 - i as f32 * 0.4 + j as f32, 1.0));
    }
    let layout = sheet.lines();
    let lines: Vec<_> = flat(&layout).into_iter().filter(|l| l.right - l.left > 600.0).collect();
    assert_eq!(lines.len(), 8, "{:?}", places(&layout));
}

#[test]
fn letters_that_touch_the_next_line_are_cut() {
    let mut sheet = Sheet::new(0.0);
    sheet.paragraph(150.0, 300.0, 8);
    // From the middle of each line to that of the next, at another place each time.
    (0..7).for_each(|i| sheet.bar(260.0 + 60.0 * i as f32, 295.0 + 36.0 * i as f32, 3.0, 36.0));
    let layout = sheet.lines();
    assert_eq!(flat(&layout).len(), 8, "{:?}", places(&layout));
}

#[test]
fn small_print_set_tight_beside_large_letters_is_lines_of_its_own() {
    let mut sheet = Sheet::new(0.0);
    let (large, small) = (45.0, 13.0);
    for i in 0..8 {
        sheet.text(100.0, 500.0 + 70.0 * i as f32, large, "nhân dân tỉnh về giao dự toán năm nay");
    }
    let stamp =
        ["Ký bởi: Ủy ban nhân dân tỉnh Quảng Ngãi", "Cơ quan: Tỉnh Quảng Ngãi", "Thời gian ký: 26/11/2024 10:40:48"];
    for (i, text) in stamp.iter().enumerate() {
        sheet.text(900.0, 60.0 + 12.0 * i as f32, small, text);
    }
    let layout = sheet.lines();
    let mut found: Vec<f32> = flat(&layout).iter().map(|l| l.baseline.y0).filter(|y| *y < 200.0).collect();
    found.sort_by(f32::total_cmp);
    assert_eq!(found.len(), 3, "{found:?}");
    for (y, expected) in found.iter().zip([60.0, 72.0, 84.0]) {
        assert!((y - expected).abs() < 2.5, "{found:?}");
    }
}

#[test]
fn light_letters_on_a_dark_bar_are_a_line_that_says_so() {
    for slope in [0.0, 0.02] {
        let mut sheet = Sheet::new(slope);
        sheet.bar(150.0, 300.0, 700.0, 50.0);
        sheet.print(&mut 170.0, 335.0, BODY, "Phần một: quy định chung", -1.0);
        sheet.paragraph(150.0, 400.0, 6);
        let layout = sheet.lines();
        let lines = flat(&layout);
        assert_eq!(
            lines.iter().map(|l| l.inverted).collect::<Vec<_>>(),
            [true, false, false, false, false, false, false]
        );
        assert!((lines[0].baseline.at(170.0) - 335.0 - slope * 170.0).abs() <= 1.0);
    }
}

#[test]
fn a_page_with_one_short_line_or_only_its_number() {
    for text in ["2", "12", "Trang 3", "HẾT"] {
        let mut sheet = Sheet::new(0.0);
        let right = sheet.text(600.0, 300.0, BODY, text);
        let layout = sheet.lines();
        let lines = flat(&layout);
        assert_eq!(lines.len(), 1, "{text}");
        assert!(
            (lines[0].left - 600.0).abs() <= 4.0 && (lines[0].right - right).abs() <= 4.0,
            "{text}: {lines:?} {right}"
        );
        assert!((lines[0].baseline.at(600.0) - 300.0).abs() <= 1.5, "{text}");
    }
}

#[test]
fn dirt_is_no_text() {
    let mut sheet = Sheet::new(0.0);
    sheet.paragraph(150.0, 300.0, 6);
    // The edge of the scanner's lid, two punch holes, specks.
    sheet.bar(0.0, 0.0, 18.0, HEIGHT as f32);
    for cy in [600.0, 1100.0] {
        (0..70)
            .flat_map(|j| (0..70).map(move |i| (i as f32 / 2.0 - 17.5, j as f32 / 2.0 - 17.5)))
            .filter(|(x, y)| x * x + y * y < 300.0)
            .for_each(|(x, y)| sheet.dot(60.0 + x, cy + y, 1.0));
    }
    let mut random = 7u32;
    for _ in 0..600 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sheet.bar((random >> 8) as f32 % WIDTH as f32, 700.0 + (random >> 12) as f32 % 900.0, 2.0, 2.0);
    }
    let layout = sheet.lines();
    let lines = flat(&layout);
    assert_eq!(lines.len(), 6, "{:?}", places(&layout));
    assert!(lines.iter().all(|l| l.left >= 140.0));
}

/// A page full of noise takes work in proportion to what is on it: each piece is compared with so many others at most,
/// however many there are.
#[test]
fn noise_is_bounded() {
    let noise = |side: usize, grain: usize| {
        let mut random = 99u32;
        let mut cells = vec![0u8; side * side];
        for y in (0..side - grain).step_by(grain) {
            for x in (0..side - grain).step_by(grain) {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if random >> 24 < 90 {
                    (0..grain).for_each(|j| cells[(y + j) * side + x..][..grain].fill(200));
                }
            }
        }
        InkMap { width: side, height: side, scale: 2, contrast: cells, threshold: 100 }
    };
    for grain in [1, 2, 5, 7, 12] {
        for side in [500, 2000] {
            let ink = noise(side, grain);
            let pieces = components(&ink.contrast, side, ink.threshold).len().min(MAX_PIECES);
            let before = LOOKS.get();
            find_lines(&ink);
            let looks = LOOKS.get() - before;
            assert!(looks > pieces, "{grain} {side}: this noise has no letters");
            assert!(looks <= 100 * pieces, "{grain} {side}: {pieces} pieces, {looks} looks");
        }
    }
}

/// Any map: of blocks, so that there are letters, rules and bars among them.
fn any_map() -> impl Strategy<Value = InkMap> {
    let block = (0usize..300, 0usize..300, 1usize..120, 1usize..60, any::<u8>());
    (0usize..300, 0usize..300, prop::collection::vec(block, 0..120), any::<u8>(), 1usize..4).prop_map(
        |(width, height, blocks, threshold, scale)| {
            let mut contrast = vec![0; width * height];
            for (x, y, w, h, value) in blocks {
                for row in contrast.chunks_exact_mut(width.max(1)).skip(y).take(h) {
                    row.iter_mut().skip(x).take(w).for_each(|v| *v = value);
                }
            }
            InkMap { width, height, scale, contrast, threshold: threshold.max(1) }
        },
    )
}

fn check(ink: &InkMap) -> Result<(), TestCaseError> {
    let layout = find_lines(ink);
    prop_assert!((0.0..=1.0).contains(&layout.missed));
    let (w, h) = ((ink.width * ink.scale) as f32, (ink.height * ink.scale) as f32);
    for block in &layout.blocks {
        prop_assert!(!block.lines.is_empty());
        for l in &block.lines {
            prop_assert!(l.left >= 0.0 && l.left < l.right && l.right <= w);
            prop_assert!(l.x_height > 0.0 && l.ascent >= l.x_height && l.descent > 0.0 && l.ascent < h.max(40.0) * 2.5);
            prop_assert!(l.baseline.slope.abs() < 0.3 && l.baseline.y0.is_finite());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_map_gives_sound_lines(ink in any_map()) {
        check(&ink)?;
    }

    #[test]
    fn any_pixels_give_sound_lines(width in 1usize..64, values in prop::collection::vec(any::<u8>(), 0..3000), threshold in 1u8..) {
        let height = values.len() / width;
        check(&InkMap { width, height, scale: 1, contrast: values[..width * height].to_vec(), threshold })?;
    }

    #[test]
    fn one_value_all_over(width in 0usize..400, height in 0usize..400, value in any::<u8>()) {
        check(&InkMap { width, height, scale: 2, contrast: vec![value; width * height], threshold: 40 })?;
    }
}
