//! The API of a running program: pushes, files in parts over a restart, and webhooks as docs/API.md has them checked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Serving, TestHome, jpeg, root};

/// A home with a program's token.
struct Api {
    home: TestHome,
    token: String,
    served: Option<Serving>,
    address: String,
    starts: usize,
}

/// What was answered.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let line = |line: &'_ str| {
            line.split_once(": ").filter(|(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, v)| v.len())
        };
        let found = self.head.lines().find_map(|l| line(l).map(|length| &l[l.len() - length..]));
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.head, self.body))
    }
}

impl Api {
    fn new() -> Self {
        let home = TestHome::new("fake");
        home.run(&["user", "add", "portal", "--role", "archivist"]).ends_with(0);
        let token = home.json(&["user", "token", "portal", "test", "--scope", "read,write"]);
        let token = token["token"].as_str().unwrap().to_owned();
        let served = Some(home.serve());
        let mut api = Self { home, token, served, address: String::new(), starts: 1 };
        api.find();
        api
    }

    /// Where it answers.
    fn find(&mut self) {
        self.home.wait_for_log(60, "answering", self.starts);
        let log = self.home.log();
        self.address = log.rsplit_once("http://").unwrap().1.split(['"', ' ', '\n']).next().unwrap().to_owned();
    }

    /// Ends it without warning and starts it anew.
    fn crash(&mut self) {
        self.served.take().unwrap().kill();
        self.served = Some(self.home.serve());
        self.starts += 1;
        self.find();
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: sohoa.test\r\nConnection: close\r\n");
        head += &format!("Authorization: Bearer {}\r\nContent-Length: {}\r\n", self.token, body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    fn push(&self, dossiers: &str) -> Answer {
        self.ask("POST", "/api/v1/dossiers", &[("Content-Type", "application/json")], dossiers.as_bytes())
    }
}

const CODE: &str = "H41.20-230615-0001";

fn dossier(state: u8, code: &str) -> String {
    format!(
        r#"[{{"MaHoSo": "{code}", "TrangThaiHoSo": {state}, "DonViXuLy": "UBND xã Bịa", "ChuHoSo": "Chử Văn Nghĩnh",
            "NgayTiepNhan": "20230615080500", "TaiLieuNop": [{{"MaThanhPhanHoSo": "TP01", "TenTepDinhKem": "Đơn"}}]}}]"#
    )
}

#[test]
fn dossiers_are_pushed_and_a_large_file_survives_a_restart() {
    let mut api = Api::new();
    let counts = |answer: &Answer| {
        let json = answer.json();
        ["new", "changed", "unchanged"].map(|name| json[name].as_u64().unwrap())
    };
    assert_eq!(counts(&api.push(&dossier(2, CODE))), [1, 0, 0]);
    assert_eq!(counts(&api.push(&dossier(2, CODE))), [0, 0, 1]);
    assert_eq!(counts(&api.push(&dossier(4, CODE))), [0, 1, 0]);
    let wrong = api.push(&dossier(4, "Chử Văn Nghĩnh"));
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["number"]), (422, &1.into()));
    assert!(!wrong.body.contains("Chử"), "{}", wrong.body);
    let shown = api.get(&format!("/api/v1/dossiers/{CODE}")).json();
    assert_eq!((&shown["status"], &shown["components"][0]["state"]), (&4.into(), &"missing".into()));
    let imports = api.home.json(&["register", "imports"]);
    assert_eq!((&imports[0]["agent"], &imports[0]["file"]), (&"portal".into(), &"api.json".into()));

    let bytes = jpeg(1);
    let length = bytes.len().to_string();
    // đơn.jpg
    let name = [("Upload-Length", length.as_str()), ("Upload-Metadata", "filename xJHGoW4uanBn")];
    let begun = api.ask("POST", &format!("/api/v1/dossiers/{CODE}/uploads"), &name, b"");
    assert_eq!(begun.status, 201, "{}", begun.body);
    let place = begun.header("Location").to_owned();
    let kind = ("Content-Type", "application/offset+octet-stream");
    let half = bytes.len() / 2;
    assert_eq!(api.ask("PATCH", &place, &[kind, ("Upload-Offset", "0")], &bytes[..half]).status, 204);
    api.crash();
    let offset = api.ask("HEAD", &place, &[], b"").header("Upload-Offset").to_owned();
    assert_eq!(offset, half.to_string());
    assert_eq!(api.ask("PATCH", &place, &[kind, ("Upload-Offset", &offset)], &bytes[half..]).status, 204);
    let standing = api.get(&place).json();
    let file = standing["file"].as_i64().unwrap_or_else(|| panic!("{standing}"));
    assert_eq!(std::fs::read_dir(api.home.path().join("resumable")).unwrap().count(), 1, "only the note stays");
    let digest = || api.get(&format!("/api/v1/files/{file}")).json();
    assert_eq!((&digest()["bytes"], &digest()["dossier"]), (&bytes.len().into(), &CODE.into()));
    // What is promised to come has a limit, and so has each file.
    let large = [("Upload-Length", "4294967297"), name[1]];
    assert_eq!(api.ask("POST", &format!("/api/v1/dossiers/{CODE}/uploads"), &large, b"").status, 413);
    let large = [("Upload-Length", "4294967296"), name[1]];
    let statuses: Vec<u16> =
        (0..6).map(|_| api.ask("POST", &format!("/api/v1/dossiers/{CODE}/uploads"), &large, b"").status).collect();
    assert_eq!(statuses, [201, 201, 201, 201, 201, 507]);
}

