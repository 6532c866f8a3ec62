//! The bytes of a store: pure functions over slices, without I/O.

pub mod contigs;
pub mod provenance;
pub mod sealed_json;

pub use contigs::Contigs;
pub use provenance::Provenance;
