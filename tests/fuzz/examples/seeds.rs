//! Writes the inputs that the fuzzer starts from: a few models and pages, texts of each kind, and of the files in the
//! folders given those that are small.
//!
//!     seeds CORPUS FOLDER…

use std::error::Error;
use std::path::Path;

use sohoa_fuzz::recognizer::tiny_model::TinyModel;
use sohoa_fuzz::texts::{DOSSIER, KINDS};

/// A clerk's rules.
const RULES: &str = r#"
[[type]]
name = "PHIẾU THỬ"
symbol = "PT"
[head]
bodies = ["Trung tâm"]
[[rule]]
name = "plot"
field = "land_plot"
labels = ["Thửa đất số"]
kind = "plot"
place = "right"
pattern = "[0-9]+"
[[rule.example]]
lines = ["Thửa đất số: 12"]
value = "12"
"#;

/// Twelve lines of letters, by [`sohoa_fuzz::recognizer::ink`].
const LINES: u8 = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let corpus = arguments.next().ok_or("usage: seeds CORPUS FOLDER…")?;
    let corpus = Path::new(&corpus);
    for folder in ["model", "lines", "page", "image", "pdf", "text"] {
        std::fs::create_dir_all(corpus.join(folder))?;
    }
    for (seed, cells) in [(1, 1), (2, 8), (3, 16)] {
        let bytes = TinyModel { seed, height: 6, channels: 2, pool: 3, cells }.bytes();
        std::fs::write(corpus.join(format!("model/tiny-{cells}")), bytes)?;
    }
    for (name, slope, rules) in [("level", 0, false), ("sloping", 10, false), ("table", 0, true)] {
        let page = page(slope, rules);
        std::fs::write(corpus.join("lines").join(name), &page)?;
        for (arithmetic, shape) in [(0, 36), (1, 9), (2, 18)] {
            let head = [7, 1, arithmetic, shape, shape, arithmetic];
            let bytes: Vec<u8> = head.iter().chain(&page).copied().collect();
            std::fs::write(corpus.join(format!("page/{name}-{arithmetic}")), bytes)?;
        }
    }
    for folder in arguments {
        files(Path::new(&folder), corpus)?;
    }
    for (i, (kind, text)) in texts().into_iter().enumerate() {
        let number = KINDS.iter().position(|(name, _)| *name == kind).ok_or("no such kind of text")?;
        std::fs::write(corpus.join(format!("text/{kind}-{i}")), [&[number as u8], &text[..]].concat())?;
    }
    Ok(())
}

/// Copies what is small.
fn files(folder: &Path, corpus: &Path) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let (kind, most) = match path.extension().and_then(|e| e.to_str()) {
            Some("pdf") => ("pdf", 65_536),
            Some("jpg" | "png" | "tif" | "tiff" | "webp" | "bmp") => ("image", 32_768),
            _ => continue,
        };
        if path.metadata()?.len() <= most {
            // Some names are too odd for the fuzzer.
            let name: String = path.to_string_lossy().chars().filter(char::is_ascii_alphanumeric).collect();
            std::fs::copy(&path, corpus.join(kind).join(name))?;
        }
    }
    Ok(())
}

