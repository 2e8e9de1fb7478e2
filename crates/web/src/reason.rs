//! Why somebody does something, as people type it: it goes on record.

/// Longest reason, characters.
const LONGEST: usize = 200;

/// What was typed, without blanks around it; `None` when it is no reason: empty, too long, or more than one line.
pub(crate) fn reason(typed: &str) -> Option<&str> {
    let reason = typed.trim();
    let is_one = !reason.is_empty() && reason.chars().count() <= LONGEST && !reason.contains(char::is_control);
    is_one.then_some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_of_so_many_characters() {
        assert_eq!(reason(" quét nhầm "), Some("quét nhầm"));
        assert_eq!(reason(&"ế".repeat(LONGEST)), Some("ế".repeat(LONGEST).as_str()));
        for none in ["", " \t", "hai\ndòng", &"ế".repeat(LONGEST + 1)] {
            assert_eq!(reason(none), None, "{none}");
        }
    }
}
