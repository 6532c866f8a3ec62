//! For anyone with a GPU: does the loader work there, and how does it stand beside plain copies? It
//! asserts what is right, and reports what is fast.
//!
//! ```text
//! cargo test --release --features cuda --test gpu_smoke -- --ignored --nocapture
//! ```
//!
//! The CUDA path is functionally checked by PTX interpretation and a driver emulator; it was never
//! run or timed on a GPU. A report of this test would be the first.
#![cfg(feature = "cuda")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use atemoya::cuda::{Device, DeviceGenerator, DeviceLoader, PlainCopies, Transfer, kernel_time};
use atemoya::feed::Column;
use atemoya::format::manifest::Role;
use atemoya::index::IndexBuilder;
use atemoya::{DType, PeakGenerator, Store};
use common::gpu::{Columns, Kept, converted};
use common::stores::{Contig, write_store};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// On the device: sequence, controls, signal.
const TYPES: [[DType; 3]; 6] = [
    [DType::F32, DType::F32, DType::F32],
    [DType::F16, DType::F16, DType::F16],
    [DType::BF16, DType::BF16, DType::BF16],
    [DType::I8, DType::F32, DType::F16],
    [DType::I8, DType::BF16, DType::F32],
    [DType::F16, DType::F16, DType::BF16],
];
const TRANSFERS: [Transfer; 2] = [Transfer::Compact, Transfer::Dense];

/// How much is done: little where a device is emulated, which takes its time.
struct Size {
    bases: usize,
    peaks: usize,
    batch: usize,
    /// In and out windows. The last ones are measured.
    windows: &'static [(usize, usize)],
    time: Duration,
}

const WHOLE: Size =
    Size { bases: 400_000, peaks: 1_000, batch: 64, windows: &[(203, 87), (2114, 1000)], time: Duration::from_secs(2) };
const SMALL: Size = Size { bases: 6_000, peaks: 20, batch: 6, windows: &[(203, 87)], time: Duration::from_millis(100) };

/// Set by the test that runs this one on the emulator.
const SMALL_NAME: &str = "ATEMOYA_GPU_SMOKE_SMALL";

/// Signals: `pair`, integers below 256, and `large`, integers below 65,520, of which many round in
/// f16. A control: fractions.
fn store(directory: &Path, size: &Size) -> Store {
    let mut state = 7u64;
    let mut random = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % bound as u64) as usize
    };
    let letters = (0..size.bases).map(|_| b"ACGTacgtN"[random(9)]).collect();
    let mut track = |bound: usize, scale: f32| -> Vec<f32> {
        (0..size.bases).map(|_| if random(4) == 0 { random(bound) as f32 / scale } else { 0.0 }).collect()
    };
    let tracks = vec![track(256, 1.0), track(200, 1.0), track(65_520, 1.0), track(1_000, 7.0)];
    let contig = Contig { name: "chr1".to_owned(), letters, tracks };
    let groups =
        [("pair", Role::Signal, vec![0, 1]), ("large", Role::Signal, vec![2]), ("real", Role::Control, vec![3])];
    let store = write_store(&directory.join("store"), &[contig], 12, &groups);
    let margin = 1_200.min(size.bases / 4);
    let rows: String = (0..size.peaks)
        .map(|_| {
            let start = margin + random(size.bases - 2 * margin);
            format!("chr1\t{start}\t{}\n", start + 1)
        })
        .collect();
    let peaks = directory.join("peaks.bed");
    std::fs::write(&peaks, rows).unwrap();
    IndexBuilder::new("default").peaks([peaks]).publish(&store, &()).unwrap();
    store
}

fn generator(store: &Store, size: &Size, (in_window, out_window): (usize, usize)) -> PeakGenerator {
    let generator = PeakGenerator::new(store).in_window(in_window).out_window(out_window).max_jitter(13);
    generator.negative_ratio(0.0).batch_size(size.batch).num_workers(2)
}

