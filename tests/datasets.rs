//! Data sets from data sets: with other seeds, as loaders in any memory, with the caller's draws;
//! and loci that are not from an index.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::feed::LoaderOptions;
use atemoya::loci::published;
use atemoya::sample::{Draw, Order};
use atemoya::{Error, PeakGenerator, Store};
use common::arrays::{Data, Laid};
use common::inputs::{self, Rng};
use common::oracle::{digest, digests};
use common::{refused, within};
use memmap2::MmapMut;
use std::cell::Cell;
use tempfile::TempDir;

/// The time limit, which only a hang exceeds.
const SECONDS: u64 = 60;

fn store() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[5000, 2100], 8);
    let store = inputs::pack(directory.path(), &contigs, 9);
    inputs::index(&store, directory.path(), &contigs, 120);
    (directory, store)
}

fn generator(store: &Store) -> PeakGenerator {
    let generator = PeakGenerator::new(store).in_window(200).out_window(80).max_jitter(10).negative_ratio(0.4);
    generator.batch_size(8).random_state(3).order(Order::Cherimoya)
}

fn memory(bytes: usize) -> atemoya::Result<MmapMut> {
    Ok(MmapMut::map_anon(bytes).unwrap())
}

#[test]
fn another_seed_is_another_generators() {
    let (_directory, store) = store();
    let dataset = generator(&store).dataset().unwrap();
    for seed in [3, 4, u64::MAX] {
        let (other, built) =
            (dataset.with_seed(seed).unwrap(), generator(&store).random_state(seed).dataset().unwrap());
        assert_eq!((other.planner().options(), other.ledger()), (built.planner().options(), built.ledger()));
        assert_eq!((other.loci(true), other.loci(false)), (built.loci(true), built.loci(false)));
        let [other, built] = [other, built].map(|dataset| digest(&dataset.fetch(2, &[5, 0, 5]).unwrap()));
        assert_eq!(other, built);
    }
    let mut rng = Rng::new(21);
    for _ in 0..20 {
        let data = Data::random(&mut rng);
        let mut other = data.clone();
        other.plan.seed = rng.next();
        let dataset = data.generator(Laid::borrowed).dataset().unwrap().with_seed(other.plan.seed).unwrap();
        let draws = other.draws(1);
        other.check(&dataset.fetch(1, &(0..draws.len()).collect::<Vec<_>>()).unwrap(), &draws);
    }
}

#[test]
fn a_data_sets_loaders_are_the_generators() {
    let (_directory, store) = store();
    within(SECONDS, move || {
        let dataset = generator(&store).batch_size(5).dataset().unwrap();
        let runnings = [
            LoaderOptions::default(),
            LoaderOptions { num_workers: 0, batch_size: 7, drop_last: true, ..LoaderOptions::default() },
            LoaderOptions { num_workers: 2, batch_size: 12, slots: Some(2), rank: 2, world_size: 3, drop_last: false },
        ];
        for (seed, running) in (8..).zip(&runnings) {
            let LoaderOptions { num_workers, batch_size, slots, rank, world_size, drop_last } = running.clone();
            let built =
                generator(&store).random_state(seed).num_workers(num_workers).batch_size(batch_size).slots(slots);
            let built = built.rank(rank).world_size(world_size).drop_last(drop_last).build().unwrap();
            let (begin, expected) = (built.state(), digests(&built, 1, 2));
            let allocated = Cell::new(0);
            let own = |bytes| {
                allocated.set(allocated.get() + 1);
                memory(bytes)
            };
            for loader in [dataset.loader(seed, running), dataset.loader_in(seed, running, own)].map(Result::unwrap) {
                assert_eq!(
                    (loader.state(), loader.slots(), loader.layout()),
                    (begin.clone(), built.slots(), built.layout())
                );
                assert!(digests(&loader, 1, 2) == expected, "{running:?}");
            }
            assert_eq!(allocated.get(), built.slots());
        }
        // The data set is unchanged.
        let expected = digest(&generator(&store).dataset().unwrap().fetch(0, &[1]).unwrap());
        assert_eq!(digest(&dataset.fetch(0, &[1]).unwrap()), expected);
        let with = |running| dataset.loader(0, &running);
        refused(with(LoaderOptions { batch_size: 0, ..LoaderOptions::default() }), "batch_size", &["0"]);
        refused(with(LoaderOptions { slots: Some(0), ..LoaderOptions::default() }), "slots", &["0"]);
        refused(with(LoaderOptions { rank: 1, ..LoaderOptions::default() }), "rank", &["1"]);
        refused(with(LoaderOptions { num_workers: 1025, ..LoaderOptions::default() }), "num_workers", &["1025"]);
        let short = dataset.loader_in(0, &runnings[0], |bytes| memory(bytes - 1));
        refused(short, "memory", &["bytes"]);
        let failing = dataset.loader_in(0, &runnings[0], |_| {
            Err::<MmapMut, _>(Error::Argument { name: "mine", message: "no memory".into() })
        });
        refused(failing, "mine", &["no memory"]);
    });
}

