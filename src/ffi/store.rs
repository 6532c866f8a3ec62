//! Stores: opening and verifying them, and their contigs.

use super::argument::{self, c_text};
use super::call;
use super::error::atemoya_error;
use super::handle::{self, Object};
use super::progress::{Reporter, atemoya_progress};
use super::status::{Failure, atemoya_status};
use crate::{Store, index};
use std::ffi::{CString, c_char, c_void};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;

/// An open store: a genome, tracks and loci, read through memory maps. Free it with
/// `atemoya_store_free`.
pub struct atemoya_store {
    _private: [u8; 0],
}

/// A store, with its texts as C reads them.
pub(super) struct OpenStore {
    pub(super) store: Store,
    path: CString,
    checksum: CString,
    contigs: OnceLock<Vec<CString>>,
    warnings: OnceLock<CString>,
    pub(super) groups: Vec<CString>,
    pub(super) tracks: Vec<Vec<CString>>,
    pub(super) loci: OnceLock<Vec<CString>>,
}

impl Object for OpenStore {
    type Handle = atemoya_store;
    const NAME: &'static str = "store";
}

impl OpenStore {
    fn new(store: Store) -> OpenStore {
        let manifest = store.manifest();
        let groups = manifest.groups.iter().map(|group| c_text(group.name.as_str())).collect();
        let of_panel = |panel: usize, track: usize| c_text(manifest.panels[panel].tracks[track].name.as_str());
        let of_group = |panel, tracks: &[usize]| tracks.iter().map(|&track| of_panel(panel, track)).collect();
        let tracks = manifest.groups.iter().map(|group| of_group(group.panel, &group.tracks)).collect();
        let path = c_text(store.path().as_os_str().as_bytes());
        let checksum = c_text(store.checksum());
        let (contigs, warnings, loci) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        OpenStore { path, checksum, contigs, warnings, groups, tracks, loci, store }
    }

    /// Checks the number of a contig.
    fn contig(&self, contig: usize) -> Result<usize, Failure> {
        within("contig", contig, self.store.contigs().len())
    }
}

/// Checks that the number of something is below the count of them. `name` is the parameter.
pub(super) fn within(name: &str, number: usize, count: usize) -> Result<usize, Failure> {
    if number < count {
        return Ok(number);
    }
    Err(Failure::argument(name, format!("{number} is not below {count}, which is how many there are")))
}

/// Opens the store in the directory `path`, in milliseconds at any size. This checks the manifest,
/// and the length, header and contig table of each data file. It does not read bases and values: a
/// damaged byte among them is an error when it is read, or a wrong value in a batch. To find damage
/// before, call `atemoya_store_verify_once` or `atemoya_store_verify`. Do not change the files
/// while the store is open: a file that becomes shorter ends the process (SIGBUS). Replacing the
/// whole store is safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_store_open(
    path: *const c_char,
    store: Option<&mut MaybeUninit<*mut atemoya_store>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::make(error, store, || {
        // SAFETY: the caller's promise, see the module `ffi`.
        let path = unsafe { argument::path("path", path) }?;
        Ok(OpenStore::new(Store::open(path)?))
    })
}

/// Frees a store and its texts. Options, loaders and gatherers that were made with it stay usable.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_free(store: *mut atemoya_store) -> atemoya_status {
    call::free::<OpenStore>(store)
}

/// Checks every checksum and every rule of the format in the whole store and its locus indices, on
/// all cores. `progress`, which may be NULL, is called now and then with `context`. When it returns
/// false, the work is interrupted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_store_verify(
    store: *const atemoya_store,
    progress: atemoya_progress,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let open = handle::get::<OpenStore>(store)?;
        // SAFETY: the caller's promise, see the type of the function.
        let reporter = unsafe { Reporter::new(progress, context) };
        open.store.verify(&reporter)?;
        index::verify(&open.store, &reporter)?;
        Ok(())
    })
}

/// Checks every checksum and every tile of a store's data files, unless this machine has done so
/// before and no file has changed since. A store that passed is recorded in the directory
/// `verified` of `cache`; one that failed is not. NULL is the user's cache: `$ATEMOYA_CACHE`, or
/// `atemoya` in `$XDG_CACHE_HOME` (`~/.cache`). When several processes call this at once, one reads
/// the store and the others wait. Where the record cannot be written, the store is read each time.
/// `progress` is as for `atemoya_store_verify`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_store_verify_once(
    store: *const atemoya_store,
    cache: *const c_char,
    progress: atemoya_progress,
    context: *mut c_void,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let open = handle::get::<OpenStore>(store)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let cache = if cache.is_null() { None } else { Some(unsafe { argument::path("cache", cache) }?) };
        // SAFETY: the caller's promise, see the type of the function.
        let reporter = unsafe { Reporter::new(progress, context) };
        open.store.verify_once(cache, &reporter)?;
        Ok(())
    })
}

/// Writes the path that a store was opened with. It is valid until the store is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_path(
    store: *const atemoya_store,
    path: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("path", path), || Ok(handle::get::<OpenStore>(store)?.path.as_ptr()))
}

/// Writes the checksum of a store's manifest, "sha256:...". It identifies the contents of the
/// store, and is valid until the store is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_checksum(
    store: *const atemoya_store,
    checksum: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("checksum", checksum), || Ok(handle::get::<OpenStore>(store)?.checksum.as_ptr()))
}

/// Writes what the files of a store's tracks lacked, where the store has zeros in place of
/// measurements: contigs that a file does not have or has with another length, and files without
/// values. It is text for users, a line for each, "" where nothing was lacking, and valid until the
/// store is freed. `atemoya_loader_warnings` has those that concern a loader.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_warnings(
    store: *const atemoya_store,
    warnings: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("warnings", warnings), || {
        let open = handle::get::<OpenStore>(store)?;
        let warnings = open.store.warnings(None, None)?;
        Ok(open.warnings.get_or_init(|| c_text(warnings.join("\n"))).as_ptr())
    })
}

/// Writes whether a store has a genome. Otherwise it has tracks only.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_has_sequence(
    store: *const atemoya_store,
    has_sequence: Option<&mut MaybeUninit<bool>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("has_sequence", has_sequence), || {
        Ok(handle::get::<OpenStore>(store)?.store.sequence().is_some())
    })
}

/// Writes how many contigs a store has.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_contig_count(
    store: *const atemoya_store,
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("count", count), || Ok(handle::get::<OpenStore>(store)?.store.contigs().len()))
}

/// Writes the name of a contig, numbered from 0. It is valid until the store is freed.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_contig_name(
    store: *const atemoya_store,
    contig: usize,
    name: Option<&mut MaybeUninit<*const c_char>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("name", name), || {
        let open = handle::get::<OpenStore>(store)?;
        let contig = open.contig(contig)?;
        let names = open.contigs.get_or_init(|| open.store.contigs().iter().map(|(name, _)| c_text(name)).collect());
        Ok(names[contig].as_ptr())
    })
}

/// Writes the length of a contig in bases.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_store_contig_length(
    store: *const atemoya_store,
    contig: usize,
    length: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("length", length), || {
        let open = handle::get::<OpenStore>(store)?;
        Ok(open.store.contigs().length(open.contig(contig)?))
    })
}

/// Writes the number of the contig with this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_store_find_contig(
    store: *const atemoya_store,
    name: *const c_char,
    contig: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::give(error, ("contig", contig), || {
        let open = handle::get::<OpenStore>(store)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let name = unsafe { argument::text("name", name) }?;
        Ok(open.store.contigs().find_as("name", name)?)
    })
}
