//! Device memory: allocations, their bounds, and the order of accesses to them.

use crate::clock::{At, Clock};
use std::collections::BTreeMap;
use std::ops::Range;

/// What fresh device memory is filled with.
const POISON: u8 = 0xA5;
/// Allocations begin at multiples of this, as a driver's do.
const ALIGNMENT: u64 = 256;

/// All allocations of device memory, by address. Addresses are never used again.
#[derive(Debug)]
pub(crate) struct DeviceMemory {
    allocations: BTreeMap<u64, Allocation>,
    next: u64,
    limit: u64,
    live: u64,
    live_bytes: u64,
}

/// One allocation, until the operation that frees it has run.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) data: Vec<u8>,
    /// The program has asked for the free, which may still be queued.
    freed: bool,
    /// Accesses that later ones are compared with.
    accesses: Vec<Access>,
}

/// A range that an operation has read or written.
#[derive(Debug)]
struct Access {
    range: Range<u64>,
    at: At,
    write: bool,
    what: &'static str,
}

impl DeviceMemory {
    /// Makes memory of `limit` bytes, at addresses from `start` on.
    pub(crate) fn new(start: u64, limit: u64) -> DeviceMemory {
        DeviceMemory { allocations: BTreeMap::new(), next: start, limit, live: 0, live_bytes: 0 }
    }

    /// Returns how many allocations and bytes the program has not asked to free.
    pub(crate) fn live(&self) -> (u64, u64) {
        (self.live, self.live_bytes)
    }

    /// Returns the bytes that there are, and those that are left.
    pub(crate) fn size(&self) -> (u64, u64) {
        (self.limit, self.limit - self.live_bytes)
    }

    /// Returns a new allocation's address, or nothing if memory is short.
    pub(crate) fn allocate(&mut self, length: usize) -> Option<u64> {
        let bytes = length as u64;
        if bytes > self.limit - self.live_bytes {
            return None;
        }
        let address = self.next.checked_add(ALIGNMENT)?;
        // At least one whole unit lies between neighbours, so that an access past an end does not
        // meet the next one.
        self.next = address.checked_add(bytes)?.checked_next_multiple_of(ALIGNMENT)?.checked_add(ALIGNMENT)?;
        let allocation = Allocation { data: vec![POISON; length], freed: false, accesses: Vec::new() };
        self.allocations.insert(address, allocation);
        self.live += 1;
        self.live_bytes += bytes;
        Some(address)
    }

    /// Notes that the program asks to free an allocation; `false` if there is none or it has asked
    /// before.
    pub(crate) fn free(&mut self, address: u64) -> bool {
        let Some(allocation) = self.allocations.get_mut(&address).filter(|allocation| !allocation.freed) else {
            return false;
        };
        allocation.freed = true;
        self.live -= 1;
        self.live_bytes -= allocation.data.len() as u64;
        true
    }

    /// Removes an allocation, once the operation that frees it runs.
    pub(crate) fn remove(&mut self, address: u64) {
        self.allocations.remove(&address);
    }

    /// Returns the same for a host that knows this much, which is a race with whatever use it does
    /// not know to be complete.
    pub(crate) fn remove_by_host(&mut self, address: u64, known: &Clock) -> Option<String> {
        let allocation = self.allocations.remove(&address)?;
        let rival = allocation.accesses.iter().find(|access| !known.covers(access.at))?;
        let (what, At { stream, number }) = (rival.what, rival.at);
        Some(format!("cuMemFree of {address:#x} is not ordered after {what} (stream {stream:#x}, operation {number})"))
    }

    /// Returns the length of the allocation at exactly this address.
    pub(crate) fn length(&self, address: u64) -> u64 {
        self.allocations.get(&address).map_or(0, |allocation| allocation.data.len() as u64)
    }

    /// Returns whether a range begins in an allocation that the program has asked to free.
    pub(crate) fn is_freed(&self, address: u64) -> bool {
        self.base(address).is_some_and(|base| self.allocations[&base].freed)
    }

    /// Returns the bytes of a range, or nothing if it is not within one allocation.
    pub(crate) fn bytes(&self, address: u64, length: usize) -> Option<&[u8]> {
        let base = self.base(address)?;
        let start = usize::try_from(address - base).ok()?;
        self.allocations[&base].data.get(start..start.checked_add(length)?)
    }

