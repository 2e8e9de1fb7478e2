//! Puts what was read into the order of a person.
//!
//! An administrative paper (Nghị định 30/2020, annex I) is one column between two places that have two: the head (issuing
//! body and number left, Quốc hiệu with place and date right) and the foot (recipients left, signer right). Engines tend to
//! read these across. Here the lines of a page are laid into rows; from a row with a wide gap the gutter is followed down
//! as long as no word stands in it. Such a stretch is split into two blocks, left before right, **only** when its words
//! say that it is a head or a foot: tables and forms have gutters too and are read row by row.

use sohoa_domain::{Baseline, Block, Line, OcrPage, Rect, Word, text::fold};

/// Narrowest gap that starts a gutter, in heights of its line.
const WIDE_GAP: f32 = 0.9;

/// Narrowest gutter that may be left where the gaps of a stretch overlap, in heights of a line.
const LEAST_GUTTER: f32 = 0.4;

/// Greatest distance between two rows of a stretch, in heights of a line.
const FARTHEST_ROW: f32 = 4.0;

/// The same for a row that stands on the left only, as "Kính gửi" does below a head.
const FARTHEST_LEFT: f32 = 0.9;

/// Drops what is no text, then orders the blocks. Lines outside heads and feet keep the engine's order.
pub fn order(page: &mut OcrPage) {
    for block in &mut page.blocks {
        block.lines.retain_mut(|line| !is_noise(line));
    }
    page.blocks.retain(|block| !block.lines.is_empty());
    let rows = rows(page);
    let stretches = stretches(page, &rows);
    if !stretches.is_empty() {
        page.blocks = split(std::mem::take(&mut page.blocks), &stretches);
    }
    for block in &mut page.blocks {
        block.rect = hull(block.lines.iter().map(|line| line.rect));
    }
}

/// Removes words that are remains of stamps and rules; true when nothing is left of the line.
fn is_noise(line: &mut Line) -> bool {
    line.words.retain(|w| w.confidence >= 0.6 || w.text.chars().any(char::is_alphanumeric));
    let hopeless = line.words.iter().all(|w| w.confidence < 0.35 && w.text.chars().count() < 3);
    let lone_letter = matches!(line.words.as_slice(), [w]
        if w.confidence < 0.7 && w.text.chars().count() == 1 && w.text.chars().all(char::is_alphabetic));
    if !line.words.is_empty() {
        line.rect = hull(line.words.iter().map(|w| w.rect));
    }
    line.words.is_empty() || hopeless || lone_letter
}

fn hull(rects: impl Iterator<Item = Rect>) -> Rect {
    rects.reduce(|all, r| all.union(&r)).unwrap_or_default()
}

/// Where a line stands: block and line number.
type Place = (usize, usize);

/// Lines at the same height, whatever block they are in.
struct Row {
    places: Vec<Place>,
    /// Boxes of all words, left to right.
    words: Vec<Rect>,
    rect: Rect,
    height: f32,
}

