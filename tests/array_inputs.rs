//! Memory, shapes, types and options that `Array` and `ArrayGenerator` refuse: each error names its
//! parameter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests too")]

use atemoya::dtype::Element;
use atemoya::feed::{Array, Strided};
use atemoya::{ArrayGenerator, DType, Error};
use std::sync::Arc;

/// The parameter that an error names, and its message.
fn refused<T: std::fmt::Debug>(result: atemoya::Result<T>) -> (&'static str, String) {
    match result.unwrap_err() {
        Error::Argument { name, message } => (name, message),
        error => panic!("{error}"),
    }
}

#[test]
fn arrays_that_reach_out_of_their_memory_are_refused() {
    let memory = [0u8; 100];
    let view = |shape, offset, strides| Strided { dtype: DType::I16, shape, offset, strides };
    for view in [
        view([1, 5, 10], 0, [50, 10, 1]),
        view([5, 2, 5], 98, [-10, -5, -1]),
        view([usize::MAX, 1, 1], 98, [0, isize::MIN, isize::MAX]),
        view([0, usize::MAX, 3], usize::MAX, [isize::MAX; 3]),
        view([25, 1, 2], 1, [1, 1, 24]),
    ] {
        assert_eq!(Array::borrowed(&memory, view).unwrap().shape(), view.shape);
    }
    for view in [
        view([1, 5, 10], 1, [50, 10, 1]),
        view([1, 1, 51], 0, [0, 0, 1]),
        view([1, 1, 2], 0, [0, 0, -1]),
        view([5, 2, 5], 96, [-10, -5, -1]),
        view([1, 1, 1], 99, [0, 0, 0]),
        view([1, 1, 1], usize::MAX, [0, 0, 0]),
        view([usize::MAX; 3], 0, [isize::MAX; 3]),
        view([usize::MAX; 3], usize::MAX, [isize::MIN; 3]),
        Strided::c_order(DType::I16, [1, usize::MAX, usize::MAX]),
    ] {
        let (name, message) = refused(Array::borrowed(&memory, view));
        assert!(name == "shape" && message.contains("100 bytes"), "{view:?}: {message}");
        assert_eq!(refused(Array::shared(Arc::new(memory), view)).0, "shape");
    }
}

/// Values in C order are as many as the shape has; more would be a mistake in the shape.
#[test]
fn values_are_as_many_as_the_shape_has() {
    for count in [0, 1, 23, 25, 48] {
        let borrowed = refused(Array::from_slice(&vec![0f32; count], [2, 3, 4]));
        let owned = refused(Array::from_vec(vec![0i64; count], [2, 3, 4]));
        assert_eq!((borrowed.0, owned.0), ("shape", "shape"), "{count} values");
    }
    assert_eq!(refused(Array::from_slice(&[0u8; 1], [0, 3, 4])).0, "shape");
    assert_eq!(refused(Array::from_vec(vec![0u8; 1], [2, usize::MAX, usize::MAX])).0, "shape");
    assert_eq!(Array::from_slice(&[0f32; 24], [2, 3, 4]).unwrap().shape(), [2, 3, 4]);
    assert_eq!(Array::from_vec(vec![0i64; 24], [2, 3, 4]).unwrap().shape(), [2, 3, 4]);
    assert_eq!(Array::from_slice::<u8>(&[], [7, 0, 4]).unwrap().shape(), [7, 0, 4]);
}

fn zeros<T: Element>(shape: [usize; 3]) -> Array<'static> {
    Array::from_vec(vec![T::zeroed(); shape.iter().product()], shape).unwrap()
}