/// One of each kind that is taken.
fn texts() -> Vec<(&'static str, Vec<u8>)> {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let framed = |json: &str| [&(json.len() as u32).to_le_bytes()[..], json.as_bytes()].concat();
    let inventory = format!(
        r#"{{"id":"urn:sohoa:dossier:{DOSSIER}","type":"https://ocfl.io/1.1/spec/#inventory","digestAlgorithm":"sha256",
        "head":"v1","contentDirectory":"content","manifest":{{"{digest}":["v1/content/a/b"]}},"versions":{{"v1":
        {{"created":"2023-06-15T00:00:00Z","message":"m","user":{{"name":"n","address":"urn:x"}},"state":
        {{"{digest}":["a/b"]}}}}}}}}"#
    );
    let event = format!(
        r#"{{"at":"2023-06-15T00:00:00Z","kind":"accepted","outcome":"success","agent":"a","source":"{digest}",
        "dossier":"{DOSSIER}","document":"{}","detail":""}}"#,
        &digest[..24]
    );
    let hocr = r#"<div class='ocr_page'><div class='ocr_carea' title="bbox 10 20 500 80"><p>
        <span class='ocr_line' title="bbox 10 20 500 80; baseline 0.01 -12; x_size 44">
        <span class='ocrx_word' title='bbox 10 20 100 70; x_wconf 96'>S&#39;</span>
        <span class='ocrx_word' title='bbox 120 22 200 72; x_wconf 41'><strong>A&amp;B</strong></span></span></p></div></div>"#;
    let register = "dossier,received,channel,status,component,component_name,kind,required\n\
        H41-230615-0001,2023-06-15T08:30,counter,4,TP01,Đơn,component,true\n\
        H41-230615-0001,2023-06-15T08:30,counter,4,KQ,\"Giấy, phép\",result,false\n";
    let portal = r#"{"data":[{"MaHoSo":"H41-230615-0001","NgayTiepNhan":"20230615083000","KenhThucHien":1,"TrangThaiHoSo":"4",
        "TaiLieuNop":[{"MaThanhPhanHoSo":"TP01","IsDeleted":0}],"DanhSachGiayToKetQua":[{"GiayToId":"KQ"}]}]}"#;
    let page = r#"{"Page":{"width":9,"height":9,"dpi":{"x":300,"y":300},"rotation":"None","engine":"e","blocks":[]}}"#;
    let paper = "   UBND TỈNH THỬ        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n   SỞ THỬ        Độc lập - Tự do - Hạnh phúc\n\
        Số: 15/QĐ-STN        Thử, ngày 05 tháng 6 năm 2023\n\n          QUYẾT ĐỊNH\n     Về việc thử nghiệm\n7Mã hồ sơ H41.20-230615-0001\n\n\
        Họ và tên: Nguyễn Văn Thử\n\n            KT. GIÁM ĐỐC\n            PHÓ GIÁM ĐỐC\n\n            Trần Thị Thử\n\u{c}\
        2\nĐiều 2. Hiệu lực\n\u{c}\tSOHOA1/000.20.41.H41-230615-0001/TP01/9FFBC208\n\u{c}ĐƠN ĐỀ NGHỊ\n";
    let words = r#"<html><body><doc><page width="10" height="10"><flow><block xMin="1" yMin="1" xMax="9" yMax="3">
        <line xMin="1" yMin="1" xMax="9" yMax="3"><word xMin="1.0" yMin="1.0" xMax="4.0" yMax="3.0">a&amp;b&#x1ea1;</word>
        </line></block></flow></page></doc></body></html>"#;
    let question = framed(r#"{"width":3,"height":2,"dpi":{"x":300,"y":300}}"#);
    vec![
        ("codes", b"000.20.41.H41-230615-0001".to_vec()),
        ("codes", "H41.20-230615-0001_TP01 đơn.pdf".into()),
        ("codes", b"1.012790.000.00.00.H41".to_vec()),
        ("codes", b"urn%3asohoa%3adossier%3aH41%2e20-230615-0001".to_vec()),
        ("codes", digest.into()),
        ("names", b"H41-230615-0001/H41-230615-0002_TP1.pdf".to_vec()),
        ("components", "_TP1_don\nTP1=Đơn đề nghị\nTP10=Bản vẽ\n\nĐƠN ĐỀ NGHỊ\n".into()),
        ("register", register.into()),
        ("register", portal.into()),
        ("register", b"procedure;valid_from;component;kind\n1.012790;15/06/2023;TP1;result\n".to_vec()),
        ("inventory", inventory.into_bytes()),
        ("event", event.into_bytes()),
        ("hocr", hocr.into()),
        ("answers", [framed(r#"{"Ready":"x"}"#), framed(page)].concat()),
        ("segment", format!("{digest} {{}}\n{digest} {{}}\n").into_bytes()),
        ("frames", [question, vec![0; 6]].concat()),
        ("barcode", b"SOHOA1/000.20.41.H41-230615-0001/TP01/9FFBC208".to_vec()),
        ("barcode", "H41.20-230615-0001|1.012790|x%7CH41-230615-0002".into()),
        ("barcode", "013085001234||Nguyễn Văn Thử|01021985|Nam|Tổ 1, xã Thử|01022021".into()),
        ("crops", [&[3, 0, 0, 0, 2, 0, 0, 0][..], &[9; 6]].concat()),
        ("crops", framed(r#"[{"format":"qr","text":"x","corners":[[0,0],[1,0],[1,1],[0,1]]}]"#)),
        ("paper", paper.into()),
        ("rules", RULES.into()),
        ("words", words.into()),
        ("pixmap", b"P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06".to_vec()),
        (
            "checkpoint",
            b"sohoa+00000000+AQ==\nsohoa\n1\nAA==\ntime 2023-06-15T00:00:00Z\n\n\xe2\x80\x94 sohoa AA==\n".to_vec(),
        ),
    ]
}

/// The drawing program of a page.
fn page(slope: u8, rules: bool) -> Vec<u8> {
    let two = |v: u16| v.to_le_bytes();
    let mut out = [two(500), two(560)].concat();
    out.extend([1, 60]);
    for i in 0..LINES {
        let y = 60 + 40 * u16::from(i);
        out.push(1);
        out.extend([two(30 + u16::from(i % 3) * 10), two(y)].concat());
        out.extend([7, slope, 20 + 2 * i, i.wrapping_mul(37), i.wrapping_mul(91), 0x5a, i, 200]);
        if rules {
            out.push(3);
            out.extend([two(20), two(y + 12)].concat());
            out.push(0);
            out.extend(two(460));
            out.push(255);
        }
    }
    out
}
