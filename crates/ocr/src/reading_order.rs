//! Puts what was read into the order of a person.
//!
//! An administrative paper (Nghị định 30/2020, annex I) is one column between two places that have two: the head (issuing
//! body and number left, Quốc hiệu with place and date right) and the foot (recipients left, signer right). Engines tend to
//! read these across. Here the lines of a page are laid into rows; from a row with a wide gap the gutter is followed down
//! as long as no word stands in it. Such a stretch is split into two blocks, left before right, **only** when its words
//! say that it is a head or a foot: tables and forms have gutters too and are read row by row.

use sohoa_domain::{Baseline, Block, Line, OcrPage, Rect, Word};

use crate::noise::{is_legible, is_noise, usual_height, worth};
use crate::stretch::{Stretch, is_left, stretches};

/// Drops what is no text, then orders the blocks. Lines outside heads and feet keep the engine's order.
pub fn order(page: &mut OcrPage) {
    order_and_read_again(page, |_| Vec::new());
}

/// As [`order`]; `read` reads an area of the page, px, once more. An engine that took both columns of a head or foot for
/// one often mistakes their lines; each column is read again by itself and the better reading kept.
pub(crate) fn order_and_read_again(page: &mut OcrPage, mut read: impl FnMut(Rect) -> Vec<Line>) {
    let height = usual_height(page);
    for block in &mut page.blocks {
        block.lines.retain_mut(|line| !is_noise(line, height));
    }
    page.blocks.retain(|block| !block.lines.is_empty());
    let stretches = stretches(page);
    if !stretches.is_empty() {
        page.blocks = split(std::mem::take(&mut page.blocks), &stretches, |area| {
            let mut lines = read(area);
            lines.retain_mut(|line| !is_noise(line, height));
            lines
        });
    }
    for block in &mut page.blocks {
        block.rect = hull(block.lines.iter().map(|line| line.rect));
    }
}

/// The smallest rectangle around all.
pub(crate) fn hull(rects: impl Iterator<Item = Rect>) -> Rect {
    rects.reduce(|all, r| all.union(&r)).unwrap_or_default()
}

/// Takes the lines of each stretch out of their blocks and puts a left and a right block where the first of them stood.
fn split(blocks: Vec<Block>, stretches: &[Stretch], mut read: impl FnMut(Rect) -> Vec<Line>) -> Vec<Block> {
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
    for (s, columns) in sides.into_iter().enumerate() {
        let Some(at) = stands_at[s] else { continue };
        for (i, (lines, area)) in columns.into_iter().zip(stretches[s].columns()).enumerate() {
            let mut again = read(area);
            again.retain(|line| stretches[s].has(line));
            out[at + i].lines = better_of(lines, again);
        }
    }
    out.retain(|block| !block.lines.is_empty());
    out
}

/// Of two readings of a column the one with the greater worth, with those lines of the other that are worth more or stand
/// where the first has none; top to bottom.
fn better_of(first: Vec<Line>, second: Vec<Line>) -> Vec<Line> {
    if second.is_empty() {
        return by_height(first);
    }
    let (mut best, other) = if worth(&second) > worth(&first) { (second, first) } else { (first, second) };
    for line in other {
        let common = |l: &Line| l.rect.intersection(&line.rect).area();
        let covered: f32 = best.iter().map(common).sum();
        let same = best.iter_mut().max_by(|a, b| common(a).total_cmp(&common(b)));
        let same = same.filter(|l| common(l) > 0.6 * l.rect.area().max(line.rect.area()));
        match same {
            Some(same) if worth(std::slice::from_ref(&line)) > worth(std::slice::from_ref(same)) => *same = line,
            None if covered < 0.2 * line.rect.area() => best.push(line),
            _ => {}
        }
    }
    best.retain(|line| line.words.iter().any(is_legible));
    by_height(best)
}

/// Row by row, those that stand side by side from left to right.
fn by_height(mut lines: Vec<Line>) -> Vec<Line> {
    let y = |line: &Line| line.baseline.at(line.rect.left);
    lines.sort_by(|a, b| y(a).total_cmp(&y(b)));
    for row in lines.chunk_by_mut(|a, b| y(b) - y(a) <= 0.3 * a.height.min(b.height)) {
        row.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
    }
    lines
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
                words.push(Word::new(text, rect, 0.9));
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
    fn a_foot_of_one_common_row_begins_below_the_body() {
        let got = ordered(vec![vec![
            line(1800.0, &[(300.0, "Nghị quyết được thông qua ngày"), (1100.0, "tháng"), (1300.0, "năm 2025")]),
            line(1860.0, &[(300.0, "kể từ ngày ký./.")]),
            line(2000.0, &[(300.0, "Nơi nhận:"), (1300.0, "CHỦ TỊCH")]),
            line(2050.0, &[(300.0, "- Như trên;")]),
        ]]);
        let body = "Nghị quyết được thông qua ngày tháng năm 2025 / kể từ ngày ký./.";
        assert_eq!(got, [body, "Nơi nhận: / - Như trên;", "CHỦ TỊCH"]);
    }

    #[test]
    fn a_column_that_begins_higher_belongs_to_its_foot() {
        let got = ordered(vec![vec![
            line(1900.0, &[(1260.0, "KT. CHỦ TỊCH")]),
            line(1930.0, &[(300.0, "Nơi nhận:")]),
            line(1980.0, &[(300.0, "- Như trên;"), (1240.0, "PHÓ CHỦ TỊCH")]),
            line(2030.0, &[(300.0, "- Lưu: VT.")]),
            line(2290.0, &[(1270.0, "Trần Văn Thử")]),
        ]]);
        assert_eq!(got, ["Nơi nhận: / - Như trên; / - Lưu: VT.", "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH / Trần Văn Thử"]);
    }

    #[test]
    fn of_two_readings_of_a_column_the_better_lines_stay() {
        let rows = vec![
            line(1900.0, &[(300.0, "Nơi nhận:"), (1240.0, "KT. CHU TỊCH")]),
            line(1960.0, &[(300.0, "- Như trên;"), (1240.0, "PHO CHU TỊCH")]),
            line(2120.0, &[(1240.0, "Trần Văn Thử")]),
        ];
        let mut page = OcrPage::empty(2000, 2800, Dpi::square(300.0), Rotation::None, "test");
        page.blocks = vec![Block { lines: rows, rect: Rect::default() }];
        let mut areas = Vec::new();
        order_and_read_again(&mut page, |area| {
            areas.push(area);
            if area.left < 300.0 {
                return Vec::new();
            }
            // Better, worse, missing, and one that belongs to what stands above.
            let mut lines = vec![
                line(1880.0, &[(1240.0, "dòng trên")]),
                line(1900.0, &[(1240.0, "KT. CHỦ TỊCH")]),
                line(1960.0, &[(1240.0, "PHỎ CHÙ TỊCH")]),
            ];
            for (line, confidence) in lines.iter_mut().zip([0.99, 0.95, 0.7]) {
                line.words.iter_mut().for_each(|w| w.confidence = confidence);
            }
            lines[0].rect.top -= 60.0;
            lines[0].rect.bottom -= 60.0;
            lines
        });
        assert_eq!(page.plain_text(), "Nơi nhận:\n- Như trên;\n\nKT. CHỦ TỊCH\nPHO CHU TỊCH\nTrần Văn Thử\n");
        let x = areas[0].right;
        assert!(areas.len() == 2 && areas[1].left == x && (500.0..1240.0).contains(&x), "{areas:?}");
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
