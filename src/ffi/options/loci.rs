//! The parameters that select loci.

use super::{ATEMOYA_ALL, atemoya_options, change, set};
use crate::ffi::argument;
use crate::ffi::error::atemoya_error;
use crate::ffi::status::{Failure, atemoya_status};
use crate::ingest::alias::Aliases;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

/// Reads the parameter `name`: 1 is true, 0 is false, and -1 is the default.
fn choice(name: &str, value: i32) -> Result<Option<bool>, Failure> {
    match value {
        -1 => Ok(None),
        0 => Ok(Some(false)),
        1 => Ok(Some(true)),
        _ => Err(Failure::argument(name, format!("it must be 1, 0 or -1, not {value}"))),
    }
}

/// Reads a number, where NAN is the default.
fn number(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

/// Sets the name of the locus index to use; NULL (the default) for the only one of the store.
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

/// Sets the names of the contigs to use, `count` of them. The count ATEMOYA_ALL, which is the
/// default, stands for all contigs. Names that the store does not have are a warning of the loader,
/// and an error where it has none of them. A count of 0 leaves no locus, which is an error when the
/// loader is made.
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

/// Sets what peaks are centred on: 1 for their summits, 0 for their midpoints, and -1 (the default)
/// for what the index was made with.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_summits(
    options: *mut atemoya_options,
    summits: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.summits(choice("summits", summits)?)))
}

/// Sets the smallest sum of signal over the output window of a locus that is kept. NAN (the
/// default) stands for that of the index, and -INFINITY for no bound.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_min_counts(
    options: *mut atemoya_options,
    min_counts: f64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.min_counts(number(min_counts))))
}

/// Sets the largest sum of signal over the output window of a locus that is kept. NAN (the default)
/// stands for that of the index, and INFINITY for no bound.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_max_counts(
    options: *mut atemoya_options,
    max_counts: f64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.max_counts(number(max_counts))))
}

/// Sets the tracks whose signal is summed for `min_counts` and `max_counts`, `count` of them: NAME
/// (a group) or NAME.i (a channel of it). The count ATEMOYA_ALL, which is the default, stands for
/// those of the index. Where the index has none, it stands for all signal tracks, and in
/// cherimoya's order for the first one.
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

/// Sets whether outliers are left out: peaks whose counts in any signal group exceed 1.2 times the
/// 0.99 quantile. 1 leaves them out and 0 keeps them. -1 (the default) stands for the choice of the
/// index. Where the index has none, cherimoya's order leaves them out and the native order keeps
/// them.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_outlier_filter(
    options: *mut atemoya_options,
    outlier_filter: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.outlier_filter(choice("outlier_filter", outlier_filter)?)))
}

/// Sets the paths of BED files with regions to exclude, `count` of them; 0 for none. The count
/// ATEMOYA_ALL, which is the default, stands for the regions that the index was made with. The
/// genome is divided into chunks of 100 bases: loci whose windows touch a chunk with an excluded
/// base are left out.
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

/// Sets other names of contigs, which exclusion lists may use. "chr" stands for 1 and chr1 and the
/// like, and MT and chrM. Anything else is the path of a file, which is read now: each of its lines
/// has the names of one contig. NULL (the default) stands for no other names.
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

/// Sets whether contigs to use and exclusion lists are accepted when none of their names is a
/// contig of the genome. By default it is false, and making the loader is an error then.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_allow_empty(
    options: *mut atemoya_options,
    allow_empty: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.allow_empty(allow_empty)))
}