fn rows(page: &OcrPage) -> Vec<Row> {
    let mut lines: Vec<(Place, &Line)> = Vec::new();
    for (b, block) in page.blocks.iter().enumerate() {
        lines.extend(block.lines.iter().enumerate().map(|(l, line)| ((b, l), line)));
    }
    let middle = |line: &Line| line.baseline.at(page.width as f32 / 2.0);
    lines.sort_by(|a, b| middle(a.1).total_cmp(&middle(b.1)));
    let mut rows: Vec<(f32, Row)> = Vec::new();
    for (place, line) in lines {
        let words = line.words.iter().map(|w| w.rect);
        match rows.last_mut() {
            Some((y, row)) if middle(line) - *y < 0.5 * row.height.min(line.height) => {
                row.places.push(place);
                row.words.extend(words);
                row.rect = row.rect.union(&line.rect);
                row.height = row.height.max(line.height);
            }
            _ => {
                let row =
                    Row { places: vec![place], words: words.collect(), rect: line.rect, height: line.height.max(1.0) };
                rows.push((middle(line), row));
            }
        }
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    for row in &mut rows {
        row.words.sort_by(|a, b| a.left.total_cmp(&b.left));
    }
    rows
}

/// Free space between two words, px.
#[derive(Clone, Copy)]
struct Gap {
    left: f32,
    right: f32,
}

impl Row {
    fn gaps(&self) -> impl Iterator<Item = Gap> {
        let mut reach = f32::MIN;
        self.words.iter().filter_map(move |word| {
            let gap = (reach > f32::MIN && word.left > reach).then_some(Gap { left: reach, right: word.left });
            reach = reach.max(word.right);
            gap
        })
    }

    /// What is left of a gutter when it passes this row, `None` when a word stands in it.
    fn passes(&self, gutter: Gap) -> Option<Gap> {
        let mut free = gutter;
        for word in &self.words {
            let middle = (free.left + free.right) / 2.0;
            if word.right <= middle {
                free.left = free.left.max(word.right);
            } else if word.left >= middle {
                free.right = free.right.min(word.left);
            } else if word.right - free.left < free.right - word.left {
                free.left = word.right;
            } else {
                free.right = word.left;
            }
        }
        (free.right - free.left >= LEAST_GUTTER * self.height).then_some(free)
    }

    fn is_on_both_sides(&self, gutter: Gap) -> bool {
        let x = (gutter.left + gutter.right) / 2.0;
        self.rect.left < x && self.rect.right > x
    }
}

/// Consecutive rows with a gutter that are a head or a foot.
struct Stretch {
    places: Vec<Place>,
    /// x of the gutter, px.
    x: f32,
}

fn stretches(page: &OcrPage, rows: &[Row]) -> Vec<Stretch> {
    let text = hull(rows.iter().map(|row| row.rect));
    let mut found = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        match stretch_from(page, rows, start, &text) {
            Some((end, stretch)) => {
                found.push(stretch);
                start = end;
            }
            None => start += 1,
        }
    }
    found
}

/// Follows the widest gap of row `start` down. Gives the row behind the stretch.
fn stretch_from(page: &OcrPage, rows: &[Row], start: usize, text: &Rect) -> Option<(usize, Stretch)> {
    let first = &rows[start];
    let central = |gap: &Gap| {
        let x = ((gap.left + gap.right) / 2.0 - text.left) / text.width().max(1.0);
        (0.2..=0.8).contains(&x)
    };
    let wide = first.gaps().filter(|gap| gap.right - gap.left >= WIDE_GAP * first.height && central(gap));
    let mut gutter = wide.max_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left)))?;
    let (mut end, mut both) = (start + 1, 1);
    while let Some(row) = rows.get(end) {
        let Some(free) = row.passes(gutter) else { break };
        let on_both = row.is_on_both_sides(free);
        let centre = ((row.rect.left + row.rect.right) / 2.0 - text.left) / text.width().max(1.0);
        let is_title = !on_both && both >= 2 && (centre - 0.5).abs() < 0.06;
        // A signer's name stands far below his title; on the left the lines of a head or foot follow each other.
        let alone_on_the_left = !on_both && row.rect.right < free.right;
        let farthest = if alone_on_the_left { FARTHEST_LEFT } else { FARTHEST_ROW };
        if row.rect.top - rows[end - 1].rect.bottom > farthest * row.height || is_title {
            break;
        }
        both += usize::from(on_both);
        gutter = free;
        end += 1;
    }
    let x = (gutter.left + gutter.right) / 2.0;
    let places: Vec<Place> = rows[start..end].iter().flat_map(|row| row.places.iter().copied()).collect();
    let stretch = Stretch { places, x };
    (both >= 2 && stretch.is_head_or_foot(page, first.rect.top / page.height.max(1) as f32)).then_some((end, stretch))
}

