//! The expansion kernel: its PTX, and its launch.
#![allow(unsafe_code, reason = "modules and launches are the driver's")]

use super::driver::wrapped;
use super::memory::DeviceMemory;
use super::stream::Stream;
use super::sync_points::SyncPoint;
use crate::{DType, Result};
use bytemuck::Zeroable;
use cudarc::driver::{result, sys};
use std::ffi::CString;

/// `kernel/expand.cu`, compiled by NVRTC; `kernel/build.py` compiles and compares it.
const PTX: &str = include_str!("kernel/expand.ptx");

/// Threads of a block, as in the source. Each writes [`PER_THREAD`] bytes.
const THREADS: usize = 256;
const PER_THREAD: usize = 16;

/// The most columns of a batch that are expanded.
const COLUMNS: usize = 3;

/// `struct Column` of the source.
#[repr(C)]
#[derive(Debug, Clone, Copy, Zeroable)]
struct Column {
    source: u64,
    target: u64,
    items: u32,
    first_block: u32,
    conversion: u32,
    width: u32,
    words: u32,
    unused: u32,
}

/// `struct Batch` of the source, the kernel's only parameter.
#[repr(C)]
#[derive(Debug, Clone, Copy, Zeroable)]
struct Batch {
    columns: [Column; COLUMNS],
}

const _: () = assert!(size_of::<Column>() == 40 && size_of::<Batch>() == 120 && align_of::<Batch>() == 8);

/// A conversion from the type in which a column crosses the bus to its type on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conversion {
    code: u32,
    from: DType,
    to: DType,
}

impl Conversion {
    /// Returns the conversion between two types, if the kernel has it; `U64` is packed sequence.
    pub(super) fn between(from: DType, to: DType) -> Option<Conversion> {
        let source = match from {
            DType::U64 => 0,
            DType::U8 => 1,
            DType::U16 => 2,
            DType::F32 => 3,
            _ => return None,
        };
        let target = match to {
            DType::F32 if from != DType::F32 => 0,
            DType::F16 => 1,
            DType::BF16 => 2,
            DType::U8 | DType::I8 if from == DType::U64 => 3,
            _ => return None,
        };
        Some(Conversion { code: 4 * source + target, from, to })
    }
}

/// The expansion of one column of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expansion<'a> {
    pub(super) conversion: Conversion,
    /// The memory of source and target, and the offsets in them, multiples of 256.
    pub(super) source: (&'a DeviceMemory, usize),
    pub(super) target: (&'a DeviceMemory, usize),
    /// The rows of the target, and the elements of a row.
    pub(super) rows: usize,
    pub(super) width: usize,
}

impl Expansion<'_> {
    /// Returns the bytes of a row of the source.
    fn source_row(&self) -> usize {
        let items = if self.conversion.from == DType::U64 { self.width.div_ceil(64) } else { self.width };
        items * self.conversion.from.size()
    }

    fn target_row(&self) -> usize {
        self.width * self.conversion.to.size()
    }

    fn blocks(&self) -> usize {
        (self.rows * self.target_row()).div_ceil(THREADS * PER_THREAD)
    }

    /// # Panics
    /// If source or target exceed their memory, or there are 2^32 elements or more.
    fn column(&self, first_block: u32) -> Column {
        let address =
            |(memory, offset): (&DeviceMemory, usize), row: usize| memory.address(offset..offset + self.rows * row);
        let items = u32::try_from(self.rows * self.width);
        assert!(items.is_ok(), "a column has fewer than 2^32 elements");
        Column {
            source: address(self.source, self.source_row()),
            target: address(self.target, self.target_row()),
            items: items.unwrap_or(0),
            first_block,
            conversion: self.conversion.code,
            width: self.width as u32,
            words: (self.source_row() / 4) as u32,
            unused: 0,
        }
    }
}

/// The kernel, loaded for launches on one stream.
#[derive(Debug)]
pub(super) struct Kernel {
    stream: Stream,
    module: sys::CUmodule,
    function: sys::CUfunction,
}

// SAFETY: the driver's functions may be called, and its handles used, from any thread at once.
unsafe impl Send for Kernel {}
// SAFETY: as above.
unsafe impl Sync for Kernel {}

impl Kernel {
    /// Loads the kernel. The driver compiles the PTX for the device.
    pub(super) fn load(stream: &Stream) -> Result<Kernel> {
        let _entered = stream.device().enter()?;
        let text = CString::new(ptx()).unwrap_or_default();
        // SAFETY: the image is a text that ends with a zero byte, and the driver copies it.
        let module = unsafe { result::module::load_data(text.as_ptr().cast()) };
        let module = module.map_err(wrapped("load the kernel"))?;
        let mut kernel = Kernel { stream: stream.clone(), module, function: std::ptr::null_mut() };
        // SAFETY: the module was loaded above; `drop` unloads it, also if this fails.
        let function = unsafe { result::module::get_function(module, c"expand".to_owned()) };
        kernel.function = function.map_err(wrapped("find the kernel"))?;
        Ok(kernel)
    }

    /// Expands up to three columns, in one launch, after the work that the stream has been given.
    ///
    /// # Panics
    /// If there are more columns, or one does not fit its memory.
    pub(super) fn expand<'a>(&self, expansions: impl Iterator<Item = Expansion<'a>>) -> Result<()> {
        let unused = Column { first_block: u32::MAX, ..Column::zeroed() };
        let mut batch = Batch { columns: [unused; COLUMNS] };
        let mut blocks = 0;
        for (i, expansion) in expansions.enumerate() {
            batch.columns[i] = expansion.column(blocks as u32);
            blocks += expansion.blocks();
        }
        if blocks == 0 {
            return Ok(());
        }
        let _entered = self.stream.device().enter()?;
        let mut parameters = [(&raw mut batch).cast()];
        let (grid, block) = ((blocks as u32, 1, 1), (THREADS as u32, 1, 1));
        // SAFETY: the kernel has one parameter, `struct Batch` by value, which the driver copies
        // before it returns. The kernel accesses only elements of the columns, and
        // `Expansion::column` has checked that they lie in allocated memory. That memory is freed
        // after this launch, by the order in which slots are used.
        unsafe { result::launch_kernel(self.function, grid, block, 0, self.stream.raw(), &mut parameters) }
            .map_err(wrapped("launch the kernel"))
    }
}

/// Returns the kernel's PTX.
#[cfg(not(test))]
fn ptx() -> &'static str {
    PTX
}

/// Returns the kernel's PTX, or that of a file that the environment names: `kernel/mutants.py`
/// checks whether tests notice a change.
#[cfg(test)]
fn ptx() -> String {
    let other = std::env::var_os("ATEMOYA_PTX");
    other.map_or_else(|| PTX.to_owned(), |path| std::fs::read_to_string(path).unwrap_or_default())
}

impl Drop for Kernel {
    fn drop(&mut self) {
        // If the wait fails, the kernel may still run: a leak is safe, unloading is not.
        if SyncPoint::UnloadKernel.left_out() || self.stream.settle() {
            let _entered = self.stream.device().enter_to_free();
            // SAFETY: the module was loaded in `load` and has no other owner, and its launches have
            // ended.
            let _ = unsafe { result::module::unload(self.module) };
        }
    }
}
