//! Feeds a training loop on a GPU: batches arrive in the memory of the device.
//!
//! ```text
//! cargo run --release --features cuda --example train_gpu -- STORE
//! ```
//!
//! `STORE` is a directory that `atemoya pack` and `atemoya index` made. Without a GPU the program
//! says so and fails. No GPU has run it yet: the tests run it on an emulator of the driver.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

// docs: begin
use atemoya::cuda::{Device, DeviceBatch, DeviceGenerator};
use atemoya::feed::Column;
use atemoya::{DType, PeakGenerator, Store};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// In place of a training step, which would launch kernels on `batch.stream()`, copies the labels
/// back and counts the peaks.
fn train(batch: &DeviceBatch) -> Result<usize, Box<dyn Error>> {
    let sequence = batch.sequence().ok_or("the store has no sequence")?; // bf16, (n, 4, 2114)
    let signal = batch.signal().ok_or("the store has no signal")?; // f32, (n, channels, 1000)
    if batch.index() == 0 {
        println!("sequence {:?} of {} at {:#x}", sequence.shape(), sequence.dtype(), sequence.pointer());
        println!("signal {:?} of {} at {:#x}", signal.shape(), signal.dtype(), signal.pointer());
    }
    let labels = batch.read(Column::Labels)?; // waits for the copy: not for training
    Ok(labels.chunks_exact(8).filter(|label| label[0] == 1).count())
}

pub(crate) fn run(path: &Path, device: &Device) -> Result<(), Box<dyn Error>> {
    let store = Store::open(path)?;
    // The types are those on the device. Bits and counts cross the bus, and a kernel expands them.
    let generator = PeakGenerator::new(&store).batch_size(64).num_workers(2).sequence_type(DType::BF16);
    let mut loader = DeviceGenerator::new(device, generator).prefetch_to_device(2).build()?;
    let mut peaks = 0;
    for batch in loader.epoch(0) {
        peaks += train(&batch?)?; // drop the batch when its last work was given to its stream
    }
    let stats = loader.stats();
    println!("{peaks} peaks in {} batches, {} bytes copied to the device", stats.batches, stats.bytes_copied);
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: train_gpu STORE");
        return ExitCode::from(2);
    };
    // Without a driver or a device, the error says so.
    let done = Device::open(0).map_err(Into::into).and_then(|device| run(path.as_ref(), &device));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("train_gpu: {error}");
            ExitCode::FAILURE
        }
    }
}
// docs: end
