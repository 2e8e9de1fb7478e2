//! Models, lines and pages of the recognizer.

pub mod checks;
pub mod ink;
pub mod tiny_model;
