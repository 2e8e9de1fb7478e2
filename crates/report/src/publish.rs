//! Checkpoints sent to addresses: each is posted once it is there, and again until it was taken.
//!
//! What was sent to whom is noted beside the checkpoints, in a file for each address: the name of the last one that was
//! taken. A crash between the answer and the note sends one again; a receiver may see the same text twice.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sohoa_domain::Sha256Digest;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use crate::checkpoint::{CheckpointError, CheckpointFolders, io_error, own_names, write_whole};

/// How long one address may take, from its name to its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An address that is posted to, as for checkpoints: `https://…` or `http://…`. Shown and logged without what may be secret in it: names
/// of users, passwords, path and query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    url: String,
    shown: String,
}

/// No address that something can be posted to.
#[derive(Debug, thiserror::Error)]
#[error("an address that something is posted to begins with http:// or https://, and one does not")]
pub struct NoAddress;

impl TryFrom<String> for Address {
    type Error = NoAddress;

    fn try_from(url: String) -> Result<Self, NoAddress> {
        let uri: Uri = url.parse().map_err(|_| NoAddress)?;
        let (Some(scheme @ ("http" | "https")), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(NoAddress);
        };
        let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{scheme}://{host}{port}");
        Ok(Self { url, shown })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The home's checkpoints and the addresses that get them.
#[derive(Debug, Clone)]
pub struct Receivers {
    /// Where the home keeps its checkpoints.
    pub own: PathBuf,
    /// Who gets them.
    pub addresses: Vec<Address>,
}

/// A place of publication that has not got everything yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unpublished {
    /// Folder or address.
    pub place: String,
    /// So many checkpoints are missing there.
    pub checkpoints: usize,
}

impl Receivers {
    /// Sends every address the checkpoints that it has not taken yet, oldest first. One that does not take one is logged,
    /// and tried again the next time. Takes up to ten seconds for an address that is away.
    ///
    /// # Errors
    /// [`CheckpointError::Io`] of the home.
    pub fn send(&self) -> Result<(), CheckpointError> {
        self.send_within(PATIENCE)
    }

    fn send_within(&self, patience: Duration) -> Result<(), CheckpointError> {
        for address in &self.addresses {
            let agent = agent(patience);
            for name in self.unsent(address)? {
                let path = self.own.join(&name);
                let text = fs::read_to_string(&path).map_err(io_error(&path))?;
                if let Err(error) = post(&agent, address, &text) {
                    tracing::warn!(%address, error, "checkpoints could not be published; tried again later");
                    break;
                }
                let note = self.note(address);
                write_whole(&note, name.as_bytes()).map_err(io_error(&note))?;
            }
        }
        Ok(())
    }

    /// Names of the checkpoints that an address has not taken, oldest first.
    fn unsent(&self, address: &Address) -> Result<Vec<String>, CheckpointError> {
        let mut names = own_names(&self.own)?;
        let note = self.note(address);
        match fs::read_to_string(&note) {
            Ok(last) => names.retain(|name| *name > last),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io_error(&note)(error)),
        }
        Ok(names)
    }

    /// Where the last checkpoint that an address took is noted. Not under its name, which may hold secrets.
    fn note(&self, address: &Address) -> PathBuf {
        self.own.join(format!("{}.sent", Sha256Digest::of(address.url.as_bytes())))
    }
}

/// The places of publication, folders and addresses, that lack checkpoints.
///
/// # Errors
/// [`CheckpointError::Io`] of the home.
pub fn unpublished(folders: &CheckpointFolders, receivers: &Receivers) -> Result<Vec<Unpublished>, CheckpointError> {
    let mut places = Vec::new();
    for folder in &folders.published {
        places.push((folder.display().to_string(), folders.missing(folder)?.len()));
    }
    for address in &receivers.addresses {
        places.push((address.to_string(), receivers.unsent(address)?.len()));
    }
    let behind = places.into_iter().filter(|(_, checkpoints)| *checkpoints > 0);
    Ok(behind.map(|(place, checkpoints)| Unpublished { place, checkpoints }).collect())
}

