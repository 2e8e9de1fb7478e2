//! The end of a PNG file: its last chunk.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read as _};
use std::path::Path;

/// Whether the chunk that ends the picture is there, with its sum. Chunks are stepped over by the lengths they state.
pub(super) fn is_whole(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut file = BufReader::new(file);
    let mut at: u64 = 8;
    file.seek_relative(8)?;
    loop {
        let mut head = [0; 8];
        match file.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        let [a, b, c, d, kind @ ..] = head;
        let rest = u64::from(u32::from_be_bytes([a, b, c, d])) + 4;
        at += 8 + rest;
        if at > length || kind == *b"IEND" {
            return Ok(at <= length);
        }
        file.seek_relative(rest.cast_signed())?;
    }
}
