//! Users from the command line, and the port that `sohoa serve` answers at.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::TestHome;

#[test]
fn users_are_added_and_switched_off_and_a_backup_keeps_them() {
    let home = TestHome::new("fake");
    let add = |name: &str| home.run(&["--json", "user", "add", name, "--role", "counter", "--agency", "UBND xã Bịa"]);
    let added = add("quay-1").ends_with(0).json();
    assert_eq!(added["users"][0]["agency"], "UBND xã Bịa");
    let link = added["link"].as_str().unwrap();
    assert_eq!(link.len(), "http://127.0.0.1:0/password/".len() + 64, "{link}");
    add("quay-1").ends_with(3);
    add("Quầy 1").ends_with(2);
    let mut command = home.command(&["--json", "user", "add", "chief", "--role", "admin"]);
    crate::support::run(command.env("SOHOA_PASSWORD", "too short")).ends_with(3);
    let chief = crate::support::run(command.env("SOHOA_PASSWORD", "long enough it is")).ends_with(0);
    assert!(chief.json()["link"].is_null() && !chief.stdout.contains("argon2"), "{}", chief.stdout);
    home.run(&["user", "disable", "quay-1"]).ends_with(0);
    home.run(&["user", "disable", "chief"]).ends_with(3);
    home.run(&["user", "disable", "nobody"]).ends_with(3);
    let token = home.json(&["user", "token", "chief", "portal", "--scope", "read"]);
    assert_eq!(token["token"].as_str().unwrap().len(), 64);
    home.run(&["user", "token", "chief", "portal", "--drop"]).ends_with(0);

    let users = home.json(&["user", "list"]);
    let off: Vec<_> = users["users"].as_array().unwrap().iter().map(|u| u["disabled"].clone()).collect();
    assert_eq!(off, [false, true]);
    let dest = home.path().join("backup");
    home.run(&["backup", dest.to_str().unwrap()]).ends_with(0);
    let other = TestHome::empty("fake");
    other.run(&["restore", dest.to_str().unwrap()]).ends_with(0);
    assert_eq!(other.json(&["user", "list"]), users);
    // The database is made anew; the accounts stay.
    other.lose_database();
    other.run(&["rebuild"]).ends_with(0);
    assert_eq!(other.json(&["user", "list"]), users);
    other.run(&["verify"]).ends_with(0);
}

#[test]
fn serve_answers_and_ends_although_somebody_stays_connected() {
    let home = TestHome::new("fake");
    let serve = home.serve();
    home.wait_for_log(60, "answering", 1);
    let log = home.log();
    let address = log.split_once("http://").unwrap().1.split(['"', ' ', '\n']).next().unwrap().to_owned();
    let mut browser = TcpStream::connect(&address).unwrap();
    browser.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    browser.write_all(b"GET /healthz HTTP/1.1\r\nHost: sohoa.test\r\n\r\n").unwrap();
    let mut answer = [0; 4096];
    let read = browser.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
    // The port is taken: another one says so and does nothing.
    let second = home.run(&["serve", "--listen", &address]).ends_with(4);
    assert!(second.stderr.contains("cannot listen at"), "{}", second.stderr);
    let asked = Instant::now();
    serve.stop();
    assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
}
