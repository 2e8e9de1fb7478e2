//! Intake, the stages and the loop that works the queue.
//!
//! * [`convert`] turns one file into a searchable PDF/A, ALTO and text. It alone knows the order of the stages, and it
//!   knows no database.
//! * [`Intake`] claims files: bytes first, then the row, only then the file is moved.
//! * [`RegisterIntake`] imports register files and catalogues; [`watch_registers`] finds nightly exports.
//! * [`watch`] finds files in scan folders; [`work`] processes what was accepted.

mod assemble;
mod convert;
mod engines;
mod events;
mod intake;
mod page;
mod picture;
mod process;
mod profiles;
mod register;
mod register_watch;
mod settle;
mod source;
mod timings;
mod trouble;
mod watch;
mod worker;
mod worker_name;

pub use assemble::{AssembleError, Outputs};
pub use convert::{Conversion, ConvertError, ConvertOptions, ConvertedPart, Filing, SplitOptions, convert};
pub use engines::{BarcodeReader, EnginePool, Engines, NewEngine};
pub use intake::{Claim, Found, Intake, IntakeError, find};
pub use picture::{PictureError, READABLE_SIDE, page_count, picture_path, pictures, upright};
pub use process::Context;
pub use profiles::{NamedProfile, Profiles};
pub use register::{RegisterError, RegisterIntake};
pub use register_watch::{RegisterInbox, watch_registers};
pub use settle::SettleRule;
pub use trouble::Trouble;
pub use watch::{Inbox, watch};
pub use worker::{WorkError, work};
pub use worker_name::{is_gone, worker_name};
