//! The programs of `examples/rust`, on a small store; that for a GPU on the driver's emulator.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

#[expect(dead_code, reason = "the program's `main`")]
#[path = "../examples/rust/gather_windows.rs"]
mod gather_windows;
#[expect(dead_code, reason = "the program's `main`")]
#[path = "../examples/rust/train_feed.rs"]
mod train_feed;
#[cfg(feature = "cuda")]
#[expect(dead_code, reason = "the program's `main`")]
#[path = "../examples/rust/train_gpu.rs"]
mod train_gpu;

use atemoya::IndexBuilder;
use atemoya::store::Role;
use common::stores::{Contig, write_store};
use tempfile::TempDir;

/// Makes a store of one contig, with a stranded pair of tracks, 300 peaks and 40 negatives.
fn store() -> TempDir {
    const BASES: usize = 40_000;
    let track = |period: usize| (0..BASES).map(|i| (i % period) as f32).collect();
    let letters = b"ACGTTTGACAN".iter().copied().cycle().take(BASES).collect();
    let contig = Contig { name: "chr1".into(), letters, tracks: vec![track(7), track(5)] };
    let directory = tempfile::tempdir().unwrap();
    let store = write_store(&directory.path().join("store"), &[contig], 12, &[("atac", Role::Signal, vec![0, 1])]);
    let rows = |count: usize, step: usize| -> String {
        (0..count).map(|i| format!("chr1\t{}\t{}\n", 2000 + step * i, 2200 + step * i)).collect()
    };
    let files = [("peaks.bed", rows(300, 110)), ("negatives.bed", rows(40, 800))].map(|(name, rows)| {
        let path = directory.path().join(name);
        std::fs::write(&path, rows).unwrap();
        path
    });
    let [peaks, negatives] = files;
    IndexBuilder::new("default").peaks([peaks]).negatives([negatives]).publish(&store, &()).unwrap();
    directory
}

#[test]
fn train_feed_resumes_with_the_next_batch() {
    train_feed::run(&store().path().join("store")).unwrap();
}

#[test]
fn gather_windows_takes_any_place_of_a_contig() {
    let run = |window: &str| gather_windows::run(&store().path().join("store"), &[window.to_owned()]);
    for window in ["chr1:1000", "chr1:1000-", "chr1:-100", "chr1:39999"] {
        run(window).unwrap();
    }
    for (window, said) in
        [("chr1", "CONTIG:START"), ("chr2:5", "chr2"), ("chr1:x", "digit"), ("chr1:40000", "outside chr1")]
    {
        assert!(run(window).unwrap_err().to_string().contains(said), "{window}");
    }
}

/// The only test of this program that opens a device, since there is one driver for a process.
#[cfg(feature = "cuda")]
#[test]
#[allow(unsafe_code, reason = "the emulator is a library that is loaded and asked")]
fn train_gpu_runs_on_the_emulator() {
    let path = std::env::current_exe().unwrap().with_file_name("libcuda_emu.so");
    // SAFETY: the emulator does nothing when it is loaded.
    let emulator = unsafe { libloading::Library::new(&path) }.unwrap();
    let device = atemoya::cuda::Device::open(0).unwrap();
    train_gpu::run(&store().path().join("store"), &device).unwrap();
    drop(device);
    // SAFETY: the function takes nothing and returns a number.
    let violations = unsafe { emulator.get::<extern "C" fn() -> u64>(b"cuEmuViolations") }.unwrap();
    assert_eq!(violations(), 0);
}
