//! Recognition: pixels in, OCR tree out.
//!
//! [`OwnEngine`] reads in this process, fast. [`Engine`] is what any other recognizer does; [`ChildEngine`] runs one in a
//! child process that can be killed, and [`child_main`] is that process. [`order`] puts what was read into a person's
//! reading order; [`AltoWriter`] and [`TextWriter`] write it.

mod alto;
mod child;
mod engine;
mod fake;
pub mod frame;
pub mod hocr;
mod line_images;
mod noise;
mod outcome;
mod own;
mod reading_order;
mod serve;
mod stretch;
mod tesseract;
mod text;

pub use alto::AltoWriter;
pub use child::{ChildEngine, ChildOptions};
pub use engine::{Engine, EngineChoice, OcrError, UnknownEngine};
pub use outcome::{outcome, worth_of};
pub use own::OwnEngine;
pub use reading_order::order;
pub use serve::child_main;
pub use tesseract::probe;
pub use text::TextWriter;
