//! Changes as they happen, as server-sent events.
//!
//! The events of the records are followed by number, since other processes write them too; while nobody listens nothing is asked.
//! What is sent tells only that something changed and where: the page then asks for its part anew, with all rules of access.
//! A listener that was away names the last event it saw and gets what came after it; a new one names the event up to which its page
//! was made. Changes that come close together are told as one, the latest always.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::response::sse::{Event as SentEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sohoa_domain::{Change as DomainChange, Desk, DocumentId, DossierCode, Event, EventKind};
use sohoa_store::{BatchId, EventLine, FileId, StoreError};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// How often it is looked whether there are new events.
const LOOK: Duration = Duration::from_millis(200);
/// Events that are read together.
const TOGETHER: u32 = 500;
/// Stretches of events that a slow listener may lag behind before it reads from the records itself.
const BEHIND: usize = 64;
/// Streams that a user may have open: browsers keep one a page.
const MOST_OF_USER: usize = 12;
/// How far back a listener is served; one that was away for longer loads its page anew.
const MOST_MISSED: i64 = 5_000;
/// A stream ends after so long; the browser opens it again and is asked who it is.
const LIFE: Duration = Duration::from_secs(300);
/// How long the browser waits before that.
const AGAIN: Duration = Duration::from_millis(500);
/// Where files belong that is remembered between looks.
const REMEMBERED: usize = 10_000;

/// Where a file belongs.
#[derive(Debug, Clone, Default)]
struct Place {
    batch: Option<i64>,
    desk: Option<Desk>,
    agency: Option<String>,
    dossiers: Vec<DossierCode>,
}

/// One change.
#[derive(Debug, Clone)]
struct Change {
    number: i64,
    kind: EventKind,
    file: Option<i64>,
    document: Option<DocumentId>,
    place: Place,
}

/// What is sent of it: no dossier, no name.
#[derive(Serialize)]
struct Sent<'a> {
    kind: EventKind,
    file: Option<i64>,
    document: Option<&'a DocumentId>,
}

/// Changes up to and with the event `end`.
#[derive(Clone)]
struct Stretch {
    end: i64,
    changes: Arc<[Change]>,
}

/// The hub.
pub(crate) struct Live {
    sender: broadcast::Sender<Stretch>,
    open: Mutex<HashMap<String, usize>>,
    somebody: Notify,
    stopped: watch::Receiver<bool>,
}

impl Live {
    pub(crate) fn new(stopped: watch::Receiver<bool>) -> Self {
        let (sender, _) = broadcast::channel(BEHIND);
        Self { sender, open: Mutex::default(), somebody: Notify::new(), stopped }
    }

    /// Streams that are open.
    pub(crate) fn open(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    fn enter(&self, user: &str) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let streams = open.entry(user.to_owned()).or_default();
        if *streams >= MOST_OF_USER {
            return false;
        }
        *streams += 1;
        drop(open);
        self.somebody.notify_one();
        true
    }

    fn leave(&self, user: &str) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(streams) = open.get_mut(user) {
            *streams -= 1;
            if *streams == 0 {
                open.remove(user);
            }
        }
    }
}

