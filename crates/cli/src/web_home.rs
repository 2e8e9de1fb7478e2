//! What the web application needs of a home: files of documents, pictures of pages, whether everything is there.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use sohoa_domain::{Desk, DocumentId, DossierCode, Rotation, Sha256Digest};
use sohoa_store::{DocumentVersion, FieldValue, Rendition};
use sohoa_web::{FieldValues, InboxPlace, PagePictures, Readiness, Renditions, Server, Services, Settings, Web};
use tokio::sync::{Mutex, Semaphore};

use crate::home::{AGENT, Home};
use crate::web_audit::WebAudit;
use crate::web_backlog::WebBacklog;
use crate::web_counter::{self, WebCounter};
use crate::web_programs::{Posting, WebPrograms};

/// A home in the eyes of the web application.
struct WebHome {
    home: Arc<Home>,
    /// Pictures are drawn one at a time for each core, however many are asked for.
    drawing: Semaphore,
}

/// Opens the port and puts the application together, with what it keeps for programs.
pub(crate) async fn open(
    home: &Arc<Home>,
    listen: Option<SocketAddr>,
) -> anyhow::Result<(Server, Web, Arc<WebPrograms>)> {
    let settings = &home.config.web;
    let tls = settings.tls(&home.path);
    let secure = tls.is_some();
    let server = Server::bind(listen.unwrap_or(settings.listen), tls).await?;
    let web_home = Arc::new(WebHome { home: Arc::clone(home), drawing: Semaphore::new(home.config.ocr.jobs()) });
    let counter = Arc::new(WebCounter(Arc::clone(home)));
    let audit = Arc::new(WebAudit::new(home));
    let (home_of, counter_of) = (Arc::clone(home), Arc::clone(&counter));
    let programs = Arc::new(WebPrograms { home: home_of, counter: counter_of, beginning: Mutex::default() });
    let inboxes = &home.config.inbox;
    let scanned = inboxes.iter().map(|inbox| InboxPlace { path: home.path.join(&inbox.path), desk: inbox.place() });
    // What is sent from a counter belongs to it like what it scans.
    let sent = inboxes.iter().filter_map(|inbox| inbox.desk());
    let sent = sent.map(|desk| InboxPlace { path: web_counter::folder_of(&home.path, Some(&desk)), desk });
    let backlogs = home.config.backlog.iter().map(|backlog| InboxPlace {
        path: home.path.join(&backlog.path),
        desk: Desk { agency: backlog.agency.clone(), counter: String::new() },
    });
    let web = Web::new(Services {
        records: Arc::clone(&home.records),
        accounts: Arc::new(home.accounts().await?),
        renditions: web_home.clone(),
        values: web_home.clone(),
        pictures: web_home.clone(),
        uploads: counter.clone(),
        cover_sheets: counter.clone(),
        certificates: audit.clone(),
        verification: audit,
        backlogs: Arc::new(WebBacklog::new(Arc::clone(home))),
        programs: Arc::new(home.programs().await?),
        registers: programs.clone(),
        resumable: programs.clone(),
        messenger: Arc::new(Posting),
        readiness: web_home,
        clock: Arc::clone(&home.clock),
        inboxes: scanned.chain(sent).chain(backlogs).collect(),
        settings: Settings {
            session_idle: SignedDuration::from_mins(settings.session_idle_minutes.into()),
            session_life: SignedDuration::from_hours(settings.session_hours.into()),
            behind_proxy: settings.behind_proxy,
            public_url: settings.public_url.clone(),
            tls: secure,
            late: SignedDuration::from_hours(i64::from(home.config.coverage.late_hours)),
            api_per_second: settings.api_per_second,
            api_at_once: settings.api_at_once,
            late_hours: home.config.coverage.late_hours.into(),
        },
        agent: AGENT.to_owned(),
    });
    Ok((server, web, programs))
}

/// The address that people use.
pub(crate) fn url(home: &Home, server: &Server) -> String {
    let public = &home.config.web.public_url;
    if public.is_empty() { server.url() } else { public.clone() }
}

#[async_trait]
impl Renditions for WebHome {
    async fn open(&self, rendition: &Rendition) -> io::Result<tokio::fs::File> {
        tokio::fs::File::open(self.home.packages.root().join(&rendition.stored)).await
    }

