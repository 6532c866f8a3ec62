//! The yardstick: copying as many bytes from random places of a memory larger than the caches, as a
//! loader would that holds every window ready in RAM.

use crate::{Contestant, Random};

/// Bytes to copy from: many times a last-level cache's share.
const SOURCE_BYTES: usize = 256 << 20;

/// Output buffers, written one after the other, as the slots of a loader are.
#[derive(Debug)]
pub struct OutputBuffers<T> {
    buffers: Vec<Vec<T>>,
    next: usize,
}

impl<T: Copy> OutputBuffers<T> {
    /// Makes `buffers` buffers of `items` items, all touched. `value` is not zero, so that the
    /// memory is really there.
    #[must_use]
    pub fn new(buffers: usize, items: usize, value: T) -> OutputBuffers<T> {
        OutputBuffers { buffers: vec![vec![value; items]; buffers], next: 0 }
    }

    /// Returns the buffer whose turn it is.
    pub fn turn(&mut self) -> &mut [T] {
        self.next = (self.next + 1) % self.buffers.len();
        &mut self.buffers[self.next]
    }
}

/// Memory to copy from, and where.
#[derive(Debug)]
pub struct Sources<T> {
    memory: Vec<T>,
    random: Random,
}

impl<T: Copy> Sources<T> {
    /// Makes 256 MiB of `value`, which is not zero.
    #[must_use]
    pub fn new(value: T) -> Sources<T> {
        Sources { memory: vec![value; SOURCE_BYTES / size_of::<T>()], random: Random::new(&[1]) }
    }

    /// Fills a batch: each window, of the given number of items, with one copy from a random place.
    pub fn copy(&mut self, out: &mut [T], window: usize) {
        for out in out.chunks_exact_mut(window) {
            let start = self.random.below(self.memory.len() - window);
            out.copy_from_slice(&self.memory[start..start + window]);
        }
    }

    /// Returns the contestant that only copies.
    pub fn memcpy(&mut self, window: usize) -> Contestant<'_, OutputBuffers<T>> {
        Contestant::new("memcpy", move |ring: &mut OutputBuffers<T>| {
            self.copy(ring.turn(), window);
            Ok(())
        })
    }
}
