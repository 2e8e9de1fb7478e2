//! The catalogue of messages: both languages say the same, every message is used, and every message that is used is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sohoa_web::{Language, messages_of};

/// Keys with the names of what stands in them.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut last = String::new();
    for line in messages_of(language).lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase())) {
            last = key.to_owned();
            assert!(messages.insert(last.clone(), BTreeSet::new()).is_none(), "{key} is there twice");
        }
        for argument in line.split('$').skip(1) {
            let name = argument.split(|c: char| !c.is_ascii_lowercase()).next().unwrap();
            messages.get_mut(&last).unwrap().insert(name.to_owned());
        }
    }
    messages
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// The texts in quotes of a call, up to its end.
fn quoted(call: &str) -> Vec<String> {
    let (mut depth, mut texts, mut text) = (1, Vec::new(), None::<String>);
    for c in call.chars() {
        match (&mut text, c) {
            (Some(_), '"') => texts.extend(text.take()),
            (Some(text), c) => text.push(c),
            (None, '"') => text = Some(String::new()),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    texts
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_things_in_them() {
    let (vi, en) = (messages(Language::Vi), messages(Language::En));
    assert!(vi.len() > 100, "{}", vi.len());
    assert_eq!(vi, en);
}

#[test]
fn what_is_used_is_there_and_what_is_there_is_used() {
    let messages = messages(Language::Vi);
    let mut used = BTreeSet::new();
    for path in files("src").into_iter().chain(files("templates")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for call in ["msg!(", ".t(", ".t1(", ".t2("] {
            for (at, _) in text.match_indices(call) {
                let rest = &text[at + call.len()..];
                let texts = quoted(rest);
                // A key that is chosen elsewhere is marked there.
                let Some(key) = texts.first().filter(|_| rest.trim_start().starts_with('"')) else { continue };
                let arguments = messages.get(key).unwrap_or_else(|| panic!("{}: no message {key}", path.display()));
                if call != "msg!(" {
                    let given: BTreeSet<String> = texts[1..].iter().cloned().collect();
                    assert_eq!(given, *arguments, "{}: {key}", path.display());
                }
                used.insert(key.clone());
            }
        }
    }
    let unused: Vec<_> = messages.keys().filter(|key| !used.contains(*key)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_template_gets_its_words_from_the_catalogue() {
    for path in files("templates") {
        let text = std::fs::read_to_string(&path).unwrap();
        let accented = "ăâđêôơưáàảãạéèẻẽẹíìỉĩịóòỏõọúùủũụýỳỷỹỵ";
        let words = text.replace("Tiếng Việt", "");
        assert!(!words.to_lowercase().contains(|c| accented.contains(c)), "{}", path.display());
    }
}