    async fn versions(&self, dossier: &DossierCode, document: &DocumentId) -> io::Result<Vec<DocumentVersion>> {
        let (packages, dossier, document) = (self.home.packages.clone(), dossier.clone(), document.clone());
        let read = move || packages.document_versions(&dossier, &document);
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?.map_err(io::Error::other)
    }
}

#[async_trait]
impl FieldValues for WebHome {
    async fn keep(&self, value: FieldValue) -> io::Result<Sha256Digest> {
        let blobs = self.home.blobs.clone();
        let kept = tokio::task::spawn_blocking(move || value.keep(&blobs)).await.map_err(io::Error::other)?;
        kept.map_err(io::Error::other)
    }

    async fn read(&self, digest: &Sha256Digest) -> io::Result<Option<FieldValue>> {
        let (blobs, digest) = (self.home.blobs.clone(), *digest);
        tokio::task::spawn_blocking(move || FieldValue::read(&blobs, &digest)).await.map_err(io::Error::other)
    }
}

#[async_trait]
impl PagePictures for WebHome {
    async fn picture(&self, received: &Sha256Digest, page: u32, side: u32) -> io::Result<Option<PathBuf>> {
        self.draw(received, page, side, None).await
    }

    async fn turned(
        &self,
        received: &Sha256Digest,
        page: u32,
        side: u32,
        turn: Rotation,
    ) -> io::Result<Option<PathBuf>> {
        self.draw(received, page, side, Some(turn)).await
    }

    async fn upright(&self, received: &Sha256Digest, page: u32) -> io::Result<Option<Rotation>> {
        self.open(received, move |input, limits| sohoa_pipeline::upright(input, page, limits)).await
    }

    async fn pages(&self, received: &Sha256Digest) -> io::Result<Option<u32>> {
        self.open(received, sohoa_pipeline::page_count).await
    }
}

impl WebHome {
    /// What is found in received bytes; nothing when they cannot be opened.
    async fn open<T: Send + 'static>(
        &self,
        received: &Sha256Digest,
        look: impl FnOnce(&std::path::Path, &sohoa_domain::Limits) -> Result<T, sohoa_pipeline::PictureError>
        + Send
        + 'static,
    ) -> io::Result<Option<T>> {
        let _turn = self.drawing.acquire().await.map_err(io::Error::other)?;
        let (input, limits) = (self.home.blobs.path(received), self.home.config.limits.clone());
        match tokio::task::spawn_blocking(move || look(&input, &limits)).await.map_err(io::Error::other)? {
            Ok(found) => Ok(Some(found)),
            Err(sohoa_pipeline::PictureError::Io(error)) => Err(error),
            Err(sohoa_pipeline::PictureError::Refused(_)) => Ok(None),
        }
    }

    async fn draw(
        &self,
        received: &Sha256Digest,
        page: u32,
        side: u32,
        turn: Option<Rotation>,
    ) -> io::Result<Option<PathBuf>> {
        let folder = self.home.thumbnails(received);
        // What was drawn before needs neither its turn nor the received bytes.
        let drawn = sohoa_pipeline::picture_path(&folder, page, side, turn);
        if tokio::fs::try_exists(&drawn).await? {
            return Ok(Some(drawn));
        }
        let draw = move |input: &std::path::Path, limits: &sohoa_domain::Limits| {
            sohoa_pipeline::pictures(input, &[page], &folder, side, turn, limits)
        };
        let drawn = self.open(received, draw).await?;
        Ok(drawn.and_then(|pictures| pictures.into_iter().next()).map(|(_, path)| path))
    }
}

#[async_trait]
impl Readiness for WebHome {
    async fn lacking(&self) -> Vec<&'static str> {
        let (home, mut lacking) = (&self.home, Vec::new());
        let roots = [("blobs", home.blobs.root()), ("packages", home.packages.root()), ("events", home.log.root())];
        for (name, root) in roots {
            // Permissions say little, of a disk that is full or mounted read-only nothing: it is tried out.
            if tempfile::tempfile_in(root).is_err() {
                lacking.push(name);
            }
        }
        let ocr = &home.config.ocr;
        if sohoa_ocr::probe(&ocr.lang, ocr.tessdata()).is_err() {
            lacking.push("model");
        }
        lacking
    }
}
