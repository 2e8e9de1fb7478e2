//! The end of a PDF file: its last end mark, and for a linearized one the length that it states.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// Bytes at the end of a file in which its last mark has to stand: scanners and mail gateways append to files.
const TAIL: u64 = 64 * 1024;
/// Bytes in which the header and the dictionary of a linearized file stand (ISO 32000-1, annex F.3.3: the dictionary
/// lies within the first 1024 bytes; the header itself may begin as late).
const HEAD: u64 = 2048;
const END: &[u8] = b"%%EOF";

/// Whether the file goes up to its end mark. A linearized file has one near its beginning too, and has to be as long as it
/// says. Behind the mark may stand what is appended on the way, but no object: then a revision is still being written.
pub(super) fn is_whole(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head)?;
    match linearized(&head) {
        Linearized::No => {}
        Linearized::Length(stated) if length >= stated => {}
        _ => return Ok(false),
    }
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let Some(end) = tail.windows(END.len()).rposition(|w| w == END) else { return Ok(false) };
    let behind = tail.get(end + END.len()..).unwrap_or_default();
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let behind = behind.get(behind.iter().take_while(|&byte| blank(byte)).count()..).unwrap_or_default();
    let continues = behind.first().is_some_and(u8::is_ascii_digit)
        || [b"xref".as_slice(), b"endstream", b"endobj"].iter().any(|word| begin_alike(behind, word));
    Ok(!continues)
}

/// Whether one of the two, neither of them empty, begins with the other.
fn begin_alike(bytes: &[u8], word: &[u8]) -> bool {
    !bytes.is_empty() && (bytes.starts_with(word) || word.starts_with(bytes))
}

#[derive(Debug, PartialEq, Eq)]
enum Linearized {
    No,
    /// `/L`: what the whole file has.
    Length(u64),
    /// The length has not come yet, or is no number.
    Unknown,
}

fn linearized(head: &[u8]) -> Linearized {
    const KEY: &[u8] = b"/Linearized";
    let Some(at) = head.windows(KEY.len()).position(|w| w == KEY) else { return Linearized::No };
    let Some(start) = head[..at].windows(2).rposition(|w| w == b"<<") else { return Linearized::No };
    let dictionary = &head[start..];
    let Some(end) = dictionary.windows(2).position(|w| w == b">>") else { return Linearized::Unknown };
    let dictionary = &dictionary[..end];
    // The key `/L`: neither the beginning of another key nor a name that is a value.
    let key = dictionary.windows(3).position(|w| w.starts_with(b"/L") && !w[2].is_ascii_alphabetic());
    let Some(key) = key else { return Linearized::Unknown };
    let value = dictionary[key + 2..].trim_ascii_start();
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&value[..digits]).ok().and_then(|text| text.parse().ok());
    number.map_or(Linearized::Unknown, Linearized::Length)
}
