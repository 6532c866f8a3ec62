//! The native order against vectors of an independent implementation, and its properties.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test fails by panicking")]

use atemoya::Error;
use atemoya::sample::native::{Generator, key, mix};
use atemoya::sample::{Draw, EpochPlan, PlanOptions};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("format-spec/vectors/sampler.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A 64-bit integer, which the vectors hold as a string.
fn word(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value[member].as_array().unwrap()
}

fn draws(plan: &EpochPlan) -> Vec<Draw> {
    (0..plan.len()).map(|i| plan.draw(i)).collect()
}

#[test]
fn generators_are_those_of_the_vectors() {
    let vectors = vectors();
    assert_eq!(vectors["version"], atemoya::sample::native::VERSION);
    for pair in list(&vectors, "mix") {
        assert_eq!(mix(word(&pair[0])), word(&pair[1]));
    }
    for case in list(&vectors, "generator") {
        let (seed, epoch, stream) = (word(&case["key"][0]), word(&case["key"][1]), word(&case["key"][2]));
        assert_eq!(key(seed, epoch, stream), word(&case["value"]));
        let mut generator = Generator::new(seed, epoch, stream);
        for output in list(case, "outputs") {
            assert_eq!(generator.next_u64(), word(output));
        }
    }
    for case in list(&vectors, "bounded") {
        let start = &case["generator"];
        let mut generator = Generator::new(word(&start[0]), word(&start[1]), word(&start[2]));
        for value in list(case, "values") {
            assert_eq!(generator.bounded(word(&case["bound"])), word(value), "bound {}", case["bound"]);
        }
    }
}

#[test]
fn plans_are_those_of_the_vectors() {
    let vectors = vectors();
    assert!(list(&vectors, "plans").len() >= 16);
    for case in list(&vectors, "plans") {
        let options = &case["options"];
        let number = |member: &str| options[member].as_u64().unwrap();
        let options = PlanOptions {
            n_peaks: number("n_peaks") as usize,
            n_negatives: number("n_negatives") as usize,
            negative_ratio: options["negative_ratio"].as_f64().unwrap(),
            max_jitter: number("max_jitter") as u32,
            reverse_complement: options["reverse_complement"].as_bool().unwrap(),
            shuffle: options["shuffle"].as_bool().unwrap(),
            seed: word(&options["seed"]),
        };
        for epoch in list(case, "epochs") {
            let what = format!("{}, epoch {}", case["name"], epoch["epoch"]);
            let plan = EpochPlan::new(&options, word(&epoch["epoch"])).unwrap();
            assert_eq!(plan.len() as u64, epoch["n"].as_u64().unwrap(), "{what}");
            let draws = draws(&plan);
            if epoch.get("source").is_some() {
                for (i, draw) in draws.iter().enumerate() {
                    let expected = ["is_peak", "source", "offset", "rc"].map(|m| epoch[m][i].as_u64().unwrap());
                    let got = [draw.is_peak.into(), draw.source, draw.offset, draw.reverse_complement.into()];
                    assert_eq!(got.map(u64::from), expected, "{what}, index {i}");
                }
            }
            let mut hash = Sha256::new();
            for draw in &draws {
                hash.update([draw.is_peak.into()]);
                hash.update(draw.source.to_le_bytes());
                hash.update(draw.offset.to_le_bytes());
                hash.update([draw.reverse_complement.into()]);
            }
            let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(epoch["sha256"], digits.as_str(), "{what}");
        }
    }
}

fn options() -> PlanOptions {
    PlanOptions {
        n_peaks: 10,
        n_negatives: 4,
        negative_ratio: 0.5,
        max_jitter: 8,
        reverse_complement: true,
        shuffle: true,
        seed: 1,
    }
}

#[test]
fn options_out_of_range_are_refused() {
    type Change = fn(&mut PlanOptions);
    let cases: [(&str, Change); 10] = [
        ("n_peaks", |o| o.n_peaks = 0),
        ("n_peaks", |o| o.n_peaks = 1 << 32),
        ("n_negatives", |o| o.n_negatives = 1 << 32),
        ("negative_ratio", |o| o.n_negatives = 0),
        ("negative_ratio", |o| o.negative_ratio = -0.1),
        ("negative_ratio", |o| o.negative_ratio = f64::NAN),
        ("negative_ratio", |o| o.negative_ratio = f64::INFINITY),
        ("negative_ratio", |o| o.negative_ratio = 1e300),
        ("negative_ratio", |o| o.negative_ratio = 429_496_729.5),
        ("max_jitter", |o| o.max_jitter = 1 << 31),
    ];
    for (named, change) in cases {
        let mut bad = options();
        change(&mut bad);
        let error = EpochPlan::new(&bad, 0).unwrap_err();
        assert!(matches!(error, Error::Argument { name, .. } if name == named), "{error}");
    }
    // Even for a ratio that draws none. A ratio of 0 needs no negatives.
    let none = PlanOptions { n_negatives: 0, negative_ratio: 0.09, ..options() };
    assert!(EpochPlan::new(&none, 0).unwrap_err().to_string().contains("negative_ratio: it is 0.09"));
    assert_eq!(EpochPlan::new(&PlanOptions { negative_ratio: 0.0, ..none }, 0).unwrap().len(), 10);
}

#[test]
fn nothing_is_correlated_in_the_large() {
    let options = PlanOptions { n_peaks: 20_000, n_negatives: 10, negative_ratio: 0.25, ..options() };
    let plan = EpochPlan::new(&options, 0).unwrap();
    let draws = draws(&plan);
    // Five standard deviations of each count.
    let near = |count: usize, of: usize, p: f64| {
        let (mean, deviation) = (of as f64 * p, (of as f64 * p * (1.0 - p)).sqrt());
        assert!((count as f64 - mean).abs() < 5.0 * deviation, "{count} of {of}, p = {p}");
    };
    near(draws.iter().filter(|d| d.reverse_complement).count(), 25_000, 0.5);
    near(draws[..12_500].iter().filter(|d| d.is_peak).count(), 12_500, 0.8);
    for offset in 0..=16 {
        near(draws.iter().filter(|d| d.is_peak && d.offset == offset).count(), 20_000, 1.0 / 17.0);
    }
    for source in 0..10 {
        near(draws.iter().filter(|d| !d.is_peak && d.source == source).count(), 5_000, 0.1);
    }
}

proptest! {
    #[test]
    fn every_peak_occurs_once_and_every_draw_is_in_range(
        n_peaks in 1usize..300,
        n_negatives in 1usize..50,
        negative_ratio in 0.0..2.0f64,
        max_jitter in prop_oneof![Just(0), 1u32..2000],
        reverse_complement: bool,
        shuffle: bool,
        seed: u64,
        epoch: u64,
    ) {
        let options =
            PlanOptions { n_peaks, n_negatives, negative_ratio, max_jitter, reverse_complement, shuffle, seed };
        let plan = EpochPlan::new(&options, epoch).unwrap();
        let draws = draws(&plan);
        prop_assert_eq!(draws.len(), n_peaks + (n_peaks as f64 * negative_ratio) as usize);
        let mut peaks: Vec<u32> = draws.iter().filter(|d| d.is_peak).map(|d| d.source).collect();
        if shuffle {
            peaks.sort_unstable();
        }
        prop_assert_eq!(peaks, (0..n_peaks as u32).collect::<Vec<_>>());
        for draw in &draws {
            let (sources, widest) = if draw.is_peak { (n_peaks, 2 * max_jitter) } else { (n_negatives, 0) };
            prop_assert!((draw.source as usize) < sources && draw.offset <= widest);
            prop_assert!(reverse_complement || !draw.reverse_complement);
        }
        // Draws in any order, and those of a second plan, are the same.
        let again = EpochPlan::new(&options, epoch).unwrap();
        for i in (0..draws.len()).rev() {
            prop_assert_eq!(again.draw(i), draws[i]);
        }
    }

    #[test]
    fn switches_change_only_what_they_name(seed: u64, epoch in 0u64..100) {
        let all = PlanOptions { seed, ..options() };
        let draws_of = |o: PlanOptions| draws(&EpochPlan::new(&o, epoch).unwrap());
        let base = draws_of(all.clone());
        let forward = draws_of(PlanOptions { reverse_complement: false, ..all.clone() });
        let ordered = draws_of(PlanOptions { shuffle: false, ..all });
        for i in 0..base.len() {
            prop_assert_eq!(Draw { reverse_complement: false, ..base[i] }, forward[i]);
            let source = if base[i].is_peak { ordered[i].source } else { base[i].source };
            prop_assert_eq!(Draw { source, ..base[i] }, ordered[i]);
        }
    }
}
