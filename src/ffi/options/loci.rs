//! Which loci are used.

use super::{ATEMOYA_ALL, atemoya_options, change, set};
use crate::ffi::argument;
use crate::ffi::error::atemoya_error;
use crate::ffi::status::{Failure, atemoya_status};
use crate::ingest::alias::Aliases;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

/// A choice of C's, of the parameter `name`: 1 is yes, 0 no, and -1 nothing of the kind.
fn choice(name: &str, value: i32) -> Result<Option<bool>, Failure> {
    match value {
        -1 => Ok(None),
        0 => Ok(Some(false)),
        1 => Ok(Some(true)),
        _ => Err(Failure::argument(name, format!("{value} is none of 1, 0 and -1"))),
    }
}

/// A number of C's: not a number is none.
fn number(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

/// Sets the name of the store's locus index to use; NULL (the default) for the only one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_loci(
    options: *mut atemoya_options,
    loci: *const c_char,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    change(options, error, |settings| {
        // SAFETY: the caller's promise, see the module `ffi`.
        settings.loci = unsafe { argument::optional_text("loci", loci) }?.map(str::to_owned);
        Ok(())
    })
}

/// Sets the names of the contigs to use, `count` of them; with the count ATEMOYA_ALL, which is the
/// default, all. Names that the store lacks are a warning of the loader, and an error if it lacks
/// all. Without any, no locus is left, which is an error when the loader is made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_chroms(
    options: *mut atemoya_options,
    chroms: *const *const c_char,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        // SAFETY: the caller's promise, see the module `ffi`.
        let chroms = unsafe { argument::names("chroms", chroms, count) }?;
        Ok(generator.chroms(chroms))
    })
}

/// Sets what peaks are centred on: 1 for their summits, 0 for their midpoints, -1 (the default) for
/// what they were indexed by.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_summits(
    options: *mut atemoya_options,
    summits: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.summits(choice("summits", summits)?)))
}

/// Sets the least sum of signal that a locus has over the output window; NAN (the default) for that
/// of the index, -INFINITY for none.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_min_counts(
    options: *mut atemoya_options,
    min_counts: f64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.min_counts(number(min_counts))))
}

/// Sets the greatest sum of signal that a locus has over the output window; NAN (the default) for
/// that of the index, INFINITY for none.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_max_counts(
    options: *mut atemoya_options,
    max_counts: f64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.max_counts(number(max_counts))))
}

/// Sets the tracks that `min_counts` and `max_counts` sum, `count` of them: NAME (a group) or
/// NAME.i (a channel of it). With the count ATEMOYA_ALL, which is the default, those of the index,
/// or else those that the order counts: all signal tracks, or the first one in cherimoya's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_counts_tracks(
    options: *mut atemoya_options,
    counts_tracks: *const *const c_char,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        // SAFETY: the caller's promise, see the module `ffi`.
        let counts_tracks = unsafe { argument::names("counts_tracks", counts_tracks, count) }?;
        Ok(generator.counts_tracks(counts_tracks))
    })
}

/// Sets whether peaks are dropped whose counts in any signal group exceed 1.2 times the 0.99
/// quantile: 1, 0, or -1 (the default) for what was chosen for the index, or else what the order
/// does; cherimoya's drops them.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_outlier_filter(
    options: *mut atemoya_options,
    outlier_filter: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.outlier_filter(choice("outlier_filter", outlier_filter)?)))
}

/// Sets the paths of BED files of regions to stay out of, `count` of them; 0 for none. With the
/// count ATEMOYA_ALL, which is the default, the regions are those that the index was made with.
/// Loci whose windows touch their chunks of 100 bases are dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_exclusion_lists(
    options: *mut atemoya_options,
    paths: *const *const c_char,
    count: usize,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        if count == ATEMOYA_ALL {
            return Ok(generator.exclusion_lists(None));
        }
        // SAFETY: the caller's promise, see the module `ffi`.
        let paths = unsafe { argument::slice("paths", paths, count) }?;
        let paths = paths.iter().map(|&path| {
            // SAFETY: the caller's promise, see the module `ffi`.
            let path = unsafe { argument::path("paths", path) };
            path.map(Path::to_path_buf)
        });
        Ok(generator.exclusion_lists(paths.collect::<Result<Vec<PathBuf>, Failure>>()?))
    })
}

/// Sets which names of contigs in exclusion lists mean contigs of the genome: "chr" (1 for chr1 and
/// the like, MT for chrM), or the path of a file whose lines are names of one contig, which is read
/// now; NULL (the default) for none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_options_set_alias(
    options: *mut atemoya_options,
    alias: *const c_char,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        if alias.is_null() {
            return Ok(generator.alias(None));
        }
        // SAFETY: the caller's promise, see the module `ffi`.
        let alias = unsafe { argument::path("alias", alias) }?;
        Ok(generator.alias(Some(Aliases::from_option(alias)?)))
    })
}

/// Sets whether the contigs to use and the exclusion lists may share no name with the genome; false
/// by default, where that is an error when the loader is made.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_allow_empty(
    options: *mut atemoya_options,
    allow_empty: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.allow_empty(allow_empty)))
}
