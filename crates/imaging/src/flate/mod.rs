//! zlib-coded pixels: images of PNG files, `FlateDecode` images of PDFs, and the lossless output of this crate.

mod filter;
mod read;
mod write;

pub(crate) use read::{Samples, decode};
pub(crate) use write::{bitonal, continuous};

#[cfg(test)]
mod tests;
