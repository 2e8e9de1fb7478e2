//! Code 128 (ISO/IEC 15417): a text as bars and spaces.

/// Widths in modules of bar, space, bar, space, bar, space for each symbol value; the stop symbol ends with a seventh.
const WIDTHS: [&[u8]; 107] = [
    b"212222", b"222122", b"222221", b"121223", b"121322", b"131222", b"122213", b"122312", b"132212", b"221213",
    b"221312", b"231212", b"112232", b"122132", b"122231", b"113222", b"123122", b"123221", b"223211", b"221132",
    b"221231", b"213212", b"223112", b"312131", b"311222", b"321122", b"321221", b"312212", b"322112", b"322211",
    b"212123", b"212321", b"232121", b"111323", b"131123", b"131321", b"112313", b"132113", b"132311", b"211313",
    b"231113", b"231311", b"112133", b"112331", b"132131", b"113123", b"113321", b"133121", b"313121", b"211331",
    b"231131", b"213113", b"213311", b"213131", b"311123", b"311321", b"331121", b"312113", b"312311", b"332111",
    b"314111", b"221411", b"431111", b"111224", b"111422", b"121124", b"121421", b"141122", b"141221", b"112214",
    b"112412", b"122114", b"122411", b"142112", b"142211", b"241211", b"221114", b"413111", b"241112", b"134111",
    b"111242", b"121142", b"121241", b"114212", b"124112", b"124211", b"411212", b"421112", b"421211", b"212141",
    b"214121", b"412121", b"111143", b"111341", b"131141", b"114113", b"114311", b"411113", b"411311", b"113141",
    b"114131", b"311141", b"411131", b"211412", b"211214", b"211232", b"2331112",
];
const TO_C: u8 = 99;
const TO_B: u8 = 100;
const START_B: u8 = 104;
const START_C: u8 = 105;
const STOP: u8 = 106;

/// The bars as (first module, modules), and the width of the whole symbol in modules, without quiet zones. `None` for text
/// with other characters than those of ASCII that are printed.
pub(crate) fn bars(text: &str) -> Option<(Vec<(u32, u32)>, u32)> {
    let values = values(text)?;
    let (mut bars, mut at) = (Vec::new(), 0);
    for value in values {
        for (i, width) in WIDTHS.get(usize::from(value))?.iter().map(|w| u32::from(w - b'0')).enumerate() {
            if i % 2 == 0 {
                bars.push((at, width));
            }
            at += width;
        }
    }
    Some((bars, at))
}

/// Symbol values with start, check and stop. Four digits and more are written two to a symbol.
fn values(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || !bytes.iter().all(|b| (b' '..=b'~').contains(b)) {
        return None;
    }
    let digits = |at: usize| bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut out = Vec::new();
    let (mut at, mut pairs) = (0, digits(0) >= 4);
    out.push(if pairs { START_C } else { START_B });
    while at < bytes.len() {
        let run = digits(at);
        if pairs && run >= 2 {
            out.push((bytes[at] - b'0') * 10 + bytes[at + 1] - b'0');
            at += 2;
        } else if pairs {
            out.push(TO_B);
            pairs = false;
        } else if run >= 4 && run % 2 == 0 {
            out.push(TO_C);
            pairs = true;
        } else {
            out.push(bytes[at] - b' ');
            at += 1;
        }
    }
    let sum: u32 = out.iter().enumerate().map(|(i, v)| u32::from(*v) * (i as u32).max(1)).sum();
    out.push((sum % 103) as u8);
    out.push(STOP);
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_table_is_that_of_the_standard_in_what_all_symbols_share() {
        for (value, widths) in WIDTHS.iter().enumerate() {
            let sum: u32 = widths.iter().map(|w| u32::from(w - b'0')).sum();
            let dark: u32 = widths.iter().step_by(2).map(|w| u32::from(w - b'0')).sum();
            assert_eq!(sum, if value == 106 { 13 } else { 11 }, "{value}");
            assert_eq!(dark % 2, 0, "{value}");
            assert_eq!(WIDTHS.iter().filter(|w| w == &widths).count(), 1, "{value}");
        }
    }

    #[test]
    fn a_known_answer() {
        // "PJJ123C" is the usual example: start A there; in set B the values are the same and the check is one more.
        assert_eq!(values("PJJ123C").unwrap(), [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]);
        assert_eq!(values("H41-230615-0001").unwrap()[..8], [104, 40, 20, 17, 13, 99, 23, 6]);
        assert_eq!(values("ế"), None);
    }

    proptest! {
        /// Read back by the rules of the code sets.
        #[test]
        fn what_is_written_can_be_read(text in "[0-9A-Z.-]{1,30}|[0-9]{1,12}") {
            let values = values(&text).unwrap();
            let (mut out, mut pairs) = (String::new(), values[0] == START_C);
            for &v in &values[1..values.len() - 2] {
                match v {
                    TO_C if !pairs => pairs = true,
                    TO_B if pairs => pairs = false,
                    v if pairs => out.push_str(&format!("{v:02}")),
                    v => out.push(char::from(v + b' ')),
                }
            }
            prop_assert_eq!(out, text);
            let sum: usize = values[..values.len() - 2].iter().enumerate().map(|(i, v)| usize::from(*v) * i.max(1)).sum();
            prop_assert_eq!(usize::from(values[values.len() - 2]), sum % 103);
        }
    }
}
