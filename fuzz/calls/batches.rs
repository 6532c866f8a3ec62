//! Calls about batches: the next ones, what is in them, and tensors of DLPack.

use super::loaders::follow;
use super::pool::{Exported, Kind, column_of, digest, digest_of_batch};
use super::world::World;
use atemoya::dlpack::DLManagedTensorVersioned;
use atemoya::ffi::*;
use std::ffi::c_void;
use std::mem::{MaybeUninit, offset_of};
use std::ptr::{null_mut, without_provenance_mut};

/// The most batches that are live at once.
const BATCHES: usize = 12;

/// The deleter of a tensor, which stands behind its version and the field of its manager.
type Deleter = unsafe extern "C" fn(*mut DLManagedTensorVersioned);

#[repr(C)]
struct Head {
    version: [u32; 2],
    manager: *mut (),
    deleter: Option<Deleter>,
    flags: u64,
    data: *const u8,
}

const _: () = assert!(offset_of!(Head, deleter) == 16);

pub fn next(w: &mut World) {
    if w.pool.live(Kind::Batch).len() >= BATCHES {
        batch_free(w);
    }
    let argument = w.choose(Kind::Loader);
    let loader = argument.handle();
    // This thread would wait for ever for a slot that it leases itself.
    let may_wait = argument.at.is_none_or(|at| w.pool.leased(at) < w.pool.handles[at].slots);
    let made = match w.bytes.below(4) {
        0 if may_wait => w.make("atemoya_loader_next_waiting", Kind::Batch, |out, error| {
            atemoya_loader_next_waiting(loader, out, error)
        }),
        1 => w.make("atemoya_loader_next_if_ready", Kind::Batch, |out, error| {
            atemoya_loader_next_if_ready(loader, out, error)
        }),
        _ => w.make("atemoya_loader_next", Kind::Batch, |out, error| atemoya_loader_next(loader, out, error)),
    };
    if let Some(batch) = made {
        w.pool.handles[batch].loader = Some(argument.number);
    }
}

pub fn batch_free(w: &mut World) {
    let argument = w.pool.choose(Kind::Batch, &mut w.bytes);
    if let Some(at) = argument.at {
        assert_eq!(digest_of_batch(argument.number), w.pool.handles[at].digest, "a live batch has changed");
    }
    w.free_argument("atemoya_batch_free", argument, atemoya_batch_free);
}

pub fn known(w: &mut World) {
    let batch = w.choose(Kind::Batch).handle();
    w.write::<usize>("atemoya_batch_length", |out, error| atemoya_batch_length(batch, out, error));
    let batch = w.choose(Kind::Batch).handle();
    w.write::<u64>("atemoya_batch_epoch", |out, error| atemoya_batch_epoch(batch, out, error));
    let batch = w.choose(Kind::Batch).handle();
    w.write::<u64>("atemoya_batch_index", |out, error| atemoya_batch_index(batch, out, error));
    let column = w.bytes.choice(7);
    let batch = w.choose(Kind::Batch).handle();
    w.write::<atemoya_tensor>("atemoya_batch_column", |out, error| atemoya_batch_column(batch, column, out, error));
    let batch = w.choose(Kind::Batch).handle();
    let mut bytes = MaybeUninit::new(0usize);
    let bytes = (!w.bytes.seldom(8)).then_some(&mut bytes);
    w.write::<*const c_void>("atemoya_batch_memory", |out, error| atemoya_batch_memory(batch, out, bytes, error));
}

pub fn read(w: &mut World) {
    let column = w.bytes.choice(7);
    let argument = w.choose(Kind::Batch);
    let room =
        if argument.at.is_some() { column_of(argument.handle(), column).map_or(0, |column| column.bytes) } else { 9 };
    let bytes = if w.bytes.seldom(12) { w.bytes.one(&[0, 1, room + 1, usize::MAX]) } else { room };
    w.memory::<u8>(bytes, |w, out| {
        w.call("atemoya_batch_read", |error| {
            // SAFETY: there is as much room, or the call claims more than memory holds.
            unsafe { atemoya_batch_read(argument.handle(), column, out.cast(), bytes, error) }
        });
    });
}

pub fn draws(w: &mut World) {
    let argument = w.choose(Kind::Batch);
    // The last column has a byte for each example.
    let length =
        if argument.at.is_some() { column_of(argument.handle(), 6).map_or(0, |column| column.bytes) } else { 3 };
    let count = if w.bytes.seldom(12) { w.bytes.count(20) } else { length };
    let mut draws = Vec::new();
    w.memory(count, |w, out| {
        // SAFETY: there is room for as many, or the call claims more than memory holds.
        let status =
            w.call("atemoya_batch_draws", |error| unsafe { atemoya_batch_draws(argument.handle(), out, count, error) });
        if status == atemoya_status::ATEMOYA_OK && count > 0 {
            // SAFETY: they were written.
            draws = unsafe { std::slice::from_raw_parts(out, count) }.to_vec();
        }
    });
    if w.bytes.flag() {
        follow(w, draws);
    }
}

pub fn export(w: &mut World) {
    let column = w.bytes.choice(7);
    let argument = w.choose(Kind::Batch);
    let stream = if w.bytes.seldom(12) { without_provenance_mut(w.bytes.number() as usize) } else { null_mut() };
    let tensor = w.write("atemoya_batch_dlpack", |out, error| {
        // SAFETY: the stream of a batch on the host is not used.
        unsafe { atemoya_batch_dlpack(argument.handle(), column, stream, out, error) }
    });
    let Some(tensor) = tensor else { return };
    let column = column_of(argument.handle(), column).unwrap();
    // SAFETY: it is a tensor, and this is how it begins.
    let head = unsafe { &*tensor.cast::<Head>() };
    assert_eq!((head.version, head.flags, head.data), ([1, 0], 1, column.data.cast()));
    let digest = digest(&column);
    w.pool.exported.push(Exported { tensor, batch: argument.number, column, digest });
}

pub fn delete(w: &mut World) {
    if w.pool.exported.is_empty() {
        return;
    }
    let at = usize::from(w.bytes.byte()) % w.pool.exported.len();
    let exported = w.pool.exported.swap_remove(at);
    assert_eq!(digest(&exported.column), exported.digest, "a live tensor has changed");
    // SAFETY: it is a tensor, and this is how it begins.
    let deleter = unsafe { (*exported.tensor.cast::<Head>()).deleter }.unwrap();
    // SAFETY: it is called once.
    unsafe { deleter(exported.tensor) };
}

/// Calls functions that need a device. They fail with any handle.
pub fn device(w: &mut World) {
    let stream = without_provenance_mut(w.bytes.number() as usize);
    let loader = w.choose(Kind::Loader).handle();
    w.make("atemoya_loader_next_on", Kind::Batch, |out, error| {
        // SAFETY: there is no device whose stream could be used.
        unsafe { atemoya_loader_next_on(loader, stream, out, error) }
    });
    let batch = w.choose(Kind::Batch);
    w.write::<*mut std::ffi::c_void>("atemoya_batch_stream", |out, error| {
        atemoya_batch_stream(batch.handle(), out, error)
    });
    let batch = w.choose(Kind::Batch).handle();
    // SAFETY: as above.
    w.call("atemoya_batch_wait_on", |error| unsafe { atemoya_batch_wait_on(batch, stream, error) });
    let batch = w.choose(Kind::Batch).handle();
    // SAFETY: as above.
    w.call("atemoya_batch_done_on", |error| unsafe { atemoya_batch_done_on(batch, stream, error) });
}
