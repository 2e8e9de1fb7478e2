//! What was read against what is written.

use std::collections::BTreeMap;
use std::process::Command;

use crate::demo::Document;
use crate::support::{root, run, samples};

/// Highest character error rate of a sample without distortions.
const CLEAN_CER: f64 = 0.01;

/// Least mean overlap (intersection over union) of the words of the text layer with the true ink boxes.
const LEAST_IOU: f64 = 0.6;

/// Checks the text of every sample that `samples/README.md` calls clean.
pub fn texts_match_the_papers(documents: &BTreeMap<String, Document>) {
    let readme = std::fs::read_to_string(samples().join("README.md")).unwrap();
    let clean = |stem: &str| readme.lines().any(|line| line.contains(stem) && line.contains("| clean |"));
    let mut checked = 0;
    for (stem, document) in documents.iter().filter(|(stem, _)| clean(stem)) {
        let truth = std::fs::read_to_string(samples().join(format!("{stem}.txt"))).unwrap();
        let read = std::fs::read_to_string(&document.text).unwrap();
        let rate = character_error_rate(&truth, &read);
        println!("{stem}: character error rate {:.2} %", rate * 100.0);
        assert!(rate <= CLEAN_CER, "{stem}: {rate}");
        checked += 1;
    }
    assert!(checked >= 3, "{checked} clean samples");
}

/// Checks the boxes of every sample that comes with true ones.
pub fn words_lie_on_their_words(documents: &BTreeMap<String, Document>) {
    let mut checked = 0;
    for (stem, document) in documents {
        let truth = samples().join(format!("{stem}.words.json"));
        if !truth.is_file() {
            continue;
        }
        let judge = root().join("tests/judges/boxes.py");
        let ran = run(Command::new("python3").arg(judge).arg(&truth).arg(&document.pdf)).ends_with(0);
        let iou: f64 = ran.stdout.split_whitespace().find_map(|word| word.strip_prefix("mean=")?.parse().ok()).unwrap();
        println!("{stem}: mean overlap of word boxes {iou:.3}");
        assert!(iou >= LEAST_IOU, "{stem}: {iou}");
        checked += 1;
    }
    assert!(checked >= 3, "{checked} samples with boxes");
}

/// Levenshtein distance by the length of the truth, white space runs as one space.
fn character_error_rate(truth: &str, read: &str) -> f64 {
    let chars = |s: &str| s.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect::<Vec<char>>();
    let (truth, read) = (chars(truth), chars(read));
    let mut row: Vec<usize> = (0..=read.len()).collect();
    for (i, t) in truth.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in read.iter().enumerate() {
            let substitute = diagonal + usize::from(t != r);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[read.len()] as f64 / truth.len().max(1) as f64
}

#[test]
fn the_error_rate_counts_every_difference() {
    assert_eq!(character_error_rate("đổi mới", "đổi\n mới"), 0.0);
    assert!((character_error_rate("đổi mới", "đôi mới") - 1.0 / 7.0).abs() < 1e-9);
    assert_eq!(character_error_rate("abc", ""), 1.0);
    assert!((character_error_rate("abcd", "xabcd") - 0.25).abs() < 1e-9);
}
