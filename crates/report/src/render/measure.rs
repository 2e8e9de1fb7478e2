//! Text broken into lines that fit.

/// Lines of at most `room` wide, broken between words, and within a word that is wider than that. At least one line.
pub(super) fn wrap(text: &str, room: f32, width: &dyn Fn(&str) -> f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if width(&longer) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line = broken(word, room, width, &mut lines);
        }
        lines.push(line);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Pushes the full lines of a word and returns what is left of it.
fn broken(word: &str, room: f32, width: &dyn Fn(&str) -> f32, lines: &mut Vec<String>) -> String {
    let mut piece = String::new();
    for c in word.chars() {
        piece.push(c);
        if width(&piece) > room && piece.chars().count() > 1 {
            piece.pop();
            lines.push(std::mem::replace(&mut piece, c.to_string()));
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let width = |s: &str| s.chars().count() as f32;
        let text = "Sở Lao động - Thương binh và Xã hội nghiêngnghiêngnghiêng";
        let lines = wrap(text, 10.0, &width);
        assert!(lines.iter().all(|l| width(l) <= 10.0), "{lines:?}");
        let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&lines.concat()), letters(text));
        assert_eq!(wrap("", 10.0, &width), [""]);
        // Narrower than a letter: a letter a line, and an end.
        assert_eq!(wrap("abc", 0.5, &width), ["a", "b", "c"]);
    }
}
