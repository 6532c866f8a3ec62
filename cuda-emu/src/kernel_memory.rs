//! Device memory as a kernel's launch sees it: bounds, which ranges it reads and writes, and
//! threads that disturb each other.

use crate::memory::DeviceMemory;
use crate::ptx::Memory;
use crate::report::Detector;
use std::ops::Range;

/// A byte that several threads have read.
const MANY: u32 = u32::MAX;

/// The allocations, for the time of one launch.
pub(crate) struct KernelMemory<'a> {
    regions: Vec<Region<'a>>,
    /// Where the last load and the last store were.
    last_load: usize,
    last_store: usize,
    /// The thread that runs: its number in the launch, plus one, so that 0 is none.
    thread: u32,
    conflicts: Vec<(Detector, String)>,
}

/// One allocation.
struct Region<'a> {
    base: u64,
    data: &'a mut [u8],
    /// Of each byte, the thread that has written it. Empty until the first store.
    writers: Vec<u32>,
    /// Of each byte, the thread that has read it. Empty until the first load.
    readers: Vec<u32>,
    read: Span,
    written: Span,
}

/// From the first to the last byte of those that were accessed.
#[derive(Default)]
struct Span(Option<Range<usize>>);

impl Span {
    #[inline]
    fn add(&mut self, place: &Range<usize>) {
        let known = self.0.get_or_insert_with(|| place.clone());
        *known = known.start.min(place.start)..known.end.max(place.end);
    }
}

/// What a launch has done.
pub(crate) struct Seen {
    /// The range of each allocation that was read or written, and whether it was written.
    pub(crate) ranges: Vec<(Range<u64>, bool)>,
    /// Threads that disturb each other: the first finding of each kind.
    pub(crate) conflicts: Vec<(Detector, String)>,
}

impl<'a> KernelMemory<'a> {
    pub(crate) fn new(memory: &'a mut DeviceMemory) -> KernelMemory<'a> {
        let regions = memory.iter_mut().map(|(base, allocation)| Region {
            base,
            data: &mut allocation.data,
            writers: Vec::new(),
            readers: Vec::new(),
            read: Span::default(),
            written: Span::default(),
        });
        KernelMemory { regions: regions.collect(), last_load: 0, last_store: 0, thread: 0, conflicts: Vec::new() }
    }

    /// Ends the launch.
    pub(crate) fn finish(self) -> Seen {
        let mut ranges = Vec::new();
        for region in &self.regions {
            for (range, write) in [(&region.read, false), (&region.written, true)] {
                if let Some(Range { start, end }) = range.0.clone() {
                    ranges.push((region.base + start as u64..region.base + end as u64, write));
                }
            }
        }
        Seen { ranges, conflicts: self.conflicts }
    }

    /// Notes a conflict, the first of its kind only: one mistake makes many.
    #[cold]
    fn conflict(&mut self, detector: Detector, address: u64, what: &str) {
        if self.conflicts.iter().all(|known| known.0 != detector) {
            self.conflicts.push((detector, format!("byte {address:#x} is {what}")));
        }
    }

    /// Returns the allocation that a range lies in, and where in it.
    #[inline]
    fn find(&self, guess: usize, address: u64, bytes: usize) -> Option<(usize, usize)> {
        let within = |region: &Region<'_>| {
            let start = usize::try_from(address.checked_sub(region.base)?).ok()?;
            (start.checked_add(bytes)? <= region.data.len()).then_some(start)
        };
        if let Some(start) = self.regions.get(guess).and_then(within) {
            return Some((guess, start));
        }
        let index = self.regions.partition_point(|region| region.base <= address).checked_sub(1)?;
        within(&self.regions[index]).map(|start| (index, start))
    }
}

impl Memory for KernelMemory<'_> {
    fn begin(&mut self, thread: u32) {
        self.thread = thread.wrapping_add(1);
    }

    #[inline]
    fn load(&mut self, address: u64, bytes: usize) -> Option<u64> {
        let (index, start) = self.find(self.last_load, address, bytes)?;
        self.last_load = index;
        let me = self.thread;
        let region = &mut self.regions[index];
        let place = start..start + bytes;
        region.read.add(&place);
        if region.readers.is_empty() {
            region.readers = vec![0; region.data.len()];
        }
        for reader in &mut region.readers[place.clone()] {
            *reader = if *reader == 0 || *reader == me { me } else { MANY };
        }
        let rival = region.writers.get(place.clone()).and_then(|all| all.iter().position(|&by| by != 0 && by != me));
        let mut word = [0; 8];
        word[..bytes].copy_from_slice(&region.data[place]);
        if let Some(offset) = rival {
            self.conflict(
                Detector::ReadWrite,
                address + offset as u64,
                "written by one thread of a launch and read by another",
            );
        }
        Some(u64::from_le_bytes(word))
    }

    #[inline]
    fn store(&mut self, address: u64, bytes: usize, value: u64) -> Option<()> {
        let (index, start) = self.find(self.last_store, address, bytes)?;
        self.last_store = index;
        let me = self.thread;
        let region = &mut self.regions[index];
        let place = start..start + bytes;
        region.written.add(&place);
        if region.writers.is_empty() {
            region.writers = vec![0; region.data.len()];
        }
        let writers = &mut region.writers[place.clone()];
        let twice = writers.iter().position(|&by| by != 0 && by != me);
        writers.fill(me);
        let rival = region.readers.get(place.clone()).and_then(|all| all.iter().position(|&by| by != 0 && by != me));
        region.data[place].copy_from_slice(&value.to_le_bytes()[..bytes]);
        if let Some(offset) = twice {
            self.conflict(Detector::DoubleWrite, address + offset as u64, "written by two threads of a launch");
        }
        if let Some(offset) = rival {
            self.conflict(
                Detector::ReadWrite,
                address + offset as u64,
                "read by one thread of a launch and written by another",
            );
        }
        Some(())
    }
}