impl Address {
    /// Posts to it and gives the body of its answer, when that says that all went well.
    ///
    /// # Errors
    /// A clause without what may be secret.
    pub(crate) fn ask(&self, kind: &str, body: &[u8]) -> Result<Vec<u8>, String> {
        let mut answer = send(&agent(PATIENCE), self, kind, body)?;
        answer.body_mut().read_to_vec().map_err(|error| error.to_string())
    }
}

impl Address {
    /// Posts JSON to it, with these headers besides.
    ///
    /// # Errors
    /// A clause without what may be secret: it was not taken.
    pub fn tell(&self, headers: &[(&str, String)], body: &str) -> Result<(), String> {
        let mut request = agent(PATIENCE).post(&self.url).content_type("application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        taken(request.send(body)).map(drop)
    }
}

/// Certificates are checked against those that the system trusts, so that an authority of one's own house will do.
fn agent(patience: Duration) -> ureq::Agent {
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
    ureq::Agent::config_builder()
        .tls_config(tls.build())
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into()
}

fn post(agent: &ureq::Agent, address: &Address, text: &str) -> Result<(), String> {
    send(agent, address, "text/plain; charset=utf-8", text.as_bytes()).map(drop)
}

fn send(
    agent: &ureq::Agent,
    address: &Address,
    kind: &str,
    body: &[u8],
) -> Result<ureq::http::Response<ureq::Body>, String> {
    taken(agent.post(&address.url).content_type(kind).send(body))
}

/// The answer, when it says that what was posted was taken.
fn taken(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<ureq::http::Response<ureq::Body>, String> {
    let answer = answer.map_err(|error| match error {
        ureq::Error::BadUri(_) => "not a usable address".to_owned(),
        other => other.to_string(),
    })?;
    // Taken is what it says is taken: being sent elsewhere is not.
    if answer.status().is_success() { Ok(answer) } else { Err(format!("it answered {}", answer.status().as_u16())) }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;

    use super::*;

    /// Listens on a port of this machine, answers each request with the next of these lines, and gives what was posted.
    /// Without a line left it takes the connection and says nothing.
    fn listen(answers: &'static [&'static str]) -> (String, Receiver<(String, String)>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://name:word@{}/log?key=hidden", listener.local_addr().unwrap());
        let mut answers = answers.iter();
        let (send, posted) = channel();
        thread::spawn(move || {
            let mut silent = Vec::new();
            for connection in listener.incoming() {
                let mut connection = BufReader::new(connection.unwrap());
                let Some(answer) = answers.next() else {
                    silent.push(connection);
                    continue;
                };
                let (mut head, mut line) = (String::new(), String::new());
                while connection.read_line(&mut line).unwrap() > 2 {
                    head += &line.to_lowercase();
                    line.clear();
                }
                let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).unwrap().parse().unwrap();
                let mut body = vec![0; length];
                connection.read_exact(&mut body).unwrap();
                send.send((head, String::from_utf8(body).unwrap())).unwrap();
                let end = "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                write!(connection.get_mut(), "HTTP/1.1 {answer}{end}").unwrap();
            }
        });
        (url, posted)
    }

    /// A home's folder with checkpoints of so many events.
    fn own(sizes: &[u64]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        sizes.iter().for_each(|size| add(&dir, *size));
        dir
    }

    fn add(dir: &tempfile::TempDir, size: u64) {
        fs::write(dir.path().join(format!("{size:012}.checkpoint")), format!("text of {size}\n")).unwrap();
    }

    fn receivers(dir: &tempfile::TempDir, urls: &[&str]) -> Receivers {
        let addresses = urls.iter().map(|url| Address::try_from((*url).to_owned()).unwrap()).collect();
        Receivers { own: dir.path().to_owned(), addresses }
    }

    fn behind(receivers: &Receivers) -> Vec<usize> {
        receivers.addresses.iter().map(|address| receivers.unsent(address).unwrap().len()).collect()
    }

