//! What the fuzz targets and the tests that replay their findings have in common.

pub mod documents;
pub mod recognizer;
pub mod texts;
