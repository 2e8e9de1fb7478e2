//! Time stamps: an authority of `openssl ts` behind a port of this machine, with `openssl ts -verify` as the judge.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use super::{Certified, PERIOD, check, codes};

const SETTINGS: &str = "[tsa]\ndefault_tsa = own\n[own]\nserial = serial\ndefault_policy = 1.2.3.4.1\n\
    digests = sha256\nsigner_digest = sha256\naccuracy = secs:1\nordering = yes\ntsa_name = yes\n\
    ess_cert_id_chain = no\n";

/// Runs openssl in a folder.
#[track_caller]
fn openssl(folder: &Path, command: &str) {
    let out = Command::new("openssl").current_dir(folder).args(command.split_whitespace()).output().unwrap();
    assert!(out.status.success(), "{command}: {}", String::from_utf8_lossy(&out.stderr));
}

/// Makes a root and the key and certificate of an authority, of this kind of key.
fn authority(folder: &Path, key: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("ts.cnf"), SETTINGS).unwrap();
    fs::write(folder.join("extensions"), "extendedKeyUsage = critical,timeStamping\nkeyUsage = digitalSignature\n")
        .unwrap();
    let new = format!("req -newkey {key} -nodes");
    openssl(folder, &format!("{new} -x509 -days 30 -subj /CN=Root -keyout root.key -out root.pem"));
    openssl(folder, &format!("{new} -subj /CN=Authority -keyout tsa.key -out tsa.csr"));
    openssl(folder, "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -days 20 -extfile extensions -out tsa.pem");
}

/// Answers requests for stamps until the test ends.
fn listen(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = BufReader::new(connection.unwrap());
            let (mut length, mut line) = (0, String::new());
            while connection.read_line(&mut line).unwrap() > 2 {
                if let Some(n) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = n.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            connection.read_exact(&mut body).unwrap();
            fs::write(folder.join("query"), body).unwrap();
            openssl(&folder, "ts -reply -config ts.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out reply");
            let reply = fs::read(folder.join("reply")).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", reply.len());
            connection.get_mut().write_all(&[head.as_bytes(), &reply].concat()).unwrap();
        }
    });
    url
}

/// Signs the lines of a certificate anew with the home's key, as somebody who has it can.
fn sign(certified: &Certified, text: &str, out: &Path) {
    let folder = out.parent().unwrap();
    let home = certified.home.path();
    let unarmoured = |text: &str| {
        fs::write(folder.join("armoured"), format!("{}\n", text.trim())).unwrap();
        openssl(folder, "base64 -d -A -in armoured -out unarmoured");
        fs::read(folder.join("unarmoured")).unwrap()
    };
    let seed = unarmoured(&fs::read_to_string(home.join("keys/checkpoint.key")).unwrap());
    // RFC 8410, 7: what stands before the seed.
    let pkcs8 = [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], &seed].concat();
    fs::write(folder.join("signer.der"), pkcs8).unwrap();
    fs::write(folder.join("signed"), text).unwrap();
    openssl(folder, "pkeyutl -sign -rawin -inkey signer.der -keyform DER -in signed -out signature");
    let public = fs::read_to_string(certified.key()).unwrap();
    let mark: u32 = u32::from_str_radix(public.split('+').nth(1).unwrap(), 16).unwrap();
    let signature = [&mark.to_be_bytes()[..], &fs::read(folder.join("signature")).unwrap()].concat();
    fs::write(folder.join("signature"), signature).unwrap();
    openssl(folder, "base64 -A -in signature -out line");
    let line = fs::read_to_string(folder.join("line")).unwrap();
    fs::write(out, format!("{text}\n\u{2014} sohoa.vn/events {}\n", line.trim())).unwrap();
}

/// The lines that are signed.
fn signed(certificate: &Path) -> String {
    fs::read_to_string(certificate).unwrap().split_once("\n\n").map(|(text, _)| format!("{text}\n")).unwrap()
}

