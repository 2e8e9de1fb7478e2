//! The few Exif entries that matter to a scan: orientation and resolution (Exif 2.32, 4.6.4).

/// What an Exif block says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Exif {
    /// Orientation, 1 to 8.
    pub(crate) orientation: Option<u16>,
    /// Dots per inch, horizontal and vertical.
    pub(crate) dpi: Option<(f32, f32)>,
}

const ORIENTATION: u16 = 0x0112;
const X_RESOLUTION: u16 = 0x011a;
const Y_RESOLUTION: u16 = 0x011b;
const RESOLUTION_UNIT: u16 = 0x0128;

/// Reads the first directory of an Exif block (without the `Exif\0\0` in front). What is damaged is taken as absent:
/// metadata is no reason to refuse a picture.
pub(crate) fn parse(block: &[u8]) -> Exif {
    directory(block).unwrap_or_default()
}

fn directory(block: &[u8]) -> Option<Exif> {
    let little = match block.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let b = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
    };
    let u32_at = |at: usize| {
        let b = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) })
    };
    let rational = |at: usize| {
        let at = u32_at(at)? as usize;
        let (n, d) = (u32_at(at)?, u32_at(at.checked_add(4)?)?);
        (d != 0).then(|| n as f32 / d as f32)
    };
    let start = u32_at(4)? as usize;
    let (mut exif, mut x, mut y, mut per_cm) = (Exif::default(), None, None, false);
    for i in 0..usize::from(u16_at(start)?) {
        let entry = start.checked_add(2 + i * 12)?;
        let Some(tag) = u16_at(entry) else { break };
        match tag {
            ORIENTATION => exif.orientation = u16_at(entry + 8).filter(|o| (1..=8).contains(o)),
            X_RESOLUTION => x = rational(entry + 8),
            Y_RESOLUTION => y = rational(entry + 8),
            RESOLUTION_UNIT => per_cm = u16_at(entry + 8) == Some(3),
            _ => {}
        }
    }
    let scale = if per_cm { 2.54 } else { 1.0 };
    exif.dpi = x.zip(y).map(|(x, y)| (x * scale, y * scale));
    Some(exif)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with orientation 6 and 300 dpi.
    pub(crate) fn sample() -> Vec<u8> {
        let mut b = b"MM\0*\0\0\0\x08\0\x04".to_vec();
        b.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        b.extend(b"\x01\x1a\0\x05\0\0\0\x01\0\0\0\x3e");
        b.extend(b"\x01\x1b\0\x05\0\0\0\x01\0\0\0\x3e");
        b.extend(b"\x01\x28\0\x03\0\0\0\x01\0\x02\0\0");
        b.extend(b"\0\0\0\0");
        b.extend(300u32.to_be_bytes());
        b.extend(1u32.to_be_bytes());
        b
    }

    #[test]
    fn orientation_and_resolution() {
        assert_eq!(parse(&sample()), Exif { orientation: Some(6), dpi: Some((300.0, 300.0)) });
    }

    #[test]
    fn a_damaged_block_says_nothing() {
        let sample = sample();
        for len in 0..sample.len() {
            let _ = parse(&sample[..len]);
        }
        assert_eq!(parse(b"rubbish"), Exif::default());
    }
}
