//! Builds small PDFs, rewrites them and looks at the result with poppler and qpdf.
#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::path::{Path, PathBuf};
use std::process::Command;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use sohoa_domain::{Baseline, Block, Dpi, InputError, Limits, Line, OcrPage, Rect, Rotation, Word};
use sohoa_pdf::{DocumentInfo, Finished, OwnText, PdfSource, PdfWriter, PixelSource, SourcePage, WriteError};

/// A PDF in the making.
pub struct Pdf {
    pub doc: Document,
    pages: ObjectId,
    kids: Vec<Object>,
}

impl Pdf {
    pub fn new() -> Self {
        let mut doc = Document::with_version("1.7");
        let pages = doc.new_object_id();
        Self { doc, pages, kids: Vec::new() }
    }

    pub fn stream(&mut self, dict: Dictionary, content: impl Into<Vec<u8>>) -> Object {
        Object::Reference(self.doc.add_object(Stream::new(dict, content.into())))
    }

    pub fn add(&mut self, object: impl Into<Object>) -> Object {
        Object::Reference(self.doc.add_object(object.into()))
    }

    /// Adds a page; `extra` overrides or adds keys.
    pub fn page(&mut self, content: &str, resources: Dictionary, extra: Dictionary) -> &mut Self {
        let content = self.stream(Dictionary::new(), content);
        let mut page = dictionary! {
            "Type" => "Page", "Parent" => Object::Reference(self.pages), "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 300.into(), 400.into()], "Resources" => resources,
        };
        set_all(&mut page, &extra);
        let page = self.add(page);
        self.kids.push(page);
        self
    }

    pub fn save(&mut self, folder: &Path) -> PathBuf {
        let pages = dictionary! { "Type" => "Pages", "Count" => self.kids.len() as i64, "Kids" => self.kids.clone() };
        self.doc.objects.insert(self.pages, pages.into());
        if !self.doc.trailer.has(b"Root") {
            let root = self.doc.add_object(dictionary! { "Type" => "Catalog", "Pages" => self.pages });
            self.doc.trailer.set("Root", root);
        }
        let path = folder.join("in.pdf");
        self.doc.save(&path).unwrap();
        path
    }
}

/// Sets every key of `from`; unlike lopdf's `extend`, which joins old and new values.
pub fn set_all(dict: &mut Dictionary, from: &Dictionary) {
    from.iter().for_each(|(k, v)| dict.set(k.clone(), v.clone()));
}

/// A grey picture of `w` × `h` pixels: dark at the top left, light at the bottom right, so that no turn looks the same.
pub fn gradient(w: u32, h: u32) -> Vec<u8> {
    (0..h).flat_map(|y| (0..w).map(move |x| ((x * 120 / w) + (y * 130 / h)) as u8)).collect()
}

pub fn grey_image(pdf: &mut Pdf, w: u32, h: u32, extra: Dictionary) -> Object {
    let mut dict = dictionary! {
        "Type" => "XObject", "Subtype" => "Image", "Width" => w, "Height" => h, "ColorSpace" => "DeviceGray",
        "BitsPerComponent" => 8,
    };
    set_all(&mut dict, &extra);
    pdf.stream(dict, gradient(w, h))
}

pub fn info() -> DocumentInfo {
    DocumentInfo {
        title: "Tờ trình <mẫu> & thử".into(),
        identifier: Some("H41.20-230615-0001.1".into()),
        language: "vi".into(),
    }
}

pub fn open(path: &Path) -> Result<PdfSource, InputError> {
    PdfSource::open(path, &Limits::default())
}

pub fn page(path: &Path, index: u32) -> SourcePage {
    open(path).unwrap().page(index).unwrap()
}

/// Copies every page; `text` makes the layer of a page.
pub fn rewrite(
    path: &Path,
    text: impl Fn(u32, &SourcePage) -> Option<OcrPage>,
) -> Result<(PathBuf, Finished), WriteError> {
    let out = path.with_file_name("out.pdf");
    let source = open(path)?;
    let mut writer = PdfWriter::create(&out)?;
    for index in 0..source.page_count() {
        let page = source.page(index)?;
        writer.source_page(&source, index, Rotation::None, text(index, &page).as_ref())?;
    }
    let finished = writer.finish(&info())?;
    check(&out);
    Ok((out, finished))
}

/// qpdf finds nothing wrong. With `SOHOA_KEEP` set to a folder, the file is also kept there for a PDF/A validator.
pub fn check(path: &Path) {
    let out = Command::new("qpdf").arg("--check").arg(path).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&[out.stdout, out.stderr].concat()));
    if let Some(folder) = std::env::var_os("SOHOA_KEEP") {
        let test = std::thread::current().name().unwrap_or("test").replace(':', "_");
        let free = (0..).map(|i| Path::new(&folder).join(format!("{test}-{i}.pdf"))).find(|p| !p.exists());
        std::fs::copy(path, free.unwrap()).unwrap();
    }
}