#[test]
fn a_time_stamp_is_checked_as_openssl_does() {
    let certified = Certified::new();
    let (tsa, stranger) = (certified.path("tsa"), certified.path("stranger"));
    authority(&tsa, "rsa:2048");
    authority(&stranger, "ec -pkeyopt ec_paramgen_curve:P-256");
    let (url, key) = (listen(tsa.clone()), certified.key());
    let make = |name: &str, url: &str| {
        let out = certified.path(name);
        let mut command = certified.home.command(&[&["certificate", "make"], &PERIOD[..]].concat());
        (command.env("SOHOA_CERTIFICATE__TSA", url).arg(&out).output().unwrap().status.code().unwrap(), out)
    };
    let (code, certificate) = make("june.txt", &url);
    assert_eq!(code, 0);

    let text = signed(&certificate);
    let at = text.find("Dấu thời gian [time_stamp]: ").unwrap();
    let (stamped, token) = (&text[..at], text[at..].rsplit(' ').next().unwrap());
    fs::write(tsa.join("text"), stamped).unwrap();
    fs::write(tsa.join("armoured"), token).unwrap();
    openssl(&tsa, "base64 -d -A -in armoured -out token");
    openssl(&tsa, "ts -verify -token_in -in token -data text -CAfile root.pem");

    let root = tsa.join("root.pem");
    let report = check(&certificate, &key, &[("tsa-root", &root)]).ends_with(0).json();
    assert!(codes(&report, "checked").contains(&"time_stamp".to_owned()), "{report}");
    assert!(!codes(&report, "unchecked").contains(&"time_stamp_authority".to_owned()), "{report}");
    let report = check(&certificate, &key, &[]).ends_with(0).json();
    assert!(codes(&report, "unchecked").contains(&"time_stamp_authority".to_owned()), "{report}");
    let report = check(&certificate, &key, &[("tsa-root", &stranger.join("root.pem"))]).ends_with(1).json();
    assert_eq!(codes(&report, "problems"), ["time_stamp"]);

    // Another kind of key; and a stamp that was made of another text, put where this one was, by somebody with the key.
    let (code, other) = make("other.txt", &listen(stranger.clone()));
    assert_eq!(code, 0);
    check(&other, &key, &[("tsa-root", &stranger.join("root.pem"))]).ends_with(0);
    let forged = certified.path("forged.txt");
    sign(&certified, &format!("{stamped}{}", &signed(&other)[signed(&other).find("Dấu thời").unwrap()..]), &forged);
    let report = check(&forged, &key, &[]).ends_with(1).json();
    assert_eq!(codes(&report, "problems"), ["time_stamp"], "{report}");

    // Nobody answers: there is no certificate, and no event that tells of one.
    let before = fs::read_dir(certified.home.path().join("certificates")).unwrap().count();
    let (code, nothing) = make("nothing.txt", "http://127.0.0.1:9/");
    assert_eq!((code, nothing.exists()), (4, false));
    assert_eq!(fs::read_dir(certified.home.path().join("certificates")).unwrap().count(), before);
}

#[test]
fn figures_that_contradict_themselves_are_found_whoever_signed_them() {
    let certified = Certified::new();
    let (certificate, key) = (certified.make("june.txt", &[]), certified.key());
    let (text, forged) = (signed(&certificate), certified.path("forged.txt"));
    sign(&certified, &text, &forged);
    check(&forged, &key, &[]).ends_with(0);
    for (from, to) in [
        ("[full]: 1", "[full]: 2"),
        ("[full_percent]: 33.33", "[full_percent]: 100.00"),
        ("[any]: 2", "[any]: 4"),
        ("[missing]: 2", "[missing]: 0"),
        ("[leaves]: 4", "[leaves]: 3"),
        ("[out_of_scope]: 1", "[out_of_scope]: 0"),
        ("[from]: 2023-06-01", "[from]: 2023-06-01 "),
        ("[received]: 3", "[received]: 3\nHồ sơ [received]: 3"),
    ] {
        assert!(text.contains(from), "{from}");
        sign(&certified, &text.replace(from, to), &forged);
        let report = check(&forged, &key, &[]).ends_with(1).json();
        assert!(!codes(&report, "problems").contains(&"signature".to_owned()), "{report}");
    }
    // What the register tells is recomputed from its snapshot.
    let snapshot = certified.snapshot(&certificate);
    sign(&certified, &text.replace("[exempt]: 1", "[exempt]: 5"), &forged);
    let report = check(&forged, &key, &[("snapshot", &snapshot)]).ends_with(1).json();
    assert_eq!(codes(&report, "problems"), ["snapshot"]);
}
