//! Reads and writes the columns of `index.parquet` with the verdict on each locus.

use super::batch_columns::{BatchColumns, RowErrors};
use crate::loci::verdict::{Reason, Region, Verdict, Verdicts};
use crate::{Error, Result};
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::DataType;
use std::ops::Range;
use std::sync::Arc;

/// The name and type of each column, and whether it may have nulls.
pub(super) const COLUMNS: [(&str, DataType, bool); 8] = [
    ("reason", DataType::Utf8, false),
    ("exclusion_file", DataType::Int32, true),
    ("exclusion_line", DataType::Int64, true),
    ("exclusion_start", DataType::Int64, true),
    ("exclusion_end", DataType::Int64, true),
    ("measured", DataType::Float64, true),
    ("threshold", DataType::Float64, true),
    ("outlier_group", DataType::Utf8, true),
];

/// What the columns of verdicts refer to, all of it from `index.json`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LedgerContext {
    /// The number of inputs that are files of loci. The exclusion lists follow them.
    pub loci_files: u32,
    /// The signal groups of the selection.
    pub groups: Vec<String>,
    /// The least counts of a kept locus.
    pub min_counts: Option<f64>,
    /// The greatest counts of a kept locus.
    pub max_counts: Option<f64>,
}

/// Returns the arrays of some rows, in the order of [`COLUMNS`].
pub(super) fn columns(verdicts: &Verdicts, context: &LedgerContext, rows: Range<usize>) -> Result<Vec<ArrayRef>> {
    let some = &verdicts.rows()[rows];
    let regions: Vec<Option<Region>> = some.iter().map(|verdict| region(verdict, verdicts)).collect();
    let file = |region: &Option<Region>| {
        let Some(region) = region else { return Ok(None) };
        let number = context.loci_files.checked_add(region.file).and_then(|number| i32::try_from(number).ok());
        number.map(Some).ok_or_else(|| Error::argument("exclusion_lists", "there are too many files for an index"))
    };
    let files: Vec<Option<i32>> = regions.iter().map(file).collect::<Result<_>>()?;
    let int64 = |of: fn(&Region) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter(regions.iter().map(|region| region.as_ref().map(of))))
    };
    let (measured, threshold): (Vec<_>, Vec<_>) = some.iter().map(|verdict| numbers(verdict, context).unzip()).unzip();
    let group = |verdict: &Verdict| match verdict {
        Verdict::Outlier { group, .. } => context.groups.get(*group as usize).map(String::as_str),
        _ => None,
    };
    for verdict in some {
        let reason = verdict.reason();
        let counted = matches!(reason, Reason::UnderCounts | Reason::OverCounts | Reason::Outlier);
        let numbers = numbers(verdict, context);
        if numbers.is_some_and(|(counts, bound)| !counts.is_finite() || !bound.is_finite()) {
            return Err(Error::argument("verdicts", format!("{verdict:?}: an index records finite counts")));
        }
        if numbers.is_some() != counted || group(verdict).is_some() != (reason == Reason::Outlier) {
            return Err(Error::argument("verdicts", format!("{verdict:?} does not fit the selection")));
        }
    }
    Ok(vec![
        Arc::new(StringArray::from_iter_values(some.iter().map(|verdict| verdict.reason().name()))),
        Arc::new(Int32Array::from(files)),
        int64(|region| region.line as i64),
        int64(|region| region.start),
        int64(|region| region.end),
        Arc::new(Float64Array::from(measured)),
        Arc::new(Float64Array::from(threshold)),
        Arc::new(StringArray::from_iter(some.iter().map(group))),
    ])
}

fn region(verdict: &Verdict, verdicts: &Verdicts) -> Option<Region> {
    match verdict {
        Verdict::Excluded { region } => verdicts.regions().get(*region as usize).copied(),
        _ => None,
    }
}

/// Returns the counts of a locus and the bound that they are beyond.
fn numbers(verdict: &Verdict, context: &LedgerContext) -> Option<(f64, f64)> {
    match *verdict {
        Verdict::UnderCounts { counts } => context.min_counts.map(|bound| (counts, bound)),
        Verdict::OverCounts { counts } => context.max_counts.map(|bound| (counts, bound)),
        Verdict::Outlier { counts, threshold, .. } => Some((f64::from(counts), f64::from(threshold))),
        _ => None,
    }
}

