//! CCITT Group 3 and Group 4 (ITU-T T.4 and T.6), the coding of bitonal scans.
//!
//! The code tables come from the crate `fax`. The line logic is here, because TIFF and PDF need what that crate's
//! decoder lacks: byte-aligned rows, two-dimensional Group 3, and a difference between a stream that is cut and one
//! that is damaged.

mod bits;
mod decoder;
mod encoder;

pub(crate) use decoder::{Coding, decode};
pub(crate) use encoder::encode;

#[cfg(test)]
mod tests;
