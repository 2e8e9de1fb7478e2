//! What the fuzz targets and the tests that replay their findings have in common.

pub mod checks;
pub mod ink;
pub mod tiny_model;
