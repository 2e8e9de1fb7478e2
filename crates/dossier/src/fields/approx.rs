//! Anchors (labels, the national title, names of types) are found although some of their letters were misread. Only
//! anchors: a value is never compared with what it ought to be.

use sohoa_domain::text::fold;

/// Lower case letters and digits without marks, nothing else: how anchors are compared.
pub(super) fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// One character folded as in [`fold`], so that positions in a text stay the same.
pub(super) fn fold_char(c: char) -> char {
    fold(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c)
}

/// Levenshtein distance, or `None` when it is above `most`.
pub(crate) fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let here = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = here;
        }
        if row.iter().all(|&d| d > most) {
            return None;
        }
    }
    row.last().copied().filter(|&d| d <= most)
}

/// How many letters of an anchor were misread, `None` when it was not meant: one in six may be, none of a word of up to
/// four.
pub(super) fn anchor_distance(read: &str, anchor: &str) -> Option<usize> {
    let most = if anchor.len() <= 4 { 0 } else { anchor.len() / 6 };
    distance(read, anchor, most)
}

/// Whether an anchor was meant.
pub(super) fn is_anchor(read: &str, anchor: &str) -> bool {
    anchor_distance(read, anchor).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_an_anchor() {
        assert_eq!(letters("V/v: Số  Đỏ-2"), "vvsodo2");
        assert_eq!([fold_char('Ộ'), fold_char('đ'), fold_char('/')], ['o', 'd', '/']);
    }

    #[test]
    fn few_letters_may_be_wrong_and_none_of_a_short_word() {
        assert!(is_anchor("quyetd1nh", "quyetdinh") && is_anchor("so", "so"));
        assert!(!is_anchor("quy0td1nh", "quyetdinh") && !is_anchor("s0", "so"));
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
    }
}
