//! What is refused is refused by Landlock alone, by seccomp alone, and in a program that was started confined; what is
//! needed goes on. Each attempt is made without confinement first: there it succeeds.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::Stdio;

use tempfile::TempDir;

use super::*;

/// The first version of Landlock that knows TCP, and that knows signals.
const TCP: i32 = 4;
const SIGNALS: i32 = 6;

/// A folder with a secret, a paper, and sockets that take whoever comes.
struct Outside {
    dir: TempDir,
    tcp: TcpListener,
    _unix: UnixListener,
}

impl Outside {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("secret"), "secret\n").unwrap();
        fs::write(dir.path().join("paper"), "paper\n").unwrap();
        let unix = UnixListener::bind(dir.path().join("socket")).unwrap();
        Self { dir, tcp: TcpListener::bind("127.0.0.1:0").unwrap(), _unix: unix }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What is tried by name; true when it succeeds.
    fn attempt(&self, what: &str) -> bool {
        let (secret, new) = (self.path("secret"), self.path("new"));
        match what {
            "read" => fs::read(&secret).is_ok(),
            "list" => fs::read_dir(self.dir.path()).is_ok(),
            "create" => fs::File::create_new(&new).is_ok(),
            "append" => fs::OpenOptions::new().append(true).open(&secret).is_ok_and(|mut f| f.write_all(b"x").is_ok()),
            "truncate" => fs::File::create(&secret).is_ok(),
            "rename" => fs::rename(&secret, &new).and_then(|()| fs::rename(&new, &secret)).is_ok(),
            "link" => fs::hard_link(&secret, &new).is_ok(),
            "symlink" => std::os::unix::fs::symlink(&secret, &new).is_ok(),
            "folder" => fs::create_dir(&new).is_ok(),
            "remove" => fs::remove_file(&secret).is_ok(),
            "chmod" => fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).is_ok(),
            "chown" => std::os::unix::fs::chown(&secret, None, None).is_ok(),
            "times" => fs::File::open(&secret)
                .and_then(|f| f.set_times(fs::FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH)))
                .is_ok(),
            "tcp" => TcpStream::connect(self.tcp.local_addr().unwrap()).is_ok(),
            "listen" => TcpListener::bind("127.0.0.1:0").is_ok(),
            "tcp6" => TcpListener::bind("[::1]:0").is_ok(),
            "udp" => UdpSocket::bind("127.0.0.1:0").is_ok(),
            "unix" => UnixStream::connect(self.path("socket")).is_ok(),
            "datagram" => UnixDatagram::unbound().is_ok(),
            "run" => Command::new("/bin/true").spawn().and_then(|mut child| child.wait()).is_ok(),
            other => panic!("{other}"),
        }
    }

    /// Those that succeed when a thread is confined in a way first, each in a folder as it was.
    fn succeed(attempts: &[&'static str], confine: impl Fn() + Sync) -> Vec<&'static str> {
        let succeeds = |what: &&&str| {
            let outside = Self::new();
            on_a_thread(|| {
                confine();
                outside.attempt(what)
            })
            .unwrap()
        };
        attempts.iter().filter(succeeds).copied().collect()
    }
}

/// Said on the terminal, not by a macro whose words the test's runner would keep to itself.
fn skipped(lacking: &str) {
    let name = thread::current().name().unwrap_or_default().to_owned();
    writeln!(io::stderr(), "\n*** SKIPPED: {name}: this kernel has no {lacking}, nothing was tested ***\n").unwrap();
}

fn nothing_confined() {}

#[test]
fn landlock_alone_refuses_files_programs_and_tcp() {
    let Some(abi) = on_a_thread(|| files::enforce(&[], &[])).unwrap().unwrap() else { return skipped("Landlock") };
    let mut attempts =
        vec!["read", "list", "create", "append", "truncate", "rename", "link", "symlink", "folder", "remove", "run"];
    attempts.extend((abi >= TCP).then_some(["tcp", "listen"]).into_iter().flatten());
    assert_eq!(Outside::succeed(&attempts, nothing_confined), attempts);
    let confine = || assert!(files::enforce(&[], &[]).unwrap().is_some());
    assert_eq!(Outside::succeed(&attempts, confine), Vec::<&str>::new());
}

#[test]
fn seccomp_alone_refuses_sockets_and_changes() {
    if !on_a_thread(calls::enforce).unwrap().unwrap() {
        return skipped("seccomp");
    }
    let files = ["create", "append", "truncate", "rename", "link", "symlink", "folder", "remove"];
    let beside = ["chmod", "chown", "times", "tcp", "listen", "udp", "unix", "datagram"];
    let attempts = [&files[..], &beside].concat();
    assert_eq!(Outside::succeed(&attempts, nothing_confined), attempts);
    let confine = || assert!(calls::enforce().unwrap());
    assert_eq!(Outside::succeed(&attempts, confine), Vec::<&str>::new());
    assert!(Outside::succeed(&["tcp6"], confine).is_empty());
    // What every program does goes on.
    let harmless = ["read", "list", "run"];
    assert_eq!(Outside::succeed(&harmless, confine), harmless);
}

#[test]
fn what_is_named_can_be_read_and_nothing_beside_it() {
    let Some(_) = trial().unwrap().landlock else { return skipped("Landlock") };
    let outside = Outside::new();
    let confinement = Confinement::default().reading(outside.path("paper")).reading(outside.path("not there"));
    on_a_thread(|| {
        confinement.enforce().unwrap();
        assert_eq!(fs::read_to_string(outside.path("paper")).unwrap(), "paper\n");
        assert_eq!(fs::read(outside.path("secret")).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert!(fs::OpenOptions::new().append(true).open(outside.path("paper")).is_err());
    })
    .unwrap();
}

#[test]
fn signals_stay_inside() {
    if trial().unwrap().landlock.is_none_or(|abi| abi < SIGNALS) {
        return skipped("Landlock that knows signals");
    }
    let mut sleeper = Command::new("sleep").arg("60").spawn().unwrap();
    let refused = on_a_thread(|| {
        Confinement::default().enforce().unwrap();
        sleeper.kill().unwrap_err().kind()
    });
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    assert_eq!(refused.unwrap(), io::ErrorKind::PermissionDenied);
}

/// What a shell says that tries this and that; nothing but its own commands, since it may run no other program.
fn tried_by_a_shell(outside: &Outside, confinement: Option<&Confinement>) -> Vec<String> {
    const TRIES: &str = r#"
        { read -r line < "$1/paper" && echo "$line"; } 2>&-
        { read -r line < "$1/secret" && echo "$line"; } 2>&-
        { echo x > "$1/new" && echo created; } 2>&-
        { : 3<> "/dev/tcp/127.0.0.1/$2" && echo connected; } 2>&-
        { (exec /bin/true) && echo ran; } 2>&-
        echo done"#;
    let mut command = Command::new("/bin/bash");
    command.args(["-c", TRIES, "bash"]).arg(outside.dir.path());
    command.arg(outside.tcp.local_addr().unwrap().port().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = match confinement {
        Some(confinement) => {
            // The place where it would throw its words away is not open to it.
            confinement.spawn(command.stderr(Stdio::piped()))
        }
        None => command.spawn(),
    };
    let out = child.unwrap().wait_with_output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_program_is_confined_from_its_start_and_the_one_that_starts_it_is_not() {
    if !trial().unwrap().is_whole() {
        return skipped("Landlock, or no seccomp");
    }
    let outside = Outside::new();
    assert_eq!(tried_by_a_shell(&outside, None), ["paper", "secret", "created", "connected", "ran", "done"]);
    fs::remove_file(outside.path("new")).unwrap();
    let confinement = Confinement::of_program("/bin/bash").reading(outside.path("paper"));
    assert_eq!(tried_by_a_shell(&outside, Some(&confinement)), ["paper", "done"]);
    assert!(outside.attempt("create") && outside.attempt("tcp"), "the test itself is confined");
}

#[test]
fn programs_are_found_where_the_system_looks() {
    let shell = find_program("sh").unwrap();
    assert!(shell.is_absolute() && shell.ends_with("sh"));
    assert_eq!(find_program("no-such-program-here"), None);
    let missing = Confinement::of_program("/no/such/program").spawn(&mut Command::new("/no/such/program"));
    assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::NotFound);
}
