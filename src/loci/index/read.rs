//! Reading `index.parquet`, trusting nothing in it.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::{BATCH_ROWS, COLUMNS, COUNTS_PREFIX, Counts};
use crate::format::Contigs;
use crate::loci::table::{LocusTable, Role, Row};
use crate::{Error, Result};

/// Rows for which room is made before any was read: what the file says of their number is not to be trusted.
const ROWS_AT_FIRST: usize = 1 << 20;

/// Reads a table and its counts, and checks every row. `path` is only named in errors.
///
/// Columns that this version does not know are ignored. The caller has compared the file's hash with `index.json`; this
/// is the second line.
///
/// # Errors
/// [`Error::Corrupt`] when the file is not parquet, lacks a column, has one of another type or with a null, a contig that
/// the store does not have, or a row that does not say what `format-spec/FORMAT.md`, section 9, requires.
/// [`Error::Io`] when the file cannot be read.
pub fn read_parquet(file: File, path: &Path, contigs: &Contigs) -> Result<(LocusTable, Counts)> {
    let length = file.metadata().map_err(Error::io(path, "read the length of"))?.len();
    // The parquet crate does not promise to return an error for whatever bytes.
    match catch_unwind(AssertUnwindSafe(|| read_all(file, path, contigs))) {
        Ok(result) => result,
        Err(_) => Err(corrupt(path, "table", "a readable parquet file", format!("{length} bytes that are none"))),
    }
}

/// Parquet errors come without a place in the file.
fn corrupt(path: &Path, what: &'static str, expected: impl ToString, got: impl ToString) -> Error {
    Error::corrupt(path, 0, what, expected, got)
}

fn read_all(file: File, path: &Path, contigs: &Contigs) -> Result<(LocusTable, Counts)> {
    let unreadable = |error: String| corrupt(path, "table", "a readable parquet file", error);
    // Arrow's own schema, if some writer left one, could only disagree with parquet's.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|error| unreadable(error.to_string()))?;
    let (known, groups) = known_columns(builder.schema(), path)?;
    let rows = builder.metadata().file_metadata().num_rows();
    let mask = ProjectionMask::roots(builder.parquet_schema(), known);
    let batches = builder
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(|error| unreadable(error.to_string()))?;

    let room = usize::try_from(rows).unwrap_or(0).min(ROWS_AT_FIRST);
    let mut rows = Rows {
        path,
        contigs,
        table: LocusTable::with_capacity(room),
        counts: groups.into_iter().map(|group| (group, Vec::with_capacity(room))).collect(),
        midpoints: true,
        summits: true,
    };
    for batch in batches {
        rows.append(&batch.map_err(|error| unreadable(error.to_string()))?)?;
    }
    Ok((rows.table, rows.counts))
}

