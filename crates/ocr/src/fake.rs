//! Recognizers for tests of what surrounds a recognizer.

use std::fs;
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sohoa_domain::{Baseline, Block, Dpi, Line, OcrPage, Raster, Rect, Rotation, Word};

use crate::engine::{Engine, EngineChoice, OcrError};

/// Words on every page that [`EngineChoice::Fake`] reads.
const WORDS: [&str; 4] = ["Giấy", "tờ", "thử", "nghiệm"];

/// Behaves as its choice says.
pub(crate) struct FakeEngine(pub(crate) EngineChoice);

impl Engine for FakeEngine {
    fn name(&self) -> String {
        self.0.to_string()
    }

    fn recognize(&mut self, grey: &Raster, dpi: Dpi) -> Result<OcrPage, OcrError> {
        let mut page = OcrPage::empty(grey.width(), grey.height(), dpi, Rotation::None, &self.name());
        match self.0.on(grey) {
            EngineChoice::FakeCrash => std::process::abort(),
            EngineChoice::FakeHang => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            EngineChoice::FakeEatMemory => {
                let mut hoard: Vec<Vec<u8>> = Vec::new();
                loop {
                    hoard.push(vec![1; 16 << 20]);
                }
            }
            EngineChoice::Fake { millis } => {
                std::thread::sleep(Duration::from_millis(*millis));
                page.blocks.push(words_at(&WORDS, grey.width() as f32 / 10.0, grey.height() as f32 / 10.0));
            }
            EngineChoice::FakeEscape { port, folder } => {
                page.blocks.push(words_at(&escapes(*port, folder), 10.0, 10.0));
            }
            EngineChoice::Tesseract
            | EngineChoice::FakeEmpty
            | EngineChoice::FakeGarbage
            | EngineChoice::FakeOnWide(_) => {}
        }
        Ok(page)
    }
}

/// What of all this succeeds; "tried" always does.
fn escapes(port: u16, folder: &Path) -> Vec<&'static str> {
    let attempts = [
        ("tried", true),
        ("tcp", TcpStream::connect(("127.0.0.1", port)).is_ok()),
        ("udp", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("read", fs::read(folder.join("secret")).is_ok()),
        ("create", fs::write(folder.join("new"), "").is_ok()),
        ("remove", fs::remove_file(folder.join("secret")).is_ok()),
        ("run", Command::new("/bin/true").spawn().and_then(|mut child| child.wait()).is_ok()),
    ];
    attempts.iter().filter(|(_, succeeds)| *succeeds).map(|(name, _)| *name).collect()
}

/// One line of words whose boxes are 100 × 40 px.
fn words_at(words: &[&str], left: f32, top: f32) -> Block {
    let word = |(i, text): (usize, &&str)| {
        let left = left + 120.0 * i as f32;
        let rect = Rect { left, top, right: left + 100.0, bottom: top + 40.0 };
        Word::new(*text, rect, 0.95)
    };
    let words: Vec<Word> = words.iter().enumerate().map(word).collect();
    let rect = words.iter().fold(words[0].rect, |all, w| all.union(&w.rect));
    let baseline = Baseline { x0: left, y0: top + 32.0, slope: 0.0 };
    Block { lines: vec![Line { words, rect, baseline, height: 40.0 }], rect }
}
