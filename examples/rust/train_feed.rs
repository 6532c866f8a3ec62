//! Feeds a training loop: opens a store, streams two epochs, saves a checkpoint halfway, and goes
//! on from it in another loader.
//!
//! ```text
//! cargo run --release --example train_feed -- STORE
//! ```
//!
//! `STORE` is a directory that `atemoya pack` and `atemoya index` made. `atemoya demo --keep DIR`
//! makes one of simulated data.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

// docs: begin
use atemoya::{Batch, PeakGenerator, State, Store};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// How many epochs to train in all.
const EPOCHS: u64 = 2;

/// Describes the loader of this program. Parameters that are not set have their defaults.
fn generator(store: &Store) -> PeakGenerator {
    PeakGenerator::new(store).batch_size(64).max_jitter(100).random_state(7)
}

/// In place of a training step, sums the signal and counts the known bases.
fn train(batch: &Batch) -> Result<f64, Box<dyn Error>> {
    let sequence = batch.sequence().ok_or("the store has no sequence")?; // i8, (n, 4, 2114)
    let signal = batch.signal().ok_or("the store has no signal")?; // f32, (n, channels, 1000)
    let bases = sequence.iter().filter(|&&base| base == 1).count();
    Ok(bases as f64 + signal.iter().map(|&value| f64::from(value)).sum::<f64>())
}

pub(crate) fn run(path: &Path) -> Result<(), Box<dyn Error>> {
    let store = Store::open(path)?;
    let loader = generator(&store).num_workers(2).build()?;
    println!("{} examples in {} batches an epoch", loader.len(), loader.batches_per_epoch());
    println!("{}", loader.ledger()); // how many loci are kept, and why the others are not
    loader.warnings().iter().for_each(|warning| eprintln!("train_feed: {warning}"));

    let halfway = loader.batches_per_epoch().div_ceil(2);
    let (mut checkpoint, mut losses) = (String::new(), Vec::new());
    for batch in loader.epochs(0, EPOCHS) {
        losses.push(train(&batch?)?); // the batch is dropped: its memory may be filled again
        if losses.len() == halfway {
            checkpoint = serde_json::to_string(&loader.state())?; // to save with that of the model
        }
    }
    println!("after batch {halfway}: {checkpoint}");
    println!("{} batches; this thread waited {:?} for them", losses.len(), loader.stats().consumer_waited);

    // Another loader, with another number of workers, goes on with the very next batch.
    let state: State = serde_json::from_str(&checkpoint)?;
    let loader = generator(&store).num_workers(1).build()?;
    let further_epochs = EPOCHS - 1 - state.epoch;
    let resumed = loader.resume(&state, further_epochs)?.map(|batch| train(&batch?));
    if resumed.collect::<Result<Vec<f64>, _>>()? != losses[halfway..] {
        return Err("the checkpoint resumed with other batches".into());
    }
    println!("resumed with the batches that came after the checkpoint");
    Ok(())
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: train_feed STORE");
        return ExitCode::from(2);
    };
    match run(path.as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("train_feed: {error}");
            ExitCode::FAILURE
        }
    }
}
// docs: end
