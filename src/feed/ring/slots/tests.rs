//! What is in which slot, without threads.

use super::*;
use crate::feed::loader_options::Shard;
use crate::feed::ring::scripted::{dataset, stream};
use crate::sample::Plan;

fn slots(count: usize) -> Slots {
    Slots::new((0..count).map(|_| Slot::plain(1 << 14).unwrap()).collect())
}

fn failed() -> Result<()> {
    Err(Error::argument("x", "bad"))
}

/// The step of the next batch, whose slot is given back.
fn delivered(slots: &mut Slots, stream: &Arc<Stream>) -> u64 {
    match slots.take(stream) {
        Poll::Ready(Ok(Some(Filled { batch, slot }))) => {
            slots.give_back(slot);
            batch.step
        }
        _ => panic!("there is no batch"),
    }
}

#[test]
fn batches_are_delivered_in_order_however_they_are_completed() {
    let (mut slots, stream) = (slots(3), stream(4, |_| Ok(())));
    slots.start(Arc::clone(&stream));
    let [first, second, third] = [(); 3].map(|()| slots.claim().unwrap());
    assert!(slots.claim().is_none(), "no slot is free");
    for claim in [third, second] {
        assert!(matches!(slots.complete(claim, Ok(())), Completed::Kept { .. }));
        assert!(!slots.has_next() && slots.take(&stream).is_pending());
    }
    slots.complete(first, Ok(()));
    assert!(slots.has_next());
    assert_eq!([(); 3].map(|()| delivered(&mut slots, &stream)), [0, 1, 2]);
    assert_eq!(slots.cursor(), Cursor { epoch: 0, step: 3 });
    let last = slots.claim().unwrap();
    assert!(slots.claim().is_none(), "there is no further batch");
    slots.complete(last, Ok(()));
    assert_eq!(delivered(&mut slots, &stream), 3);
    assert!(slots.is_at_end() && matches!(slots.take(&stream), Poll::Ready(Ok(None))));
}

#[test]
fn an_error_ends_the_stream_in_its_turn_and_stays() {
    let (mut slots, stream) = (slots(4), stream(9, |_| Ok(())));
    slots.start(Arc::clone(&stream));
    let [first, second, third, fourth] = [(); 4].map(|()| slots.claim().unwrap());
    slots.complete(third, Ok(()));
    slots.complete(second, failed());
    assert!(slots.claim().is_none(), "nothing after a failure is gathered");
    assert!(slots.take(&stream).is_pending() && !slots.has_failed());
    slots.complete(first, Ok(()));
    assert_eq!(delivered(&mut slots, &stream), 0);
    for _ in 0..3 {
        assert!(matches!(slots.take(&stream), Poll::Ready(Err(Error::Argument { .. }))));
        assert!(slots.is_at_end() && slots.has_failed());
    }
    assert_eq!(slots.free.len(), 3);
    assert_eq!(slots.complete(fourth, Ok(())), Completed::Late);
    assert_eq!(slots.free.len(), 4);
    assert!(matches!(slots.take(&stream), Poll::Ready(Err(_))));
    slots.stop();
    assert!(matches!(slots.take(&stream), Poll::Ready(Ok(None))), "until it is stopped");
}

#[test]
fn what_comes_late_for_a_stream_that_ended_is_not_delivered() {
    let (mut slots, [old, new]) = (slots(3), [(); 2].map(|()| stream(2, |_| Ok(()))));
    slots.start(Arc::clone(&old));
    let [first, second] = [(); 2].map(|()| slots.claim().unwrap());
    slots.complete(first, Ok(()));
    slots.start(Arc::clone(&new));
    assert!(slots.is_current(&new) && !slots.is_current(&old));
    assert!(matches!(slots.take(&old), Poll::Ready(Err(Error::Replaced))));
    assert_eq!(slots.complete(second, Ok(())), Completed::Late);
    assert!(slots.take(&new).is_pending() && slots.free.len() == 3);
    let first = slots.claim().unwrap();
    slots.stop();
    assert!(matches!(slots.take(&new), Poll::Ready(Ok(None))), "it was stopped");
    assert_eq!(slots.complete(first, failed()), Completed::Late);
    assert!(slots.is_at_end() && !slots.has_failed() && slots.free.len() == 3);
    assert!(slots.claim().is_none());
}

#[test]
fn draws_of_the_callers_own_leave_the_cursor_as_it_is() {
    let (mut slots, epochs) = (slots(1), stream(2, |_| Ok(())));
    slots.start(Arc::clone(&epochs));
    let claim = slots.claim().unwrap();
    slots.complete(claim, Ok(()));
    delivered(&mut slots, &epochs);
    let draw = crate::sample::Draw { is_peak: true, source: 1, offset: 0, reverse_complement: false };
    let plan = Plan::from_draws(vec![draw; 2], 2, 0, 0).unwrap();
    let dataset = Arc::new(dataset(2, |_| Ok(())));
    let draws = Arc::new(Stream::of_draws(&dataset, Shard::new(0, 1, 1).unwrap(), plan, 1));
    slots.start(Arc::clone(&draws));
    for step in 0..2 {
        let claim = slots.claim().unwrap();
        slots.complete(claim, Ok(()));
        assert_eq!(delivered(&mut slots, &draws), step);
        assert_eq!(slots.cursor(), Cursor { epoch: 0, step: 1 });
    }
    slots.start(epochs);
    assert_eq!(slots.cursor(), Cursor::default());
}