/// Answers posts one after the other, each with the next status, and prints headers and body of each, and whether they are genuine.
const RECEIVER: &str = r#"
import http.server, json, sys

statuses = [500, 200, 200]

class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        genuine = verify(sys.argv[1], self.headers, body) and not verify(sys.argv[1], self.headers, body + b" ")
        print(json.dumps([genuine, json.loads(body), self.headers["webhook-id"]]), flush=True)
        self.send_response(statuses.pop(0))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
# The secret is there once somebody who knows the port was told of it.
sys.argv[1:] = [sys.stdin.readline().strip()]
server.serve_forever()
"#;

#[test]
fn a_webhook_is_told_until_it_takes_it_and_can_check_who_speaks() {
    let api = Api::new();
    let text = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let verify = text.split_once("```python\n").unwrap().1.split_once("```").unwrap().0;
    let mut receiver = Command::new("python3")
        .args(["-c", &format!("{verify}{RECEIVER}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(receiver.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = format!("http://127.0.0.1:{}/hook", said.next().unwrap());
    api.home.run(&["webhook", "add", "portal.example", "--topic", "document.attached"]).ends_with(3);
    api.home.run(&["webhook", "add", &url, "--topic", "document.burned"]).ends_with(2);
    let added = api.home.json(&["webhook", "add", &url, "--topic", "document.attached,dossier.complete"]);
    writeln!(receiver.stdin.take().unwrap(), "{}", added["secret"].as_str().unwrap()).unwrap();

    assert_eq!(api.push(&dossier(4, CODE)).status, 200);
    let bytes = jpeg(1);
    let key = ("Idempotency-Key", "1");
    let path = format!("/api/v1/dossiers/{CODE}/files?name={CODE}_TP01_don.jpg");
    let sent = api.ask("POST", &path, &[key], &bytes);
    assert_eq!((sent.status, api.ask("POST", &path, &[key], &bytes).body), (202, sent.body.clone()));
    // The first is refused once: it comes again, with the same id.
    let mut told: Vec<serde_json::Value> =
        said.by_ref().take(3).map(|line| serde_json::from_str(&line).unwrap()).collect();
    assert!(told.iter().all(|message| message[0] == true), "{told:?}");
    told.sort_by_key(|message| message[2].to_string());
    assert_eq!((&told[0][2], &told[0][1]), (&told[1][2], &told[1][1]));
    let types: Vec<_> = [&told[0], &told[2]].map(|message| message[1]["type"].clone()).to_vec();
    assert_eq!(types, ["document.attached", "dossier.complete"]);
    assert_eq!(told[0][1]["data"]["component"], "TP01");
    let until = Instant::now() + Duration::from_secs(30);
    let messages = || api.home.json(&["webhook", "messages"]);
    while messages().as_array().unwrap().iter().any(|m| m["state"] != "delivered") {
        assert!(Instant::now() < until, "{}", messages());
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(api.home.json(&["webhook", "messages", "--dead"]), serde_json::json!([]));
    // A backup has it.
    let dest = api.home.path().join("backup");
    api.home.run(&["backup", dest.to_str().unwrap()]).ends_with(0);
    let other = TestHome::empty("fake");
    other.run(&["restore", dest.to_str().unwrap()]).ends_with(0);
    assert_eq!(other.json(&["webhook", "list"])["webhooks"], api.home.json(&["webhook", "list"])["webhooks"]);
    api.home.run(&["webhook", "remove", "1"]).ends_with(0);
    api.home.run(&["webhook", "remove", "1"]).ends_with(3);
    api.home.run(&["webhook", "resend", "1"]).ends_with(3);
    receiver.kill().unwrap();
    receiver.wait().unwrap();
}
