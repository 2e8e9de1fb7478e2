//! The end of a JPEG file: that of its own picture, not of a thumbnail within it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _};
use std::path::Path;

const PIECE: usize = 64 * 1024;

/// Whether the end mark of the picture stands behind its scans. Segments are stepped over by the lengths they state, so
/// that a thumbnail in one of them does not count; what follows the end is not looked at.
pub(super) fn is_whole(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    match ends(&mut BufReader::with_capacity(PIECE, file), length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        ended => ended.map(|()| true),
    }
}

fn ends(file: &mut BufReader<File>, length: u64) -> io::Result<()> {
    let mut at = 2;
    file.seek_relative(2)?;
    loop {
        let marker = next_marker(file, &mut at)?;
        match marker {
            // The end.
            0xd9 => return Ok(()),
            // Markers without a segment. Within a scan, 0 says that the byte before it is no marker.
            0 | 0x01 | 0xd0..=0xd8 => {}
            _ => {
                let mut two = [0; 2];
                file.read_exact(&mut two)?;
                let rest = u16::from_be_bytes(two).saturating_sub(2);
                at += 2 + u64::from(rest);
                if at > length {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                file.seek_relative(rest.into())?;
            }
        }
    }
}

/// The byte behind the next run of bytes 0xff.
fn next_marker(file: &mut BufReader<File>, at: &mut u64) -> io::Result<u8> {
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let found = piece.iter().position(|&byte| byte == 0xff);
        let used = found.map_or(piece.len(), |i| i + 1);
        file.consume(used);
        *at += used as u64;
        if found.is_some() {
            break;
        }
    }
    let mut byte = [0xff];
    while byte == [0xff] {
        file.read_exact(&mut byte)?;
        *at += 1;
    }
    Ok(byte[0])
}