/// The columns of verdicts of a record batch.
pub(super) struct VerdictColumns<'b> {
    reason: &'b StringArray,
    file: &'b PrimitiveArray<Int32Type>,
    line: &'b PrimitiveArray<Int64Type>,
    start: &'b PrimitiveArray<Int64Type>,
    end: &'b PrimitiveArray<Int64Type>,
    measured: &'b PrimitiveArray<Float64Type>,
    threshold: &'b PrimitiveArray<Float64Type>,
    group: &'b StringArray,
}

impl<'b> VerdictColumns<'b> {
    pub(super) fn of(batch: &'b RecordBatch, columns: &BatchColumns<'_>) -> Result<VerdictColumns<'b>> {
        Ok(VerdictColumns {
            reason: columns.strings(batch, "reason")?,
            file: columns.nullable(batch, "exclusion_file")?,
            line: columns.nullable(batch, "exclusion_line")?,
            start: columns.nullable(batch, "exclusion_start")?,
            end: columns.nullable(batch, "exclusion_end")?,
            measured: columns.nullable(batch, "measured")?,
            threshold: columns.nullable(batch, "threshold")?,
            group: columns.nullable_strings(batch, "outlier_group")?,
        })
    }

    /// Appends the verdict on row `i` of the batch. Exactly the columns of its reason must have
    /// values.
    pub(super) fn append(
        &self,
        i: usize,
        context: &LedgerContext,
        to: &mut Verdicts,
        errors: &RowErrors<'_>,
    ) -> Result<()> {
        let name = self.reason.value(i);
        let Some(reason) = Reason::ALL.into_iter().find(|reason| reason.name() == name) else {
            return Err(errors.at("reason", "the name of a reason", format!("{name:?}")));
        };
        let excluded = reason == Reason::Excluded;
        let outlier = reason == Reason::Outlier;
        let counted = matches!(reason, Reason::UnderCounts | Reason::OverCounts) || outlier;
        for (column, array, wanted) in [
            ("exclusion_file", self.file as &dyn Array, excluded),
            ("exclusion_line", self.line, excluded),
            ("exclusion_start", self.start, excluded),
            ("exclusion_end", self.end, excluded),
            ("measured", self.measured, counted),
            ("threshold", self.threshold, counted),
            ("outlier_group", self.group, outlier),
        ] {
            if array.is_valid(i) != wanted {
                let (expected, got) = if wanted { ("a value", "null") } else { ("null", "a value") };
                return Err(errors.at(column, format!("{expected} where the reason is {name}"), got));
            }
        }
        let counts = self.measured.value(i);
        if counted && !(counts.is_finite() && self.threshold.value(i).is_finite()) {
            return Err(errors.at("measured", "finite numbers", format!("{counts} and {}", self.threshold.value(i))));
        }
        let bound = |bound: Option<f64>, verdict: Verdict| match bound {
            Some(bound) if bound == self.threshold.value(i) => Ok(verdict),
            _ => Err(errors.at("threshold", format!("the selection's, {bound:?}"), self.threshold.value(i))),
        };
        let verdict = match reason {
            Reason::Kept => Verdict::Kept,
            Reason::Contig => Verdict::Contig,
            Reason::Edge => Verdict::Edge,
            Reason::Excluded => {
                to.push_excluded(self.region(i, context, errors)?);
                return Ok(());
            }
            Reason::UnderCounts => bound(context.min_counts, Verdict::UnderCounts { counts })?,
            Reason::OverCounts => bound(context.max_counts, Verdict::OverCounts { counts })?,
            Reason::Outlier => {
                let name = self.group.value(i);
                let group = context.groups.iter().position(|group| group == name);
                let group = group.ok_or_else(|| errors.at("outlier_group", "a group of the selection", name))?;
                let threshold = self.threshold.value(i) as f32;
                Verdict::Outlier { group: group as u32, counts: counts as f32, threshold }
            }
        };
        to.push(verdict);
        Ok(())
    }

    fn region(&self, i: usize, context: &LedgerContext, errors: &RowErrors<'_>) -> Result<Region> {
        let file = u32::try_from(self.file.value(i)).ok().and_then(|file| file.checked_sub(context.loci_files));
        let line = u64::try_from(self.line.value(i)).ok().filter(|&line| line > 0);
        Ok(Region {
            file: file.ok_or_else(|| errors.at("exclusion_file", "an exclusion list", self.file.value(i)))?,
            line: line.ok_or_else(|| errors.at("exclusion_line", "1 or more", self.line.value(i)))?,
            start: self.start.value(i),
            end: self.end.value(i),
        })
    }
}
