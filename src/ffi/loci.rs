//! The locus indices of a store: every input locus, with its counts.

use super::argument::{self, c_text};
use super::call;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use super::store::{OpenStore, atemoya_store, within};
use crate::loci::published::{self, LocusIndex};
use crate::loci::{Role, Row};
use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;
use std::ops::Range;

/// A locus index: a table of peaks, followed by negatives. Free it with `atemoya_loci_free`.
pub struct atemoya_loci {
    _private: [u8; 0],
}

/// A locus of an index. Coordinates are 0-based and half-open.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct atemoya_locus {
    /// The first base, as in the file.
    pub start: i64,
    /// The base after the last one, as in the file.
    pub end: i64,
    /// The base that windows are centred on.
    pub centre: i64,
    /// The summit, in bases from `start`, as in the file. INT64_MIN where there is none.
    pub summit: i64,
    /// The line in the file, counted from 1.
    pub line: u64,
    /// The number of the contig in the store. A number that is not below the count of the store's
    /// contigs is that of a contig which the store does not have.
    pub contig: u32,
    /// The number of the input file. Files of peaks are numbered first.
    pub file: u32,
    /// 1 for a peak and 0 for a negative.
    pub is_peak: u32,
    /// Always 0.
    pub reserved: u32,
}

/// A locus index, with its texts as C reads them.
pub(super) struct OpenIndex {
    index: LocusIndex,
    groups: Vec<CString>,
}

impl Object for OpenIndex {
    type Handle = atemoya_loci;
    const NAME: &'static str = "loci";
}

/// Checks that `count` rows from `first` on are within a table of `all` rows.
pub(super) fn rows(first: usize, count: usize, all: usize) -> Result<Range<usize>, Failure> {
    match first.checked_add(count) {
        Some(end) if end <= all => Ok(first..end),
        _ => Err(Failure::argument("first", format!("{count} rows from {first} on are not within {all} rows"))),
    }
}

/// Returns the names of a store's indices, as they were at the first call.
fn names(open: &OpenStore) -> Result<&[CString], Failure> {
    if open.loci.get().is_none() {
        let names = published::names(&open.store)?.into_iter().map(c_text).collect();
        // Another thread may have set them first.
        let _ = open.loci.set(names);
    }
    Ok(open.loci.get().map_or(&[], Vec::as_slice))
}

/// Writes how many locus indices a store has. The first call lists them: an index that is made
/// later is not counted until the store is opened again. It can be opened by its name all the same.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_loci_count(
    store: *const atemoya_store,
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || Ok(names(&*handle::get::<OpenStore>(store)?)?.len()))
}

/// Writes the name of a locus index, numbered from 0 in the order of their names. It is valid until
/// the store is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_loci_name(
    store: *const atemoya_store,
    index: usize,
    name: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("name", name), || {
        let open = handle::get::<OpenStore>(store)?;
        let names = names(&open)?;
        Ok(names[within("index", index, names.len())?].as_ptr())
    })
}

/// Reads a locus index of a store into memory and checks every row. `name` is NULL for the only
/// index of the store.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loci_open(
    store: *const atemoya_store,
    name: *const c_char,
    loci: Option<&mut MaybeUninit<*mut atemoya_loci>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, loci, || {
        let open = handle::get::<OpenStore>(store)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let name = unsafe { argument::optional_text("name", name) }?;
        let index = published::read(&open.store, name)?;
        let groups = index.counts.iter().map(|(group, _)| c_text(group.as_str())).collect();
        Ok(OpenIndex { index, groups })
    })
}

/// Frees a locus index and its texts.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loci_free(loci: *mut atemoya_loci) -> atemoya_status {
    call::free::<OpenIndex>(loci)
}

/// Writes how many loci an index has, and how many of them are peaks, which come first. `peaks` may
/// be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loci_count(
    loci: *const atemoya_loci,
    count: Option<&mut MaybeUninit<usize>>,
    peaks: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || {
        let table = &handle::get::<OpenIndex>(loci)?.index.table;
        if let Some(peaks) = peaks {
            peaks.write(table.peaks());
        }
        Ok(table.len())
    })
}

/// Writes `count` loci from the row `first` on to `out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loci_rows(
    loci: *const atemoya_loci,
    first: usize,
    count: usize,
    out: *mut atemoya_locus,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let table = &handle::get::<OpenIndex>(loci)?.index.table;
        let range = rows(first, count, table.len())?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::out("out", out, count) }?;
        for (out, row) in out.iter_mut().zip(range) {
            out.write(locus(table.row(row)));
        }
        Ok(())
    })
}

/// Writes how many signal groups an index has counts of.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loci_group_count(
    loci: *const atemoya_loci,
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || Ok(handle::get::<OpenIndex>(loci)?.groups.len()))
}

/// Writes the name of a signal group that an index has counts of, numbered from 0. It is valid
/// until the index is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_loci_group_name(
    loci: *const atemoya_loci,
    group: usize,
    name: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("name", name), || {
        let open = handle::get::<OpenIndex>(loci)?;
        let group = within("group", group, open.groups.len())?;
        Ok(open.groups[group].as_ptr())
    })
}

/// Writes the counts of a signal group to `out`: the sum of its values around each of `count` loci,
/// from the row `first` on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loci_counts(
    loci: *const atemoya_loci,
    group: usize,
    first: usize,
    count: usize,
    out: *mut f64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let index = &handle::get::<OpenIndex>(loci)?.index;
        let group = within("group", group, index.counts.len())?;
        let counts = &index.counts[group].1[rows(first, count, index.table.len())?];
        // SAFETY: the caller's promise, see the module `ffi`.
        let out = unsafe { argument::slice_mut("out", out, count) }?;
        out.copy_from_slice(counts);
        Ok(())
    })
}

fn locus(row: Row) -> atemoya_locus {
    let Row { role, file, line, contig, start, end, summit, centre } = row;
    let is_peak = u32::from(role == Role::Peak);
    atemoya_locus { start, end, centre, summit: summit.unwrap_or(i64::MIN), line, contig, file, is_peak, reserved: 0 }
}
