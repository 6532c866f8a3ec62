//! Random calls of the C interface. Bytes become a sequence of calls, with valid and invalid
//! handles, small and extreme numbers, and valid and invalid memory. What the header promises must
//! hold after each. Used by the fuzz target and by `tests/ffi_calls.rs`.
#![allow(unsafe_code, reason = "functions of C's are called")]
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "a part of tests")]

mod batches;
#[path = "../../tests/common/bigwigs.rs"]
mod bigwigs;
mod bytes;
mod files;
#[path = "../../tests/common/inputs.rs"]
mod inputs;
mod loaders;
mod options;
mod pool;
mod reading;
#[path = "../../tests/common/stores.rs"]
mod stores;
mod threads;
mod world;

pub use files::Files;
pub use world::{Tally, World};

use atemoya::ffi::*;
use pool::{Argument, Kind};

/// Calls of one subject, and how many of 64 they are.
type Subject = (usize, fn(&mut World));

const SUBJECTS: [Subject; 33] = [
    (1, reading::about),
    (2, reading::error),
    (1, reading::error_free),
    (3, reading::store_open),
    (1, reading::store_free),
    (1, reading::store_texts),
    (1, reading::store_contigs),
    (1, reading::tracks),
    (2, reading::indices),
    (1, reading::loci_free),
    (2, reading::loci),
    (2, reading::gatherers),
    (1, reading::gatherer_free),
    (3, reading::gather),
    (3, options::options_new),
    (1, options::options_free),
    (2, options::examples),
    (1, options::loci),
    (1, options::running),
    (1, options::sampling),
    (1, options::device),
    (4, loaders::loader_new),
    (1, loaders::loader_free),
    (1, loaders::known),
    (3, loaders::begin),
    (2, loaders::plan),
    (1, loaders::kept),
    (2, loaders::fetch),
    (2, loaders::state),
    (2, loaders::resume),
    (8, batches::next),
    (2, batches::batch_free),
    (4, batch),
];

/// Calls that need a batch.
fn batch(w: &mut World) {
    let calls: [fn(&mut World); 8] = [
        batches::known,
        batches::read,
        batches::draws,
        batches::export,
        batches::delete,
        batches::device,
        threads::race,
        |w| {
            // It is slow.
            if w.bytes.seldom(4) { reading::store_verify(w) } else { w.pool.check() }
        },
    ];
    w.bytes.one(&calls)(w);
}

/// Makes the calls that bytes stand for, and frees everything at the end.
pub fn run(data: &[u8], files: &Files, tally: &mut Tally) {
    // Where an earlier run failed, something is left over.
    let before = atemoya_live_handles();
    let mut w = World::new(data, files, tally);
    // Most calls need these.
    reading::store_open(&mut w);
    options::options_new(&mut w);
    loaders::loader_new(&mut w);
    while !w.bytes.is_empty() {
        let mut at = w.bytes.below(SUBJECTS.iter().map(|(weight, _)| weight).sum());
        for (weight, calls) in SUBJECTS {
            if at < weight {
                calls(&mut w);
                break;
            }
            at -= weight;
        }
        assert_eq!(atemoya_live_handles(), before + w.pool.count());
    }
    w.pool.check();
    while !w.pool.exported.is_empty() {
        batches::delete(&mut w);
    }
    for at in 0..w.pool.handles.len() {
        if w.pool.handles[at].live {
            free(&mut w, at);
        }
    }
    assert_eq!(atemoya_live_handles(), before, "something was not freed");
}

fn free(w: &mut World, at: usize) {
    let argument = Argument { number: w.pool.handles[at].number, at: Some(at) };
    match w.pool.handles[at].kind {
        Kind::Store => w.free_argument("atemoya_store_free", argument, atemoya_store_free),
        Kind::Loci => w.free_argument("atemoya_loci_free", argument, atemoya_loci_free),
        Kind::Gatherer => w.free_argument("atemoya_gatherer_free", argument, atemoya_gatherer_free),
        Kind::Options => w.free_argument("atemoya_options_free", argument, atemoya_options_free),
        Kind::Loader => w.free_argument("atemoya_loader_free", argument, atemoya_loader_free),
        Kind::Batch => w.free_argument("atemoya_batch_free", argument, atemoya_batch_free),
        Kind::Error => w.free_argument("atemoya_error_free", argument, atemoya_error_free),
    }
}