    #[test]
    fn each_checkpoint_is_posted_once_in_order() {
        let dir = own(&[9, 17]);
        let (url, posted) = listen(&["200 OK", "201 Created", "204 No Content"]);
        let receivers = receivers(&dir, &[&url]);
        receivers.send().unwrap();
        receivers.send().unwrap();
        add(&dir, 100);
        receivers.send().unwrap();
        let posted: Vec<_> = posted.try_iter().collect();
        let bodies: Vec<_> = posted.iter().map(|(_, body)| body.as_str()).collect();
        assert_eq!(bodies, ["text of 9\n", "text of 17\n", "text of 100\n"]);
        for (head, _) in &posted {
            assert!(head.starts_with("post /log?key=hidden http/1.1\r\n"), "{head}");
            assert!(head.contains("content-type: text/plain"), "{head}");
        }
        assert_eq!(behind(&receivers), [0]);
    }

    #[test]
    fn what_is_refused_is_sent_again_and_holds_no_other_address_up() {
        let dir = own(&[9, 17]);
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let closed = format!("http://{closed}/");
        let (refusing, posted) = listen(&["200 OK", "503 Busy", "302 Found\r\nlocation: /elsewhere", "200 OK"]);
        let (silent, _unheard) = listen(&[]);
        let (working, also_posted) = listen(&["200 OK"; 2]);
        let receivers = receivers(&dir, &[&closed, &refusing, &silent, &working]);
        let send = || receivers.send_within(Duration::from_millis(500)).unwrap();
        send();
        assert_eq!(behind(&receivers), [2, 1, 2, 0]);
        send();
        assert_eq!(behind(&receivers), [2, 1, 2, 0]);
        send();
        assert_eq!(behind(&receivers), [2, 0, 2, 0]);
        let bodies = |posted: Receiver<(String, String)>| posted.try_iter().map(|(_, body)| body).collect::<Vec<_>>();
        assert_eq!(bodies(posted), ["text of 9\n", "text of 17\n", "text of 17\n", "text of 17\n"]);
        assert_eq!(bodies(also_posted), ["text of 9\n", "text of 17\n"]);
        let folders = CheckpointFolders { own: receivers.own.clone(), published: vec!["/nonexistent/share".into()] };
        let places = unpublished(&folders, &receivers).unwrap();
        let told: Vec<_> = places.iter().map(|p| (p.place.as_str(), p.checkpoints)).collect();
        let shown = |i: usize| receivers.addresses[i].to_string();
        assert_eq!(told, [("/nonexistent/share", 2), (&*shown(0), 2), (&*shown(2), 2)]);
    }

    #[test]
    fn a_port_that_speaks_no_tls_is_a_failure_and_no_more() {
        let dir = own(&[9]);
        let (url, _unheard) = listen(&[]);
        let receivers = receivers(&dir, &[&url.replace("http:", "https:")]);
        receivers.send_within(Duration::from_millis(500)).unwrap();
        assert_eq!(behind(&receivers), [1]);
    }

    #[test]
    fn secrets_of_an_address_are_not_shown() {
        let address = |url: &str| Address::try_from(url.to_owned());
        let shown = address("https://name:word@log.example.vn:8443/secret?key=hidden").unwrap();
        assert_eq!((shown.to_string(), format!("{shown:?}")), {
            let plain = "https://log.example.vn:8443".to_owned();
            (plain.clone(), plain)
        });
        for none in ["", "log.example.vn", "ftp://log.example.vn/", "/checkpoints", "https://"] {
            assert!(address(none).is_err(), "{none}");
        }
    }

    #[test]
    fn nothing_is_sent_before_there_is_a_checkpoint() {
        let dir = tempfile::tempdir().unwrap();
        let none = Receivers { own: dir.path().join("none"), ..receivers(&dir, &["http://127.0.0.1:9/"]) };
        none.send().unwrap();
        assert_eq!(behind(&none), [0]);
    }
}
