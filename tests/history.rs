//! What can be made anew and what can be undone: the database from what is stored, a decision from the events.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

use crate::support::{TestHome, jpeg, pdf, register_csv};

const DOSSIERS: [&str; 3] = ["H41.20-230615-0001", "H41.20-230615-0002", "H41.20-230615-0003"];

/// Papers of every fate: attached, awaiting the register, duplicate, rejected, in review, decided by a person.
fn home() -> TestHome {
    let home = TestHome::new("fake");
    home.register(&register_csv(&[(DOSSIERS[0], "TP1"), (DOSSIERS[1], "TP1"), (DOSSIERS[1], "TP2")]));
    let drop = home.path().join("drop");
    let put = |name: &str, bytes: &[u8]| {
        let path = drop.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    put("H41.20-230615-0001/TP1 đơn.jpg", &jpeg(1));
    put("H41.20-230615-0002/TP1.pdf", &pdf(&[2, 3]));
    put("H41.20-230615-0002/TP1 lần nữa.pdf", &pdf(&[2, 3]));
    put("H41.20-230615-0003/TP1.jpg", &jpeg(4));
    put("H41.20-230615-0001/hỏng.pdf", b"no paper");
    put("không mã/a.jpg", &jpeg(5));
    put("không mã/b.jpg", &jpeg(6));
    put("không mã/c.jpg", &jpeg(7));
    home.run(&["ingest", "--wait", drop.to_str().unwrap()]).ends_with(1);
    home
}

fn in_review(home: &TestHome) -> Vec<i64> {
    let listed = home.run(&["--json", "review", "list"]).json();
    listed.as_array().unwrap().iter().map(|i| i["file"].as_i64().unwrap()).collect()
}

/// Lets the queue run until nothing is pending.
fn work(home: &TestHome) {
    let serve = home.serve();
    home.wait_for(60, |ledger| ledger["files"]["pending"] == 0);
    serve.stop();
}

fn decide(home: &TestHome, arguments: &[&str], state: &str) {
    let arguments = [&["--json", "review"], arguments, &["--by", "lan"]].concat();
    assert_eq!(home.run(&arguments).ends_with(0).json()["state"], state, "{arguments:?}");
}

fn is_clean(home: &TestHome) {
    let verified = home.run(&["--json", "verify"]).ends_with(0).json();
    assert_eq!(verified["problems"].as_array().unwrap().len(), 0, "{verified}");
}

/// All that people ask the records for.
fn answers(home: &TestHome) -> Vec<Value> {
    let mut out = vec![
        home.run(&["--json", "status"]).json(),
        home.run(&["--json", "coverage"]).json(),
        home.run(&["--json", "review", "list"]).json(),
    ];
    out.extend(["trang", "fake", "page", "TP1"].map(|words| home.run(&["--json", "search", words]).json()));
    out.extend(DOSSIERS.map(|code| home.run(&["--json", "dossier", "show", code]).json()));
    out
}

#[test]
fn a_lost_database_is_made_anew_with_the_same_answers() {
    let home = home();
    let waiting = in_review(&home);
    assert_eq!(waiting.len(), 3);
    decide(&home, &["assign", &waiting[0].to_string(), "--dossier", DOSSIERS[1], "--component", "TP2"], "pending");
    decide(&home, &["reject", &waiting[1].to_string(), "--reason", "một tờ giấy trắng"], "rejected");
    work(&home);
    home.register(&register_csv(&[(DOSSIERS[2], "TP1")]));
    is_clean(&home);
    let before = answers(&home);
    assert!(
        before[3..7].iter().any(|hits| !hits.as_array().unwrap().is_empty()),
        "the search finds nothing to compare"
    );
    home.run(&["rebuild"]).ends_with(4);
    home.lose_database();
    let rebuilt = home.run(&["--json", "rebuild"]).ends_with(0).json();
    assert_eq!(rebuilt["files"], 8, "{rebuilt}");
    assert_eq!(answers(&home), before);
    is_clean(&home);
    // And work goes on from there.
    decide(&home, &["undo", &waiting[1].to_string()], "review");
    decide(&home, &["assign", &waiting[2].to_string(), "--dossier", DOSSIERS[0]], "pending");
    work(&home);
    is_clean(&home);
}

#[test]
fn every_decision_is_put_on_record_and_can_be_undone() {
    let home = home();
    let first = in_review(&home)[0].to_string();
    let files = |home: &TestHome| home.ledger()["files"].clone();
    let before = files(&home);
    // Rejected, and not.
    decide(&home, &["reject", &first, "--reason", "không phải hồ sơ"], "rejected");
    decide(&home, &["undo", &first], "review");
    assert_eq!(files(&home), before);
    is_clean(&home);
    // Put on a dossier, done, and taken off again.
    decide(&home, &["assign", &first, "--dossier", DOSSIERS[0]], "pending");
    work(&home);
    let documents = |home: &TestHome| {
        let shown = home.run(&["--json", "dossier", "show", DOSSIERS[0]]).json();
        shown["documents"].as_array().unwrap().iter().filter(|d| d["state"] != "removed").count()
    };
    assert_eq!(documents(&home), 2);
    is_clean(&home);
    decide(&home, &["undo", &first], "review");
    assert_eq!((documents(&home), files(&home)), (1, before.clone()));
    is_clean(&home);
    // The same again: what was removed can be scanned, or assigned, once more.
    decide(&home, &["assign", &first, "--dossier", DOSSIERS[0], "--component", "TP1"], "pending");
    work(&home);
    assert_eq!(documents(&home), 2);
    decide(&home, &["undo", &first], "review");
    // Tried again, it ends where it was.
    decide(&home, &["retry", &first], "pending");
    decide(&home, &["undo", &first], "review");
    decide(&home, &["retry", &first], "pending");
    work(&home);
    assert_eq!(files(&home), before);
    is_clean(&home);
    // A person reads why, and who did what.
    let shown = home.run(&["--json", "review", "show", &first]).ends_with(0).json();
    assert_eq!(shown["code"], "no-dossier");
    let history = shown["history"].as_array().unwrap();
    let by_lan =
        history.iter().filter(|e| e["agent"] == "lan" && ["decided", "undone"].contains(&e["kind"].as_str().unwrap()));
    assert!(by_lan.count() >= 9, "{history:?}");
    // What is not there is refused, and nothing that cannot be undone is.
    home.run(&["review", "retry", "999"]).ends_with(3);
    home.run(&["review", "undo", "1"]).ends_with(3);
}

#[test]
fn whoever_holds_a_published_checkpoint_sees_a_cut_tail() {
    let home = home();
    let away = home.path().join("stick");
    std::fs::create_dir(&away).unwrap();
    home.change_settings(|text| text.replace("publish = []", "publish = [\"stick\"]"));
    work(&home);
    assert_eq!(std::fs::read_dir(&away).unwrap().count(), 1);
    is_clean(&home);
    // An administrator takes the last segment, the rows behind it and his own checkpoint away: a rebuild from a shorter
    // history.
    let events = home.path().join("events");
    let segments = || {
        let names = std::fs::read_dir(&events).unwrap().map(|e| e.unwrap().path());
        let mut names: Vec<_> = names.filter(|p| p.is_file()).collect();
        names.sort();
        names
    };
    let last = segments().pop().unwrap();
    let text = std::fs::read_to_string(&last).unwrap();
    let shorter: String = text.lines().take(text.lines().count() - 1).map(|l| format!("{l}\n")).collect();
    std::fs::remove_file(&last).unwrap();
    std::fs::write(&last, shorter).unwrap();
    std::fs::remove_dir_all(home.path().join("checkpoints")).unwrap();
    home.lose_database();
    home.run(&["rebuild"]);
    let verified = home.run(&["--json", "verify"]).ends_with(1).json();
    let problems = verified["problems"].as_array().unwrap();
    assert!(
        problems.iter().any(|p| p["kind"] == "checkpoint" && p["path"].as_str().unwrap().contains("stick")),
        "{verified}"
    );
}

/// Listens on a port of this machine, answers each request with the next of these lines, and gives what was posted.
fn listen(answers: &'static [&'static str]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/secret-path", listener.local_addr().unwrap());
    let (send, posted) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let mut connection = BufReader::new(listener.accept().unwrap().0);
            let (mut line, mut length) = (String::new(), 0);
            while connection.read_line(&mut line).unwrap() > 2 {
                let value = line.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap());
                length = value.unwrap_or(length);
                line.clear();
            }
            let mut body = vec![0; length];
            connection.read_exact(&mut body).unwrap();
            send.send(String::from_utf8(body).unwrap()).unwrap();
            let end = "content-length: 0\r\nconnection: close\r\n\r\n";
            write!(connection.get_mut(), "HTTP/1.1 {answer}\r\n{end}").unwrap();
        }
    });
    (url, posted)
}

