//! Writes `index.parquet`.

use super::{BATCH_ROWS, IndexTable, LedgerContext, schema, verdict_columns};
use crate::format::Contigs;
use crate::loci::table::{LocusTable, Row};
use crate::{Error, Result};
use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The most rows of a row group.
const ROW_GROUP_ROWS: usize = 1_000_000;
const CREATED_BY: &str = concat!("atemoya ", env!("CARGO_PKG_VERSION"));

/// Writes a table with its counts and its verdicts by `format-spec/FORMAT.md`, section 9. Equal
/// contents always give equal bytes. `path` is only for errors.
///
/// # Errors
/// [`Error::Argument`] when the number of a group's counts or of the verdicts is not that of the
/// rows, when a count is not finite, when two groups have the same name, and when the number of a
/// file or line is too large. [`Error::Io`] when writing to `out` fails.
///
/// # Panics
/// When the table has the id of a contig that is not in `contigs`. Both must belong to the same
/// store.
pub fn write_parquet(
    table: &IndexTable,
    context: &LedgerContext,
    contigs: &Contigs,
    out: impl Write + Send,
    path: &Path,
) -> Result<()> {
    check_counts(&table.loci, &table.counts)?;
    if table.verdicts.as_ref().is_some_and(|verdicts| verdicts.rows().len() != table.loci.len()) {
        return Err(Error::argument("verdicts", "there must be one for each locus"));
    }
    let schema = schema(table.counts.iter().map(|(name, _)| name.clone()), table.verdicts.is_some());
    let failed = |error| Error::io(path, "write")(io_error(error));
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(failed)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build();
    // Without arrow's copy of the schema, whose bytes depend on the version of arrow.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(out, schema.clone(), options).map_err(failed)?;
    for first in (0..table.loci.len()).step_by(BATCH_ROWS) {
        let rows = first..table.loci.len().min(first + BATCH_ROWS);
        let columns = columns(table, context, contigs, rows)?;
        let batch = RecordBatch::try_new(schema.clone(), columns).map_err(|e| failed(e.into()))?;
        writer.write(&batch).map_err(failed)?;
    }
    writer.close().map_err(failed)?;
    Ok(())
}

fn check_counts(table: &LocusTable, counts: &[(String, Vec<f64>)]) -> Result<()> {
    for (i, (name, sums)) in counts.iter().enumerate() {
        let wrong = |message: String| Err(Error::argument("counts", format!("group {name:?} {message}")));
        if sums.len() != table.len() {
            return wrong(format!("has {} counts for {} loci", sums.len(), table.len()));
        }
        if let Some(row) = sums.iter().position(|sum| !sum.is_finite()) {
            return wrong(format!("counts {} in row {row}", sums[row]));
        }
        if counts[..i].iter().any(|(other, _)| other == name) {
            return wrong("occurs twice".to_owned());
        }
    }
    Ok(())
}

/// Makes the arrays of some rows, in the order of the schema.
fn columns(
    table: &IndexTable,
    context: &LedgerContext,
    contigs: &Contigs,
    rows: Range<usize>,
) -> Result<Vec<ArrayRef>> {
    let loci = &table.loci;
    let some: Vec<Row> = rows.clone().map(|row| loci.row(row)).collect();
    let files: Vec<i32> = numbers(&some, "file", |row| row.file.into())?;
    let lines: Vec<i64> = numbers(&some, "line", |row| row.line)?;
    let int64 = |of: fn(&Row) -> i64| Arc::new(Int64Array::from_iter_values(some.iter().map(of)));
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(some.iter().map(|row| row.role.name()))),
        Arc::new(Int32Array::from(files)),
        Arc::new(Int64Array::from(lines)),
        Arc::new(StringArray::from_iter_values(some.iter().map(|row| loci.contig_name(row.contig, contigs)))),
        int64(|row| row.start),
        int64(|row| row.end),
        Arc::new(Int64Array::from_iter(some.iter().map(|row| row.summit))),
        int64(|row| row.centre),
    ];
    if let Some(verdicts) = &table.verdicts {
        columns.extend(verdict_columns::columns(verdicts, context, rows.clone())?);
    }
    for (_, sums) in &table.counts {
        columns.push(Arc::new(Float64Array::from_iter_values(sums[rows.clone()].iter().copied())));
    }
    Ok(columns)
}

fn numbers<T: TryFrom<u64>>(rows: &[Row], name: &'static str, of: fn(&Row) -> u64) -> Result<Vec<T>> {
    let number =
        |row| T::try_from(of(row)).map_err(|_| Error::argument(name, format!("{} is too large for an index", of(row))));
    rows.iter().map(number).collect()
}

/// Returns the operating system's error, if the parquet error comes from one.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
