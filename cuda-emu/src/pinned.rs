//! Page-locked host memory, and which copies may still use it.

#![allow(unsafe_code, reason = "mapping and unmapping pages is unsafe by nature")]

use crate::clock::{At, Clock};
use crate::guard::{self, Guarded};
use std::collections::BTreeMap;
use std::ptr;

const PAGE: usize = 4096;
/// What fresh page-locked memory is filled with.
const POISON: u8 = 0xCD;

/// All page-locked buffers, by address.
#[derive(Debug, Default)]
pub(crate) struct Pinned {
    buffers: BTreeMap<usize, Buffer>,
    bytes: u64,
}

#[derive(Debug)]
struct Buffer {
    /// Bytes that were asked for.
    length: usize,
    /// Bytes that are mapped: whole pages.
    mapped: usize,
    /// Copies that the host does not yet know to be complete.
    uses: Vec<At>,
    /// The protection, while such a copy reads.
    guarded: Option<Guarded>,
}

impl Pinned {
    /// Returns how many buffers and bytes there are.
    pub(crate) fn live(&self) -> (u64, u64) {
        (self.buffers.len() as u64, self.bytes)
    }

    /// Returns a new buffer's address, or nothing if the system has no memory.
    pub(crate) fn allocate(&mut self, length: usize) -> Option<usize> {
        let mapped = length.checked_next_multiple_of(PAGE)?;
        let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new anonymous mapping at an address of the system's choice takes no memory that
        // is in use.
        let base = unsafe { libc::mmap(ptr::null_mut(), mapped, protection, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return None;
        }
        // SAFETY: `mapped` bytes from `base` on were just mapped for writing, and nobody else knows
        // of them.
        unsafe { ptr::write_bytes(base.cast::<u8>(), POISON, mapped) };
        let base = base.expose_provenance();
        self.buffers.insert(base, Buffer { length, mapped, uses: Vec::new(), guarded: None });
        self.bytes += length as u64;
        Some(base)
    }

    /// Frees a buffer and says whether a copy might still use it, or gives nothing if there is none
    /// at the address.
    pub(crate) fn free(&mut self, base: usize) -> Option<bool> {
        let mut buffer = self.buffers.remove(&base)?;
        self.bytes -= buffer.length as u64;
        buffer.open();
        // SAFETY: these pages were mapped by `allocate` and are unmapped once, since the buffer has
        // just left the map. That the program does not use them any more is what it promises by
        // freeing them; the emulator looks a buffer up before each use.
        unsafe { libc::munmap(ptr::with_exposed_provenance_mut(base), buffer.mapped) };
        Some(!buffer.uses.is_empty())
    }

    /// Returns the buffer in which a range lies.
    pub(crate) fn containing(&self, address: usize, length: usize) -> Option<usize> {
        let (&base, buffer) = self.buffers.range(..=address).next_back()?;
        let end = (address - base).checked_add(length)?;
        (end <= buffer.length).then_some(base)
    }

    /// Remembers that a copy uses a buffer, and guards it if asked to.
    pub(crate) fn used(&mut self, base: usize, at: At, guarded: bool) {
        let Some(buffer) = self.buffers.get_mut(&base) else { return };
        buffer.uses.push(at);
        if guarded {
            match &buffer.guarded {
                Some(guarded) => guard::close_again(guarded),
                None => buffer.guarded = guard::close(base, buffer.mapped),
            }
        }
    }

    /// Forgets the copies that the host now knows to be complete, and opens the buffers that have
    /// no others.
    pub(crate) fn release(&mut self, known: &Clock) {
        for buffer in self.buffers.values_mut() {
            buffer.uses.retain(|&at| !known.covers(at));
            if buffer.uses.is_empty() {
                buffer.open();
            }
        }
    }

    /// Forgets all copies: after a device's failure nothing runs any more.
    pub(crate) fn release_all(&mut self) {
        for buffer in self.buffers.values_mut() {
            buffer.uses.clear();
            buffer.open();
        }
    }

    /// Runs a copy of the device's into a buffer, which the guard does not mean.
    pub(crate) fn unguarded(&self, base: usize, copy: impl FnOnce()) {
        let guarded = self.buffers.get(&base).and_then(|buffer| buffer.guarded.as_ref());
        guarded.inspect(|guarded| guard::lift(guarded));
        copy();
        guarded.inspect(|guarded| guard::close_again(guarded));
    }
}

impl Buffer {
    fn open(&mut self) {
        if let Some(guarded) = self.guarded.take() {
            guard::open(guarded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_in_use_until_the_host_knows_better() {
        let mut pinned = Pinned::default();
        let base = pinned.allocate(10_000).unwrap();
        assert_eq!(pinned.live(), (1, 10_000));
        assert_eq!(pinned.containing(base + 9_000, 1_000), Some(base));
        assert_eq!(pinned.containing(base + 9_000, 1_001), None);
        assert_eq!(pinned.containing(base, usize::MAX), None);

        let at = At { stream: 7, number: 3 };
        pinned.used(base, at, false);
        pinned.release(&Clock::default());
        let other = pinned.allocate(1).unwrap();
        pinned.used(other, at, false);
        pinned.release(&Clock::default());
        assert_eq!(pinned.free(other), Some(true));
        let mut known = Clock::default();
        known.add(at);
        pinned.release(&known);
        assert_eq!(pinned.free(base), Some(false));
        assert_eq!(pinned.free(base), None);
        assert_eq!(pinned.live(), (0, 0));
    }
}