fn on_device(
    device: &Device,
    generator: &PeakGenerator,
    [sequence, controls, signal]: [DType; 3],
    transfer: Transfer,
) -> DeviceLoader {
    let generator = generator.clone().sequence_type(sequence).controls_type(controls).signal_type(signal);
    DeviceGenerator::new(device, generator).transfer(transfer).build().unwrap()
}

/// Compares what came of an epoch with what must.
fn compare(found: &[Columns], expected: &[Columns], what: &str) -> usize {
    assert_eq!(found.len(), expected.len(), "{what}: batches");
    let mut compared = 0;
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        for ((found, expected), column) in found.iter().zip(expected).zip(Column::ALL) {
            // Not `assert_eq`, which would print megabytes.
            assert!(found == expected, "{what}: {column:?} of batch {number} is not the host's");
            compared += usize::from(found.is_some());
        }
    }
    compared
}

/// Two epochs in each pair of types and transfer. One is read batch by batch, on the loader's
/// stream; of the other all columns are copied on a stream of the consumer's, and the batches
/// dropped, without a wait.
fn check(device: &Device, generator: &PeakGenerator) -> (usize, usize) {
    let (mut batches, mut columns) = (0, 0);
    for types in TYPES {
        let plain = generator.clone().num_workers(0).build().unwrap();
        let [first, second] = [0, 1].map(|epoch| -> Vec<Columns> {
            plain.epoch(epoch).map(|batch| converted(&batch.unwrap(), types)).collect()
        });
        let bytes = |batch: &Columns| -> usize { batch.iter().flatten().map(|c| c.len().next_multiple_of(256)).sum() };
        for transfer in TRANSFERS {
            let what = format!("{types:?} {transfer:?}");
            let mut loader = on_device(device, generator, types, transfer);
            let read = |batch: atemoya::Result<_>| -> Columns {
                let batch: atemoya::cuda::DeviceBatch = batch.unwrap();
                Column::ALL.map(|column| batch.column(column).map(|_| batch.read(column).unwrap())).into()
            };
            let found: Vec<Columns> = loader.epoch(0).map(read).collect();
            columns += compare(&found, &first, &format!("{what}, read"));

            let mut kept = Kept::new(device, second.iter().map(bytes).sum());
            let stream = kept.stream();
            let mut epoch = loader.epoch(1);
            while let Some(batch) = epoch.next_on(&stream) {
                kept.keep(&batch.unwrap());
            }
            drop(epoch);
            columns += compare(&kept.read(), &second, &format!("{what}, on a stream of its own"));
            batches += found.len() + second.len();
        }
    }
    (batches, columns)
}

/// Bytes a second that a loader copies, and the share of time that its consumer waits, who copies
/// each batch on its own stream if there is memory for that, and otherwise does nothing with it.
fn stream(loader: &mut DeviceLoader, mut kept: Option<&mut Kept>, time: Duration) -> (f64, f64) {
    let stream = kept.as_ref().map_or_else(|| loader.stream().clone(), |kept| kept.stream());
    let (before, since) = (loader.stats(), Instant::now());
    let mut epochs = loader.epochs(0, u64::MAX);
    while let Some(batch) = epochs.next_on(&stream) {
        let batch = batch.unwrap();
        if let Some(kept) = &mut kept {
            kept.forget();
            kept.keep(&batch);
        }
        if since.elapsed() >= time {
            break;
        }
    }
    drop(epochs);
    stream.synchronize().unwrap();
    let (after, seconds) = (loader.stats(), since.elapsed().as_secs_f64());
    let copied = (after.bytes_copied - before.bytes_copied) as f64;
    (copied / seconds, (after.consumer_waited - before.consumer_waited).as_secs_f64() / seconds)
}

