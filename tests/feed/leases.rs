//! Batches that the consumer holds, and what the loader does when it holds all slots.

use super::*;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

#[test]
fn held_batches_do_not_change() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let expected = digests(&generator(&store).num_workers(0).build().unwrap(), 0, 2);
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).slots(Some(6)).build().unwrap();
            let mut held: Vec<(usize, Batch)> = Vec::new();
            for (number, batch) in loader.epochs(0, 2).enumerate() {
                held.push((number, batch.unwrap()));
                // The one in the middle goes, so that batches go back in another order than they
                // came.
                if held.len() == 5 {
                    held.remove(2);
                }
                for (number, batch) in &held {
                    assert!(digest(batch) == expected[*number], "batch {number}, {workers} workers");
                }
            }
            // Those of the epochs before are held into another one still.
            for batch in loader.epoch(9).take(4) {
                drop(batch.unwrap());
            }
            assert!(held.iter().all(|(number, batch)| digest(batch) == expected[*number]));
        }
    });
}

#[test]
fn when_all_slots_are_held_it_is_an_error_and_goes_on_after_a_drop() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let expected = digests(&generator(&store).num_workers(0).build().unwrap(), 0, 1);
        for workers in WORKERS {
            for slots in [1, 3] {
                let loader = generator(&store).num_workers(workers).slots(Some(slots)).build().unwrap();
                let mut epoch = loader.epoch(0);
                let mut held: Vec<Batch> = Vec::new();
                let mut seen = Vec::new();
                loop {
                    match epoch.next() {
                        Some(Ok(batch)) => {
                            seen.push(digest(&batch));
                            held.push(batch);
                        }
                        Some(Err(Error::AllLeased { slots: reported })) => {
                            assert_eq!((reported, held.len()), (slots, slots));
                            // It stays so until one is dropped.
                            assert!(epoch.next().is_none(), "it is reported once");
                            held.remove(0);
                        }
                        Some(Err(error)) => panic!("{error}"),
                        None => break,
                    }
                }
                assert!(seen == expected, "{workers} workers, {slots} slots");
            }
        }
    });
}

/// A consumer that does not wait gets the same batches, and never the error that all slots are
/// leased.
#[test]
fn polling_gives_what_waiting_gives() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let expected = digests(&generator(&store).num_workers(0).build().unwrap(), 2, 1);
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).slots(Some(2)).build().unwrap();
            let mut epoch = loader.epoch(2);
            let (mut held, mut seen, mut pending) = (Vec::new(), Vec::new(), 0);
            loop {
                match epoch.next_if_ready().unwrap() {
                    Poll::Ready(Some(batch)) => {
                        seen.push(digest(&batch));
                        held.push(batch);
                        pending = 0;
                    }
                    Poll::Ready(None) => break,
                    Poll::Pending if pending == 20 => held.clear(),
                    Poll::Pending => {
                        pending += 1;
                        std::thread::sleep(Duration::from_micros(200));
                    }
                }
            }
            assert!(seen == expected, "{workers} workers");
        }
    });
}

#[test]
fn batches_outlive_the_loader() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).slots(Some(4)).build().unwrap();
            let held: Vec<Batch> = loader.epoch(0).take(3).map(Result::unwrap).collect();
            let before: Vec<_> = held.iter().map(digest).collect();
            drop(loader);
            assert_eq!(held.iter().map(digest).collect::<Vec<_>>(), before);
        }
    });
}

#[test]
fn batches_may_be_dropped_on_another_thread() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let expected = digests(&generator(&store).num_workers(0).build().unwrap(), 0, 3);
        for workers in WORKERS {
            for slots in [1, 2, 5] {
                let loader = generator(&store).num_workers(workers).slots(Some(slots)).build().unwrap();
                let (sender, receiver) = mpsc::channel::<Batch>();
                let consumer =
                    std::thread::spawn(move || receiver.into_iter().map(|batch| digest(&batch)).collect::<Vec<_>>());
                let mut epochs = loader.epochs(0, 3);
                while let Some(batch) = epochs.next_waiting() {
                    sender.send(batch.unwrap()).unwrap();
                }
                drop(sender);
                assert!(consumer.join().unwrap() == expected, "{workers} workers, {slots} slots");
            }
        }
    });
}
