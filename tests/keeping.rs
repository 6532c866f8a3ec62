//! Batches whose memory is kept, batches that are written to, and waiting for a batch with a
//! timeout.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::feed::{Batch, Loader};
use atemoya::{Error, PeakGenerator, Store};
use common::oracle::{digest, digests};
use common::{inputs, refused, within};
use memmap2::MmapMut;
use std::task::Poll;
use std::time::Duration;
use tempfile::TempDir;

/// The time limit, which only a hang exceeds.
const SECONDS: u64 = 60;
const LONG: Duration = Duration::from_secs(SECONDS);
const WORKERS: [usize; 3] = [0, 1, 2];

fn store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100], 8);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 120);
    (directory, store)
}

/// A loader with two slots that has begun epoch 2, and the digests of its batches.
fn begun(store: &Store, workers: usize) -> (Loader, Vec<[u8; 32]>) {
    let generator = PeakGenerator::new(store).in_window(200).out_window(80).max_jitter(10).batch_size(8);
    let loader = generator.num_workers(workers).slots(Some(2)).build().unwrap();
    let expected = digests(&loader, 2, 1);
    assert!(expected.len() > 6);
    loader.epoch(2).detach();
    (loader, expected)
}

fn next(loader: &Loader) -> Option<Batch> {
    loader.streaming().next().map(Result::unwrap)
}

/// Memory of whole pages from a byte on.
struct From(MmapMut, usize);

impl AsRef<[u8]> for From {
    fn as_ref(&self) -> &[u8] {
        &self.0[self.1..]
    }
}

impl AsMut<[u8]> for From {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0[self.1..]
    }
}

/// Memory that begins this many bytes after a page boundary.
fn memory(bytes: usize, first: usize) -> atemoya::Result<From> {
    Ok(From(MmapMut::map_anon(bytes + first).unwrap(), first))
}

#[test]
fn kept_batches_stay_as_they_are_and_cost_no_slot() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            for own in [false, true] {
                let (loader, expected) = begun(&store, workers);
                let mut kept = Vec::new();
                while let Some(mut batch) = next(&loader) {
                    assert_eq!((loader.leased(), digest(&batch)), (1, expected[kept.len()]));
                    if own {
                        batch.keep_in(|bytes| memory(bytes, 256)).unwrap()
                    } else {
                        batch.keep().unwrap()
                    }
                    assert_eq!((loader.leased(), loader.slots()), (0, 2));
                    // A second call does nothing.
                    batch
                        .keep_in(|_| Err::<From, _>(Error::Argument { name: "mine", message: "asked for".into() }))
                        .unwrap();
                    kept.push(batch);
                }
                // The ring continues in the memory that it was given.
                let again: Vec<_> = loader.epoch(2).map(|batch| digest(&batch.unwrap())).collect();
                assert!(again == expected, "{workers} workers");
                drop(loader);
                assert!(kept.iter().map(digest).eq(expected), "{workers} workers");
            }
        }
    });
}

#[test]
fn a_batch_that_cannot_be_kept_is_leased_as_before() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let (loader, expected) = begun(&store, 1);
        let mut batch = next(&loader).unwrap();
        refused(batch.keep_in(|bytes| memory(bytes - 1, 0)), "memory", &["bytes, not"]);
        refused(batch.keep_in(|bytes| memory(bytes, 128)), "memory", &["multiple of 256"]);
        refused(
            batch.keep_in(|_| Err::<From, _>(Error::Argument { name: "mine", message: "none".into() })),
            "mine",
            &["none"],
        );
        assert_eq!((loader.leased(), digest(&batch)), (1, expected[0]));
        let mut fetched = loader.fetch(2, &[0, 1]).unwrap();
        let before = digest(&fetched);
        fetched.keep().unwrap();
        assert_eq!((digest(&fetched), loader.leased()), (before, 1));
        drop(batch);
        assert_eq!(loader.leased(), 0);
        assert_eq!(digest(&next(&loader).unwrap()), expected[1]);
    });
}

#[test]
fn what_is_written_to_a_batch_is_in_no_other() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let (loader, expected) = begun(&store, workers);
            for expected in expected {
                let mut batch = next(&loader).unwrap();
                assert_eq!(digest(&batch), expected);
                let bytes = batch.slot().1.bytes();
                let slot = batch.slot_mut().unwrap();
                assert_eq!(slot.len(), bytes);
                slot.fill(1);
                assert!(batch.sequence().unwrap().iter().all(|value| *value == 1));
                assert!(batch.reverse_complemented().iter().all(|value| *value == 1));
            }
            let mut fetched = loader.fetch(2, &[0]).unwrap();
            fetched.slot_mut().unwrap().fill(0);
            assert!(fetched.signal().unwrap().iter().all(|value| *value == 0.0));
        }
    });
}

#[test]
fn a_batch_is_waited_for_only_so_long() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let (loader, expected) = begun(&store, workers);
            let mut batches = loader.streaming();
            let mut held = Vec::new();
            for expected in &expected {
                if held.len() == 2 {
                    // No batch can be made while both slots are held.
                    for time in [Duration::ZERO, Duration::from_millis(3)] {
                        assert!(batches.next_within(time).unwrap().is_pending(), "{workers} workers");
                    }
                    let oldest: Batch = held.remove(0);
                    std::thread::spawn(move || drop(oldest));
                }
                let Poll::Ready(Some(batch)) = batches.next_within(LONG).unwrap() else { panic!("{workers} workers") };
                assert_eq!(digest(&batch), *expected);
                held.push(batch);
            }
            assert!(matches!(batches.next_within(Duration::ZERO).unwrap(), Poll::Ready(None)));
        }
    });
}
