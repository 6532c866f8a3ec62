//! Which consumer is given an error, and how often.

use super::*;
use crate::Error;
use crate::feed::LoaderOptions;
use crate::feed::ring::scripted::dataset;

/// Makes a loader of one slot, of which one batch is damaged.
fn loader(num_workers: usize, damaged: u64) -> Loader {
    let gather = move |batch| {
        if batch == damaged { Err(Error::corrupt("panel", 1, "a byte", 2, 3)) } else { Ok(()) }
    };
    let options = LoaderOptions { num_workers, batch_size: 1, slots: Some(1), ..LoaderOptions::default() };
    dataset(9, gather).loader(0, &options).unwrap()
}

fn is_all_leased(next: &Option<Result<Batch>>) -> bool {
    matches!(next, Some(Err(Error::AllLeased { slots: 1 })))
}

fn is_corrupt(next: &Option<Result<Batch>>) -> bool {
    matches!(next, Some(Err(Error::Corrupt { .. })))
}

#[test]
fn a_damaged_batch_after_all_slots_were_leased_is_an_error() {
    for workers in [0, 1, 3] {
        let mut batches = loader(workers, 1).epoch(0);
        let held = batches.next().unwrap().unwrap();
        assert!(is_all_leased(&batches.next()));
        assert!(batches.next().is_none(), "it is reported once");
        drop(held);
        assert!(is_corrupt(&batches.next()), "{workers} workers");
        assert!(batches.next().is_none(), "it is reported once");
    }
}

#[test]
fn each_consumer_is_told_that_all_slots_are_leased_and_one_what_ended_the_stream() {
    for workers in [0, 1, 3] {
        let loader = loader(workers, 2);
        let (mut first, mut second) = (loader.epoch(0), loader.clone().streaming());
        let held = first.next().unwrap().unwrap();
        for consumer in [&mut first, &mut second] {
            assert!(is_all_leased(&consumer.next()), "{workers} workers");
            assert!(consumer.next().is_none(), "it is reported once");
        }
        drop(held);
        let held = second.next().unwrap().unwrap();
        // The batch of one consumer is not that of the other.
        assert!(is_all_leased(&second.next()) && first.next().is_none());
        drop(held);
        assert!(is_corrupt(&first.next()));
        assert!(first.next().is_none() && second.next().is_none(), "it is reported once");
    }
}
