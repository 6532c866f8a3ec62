//! Order, failures, and who is woken.

use super::scripted::stream;
use super::*;
use crate::feed::layout::Column;
use crate::feed::worker::Workers;
use std::sync::mpsc::channel;

/// A slot that any of the streams here has room in.
fn slot() -> Result<Slot> {
    Slot::plain(1 << 14)
}

/// A stream of which one batch is bad.
fn bad(batches: u64, bad: u64, error: fn() -> Error) -> Arc<Stream> {
    stream(batches, move |batch| if batch == bad { Err(error()) } else { Ok(()) })
}

fn good(batches: u64) -> Arc<Stream> {
    stream(batches, |_| Ok(()))
}

fn panics() -> Error {
    panic!("batch of ill luck")
}

fn fails() -> Error {
    Error::argument("x", "bad")
}

/// A ring, its workers, and how it is polled.
struct Fixture {
    ring: Arc<Ring>,
    workers: Workers,
}

impl Fixture {
    fn new(slots: usize, workers: usize) -> Fixture {
        let ring = Arc::new(Ring::new(slots, slot).unwrap());
        let workers = Workers::spawn(&ring, workers).unwrap();
        Fixture { ring, workers }
    }

    fn next(&self, wait: Wait) -> Result<Poll<Option<Batch>>> {
        self.ring.next(&mut None, wait, self.workers.gather_in_consumer())
    }

    /// Waits for the next batch and returns its number.
    fn number(&self) -> u64 {
        match self.next(Wait::UnlessAllLeased).unwrap() {
            Poll::Ready(Some(batch)) => batch.index(),
            _ => panic!("there is no batch"),
        }
    }

    /// Runs a stream to its end and returns how many batches came, each with the right bytes, and
    /// the error if one did.
    fn drain(&self, stream: &Arc<Stream>) -> (u64, Option<Error>) {
        self.ring.start(stream);
        let mut expected = 0;
        loop {
            match self.next(Wait::UnlessAllLeased) {
                Ok(Poll::Ready(Some(batch))) => {
                    assert_eq!(batch.index(), expected);
                    let bytes = batch.column(Column::Sequence).unwrap().bytes();
                    assert!(bytes.len() > 4000 && bytes.iter().all(|&byte| byte == expected as u8));
                    expected += 1;
                }
                Ok(_) => return (expected, None),
                Err(error) => return (expected, Some(error)),
            }
        }
    }
}

#[test]
fn a_panic_or_an_error_comes_in_its_turn_and_the_ring_goes_on_after() {
    for workers in [0, 1, 4] {
        let fixture = Fixture::new(3, workers);
        for at in [0, 7, 19] {
            let (came, error) = fixture.drain(&bad(20, at, panics));
            assert_eq!(came, at);
            assert!(matches!(error, Some(Error::Worker { message }) if message == "batch of ill luck"));
            for _ in 0..2 {
                let again = fixture.next(Wait::UnlessAllLeased);
                assert!(matches!(again, Err(Error::Worker { .. })), "each call gets the error");
            }
            fixture.ring.stop(None);
            let stopped = fixture.next(Wait::UnlessAllLeased);
            assert!(matches!(stopped, Ok(Poll::Ready(None))), "until it is stopped");
            let (came, error) = fixture.drain(&bad(20, at, fails));
            assert!(came == at && matches!(error, Some(Error::Argument { .. })));
            let (came, error) = fixture.drain(&good(20));
            assert!(came == 20 && error.is_none());
        }
        let Fixture { ring, workers } = fixture;
        drop(workers);
        assert_eq!(ring.lock().slots.free.len(), 3, "every slot came back");
    }
}

#[test]
fn a_new_stream_takes_the_place_of_one_that_is_going_on() {
    let fixture = Fixture::new(2, 2);
    for round in 0..200 {
        fixture.ring.start(&good(100));
        for batch in 0..round % 3 {
            assert_eq!(fixture.number(), batch);
        }
    }
    assert_eq!(fixture.drain(&good(9)).0, 9);
}

#[test]
fn a_batch_does_not_wait_for_a_slow_one_after_it() {
    for (batches, slots) in [(2, 4), (100, 2), (100, 3), (100, 4)] {
        let fixture = Fixture::new(slots, 2);
        for _ in 0..50 {
            // Batch 1 is gathered only when batch 0 has been delivered.
            let (deliver, delivered) = channel();
            let delivered = Mutex::new(delivered);
            fixture.ring.start(&stream(batches, move |batch| {
                if batch == 1 {
                    delivered.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
                }
                Ok(())
            }));
            assert_eq!(fixture.number(), 0);
            deliver.send(()).unwrap();
            for batch in 1..batches {
                assert_eq!(fixture.number(), batch);
            }
        }
    }
}

#[test]
fn several_consumers_get_each_batch_once_and_all_get_the_end() {
    for workers in [0, 1, 3] {
        let fixture = Fixture::new(4, workers);
        for _ in 0..50 {
            fixture.ring.start(&good(40));
            let mut all: Vec<u64> = std::thread::scope(|scope| {
                let consume = || {
                    let mut numbers = Vec::new();
                    while let Poll::Ready(Some(batch)) = fixture.next(Wait::Always).unwrap() {
                        numbers.push(batch.index());
                    }
                    numbers
                };
                let consumers = [(); 3].map(|()| scope.spawn(consume));
                consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect()
            });
            all.sort_unstable();
            assert!(all.into_iter().eq(0..40), "{workers} workers");
        }
    }
}

#[test]
fn a_consumer_that_waits_learns_that_another_stream_is_begun() {
    let fixture = Fixture::new(1, 1);
    fixture.ring.start(&good(9));
    let Ok(Poll::Ready(Some(held))) = fixture.next(Wait::Always) else { panic!("a batch") };
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| fixture.next(Wait::Always));
        while fixture.ring.lock().idle_consumers == 0 {
            std::thread::yield_now();
        }
        fixture.ring.start(&good(9));
        assert!(matches!(waiting.join().unwrap(), Err(Error::Replaced)));
    });
    drop(held);
    assert_eq!(fixture.number(), 0);
}

#[test]
fn without_workers_a_slot_that_comes_back_late_wakes_a_consumer_that_waits_for_one() {
    let fixture = Fixture::new(2, 0);
    // Batch 1 of the first stream is gathered when the channel says so.
    let (release, until) = channel();
    let until = Mutex::new(until);
    fixture.ring.start(&stream(2, move |batch| {
        if batch == 1 {
            until.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        }
        Ok(())
    }));
    let Ok(Poll::Ready(Some(held))) = fixture.next(Wait::Always) else { panic!("a batch") };
    std::thread::scope(|scope| {
        let late = scope.spawn(|| fixture.next(Wait::Always));
        while fixture.ring.lock().slots.claimed < 2 {
            std::thread::yield_now();
        }
        // One slot is held, and the other is filled for a stream that has ended.
        fixture.ring.start(&good(2));
        let waiting = scope.spawn(|| fixture.next(Wait::Always));
        while fixture.ring.lock().idle_consumers == 0 {
            std::thread::yield_now();
        }
        release.send(()).unwrap();
        assert!(matches!(late.join().unwrap(), Err(Error::Replaced)));
        let begin = Instant::now();
        while !waiting.is_finished() && begin.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        // A consumer that was forgotten gets the end now, so that the test fails and does not hang.
        fixture.ring.stop(None);
        let batch = waiting.join().unwrap();
        assert!(matches!(batch, Ok(Poll::Ready(Some(batch))) if batch.index() == 0));
    });
    drop(held);
}
