//! Memory is bounded by the page, not by the file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::support::sohoa;

const PAGES: u32 = 1000;
const MIB: u64 = 1 << 20;

#[test]
fn a_thousand_pages_need_no_more_memory_than_a_few() {
    let dir = tempfile::tempdir().unwrap();
    let (input, output) = (dir.path().join("big.pdf"), dir.path().join("out.pdf"));
    write_big_pdf(&input);
    assert!(std::fs::metadata(&input).unwrap().len() >= 400_000_000);
    let mut convert = sohoa("fake")
        .args(["convert", "--jobs", "2", "--json"])
        .args([&input, &output])
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        if let Some(status) = convert.try_wait().unwrap() {
            break status;
        }
        peak = peak.max(memory_of_tree(convert.id()));
        std::thread::sleep(Duration::from_millis(25));
    };
    assert_eq!(status.code(), Some(0));
    println!("peak memory of all processes: {} MiB", peak / MIB);
    assert!(peak > 10 * MIB, "nothing was measured");
    assert!(peak <= 600_000_000, "{peak} bytes");
    let info = std::process::Command::new("pdfinfo").arg(&output).output().unwrap();
    let pages = format!("Pages:           {PAGES}");
    assert!(String::from_utf8_lossy(&info.stdout).contains(&pages));
}

/// Proportional set size of a process and all its descendants, bytes.
fn memory_of_tree(pid: u32) -> u64 {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name in parentheses may hold spaces; the parent is the second field behind it.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        children.entry(parent.unwrap_or(0)).or_default().push(pid);
    }
    let (mut sum, mut todo) = (0, vec![pid]);
    while let Some(pid) = todo.pop() {
        let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let pss =
            rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        sum += pss.unwrap_or(0) * 1024;
        todo.extend(children.remove(&pid).unwrap_or_default());
    }
    sum
}

/// Writes a PDF of distinct noisy A4 pages at 200 dpi, one page in memory at a time.
fn write_big_pdf(path: &Path) {
    let mut out = Counting { inner: BufWriter::new(File::create(path).unwrap()), at: 0 };
    let mut offsets = Vec::new();
    out.put(b"%PDF-1.5\n%\xE2\xE3\xCF\xD3\n");
    let kids: String = (0..PAGES).map(|i| format!("{} 0 R ", 3 + i * 3)).collect();
    for (number, body) in
        [(1, "<</Type/Catalog/Pages 2 0 R>>".to_owned()), (2, format!("<</Type/Pages/Count {PAGES}/Kids[{kids}]>>"))]
    {
        offsets.push(out.at);
        out.put(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    for page in 0..PAGES {
        let first = 3 + page * 3;
        let jpeg = noisy_page(page);
        let content = "q 595 0 0 842 0 0 cm /Im0 Do Q";
        offsets.push(out.at);
        out.put(
            format!(
                "{first} 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {} 0 R\
                 /Resources<</XObject<</Im0 {} 0 R>>>>>>\nendobj\n",
                first + 1,
                first + 2
            )
            .as_bytes(),
        );
        offsets.push(out.at);
        let length = content.len();
        out.put(
            format!("{} 0 obj\n<</Length {length}>>\nstream\n{content}\nendstream\nendobj\n", first + 1).as_bytes(),
        );
        offsets.push(out.at);
        out.put(
            format!(
                "{} 0 obj\n<</Type/XObject/Subtype/Image/Width {WIDTH}/Height {HEIGHT}/ColorSpace/DeviceGray\
                 /BitsPerComponent 8/Filter/DCTDecode/Length {}>>\nstream\n",
                first + 2,
                jpeg.len()
            )
            .as_bytes(),
        );
        out.put(&jpeg);
        out.put(b"\nendstream\nendobj\n");
    }
    let start = out.at;
    out.put(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).as_bytes());
    for offset in &offsets {
        out.put(format!("{offset:010} 00000 n \n").as_bytes());
    }
    out.put(format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", offsets.len() + 1).as_bytes());
    out.inner.flush().unwrap();
}

const WIDTH: u32 = 1654;
const HEIGHT: u32 = 2339;

/// Lines of bars on noisy paper, another noise on every page.
fn noisy_page(page: u32) -> Vec<u8> {
    let mut state = u64::from(page).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let picture = image::GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = u8::try_from(state % 24).unwrap();
        let ink = y % 50 < 22 && !(x / 9 + y / 50 * 7 + page).is_multiple_of(5) && (150..1500).contains(&x);
        image::Luma([if ink { 20 + noise } else { 225 + noise }])
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 75).encode_image(&picture).unwrap();
    jpeg
}

struct Counting {
    inner: BufWriter<File>,
    at: u64,
}

impl Counting {
    fn put(&mut self, bytes: &[u8]) {
        self.inner.write_all(bytes).unwrap();
        self.at += bytes.len() as u64;
    }
}