impl Stretch {
    /// Whether the words say so. `height` is where it starts on the page, 0 (top) to 1.
    fn is_head_or_foot(&self, page: &OcrPage, height: f32) -> bool {
        let (mut left, mut right) = (String::new(), String::new());
        for (b, l) in &self.places {
            for word in &page.blocks[*b].lines[*l].words {
                let side = if is_left(word, self.x) { &mut left } else { &mut right };
                side.push_str(&word.text);
                side.push(' ');
            }
        }
        let (folded_left, folded_right) = (fold(&left), fold(&right));
        let head = ["cong hoa xa hoi", "chu nghia viet nam", "doc lap", "dang cong san"];
        let is_head = height < 0.4 && head.iter().any(|words| folded_right.contains(words));
        let is_foot = folded_left.contains("noi nhan") || (height > 0.3 && is_signer(&right) && !left.is_empty());
        is_head || is_foot
    }
}

/// A signer's block begins with capitals: TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH, GIÁM ĐỐC, NGƯỜI LÀM ĐƠN.
fn is_signer(right: &str) -> bool {
    let mut words = right.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).take(2);
    let capital = |w: &str| w.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    matches!((words.next(), words.next()), (Some(a), Some(b)) if capital(a) && capital(b))
}

fn is_left(word: &Word, x: f32) -> bool {
    (word.rect.left + word.rect.right) / 2.0 < x
}

/// Takes the lines of each stretch out of their blocks and puts a left and a right block where the first of them stood.
fn split(blocks: Vec<Block>, stretches: &[Stretch]) -> Vec<Block> {
    let mut sides: Vec<[Vec<Line>; 2]> = stretches.iter().map(|_| [Vec::new(), Vec::new()]).collect();
    let mut out: Vec<Block> = Vec::new();
    let mut stands_at: Vec<Option<usize>> = vec![None; stretches.len()];
    for (b, block) in blocks.into_iter().enumerate() {
        let mut rest: Vec<Line> = Vec::new();
        for (l, line) in block.lines.into_iter().enumerate() {
            let Some(s) = stretches.iter().position(|s| s.places.contains(&(b, l))) else {
                rest.push(line);
                continue;
            };
            if stands_at[s].is_none() {
                push_block(&mut out, std::mem::take(&mut rest));
                stands_at[s] = Some(out.len());
                // Two places to be filled when all lines of the stretch are known.
                out.extend([
                    Block { lines: Vec::new(), rect: Rect::default() },
                    Block { lines: Vec::new(), rect: Rect::default() },
                ]);
            }
            let [left, right] = halves(line, stretches[s].x);
            sides[s][0].extend(left);
            sides[s][1].extend(right);
        }
        push_block(&mut out, rest);
    }
    for (s, [mut left, mut right]) in sides.into_iter().enumerate() {
        for side in [&mut left, &mut right] {
            side.sort_by(|a, b| a.baseline.at(a.rect.left).total_cmp(&b.baseline.at(b.rect.left)));
        }
        if let Some(at) = stands_at[s] {
            out[at].lines = left;
            out[at + 1].lines = right;
        }
    }
    out.retain(|block| !block.lines.is_empty());
    out
}

fn push_block(out: &mut Vec<Block>, lines: Vec<Line>) {
    if !lines.is_empty() {
        out.push(Block { lines, rect: Rect::default() });
    }
}

