//! Readers of the input formats.

pub mod bed;
