//! Reads printed pages: finds the lines of text, runs the line model of Tesseract over them, and decodes what it says.

mod cut;
mod decode;
mod handwriting;
mod line_image;
mod line_model;
mod lines;
mod marks;
mod model;
mod network;
mod page;
mod votes;

pub use line_image::GreyLine;
pub use line_model::LineModel;
pub use lines::{Layout, TextBlock, TextLine, find_lines};
pub use model::ModelError;
pub use network::{Arithmetic, LineImage, Posteriors};
pub use page::PageReading;
