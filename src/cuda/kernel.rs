//! The expansion kernel: its PTX, and the one function that launches it.
#![allow(unsafe_code, reason = "modules and launches are the driver's")]

use super::driver::wrapped;
use super::memory::DeviceMemory;
use super::stream::Stream;
use super::waits::Wait;
use crate::{DType, Result};
use bytemuck::Zeroable;
use cudarc::driver::{result, sys};
use std::ffi::CString;

/// What NVRTC makes of `kernel/expand.cu`; `kernel/build.py` makes and compares it.
const PTX: &str = include_str!("kernel/expand.ptx");

/// Threads of a block, which the source knows too. Each writes [`PER_THREAD`] bytes.
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

/// From the type in which a column crosses the bus to the one that it has on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conversion {
    code: u32,
    from: DType,
    to: DType,
}

impl Conversion {
    /// The conversion between two types, if the kernel has it: `U64` stands for packed sequence.
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

/// One column of a batch to be expanded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) conversion: Conversion,
    /// Where it is, and where it goes to: memory and the offset in it, a multiple of 256.
    pub(super) source: (&'a DeviceMemory, usize),
    pub(super) target: (&'a DeviceMemory, usize),
    /// Rows of the target, and elements of one.
    pub(super) rows: usize,
    pub(super) width: usize,
}

impl Piece<'_> {
    /// Bytes of a row of the source.
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
    /// When source or target are not all in their memory, or there are 2^32 elements or more.
    fn column(&self, first_block: u32) -> Column {
        let part =
            |(memory, offset): (&DeviceMemory, usize), row: usize| memory.address(offset..offset + self.rows * row);
        let items = u32::try_from(self.rows * self.width);
        assert!(items.is_ok(), "a column has fewer than 2^32 elements");
        Column {
            source: part(self.source, self.source_row()),
            target: part(self.target, self.target_row()),
            items: items.unwrap_or(0),
            first_block,
            conversion: self.conversion.code,
            width: self.width as u32,
            words: (self.source_row() / 4) as u32,
            unused: 0,
        }
    }
}

/// The kernel, loaded on the device of the one stream that it is launched on.
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
    /// Loads it; the driver compiles the PTX for the device.
    pub(super) fn load(stream: &Stream) -> Result<Kernel> {
        let _entered = stream.device().enter()?;
        let text = CString::new(ptx()).unwrap_or_default();
        // SAFETY: the image is a text that ends with a zero byte, and the driver copies what it
        // needs.
        let module = unsafe { result::module::load_data(text.as_ptr().cast()) };
        let module = module.map_err(wrapped("load the kernel"))?;
        let mut kernel = Kernel { stream: stream.clone(), module, function: std::ptr::null_mut() };
        // SAFETY: the module was loaded just now; it is unloaded by `drop`, also when this fails.
        let function = unsafe { result::module::get_function(module, c"expand".to_owned()) };
        kernel.function = function.map_err(wrapped("find the kernel"))?;
        Ok(kernel)
    }

    /// Expands up to three columns, in one launch, behind the work that the stream has been given.
    ///
    /// # Panics
    /// When there are more columns, or one does not fit its memory.
    pub(super) fn expand<'a>(&self, pieces: impl Iterator<Item = Piece<'a>>) -> Result<()> {
        let nowhere = Column { first_block: u32::MAX, ..Column::zeroed() };
        let mut batch = Batch { columns: [nowhere; COLUMNS] };
        let mut blocks = 0;
        for (i, piece) in pieces.enumerate() {
            batch.columns[i] = piece.column(blocks as u32);
            blocks += piece.blocks();
        }
        if blocks == 0 {
            return Ok(());
        }
        let _entered = self.stream.device().enter()?;
        let mut parameters = [(&raw mut batch).cast()];
        let (grid, block) = ((blocks as u32, 1, 1), (THREADS as u32, 1, 1));
        // SAFETY: the kernel has one parameter, `struct Batch` by value, which the driver copies
        // before it returns. It accesses the elements of the columns only, which `Piece::column`
        // has found to be in memory that is allocated; the memory is freed behind this launch, by
        // the order in which slots are used.
        unsafe { result::launch_kernel(self.function, grid, block, 0, self.stream.raw(), &mut parameters) }
            .map_err(wrapped("launch the kernel"))
    }
}

/// The kernel's PTX.
#[cfg(not(test))]
fn ptx() -> &'static str {
    PTX
}

/// The kernel's PTX, or another one that the environment names: `kernel/mutants.py` asks whether
/// tests notice the difference.
#[cfg(test)]
fn ptx() -> String {
    let other = std::env::var_os("ATEMOYA_PTX");
    other.map_or_else(|| PTX.to_owned(), |path| std::fs::read_to_string(path).unwrap_or_default())
}

impl Drop for Kernel {
    fn drop(&mut self) {
        // If the wait fails, nobody knows whether it still runs: a leak is safe, unloading is not.
        if Wait::UnloadKernel.left_out() || self.stream.settle() {
            let _entered = self.stream.device().enter_to_free();
            // SAFETY: the module was loaded in `load`, nobody else has it, and what was launched of
            // it has ended.
            let _ = unsafe { result::module::unload(self.module) };
        }
    }
}