#[test]
fn what_does_not_fit_is_refused_by_its_name() {
    // 6 peaks and 3 negatives; windows of 20 and 10, jitter 2.
    let new = |x: [usize; 3], y: [usize; 3]| {
        let generator = ArrayGenerator::new(zeros::<i8>(x), zeros::<f32>(y)).in_window(20).out_window(10).max_jitter(2);
        let generator = generator.negative_sequences(Some(zeros::<i8>([3, 4, 20]))).num_workers(0);
        generator.negative_signals(Some(zeros::<f32>([3, 3, 14]))).negative_ratio(0.5)
    };
    let plain = new([6, 4, 24], [6, 3, 14]);
    let without = plain.clone().negative_sequences(None).negative_signals(None);
    let full = plain.clone().peak_controls(Some(zeros::<f64>([6, 2, 24])));
    let full = || full.clone().negative_controls(Some(zeros::<f64>([3, 2, 20])));
    assert_eq!(full().build().unwrap().len(), 9);
    assert_eq!(without.clone().negative_ratio(0.0).build().unwrap().len(), 6);
    let many = Strided { dtype: DType::F32, shape: [6, 1 << 40, 14], offset: 0, strides: [0; 3] };
    let many = Array::shared(Arc::new([0; 4]), many).unwrap();
    let huge = (1 << 30) + 1;
    let x = |shape| Some(zeros::<i8>(shape));
    let y = |shape| Some(zeros::<f32>(shape));
    let c = |shape| Some(zeros::<f64>(shape));
    for (generator, name, words) in [
        (new([0, 4, 24], [0, 3, 14]), "peak_sequences", "no peak"),
        (new([6, 5, 24], [6, 3, 14]), "peak_sequences", "expected 4 channels; got the shape (6, 5, 24)"),
        (new([6, 4, 20], [6, 3, 14]), "peak_sequences", "expected 24 positions, in_window + 2 * max_jitter"),
        (new([6, 4, 24], [5, 3, 14]), "peak_signals", "expected 6 examples"),
        (new([6, 4, 24], [6, 0, 14]), "peak_signals", "expected 1 to 1048576 channels"),
        (new([6, 4, 24], [6, 3, 10]), "peak_signals", "expected 14 positions, out_window"),
        (
            ArrayGenerator::new(zeros::<i8>([6, 4, 20]), many).in_window(20).out_window(14).negative_ratio(0.0),
            "peak_signals",
            "1048576",
        ),
        (full().peak_controls(c([7, 2, 24])), "peak_controls", "expected 6 examples"),
        (full().peak_controls(c([6, 2, 14])), "peak_controls", "expected 24 positions, in_window"),
        (full().negative_sequences(x([3, 3, 20])), "negative_sequences", "expected 4 channels"),
        (full().negative_sequences(x([3, 4, 22])), "negative_sequences", "expected 20 or 24 positions"),
        (
            full().negative_sequences(Some(zeros::<u8>([3, 4, 20]))),
            "negative_sequences",
            "uint8, and peak_sequences are int8",
        ),
        (full().negative_signals(y([4, 3, 10])), "negative_signals", "expected 3 examples"),
        (full().negative_signals(y([3, 2, 10])), "negative_signals", "expected 3 channels"),
        (full().negative_signals(y([3, 3, 12])), "negative_signals", "expected 10 or 14 positions"),
        (full().negative_signals(c([3, 3, 10])), "negative_signals", "float64, and peak_signals are float32"),
        (full().negative_controls(c([2, 2, 20])), "negative_controls", "expected 3 examples"),
        (full().negative_controls(c([3, 1, 20])), "negative_controls", "expected 2 channels"),
        (full().negative_controls(c([3, 2, 21])), "negative_controls", "expected 20 or 24 positions"),
        (full().negative_controls(Some(zeros::<i64>([3, 2, 20]))), "negative_controls", "int64"),
        (full().negative_controls(None), "negative_controls", "these must be too"),
        (full().negative_signals(None), "negative_signals", "these must be too"),
        (full().negative_sequences(None).negative_ratio(0.0), "negative_signals", "without negative_sequences"),
        (full().peak_controls(None), "negative_controls", "without peak_controls"),
        (plain.clone().control_groups(Some(vec![2])), "control_groups", "without peak_controls"),
        (without.clone(), "negative_ratio", "no negatives"),
        (without.negative_ratio(0.1), "negative_ratio", "no negatives"),
        (full().negative_ratio(-0.5), "negative_ratio", "-0.5"),
        (full().negative_ratio(f64::NAN), "negative_ratio", "NaN"),
        (full().signal_groups(Some(vec![])), "signal_groups", "3 channels"),
        (full().signal_groups(Some(vec![1, 1])), "signal_groups", "[1, 1]"),
        (full().signal_groups(Some(vec![3, 0])), "signal_groups", "[3, 0]"),
        (full().signal_groups(Some(vec![usize::MAX, 4])), "signal_groups", "3 channels"),
        (full().control_groups(Some(vec![1])), "control_groups", "2 channels"),
        (full().in_window(0), "in_window", "0 is not"),
        (full().in_window(huge), "in_window", "is not"),
        (full().out_window(0), "out_window", "0 is not"),
        (full().max_jitter(usize::MAX), "max_jitter", "is not"),
        (full().batch_size(0), "batch_size", "0 is not"),
        (full().slots(Some(0)), "slots", "0 is not"),
        (full().num_workers(1025), "num_workers", "1025"),
        (full().rank(1), "rank", "1"),
        (full().world_size(3), "batch_size", "3 ranks"),
    ] {
        let (named, message) = refused(generator.build());
        assert!(named == name && message.contains(words), "{name}, {words}: {named}: {message}");
    }
    let loader = full().build().unwrap();
    assert_eq!(refused(loader.fetch(0, &[0, 9])), ("indices", "9 is not below 9, the examples".to_owned()));
}
