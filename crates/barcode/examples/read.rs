//! Reads the barcodes of images: a line of JSON an image, with the CPU time of the pass. `--expected`: a full pass when
//! nothing is found.

use std::path::Path;
use std::time::Duration;

use sohoa_barcode::{Options, decode_crop, find};
use sohoa_domain::Limits;

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let expected = flags.iter().any(|f| f == "--expected");
    for file in files {
        match pages(Path::new(&file), expected) {
            Ok(lines) => lines.iter().for_each(|line| show(line)),
            Err(error) => show(&format!("{file}: {error}")),
        }
    }
}

#[allow(clippy::print_stdout)] // That is what it is for.
fn show(line: &str) {
    println!("{line}");
}

fn pages(path: &Path, expected: bool) -> Result<Vec<String>, sohoa_domain::InputError> {
    let limits = Limits::default();
    let file = sohoa_imaging::ImageFile::open(path, sohoa_imaging::sniff(path, &limits)?, &limits)?;
    let mut lines = Vec::new();
    for index in 0..file.page_count() {
        let page = file.load(index)?;
        let seen = sohoa_imaging::inspect(&page.raster, page.dpi);
        let options = Options { expected, skew_degrees: seen.page.skew_degrees };
        let before = cpu();
        let mut crops = Vec::new();
        let found = find(&page.raster, &seen.ink, seen.page.dpi, options, |crop| {
            let before = cpu();
            let read = decode_crop(crop);
            crops.push(serde_json::json!([crop.width, crop.height, (cpu() - before).as_secs_f64() * 1000.0]));
            Ok::<_, std::convert::Infallible>(read)
        });
        let took = cpu() - before;
        let Ok(found) = found;
        let codes: Vec<_> = found.barcodes.iter().map(|b| serde_json::json!(b)).collect();
        let line = serde_json::json!({
            "file": path.display().to_string(), "page": index + 1, "ms": took.as_secs_f64() * 1000.0,
            "barcodes": codes, "unread": found.unread, "crops": crops, "blank": seen.page.blank,
        });
        lines.push(line.to_string());
    }
    Ok(lines)
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(t.tv_sec).unwrap_or(0), u32::try_from(t.tv_nsec).unwrap_or(0))
}
