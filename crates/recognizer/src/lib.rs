//! Reads printed pages: finds the lines of text, runs the line model of Tesseract over them, and decodes what it says.

mod lines;

pub use lines::{Layout, TextBlock, TextLine, find_lines};
