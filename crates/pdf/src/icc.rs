//! The sRGB profile of the output intent, computed from the figures of IEC 61966-2-1 (ICC.1:2001-04, version 2).

/// Entries of the tone curve.
const CURVE: u32 = 1024;

/// A matrix/TRC display profile.
pub(crate) fn srgb() -> Vec<u8> {
    // Primaries and white adapted to the D50 of the connection space with the Bradford transform.
    let xyz = [
        (b"wtpt", [0.9505, 1.0, 1.0891]),
        (b"rXYZ", [0.436_07, 0.222_49, 0.013_92]),
        (b"gXYZ", [0.385_15, 0.716_87, 0.097_08]),
        (b"bXYZ", [0.143_07, 0.060_61, 0.714_10]),
    ];
    let mut tags: Vec<(&[u8; 4], Vec<u8>)> =
        vec![(b"desc", description("sRGB IEC61966-2.1")), (b"cprt", text("No copyright, use freely"))];
    for (name, [x, y, z]) in xyz {
        let mut tag = b"XYZ \0\0\0\0".to_vec();
        [x, y, z].iter().for_each(|v| tag.extend_from_slice(&fixed(*v)));
        tags.push((name, tag));
    }
    let curve = tone_curve();

    let count = tags.len() as u32 + 3;
    let mut offset = 128 + 4 + 12 * count;
    let (mut table, mut data) = (count.to_be_bytes().to_vec(), Vec::new());
    let mut entry = |name: &[u8; 4], offset: u32, len: usize| {
        table.extend_from_slice(name);
        table.extend_from_slice(&offset.to_be_bytes());
        table.extend_from_slice(&(len as u32).to_be_bytes());
    };
    for (name, mut tag) in tags {
        entry(name, offset, tag.len());
        tag.resize(tag.len().next_multiple_of(4), 0);
        offset += tag.len() as u32;
        data.extend(tag);
    }
    // The three channels share one curve.
    [b"rTRC", b"gTRC", b"bTRC"].iter().for_each(|name| entry(name, offset, curve.len()));
    data.extend(curve);

    let mut out = header(128 + table.len() + data.len());
    out.extend(table);
    out.extend(data);
    out
}

fn header(len: usize) -> Vec<u8> {
    let mut h = vec![0; 128];
    let mut put = |at: usize, bytes: &[u8]| h[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &(len as u32).to_be_bytes());
    put(8, &[2, 0x10, 0, 0]);
    put(12, b"mntrRGB XYZ ");
    // A fixed date: the same document has to give the same bytes.
    put(24, &[7, 0xcf, 0, 6, 0, 3, 0, 0, 0, 0, 0, 0]);
    put(36, b"acsp");
    for (i, v) in [0.9642, 1.0, 0.8249].iter().enumerate() {
        put(68 + 4 * i, &fixed(*v));
    }
    h
}

/// `s15Fixed16Number`.
fn fixed(v: f64) -> [u8; 4] {
    ((v * 65536.0).round() as i32).to_be_bytes()
}

fn text(s: &str) -> Vec<u8> {
    [b"text\0\0\0\0", s.as_bytes(), b"\0"].concat()
}

fn description(s: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend_from_slice(&(s.len() as u32 + 1).to_be_bytes());
    out.extend_from_slice(s.as_bytes());
    // Its end, no Unicode name (8 bytes), no Macintosh name (3 + 67 bytes).
    out.extend_from_slice(&[0; 1 + 8 + 3 + 67]);
    out
}

fn tone_curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend_from_slice(&CURVE.to_be_bytes());
    for i in 0..CURVE {
        let v = f64::from(i) / f64::from(CURVE - 1);
        let linear = if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        out.extend_from_slice(&((linear * 65535.0).round() as u16).to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_tag_lies_within_the_profile() {
        let profile = super::srgb();
        let u32_at = |i: usize| u32::from_be_bytes(profile[i..i + 4].try_into().unwrap()) as usize;
        assert_eq!(u32_at(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        for i in 0..u32_at(128) {
            let at = 132 + 12 * i;
            assert!(u32_at(at + 4) % 4 == 0 && u32_at(at + 4) + u32_at(at + 8) <= profile.len());
        }
        assert_eq!(profile[profile.len() - 2..], [0xff, 0xff], "the curve ends at full light");
    }
}
