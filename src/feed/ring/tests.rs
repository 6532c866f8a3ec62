//! Order, failures, and who is woken.

use super::*;
use crate::feed::worker::Workers;
use std::sync::mpsc::{Receiver, channel};

/// Fills each slot with its batch's number, except for one batch.
struct Job {
    batches: u64,
    bad: Option<(u64, fn() -> Error)>,
}

impl Fill for Job {
    fn batches(&self) -> u64 {
        self.batches
    }

    fn fill(&self, batch: u64, slot: &mut Slot) -> Result<()> {
        match self.bad {
            Some((bad, error)) if bad == batch => Err(error()),
            _ => {
                slot.bytes_mut()?.fill(batch as u8);
                Ok(())
            }
        }
    }
}

fn panics() -> Error {
    panic!("batch of ill luck")
}

fn fails() -> Error {
    Error::argument("x", "bad")
}

/// Runs a job to its end and returns how many batches came, each with the right bytes, and the
/// error if one did.
fn drain(ring: &Arc<Ring<Job>>, inline: bool, job: Job) -> (u64, Option<Error>) {
    ring.start(job);
    let mut expected = 0;
    loop {
        match ring.next(inline, Patience::UnlessAllLeased) {
            Ok(Poll::Ready(Some((_, batch, lease)))) => {
                assert_eq!(batch, expected);
                assert!(lease.bytes().iter().all(|&byte| byte == batch as u8));
                expected += 1;
            }
            Ok(_) => return (expected, None),
            Err(error) => return (expected, Some(error)),
        }
    }
}

/// Waits for the next batch and returns its number.
fn number(ring: &Arc<Ring<impl Fill>>) -> u64 {
    match ring.next(false, Patience::UnlessAllLeased).unwrap() {
        Poll::Ready(Some((_, batch, _))) => batch,
        _ => panic!("there is no batch"),
    }
}

#[test]
fn a_panic_or_an_error_comes_in_its_turn_and_the_ring_goes_on_after() {
    for workers in [0, 1, 4] {
        let ring = Arc::new(Ring::new(3, || Slot::plain(5000)).unwrap());
        let threads = Workers::spawn(&ring, workers).unwrap();
        for bad in [0, 7, 19] {
            let (came, error) = drain(&ring, workers == 0, Job { batches: 20, bad: Some((bad, panics)) });
            assert_eq!(came, bad);
            assert!(matches!(error, Some(Error::Worker { message }) if message == "batch of ill luck"));
            for _ in 0..2 {
                let again = ring.next(workers == 0, Patience::UnlessAllLeased);
                assert!(matches!(again, Err(Error::Worker { .. })), "whoever asks is told");
            }
            ring.stop();
            let stopped = ring.next(workers == 0, Patience::UnlessAllLeased);
            assert!(matches!(stopped, Ok(Poll::Ready(None))), "until it is stopped");
            let (came, error) = drain(&ring, workers == 0, Job { batches: 20, bad: Some((bad, fails)) });
            assert!(came == bad && matches!(error, Some(Error::Argument { .. })));
            let (came, error) = drain(&ring, workers == 0, Job { batches: 20, bad: None });
            assert!(came == 20 && error.is_none());
        }
        drop(threads);
        assert_eq!(ring.lock().free.len(), 3, "every slot came back");
    }
}

#[test]
fn a_new_job_takes_the_place_of_one_that_is_going_on() {
    let ring = Arc::new(Ring::new(2, || Slot::plain(1)).unwrap());
    let threads = Workers::spawn(&ring, 2).unwrap();
    for round in 0..200 {
        ring.start(Job { batches: 100, bad: None });
        for batch in 0..round % 3 {
            assert_eq!(number(&ring), batch);
        }
    }
    assert_eq!(drain(&ring, false, Job { batches: 9, bad: None }).0, 9);
    drop(threads);
}

/// Batch 1 is gathered only when batch 0 has been delivered.
struct Late {
    batches: u64,
    delivered: Mutex<Receiver<()>>,
}

impl Fill for Late {
    fn batches(&self) -> u64 {
        self.batches
    }

