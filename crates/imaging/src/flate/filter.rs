//! PNG row filters (W3C PNG, clause 9; PDF's predictors 10 to 15 are the same).

use sohoa_domain::InputError;

use crate::bounds::malformed;

fn paeth(a: u8, b: u8, c: u8) -> u8 {
    let (ia, ib, ic) = (i16::from(a), i16::from(b), i16::from(c));
    let (pa, pb, pc) = ((ib - ic).abs(), (ia - ic).abs(), (ia + ib - 2 * ic).abs());
    if pa <= pb && pa <= pc {
        a
    } else if pb <= pc {
        b
    } else {
        c
    }
}

/// Undoes the filter of `row` in place. `above` is the row before, undone (all 0 before the first); `bpp` is the
/// distance to the pixel on the left in bytes, at least 1.
pub(super) fn undo(kind: u8, row: &mut [u8], above: &[u8], bpp: usize) -> Result<(), InputError> {
    let bpp = bpp.min(row.len());
    match kind {
        0 => {}
        1 => (bpp..row.len()).for_each(|i| row[i] = row[i].wrapping_add(row[i - bpp])),
        2 => row.iter_mut().zip(above).for_each(|(r, a)| *r = r.wrapping_add(*a)),
        3 => {
            for i in 0..row.len() {
                let left = if i >= bpp { u16::from(row[i - bpp]) } else { 0 };
                row[i] = row[i].wrapping_add(((left + u16::from(above[i])) / 2) as u8);
            }
        }
        4 => {
            for i in 0..row.len() {
                let (left, corner) = if i >= bpp { (row[i - bpp], above[i - bpp]) } else { (0, 0) };
                row[i] = row[i].wrapping_add(paeth(left, above[i], corner));
            }
        }
        _ => return Err(malformed(format!("unknown row filter {kind}"))),
    }
    Ok(())
}

/// Appends `row` to `out` under the filter that gives the smallest sum of absolute differences, the heuristic of the
/// PNG specification (clause 12.7). Average is left out: on scans it seldom wins and never by much.
pub(super) fn apply(row: &[u8], above: &[u8], bpp: usize, scratch: &mut [Vec<u8>; 3], out: &mut Vec<u8>) {
    let bpp = bpp.min(row.len());
    let [sub, up, pae] = scratch;
    sub.clear();
    sub.extend_from_slice(&row[..bpp]);
    sub.extend(row[bpp..].iter().zip(row).map(|(r, l)| r.wrapping_sub(*l)));
    up.clear();
    up.extend(row.iter().zip(above).map(|(r, a)| r.wrapping_sub(*a)));
    pae.clear();
    pae.extend_from_slice(&up[..bpp]);
    let rest = row[bpp..].iter().zip(row).zip(above[bpp..].iter().zip(above));
    pae.extend(rest.map(|((r, a), (b, c))| r.wrapping_sub(paeth(*a, *b, *c))));
    let cost = |bytes: &[u8]| bytes.iter().map(|&b| u64::from((b as i8).unsigned_abs())).sum::<u64>();
    let candidates: [(u8, &[u8]); 4] = [(0, row), (1, sub), (2, up), (4, pae)];
    let (kind, best) = candidates.into_iter().min_by_key(|(_, bytes)| cost(bytes)).unwrap_or((0, row));
    out.push(kind);
    out.extend_from_slice(best);
}
