//! Anchors (labels, the national title, names of types) are found although some of their letters were misread. Only
//! anchors: a value is never compared with what it ought to be.

use sohoa_domain::text::fold;

/// Lower case letters and digits without marks, nothing else: how anchors are compared.
pub(crate) fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// One character folded as in [`fold`], so that positions in a text stay the same.
pub(crate) fn fold_char(c: char) -> char {
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
        step(&mut row, i + 1, *x, &b);
        if row.iter().all(|&d| d > most) {
            return None;
        }
    }
    row.last().copied().filter(|&d| d <= most)
}

/// Whether `text` has a stretch that becomes `phrase` by at most `most` insertions, deletions or changes of a letter
/// (Sellers, "The theory and computation of evolutionary distances", 1980). Both are compared as they are.
pub(crate) fn holds(text: &str, phrase: &str, most: usize) -> bool {
    let phrase: Vec<char> = phrase.chars().collect();
    let mut row: Vec<usize> = (0..=phrase.len()).collect();
    text.chars().any(|c| {
        // A stretch may begin anywhere.
        step(&mut row, 0, c, &phrase);
        row.last().is_some_and(|changes| *changes <= most)
    })
}

/// From the fewest changes that lead to each beginning of `pattern` to those after one more letter. `start` is that to the
/// empty beginning.
fn step(row: &mut [usize], start: usize, letter: char, pattern: &[char]) {
    let mut diagonal = row[0];
    row[0] = start;
    for (j, wanted) in pattern.iter().enumerate() {
        let here = (diagonal + usize::from(letter != *wanted)).min(row[j] + 1).min(row[j + 1] + 1);
        diagonal = row[j + 1];
        row[j + 1] = here;
    }
}

/// How many letters of an anchor were misread, `None` when it was not meant: one in six may be, none of a word of up to
/// four.
pub(crate) fn anchor_distance(read: &str, anchor: &str) -> Option<usize> {
    let most = if anchor.len() <= 4 { 0 } else { anchor.len() / 6 };
    distance(read, anchor, most)
}

/// Whether an anchor was meant.
pub(crate) fn is_anchor(read: &str, anchor: &str) -> bool {
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

    #[test]
    fn a_phrase_within_a_text_may_have_wrong_letters() {
        assert!(holds("uy ban cong hoa xa hoi chu nghia", "cong hoa xa hoi", 0));
        assert!(holds("c0ng hoa xa hol chu", "cong hoa xa hoi", 2));
        assert!(!holds("c0ng hoa xa hol chu", "cong hoa xa hoi", 1));
        assert!(holds("conghoa xahoi", "cong hoa xa hoi", 2));
        assert!(!holds("", "to phan tach", 2));
    }
}