/// The places of the columns that are read, and the names of the groups with counts.
fn known_columns(schema: &Schema, path: &Path) -> Result<(Vec<usize>, Vec<String>)> {
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
    for (name, kind, _) in &COLUMNS {
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

/// The rows read so far.
struct Rows<'a> {
    path: &'a Path,
    contigs: &'a Contigs,
    table: LocusTable,
    counts: Counts,
    /// Whether all peaks so far are centred on their midpoints.
    midpoints: bool,
    /// Whether all peaks so far are centred on their summits.
    summits: bool,
}

impl Rows<'_> {
    fn append(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = Columns {
            role: self.strings(batch, "role")?,
            file: self.primitives::<Int32Type>(batch, "file")?,
            line: self.primitives::<Int64Type>(batch, "line")?,
            contig: self.strings(batch, "contig")?,
            start: self.primitives::<Int64Type>(batch, "start")?,
            end: self.primitives::<Int64Type>(batch, "end")?,
            summit: self.column(batch, "summit")?.as_primitive_opt().ok_or_else(|| self.wrong_type("summit"))?,
            centre: self.primitives::<Int64Type>(batch, "centre")?,
        };
        for i in 0..batch.num_rows() {
            let row = columns.row(i, self)?;
            self.check_order_and_centre(&row)?;
            self.table.push(row);
        }
        for group in 0..self.counts.len() {
            let sums = self.primitives::<Float64Type>(batch, &format!("{COUNTS_PREFIX}{}", self.counts[group].0))?;
            if let Some(sum) = sums.values().iter().find(|sum| !sum.is_finite()) {
                return Err(corrupt(self.path, "counts", "finite numbers", sum));
            }
            self.counts[group].1.extend_from_slice(sums.values());
        }
        Ok(())
    }

    fn check_order_and_centre(&mut self, row: &Row) -> Result<()> {
        let wrong_centre = || Err(self.wrong("centre", "the midpoint, or of all peaks the summit", row.centre));
        let midpoint = row.centre == row.midpoint();
        match row.role {
            Role::Peak => {
                if self.table.negatives() > 0 {
                    return Err(self.wrong("role", "all peaks before all negatives", "a peak after a negative"));
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
            return Err(corrupt(self.path, "rows", "fewer than 2^32", "more"));
        }
        Ok(())
    }

    /// An error in the row that comes next.
    fn wrong(&self, what: &'static str, expected: impl ToString, got: impl ToString) -> Error {
        corrupt(self.path, what, expected, format!("{} in row {}", got.to_string(), self.table.len()))
    }

    fn wrong_type(&self, name: &str) -> Error {
        corrupt(self.path, "type of a column", "that of the schema", name)
    }

    fn column<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef> {
        batch.column_by_name(name).ok_or_else(|| corrupt(self.path, "columns", name, "no such column"))
    }

    fn without_nulls<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef> {
        let column = self.column(batch, name)?;
        match column.null_count() {
            0 => Ok(column),
            nulls => Err(corrupt(self.path, "nulls", format!("none in {name}"), nulls)),
        }
    }

    fn strings<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray> {
        self.without_nulls(batch, name)?.as_string_opt().ok_or_else(|| self.wrong_type(name))
    }

    fn primitives<'b, T: ArrowPrimitiveType>(
        &self,
        batch: &'b RecordBatch,
        name: &str,
    ) -> Result<&'b PrimitiveArray<T>> {
        self.without_nulls(batch, name)?.as_primitive_opt().ok_or_else(|| self.wrong_type(name))
    }
}

/// The columns of a batch.
struct Columns<'b> {
    role: &'b StringArray,
    file: &'b PrimitiveArray<Int32Type>,
    line: &'b PrimitiveArray<Int64Type>,
    contig: &'b StringArray,
    start: &'b PrimitiveArray<Int64Type>,
    end: &'b PrimitiveArray<Int64Type>,
    summit: &'b PrimitiveArray<Int64Type>,
    centre: &'b PrimitiveArray<Int64Type>,
}

impl Columns<'_> {
    fn row(&self, i: usize, rows: &Rows<'_>) -> Result<Row> {
        let role = match self.role.value(i) {
            "peak" => Role::Peak,
            "negative" => Role::Negative,
            other => return Err(rows.wrong("role", "peak or negative", format!("{other:?}"))),
        };
        let name = self.contig.value(i);
        let contig = rows.contigs.id(name).ok_or_else(|| rows.wrong("contig", "a contig of the store", name))?;
        let file = self.file.value(i);
        let line = self.line.value(i);
        Ok(Row {
            role,
            file: u32::try_from(file).map_err(|_| rows.wrong("file", "0 or more", file))?,
            line: u64::try_from(line).ok().filter(|&l| l > 0).ok_or_else(|| rows.wrong("line", "1 or more", line))?,
            contig: contig as u32,
            start: self.start.value(i),
            end: self.end.value(i),
            summit: self.summit.is_valid(i).then(|| self.summit.value(i)),
            centre: self.centre.value(i),
        })
    }
}