    fn fill(&self, batch: u64, _: &mut Slot) -> Result<()> {
        if batch == 1 {
            self.delivered.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        }
        Ok(())
    }
}

#[test]
fn a_batch_does_not_wait_for_a_slow_one_after_it() {
    for (batches, slots) in [(2, 4), (100, 2), (100, 3), (100, 4)] {
        let ring = Arc::new(Ring::new(slots, || Slot::plain(1)).unwrap());
        let threads = Workers::spawn(&ring, 2).unwrap();
        for _ in 0..50 {
            let (deliver, delivered) = channel();
            ring.start(Late { batches, delivered: Mutex::new(delivered) });
            assert_eq!(number(&ring), 0);
            deliver.send(()).unwrap();
            for batch in 1..batches {
                assert_eq!(number(&ring), batch);
            }
        }
        drop(threads);
    }
}

#[test]
fn several_consumers_get_each_batch_once_and_are_told_of_the_end() {
    for workers in [0, 1, 3] {
        let ring = Arc::new(Ring::new(4, || Slot::plain(1)).unwrap());
        let threads = Workers::spawn(&ring, workers).unwrap();
        for _ in 0..50 {
            ring.start(Job { batches: 40, bad: None });
            let mut all: Vec<u64> = std::thread::scope(|scope| {
                let consume = || {
                    let mut numbers = Vec::new();
                    while let Poll::Ready(Some((_, batch, _))) = ring.next(workers == 0, Patience::Always).unwrap() {
                        numbers.push(batch);
                    }
                    numbers
                };
                let consumers = [(); 3].map(|()| scope.spawn(consume));
                consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect()
            });
            all.sort_unstable();
            assert!(all.into_iter().eq(0..40), "{workers} workers");
        }
        drop(threads);
    }
}

#[test]
fn a_consumer_that_waits_is_told_when_another_job_is_begun() {
    let ring = Arc::new(Ring::new(1, || Slot::plain(1)).unwrap());
    let threads = Workers::spawn(&ring, 1).unwrap();
    ring.start(Job { batches: 9, bad: None });
    let Ok(Poll::Ready(Some(held))) = ring.next(false, Patience::Always) else { panic!("a batch") };
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ring.next(false, Patience::Always));
        while ring.lock().idle_consumers == 0 {
            std::thread::yield_now();
        }
        ring.start(Job { batches: 9, bad: None });
        assert!(matches!(waiting.join().unwrap(), Ok(Poll::Ready(None))));
    });
    drop(held);
    assert_eq!(number(&ring), 0);
    drop(threads);
}

/// Batch 1 is gathered when the channel says so, if there is one.
struct Held(Option<Mutex<Receiver<()>>>);

impl Fill for Held {
    fn batches(&self) -> u64 {
        2
    }

    fn fill(&self, batch: u64, _: &mut Slot) -> Result<()> {
        if let Some(until) = self.0.as_ref().filter(|_| batch == 1) {
            until.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        }
        Ok(())
    }
}

#[test]
fn without_workers_a_slot_that_comes_back_late_wakes_who_waits_for_one() {
    let ring = Arc::new(Ring::new(2, || Slot::plain(1)).unwrap());
    let (release, until) = channel();
    ring.start(Held(Some(Mutex::new(until))));
    let Ok(Poll::Ready(Some(held))) = ring.next(true, Patience::Always) else { panic!("a batch") };
    std::thread::scope(|scope| {
        let late = scope.spawn(|| ring.next(true, Patience::Always));
        while ring.lock().claimed < 2 {
            std::thread::yield_now();
        }
        // One slot is held, and the other is filled for a job that is no more.
        ring.start(Held(None));
        let waiting = scope.spawn(|| ring.next(true, Patience::Always));
        while ring.lock().idle_consumers == 0 {
            std::thread::yield_now();
        }
        release.send(()).unwrap();
        assert!(matches!(late.join().unwrap(), Ok(Poll::Ready(None))));
        let begin = Instant::now();
        while !waiting.is_finished() && begin.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        // Who was forgotten is told of the end, so that the test fails and does not hang.
        ring.stop();
        assert!(matches!(waiting.join().unwrap(), Ok(Poll::Ready(Some((_, 0, _))))));
    });
    drop(held);
}
