//! Tests of PNG reading.
