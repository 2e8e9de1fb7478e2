//! Draws the lines that are found on a page: `lines PAGE DPI OUT.png`. Boxes from ascent to descent in a colour for each
//! block, baselines, and the number of each line at its left end. Prints how long finding them took.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use drawing::{Failure, draw_lines, faded, load};
use sohoa_domain::Dpi;
use sohoa_recognizer::find_lines;

mod drawing;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [page, dpi, out] = args.as_slice() else { return Err("usage: lines PAGE DPI OUT.png".into()) };
    let raster = load(Path::new(page))?;
    let ink = sohoa_imaging::inspect(&raster, Some(Dpi::square(dpi.parse()?))).ink;
    let layout = find_lines(&ink);
    let mut times: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(find_lines(std::hint::black_box(&ink)));
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let count: usize = layout.blocks.iter().map(|b| b.lines.len()).sum();
    println!(
        "{page}: {count} lines in {} blocks, {:.1} ms, missed {:.3}",
        layout.blocks.len(),
        times[times.len() / 2],
        layout.missed
    );
    let mut number = 0;
    for (b, block) in layout.blocks.iter().enumerate() {
        for line in &block.lines {
            number += 1;
            println!(
                "{number}\t{b}\t{:.0}\t{:.0}\t{:.1}\t{:.4}\t{:.1}\t{:.1}\t{:.1}",
                line.left,
                line.right,
                line.baseline.at(line.left),
                line.baseline.slope,
                line.ascent,
                line.descent,
                line.x_height
            );
        }
    }
    let mut picture = faded(&raster);
    draw_lines(&mut picture, &layout);
    picture.save(out)?;
    Ok(())
}
