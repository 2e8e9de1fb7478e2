//! The application: what it was given, and what it keeps in memory.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use jiff::SignedDuration;
use sohoa_domain::{Clock, Desk, DossierCode, Sha256Digest};
use sohoa_store::{Accounts, FileRow, LateAfter, Orphan, Programs, Records, StoreError};
use tokio::sync::watch;

use crate::access;
use crate::busy::Busy;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::secret::Secret;
use crate::stores::{
    Backlogs, Certificates, CoverSheets, FieldValues, Messenger, PagePictures, Readiness, Registers, Renditions,
    ResumableUploads, Uploads, Verification,
};
use crate::throttle::Throttle;
use crate::visitor::Visitor;

/// Settings of the application.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A session that was not used for so long has ended.
    pub session_idle: SignedDuration,
    /// A session ends after so long in any case.
    pub session_life: SignedDuration,
    /// A proxy stands before it: what it says of the client's address and scheme is believed.
    pub behind_proxy: bool,
    /// Address that people use, without a slash at its end; empty when it is that of each request.
    pub public_url: String,
    /// It answers with TLS itself.
    pub tls: bool,
    /// A scan is late so long after reception.
    pub late: LateAfter,
    /// Requests that a token or user may make of the API in a second, in the long run; at least 1.
    pub api_per_second: u32,
    /// Requests that it may make at once; at least 1.
    pub api_at_once: u32,
    /// A component that is scanned more than so many hours after reception is late.
    pub late_hours: i64,
}

/// A scan folder, or a folder of papers of former years.
#[derive(Debug, Clone)]
pub struct InboxPlace {
    /// Absolute path.
    pub path: std::path::PathBuf,
    /// Agency and counter that scan there; where no counter does, its name is empty.
    pub desk: Desk,
}

/// What the application is given.
pub struct Services {
    /// Records and queue.
    pub records: Arc<dyn Records>,
    /// Users.
    pub accounts: Arc<dyn Accounts>,
    /// Files of documents.
    pub renditions: Arc<dyn Renditions>,
    /// What people say that fields are.
    pub values: Arc<dyn FieldValues>,
    /// Pages as pictures.
    pub pictures: Arc<dyn PagePictures>,
    /// What takes files that are sent in.
    pub uploads: Arc<dyn Uploads>,
    /// What takes in papers of former years.
    pub backlogs: Arc<dyn Backlogs>,
    /// What makes cover sheets.
    pub cover_sheets: Arc<dyn CoverSheets>,
    /// Certificates of coverage.
    pub certificates: Arc<dyn Certificates>,
    /// What compares stored bytes with their digests.
    pub verification: Arc<dyn Verification>,
    /// What is kept for programs.
    pub programs: Arc<dyn Programs>,
    /// What takes dossiers that are pushed.
    pub registers: Arc<dyn Registers>,
    /// What keeps large files until they are whole.
    pub resumable: Arc<dyn ResumableUploads>,
    /// What sends messages to webhooks.
    pub messenger: Arc<dyn Messenger>,
    /// Whether work can be done.
    pub readiness: Arc<dyn Readiness>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Scan folders, and folders of papers of former years.
    pub inboxes: Vec<InboxPlace>,
    /// Settings.
    pub settings: Settings,
    /// Name and version of the program, the agent of what no user did.
    pub agent: String,
}

/// What handlers share.
pub(crate) struct Shared {
    pub(crate) services: Services,
    pub(crate) live: Live,
    pub(crate) metrics: Metrics,
    pub(crate) throttle: Throttle,
    /// What only one request at a time may work on.
    pub(crate) busy: Busy,
    /// Digest of the link by which the first administrator is made, until it was used.
    pub(crate) first_admin: Mutex<Option<Sha256Digest>>,
}

/// The state of every handler.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

impl std::ops::Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(crate) fn records(&self) -> &dyn Records {
        &*self.services.records
    }

    pub(crate) fn accounts(&self) -> &dyn Accounts {
        &*self.services.accounts
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.services.clock.now()
    }

    /// The counter whose scan folder this place lies in.
    pub(crate) fn desk_of(&self, origin: &str) -> Option<&Desk> {
        let origin = std::path::Path::new(origin);
        self.services.inboxes.iter().find(|i| origin.starts_with(&i.path)).map(|i| &i.desk)
    }

    /// The agency that a file belongs to: that of its scan folder, else that of the dossier it was named for; `None` when neither
    /// is known.
    pub(crate) async fn agency_of_file(&self, file: &FileRow) -> Result<Option<String>, StoreError> {
        if let Some(desk) = self.desk_of(&file.origin).filter(|d| !d.agency.is_empty()) {
            return Ok(Some(desk.agency.clone()));
        }
        match file.dossier.as_ref().or(file.session.as_ref()) {
            Some(code) => self.agency_of_dossier(code).await,
            None => Ok(None),
        }
    }

    /// Codes that documents hang on and the register does not know, those that this visitor may see, the oldest first.
    pub(crate) async fn orphans_of(&self, visitor: &Visitor) -> Result<Vec<Orphan>, StoreError> {
        let mut seen = Vec::new();
        for orphan in self.records().orphans().await? {
            if visitor.user.agency.is_empty() || visitor.sees(self.agency_of_dossier(&orphan.dossier).await?.as_deref())
            {
                seen.push(orphan);
            }
        }
        Ok(seen)
    }

    /// The agency that answers for a dossier; for one that the register does not know yet, that whose scan folders all its papers
    /// came from; `None` when that is not known.
    pub(crate) async fn agency_of_dossier(&self, code: &DossierCode) -> Result<Option<String>, StoreError> {
        if let Some(entry) = self.records().dossier(code).await? {
            return Ok(Some(entry.agency));
        }
        let mut agency = None;
        for document in self.records().documents(code).await? {
            let file = self.records().file(document.source).await?;
            let from = file.and_then(|f| self.desk_of(&f.origin)).map(|d| d.agency.clone());
            if from.is_none() || agency.is_some() && agency != from {
                return Ok(None);
            }
            agency = from;
        }
        Ok(agency)
    }
}

/// The application, ready to be served.
pub struct Web {
    app: App,
    stop: watch::Sender<bool>,
}

impl Web {
    /// Puts it together. Changes are looked for from now on, as long as somebody listens.
    #[must_use]
    pub fn new(services: Services) -> Self {
        let (stop, stopped) = watch::channel(false);
        let live = Live::new(stopped.clone());
        let shared = Shared {
            live,
            metrics: Metrics::default(),
            throttle: Throttle::new(services.settings.api_per_second, services.settings.api_at_once),
            busy: Busy::default(),
            first_admin: Mutex::new(None),
            services,
        };
        let app = App(Arc::new(shared));
        tokio::spawn(crate::live::follow(app.clone(), stopped.clone()));
        tokio::spawn(crate::webhooks::follow(app.clone(), stopped));
        Self { app, stop }
    }

    /// All routes.
    pub fn router(&self) -> Router {
        access::router(self.app.clone())
    }

    /// While there is no user: the path, below the address of the application, at which the first administrator is made. It holds
    /// until it was used or another one was asked for.
    ///
    /// # Errors
    /// When the accounts cannot be read, or there are no random bytes.
    pub async fn first_admin_path(&self) -> std::io::Result<Option<String>> {
        if !self.app.accounts().is_empty().await.map_err(std::io::Error::other)? {
            return Ok(None);
        }
        let secret = Secret::new()?;
        *self.app.first_admin.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret.digest());
        Ok(Some(format!("/first-admin/{}", secret.reveal())))
    }

    /// Ends what would go on for ever: live changes and the look for them.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }
}
