//! Calls about the library itself, errors, stores, their tracks and loci, and random access.

use super::pool::{Argument, Kind};
use super::world::World;
use atemoya::ffi::*;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::null;
use std::sync::atomic::{AtomicU32, Ordering};

pub fn about(w: &mut World) {
    assert_eq!((atemoya_abi_version(), atemoya_abi_revision()), (ATEMOYA_ABI_VERSION, ATEMOYA_ABI_REVISION));
    assert!(text(atemoya_version()).contains('.'));
    let dtype = w.bytes.choice(12);
    let name = atemoya_dtype_name(dtype);
    let size: Option<usize> = w.write("atemoya_dtype_size", |out, error| atemoya_dtype_size(dtype, out, error));
    assert!(!name.is_null() || size.is_none());
    let always =
        ["atemoya_abi_version", "atemoya_abi_revision", "atemoya_version", "atemoya_has_cuda", "atemoya_live_handles"];
    for name in always {
        w.note(name, true);
    }
    w.note("atemoya_dtype_name", !name.is_null());
    let _: Option<usize> = w.write("atemoya_device_count", |out, error| atemoya_device_count(out, error));
}

pub fn text(pointer: *const c_char) -> String {
    // SAFETY: the library returned it, and its owner is live.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

pub fn error(w: &mut World) {
    // The functions below accept an invalid handle.
    let argument = w.pool.choose(Kind::Error, &mut w.bytes);
    details(w, argument);
}

/// Reads everything that an error has.
pub fn details(w: &mut World, argument: Argument) {
    let error = argument.handle::<atemoya_error>();
    let (mut number, mut code) = (std::mem::MaybeUninit::uninit(), std::mem::MaybeUninit::uninit());
    let status = atemoya_error_status(error);
    assert!(!text(atemoya_error_message(error)).is_empty());
    let path = atemoya_error_path(error);
    let offset = atemoya_error_offset(error, Some(&mut number));
    let line = atemoya_error_line(error, (!w.bytes.seldom(8)).then_some(&mut number));
    let driver = atemoya_error_driver_code(error, Some(&mut code));
    assert!(argument.at.is_some() || path.is_null() && !offset && !line && !driver, "{:#x}", argument.number);
    assert_eq!(status as i32 == 0, argument.number == 0);
    for (name, present) in [
        ("atemoya_error_status", argument.at.is_some()),
        ("atemoya_error_message", argument.at.is_some()),
        ("atemoya_error_path", !path.is_null()),
        ("atemoya_error_offset", offset),
        ("atemoya_error_line", line),
        ("atemoya_error_driver_code", driver),
    ] {
        w.note(name, present);
    }
}

pub fn error_free(w: &mut World) {
    w.free("atemoya_error_free", Kind::Error, atemoya_error_free);
}

pub fn store_open(w: &mut World) {
    let few = if w.bytes.seldom(4) { w.files.stores.len() } else { 2 };
    let path = w.files.stores[w.bytes.below(few)].as_ptr();
    let path = if w.bytes.seldom(32) { null() } else { path };
    // SAFETY: the path is a text.
    w.make("atemoya_store_open", Kind::Store, |out, error| unsafe { atemoya_store_open(path, out, error) });
}

pub fn store_free(w: &mut World) {
    w.free("atemoya_store_free", Kind::Store, atemoya_store_free);
}

/// The context of `watch`: the calls that it counts, and the store that it verifies.
struct Watching {
    calls: AtomicU32,
    most: u32,
    nested: *mut atemoya_store,
}

/// Ends the work after some calls. In one call, it uses the library itself.
unsafe extern "C" fn watch(context: *mut c_void, phase: *const c_char, done: u64, total: u64) -> bool {
    // SAFETY: the call that this is passed to has not returned.
    let watching = unsafe { &*context.cast::<Watching>() };
    // SAFETY: it is a text during the call.
    let named = !unsafe { CStr::from_ptr(phase) }.is_empty();
    let calls = watching.calls.fetch_add(1, Ordering::Relaxed);
    if calls == 1 {
        // SAFETY: NULL is no function.
        unsafe { atemoya_store_verify(watching.nested, None, std::ptr::null_mut(), None) };
    }
    named && done <= total && calls < watching.most
}

pub fn store_verify(w: &mut World) {
    let store = w.choose(Kind::Store).handle();
    let most = if w.bytes.flag() { u32::MAX } else { w.bytes.below(4) as u32 };
    let mut watching = Watching { calls: AtomicU32::new(0), most, nested: store };
    let (progress, context): (atemoya_progress, *mut c_void) =
        if w.bytes.seldom(4) { (None, std::ptr::null_mut()) } else { (Some(watch), (&raw mut watching).cast()) };
    // SAFETY: what is watched outlives the call.
    w.call("atemoya_store_verify", |error| unsafe { atemoya_store_verify(store, progress, context, error) });
    let store = w.choose(Kind::Store).handle();
    let cache = w.files.cache.as_ptr();
    // SAFETY: as above, and the path is a text.
    w.call("atemoya_store_verify_once", |error| unsafe {
        atemoya_store_verify_once(store, cache, progress, context, error)
    });
}

pub fn store_texts(w: &mut World) {
    let store = w.choose(Kind::Store).handle();
    let path = w.write("atemoya_store_path", |out, error| atemoya_store_path(store, out, error));
    let store = w.choose(Kind::Store).handle();
    let sum = w.write("atemoya_store_checksum", |out, error| atemoya_store_checksum(store, out, error));
    assert!([path, sum].into_iter().flatten().all(|text_of| !text(text_of).is_empty()));
    let store = w.choose(Kind::Store).handle();
    let warnings = w.write("atemoya_store_warnings", |out, error| atemoya_store_warnings(store, out, error));
    assert!(warnings.is_none_or(|warnings| text(warnings).lines().all(|line| !line.is_empty())));
    let store = w.choose(Kind::Store).handle();
    w.write::<bool>("atemoya_store_has_sequence", |out, error| atemoya_store_has_sequence(store, out, error));
}

pub fn store_contigs(w: &mut World) {
    let store = w.choose(Kind::Store).handle();
    let contig = w.bytes.size(3);
    w.write::<usize>("atemoya_store_contig_count", |out, error| atemoya_store_contig_count(store, out, error));
    let store = w.choose(Kind::Store).handle();
    let name = w.write("atemoya_store_contig_name", |out, error| atemoya_store_contig_name(store, contig, out, error));
    let store = w.choose(Kind::Store).handle();
    w.write::<u64>("atemoya_store_contig_length", |out, error| atemoya_store_contig_length(store, contig, out, error));
    let store = w.choose(Kind::Store).handle();
    let other = w.name();
    let named = name.or(other.as_ref().map(|name| name.as_ptr())).unwrap_or(null());
    w.write::<usize>("atemoya_store_find_contig", |out, error| {
        // SAFETY: it is a text, or NULL.
        unsafe { atemoya_store_find_contig(store, named, out, error) }
    });
}

pub fn tracks(w: &mut World) {
    let (group, track) = (w.bytes.size(4), w.bytes.size(3));
    let store = w.choose(Kind::Store).handle();
    w.write::<usize>("atemoya_store_group_count", |out, error| atemoya_store_group_count(store, out, error));
    let store = w.choose(Kind::Store).handle();
    let name = w.write("atemoya_store_group_name", |out, error| atemoya_store_group_name(store, group, out, error));
    assert!(name.is_none_or(|name| !text(name).is_empty()));
    let store = w.choose(Kind::Store).handle();
    w.write::<i32>("atemoya_store_group_role", |out, error| atemoya_store_group_role(store, group, out, error));
    let store = w.choose(Kind::Store).handle();
    w.write::<usize>("atemoya_store_track_count", |out, error| atemoya_store_track_count(store, group, out, error));
    let store = w.choose(Kind::Store).handle();
    let known = w.write("atemoya_store_track", |out, error| atemoya_store_track(store, group, track, out, error));
    assert!(known.is_none_or(|track: atemoya_track| !text(track.name).is_empty() && track.min <= track.max));
}

pub fn indices(w: &mut World) {
    let index = w.bytes.size(3);
    let store = w.choose(Kind::Store).handle();
    w.write::<usize>("atemoya_store_loci_count", |out, error| atemoya_store_loci_count(store, out, error));
    let store = w.choose(Kind::Store).handle();
    let name = w.write("atemoya_store_loci_name", |out, error| atemoya_store_loci_name(store, index, out, error));
    assert!(name.is_none_or(|name| !text(name).is_empty()));
    let name = if w.bytes.flag() { None } else { w.name() };
    let name = name.as_ref().map_or(null(), |name| name.as_ptr());
    let store = w.choose(Kind::Store).handle();
    w.make("atemoya_loci_open", Kind::Loci, |out, error| {
        // SAFETY: it is a text, or NULL.
        unsafe { atemoya_loci_open(store, name, out, error) }
    });
}

pub fn loci_free(w: &mut World) {
    w.free("atemoya_loci_free", Kind::Loci, atemoya_loci_free);
}

pub fn loci(w: &mut World) {
    let loci = w.choose(Kind::Loci).handle();
    let mut peaks = std::mem::MaybeUninit::uninit();
    let peaks = w.bytes.flag().then_some(&mut peaks);
    w.write::<usize>("atemoya_loci_count", |out, error| atemoya_loci_count(loci, out, peaks, error));
    let loci = w.choose(Kind::Loci).handle();
    w.write::<usize>("atemoya_loci_group_count", |out, error| atemoya_loci_group_count(loci, out, error));
    let (group, first, count) = (w.bytes.size(3), w.bytes.size(130), w.bytes.size(60));
    let loci = w.choose(Kind::Loci).handle();
    let name = w.write("atemoya_loci_group_name", |out, error| atemoya_loci_group_name(loci, group, out, error));
    assert!(name.is_none_or(|name| !text(name).is_empty()));
    let loci = w.choose(Kind::Loci).handle();
    w.memory(count, |w, out| {
        // SAFETY: there is room for as many, or more than any index has.
        w.call("atemoya_loci_rows", |error| unsafe { atemoya_loci_rows(loci, first, count, out, error) });
    });
    let loci = w.choose(Kind::Loci).handle();
    w.memory(count, |w, out| {
        // SAFETY: as above.
        w.call("atemoya_loci_counts", |error| unsafe { atemoya_loci_counts(loci, group, first, count, out, error) });
    });
}

pub fn gatherers(w: &mut World) {
    let store = w.choose(Kind::Store).handle();
    let dtype = w.bytes.one(&[0, 1, 7, 8, 9, 10, 2, 12, -1]);
    w.make("atemoya_gatherer_of_sequence", Kind::Gatherer, |out, error| {
        atemoya_gatherer_of_sequence(store, dtype, out, error)
    });
    let store = w.choose(Kind::Store).handle();
    let dtype = w.bytes.one(&[10, 10, 10, 3, 1, 0, 12, -1]);
    w.names(|w, names, count| {
        w.make("atemoya_gatherer_of_tracks", Kind::Gatherer, |out, error| {
            // SAFETY: they are as many texts, or more than memory holds.
            unsafe { atemoya_gatherer_of_tracks(store, names, count, dtype, out, error) }
        });
    });
}

pub fn gatherer_free(w: &mut World) {
    w.free("atemoya_gatherer_free", Kind::Gatherer, atemoya_gatherer_free);
}

pub fn gather(w: &mut World) {
    let gatherer = w.choose(Kind::Gatherer).handle();
    let (width, count) = (w.bytes.size(200), w.bytes.count(8));
    let mut shape = [(); 2].map(|()| std::mem::MaybeUninit::uninit());
    let [channels, positions] = &mut shape;
    let channels = w.bytes.flag().then_some(channels);
    // Where it is to be written may be NULL, and then it is not known.
    let mut bytes = std::mem::MaybeUninit::new(0);
    w.call("atemoya_gatherer_shape", |error| {
        atemoya_gatherer_shape(gatherer, width, count, channels, Some(positions), Some(&mut bytes), error)
    });
    // SAFETY: it was a number from the beginning.
    let bytes = unsafe { bytes.assume_init() };
    let bytes = if w.bytes.seldom(12) { w.bytes.one(&[0, 1, 256, usize::MAX]) } else { bytes.min(1 << 20) };
    let window = |w: &mut World| {
        let start = if w.bytes.flag() { 8 * i64::from(w.bytes.byte()) } else { w.bytes.number() as i64 };
        let contig = if w.bytes.seldom(16) { w.bytes.number() as u32 } else { u32::from(w.bytes.flag()) };
        atemoya_window { start, contig, reverse_complement: w.bytes.number() as u32 }
    };
    let windows: Vec<atemoya_window> = (0..count.min(8)).map(|_| window(w)).collect();
    let gatherer = w.choose(Kind::Gatherer).handle();
    w.memory::<u8>(bytes, |w, out| {
        // SAFETY: there are as many windows, and as much room, or the call claims more than memory
        // holds.
        w.call("atemoya_gather", |error| unsafe {
            atemoya_gather(gatherer, windows.as_ptr(), count, width, out.cast(), bytes, error)
        });
    });
}
