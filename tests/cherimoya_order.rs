//! Cherimoya's order against the draws of cherimoya 0.3.1 on real data, and the properties of any
//! order.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod common;

use atemoya::sample::{CherimoyaPlan, Draw, Order, Plan, PlanOptions};
use atemoya::{EpochPlanner, Error};
use proptest::prelude::*;
use serde_json::Value;

const CASES: [&str; 5] = ["controls_groups", "interleaved_counts", "peaks_only", "plain_odd_windows", "stranded"];

fn draws(plan: &Plan) -> Vec<Draw> {
    (0..plan.len()).map(|i| plan.draw(i)).collect()
}

#[test]
fn every_draw_is_cherimoyas() {
    let Some(shared) = common::shared() else { return };
    for case in CASES {
        let golden = std::fs::read(shared.join("golden/batches").join(case).with_extension("json")).unwrap();
        let golden: Value = serde_json::from_slice(&golden).unwrap();
        let args = &golden["args"];
        let size = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let options = PlanOptions {
            n_peaks: size(&golden["n_peaks"]),
            n_negatives: size(&golden["n_negatives"]),
            negative_ratio: args["negative_ratio"].as_f64().unwrap(),
            max_jitter: size(&args["max_jitter"]) as u32,
            reverse_complement: args["reverse_complement"].as_bool().unwrap(),
            shuffle: args.get("shuffle").is_none_or(|shuffle| shuffle.as_bool().unwrap()),
            seed: args["random_state"].as_u64().unwrap(),
        };
        let planner = EpochPlanner::with_order(options, Order::Cherimoya).unwrap();
        assert_eq!(planner.len(), size(&golden["n"]), "{case}");
        let epochs = golden["epochs"].as_array().unwrap();
        assert_eq!(epochs.len(), 2, "{case}");
        let mut compared = 0;
        for (e, epoch) in (0..).zip(epochs) {
            let plan = planner.epoch(e).unwrap();
            assert_eq!(plan.len(), planner.len(), "{case}");
            for column in ["label", "source", "offset", "rc"] {
                assert_eq!(epoch[column].as_array().unwrap().len(), plan.len(), "{case}, {column}");
            }
            for (i, draw) in draws(&plan).into_iter().enumerate() {
                let expected = ["label", "source", "offset", "rc"].map(|column| epoch[column][i].as_u64().unwrap());
                let got = [draw.is_peak.into(), draw.source, draw.offset, draw.reverse_complement.into()];
                assert_eq!(got.map(u64::from), expected, "{case}, epoch {e}, index {i}");
                compared += 1;
            }
        }
        eprintln!("{case}: {compared} draws agree");
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
fn negatives_must_be_there_when_asked_for() {
    let some = PlanOptions { n_negatives: 0, negative_ratio: 0.09, ..options() };
    let error = EpochPlanner::with_order(some.clone(), Order::Cherimoya).unwrap_err();
    assert!(matches!(error, Error::Argument { name: "negative_ratio", .. }), "{error}");
    let error = CherimoyaPlan::new(&some, 0).unwrap_err();
    assert!(matches!(error, Error::Argument { name: "negative_ratio", .. }), "{error}");
    let none = PlanOptions { negative_ratio: 0.0, ..some };
    assert_eq!(EpochPlanner::with_order(none, Order::Cherimoya).unwrap().len(), 10);
}

#[test]
fn options_out_of_range_are_refused_in_every_order() {
    for order in Order::ALL {
        for (named, bad) in [
            ("n_peaks", PlanOptions { n_peaks: 0, ..options() }),
            ("n_negatives", PlanOptions { n_negatives: 1 << 32, ..options() }),
            ("negative_ratio", PlanOptions { negative_ratio: f64::NAN, ..options() }),
            ("negative_ratio", PlanOptions { negative_ratio: -0.5, ..options() }),
            ("max_jitter", PlanOptions { max_jitter: 1 << 31, ..options() }),
        ] {
            let error = EpochPlanner::with_order(bad, order).unwrap_err();
            assert!(matches!(error, Error::Argument { name, .. } if name == named), "{order}: {error}");
        }
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
        cherimoya: bool,
    ) {
        let order = if cherimoya { Order::Cherimoya } else { Order::Native };
        let options =
            PlanOptions { n_peaks, n_negatives, negative_ratio, max_jitter, reverse_complement, shuffle, seed };
        let planner = EpochPlanner::with_order(options, order).unwrap();
        let draws = draws(&planner.epoch(epoch).unwrap());
        prop_assert_eq!(draws.len(), n_peaks + (n_peaks as f64 * negative_ratio) as usize);
        prop_assert_eq!(draws.len(), planner.len());
        let mut peaks: Vec<u32> = draws.iter().filter(|d| d.is_peak).map(|d| d.source).collect();
        if shuffle {
            peaks.sort_unstable();
        }
        prop_assert_eq!(peaks, (0..n_peaks as u32).collect::<Vec<_>>());
        prop_assert!(reverse_complement || !draws.iter().any(|draw| draw.reverse_complement));
        // A caller could give the same draws.
        let own = Plan::from_draws(draws.clone(), n_peaks, n_negatives, max_jitter).unwrap();
        prop_assert_eq!((0..own.len()).map(|i| own.draw(i)).collect::<Vec<_>>(), draws);
    }
}