/// The parts of a line on both sides of `x`.
fn halves(line: Line, x: f32) -> [Option<Line>; 2] {
    let Line { words, baseline, height, .. } = line;
    let (left, right): (Vec<Word>, Vec<Word>) = words.into_iter().partition(|w| is_left(w, x));
    let part = |words: Vec<Word>| {
        let rect = hull(words.iter().map(|w| w.rect));
        let baseline = Baseline { x0: rect.left, y0: baseline.at(rect.left), slope: baseline.slope };
        (!words.is_empty()).then_some(Line { words, rect, baseline, height })
    };
    [part(left), part(right)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::{Dpi, Rotation};

    /// A line of words at given x, 20 px a letter, 40 px high.
    fn line(y: f32, parts: &[(f32, &str)]) -> Line {
        let mut words = Vec::new();
        for (x, text) in parts {
            let mut x = *x;
            for text in text.split(' ') {
                let right = x + 20.0 * text.chars().count() as f32;
                let rect = Rect { left: x, top: y - 32.0, right, bottom: y + 8.0 };
                words.push(Word { text: text.to_owned(), rect, confidence: 0.9 });
                x = right + 12.0;
            }
        }
        let rect = hull(words.iter().map(|w| w.rect));
        Line { words, rect, baseline: Baseline { x0: 0.0, y0: y, slope: 0.0 }, height: 40.0 }
    }

    fn ordered(blocks: Vec<Vec<Line>>) -> Vec<String> {
        let mut page = OcrPage::empty(2000, 2800, Dpi::square(300.0), Rotation::None, "test");
        page.blocks = blocks.into_iter().map(|lines| Block { lines, rect: Rect::default() }).collect();
        order(&mut page);
        page.plain_text().split("\n\n").map(|block| block.trim_end().replace('\n', " / ")).collect()
    }

    #[test]
    fn the_head_is_two_blocks() {
        let got = ordered(vec![
            vec![line(200.0, &[(300.0, "ỦY BAN NHÂN DÂN"), (900.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])],
            vec![
                line(260.0, &[(320.0, "XÃ AN BÌNH"), (1000.0, "Độc lập - Tự do - Hạnh phúc")]),
                line(330.0, &[(320.0, "Số: 12/QĐ-UBND"), (1000.0, "An Bình, ngày 02 tháng 3")]),
                line(420.0, &[(870.0, "QUYẾT ĐỊNH")]),
            ],
            vec![line(480.0, &[(300.0, "Về việc cấp giấy phép xây dựng cho nhà ở riêng lẻ của dân")])],
        ]);
        assert_eq!(
            got,
            [
                "ỦY BAN NHÂN DÂN / XÃ AN BÌNH / Số: 12/QĐ-UBND",
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc / An Bình, ngày 02 tháng 3",
                "QUYẾT ĐỊNH",
                "Về việc cấp giấy phép xây dựng cho nhà ở riêng lẻ của dân",
            ]
        );
    }

    #[test]
    fn the_foot_is_two_blocks() {
        let got = ordered(vec![
            vec![line(1800.0, &[(300.0, "Quyết định này có hiệu lực kể từ ngày ký và được đăng./.")])],
            vec![
                line(2000.0, &[(300.0, "Nơi nhận:"), (1200.0, "TM. ỦY BAN NHÂN DÂN")]),
                line(2050.0, &[(300.0, "- Như Điều 3;"), (1300.0, "CHỦ TỊCH")]),
                line(2100.0, &[(300.0, "- Lưu: VT.")]),
                line(2200.0, &[(1300.0, "Trần Văn Thử")]),
            ],
        ]);
        assert_eq!(
            got[1..],
            ["Nơi nhận: / - Như Điều 3; / - Lưu: VT.", "TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH / Trần Văn Thử",]
        );
    }

    #[test]
    fn forms_and_tables_are_read_row_by_row() {
        let rows = || {
            vec![
                line(1000.0, &[(300.0, "Họ và tên: Thử"), (1200.0, "Ngày sinh: 01/02/1990")]),
                line(1060.0, &[(300.0, "Số nhà: 12"), (1200.0, "Điện thoại: 0900")]),
                line(1120.0, &[(300.0, "1"), (800.0, "Bản vẽ"), (1500.0, "02")]),
            ]
        };
        let text: Vec<String> = ordered(vec![rows()]);
        assert_eq!(text.len(), 1);
        assert!(text[0].starts_with("Họ và tên: Thử Ngày sinh: 01/02/1990 / Số nhà: 12 Điện"));
    }

    #[test]
    fn no_word_is_lost_or_doubled_but_noise() {
        let mut noisy = line(500.0, &[(300.0, "chữ"), (500.0, "_~"), (700.0, "tốt")]);
        noisy.words[1].confidence = 0.2;
        assert_eq!(ordered(vec![vec![noisy]]), ["chữ tốt"]);
    }
}