/// Follows the events as long as somebody listens.
pub(crate) async fn follow(app: App, mut stopped: watch::Receiver<bool>) {
    let followed = async {
        loop {
            if app.live.open() == 0 {
                app.live.somebody.notified().await;
            }
            if let Err(error) = follow_while_open(&app).await {
                tracing::warn!(%error, "changes cannot be followed; tried again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    };
    tokio::select! {
        () = followed => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

async fn follow_while_open(app: &App) -> Result<(), StoreError> {
    let mut places = HashMap::new();
    let mut last = app.records().last_event_number().await?;
    // Who listens already may have read less than this.
    let _ = app.live.sender.send(Stretch { end: last, changes: Arc::new([]) });
    while app.live.open() > 0 {
        let lines = app.records().event_lines(last, TOGETHER).await?;
        if let Some(line) = lines.last() {
            last = line.number;
            let changes = changes(app, &lines, &mut places).await?.into();
            let _ = app.live.sender.send(Stretch { end: last, changes });
            if places.len() > REMEMBERED {
                places.clear();
            }
        }
        if lines.len() < TOGETHER as usize {
            tokio::time::sleep(LOOK).await;
        }
    }
    Ok(())
}

/// What the events changed, and where.
async fn changes(app: &App, lines: &[EventLine], places: &mut HashMap<i64, Place>) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::with_capacity(lines.len());
    for line in lines {
        let Ok(event) = serde_json::from_str::<Event>(&line.text) else { continue };
        let mut place = match event.file {
            Some(file) => match places.get(&file) {
                Some(place) => place.clone(),
                None => {
                    let place = place_of(app, FileId(file)).await?;
                    places.insert(file, place.clone());
                    place
                }
            },
            None => Place::default(),
        };
        if let Some(DomainChange::Session(desk)) = event.change {
            place.agency = Some(desk.agency.clone());
            place.desk = Some(desk);
        } else if let Some(DomainChange::Paused { batch, .. }) = event.change {
            place.batch = Some(batch);
            place.agency =
                app.records().batch(BatchId(batch)).await?.map(|batch| batch.agency).filter(|of| !of.is_empty());
        }
        place.dossiers.extend(event.dossier);
        changes.push(Change {
            number: line.number,
            kind: event.kind,
            file: event.file,
            document: event.document,
            place,
        });
    }
    Ok(changes)
}

async fn place_of(app: &App, file: FileId) -> Result<Place, StoreError> {
    let Some(file) = app.records().file(file).await? else { return Ok(Place::default()) };
    Ok(Place {
        batch: Some(file.batch.0),
        desk: app.desk_of(&file.origin).cloned(),
        agency: app.agency_of_file(&file).await?,
        dossiers: file.dossier.into_iter().chain(file.session).collect(),
    })
}

/// What a listener wants to hear of.
enum Topic {
    Dossier(DossierCode),
    Queue,
    Counter(Desk),
    Batch(i64),
    Batches,
}

impl Topic {
    fn concerns(&self, change: &Change, visitor: &Visitor) -> bool {
        let place = &change.place;
        match self {
            Self::Dossier(code) => place.dossiers.contains(code),
            Self::Queue => change.file.is_some() && visitor.sees(place.agency.as_deref()),
            Self::Counter(desk) => place.desk.as_ref() == Some(desk),
            Self::Batches => place.batch.is_some() && visitor.sees(place.agency.as_deref()),
            Self::Batch(batch) => place.batch == Some(*batch) && visitor.sees(place.agency.as_deref()),
        }
    }

    /// Least time between two changes that are told: a page asks for its part each time.
    fn pace(&self) -> Duration {
        match self {
            Self::Dossier(_) | Self::Counter(_) => LOOK,
            Self::Queue | Self::Batch(_) | Self::Batches => Duration::from_secs(1),
        }
    }
}

/// The last event that a listener knows of, if it says so: the browser after an interruption, else the address `?since=`.
pub(crate) struct Seen(Option<i64>);

#[derive(Deserialize)]
struct Since {
    since: Option<i64>,
}

impl FromRequestParts<App> for Seen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let header = parts.headers.get("last-event-id").and_then(|v| v.to_str().ok()?.parse().ok());
        let named = || Query::<Since>::try_from_uri(&parts.uri).ok()?.0.since;
        Ok(Self(header.or_else(named)))
    }
}

/// `/live/dossiers/{code}`: of one dossier.
pub(crate) async fn dossier(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    seen: Seen,
) -> Result<Response, WebError> {
    listen(app, visitor, Topic::Dossier(code.parse().map_err(|_| WebError::NotFound)?), seen).await
}

/// `/live/queue`: of all files that the user may see.
pub(crate) async fn queue(State(app): State<App>, visitor: Visitor, seen: Seen) -> Result<Response, WebError> {
    listen(app, visitor, Topic::Queue, seen).await
}

/// The agency of a counter, for who may see all.
#[derive(Deserialize)]
pub(crate) struct OfAgency {
    #[serde(default)]
    agency: String,
}

/// `/live/counters/{counter}`: of what a counter of the user's agency scans.
pub(crate) async fn counter(
    State(app): State<App>,
    visitor: Visitor,
    Path(counter): Path<String>,
    Query(of): Query<OfAgency>,
    seen: Seen,
) -> Result<Response, WebError> {
    let own = visitor.user.agency.clone();
    let agency = if own.is_empty() { of.agency } else { own };
    listen(app, visitor, Topic::Counter(Desk { agency, counter }), seen).await
}

/// `/live/batches`: of all batches that the user may see.
pub(crate) async fn batches(State(app): State<App>, visitor: Visitor, seen: Seen) -> Result<Response, WebError> {
    listen(app, visitor, Topic::Batches, seen).await
}

/// `/live/batches/{batch}`: of the files of a batch that the user may see.
pub(crate) async fn batch(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<i64>,
    seen: Seen,
) -> Result<Response, WebError> {
    listen(app, visitor, Topic::Batch(batch), seen).await
}

async fn listen(app: App, visitor: Visitor, topic: Topic, Seen(seen): Seen) -> Result<Response, WebError> {
    // In this order nothing falls between: what comes from here on is in the channel, what came before in the records.
    let receiver = app.live.sender.subscribe();
    let user = visitor.user.name.to_string();
    if !app.live.enter(&user) {
        return Err(WebError::TooMany(1));
    }
    let now = match app.records().last_event_number().await {
        Ok(now) => now,
        Err(error) => {
            app.live.leave(&user);
            return Err(error.into());
        }
    };
    let (sender, events) = mpsc::channel(16);
    let mut stopped = app.live.stopped.clone();
    tokio::spawn(async move {
        let mut listener = Listener {
            app: &app,
            visitor: &visitor,
            topic,
            sender: &sender,
            last: now,
            untold: None,
            next: Instant::now(),
        };
        tokio::select! {
            _ = listener.serve(seen, receiver) => {}
            () = sender.closed() => {}
            () = tokio::time::sleep(LIFE) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
        app.live.leave(&user);
    });
    let stream = ReceiverStream::new(events);
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()).into_response())
}

/// Nobody listens any more.
struct Gone;

struct Listener<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    topic: Topic,
    sender: &'a mpsc::Sender<Result<SentEvent, Infallible>>,
    /// The last event that was looked at.
    last: i64,
    /// The latest change that was not told yet, and when the next one may be.
    untold: Option<Change>,
    next: Instant,
}

impl Listener<'_> {
    async fn serve(&mut self, seen: Option<i64>, mut receiver: broadcast::Receiver<Stretch>) -> Result<(), Gone> {
        let now = self.last;
        // Also when there is nothing to tell yet: from here on the browser can say where it was.
        self.send(SentEvent::default().retry(AGAIN).id(now.to_string()).event("open").data("")).await?;
        match seen {
            Some(seen) if (0..=now).contains(&seen) && now - seen <= MOST_MISSED => {
                self.last = seen;
                self.catch_up(now).await?;
            }
            // Numbers that do not fit: the database was made anew, or too much is missing.
            Some(_) => self.send(SentEvent::default().id(now.to_string()).event("reload").data("")).await?,
            None => {}
        }
        loop {
            let heard = tokio::select! {
                heard = receiver.recv() => heard,
                () = tokio::time::sleep_until(self.next), if self.untold.is_some() => {
                    self.tell().await?;
                    continue;
                }
            };
            match heard {
                Ok(stretch) => {
                    let first = stretch.changes.first().map_or(stretch.end + 1, |c| c.number);
                    if first > self.last + 1 {
                        self.catch_up(stretch.end).await?;
                    }
                    stretch.changes.iter().for_each(|change| self.hear(change));
                    self.last = self.last.max(stretch.end);
                }
                // The gap shows at the next stretch.
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return Err(Gone),
            }
        }
    }

    /// Reads the events after the last one up to this one from the records.
    async fn catch_up(&mut self, end: i64) -> Result<(), Gone> {
        let mut places = HashMap::new();
        while self.last < end {
            let Ok(lines) = self.app.records().event_lines(self.last, TOGETHER).await else { return Err(Gone) };
            let Some(to) = lines.last().map(|line| line.number) else { return Ok(()) };
            let Ok(changes) = changes(self.app, &lines, &mut places).await else { return Err(Gone) };
            changes.iter().for_each(|change| self.hear(change));
            self.last = self.last.max(to);
        }
        Ok(())
    }

    fn hear(&mut self, change: &Change) {
        if change.number <= self.last {
            return;
        }
        self.last = change.number;
        if self.topic.concerns(change, self.visitor) {
            self.untold = Some(change.clone());
        }
    }

    async fn tell(&mut self) -> Result<(), Gone> {
        let Some(change) = self.untold.take() else { return Ok(()) };
        self.next = Instant::now() + self.topic.pace();
        let sent = Sent { kind: change.kind, file: change.file, document: change.document.as_ref() };
        let event = SentEvent::default().id(change.number.to_string()).event("change");
        self.send(event.json_data(sent).map_err(|_| Gone)?).await
    }

    async fn send(&self, event: SentEvent) -> Result<(), Gone> {
        self.sender.send(Ok(event)).await.map_err(|_| Gone)
    }
}
