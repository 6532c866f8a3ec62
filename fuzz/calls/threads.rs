//! Several threads that use one loader at once, and free it.

use super::pool::Kind;
use super::world::World;
use atemoya::ffi::atemoya_status::{ATEMOYA_ERROR_PANIC, ATEMOYA_ERROR_WORKER, ATEMOYA_OK};
use atemoya::ffi::*;
use std::mem::MaybeUninit;
use std::ptr::{null_mut, without_provenance_mut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The outcome of a thread: the batches that it leases, and whether it freed the loader.
#[derive(Default)]
struct Outcome {
    batches: Vec<usize>,
    freed: bool,
}

pub fn race(w: &mut World) {
    let argument = w.choose(Kind::Loader);
    let scripts: Vec<Vec<u8>> =
        (0..2 + w.bytes.below(2)).map(|_| (0..1 + w.bytes.below(5)).map(|_| w.bytes.byte()).collect()).collect();
    let running = AtomicUsize::new(scripts.len());
    let outcomes: Vec<Outcome> = std::thread::scope(|threads| {
        let start = |script: &Vec<u8>| {
            let (script, running) = (script.clone(), &running);
            threads.spawn(move || {
                let outcome = play(argument.number, &script);
                running.fetch_sub(1, Ordering::SeqCst);
                outcome
            })
        };
        let started: Vec<_> = scripts.iter().map(start).collect();
        // Stops the stream again and again, since the threads begin new ones. No thread waits for
        // ever.
        for round in 0.. {
            if running.load(Ordering::SeqCst) == 0 || started.iter().all(|thread| thread.is_finished()) {
                break;
            }
            std::thread::sleep(Duration::from_micros(if round < 20 { 20 } else { 1000 }));
            atemoya_loader_stop(argument.handle(), None);
        }
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(argument.at.is_some() || outcomes.iter().all(|outcome| outcome.batches.is_empty() && !outcome.freed));
    assert!(outcomes.iter().filter(|outcome| outcome.freed).count() <= 1, "a loader was freed twice");
    for outcome in outcomes {
        for number in outcome.batches {
            let at = w.pool.add(Kind::Batch, number);
            w.pool.handles[at].loader = Some(argument.number);
        }
        if let (true, Some(at)) = (outcome.freed, argument.at) {
            w.pool.handles[at].live = false;
        }
    }
    // The calls of the threads are not checked for it.
    w.accept();
}

fn play(loader: usize, script: &[u8]) -> Outcome {
    let mut outcome = Outcome::default();
    let loader: *mut atemoya_loader = without_provenance_mut(loader);
    for byte in script {
        let mut batch = MaybeUninit::new(null_mut());
        let epoch = u64::from(byte / 16);
        let mut number = MaybeUninit::uninit();
        let status = match byte % 12 {
            0 | 1 => atemoya_loader_next(loader, Some(&mut batch), None),
            2 | 3 => atemoya_loader_next_waiting(loader, Some(&mut batch), None),
            4 => atemoya_loader_next_if_ready(loader, Some(&mut batch), None),
            5 | 6 => atemoya_loader_stream_epochs(loader, epoch, 3, None),
            7 => atemoya_loader_stop(loader, None),
            8 => atemoya_loader_counter(loader, 2, Some(&mut number), None),
            // SAFETY: there is one index.
            9 => unsafe { atemoya_loader_fetch(loader, epoch, &0, 1, Some(&mut batch), None) },
            10 if !outcome.batches.is_empty() => {
                atemoya_batch_free(without_provenance_mut(outcome.batches.swap_remove(0)))
            }
            11 if *byte > 128 => {
                let status = atemoya_loader_free(loader);
                outcome.freed |= status == ATEMOYA_OK && !loader.is_null();
                status
            }
            _ => atemoya_loader_stream_validation(loader, true, false, None),
        };
        assert!(!matches!(status, ATEMOYA_ERROR_PANIC | ATEMOYA_ERROR_WORKER), "{status:?}");
        // SAFETY: it was a pointer from the beginning.
        let batch = unsafe { batch.assume_init() };
        if !batch.is_null() {
            outcome.batches.push(batch.addr());
        }
    }
    outcome
}
