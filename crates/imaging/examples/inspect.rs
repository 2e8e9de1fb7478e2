//! Prints what inspection measures on the pages of image files: `cargo run --release --example inspect -- FILE…`.
//! With `--turn 90` (or 180, 270) each page is turned clockwise first, as a page that lies wrong on the scanner.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use sohoa_domain::{Limits, Rotation};
use sohoa_imaging::{FileKind, ImageFile, inspect, sniff, turned};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut turn = Rotation::None;
    let mut arguments = std::env::args().skip(1);
    let mut out = std::io::stdout().lock();
    while let Some(argument) = arguments.next() {
        if argument == "--turn" {
            let degrees = arguments.next().unwrap_or_default().parse()?;
            turn = Rotation::from_degrees(degrees).ok_or("not a quarter turn")?;
            continue;
        }
        let (path, limits) = (Path::new(&argument), Limits::default());
        let kind = sniff(path, &limits)?;
        if kind == FileKind::Pdf {
            continue;
        }
        let file = ImageFile::open(path, kind, &limits)?;
        for index in 0..file.page_count() {
            let start = Instant::now();
            let page = file.load(index)?;
            let loaded = start.elapsed();
            let raster = match turn {
                Rotation::None => page.raster,
                turn => turned(&page.raster, turn),
            };
            let start = Instant::now();
            let seen = inspect(&raster, page.dpi);
            let inspected = start.elapsed();
            let p = &seen.page;
            writeln!(
                out,
                "{argument} {}: {}×{} {:.0} dpi{} {:?} blank {} ink {:.4} skew {:+.2}° turn {}° {} sharpness {:.2}; \
                 paper {:.2}; faults [{}]; load {} ms, inspect {} ms",
                index + 1,
                p.width,
                p.height,
                p.dpi.x,
                if p.dpi_guessed { " (guessed)" } else { "" },
                p.colour,
                p.blank,
                p.ink,
                p.skew_degrees,
                p.rotation.degrees(),
                if seen.rotation_sure { "sure" } else { "doubtful" },
                p.sharpness,
                p.paper.unwrap_or(1.0),
                p.faults().iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                loaded.as_millis(),
                inspected.as_millis(),
            )?;
        }
    }
    Ok(())
}
