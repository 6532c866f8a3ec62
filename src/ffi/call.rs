//! How a call begins and ends: no panic leaves it, and its failure becomes a status and an error
//! for the caller.

use super::error::{Reported, atemoya_error};
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use crate::feed::panic_message;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where a caller wants something to be written, NULL if nowhere.
pub(super) type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// Where a caller wants an error.
pub(super) type ErrorOut<'a> = Out<'a, *mut atemoya_error>;

/// Does what a function is for, and returns its status.
pub(super) fn status(error: ErrorOut<'_>, body: impl FnOnce() -> Result<atemoya_status, Failure>) -> atemoya_status {
    // Objects are behind locks that survive a panic, or immutable; what else unwinding leaves
    // behind is the call's own.
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let message = panic_message(&*panic);
        // Dropping what was thrown could panic again, and is not worth it.
        let _kept = std::mem::ManuallyDrop::new(panic);
        Err(Failure::new(atemoya_status::ATEMOYA_ERROR_PANIC, message))
    });
    let (status, failure) = match outcome {
        Ok(status) => (status, None),
        Err(failure) => (failure.status, Some(failure)),
    };
    if let Some(error) = error {
        error.write(failure.map_or(std::ptr::null_mut(), |failure| handle::put(Reported::from(failure))));
    }
    status
}

/// Does what a function is for.
pub(super) fn run(error: ErrorOut<'_>, body: impl FnOnce() -> Result<(), Failure>) -> atemoya_status {
    status(error, || body().map(|()| atemoya_status::ATEMOYA_OK))
}

/// Writes what a function finds out to the parameter `name`.
pub(super) fn give<T>(
    error: ErrorOut<'_>,
    (name, out): (&str, Out<'_, T>),
    body: impl FnOnce() -> Result<T, Failure>,
) -> atemoya_status {
    run(error, || {
        let out = out.ok_or_else(|| Failure::null(name))?;
        out.write(body()?);
        Ok(())
    })
}

/// Writes the handle of what a function makes, or NULL.
pub(super) fn make<T: Object>(
    error: ErrorOut<'_>,
    out: Out<'_, *mut T::Handle>,
    body: impl FnOnce() -> Result<T, Failure>,
) -> atemoya_status {
    run(error, || {
        let out = out.ok_or_else(|| Failure::null(T::NAME))?;
        let handle = out.write(std::ptr::null_mut());
        *handle = handle::put(body()?);
        Ok(())
    })
}

/// Takes a handle back.
pub(super) fn free<T: Object>(handle: *mut T::Handle) -> atemoya_status {
    run(None, || handle::take::<T>(handle).map(drop))
}
