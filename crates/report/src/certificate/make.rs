//! Makes a certificate from one state of the records, in one pass: memory holds hashes, and not one for each dossier.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{DossierEntry, Event, EventKind, Hasher, Outcome, Sha256Digest};
use sohoa_store::{Records, StandingDocument, Witness, read_file};

use super::kept::{CERTIFICATE, DOSSIERS, Kept, Salts, TMP, statement_of};
use super::leaf::{DocumentsLine, Figures, RegisterLine};
use super::proof::leaf_text;
use super::statement::Statement;
use super::{CertificateError, io_error, stamp};
use crate::checkpoint::{CheckpointKey, write_whole};
use crate::merkle::{Continuing, Growing, leaf};
use crate::publish::Address;

/// What a certificate is made with.
pub struct Making<'a> {
    /// The records.
    pub records: &'a dyn Records,
    /// Where the home keeps certificates.
    pub kept: &'a Kept,
    /// Who signs.
    pub key: &'a CheckpointKey,
    /// Who stamps, when anybody does.
    pub authority: Option<&'a Address>,
    /// Certificates made elsewhere that this one has to continue, beside all of the home's own.
    pub since: &'a [PathBuf],
    /// What makes it: name and version.
    pub software: &'a str,
    /// Who has it made, for the history.
    pub person: &'a str,
    /// Time.
    pub now: Timestamp,
}

/// A certificate that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Where it lies.
    pub path: PathBuf,
    /// What it states.
    #[serde(flatten)]
    pub statement: Statement,
    /// Whether it is stamped.
    pub time_stamp: bool,
    /// Earlier certificates, by root, that the events do not continue: history was rewritten behind them.
    pub not_continued: Vec<Sha256Digest>,
    /// Digests of certificates that events tell of and that are not in the home's folder any more.
    pub lost: Vec<Sha256Digest>,
}

impl Making<'_> {
    /// Makes the certificate of a period (inclusive days of reception), keeps it, and writes it to `out` too when that is named. The
    /// event that tells of it comes behind the events that it speaks of.
    ///
    /// # Errors
    /// [`CertificateError`]; nothing is left at `out` then, unless the very last step failed, the event.
    pub async fn make(&self, from: Date, to: Date, out: Option<PathBuf>) -> Result<Made, CertificateError> {
        let own = self.kept.certificates()?;
        let mut earlier: Vec<Statement> = own.iter().map(|(_, statement)| statement.clone()).collect();
        for path in self.since {
            earlier.push(statement_of(path, &read_file(path).map_err(io_error(path))?)?);
        }
        let home = &self.kept.folder;
        let halves = home.join(TMP);
        fs::create_dir_all(&halves).map_err(io_error(&halves))?;
        let folder = tempfile::tempdir_in(&halves).map_err(io_error(&halves))?;
        let path = folder.path().join(DOSSIERS);
        let mut taking = Taking {
            out: BufWriter::new(File::create(&path).map_err(io_error(&path))?),
            salts: Salts::make(folder.path())?,
            events: Continuing::new(earlier.iter().map(|e| e.events)),
            certified: Vec::new(),
            figures: Figures::default(),
            register: Hasher::default(),
            dossiers: Growing::default(),
        };
        self.records.survey(from, to, &mut taking).await?;
        taking.out.flush().and_then(|()| taking.out.get_ref().sync_all()).map_err(io_error(&path))?;

        let continued = |e: &&Statement| taking.events.root_at(e.events) == Some(e.events_root);
        let since = earlier.iter().filter_map(|e| Some((e.events, taking.events.prove(e.events)?)));
        let statement = Statement {
            from,
            to,
            data_time: self.now,
            software: self.software.to_owned(),
            figures: taking.figures,
            register: taking.register.clone().finish(),
            root: taking.dossiers.root(),
            events: taking.events.tree().size(),
            events_root: taking.events.tree().root(),
            since: since.collect(),
        };
        let token = self.authority.map(|authority| stamp::ask(authority, statement.text().as_bytes())).transpose()?;
        let text = self.key.sign_text(&statement.signed_text(token.as_deref()));
        write_whole(&folder.path().join(CERTIFICATE), text.as_bytes()).map_err(io_error(home))?;
        let place = home.join(statement.root.to_string());
        fs::rename(folder.keep(), &place).map_err(io_error(&place))?;
        File::open(home).and_then(|dir| dir.sync_all()).map_err(io_error(home))?;
        if let Some(out) = &out {
            write_whole(out, text.as_bytes()).map_err(io_error(out))?;
        }
        self.records.tell(&[self.event(&statement, &text)]).await?;
        Ok(Made {
            path: out.unwrap_or_else(|| self.kept.file(&statement.root)),
            time_stamp: token.is_some(),
            not_continued: earlier.iter().filter(|e| !continued(e)).map(|e| e.root).collect(),
            lost: taking.certified.into_iter().filter(|d| own.iter().all(|(there, _)| there != d)).collect(),
            statement,
        })
    }

    fn event(&self, statement: &Statement, text: &str) -> Event {
        Event {
            at: self.now,
            kind: EventKind::Certified,
            outcome: Outcome::Success,
            agent: self.person.to_owned(),
            source: Some(Sha256Digest::of(text.as_bytes())),
            dossier: None,
            document: None,
            detail: format!("{} to {}, root {}", statement.from, statement.to, statement.root),
            file: None,
            change: None,
        }
    }
}

/// What grows while the records pass by.
struct Taking {
    out: BufWriter<File>,
    salts: Salts,
    events: Continuing,
    /// Digests of the certificates that events tell of.
    certified: Vec<Sha256Digest>,
    figures: Figures,
    register: Hasher,
    dossiers: Growing,
}

impl Witness for Taking {
    fn event(&mut self, text: &str) -> io::Result<()> {
        self.events.push(leaf(text.as_bytes()));
        // Most events are of another kind and need not be read.
        if text.contains(EventKind::Certified.as_str()) {
            let event: Event = serde_json::from_str(text)?;
            self.certified.extend(event.source.filter(|_| event.kind == EventKind::Certified));
        }
        Ok(())
    }

    fn undated(&mut self, dossiers: u64) {
        self.figures.undated = dossiers;
    }

    fn dossier(&mut self, entry: DossierEntry, documents: Vec<StandingDocument>) -> io::Result<()> {
        let register = RegisterLine::from(entry);
        let hung = DocumentsLine::new(&register, documents);
        self.figures.count(&register, &hung);
        let salt = self.salts.of(&register.dossier);
        let (register, hung) = (serde_json::to_string(&register)?, serde_json::to_string(&hung)?);
        self.register.update(format!("{register}\n").as_bytes());
        self.dossiers.push(leaf(leaf_text(&salt, &register, &hung).as_bytes()));
        writeln!(self.out, "{register}\n{hung}")
    }
}