/// The yardsticks, a paragraph for each transfer.
fn measure(device: &Device, generator: &PeakGenerator, size: &Size, report: &mut String) {
    let types = [DType::F16; 3];
    for transfer in TRANSFERS {
        let mut loader = on_device(device, generator, types, transfer);
        let bytes = loader.stats().batch_bytes;
        let mut plain = PlainCopies::new(device, bytes).unwrap();
        // Plain copies before and after, so that a clock that rises shows.
        let before = plain.run_for(size.time / 2).unwrap().rate();
        let (rate, _) = stream(&mut loader, None, size.time);
        let after = plain.run_for(size.time / 2).unwrap().rate();
        let kernel = kernel_time(&mut loader, 200).unwrap();
        let batch: usize = {
            let first = loader.epoch(0).next().unwrap().unwrap();
            Column::ALL.iter().filter_map(|&c| first.column(c)).map(|c| c.byte_len().next_multiple_of(256)).sum()
        };
        let mut kept = Kept::new(device, batch);
        let (_, waited) = stream(&mut loader, Some(&mut kept), size.time);
        let kernel =
            kernel.map_or("not timed".to_owned(), |time| format!("{:.1} us a batch", 1e6 * time.as_secs_f64()));
        let [rate, before, after] = [rate, before, after].map(|rate| rate / 1e9);
        let _ = writeln!(
            report,
            "{transfer:?}, f16: {} bytes per example over the bus\n  \
             host to device: {rate:.3} GB/s by the loader, {before:.3} and {after:.3} GB/s by plain \
             copies of {bytes} bytes: {:.2}\n  \
             kernel: {kernel}\n  \
             the consumer, copying each batch on a stream of its own, waited {:.0}% of the time",
            bytes / size.batch,
            rate / f64::midpoint(before, after),
            100.0 * waited,
        );
    }
}

#[test]
#[ignore = "needs a GPU"]
fn gpu_smoke() {
    let size = if std::env::var_os(SMALL_NAME).is_some() { SMALL } else { WHOLE };
    let device = Device::open(0).unwrap_or_else(|error| panic!("{error}"));
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), &size);
    let mut report = format!("\natemoya {} gpu_smoke on {}\n", env!("CARGO_PKG_VERSION"), device.name().unwrap());
    for &windows in size.windows {
        let generator = generator(&store, &size, windows);
        let (batches, columns) = check(&device, &generator);
        let _ = writeln!(
            report,
            "windows {windows:?}: {} loaders, {batches} batches, {columns} columns are the host's, byte for byte",
            TYPES.len() * TRANSFERS.len()
        );
    }
    let windows = size.windows[size.windows.len() - 1];
    measure(&device, &generator(&store, &size, windows), &size, &mut report);
    println!(
        "{report}please send all of this, with the driver's version (nvidia-smi), the commit and how the GPU is \
         connected, to {}/issues",
        env!("CARGO_PKG_REPOSITORY")
    );
    println!("PASS");
}

#[test]
fn the_smoke_test_passes_on_the_emulator() {
    let executable = std::env::current_exe().unwrap();
    let emulator = executable.with_file_name("libcuda_emu.so");
    assert!(emulator.exists(), "{} is missing: build cuda-emu", emulator.display());
    let driver = tempfile::tempdir().unwrap();
    std::fs::copy(emulator, driver.path().join("libcuda.so")).unwrap();
    for mode in ["eager", "lazy"] {
        let mut command = Command::new(&executable);
        command.args(["gpu_smoke", "--exact", "--ignored", "--nocapture"]).env(SMALL_NAME, "1");
        let output = command.env("LD_LIBRARY_PATH", driver.path()).env("CUDA_EMU_MODE", mode).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{mode}: {text}\n{error}");
        assert!(!error.contains("VIOLATION"), "{mode}: {error}");
        assert!(text.lines().any(|line| line == "PASS"), "{mode}: {text}");
        assert!(text.contains("kernel: not timed"), "{mode}: the emulator has no clock: {text}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{mode}: {text}");
    }
}
