//! Cherimoya's batches bit for bit: the loci it kept, its draws, and every byte of every example of
//! its golden cases, for two epochs, with any number of workers and ranks, and resumed anywhere.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use atemoya::PeakGenerator;
use atemoya::feed::State;
use atemoya::sample::{Draw, Order};
use common::golden::{CASES, Case, Example, examples};
use common::inputs::Rng;
use std::io::Write;

fn stream(generator: &PeakGenerator, epochs: u64) -> Vec<Vec<Example>> {
    let loader = generator.build().unwrap();
    loader.epochs(0, epochs).map(|batch| examples(&batch.unwrap())).collect()
}

#[test]
fn every_batch_is_cherimoyas() {
    let Some(shared) = common::shared() else { return };
    for name in CASES {
        let case = Case::read(&shared, name);
        let directory = tempfile::tempdir().unwrap();
        let store = case.store(&directory.path().join("s.atemoya"));
        let generator = case.generator(&store);
        let loader = generator.build().unwrap();
        assert_eq!(loader.peaks().len() as u64, case.golden["n_peaks"], "{name}: {}", loader.ledger());
        assert_eq!(loader.negatives().len() as u64, case.golden["n_negatives"], "{name}: {}", loader.ledger());
        let epochs = case.epochs();
        let all = epochs.concat();
        for workers in [1, 4] {
            let got = stream(&generator.clone().num_workers(workers), epochs.len() as u64);
            assert!(got.concat() == all, "{name}, {workers} workers");
        }
        // The ranks' batches put together.
        for world in [2, 4] {
            let rank = |rank| stream(&generator.clone().world_size(world).rank(rank), epochs.len() as u64);
            let ranks: Vec<_> = (0..world).map(rank).collect();
            let steps = ranks[0].len();
            assert!(ranks.iter().all(|batches| batches.len() == steps));
            let together = (0..steps).flat_map(|step| ranks.iter().flat_map(move |rank| rank[step].clone()));
            assert!(together.collect::<Vec<_>>() == all, "{name}, {world} ranks");
        }
        // Resumed after every seventh batch, from a state that has been written and read, on other
        // workers.
        let batches = stream(&generator, epochs.len() as u64);
        for stop in (0..batches.len()).step_by(7) {
            let first = generator.build().unwrap();
            let mut epoch = first.epochs(0, epochs.len() as u64);
            epoch.by_ref().take(stop).for_each(|batch| drop(batch.unwrap()));
            let state: State = serde_json::from_str(&serde_json::to_string(&epoch.state()).unwrap()).unwrap();
            drop(epoch);
            let second = generator.clone().num_workers(stop % 3).build().unwrap();
            let rest = second.resume(&state, epochs.len() as u64 - 1 - state.epoch).unwrap();
            let rest: Vec<Example> = rest.flat_map(|batch| examples(&batch.unwrap())).collect();
            assert!(rest == batches[stop..].concat(), "{name}, resumed after {stop} batches");
        }
        // The same draws, given by the caller.
        let draw = |e: &Example| Draw {
            is_peak: e.0 == 1,
            source: e.1 as u32,
            offset: e.2 as u32,
            reverse_complement: e.3 == 1,
        };
        let own = loader.follow(epochs[1].iter().map(draw).collect()).unwrap();
        assert!(own.flat_map(|batch| examples(&batch.unwrap())).collect::<Vec<_>>() == epochs[1], "{name}");
        let _ = writeln!(std::io::stderr(), "{name}: {} examples compared", all.len());
    }
}

/// A state that one rank saved serves all ranks of a world of another size.
#[test]
fn streams_resume_at_another_world_size() {
    let Some(shared) = common::shared() else { return };
    let case = Case::read(&shared, "peaks_only");
    let directory = tempfile::tempdir().unwrap();
    let store = case.store(&directory.path().join("s.atemoya"));
    let mut rng = Rng::new(5);
    for order in Order::ALL {
        let generator = case.generator(&store).order(order);
        let batches = stream(&generator, 3);
        let steps = batches.len() / 3;
        if order == Order::Cherimoya {
            assert!(batches[..2 * steps].concat() == case.epochs().concat());
        }
        let mut resumed = 0;
        for (saved_by, world) in [1, 2, 4].into_iter().flat_map(|saved_by| [1, 2, 4].map(|world| (saved_by, world))) {
            // Nothing was read; an epoch; both epochs; and anywhere.
            let random = [(); 2].map(|()| rng.below(2 * steps as u64 + 1) as usize);
            for stop in [0, steps, 2 * steps].into_iter().chain(random) {
                let workers = rng.below(4) as usize;
                let first = generator.clone().num_workers(workers).world_size(saved_by);
                let first = first.rank(rng.below(saved_by as u64) as usize).build().unwrap();
                let mut epochs = first.epochs(0, 2);
                epochs.by_ref().take(stop).for_each(|batch| drop(batch.unwrap()));
                let state: State = serde_json::from_str(&serde_json::to_string(&epochs.state()).unwrap()).unwrap();
                assert_eq!((state.epoch, state.step), ((stop / steps) as u64, (stop % steps) as u64));

                let second = generator.clone().num_workers((workers + 1) % 4).world_size(world);
                let rest = |rank| {
                    let loader = second.clone().rank(rank).build().unwrap();
                    let rest = loader.resume(&state, 2 - state.epoch).unwrap();
                    rest.map(|batch| examples(&batch.unwrap())).collect::<Vec<_>>()
                };
                let ranks: Vec<_> = (0..world).map(rest).collect();
                assert!(ranks.iter().all(|rest| rest.len() == batches.len() - stop));
                for (step, batch) in batches[stop..].iter().enumerate() {
                    let together: Vec<Example> = ranks.iter().flat_map(|rest| rest[step].clone()).collect();
                    let place = format!("batch {step} after {stop}, {order}, saved by one of {saved_by} ranks");
                    assert!(together == *batch, "{place}, resumed by {world}");
                }
                resumed += 1;
            }
        }
        let _ = writeln!(std::io::stderr(), "{order}: resumed {resumed} times at world sizes 1, 2 and 4");
    }
}

#[test]
fn a_state_of_another_stream_is_refused() {
    let Some(shared) = common::shared() else { return };
    let case = Case::read(&shared, "peaks_only");
    let directory = tempfile::tempdir().unwrap();
    let store = case.store(&directory.path().join("s.atemoya"));
    let loader = case.generator(&store).build().unwrap();
    let state = loader.state();
    let changes: [(_, fn(&mut State)); 5] = [
        ("order", |s| s.order = atemoya::sample::Order::Native),
        ("random_state", |s| s.seed += 1),
        ("examples", |s| s.examples += 1),
        ("batch_size", |s| s.batch_size += 1),
        ("batch 1000", |s| s.step = 1000),
    ];
    for (what, change) in changes {
        let mut other = state.clone();
        change(&mut other);
        let error = loader.resume(&other, 0).unwrap_err().to_string();
        assert!(error.contains(what), "{what}: {error}");
    }
    // Validation: every kept locus once, in order, as it is.
    let validation = loader.validation(true, true).unwrap();
    let all: Vec<Example> = validation.flat_map(|batch| examples(&batch.unwrap())).collect();
    let draws: Vec<_> = all.iter().map(|e| (e.0, e.1, e.2, e.3)).collect();
    let expected: Vec<_> = (0..loader.peaks().len() as i64).map(|source| (1, source, 16, 0)).collect();
    assert_eq!(draws, expected);
}