#[test]
fn an_address_that_did_not_take_a_checkpoint_is_shown_and_gets_it_later() {
    let home = home();
    let (url, posted) = listen(&["503 Busy", "200 OK"]);
    home.change_settings(|text| text.replace("urls = []", &format!("urls = [\"{url}\"]")));
    work(&home);
    let refused = posted.try_iter().collect::<Vec<_>>();
    let place = url.strip_suffix("/secret-path").unwrap();
    let missing = serde_json::json!([{ "place": place, "checkpoints": 1 }]);
    assert_eq!(home.status()["unpublished"], missing);
    assert!(home.run(&["status"]).stdout.contains(&format!("{place} lacks 1 checkpoints")));
    assert_eq!(home.logged("checkpoints could not be published"), 1);
    assert!(home.log().contains("it answered 503") && !home.log().contains("secret-path"), "{}", home.log());
    work(&home);
    assert_eq!(home.status()["unpublished"], serde_json::json!([]));
    let taken: Vec<_> = posted.try_iter().collect();
    let own = std::fs::read_dir(home.path().join("checkpoints")).unwrap().map(|e| e.unwrap().path());
    let own: Vec<_> = own.filter(|path| path.extension().is_some_and(|e| e == "checkpoint")).collect();
    let texts: Vec<_> = own.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!((&refused, &taken), (&texts, &texts));
    is_clean(&home);
}

