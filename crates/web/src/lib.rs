//! The web application: pages, API and live changes, for people who have signed in.
//!
//! It shows what the records say and writes down what people decide; it never runs a stage. Where to find what:
//!
//! - [`access`]: every route, who may use it, how its agency is found; the one place that builds the router.
//! - `pages/`: a file a screen, with its template of the same name in `templates/`; `api/`: the same for programs.
//! - `page`: what every screen is made with (language, user, navigation); `messages`, `format`: words, dates, numbers.
//! - `batch`, `estimate`, `throughput`: how far a batch is, how long it will take, how fast it went.
//! - `queue`, `query`: what waits for a person, and the addresses that keep a filter; `reason`: why somebody does something.
//! - `visitor`, `sign_in`, `password`, `csrf`, `throttle`: who asks, and whether the request may be believed.
//! - `webhooks`: other systems are told of what happens; `busy`: what only one request at a time may work on.
//! - `live`: what changed, as it happens; `pictures`: pages as pictures; `alto`, `downloads`: words and files of documents;
//!   `operations`: health and metrics.

pub mod access;
mod alto;
mod api;
mod app;
mod assets;
mod batch;
mod batch_samples;
mod busy;
mod checklist;
mod csrf;
mod desk;
mod downloads;
mod error;
mod estimate;
mod events;
mod export;
mod format;
mod headers;
mod history;
mod labels;
mod language;
mod live;
mod messages;
mod metrics;
mod nav;
mod observe;
mod operations;
mod page;
mod page_quality;
mod pages;
mod password;
mod period;
mod pictures;
mod query;
mod queue;
mod reason;
mod scope;
mod secret;
mod server;
mod sign_in;
mod stores;
mod throttle;
mod throughput;
mod visitor;
mod webhooks;

pub use api::openapi;
pub use app::{InboxPlace, Services, Settings, Web};
pub use desk::desk_id;
pub use password::{PasswordError, hash as hash_password};
pub use secret::Secret;
pub use server::{Server, ServerError, Tls};
pub use sign_in::{LINK_LIFE, password_path};
pub use stores::{
    Appended, BacklogFolder, Backlogs, Begun, Certificates, Chunks, CoverSheets, FieldValues, Messenger, OpenUpload,
    PagePictures, Pushed, Readiness, Received, Registers, Renditions, ResumableUploads, Upload, Uploads, Verification,
};
pub use webhooks::signing_secret;

pub use language::Language;
/// A catalogue of messages, as its source text: `vi` or `en`.
pub use messages::source as messages_of;
