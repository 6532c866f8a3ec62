//! Reads `index.parquet`, and checks everything in it.

use super::batch_columns::{BatchColumns, RowErrors, corrupt};
use super::verdict_columns::{self, VerdictColumns};
use super::{BATCH_ROWS, COLUMNS, COUNTS_PREFIX, Counts, IndexTable, LedgerContext};
use crate::format::{Contigs, is_contig_name};
use crate::loci::Verdicts;
use crate::loci::contig_ids::ContigIds;
use crate::loci::table::{LocusTable, Role, Row};
use crate::{Error, Result};
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// The most rows for which memory is reserved at first, since the number of rows in the file is not
/// trusted.
const ROWS_AT_FIRST: usize = 1 << 20;

/// Reads a table, and checks every row. Reads verdicts if `context` is given. `path` is only for
/// errors.
///
/// Ignores columns that this version does not know. The caller has compared the hash of the file
/// with `index.json` before.
///
/// # Errors
/// [`Error::Corrupt`] when the file is not parquet, lacks a column, has a column of another type or
/// with nulls, or has a row that violates `format-spec/FORMAT.md`, section 9. [`Error::Io`] when
/// the file cannot be read.
pub fn read_parquet(file: File, path: &Path, contigs: &Contigs, context: Option<&LedgerContext>) -> Result<IndexTable> {
    let length = file.metadata().map_err(Error::io(path, "read the length of"))?.len();
    // The parquet crate may panic on damaged files.
    match catch_unwind(AssertUnwindSafe(|| read_all(file, path, contigs, context))) {
        Ok(result) => result,
        Err(_) => Err(corrupt(path, "table", "a readable parquet file", format!("{length} bytes that are none"))),
    }
}

fn read_all(file: File, path: &Path, contigs: &Contigs, context: Option<&LedgerContext>) -> Result<IndexTable> {
    let unreadable = |error: String| corrupt(path, "table", "a readable parquet file", error);
    // Arrow's own schema, if the file has one, could differ from that of parquet.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|error| unreadable(error.to_string()))?;
    let (known, groups) = known_columns(builder.schema(), path, context.is_some())?;
    let rows = builder.metadata().file_metadata().num_rows();
    let mask = ProjectionMask::roots(builder.parquet_schema(), known);
    let batches = builder
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| unreadable(error.to_string()))?;

    let room = usize::try_from(rows).unwrap_or(0).min(ROWS_AT_FIRST);
    let mut rows = TableReader {
        columns: BatchColumns { path },
        ids: ContigIds::new(contigs),
        context,
        table: LocusTable::with_capacity(room),
        counts: groups.into_iter().map(|group| (group, Vec::with_capacity(room))).collect(),
        verdicts: Verdicts::with_capacity(if context.is_some() { room } else { 0 }),
        midpoints: true,
        summits: true,
    };
    for batch in batches {
        rows.append(&batch.map_err(|error| unreadable(error.to_string()))?)?;
    }
    let TableReader { ids, mut table, counts, verdicts, .. } = rows;
    table.set_foreign(ids.foreign);
    Ok(IndexTable { loci: table, counts, verdicts: context.map(|_| verdicts) })
}

/// Returns the indices of the columns to read, and the names of the groups with counts.
fn known_columns(schema: &Schema, path: &Path, with_verdicts: bool) -> Result<(Vec<usize>, Vec<String>)> {
    let mut places = Vec::new();
    let mut groups = Vec::new();
    let mut check = |place: usize, kind: &DataType| {
        let field = schema.field(place);
        if field.data_type() != kind {
            let got = format!("{} of {}", field.name(), field.data_type());
            return Err(corrupt(path, "type of a column", format!("{} of {kind}", field.name()), got));
        }
        places.push(place);
        Ok(())
    };
    for (name, kind, _) in COLUMNS.iter().chain(verdict_columns::COLUMNS.iter().filter(|_| with_verdicts)) {
        let place = schema.index_of(name).map_err(|_| corrupt(path, "columns", name, "no such column"))?;
        check(place, kind)?;
    }
    for (place, field) in schema.fields().iter().enumerate() {
        if let Some(group) = field.name().strip_prefix(COUNTS_PREFIX) {
            check(place, &DataType::Float64)?;
            groups.push(group.to_owned());
        }
    }
    for (place, field) in schema.fields().iter().enumerate() {
        if places.contains(&place) && schema.fields().iter().skip(place + 1).any(|other| other.name() == field.name()) {
            return Err(corrupt(path, "columns", "each name once", format!("{} twice", field.name())));
        }
    }
    Ok((places, groups))
}

