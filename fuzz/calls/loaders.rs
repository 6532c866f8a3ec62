//! Calls about loaders: making them, what is known of them, beginning and ending streams, plans and
//! states.

use super::pool::{Argument, Kind};
use super::world::World;
use atemoya::ffi::*;
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::ptr::null;

/// More would take memory and threads.
const LOADERS: usize = 4;

pub fn loader_new(w: &mut World) {
    let live = w.pool.live(Kind::Loader);
    if live.len() >= LOADERS {
        let oldest = live[0];
        let argument = Argument { number: w.pool.handles[oldest].number, at: Some(oldest) };
        w.free_argument("atemoya_loader_free", argument, atemoya_loader_free);
    }
    let options = w.choose(Kind::Options).handle();
    let made = w.make("atemoya_loader_new", Kind::Loader, |out, error| atemoya_loader_new(options, out, error));
    let Some(at) = made else { return };
    let loader = Argument { number: w.pool.handles[at].number, at: Some(at) }.handle();
    let mut slots = MaybeUninit::uninit();
    assert_eq!(atemoya_loader_slots(loader, Some(&mut slots), None), atemoya_status::ATEMOYA_OK);
    // SAFETY: it was written.
    w.pool.handles[at].slots = unsafe { slots.assume_init() };
    if !w.bytes.seldom(4) {
        let epochs = 1 + w.bytes.below(3) as u64;
        w.call("atemoya_loader_stream_epochs", |error| atemoya_loader_stream_epochs(loader, 0, epochs, error));
    }
}

pub fn loader_free(w: &mut World) {
    w.free("atemoya_loader_free", Kind::Loader, atemoya_loader_free);
}

pub fn known(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    w.write::<usize>("atemoya_loader_length", |out, error| atemoya_loader_length(loader, out, error));
    let loader = w.choose(Kind::Loader).handle();
    w.write::<usize>("atemoya_loader_batches_per_epoch", |out, error| {
        atemoya_loader_batches_per_epoch(loader, out, error)
    });
    let loader = w.choose(Kind::Loader).handle();
    w.write::<usize>("atemoya_loader_slots", |out, error| atemoya_loader_slots(loader, out, error));
    let loader = w.choose(Kind::Loader).handle();
    let ledger = w.write("atemoya_loader_ledger", |out, error| atemoya_loader_ledger(loader, out, error));
    assert!(ledger.is_none_or(|ledger| !super::reading::text(ledger).is_empty()));
    let loader = w.choose(Kind::Loader).handle();
    w.write("atemoya_loader_warnings", |out, error| atemoya_loader_warnings(loader, out, error));
    let (column, counter) = (w.bytes.choice(7), w.bytes.choice(7));
    let loader = w.choose(Kind::Loader).handle();
    let mut channels = MaybeUninit::uninit();
    let channels = w.bytes.flag().then_some(&mut channels);
    w.call("atemoya_loader_column", |error| atemoya_loader_column(loader, column, channels, None, None, error));
    let loader = w.choose(Kind::Loader).handle();
    w.write::<u64>("atemoya_loader_counter", |out, error| atemoya_loader_counter(loader, counter, out, error));
}

pub fn begin(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    match w.bytes.below(4) {
        0 => {
            let epoch = w.bytes.number();
            w.call("atemoya_loader_set_epoch", |error| atemoya_loader_set_epoch(loader, epoch, error));
        }
        1 => {
            let (first, count) = (w.bytes.number(), w.bytes.number());
            w.call("atemoya_loader_stream_epochs", |error| atemoya_loader_stream_epochs(loader, first, count, error));
        }
        2 => {
            let (peaks, negatives) = (w.bytes.flag(), w.bytes.flag());
            w.call("atemoya_loader_stream_validation", |error| {
                atemoya_loader_stream_validation(loader, peaks, negatives, error)
            });
        }
        _ => {
            w.call("atemoya_loader_stop", |error| atemoya_loader_stop(loader, error));
        }
    }
}

pub fn plan(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    let (epoch, first, count) = (w.bytes.number(), w.bytes.size(50), w.bytes.size(12));
    let mut draws = Vec::new();
    w.memory(count, |w, out| {
        // SAFETY: there is room for as many, or more than any epoch has.
        let status = w.call("atemoya_loader_plan", |error| unsafe {
            atemoya_loader_plan(loader, epoch, first, count, out, error)
        });
        if status == atemoya_status::ATEMOYA_OK && !out.is_null() {
            // SAFETY: they were written.
            draws = unsafe { std::slice::from_raw_parts(out, count) }.to_vec();
        }
    });
    follow(w, draws);
}

