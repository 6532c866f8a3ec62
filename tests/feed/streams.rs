//! Streams that are left early, detached, stopped, or replaced by another, and the workers behind
//! them.

use super::*;
use atemoya::feed::Batches;
use std::time::Duration;

#[test]
fn an_epoch_can_be_left_early_many_times() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let expected = digests(&generator(&store).num_workers(0).build().unwrap(), 4, 1);
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).build().unwrap();
            for round in 0..300 {
                let taken = round % 5;
                let left: Vec<_> = loader.epoch(4).take(taken).map(|batch| digest(&batch.unwrap())).collect();
                assert!(left == expected[..taken]);
            }
            for _ in 0..20 {
                drop(generator(&store).num_workers(workers).build().unwrap().epoch(0).next());
            }
            assert!(digests(&loader, 4, 1) == expected);
        }
    });
}

/// How many threads of this process are workers of a number that only the test below asks for.
#[cfg(target_os = "linux")]
fn high_workers() -> usize {
    let names = fs::read_dir("/proc/self/task").unwrap();
    let names = names.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
    let number = |name: String| name.trim().strip_prefix("atemoya-").and_then(|n| n.parse::<usize>().ok());
    names.filter_map(number).filter(|&number| number >= 20).count()
}

#[test]
#[cfg(target_os = "linux")]
fn no_thread_outlives_the_loader() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for taken in [0, 1, 3] {
            let loader = generator(&store).num_workers(30).slots(Some(4)).build().unwrap();
            let held: Vec<Batch> = loader.epoch(0).take(taken).map(Result::unwrap).collect();
            // A thread names itself a moment after it was started.
            while high_workers() < 10 {
                std::thread::yield_now();
            }
            drop(loader);
            // A joined thread takes the kernel a moment to forget; the watchdog ends this loop if
            // it never does.
            while high_workers() > 0 {
                std::thread::yield_now();
            }
            drop(held);
        }
    });
}

#[test]
fn a_detached_stream_goes_on_where_it_was_left() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).build().unwrap();
            let expected = digests(&loader, 0, 2);
            assert!(loader.streaming().next().is_none(), "the stream ended with its batches");

            let mut batches = loader.epochs(0, 2);
            let mut got = vec![digest(&batches.next().unwrap().unwrap())];
            batches.detach();
            while let Some(batch) = loader.streaming().next() {
                got.push(digest(&batch.unwrap()));
            }
            assert!(got == expected, "{workers} workers");
            assert!(loader.streaming().next().is_none());
        }
    });
}

#[test]
fn a_stream_can_be_stopped_from_another_thread() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).slots(Some(1)).build().unwrap();
            let clone = loader.clone();
            let mut epochs = loader.epochs(0, 2);
            let held = epochs.next().unwrap().unwrap();
            let before = digest(&held);
            // The only slot is held, so that waiting would have no end.
            let stopping = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(20));
                clone.stop();
            });
            assert!(epochs.next_waiting().is_none());
            stopping.join().unwrap();
            assert!(epochs.next().is_none());
            drop(epochs);
            assert!(digest(&held) == before);
            drop(held);
            assert!(loader.epoch(0).next().unwrap().is_ok(), "another stream can be begun");
        }
    });
}

#[test]
fn beginning_another_stream_cuts_an_older_one_short_with_an_error() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).build().unwrap();
            let expected = digests(&loader, 1, 1);
            let mut older = loader.epoch(0);
            drop(older.next().unwrap().unwrap());
            let state = older.state();
            let mut newer = loader.epoch(1);
            let mut got = vec![digest(&newer.next().unwrap().unwrap())];
            assert!(matches!(older.next(), Some(Err(Error::Replaced))));
            assert!(older.next().is_none() && older.next_waiting().is_none(), "it is reported once");
            assert!(matches!(older.next_if_ready(), Err(Error::Replaced)));
            assert_eq!((older.state(), state.epoch, state.step), (state.clone(), 0, 1));
            assert_eq!(newer.state(), loader.state());
            // Dropping the older one does not end the newer one.
            drop(older);
            got.extend(newer.map(|batch| digest(&batch.unwrap())));
            assert!(got == expected, "{workers} workers");
        }
    });
}

#[test]
fn validating_within_an_epoch_is_an_error_and_after_it_is_none() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).build().unwrap();
            let validate = || loader.validation(true, false).unwrap().for_each(|batch| drop(batch.unwrap()));
            let mut epoch = loader.epoch(0);
            drop(epoch.next().unwrap().unwrap());
            validate();
            assert!(matches!(epoch.next_waiting(), Some(Err(Error::Replaced))), "{workers} workers");

            let mut epoch = loader.epoch(1);
            epoch.by_ref().for_each(|batch| drop(batch.unwrap()));
            validate();
            assert!(epoch.next().is_none(), "it had ended");

            let mut epoch = loader.epoch(2);
            loader.stop();
            validate();
            assert!(epoch.next().is_none(), "it was stopped");
        }
    });
}

#[test]
fn clones_share_a_stream_and_the_workers() {
    fn is_shared<T: Clone + Send + Sync>(_: &T) {}
    let (_directory, store) = store();
    within(SECONDS, move || {
        for workers in WORKERS {
            let loader = generator(&store).num_workers(workers).slots(Some(4)).build().unwrap();
            is_shared(&loader);
            let expected = digests(&loader, 0, 2);
            let mut batches = loader.epochs(0, 2);
            let clone = loader.clone();
            drop(loader);
            let first = batches.next().unwrap().unwrap();
            let mut got = vec![((first.epoch(), first.index()), digest(&first))];
            drop(first);
            let consume = |mut batches: Batches| {
                let next = move || batches.next_waiting().map(Result::unwrap);
                let placed = |batch: Batch| ((batch.epoch(), batch.index()), digest(&batch));
                std::iter::from_fn(next).map(placed).collect::<Vec<_>>()
            };
            std::thread::scope(|scope| {
                let other = scope.spawn(|| consume(clone.streaming()));
                got.extend(consume(batches));
                got.extend(other.join().unwrap());
            });
            got.sort_unstable();
            assert!(got.into_iter().map(|(_, digest)| digest).eq(expected), "{workers} workers");
            assert!(clone.epoch(0).next().unwrap().is_ok(), "another stream can be begun");
        }
    });
}
