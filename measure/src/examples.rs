//! Whole examples gathered in a plain loop, as a worker of the feed does it, without any feed.

use crate::{Contestant, OutputBuffers};
use atemoya::feed::Dataset;
use atemoya::sample::Plan;
use atemoya::{Error, Result};
use std::sync::Arc;

/// Batches that a thread gathers in one run, so that starting it costs little beside.
const RUN: u32 = 64;

/// The examples of a data set's first epoch.
#[derive(Debug)]
pub struct Examples<'a> {
    dataset: &'a Dataset<'static>,
    plan: Arc<Plan>,
}

/// Where a thread is in the epoch, and the batches that it writes in turns.
#[derive(Debug)]
struct Output {
    at: usize,
    /// Words, since columns of eight bytes begin at multiples of eight.
    batches: OutputBuffers<u64>,
}

impl<'a> Examples<'a> {
    /// Takes the examples that a loader of this data set streams first.
    ///
    /// # Errors
    /// As [`Dataset::plan`].
    pub fn new(dataset: &'a Dataset<'static>) -> Result<Examples<'a>> {
        Ok(Examples { dataset, plan: dataset.plan(0)? })
    }

    /// Returns one thread that writes four batches in turns.
    #[must_use]
    pub fn alone(&self) -> Contestant<'_, ()> {
        let mut output = self.output(0, 4);
        Contestant::new("gather alone, 1 thread", move |(): &mut ()| self.gather(&mut output))
    }

    /// Returns a number of threads, each of which writes two batches in turns, in a run of many
    /// batches.
    #[must_use]
    pub fn threads(&self, threads: usize) -> Contestant<'_, ()> {
        let part = self.plan.len() / threads;
        let mut own: Vec<Output> = (0..threads).map(|i| self.output(i * part, 2)).collect();
        let run = move |(): &mut ()| {
            std::thread::scope(|scope| {
                let gather = |output: &mut Output| (0..RUN).try_for_each(|_| self.gather(output));
                let threads: Vec<_> = own.iter_mut().map(|own| scope.spawn(move || gather(own))).collect();
                let ended = threads.into_iter().map(|thread| {
                    let died = |_| Error::Worker { message: "a thread that gathers has died".into() };
                    thread.join().unwrap_or_else(|panic| Err(died(panic)))
                });
                ended.collect()
            })
        };
        Contestant::new(format!("gather alone, {threads} threads"), run).batches(RUN * threads as u32)
    }

    fn output(&self, at: usize, batches: usize) -> Output {
        Output { at, batches: OutputBuffers::new(batches, self.dataset.layout().bytes().div_ceil(8), 1) }
    }

    /// Gathers one whole batch, and begins the epoch again where there is none left.
    fn gather(&self, output: &mut Output) -> Result<()> {
        let batch_size = self.dataset.layout().batch_size();
        if output.at + batch_size > self.plan.len() {
            output.at = 0;
        }
        let indices = output.at..output.at + batch_size;
        output.at = indices.end;
        self.dataset.gather_into(&self.plan, indices, bytemuck::cast_slice_mut(output.batches.turn()))
    }
}
