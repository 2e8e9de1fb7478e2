//! Reads the barcodes of images: a line of JSON an image, with the CPU time of the pass. `--expected`: a full pass when
//! nothing is found. `--child=PROGRAM`: the decoder runs in a process of its own, `PROGRAM barcode-child`.

use std::path::Path;
use std::time::{Duration, Instant};

use sohoa_barcode::{ChildDecoder, ChildError, ChildOptions, Crop, Decoded, Options, decode_crop, find};
use sohoa_domain::Limits;

fn main() {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let expected = flags.iter().any(|f| f == "--expected");
    let child = flags.iter().find_map(|f| f.strip_prefix("--child="));
    let mut child = child.map(|program| {
        let (program, args) = (program.into(), vec!["barcode-child".to_owned()]);
        ChildDecoder::new(ChildOptions { program, args, crop_seconds: 10, memory_mib: 512 })
    });
    let mut decode = |crop: &Crop| match &mut child {
        Some(child) => child.decode(crop),
        None => Ok(decode_crop(crop)),
    };
    for file in files {
        match pages(Path::new(&file), expected, &mut decode) {
            Ok(lines) => lines.iter().for_each(|line| show(line)),
            Err(error) => show(&format!("{file}: {error}")),
        }
    }
}

#[allow(clippy::print_stdout)] // That is what it is for.
fn show(line: &str) {
    println!("{line}");
}

type Decode<'a> = dyn FnMut(&Crop) -> Result<Vec<Decoded>, ChildError> + 'a;

fn pages(path: &Path, expected: bool, decode: &mut Decode<'_>) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let limits = Limits::default();
    let file = sohoa_imaging::ImageFile::open(path, sohoa_imaging::sniff(path, &limits)?, &limits)?;
    let mut lines = Vec::new();
    for index in 0..file.page_count() {
        let page = file.load(index)?;
        let seen = sohoa_imaging::inspect(&page.raster, page.dpi);
        let options = Options { expected, skew_degrees: seen.page.skew_degrees };
        let (before, start) = (cpu(), Instant::now());
        let mut crops = Vec::new();
        let found = find(&page.raster, &seen.ink, seen.page.dpi, options, |crop| {
            let before = cpu();
            let read = decode(crop);
            crops.push(serde_json::json!([crop.width, crop.height, (cpu() - before).as_secs_f64() * 1000.0]));
            read
        })?;
        let took = cpu() - before;
        let passed = start.elapsed();
        let codes: Vec<_> = found.barcodes.iter().map(|b| serde_json::json!(b)).collect();
        let line = serde_json::json!({
            "file": path.display().to_string(), "page": index + 1, "ms": took.as_secs_f64() * 1000.0,
            "passed_ms": passed.as_secs_f64() * 1000.0,
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