    /// Returns the bytes of a range for writing.
    pub(crate) fn bytes_mut(&mut self, address: u64, length: usize) -> Option<&mut [u8]> {
        let base = self.base(address)?;
        let start = usize::try_from(address - base).ok()?;
        self.allocations.get_mut(&base)?.data.get_mut(start..start.checked_add(length)?)
    }

    /// Returns every allocation with its address, in order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut Allocation)> {
        self.allocations.iter_mut().map(|(&base, allocation)| (base, allocation))
    }

    /// Notes an access. If it is in no known order with an earlier one, and one of them writes, the
    /// answer says so, whatever the schedule has made of it this time. `before` includes the access
    /// itself, and thereby what its stream did earlier.
    pub(crate) fn touch(
        &mut self,
        range: Range<u64>,
        write: bool,
        what: &'static str,
        at: At,
        before: &Clock,
    ) -> Option<String> {
        let base = self.base(range.start)?;
        let accesses = &mut self.allocations.get_mut(&base)?.accesses;
        let overlaps = |other: &Access| other.range.start < range.end && range.start < other.range.end;
        let unordered = |other: &Access| !before.covers(other.at);
        let rival = accesses.iter().find(|other| (write || other.write) && overlaps(other) && unordered(other));
        let race = rival.map(|other| {
            format!(
                "{what} (stream {:#x}, operation {}) on {:#x}..{:#x} is not ordered \
                 after {} (stream {:#x}, operation {})",
                at.stream, at.number, range.start, range.end, other.what, other.at.stream, other.at.number
            )
        });
        // Whatever is ordered after this access is ordered after those that it covers; a read
        // covers only reads.
        let covered = |other: &Access| range.start <= other.range.start && other.range.end <= range.end;
        accesses.retain(|other| !(covered(other) && before.covers(other.at) && (write || !other.write)));
        accesses.push(Access { range, at, write, what });
        race
    }

    /// Returns the address of the allocation that an address lies in.
    fn base(&self, address: u64) -> Option<u64> {
        let (&base, allocation) = self.allocations.range(..=address).next_back()?;
        (address - base < allocation.data.len() as u64).then_some(base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_within_one_allocation() {
        let mut memory = DeviceMemory::new(4096, 1 << 20);
        let (a, b) = (memory.allocate(100).unwrap(), memory.allocate(100).unwrap());
        assert_eq!(memory.bytes(a, 100), Some(&[POISON; 100][..]));
        assert_eq!(memory.bytes(a + 99, 2), None);
        assert_eq!(memory.bytes(a + 100, 0), None);
        assert_eq!(memory.bytes(b - 1, 1), None);
        assert_eq!(memory.bytes(b, usize::MAX), None);
        assert_eq!(memory.bytes(0, 1), None);
    }

    #[test]
    fn the_limit_counts_what_the_program_has_not_freed() {
        let mut memory = DeviceMemory::new(4096, 1000);
        let a = memory.allocate(600).unwrap();
        assert_eq!(memory.allocate(401), None);
        assert!(memory.free(a) && memory.is_freed(a + 5));
        assert!(!memory.free(a));
        assert_eq!((memory.size(), memory.live()), ((1000, 1000), (0, 0)));
        assert!(memory.allocate(1000).is_some());
        memory.remove(a);
        assert!(!memory.free(a));
    }

    #[test]
    fn accesses_without_order_race() {
        let mut memory = DeviceMemory::new(4096, 1 << 20);
        let a = memory.allocate(100).unwrap();
        let at = |stream, number| At { stream, number };
        let (nothing, mut first) = (Clock::default(), Clock::default());
        first.add(at(1, 1));
        assert_eq!(memory.touch(a..a + 50, true, "a copy", at(1, 1), &nothing), None);
        assert_eq!(memory.touch(a + 50..a + 60, false, "a kernel's read", at(2, 1), &nothing), None);
        assert_eq!(memory.touch(a..a + 50, false, "a kernel's read", at(2, 2), &first), None);
        assert_eq!(memory.touch(a..a + 10, false, "a kernel's read", at(3, 1), &first), None);
        let race = memory.touch(a + 40..a + 41, false, "a kernel's read", at(4, 1), &nothing).unwrap();
        assert!(race.contains("not ordered after a copy"), "{race}");
        assert!(memory.touch(a..a + 100, true, "a copy", at(1, 2), &first).is_some());
    }
}
