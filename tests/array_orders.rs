//! Arrays of windows as cherimoya takes them: channels exchanged in any way, and arrays wider than
//! their windows.
#![cfg(feature = "ingest")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests too")]

mod common;

use atemoya::feed::{AnyTensor, Column, Dataset, Strided};
use atemoya::sample::Order;
use common::arrays::{Data, Laid};
use common::inputs::Rng;
use common::refused;

/// Channel after channel of one example.
fn channels<'a>(column: &AnyTensor<'a>, row: usize) -> Vec<&'a [u8]> {
    let [_, channels, positions] = column.shape();
    let size = positions * column.dtype().size();
    column.bytes()[row * channels * size..][..channels * size].chunks(size).collect()
}

#[test]
fn a_permutation_says_from_which_channel_a_turned_one_is_read() {
    let mut rng = Rng::new(31);
    let mut turned = 0;
    for _ in 0..150 {
        let mut data = Data::random(&mut rng);
        data.plan.reverse_complement = true;
        let sizes = data.groups.each_ref().map(|groups| groups.iter().sum::<usize>());
        // Any, also one that names a channel twice.
        let [of_signal, of_controls] =
            sizes.map(|size| (0..size).map(|_| rng.below(size as u64) as usize).collect::<Vec<_>>());
        let generator = data.generator(Laid::borrowed).signal_groups(None).control_groups(None);
        let plain = generator.dataset().unwrap();
        let mut exchanged = generator.signal_permutation(Some(of_signal.clone()));
        if data.controls.is_some() {
            exchanged = exchanged.control_permutation(Some(of_controls.clone()));
        }
        let exchanged = exchanged.dataset().unwrap();
        let all: Vec<usize> = (0..plain.len()).collect();
        let [plain, exchanged] = [plain, exchanged].map(|dataset| dataset.fetch(0, &all).unwrap());
        assert_eq!(plain.column(Column::Sequence), exchanged.column(Column::Sequence));
        for (column, permutation) in [(Column::Signal, of_signal), (Column::Controls, of_controls)] {
            let (Some(plain), Some(found)) = (plain.column(column), exchanged.column(column)) else { continue };
            for (row, turn) in exchanged.reverse_complemented().iter().enumerate() {
                turned += usize::from(*turn);
                let (plain, found) = (channels(&plain, row), channels(&found, row));
                for (channel, from) in permutation.iter().enumerate() {
                    assert_eq!(
                        found[channel],
                        plain[if *turn == 1 { *from } else { channel }],
                        "{column:?} {permutation:?}"
                    );
                }
            }
        }
    }
    assert!(turned > 100);
}

#[test]
fn a_permutation_of_the_groups_is_the_groups() {
    let mut rng = Rng::new(32);
    for _ in 0..50 {
        let data = Data::random(&mut rng);
        let permutation = |groups: &[usize]| {
            let firsts = groups.iter().scan(0, |end, size| {
                *end += size;
                Some((*end - size..*end).rev())
            });
            firsts.flatten().collect::<Vec<usize>>()
        };
        let mut generator = data.generator(Laid::borrowed).signal_groups(None).control_groups(None);
        generator = generator.signal_permutation(Some(permutation(&data.groups[0])));
        if data.controls.is_some() {
            generator = generator.control_permutation(Some(permutation(&data.groups[1])));
        }
        let draws = data.draws(1);
        let all: Vec<usize> = (0..draws.len()).collect();
        data.check(&generator.dataset().unwrap().fetch(1, &all).unwrap(), &draws);
    }
}

#[test]
fn permutations_that_do_not_fit_are_refused() {
    let mut data = Data::random(&mut Rng::new(33));
    while data.controls.is_none() {
        data = Data::random(&mut Rng::new(data.plan.seed));
    }
    let [signal, controls] = data.groups.each_ref().map(|groups| groups.iter().sum::<usize>());
    let generator = || data.generator(Laid::borrowed);
    refused(generator().signal_permutation(Some(vec![0; signal])).dataset(), "signal_permutation", &["signal_groups"]);
    refused(
        generator().control_permutation(Some(vec![0; controls])).dataset(),
        "control_permutation",
        &["control_groups"],
    );
    let free = || generator().signal_groups(None).control_groups(None);
    for (wrong, right) in [(vec![0; signal + 1], controls), (vec![signal; signal], controls), (vec![], controls)] {
        refused(free().signal_permutation(Some(wrong)).dataset(), "signal_permutation", &["channels"]);
        assert!(free().control_permutation(Some(vec![0; right])).dataset().is_ok());
    }
    refused(free().control_permutation(Some(vec![controls; controls])).dataset(), "control_permutation", &["channels"]);
    let without = free().peak_controls(None).negative_controls(None);
    refused(without.control_permutation(Some(vec![0])).dataset(), "control_permutation", &["peak_controls"]);
}

/// Returns an array, and the same array with more positions at the right of each row, which have
/// other values.
fn widened(rng: &mut Rng, laid: &Laid, more: usize) -> [Laid; 2] {
    let [n, channels, positions] = laid.view.shape;
    let all = Laid::random(rng, laid.view.dtype, [n, channels, positions + more]);
    let view = Strided { shape: laid.view.shape, ..all.view };
    [Laid { memory: all.memory.clone(), view }, all]
}

#[test]
fn arrays_may_be_wider_in_cherimoyas_order() {
    let mut rng = Rng::new(34);
    let mut wider = 0;
    for _ in 0..100 {
        let mut data = Data::random(&mut rng);
        data.order = Order::Cherimoya;
        let mut wide = data.clone();
        let pairs = [Some((&mut data.sequences, &mut wide.sequences)), Some((&mut data.signals, &mut wide.signals))];
        let controls = data.controls.as_mut().zip(wide.controls.as_mut());
        for (exact, wide) in pairs.into_iter().chain([controls]).flatten() {
            for (exact, wide) in exact.iter_mut().zip(wide) {
                let more = rng.below(6) as usize;
                [*exact, *wide] = widened(&mut rng, exact, more);
                wider += usize::from(exact.view.shape != wide.view.shape);
            }
        }
        let draws = data.draws(2);
        let all: Vec<usize> = (0..draws.len()).collect();
        let fetch = |dataset: Dataset<'_>| dataset.fetch(2, &all).unwrap();
        let batch = fetch(wide.generator(Laid::borrowed).dataset().unwrap());
        data.check(&batch, &draws);
        let same = wide.sequences[0].view.shape == data.sequences[0].view.shape;
        let native = wide.generator(Laid::borrowed).order(Order::Native).dataset();
        if !same {
            refused(native, "peak_sequences", &["in_window + 2 * max_jitter"]);
        }
        let short = wide.generator(Laid::borrowed).in_window(data.in_window + 6).dataset();
        refused(short, "peak_sequences", &["at least"]);
    }
    assert!(wider > 200);
}
