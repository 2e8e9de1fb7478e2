//! Finds and reads the barcodes of a page: QR, Data Matrix, Code 128, Code 39, EAN and Patch separators.
//!
//! A full pass of a decoder over a page costs more than all the rest of inspection, and almost no page has a barcode.
//! So [`find`] looks for places that could be one on the small picture that inspection has made already, and only cut-outs
//! of these go to the decoder. Everything here is safe Rust but the decoder itself, which is C++: [`decode_crop`] is meant
//! to run in a process of its own, and `find` is told how to get there.

mod cells;
mod child;
mod crop;
mod decode;
mod find;
pub mod frame;
mod patch;
mod region;
mod serve;

pub use child::{ChildDecoder, ChildError, ChildOptions};
pub use crop::Crop;
pub use decode::{Decoded, decode_crop};
pub use find::{Found, Options, find};
pub use serve::child_main;

#[cfg(test)]
mod drawn;
#[cfg(test)]
mod tests;
