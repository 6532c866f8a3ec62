//! Reads the inputs of a store: loci (BED, narrowPeak), chromosome sizes, genomes (FASTA) and
//! tracks (bigWig).
//!
//! Every reader checks what it reads. It refuses what it cannot read exactly, with an error that
//! names the file and the line or the contig. No input makes it panic, loop for ever, or allocate
//! more than a small multiple of the file's size. Coordinates are 0-based and half-open.

pub mod alias;
pub mod bed;
pub mod chrom_sizes;
mod columns;
mod field;
mod lines;
mod members;
mod other_formats;
mod provenance;
mod regular_file;
mod text_reader;

#[cfg(feature = "ingest")]
pub mod bigwig;
#[cfg(feature = "ingest")]
pub mod fasta;

pub use crate::url::advice as url_advice;
pub use provenance::provenance;
pub use regular_file::check_regular;
