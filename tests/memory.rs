//! Memory is bounded by the page, not by the file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{TestHome, register_csv, run, sohoa};

const DOSSIER: &str = "H41.20-230615-0001";

const PAGES: u32 = 1000;
const MIB: u64 = 1 << 20;

#[test]
fn a_thousand_pages_need_no_more_memory_than_a_few() {
    let dir = tempfile::tempdir().unwrap();
    let (input, output) = (dir.path().join("big.pdf"), dir.path().join("out.pdf"));
    write_pdf(&input, PAGES, noisy_page);
    assert!(std::fs::metadata(&input).unwrap().len() >= 400_000_000);
    let mut convert = sohoa("fake");
    convert.args(["convert", "--jobs", "2", "--json"]).args([&input, &output]);
    let (peak, _) = watched(convert, &[]);
    println!("peak memory of all processes: {} MiB", peak / MIB);
    assert!(peak > 10 * MIB, "nothing was measured");
    assert!(peak <= 600_000_000, "{peak} bytes");
    let info = std::process::Command::new("pdfinfo").arg(&output).output().unwrap();
    let pages = format!("Pages:           {PAGES}");
    assert!(String::from_utf8_lossy(&info.stdout).contains(&pages));
}

/// Runs of the same three pages: they differ by what the allocator and the kernel do, and by nothing else.
const RUNS: usize = 5;

/// What a page leaves in memory until its file is done, bytes: its record and its packed objects. The page itself is 520 KB, and
/// 3.9 MB when it is decoded.
const KEPT_OF_A_PAGE: u64 = 2 << 10;
/// What caches and the holes of the heap come to that a file of three pages does not have, however many there are (2.4 MiB were
/// measured at 300 pages).
const CACHES: u64 = 3 * MIB;

#[test]
fn a_stack_of_300_pages_needs_no_more_memory_than_one_of_3_and_little_room() {
    let home = TestHome::new("fake");
    let sheet = sheet(&home);
    let papers: Vec<Vec<u8>> = (0..8).map(noisy_page).collect();
    let of = |pages: u32| {
        let home = TestHome::new("fake");
        home.register(&register_csv(&[(DOSSIER, "TP01")]));
        let input = home.dir.path().join(format!("SCAN{pages}.pdf"));
        let paper = |page: u32| papers[page as usize % papers.len()].clone();
        write_pdf(&input, pages, |page| if page % 3 == 0 { sheet.clone() } else { paper(page) });
        let scratch = home.dir.path().join("scratch");
        std::fs::create_dir_all(&scratch).unwrap();
        let mut ingest = home.command(&["ingest", "--wait"]);
        // With one page in work and two that wait to be written, three pages are as many as there ever are at a time.
        ingest.arg(&input).env("TMPDIR", &scratch).env("SOHOA_OCR__JOBS", "1");
        let (memory, room) = watched(ingest, &[scratch, home.path().join("ocfl.work/staging")]);
        let documents = home.json(&["dossier", "show", DOSSIER])["documents"].as_array().unwrap().len();
        assert_eq!(documents, pages as usize / 3, "it was not split");
        (memory, room, std::fs::metadata(&input).unwrap().len())
    };
    let few: Vec<u64> = (0..RUNS).map(|_| of(3).0).collect();
    let (least, most) = (*few.iter().min().unwrap(), *few.iter().max().unwrap());
    let (many, room, received) = of(300);
    println!(
        "peak memory {} to {} and {} KiB; {} MiB of scratch files for {} MiB received",
        least >> 10,
        most >> 10,
        many >> 10,
        room / MIB,
        received / MIB
    );
    assert!(least > 10 * MIB && room > received / 4, "nothing was measured");
    assert!(
        most - least < 4 * MIB,
        "{few:?}: the same file differs by more than could be told from a page that is kept"
    );
    assert!(many <= most + (most - least) + CACHES + 300 * KEPT_OF_A_PAGE, "{many} against {few:?} bytes");
    assert!(room <= 2 * received, "{room} bytes for {received}");
}

/// A printed and scanned sheet as a grey JPEG at 200 dpi.
fn sheet(home: &TestHome) -> Vec<u8> {
    let (print, raster) = (home.dir.path().join("sheet.pdf"), home.dir.path().join("sheet"));
    run(home.command(&["cover-sheet", DOSSIER, "--component", "TP01", "--out"]).arg(&print)).ends_with(0);
    let mut pdftoppm = Command::new("pdftoppm");
    pdftoppm.args(["-r", "200", "-png", "-singlefile"]).arg(&print).arg(&raster);
    assert!(pdftoppm.status().unwrap().success());
    let page = image::open(raster.with_extension("png")).unwrap().into_luma8();
    let page = image::imageops::crop_imm(&page, 0, 0, WIDTH, HEIGHT).to_image();
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 75).encode_image(&page).unwrap();
    jpeg
}

/// Runs a command to its good end and watches the memory of its processes and the bytes in these folders. Returns the most of
/// each; of memory the sum of what each process had at its own peak, as the kernel kept it.
fn watched(mut command: Command, folders: &[PathBuf]) -> (u64, u64) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let (mut peaks, mut room) = (HashMap::new(), 0);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        peaks_of_tree(child.id(), &mut peaks);
        let files = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).into_iter().flatten());
        let bytes = files.filter_map(|entry| entry.metadata().ok()).filter(|m| m.is_file()).map(|m| m.len());
        room = room.max(bytes.sum());
        std::thread::sleep(Duration::from_millis(25));
    };
    assert_eq!(status.code(), Some(0));
    (peaks.values().sum(), room)
}

/// Highest resident size so far of a process and each of its descendants, bytes. The last value of a process stands: before it
/// starts its own program it has the memory of its parent.
fn peaks_of_tree(pid: u32, peaks: &mut HashMap<u32, u64>) {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name in parentheses may hold spaces; the parent is the second field behind it.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        children.entry(parent.unwrap_or(0)).or_default().push(pid);
    }
    let mut todo = vec![pid];
    while let Some(pid) = todo.pop() {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peaks.extend(peak.map(|kib: u64| (pid, kib << 10)));
        todo.extend(children.remove(&pid).unwrap_or_default());
    }
}

/// Writes a PDF of A4 pages at 200 dpi, each a JPEG, one page in memory at a time.
fn write_pdf(path: &Path, pages: u32, jpeg: impl Fn(u32) -> Vec<u8>) {
    let mut out = Counting { inner: BufWriter::new(File::create(path).unwrap()), at: 0 };
    let mut offsets = Vec::new();
    out.put(b"%PDF-1.5\n%\xE2\xE3\xCF\xD3\n");
    let kids: String = (0..pages).map(|i| format!("{} 0 R ", 3 + i * 3)).collect();
    for (number, body) in
        [(1, "<</Type/Catalog/Pages 2 0 R>>".to_owned()), (2, format!("<</Type/Pages/Count {pages}/Kids[{kids}]>>"))]
    {
        offsets.push(out.at);
        out.put(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    for page in 0..pages {
        let first = 3 + page * 3;
        let jpeg = jpeg(page);
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