/// All pages at 72 dpi as pixmaps, annotations shown.
pub fn rendered(path: &Path) -> Vec<image::RgbImage> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("p");
    let ok = Command::new("pdftoppm").args(["-r", "72", "-cropbox"]).arg(path).arg(&root).status().unwrap();
    assert!(ok.success());
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|f| pixmap(&std::fs::read(f).unwrap())).collect()
}

fn pixmap(bytes: &[u8]) -> image::RgbImage {
    let mut words = bytes.split(u8::is_ascii_whitespace);
    assert_eq!(words.next(), Some(b"P6".as_slice()));
    let mut number = || std::str::from_utf8(words.next().unwrap()).unwrap().parse::<u32>().unwrap();
    let (w, h, _) = (number(), number(), number());
    let data = bytes[bytes.len() - (w * h * 3) as usize..].to_vec();
    image::RgbImage::from_raw(w, h, data).unwrap()
}

/// Mean difference of samples, 0 to 255; panics when sizes differ by more than a pixel.
pub fn difference(a: &image::RgbImage, b: &image::RgbImage) -> f64 {
    assert!(
        a.width().abs_diff(b.width()) <= 1 && a.height().abs_diff(b.height()) <= 1,
        "{:?} {:?}",
        a.dimensions(),
        b.dimensions()
    );
    let (w, h) = (a.width().min(b.width()), a.height().min(b.height()));
    let mut sum = 0u64;
    for y in 0..h {
        for x in 0..w {
            let (p, q) = (a.get_pixel(x, y), b.get_pixel(x, y));
            sum += (0..3).map(|i| u64::from(p.0[i].abs_diff(q.0[i]))).sum::<u64>();
        }
    }
    sum as f64 / (f64::from(w) * f64::from(h) * 3.0)
}

/// Rewrites and compares what is shown before and after.
pub fn assert_same_look(path: &Path) -> PathBuf {
    let (out, _) = rewrite(path, |_, _| None).unwrap();
    let (before, after) = (rendered(path), rendered(&out));
    assert_eq!(before.len(), after.len());
    for (i, (a, b)) in before.iter().zip(&after).enumerate() {
        let d = difference(a, b);
        assert!(d < 1.5, "page {i} differs by {d}");
        assert!(a.pixels().any(|p| p.0 != [255; 3]), "page {i} shows nothing, so nothing is compared");
    }
    out
}

/// Words and their boxes in px at 72 dpi from the top left corner, as pdftotext reports them.
pub fn words(path: &Path) -> Vec<(String, Rect)> {
    let out = Command::new("pdftotext").args(["-bbox"]).arg(path).arg("-").output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let number = |line: &str, key: &str| -> f32 {
        let rest = &line[line.find(key).unwrap() + key.len() + 2..];
        rest[..rest.find('"').unwrap()].parse().unwrap()
    };
    text.lines()
        .filter(|l| l.trim_start().starts_with("<word"))
        .map(|l| {
            let rect = Rect {
                left: number(l, "xMin"),
                top: number(l, "yMin"),
                right: number(l, "xMax"),
                bottom: number(l, "yMax"),
            };
            (l[l.find('>').unwrap() + 1..l.rfind('<').unwrap()].to_owned(), rect)
        })
        .collect()
}

pub fn text(path: &Path) -> String {
    let out = Command::new("pdftotext").arg(path).arg("-").output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

/// One line of words on an upright page, each 10 px high letters with a box of `height` px.
pub fn one_line(size: (u32, u32), rotation: Rotation, boxes: &[(&str, Rect)]) -> OcrPage {
    let mut page = OcrPage::empty(size.0, size.1, Dpi::square(72.0), rotation, "test");
    let words: Vec<Word> = boxes.iter().map(|(t, r)| Word::new(*t, *r, 0.9)).collect();
    let rect = boxes.iter().map(|b| b.1).reduce(|a, b| a.union(&b)).unwrap();
    let baseline = Baseline { x0: rect.left, y0: rect.bottom - 0.2 * rect.height(), slope: 0.0 };
    page.blocks.push(Block { rect, lines: vec![Line { words, rect, baseline, height: rect.height() }] });
    page
}

pub fn is_embedded(page: &SourcePage) -> bool {
    matches!(page.pixels, PixelSource::Embedded { .. })
}

pub fn keeps(page: &SourcePage) -> bool {
    page.text == OwnText::Keep
}

pub const PAINT: &str = "q 300 0 0 400 0 0 cm /I Do Q";

pub fn shows(image: Object) -> Dictionary {
    dictionary! { "XObject" => dictionary! { "I" => image } }
}

pub fn numbers(values: &[f32]) -> Object {
    Object::Array(values.iter().map(|v| Object::Real(*v)).collect())
}

pub fn base_font(pdf: &mut Pdf, name: &str) -> Dictionary {
    let font = pdf.add(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding",
    });
    dictionary! { "Font" => dictionary! { "F" => font } }
}
