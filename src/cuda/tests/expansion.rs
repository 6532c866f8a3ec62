//! The kernel, interpreted, against the host's kernels and plain code: every conversion, odd sizes,
//! values that round.

use super::check::expected;
use super::consumer::Consumer;
use super::emulator::Emulator;
use super::fixture::{Random, generator, temporary};
use super::matrix::say;
use super::program::{Done, run};
use crate::cuda::kernel::{Conversion, Expansion, Kernel};
use crate::cuda::memory::DeviceMemory;
use crate::cuda::page_locked::PageLocked;
use crate::cuda::{Device, DeviceGenerator, Stream, Transfer};
use crate::feed::slot::Memory;
use crate::{DType, PeakGenerator};
use half::{bf16, f16};

fn eager() -> [(&'static str, String); 1] {
    [("CUDA_EMU_MODE", "eager".to_owned())]
}

#[test]
fn every_conversion_of_odd_sizes_is_what_plain_code_makes() {
    let outcome = run("kernel", &eager());
    assert!(outcome.is_clean(), "{outcome:?}");
}

#[test]
fn batches_of_every_type_and_odd_windows_are_the_hosts() {
    let outcome = run("every_type", &eager());
    assert!(outcome.is_clean(), "{outcome:?}");
}

const WIDTHS: [usize; 17] = [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 999, 1000, 2114];
const TYPES: [DType; 5] = [DType::F32, DType::F16, DType::BF16, DType::U8, DType::I8];

/// Values that round, overflow, are subnormal, or are no numbers.
const SPECIAL: [f32; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    2047.5,
    2049.0,
    65_504.0,
    65_519.0,
    65_519.996,
    65_520.0,
    -65_520.0,
    65_535.0,
    1e-8,
    -1e-8,
    5.960_464_5e-8,
    2.980_232_2e-8,
    2.980_232_6e-8,
    6.1e-5,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    f32::MAX,
    f32::MIN_POSITIVE,
    1e-40,
];

/// An element of the target.
fn push(value: f32, dtype: DType, out: &mut Vec<u8>) {
    match dtype {
        DType::U8 | DType::I8 => out.push(value as u8),
        // As the PTX specification has it, `half` keeps a part of a NaN.
        DType::F16 if value.is_nan() => out.extend(0x7fffu16.to_le_bytes()),
        DType::F16 => out.extend(f16::from_f32(value).to_le_bytes()),
        DType::BF16 => out.extend(bf16::from_f32(value).to_le_bytes()),
        _ => out.extend(value.to_le_bytes()),
    }
}

/// A column: what it is made of, and what it must become.
struct Case {
    conversion: Conversion,
    rows: usize,
    width: usize,
    source: Vec<u8>,
    target: Vec<u8>,
}

fn bits(random: &mut Random, to: DType, rows: usize, width: usize) -> Case {
    let words = width.div_ceil(64);
    // The bits past the width are not used.
    let source: Vec<u64> = (0..rows * words).map(|_| random.below(usize::MAX) as u64 | 1 << random.below(64)).collect();
    let mut target = Vec::new();
    for row in source.chunks_exact(words) {
        (0..width).for_each(|p| push((row[p / 64] >> (p % 64) & 1) as f32, to, &mut target));
    }
    let conversion = Conversion::between(DType::U64, to).unwrap();
    Case { conversion, rows, width, source: bytemuck::cast_slice(&source).to_vec(), target }
}

fn numbers(random: &mut Random, from: DType, to: DType, count: usize) -> Case {
    let (mut source, mut target) = (Vec::new(), Vec::new());
    // Of 65,536 all values come, none of them tied to a position of a piece of 16 bytes.
    let start = random.below(1 << 16) as u16;
    for i in 0..count {
        let integer = start.wrapping_add(i as u16).wrapping_mul(40_503).rotate_left(7);
        match from {
            DType::U8 => {
                source.push(integer as u8);
                push(f32::from(integer as u8), to, &mut target);
            }
            DType::U16 => {
                source.extend(integer.to_le_bytes());
                push(f32::from(integer), to, &mut target);
            }
            _ => {
                let any = f32::from_bits(random.below(1 << 32) as u32);
                let tie = f32::from_bits((random.below(1 << 16) as u32) << 16 | 0x8000);
                let value =
                    [SPECIAL[random.below(SPECIAL.len())], any, tie, random.below(4000) as f32][random.below(4)];
                source.extend(value.to_le_bytes());
                push(value, to, &mut target);
            }
        }
    }
    Case { conversion: Conversion::between(from, to).unwrap(), rows: 1, width: count, source, target }
}

/// Runs up to three cases in one launch and counts those that came out wrong.
fn launch(kernel: &Kernel, stream: &Stream, cases: &[Case]) -> usize {
    let memory: Vec<_> = cases
        .iter()
        .map(|case| {
            // Allocations end with the last byte, so that an access past it is a violation.
            let source = DeviceMemory::new(stream, case.source.len()).unwrap();
            let mut host = PageLocked::new(stream, case.source.len(), false).unwrap();
            host.bytes_mut().unwrap().copy_from_slice(&case.source);
            host.copy_to(&source).unwrap();
            (source, DeviceMemory::new(stream, case.target.len()).unwrap())
        })
        .collect();
    let expansions = cases.iter().zip(&memory).map(|(case, (source, target))| {
        let Case { conversion, rows, width, .. } = *case;
        Expansion { conversion, source: (source, 0), target: (target, 0), rows, width }
    });
    kernel.expand(expansions).unwrap();
    let wrong = cases
        .iter()
        .zip(&memory)
        .filter(|(case, (_, target))| target.read(0..case.target.len(), stream).unwrap() != case.target);
    wrong.count()
}

/// Every conversion, in launches of one to three columns.
pub(super) fn kernel(_: &Emulator) -> Done {
    let device = Device::open(0).unwrap();
    let stream = Stream::new(&device).unwrap();
    let kernel = Kernel::load(&stream).unwrap();
    let mut random = Random::new(11);
    let from_numbers = || {
        let from = [DType::U8, DType::U16, DType::F32].into_iter();
        from.flat_map(|from| TYPES.map(|to| (from, to))).filter(|(from, to)| Conversion::between(*from, *to).is_some())
    };
    let mut wrong = 0;
    // Every number of elements around a piece of 16 bytes.
    for count in 1..=40 {
        let cases: Vec<Case> = from_numbers().map(|(from, to)| numbers(&mut random, from, to, count)).collect();
        wrong += cases.chunks(3).map(|cases| launch(&kernel, &stream, cases)).sum::<usize>();
    }
    // Every width, rows that straddle pieces, more than one block.
    for width in WIDTHS {
        let rows = 9 + 3 * (width % 5);
        let cases: Vec<Case> = TYPES.iter().map(|to| bits(&mut random, *to, rows, width)).collect();
        wrong += cases.chunks(2).map(|cases| launch(&kernel, &stream, cases)).sum::<usize>();
    }
    // All values of the integers.
    let all: Vec<Case> = from_numbers().map(|(from, to)| numbers(&mut random, from, to, 65_536)).collect();
    wrong += all.chunks(3).map(|cases| launch(&kernel, &stream, cases)).sum::<usize>();
    assert_eq!(launch(&kernel, &stream, &[]), 0, "nothing to do is nothing done");
    Done { wrong, ..Done::default() }
}

/// Epochs in every type that a device can have, with windows of odd sizes.
pub(super) fn every_type(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    let mut wrong = 0;
    let tracks = [DType::F32, DType::F16, DType::BF16, DType::U8, DType::U16];
    for (i, (in_window, out_window)) in
        [(1, 1), (63, 31), (64, 32), (65, 33), (203, 87), (256, 7)].into_iter().enumerate()
    {
        for (j, sequence) in [DType::I8, DType::U8, DType::F16, DType::BF16, DType::F32].into_iter().enumerate() {
            for transfer in [Transfer::Compact, Transfer::Dense] {
                let types = [sequence, tracks[(i + j) % 5], tracks[(2 * i + j) % 5]];
                // Tracks of integers that all fit a byte.
                let base = generator(&store).signals(["small"]).controls(["narrow"]);
                let base = base.in_window(in_window).out_window(out_window).batch_size(3 + i).num_workers(0);
                let typed = base.clone().sequence_type(types[0]).controls_type(types[1]).signal_type(types[2]);
                let mut loader = DeviceGenerator::new(&device, typed).transfer(transfer).build().unwrap();
                let mut consumer = Consumer::default();
                loader.epoch(6).for_each(|batch| consumer.consume(batch.unwrap()));
                wrong += consumer.wrong(&expected(&base, types, (6, 1)));
            }
        }
    }
    Done { wrong, ..Done::default() }
}

/// What crosses the bus for an example, compact and dense, with the windows of BPNet and f32 on the
/// device.
pub(super) fn bytes(_: &Emulator) -> Done {
    let (_directory, store) = temporary();
    let device = Device::open(0).unwrap();
    // Enough that the padding between columns is less than a byte for each; a batch has no room
    // for more examples than an epoch has, which are mostly negatives.
    let rows = 2048;
    let per_example = |controls: Option<Vec<String>>, transfer| {
        let generator = PeakGenerator::new(&store).signals(["small"]).controls(controls);
        let generator = generator.negative_ratio(200.0).batch_size(rows);
        let builder = DeviceGenerator::new(&device, generator.sequence_type(DType::F32)).transfer(transfer);
        builder.build().unwrap().stats().batch_bytes / rows
    };
    let (none, narrow) = (|| Some(Vec::new()), || Some(vec!["narrow".to_owned()]));
    let bytes_per_example = vec![
        per_example(none(), Transfer::Compact),
        per_example(none(), Transfer::Dense),
        per_example(narrow(), Transfer::Compact),
        per_example(narrow(), Transfer::Dense),
    ];
    Done { bytes_per_example, ..Done::default() }
}

#[test]
fn compact_batches_are_much_smaller() {
    let bytes = run("bytes", &eager()).bytes_per_example;
    let [compact, dense, compact_controls, dense_controls] = bytes.try_into().unwrap();
    say(&format!(
        "bytes per example over the bus, f32 on the device, in 2114 and out 1000, 2 signals of u8: \
         {compact} compact, {dense} dense"
    ));
    say(&format!("the same with a control: {compact_controls} compact, {dense_controls} dense"));
    // One-hot bits, or elements of f32; counts of a byte, or f32; and three numbers and a flag.
    assert_eq!((compact, dense), (4 * 34 * 8 + 2 * 1000 + 25, 16 * 2114 + 8 * 1000 + 25));
    assert_eq!((compact_controls - compact, dense_controls - dense), (2114, 4 * 2114));
}
