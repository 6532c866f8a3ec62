//! Reads and writes `index.parquet`: a locus table, its counts and its verdicts, in a file that
//! pandas, polars and DuckDB can read.

mod batch_columns;
mod read;
mod verdict_columns;
mod write;

use super::{LocusTable, Verdicts};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

pub use read::read_parquet;
pub use verdict_columns::LedgerContext;
pub use write::write_parquet;

/// The counts of each signal group: its name, and one count for each row of the table.
pub type Counts = Vec<(String, Vec<f64>)>;

/// The contents of `index.parquet`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexTable {
    /// Every input locus.
    pub loci: LocusTable,
    /// The counts of each signal group.
    pub counts: Counts,
    /// The verdict on each locus by the selection in `index.json`, if it has one.
    pub verdicts: Option<Verdicts>,
}

/// The prefix of the name of a group's column of counts.
const COUNTS_PREFIX: &str = "counts_";
/// The number of rows that are in memory as arrow arrays at a time.
const BATCH_ROWS: usize = 1 << 16;

/// The name and type of each column but those of counts and verdicts, and whether it may have
/// nulls.
const COLUMNS: [(&str, DataType, bool); 8] = [
    ("role", DataType::Utf8, false),
    ("file", DataType::Int32, false),
    ("line", DataType::Int64, false),
    ("contig", DataType::Utf8, false),
    ("start", DataType::Int64, false),
    ("end", DataType::Int64, false),
    ("summit", DataType::Int64, true),
    ("centre", DataType::Int64, false),
];

fn schema(groups: impl Iterator<Item = String>, with_verdicts: bool) -> SchemaRef {
    let verdicts = verdict_columns::COLUMNS.into_iter().filter(|_| with_verdicts);
    let fixed = COLUMNS.into_iter().chain(verdicts).map(|(name, kind, nullable)| Field::new(name, kind, nullable));
    let counts = groups.map(|group| Field::new(format!("{COUNTS_PREFIX}{group}"), DataType::Float64, false));
    Arc::new(Schema::new(fixed.chain(counts).collect::<Vec<_>>()))
}