/// Follows draws, some of which may be changed.
pub fn follow(w: &mut World, mut draws: Vec<atemoya_draw>) {
    for draw in &mut draws {
        match w.bytes.below(32) {
            0 => draw.source = w.bytes.number() as u32,
            1 => draw.offset = w.bytes.number() as u32,
            2 => draw.is_peak = w.bytes.byte().into(),
            3 => draw.reverse_complement = w.bytes.byte().into(),
            _ => {}
        }
    }
    let loader = w.choose(Kind::Loader).handle();
    let count = if w.bytes.seldom(24) { usize::MAX } else { draws.len() };
    let first = if w.bytes.seldom(24) { null() } else { draws.as_ptr() };
    // SAFETY: there are as many, or more than memory holds.
    w.call("atemoya_loader_stream_draws", |error| unsafe { atemoya_loader_stream_draws(loader, first, count, error) });
}

pub fn kept(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    let (mut peaks, mut negatives) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    let peaks = w.bytes.flag().then_some(&mut peaks);
    w.call("atemoya_loader_kept_count", |error| atemoya_loader_kept_count(loader, peaks, Some(&mut negatives), error));
    let loader = w.choose(Kind::Loader).handle();
    let (is_peak, first, count) = (w.bytes.flag(), w.bytes.size(20), w.bytes.size(20));
    w.memory(count, |w, out| {
        // SAFETY: there is room for as many, or more than there are loci.
        w.call("atemoya_loader_kept", |error| unsafe {
            atemoya_loader_kept(loader, is_peak, first, count, out, error)
        });
    });
}

pub fn fetch(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    let epoch = w.bytes.number();
    let indices: Vec<usize> = (0..w.bytes.below(6)).map(|_| w.bytes.size(20)).collect();
    let count = if w.bytes.seldom(24) { usize::MAX } else { indices.len() };
    w.make("atemoya_loader_fetch", Kind::Batch, |out, error| {
        // SAFETY: there are as many, or more than memory holds.
        unsafe { atemoya_loader_fetch(loader, epoch, indices.as_ptr(), count, out, error) }
    });
}

pub fn state(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    let capacity = if w.bytes.seldom(4) { w.bytes.count(256) } else { ATEMOYA_STATE_CAPACITY };
    let mut length = MaybeUninit::new(0);
    let wanted = w.bytes.flag().then_some(&mut length);
    let mut text = None;
    w.memory::<u8>(capacity, |w, out| {
        // SAFETY: there is as much room, or the call claims more than memory holds.
        let status = w.call("atemoya_loader_state", |error| unsafe {
            atemoya_loader_state(loader, out.cast(), capacity, wanted, error)
        });
        if status == atemoya_status::ATEMOYA_OK {
            // SAFETY: it is a text.
            text = Some(unsafe { std::ffi::CStr::from_ptr(out.cast()) }.to_owned());
        }
    });
    let Some(text) = text else { return };
    w.states.push(text.clone());
    let broken = c"{}";
    for state in [text.as_c_str(), broken] {
        // SAFETY: it is a text.
        w.call("atemoya_state_position", |error| unsafe { atemoya_state_position(state.as_ptr(), None, None, error) });
    }
    let mut bytes = text.into_bytes();
    for _ in 0..1 + w.bytes.below(3) {
        let at = usize::from(w.bytes.byte()) % bytes.len();
        bytes[at] = if bytes[at].is_ascii_digit() { w.bytes.one(b"0179") } else { w.bytes.byte().max(1) };
    }
    w.states.extend(CString::new(bytes));
}

pub fn resume(w: &mut World) {
    let loader = w.choose(Kind::Loader).handle();
    let odd = [c"", c"{}", c"null", c"[[[[", c"\xff"];
    let at = usize::from(w.bytes.byte());
    let state = if w.states.is_empty() || w.bytes.seldom(8) {
        w.bytes.one(&odd).to_owned()
    } else {
        w.states[at % w.states.len()].clone()
    };
    let text = if w.bytes.seldom(24) { null() } else { state.as_ptr() };
    let more = w.bytes.number();
    // SAFETY: it is a text, or NULL.
    w.call("atemoya_loader_resume", |error| unsafe { atemoya_loader_resume(loader, text, more, error) });
}
