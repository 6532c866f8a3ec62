//! `index.parquet`: a locus table and its counts as a file that pandas, polars and DuckDB read too.

mod ledger;
mod read;
mod write;

use super::{LocusTable, Verdicts};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

pub use ledger::LedgerContext;
pub use read::read_parquet;
pub use write::write_parquet;

/// The counts of each signal group: its name, and one sum for each row of the table.
pub type Counts = Vec<(String, Vec<f64>)>;

/// What `index.parquet` holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexTable {
    /// Every input locus.
    pub loci: LocusTable,
    /// The counts of each signal group.
    pub counts: Counts,
    /// What became of each locus under the selection that `index.json` names, if it names one.
    pub verdicts: Option<Verdicts>,
}

/// What a column of counts is called, before the group's name.
const COUNTS_PREFIX: &str = "counts_";
/// How many rows are held as arrow arrays at a time.
const BATCH_ROWS: usize = 1 << 16;

/// The columns without counts and ledger: name, type, whether it may hold nulls.
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

fn schema(groups: impl Iterator<Item = String>, with_ledger: bool) -> SchemaRef {
    let ledger = ledger::COLUMNS.into_iter().filter(|_| with_ledger);
    let fixed = COLUMNS.into_iter().chain(ledger).map(|(name, kind, nullable)| Field::new(name, kind, nullable));
    let counts = groups.map(|group| Field::new(format!("{COUNTS_PREFIX}{group}"), DataType::Float64, false));
    Arc::new(Schema::new(fixed.chain(counts).collect::<Vec<_>>()))
}
