//! Calls that set the parameters of loaders, to what can be and to what cannot.

use super::pool::{Argument, Kind};
use super::world::World;
use atemoya::ffi::*;
use std::ffi::CString;
use std::ptr::{null, null_mut};

/// Makes options for small batches, mostly.
pub fn options_new(w: &mut World) {
    let store = w.choose(Kind::Store).handle();
    let made = w.make("atemoya_options_new", Kind::Options, |out, error| atemoya_options_new(store, out, error));
    let Some(at) = made else { return };
    let options = Argument { number: w.pool.handles[at].number, at: Some(at) };
    if w.bytes.seldom(8) {
        return;
    }
    let (width, batch) = (1 + w.bytes.below(200), 1 + w.bytes.below(12));
    w.call("atemoya_options_set_in_window", |e| atemoya_options_set_in_window(options.handle(), width, e));
    w.call("atemoya_options_set_out_window", |e| atemoya_options_set_out_window(options.handle(), width / 2 + 1, e));
    w.call("atemoya_options_set_max_jitter", |e| atemoya_options_set_max_jitter(options.handle(), width % 20, e));
    w.call("atemoya_options_set_batch_size", |e| atemoya_options_set_batch_size(options.handle(), batch, e));
    w.call("atemoya_options_set_num_workers", |e| atemoya_options_set_num_workers(options.handle(), batch % 3, e));
    // SAFETY: it is a text.
    w.call("atemoya_options_set_loci", |e| unsafe {
        atemoya_options_set_loci(options.handle(), c"default".as_ptr(), e)
    });
}

pub fn options_free(w: &mut World) {
    w.free("atemoya_options_free", Kind::Options, atemoya_options_free);
}

/// Calls a function with options and a value.
macro_rules! set {
    ($w:ident, $function:ident, $value:expr) => {{
        let value = $value;
        let options = $w.choose(Kind::Options).handle();
        $w.call(stringify!($function), |error| {
            #[allow(unused_unsafe, reason = "most are safe")]
            // SAFETY: a stream is made up only where no loader on a device can be made of it.
            unsafe {
                $function(options, value, error)
            }
        });
    }};
}

/// Calls a function with options and names.
macro_rules! set_names {
    ($w:ident, $function:ident) => {{
        let options = $w.choose(Kind::Options).handle();
        $w.names(|w, names, count| {
            // SAFETY: they are as many texts, or more than memory holds.
            w.call(stringify!($function), |error| unsafe { $function(options, names, count, error) });
        });
    }};
}

pub fn examples(w: &mut World) {
    match w.bytes.below(9) {
        0 => set_names!(w, atemoya_options_set_signals),
        1 => set_names!(w, atemoya_options_set_controls),
        2 => set!(w, atemoya_options_set_sequence_type, w.bytes.one(&[0, 0, 1, 7, 8, 9, 10, 12, -1])),
        3 => set!(w, atemoya_options_set_controls_type, w.bytes.one(&[10, 10, 10, 3, 8, -1, i32::MAX])),
        4 => set!(w, atemoya_options_set_signal_type, w.bytes.one(&[10, 10, 10, 3, 8, -1, i32::MIN])),
        5 => set!(w, atemoya_options_set_in_window, w.bytes.size(250)),
        6 => set!(w, atemoya_options_set_out_window, w.bytes.size(250)),
        7 => set!(w, atemoya_options_set_max_jitter, if w.bytes.seldom(8) { 1 << 30 } else { w.bytes.size(40) }),
        _ => set!(w, atemoya_options_set_reverse_complement, w.bytes.flag()),
    }
}

