//! Launching a kernel.

use crate::calls::{Failing, call};
use crate::codes::Code;
use crate::raw;
use crate::streams::{Launch, Operation};
use crate::world::lock;
use std::ffi::{c_uint, c_void};
use std::sync::Arc;

/// The most threads of a block.
const THREADS: u64 = 1024;
/// The most shared memory of a block that need not be asked for specially.
const SHARED: c_uint = 48 << 10;

/// Launches a kernel. Its arguments are copied before the call returns, their sizes being those of
/// the PTX.
///
/// # Safety
/// `arguments` points to as many pointers as the kernel has parameters, each to a value of its
/// parameter's size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuLaunchKernel(
    function: usize,
    grid_x: c_uint,
    grid_y: c_uint,
    grid_z: c_uint,
    block_x: c_uint,
    block_y: c_uint,
    block_z: c_uint,
    shared_bytes: c_uint,
    stream: usize,
    arguments: *const *const c_void,
    extra: *const c_void,
) -> c_uint {
    call("cuLaunchKernel", Failing::Any, || {
        let mut world = lock();
        world.ready()?;
        let (handle, module, kernel) = world.functions.get(&function).ok_or(Code::INVALID_HANDLE)?;
        let (handle, module, kernel) = (*handle, Arc::clone(module), *kernel);
        let (grid, block) = ([grid_x, grid_y, grid_z], [block_x, block_y, block_z]);
        if !extra.is_null() || shared_bytes > SHARED || !fits(grid, block) {
            return Err(Code::INVALID_VALUE);
        }
        let mut values = vec![0; module[kernel].argument_bytes()];
        for (index, place) in module[kernel].parameters().enumerate() {
            if arguments.is_null() {
                return Err(Code::INVALID_VALUE);
            }
            // SAFETY: by this function's contract there are as many pointers as parameters.
            let argument = unsafe { arguments.add(index) };
            // SAFETY: as above.
            let argument = unsafe { argument.read() };
            if argument.is_null() {
                return Err(Code::INVALID_VALUE);
            }
            // SAFETY: by this function's contract the pointer is that of a value of the parameter's
            // size.
            unsafe { raw::read(argument.expose_provenance(), &mut values[place]) };
        }
        let launch = Operation::Launch(Launch { module, kernel, grid, block, arguments: values });
        let at = world.submit(stream, launch)?;
        world.launched.entry(handle).or_default().add(at);
        Ok(())
    })
}

fn fits(grid: [c_uint; 3], block: [c_uint; 3]) -> bool {
    let threads: u64 = block.iter().map(|&axis| u64::from(axis).min(THREADS + 1)).product();
    let blocks = grid[0] <= 0x7FFF_FFFF && grid[1] <= 65535 && grid[2] <= 65535;
    blocks && block[2] <= 64 && threads <= THREADS && !grid.contains(&0) && !block.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_a_launch() {
        assert!(fits([1, 65535, 1], [1024, 1, 1]));
        assert!(fits([0x7FFF_FFFF, 1, 1], [4, 4, 64]));
        for (grid, block) in [
            ([0, 1, 1], [1, 1, 1]),
            ([1, 65536, 1], [1, 1, 1]),
            ([1, 1, 1], [1025, 1, 1]),
            ([1, 1, 1], [1024, 2, 1]),
            ([1, 1, 1], [1, 1, 65]),
            ([1, 1, 1], [u32::MAX, u32::MAX, 1]),
        ] {
            assert!(!fits(grid, block), "{grid:?} {block:?}");
        }
    }
}
