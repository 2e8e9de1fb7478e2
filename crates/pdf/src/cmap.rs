//! ToUnicode maps (ISO 32000-1, 9.10.3): writing them, and reading which codes one defines.

use std::collections::HashMap;
use std::fmt::Write as _;

/// A map from codes of `bytes` bytes (1 or 2) to one character each.
pub(crate) fn to_unicode(bytes: usize, entries: impl Iterator<Item = (u32, char)>) -> Vec<u8> {
    let entries: Vec<_> = entries.collect();
    let digits = bytes * 2;
    let last = (1u64 << (8 * bytes)) - 1;
    let mut out = format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<{:0digits$X}> <{last:0digits$X}>\nendcodespacerange\n",
        0
    );
    for chunk in entries.chunks(100) {
        let _ = writeln!(out, "{} beginbfchar", chunk.len());
        for (code, c) in chunk {
            let mut units = [0; 2];
            let utf16: String = c.encode_utf16(&mut units).iter().map(|u| format!("{u:04X}")).collect();
            let _ = writeln!(out, "<{code:0digits$X}> <{utf16}>");
        }
        out.push_str("endbfchar\n");
    }
    out.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    out.into_bytes()
}

/// Codes that the ranges of one map may define together: all of two bytes, twice over.
const MOST: usize = 1 << 17;

/// Reads a map: code → UTF-16 units. What it does not understand it skips.
pub(crate) fn read(bytes: &[u8]) -> HashMap<u32, Vec<u16>> {
    let (mut map, mut left) = (HashMap::new(), MOST);
    let tokens = tokens(bytes);
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            Token::Word(w) if w == b"beginbfchar" => {
                i += 1;
                while let (Some(Token::Hex(code)), Some(Token::Hex(to))) = (tokens.get(i), tokens.get(i + 1)) {
                    map.insert(number(code), units(to));
                    i += 2;
                }
            }
            Token::Word(w) if w == b"beginbfrange" => {
                i += 1;
                while let (Some(Token::Hex(from)), Some(Token::Hex(to))) = (tokens.get(i), tokens.get(i + 1)) {
                    let (from, to) = (number(from), number(to).min(number(from).saturating_add(0xffff)));
                    i += 2;
                    match tokens.get(i) {
                        Some(Token::Hex(first)) => {
                            let first = units(first);
                            for code in (from..=to).take(left) {
                                let mut value = first.clone();
                                if let Some(last) = value.last_mut() {
                                    *last = last.wrapping_add((code - from) as u16);
                                }
                                map.insert(code, value);
                            }
                            left = left.saturating_sub((from..=to).count());
                            i += 1;
                        }
                        Some(Token::Word(w)) if w == b"[" => {
                            i += 1;
                            let mut code = from;
                            while let Some(Token::Hex(value)) = tokens.get(i) {
                                map.insert(code, units(value));
                                code = code.saturating_add(1);
                                i += 1;
                            }
                            i += 1;
                        }
                        _ => break,
                    }
                }
            }
            _ => i += 1,
        }
    }
    map
}

enum Token {
    Hex(Vec<u8>),
    Word(Vec<u8>),
}

fn tokens(bytes: &[u8]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let rest = &bytes[at..];
        match b {
            b'<' if rest.get(1) != Some(&b'<') => {
                let len = rest.iter().position(|c| *c == b'>').unwrap_or(rest.len());
                let nibbles: Vec<u8> =
                    rest[1..len.max(1)].iter().filter_map(|c| char::from(*c).to_digit(16).map(|d| d as u8)).collect();
                out.push(Token::Hex(nibbles.chunks(2).map(|p| p[0] << 4 | p.get(1).unwrap_or(&0)).collect()));
                at += len + 1;
            }
            b'[' | b']' => {
                out.push(Token::Word(vec![b]));
                at += 1;
            }
            b if b.is_ascii_alphanumeric() => {
                let len = rest.iter().position(|c| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                out.push(Token::Word(rest[..len].to_vec()));
                at += len;
            }
            b'%' => at += rest.iter().position(|c| matches!(c, b'\n' | b'\r')).unwrap_or(rest.len()),
            _ => at += 1,
        }
    }
    out
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks(2)
        .map(|p| match p {
            [a, b] => u16::from_be_bytes([*a, *b]),
            _ => p.first().map_or(0, |b| u16::from(*b)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_map_reads_back() {
        let map = read(&to_unicode(2, [(1, 'ế'), (0x1234, '😀')].into_iter()));
        assert_eq!(map[&1], [0x1ebf]);
        assert_eq!(map[&0x1234], [0xd83d, 0xde00]);
        assert_eq!(map.len(), 2);
    }

    #[test]
    fn ranges() {
        let map = read(b"2 beginbfrange\n<0003> <0005> <0041>\n<10> <11> [<0061> <00620063>]\nendbfrange");
        assert_eq!(map[&5], [0x43]);
        assert_eq!(map[&0x11], [0x62, 0x63]);
        assert_eq!(map.len(), 5);
    }

    #[test]
    fn ranges_that_multiply_end() {
        let many: String = (0..3000).map(|i| format!("<{i:04X}0000> <{i:04X}FFFF> <0041>\n")).collect();
        assert!(read(format!("beginbfrange\n{many}endbfrange").as_bytes()).len() <= MOST);
        assert_eq!(read(b"beginbfrange <FFFFFFFF> <FFFFFFFF> [<41> <42>] endbfrange").len(), 1);
    }
}