#[test]
fn fetched_draws_are_those_that_are_followed() {
    let (_directory, store) = store();
    let loader = generator(&store).batch_size(1000).build().unwrap();
    let (peaks, negatives) = (loader.peaks().len() as u64, loader.negatives().len() as u64);
    let mut rng = Rng::new(6);
    let draws: Vec<Draw> = (0..60)
        .map(|_| {
            let is_peak = rng.below(3) > 0;
            let source = rng.below(if is_peak { peaks } else { negatives }) as u32;
            let offset = if is_peak { rng.below(21) as u32 } else { 0 };
            Draw { is_peak, source, offset, reverse_complement: rng.below(2) == 1 }
        })
        .collect();
    let followed = digest(&loader.follow(draws.clone()).unwrap().next().unwrap().unwrap());
    let dataset = generator(&store).random_state(9).dataset().unwrap();
    let fetched = dataset.fetch_draws(draws.clone()).unwrap();
    assert_eq!((fetched.epoch(), fetched.len(), digest(&fetched)), (0, 60, followed));
    let labels: Vec<i64> = draws.iter().map(|draw| i64::from(draw.is_peak)).collect();
    assert_eq!(fetched.labels(), labels);
    let first = draws[0];
    refused(dataset.fetch_draws(vec![]), "draws", &[]);
    let wrong = Draw { is_peak: true, source: peaks as u32, ..first };
    refused(dataset.fetch_draws(vec![first, wrong]), "draws", &["1"]);
    refused(dataset.fetch_draws(vec![Draw { is_peak: true, offset: 21, ..first }]), "draws", &["21"]);
}

#[test]
fn loci_that_are_no_index_give_the_batches_of_the_index() {
    let (_directory, store) = store();
    let indexed = generator(&store).max_counts(Some(11.0)).build().unwrap();
    let expected = digests(&indexed, 0, 2);
    assert!(indexed.ledger().peaks.over_counts > 0 && indexed.ledger().peaks.kept > 0);
    let table = published::read(&store, None).unwrap().table;
    let tabled = generator(&store).loci("none").table(table.clone()).max_counts(Some(11.0)).build().unwrap();
    assert!(digests(&tabled, 0, 2) == expected);
    assert_eq!((tabled.ledger(), tabled.state()), (indexed.ledger(), indexed.state()));
    // No filter leaves out more loci.
    let (peaks, negatives) = (indexed.peaks().to_vec(), indexed.negatives().to_vec());
    let selected = generator(&store).selected(peaks.clone(), negatives.clone());
    let selected = selected.min_counts(Some(1e9)).chroms(Some(vec![])).build().unwrap();
    assert!(digests(&selected, 0, 2) == expected);
    let (kept, all) = (&selected.ledger().peaks, peaks.len());
    assert_eq!((kept.total, kept.kept, selected.ledger().negatives.kept), (all, all, negatives.len()));
    assert_eq!(selected.state(), indexed.state());
    refused(generator(&store).selected(vec![], negatives.clone()).build(), "selected", &["no peak"]);
    let mut astray = negatives;
    astray[3].contig = 2;
    refused(generator(&store).selected(peaks, astray).build(), "selected", &["contig 2, of 2"]);
    refused(generator(&store).loci("none").build(), "loci", &["none"]);
    assert!(generator(&store).table(table).chroms(Some(vec![])).build().is_err());
}
