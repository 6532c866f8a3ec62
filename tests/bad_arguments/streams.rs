//! Ranks, states and draws that are not of a loader.

use super::*;

#[test]
fn a_rank_that_is_not_in_the_world_is_refused() {
    for (rank, world_size, batch_size, argument, part) in [
        (0, 0, 4, "world_size", "at least one rank"),
        (2, 2, 4, "rank", "2 is not below the world size, 2"),
        (usize::MAX, 2, 4, "rank", "is not below the world size, 2"),
        (0, 2, 0, "batch_size", "0 examples cannot be divided evenly among 2 ranks"),
        (1, 2, 5, "batch_size", "5 examples cannot be divided evenly among 2 ranks"),
        (1, 8, 4, "batch_size", "4 examples cannot be divided evenly among 8 ranks"),
    ] {
        refused(Shard::new(rank, world_size, batch_size), argument, &[part]);
    }
}

#[test]
fn a_loader_refuses_what_is_not_of_its_stream() {
    let fixture = Fixture::new();
    let base = fixture.generator("default", &PEAKS, &NEGATIVES);
    let loader = base.negative_ratio(0.5).random_state(7).batch_size(4).build().unwrap();
    assert_eq!((loader.peaks().len(), loader.negatives().len(), loader.len()), (4, 2, 6));
    let state = loader.state();
    let changed = |change: fn(&mut State)| {
        let mut state = state.clone();
        change(&mut state);
        state
    };
    for (saved, part) in [
        (changed(|s| s.order = Order::Cherimoya), "saved with order cherimoya; this loader has native"),
        (changed(|s| s.seed = 8), "saved with random_state 8; this loader has 7"),
        (changed(|s| s.examples = 5), "saved with examples 5; this loader has 6"),
        (changed(|s| s.batch_size = 2), "saved with batch_size 2; this loader has 4"),
        (changed(|s| s.step = 3), "at batch 3 of an epoch of 2"),
        (changed(|s| s.step = u64::MAX), "at batch 18446744073709551615 of an epoch of 2"),
    ] {
        refused(loader.resume(&saved, 0), "state", &[part]);
    }
    let good = Draw { is_peak: true, source: 3, offset: 26, reverse_complement: false };
    let negative = Draw { is_peak: false, source: 1, offset: 0, ..good };
    for (draws, part) in [
        (vec![], "there is none"),
        (vec![good, Draw { source: 4, ..good }], "draw 1 is peak 4, of 4 counted from 0"),
        (vec![negative, good, Draw { source: 2, ..negative }], "draw 2 is negative 2, of 2 counted from 0"),
        (vec![Draw { offset: 27, ..good }], "draw 0 has offset 27, above 26, the most for a peak"),
        (vec![Draw { offset: 1, ..negative }], "draw 0 has offset 1, above 0, the most for a negative"),
    ] {
        refused(loader.follow(draws), "draws", &[part]);
    }
    refused(loader.validation(false, false), "validation", &["neither peaks nor negatives are asked for"]);
    // None of this has changed where it stands.
    assert_eq!(loader.state(), state);
    assert_eq!(loader.follow(vec![good, negative]).unwrap().map(|batch| batch.unwrap().len()).sum::<usize>(), 2);
    assert_eq!(loader.resume(&state, 0).unwrap().map(|batch| batch.unwrap().len()).sum::<usize>(), 6);
}