pub fn loci(w: &mut World) {
    let counts = [f64::NAN, f64::NAN, 0.0, -1.0, 3.0, 1e300, f64::INFINITY, f64::NEG_INFINITY];
    match w.bytes.below(10) {
        0 => {
            let name = w.name();
            let name = name.as_ref().map_or(null(), |name| name.as_ptr());
            let options = w.choose(Kind::Options).handle();
            // SAFETY: it is a text, or NULL.
            w.call("atemoya_options_set_loci", |error| unsafe { atemoya_options_set_loci(options, name, error) });
        }
        1 => set_names!(w, atemoya_options_set_chroms),
        2 => set!(w, atemoya_options_set_summits, w.bytes.one(&[-1, 0, 1, 2, i32::MIN])),
        3 => set!(w, atemoya_options_set_min_counts, w.bytes.one(&counts)),
        4 => set!(w, atemoya_options_set_max_counts, w.bytes.one(&counts)),
        5 => set_names!(w, atemoya_options_set_counts_tracks),
        6 => set!(w, atemoya_options_set_outlier_filter, w.bytes.one(&[-1, 0, 1, 2, i32::MAX])),
        7 => set!(w, atemoya_options_set_allow_empty, w.bytes.flag()),
        8 => {
            let alias = w.bytes.flag().then_some(c"chr").map_or(null(), |alias| alias.as_ptr());
            let options = w.choose(Kind::Options).handle();
            // SAFETY: it is a text, or NULL.
            w.call("atemoya_options_set_alias", |error| unsafe { atemoya_options_set_alias(options, alias, error) });
        }
        _ => {
            let options = w.choose(Kind::Options).handle();
            let few = if w.bytes.seldom(4) { w.files.lists.len() } else { 2 };
            let list = |w: &mut World| (!w.bytes.seldom(32)).then(|| w.files.lists[w.bytes.below(few)].clone());
            let lists: Vec<Option<CString>> = (0..w.bytes.below(3)).map(|_| list(w)).collect();
            w.array(&lists, |w, paths, count| {
                w.call("atemoya_options_set_exclusion_lists", |error| {
                    // SAFETY: they are as many texts, or more than memory holds.
                    unsafe { atemoya_options_set_exclusion_lists(options, paths, count, error) }
                });
            });
        }
    }
}

pub fn running(w: &mut World) {
    match w.bytes.below(4) {
        0 => set!(w, atemoya_options_set_num_workers, w.bytes.size(3)),
        1 => set!(w, atemoya_options_set_slots, w.bytes.size(5)),
        2 => set!(w, atemoya_options_set_access, w.bytes.choice(2)),
        _ => set!(w, atemoya_options_set_ask_ahead, w.bytes.flag()),
    }
}

pub fn sampling(w: &mut World) {
    // Accepted ratios are small, so that epochs are short.
    let ratios = [0.0, 0.1, 0.1, 1.0, 3.0, -0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 1e10];
    match w.bytes.below(8) {
        0 => set!(w, atemoya_options_set_order, w.bytes.choice(2)),
        1 => set!(w, atemoya_options_set_random_state, w.bytes.number()),
        2 => set!(w, atemoya_options_set_negative_ratio, w.bytes.one(&ratios)),
        3 => set!(w, atemoya_options_set_shuffle, w.bytes.flag()),
        4 => set!(w, atemoya_options_set_batch_size, w.bytes.size(16)),
        5 => set!(w, atemoya_options_set_drop_last, w.bytes.flag()),
        6 => set!(w, atemoya_options_set_rank, if w.bytes.flag() { 0 } else { w.bytes.size(3) }),
        _ => set!(w, atemoya_options_set_world_size, if w.bytes.flag() { 1 } else { w.bytes.size(4) }),
    }
}

/// What concerns a device, which there is none of: the loader that is made says so, until the host
/// is set again.
pub fn device(w: &mut World) {
    match w.bytes.below(8) {
        0 => set!(w, atemoya_options_set_device, w.bytes.one(&[0, 1, -2, i32::MAX, i32::MIN])),
        1 => set!(w, atemoya_options_set_transfer, w.bytes.choice(2)),
        2 => set!(w, atemoya_options_set_prefetch_to_device, w.bytes.size(4)),
        3 => set!(w, atemoya_options_set_device_slots, w.bytes.size(4)),
        // The driver follows any other address.
        4 => set!(w, atemoya_options_set_stream, null_mut()),
        5 => set!(w, atemoya_options_set_write_combined, w.bytes.flag()),
        _ => set!(w, atemoya_options_set_device, -1),
    }
}
