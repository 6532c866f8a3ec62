//! The columns of a record batch by their names and types, and the errors of what is wrong in them.

use crate::{Error, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, ArrayRef, PrimitiveArray, RecordBatch, StringArray};
use std::path::Path;

/// Creates an error with offset 0: parquet errors have no offset.
pub(super) fn corrupt(path: &Path, what: &'static str, expected: impl ToString, got: impl ToString) -> Error {
    Error::corrupt(path, 0, what, expected, got)
}

/// Creates errors about one row.
pub(super) struct RowErrors<'a> {
    pub(super) path: &'a Path,
    pub(super) row: usize,
}

impl RowErrors<'_> {
    pub(super) fn at(&self, what: &'static str, expected: impl ToString, got: impl ToString) -> Error {
        corrupt(self.path, what, expected, format!("{} in row {}", got.to_string(), self.row))
    }
}

/// Finds the columns of a record batch by their names.
#[derive(Clone, Copy)]
pub(super) struct BatchColumns<'a> {
    pub(super) path: &'a Path,
}

impl BatchColumns<'_> {
    fn wrong_type(&self, name: &str) -> Error {
        corrupt(self.path, "type of a column", "that of the schema", name)
    }

    fn column<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef> {
        batch.column_by_name(name).ok_or_else(|| corrupt(self.path, "columns", name, "no such column"))
    }

    fn without_nulls(&self, array: &dyn Array, name: &str) -> Result<()> {
        match array.null_count() {
            0 => Ok(()),
            nulls => Err(corrupt(self.path, "nulls", format!("none in {name}"), nulls)),
        }
    }

    pub(super) fn nullable_strings<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray> {
        self.column(batch, name)?.as_string_opt().ok_or_else(|| self.wrong_type(name))
    }

    pub(super) fn strings<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray> {
        let array = self.nullable_strings(batch, name)?;
        self.without_nulls(array, name)?;
        Ok(array)
    }

    pub(super) fn nullable<'b, T: ArrowPrimitiveType>(
        &self,
        batch: &'b RecordBatch,
        name: &str,
    ) -> Result<&'b PrimitiveArray<T>> {
        self.column(batch, name)?.as_primitive_opt().ok_or_else(|| self.wrong_type(name))
    }

    pub(super) fn primitives<'b, T: ArrowPrimitiveType>(
        &self,
        batch: &'b RecordBatch,
        name: &str,
    ) -> Result<&'b PrimitiveArray<T>> {
        let array = self.nullable(batch, name)?;
        self.without_nulls(array, name)?;
        Ok(array)
    }
}
