//! Saving where a loader stands, and going on from there.

use super::argument;
use super::call;
use super::error::atemoya_error;
use super::handle;
use super::loader::lock;
use super::loader::{AnyLoader, OpenLoader, atemoya_loader};
use super::status::{Failure, atemoya_status};
use super::stream::Begin;
use crate::feed::State;
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Bytes that any state of this version takes, the zero at the end included.
pub const ATEMOYA_STATE_CAPACITY: usize = 512;

impl OpenLoader {
    fn state(&self) -> State {
        match &self.loader {
            AnyLoader::Host => self.host.state(),
            AnyLoader::Device(loader) => lock(loader).state(),
        }
    }
}

/// Writes where a loader stands, after the batch that was delivered last or at the epoch that was
/// set: JSON text that ends with a zero, to `buffer` of `capacity` bytes, `ATEMOYA_STATE_CAPACITY`
/// of which are enough. It counts the batches of all processes together, so that one process saves
/// it for all. `length` may be NULL; it is set to the bytes without the zero, also where the buffer
/// is too small, which is an error and leaves it as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_state(
    loader: *const atemoya_loader,
    buffer: *mut c_char,
    capacity: usize,
    length: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        let state = loader.state();
        let text = serde_json::to_vec(&state).map_err(|error| Failure::argument("loader", error))?;
        if let Some(length) = length {
            length.write(text.len());
        }
        // SAFETY: the caller's promise, see the module `ffi`.
        let buffer = unsafe { argument::slice_mut::<u8>("buffer", buffer.cast(), capacity) }?;
        let Some((head, tail)) = buffer.split_at_mut_checked(text.len()) else {
            return Err(too_small(&text, capacity));
        };
        let zero = tail.first_mut().ok_or_else(|| too_small(&text, capacity))?;
        head.copy_from_slice(&text);
        *zero = 0;
        Ok(())
    })
}

fn too_small(text: &[u8], capacity: usize) -> Failure {
    Failure::argument("capacity", format!("the state takes {} bytes, not {capacity}", text.len() + 1))
}

/// Writes the epoch of a state's next batch, and how many batches of that epoch come before it:
/// after the last batch of an epoch these are the next epoch and 0. To train for N epochs in all,
/// go on with `N - 1 - epoch` more. Either may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_state_position(
    state: *const c_char,
    epoch: Option<&mut MaybeUninit<u64>>,
    step: Option<&mut MaybeUninit<u64>>,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        // SAFETY: the caller's promise, see the module `ffi`.
        let state = unsafe { parse(state) }?;
        for (out, value) in [(epoch, state.epoch), (step, state.step)] {
            if let Some(out) = out {
                out.write(value);
            }
        }
        Ok(())
    })
}

/// The state in a text of C's.
///
/// # Safety
/// As of [`argument::text`].
unsafe fn parse(state: *const c_char) -> Result<State, Failure> {
    // SAFETY: the caller's promise.
    let text = unsafe { argument::text("state", state) }?;
    serde_json::from_str(text)
        .map_err(|error| Failure::argument("state", format!("it is not a loader's state: {error}")))
}

/// Goes on from a state with the very next batch: begins to stream the rest of its epoch, and
/// `more` epochs after it. The state is text of `atemoya_loader_state`, also of a loader with other
/// workers, slots, or processes, or on a device; one of other loci, another seed, or anything else
/// that decides which example stands where is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn atemoya_loader_resume(
    loader: *mut atemoya_loader,
    state: *const c_char,
    more: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    call::run(error, || {
        let loader = handle::get::<OpenLoader>(loader)?;
        // SAFETY: the caller's promise, see the module `ffi`.
        let state = unsafe { parse(state) }?;
        loader.begin(Begin::Resume(state, more))
    })
}
