//! Printed phrases are found although some letters were misread.

/// Whether `text` has a stretch that becomes `phrase` by at most `most` insertions, deletions or changes of a letter
/// (Sellers, "The theory and computation of evolutionary distances", 1980). Both are compared as they are.
pub(crate) fn holds(text: &str, phrase: &str, most: usize) -> bool {
    let phrase: Vec<char> = phrase.chars().collect();
    // row[j]: fewest changes that make the phrase's first j letters of a stretch that ends here.
    let mut row: Vec<usize> = (0..=phrase.len()).collect();
    for c in text.chars() {
        let mut diagonal = row[0];
        for (j, p) in phrase.iter().enumerate() {
            let here = (diagonal + usize::from(c != *p)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = here;
        }
        if row.last().is_some_and(|changes| *changes <= most) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_phrase_within_a_text_may_have_wrong_letters() {
        assert!(holds("uy ban cong hoa xa hoi chu nghia", "cong hoa xa hoi", 0));
        assert!(holds("c0ng hoa xa hol chu", "cong hoa xa hoi", 2));
        assert!(!holds("c0ng hoa xa hol chu", "cong hoa xa hoi", 1));
        assert!(holds("conghoa xahoi", "cong hoa xa hoi", 2));
        assert!(!holds("", "to phan tach", 2));
    }
}
