//! Tests of TIFF reading.
