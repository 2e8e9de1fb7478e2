//! Many random tamperings, each to be found by the program and by the second verifier, which runs once over all of them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Certified, FULL, LACKS, check, copy, digest};
use crate::support::root;

/// Numbers that are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }
}

/// Other bytes than before.
fn tampered(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    loop {
        let mut new = bytes.to_vec();
        let at = dice.below(bytes.len());
        match dice.below(6) {
            0 | 1 => new[at] ^= 1 << dice.below(8),
            2 => {
                new.drain(at..(at + 1 + dice.below(40)).min(bytes.len()));
            }
            3 => new.insert(at, *b"0123456789abcdef\n {}"[dice.below(20)..].first().unwrap()),
            4 => new.truncate(at),
            _ => {
                // A digit becomes another one, so that what is read stays well formed.
                let digits: Vec<_> = (0..new.len()).filter(|i| new[*i].is_ascii_digit()).collect();
                if let Some(place) = digits.get(dice.below(digits.len().max(1))) {
                    new[*place] = b'0' + (new[*place] - b'0' + 1 + u8::try_from(dice.below(9)).unwrap()) % 10;
                }
            }
        }
        if new != bytes {
            return new;
        }
    }
}

/// Changes, cuts, removes or adds one file of a package.
fn tamper_with_package(folder: &Path, dice: &mut Dice) -> String {
    let files: Vec<_> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .collect();
    let file = files[dice.below(files.len())].path();
    let name = file.strip_prefix(folder).unwrap().display().to_string();
    match dice.below(8) {
        0 => fs::remove_file(file).unwrap(),
        1 => fs::write(file.with_file_name("added.txt"), "x").unwrap(),
        2 => {
            let other =
                files.iter().map(|e| fs::read(e.path()).unwrap()).find(|b| *b != fs::read(file).unwrap()).unwrap();
            fs::remove_file(file).unwrap();
            fs::write(file, other).unwrap();
        }
        _ => {
            let bytes = tampered(&fs::read(file).unwrap(), dice);
            fs::remove_file(file).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }
    name
}

/// What the second verifier says of each case, in one process.
fn second_opinions(cases: &[Value]) -> Vec<bool> {
    let harness = "import json, sys, verify_certificate as v\n\
                   for line in sys.stdin:\n    try: v.check(**json.loads(line)); print('right', flush=True)\n    \
                   except Exception: print('wrong', flush=True)\n";
    let mut python = Command::new("python3");
    python.args(["-B", "-c", harness]).env("PYTHONPATH", root().join("docs"));
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let out = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(out.status.success());
    String::from_utf8(out.stdout).unwrap().lines().map(|line| line == "right").collect()
}

/// What both verifiers are given.
struct Case {
    what: String,
    certificate: PathBuf,
    more: Vec<(&'static str, PathBuf)>,
}

impl Case {
    fn judge(&self, key: &Path) -> i32 {
        let more: Vec<_> = self.more.iter().map(|(name, path)| (*name, path.as_path())).collect();
        check(&self.certificate, key, &more).code
    }

    fn for_python(&self, key: &Path) -> Value {
        let mut case = json!({"path": self.certificate, "key": key});
        self.more.iter().for_each(|(name, path)| case[*name] = json!(path));
        case
    }
}

#[test]
fn every_tampering_is_found_by_both_verifiers_and_nothing_else() {
    let wanted: usize = std::env::var("SOHOA_TAMPERINGS").ok().map_or(520, |n| n.parse().unwrap());
    let certified = Certified::new();
    let key = certified.key();
    let old = certified.make("old.txt", &[]);
    certified.scan(&format!("{LACKS}_TP02.jpg"), 4);
    let certificate = certified.make("new.txt", &[]);
    let snapshot = certified.snapshot(&certificate);
    let (proof, package) = (certified.prove(&certificate, FULL), certified.package(FULL));
    let (proof_2, package_2) = (certified.prove(&certificate, LACKS), certified.package(LACKS));
    let case = |what: &str, certificate: &Path, more: &[(&'static str, &Path)]| Case {
        what: what.to_owned(),
        certificate: certificate.to_owned(),
        more: more.iter().map(|(name, path)| (*name, (*path).to_owned())).collect(),
    };
    let right = [
        case("alone", &certificate, &[]),
        case("snapshot", &certificate, &[("snapshot", &snapshot)]),
        case("against", &certificate, &[("against", &old)]),
        case("package", &certificate, &[("proof", &proof), ("package", &package)]),
        case("other package", &certificate, &[("proof", &proof_2), ("package", &package_2)]),
        case(
            "all",
            &certificate,
            &[("against", &old), ("snapshot", &snapshot), ("proof", &proof), ("package", &package)],
        ),
    ];

    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let folder = certified.path("tampered");
    fs::create_dir(&folder).unwrap();
    let mut wrong = vec![
        case("proof of another dossier's package", &certificate, &[("proof", &proof), ("package", &package_2)]),
        case("proof of another certificate", &old, &[("proof", &proof)]),
        case("snapshot of another certificate", &certificate, &[("snapshot", &proof)]),
        case("older against newer", &old, &[("against", &certificate)]),
    ];
    while wrong.len() < wanted {
        let place = folder.join(wrong.len().to_string());
        let mut with_file = |what: &str, from: &Path| {
            let bytes = tampered(&fs::read(from).unwrap(), &mut dice);
            fs::write(&place, &bytes).unwrap();
            format!("{what} {} {}", wrong.len(), digest(&bytes))
        };
        let next = match wrong.len() % 5 {
            0 => case(&with_file("certificate", &certificate), &place, &[]),
            1 => case(&with_file("proof", &proof), &certificate, &[("proof", &place)]),
            2 => case(&with_file("snapshot", &snapshot), &certificate, &[("snapshot", &place)]),
            3 => case(&with_file("old certificate", &old), &certificate, &[("against", &place)]),
            _ => {
                copy(&package, &place);
                let name = tamper_with_package(&place, &mut dice);
                case(
                    &format!("package {} {name}", wrong.len()),
                    &certificate,
                    &[("proof", &proof), ("package", &place)],
                )
            }
        };
        wrong.push(next);
    }
    let all: Vec<_> = right.iter().chain(&wrong).collect();
    let opinions = second_opinions(&all.iter().map(|case| case.for_python(&key)).collect::<Vec<_>>());
    assert_eq!(opinions.len(), all.len());
    for (i, (case, second)) in all.into_iter().zip(opinions).enumerate() {
        let code = case.judge(&key);
        let expected = if i < right.len() { code == 0 } else { [1, 3].contains(&code) };
        assert!(expected, "{}: {code}", case.what);
        assert_eq!(second, code == 0, "the second verifier on {}", case.what);
    }
}