#[test]
fn a_backup_made_during_work_becomes_a_home_that_verifies() {
    let home = home();
    let dest = home.path().join("backup");
    let to = dest.to_str().unwrap().to_owned();
    // Files come in while it is made.
    let serve = home.serve();
    let inbox = home.path().join("inbox").join(DOSSIERS[0]);
    std::fs::create_dir_all(&inbox).unwrap();
    for n in 20..26 {
        std::fs::write(inbox.join(format!("{n}.jpg")), jpeg(n)).unwrap();
    }
    home.run(&["backup", &to]).ends_with(0);
    home.wait_for(60, |ledger| ledger["files"]["seen"] == 14 && ledger["files"]["pending"] == 0);
    serve.stop();
    // Again: only what is new.
    let second = home.run(&["--json", "backup", &to]).ends_with(0).json();
    assert!(second["kept"].as_u64().unwrap() > 20, "{second}");
    let other = TestHome::empty("fake");
    other.run(&["restore", &to]).ends_with(0);
    is_clean(&other);
    assert_eq!(other.ledger(), home.ledger());
    other.run(&["restore", &to]).ends_with(4);
    // The newest segment of events is gone with the database: the bytes are there, and so is where they belong.
    let events = other.path().join("events");
    let listed = std::fs::read_dir(&events).unwrap().map(|e| e.unwrap().path());
    let mut segments: Vec<_> = listed.filter(|p| p.is_file()).collect();
    segments.sort();
    std::fs::remove_file(segments.pop().unwrap()).unwrap();
    std::fs::remove_dir_all(other.path().join("checkpoints")).unwrap();
    other.lose_database();
    let rebuilt = other.run(&["--json", "rebuild"]).ends_with(0).json();
    work(&other);
    let stored = |home: &TestHome| (home.ledger()["files"]["seen"].clone(), home.ledger()["files"]["attached"].clone());
    assert_eq!(stored(&other), stored(&home), "{rebuilt}");
    is_clean(&other);
}