/// Reads the rows of the table, batch after batch.
struct TableReader<'a> {
    columns: BatchColumns<'a>,
    ids: ContigIds<'a>,
    context: Option<&'a LedgerContext>,
    table: LocusTable,
    counts: Counts,
    verdicts: Verdicts,
    /// Whether all peaks so far are centred on their midpoints.
    midpoints: bool,
    /// Whether all peaks so far are centred on their summits.
    summits: bool,
}

impl TableReader<'_> {
    fn append(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = self.columns;
        let loci = LocusColumns {
            role: columns.strings(batch, "role")?,
            file: columns.primitives::<Int32Type>(batch, "file")?,
            line: columns.primitives::<Int64Type>(batch, "line")?,
            contig: columns.strings(batch, "contig")?,
            start: columns.primitives::<Int64Type>(batch, "start")?,
            end: columns.primitives::<Int64Type>(batch, "end")?,
            summit: columns.nullable(batch, "summit")?,
            centre: columns.primitives::<Int64Type>(batch, "centre")?,
        };
        let verdicts = self.context.map(|context| Ok((context, VerdictColumns::of(batch, &columns)?))).transpose()?;
        for i in 0..batch.num_rows() {
            let errors = RowErrors { path: columns.path, row: self.table.len() };
            let row = loci.row(i, &mut self.ids, &errors)?;
            self.check_order_and_centre(&row, &errors)?;
            self.table.push(row);
            if let Some((context, verdicts)) = &verdicts {
                verdicts.append(i, context, &mut self.verdicts, &errors)?;
            }
        }
        for (group, counts) in &mut self.counts {
            let sums = self.columns.primitives::<Float64Type>(batch, &format!("{COUNTS_PREFIX}{group}"))?;
            if let Some(sum) = sums.values().iter().find(|sum| !sum.is_finite()) {
                return Err(corrupt(self.columns.path, "counts", "finite numbers", sum));
            }
            counts.extend_from_slice(sums.values());
        }
        Ok(())
    }

    fn check_order_and_centre(&mut self, row: &Row, errors: &RowErrors<'_>) -> Result<()> {
        let wrong_centre = || Err(errors.at("centre", "the midpoint, or of all peaks the summit", row.centre));
        let midpoint = row.centre == row.midpoint();
        match row.role {
            Role::Peak => {
                if self.table.negatives() > 0 {
                    return Err(errors.at("role", "all peaks before all negatives", "a peak after a negative"));
                }
                let midpoints = self.midpoints && midpoint;
                let summits = self.summits && row.summit_position() == Some(row.centre);
                if !midpoints && !summits {
                    return wrong_centre();
                }
                (self.midpoints, self.summits) = (midpoints, summits);
            }
            Role::Negative if !midpoint => return wrong_centre(),
            Role::Negative => {}
        }
        if self.table.len() == u32::MAX as usize {
            return Err(corrupt(errors.path, "rows", "fewer than 2^32", "more"));
        }
        Ok(())
    }
}

/// The columns of a record batch that describe its loci.
struct LocusColumns<'b> {
    role: &'b StringArray,
    file: &'b PrimitiveArray<Int32Type>,
    line: &'b PrimitiveArray<Int64Type>,
    contig: &'b StringArray,
    start: &'b PrimitiveArray<Int64Type>,
    end: &'b PrimitiveArray<Int64Type>,
    summit: &'b PrimitiveArray<Int64Type>,
    centre: &'b PrimitiveArray<Int64Type>,
}

impl LocusColumns<'_> {
    fn row(&self, i: usize, ids: &mut ContigIds<'_>, errors: &RowErrors<'_>) -> Result<Row> {
        let role = match self.role.value(i) {
            "peak" => Role::Peak,
            "negative" => Role::Negative,
            other => return Err(errors.at("role", "peak or negative", format!("{other:?}"))),
        };
        let file = self.file.value(i);
        let line = self.line.value(i);
        Ok(Row {
            role,
            file: u32::try_from(file).map_err(|_| errors.at("file", "0 or more", file))?,
            line: u64::try_from(line).ok().filter(|&l| l > 0).ok_or_else(|| errors.at("line", "1 or more", line))?,
            contig: contig(self.contig.value(i), ids, errors)?,
            start: self.start.value(i),
            end: self.end.value(i),
            summit: self.summit.is_valid(i).then(|| self.summit.value(i)),
            centre: self.centre.value(i),
        })
    }
}

/// Returns the id of a contig, whose name must be valid for a store.
fn contig(name: &str, ids: &mut ContigIds<'_>, errors: &RowErrors<'_>) -> Result<u32> {
    if !is_contig_name(name) {
        let shown: String = name.chars().take(40).collect();
        return Err(errors.at("contig", "1 to 255 bytes without control characters", format!("{shown:?}")));
    }
    Ok(ids.id(name))
}
