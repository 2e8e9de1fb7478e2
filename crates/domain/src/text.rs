//! Vietnamese text: normal form and folding for search.

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Unicode NFC, the only form that is stored.
pub fn nfc(s: &str) -> String {
    // Nearly all text is in this form already.
    match is_nfc_quick(s.chars()) {
        IsNormalized::Yes => s.to_owned(),
        _ => s.nfc().collect(),
    }
}

/// Folds for accent-free search: NFC → lower case → marks stripped → đ to d. White space runs become one space.
///
/// Stripping the marks also unifies the two placements of the tone mark (hòa, hoà).
pub fn fold(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.nfd().flat_map(char::to_lowercase) {
        match c {
            'đ' => out.push('d'),
            c if is_mark(c) => {}
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A text without the five tone marks of Vietnamese, NFC: `buổi` and `buỗi` become `buôi`, and `đ`, `ê`, `ơ` stay.
pub fn without_tone(s: &str) -> String {
    s.nfd().filter(|c| !matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')).nfc().collect()
}

/// Combining marks of the Latin script, U+0300–U+036F.
fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding() {
        assert_eq!(fold("Đường  HOÀ\nBình"), "duong hoa binh");
        assert_eq!(fold("hòa"), fold("hoà"));
        assert_eq!(fold("ƯỚC Ợ"), "uoc o");
        assert_eq!(fold(" x "), "x");
    }

    #[test]
    fn tone_marks_go_and_letters_stay() {
        assert_eq!(without_tone("buỗi"), without_tone("buổi"));
        assert_eq!(without_tone("Đường phố"), "Đương phô");
        assert_ne!(without_tone("dột"), without_tone("đột"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(s in "\\PC{0,40}") {
            let once = fold(&s);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folding_ignores_the_normal_form(s in "[a-zA-ZăâêôơưđĂÂÊÔƠƯĐáàảãạấầẩẫậ ]{0,20}") {
            prop_assert_eq!(fold(&nfc(&s)), fold(&s.nfd().collect::<String>()));
        }
    }
}
