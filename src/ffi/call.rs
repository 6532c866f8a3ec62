//! What every function of C's does around its work: it catches panics, and turns a failure into a
//! status and an error.

use super::error::{ErrorObject, atemoya_error};
use super::handle::{self, Object};
use super::status::{Failure, atemoya_status};
use crate::error::panic_message;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A pointer of the caller's that a result is written to; `None` for NULL.
pub(super) type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// A pointer of the caller's that an error is written to.
pub(super) type ErrorOut<'a> = Out<'a, *mut atemoya_error>;

/// Runs the body of a function that has several statuses of success.
pub(super) fn status(error: ErrorOut<'_>, body: impl FnOnce() -> Result<atemoya_status, Failure>) -> atemoya_status {
    // Objects are immutable, or behind locks that a panic leaves whole. Everything else that
    // unwinding could break belongs to this call.
    let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let message = panic_message(&*panic);
        // Its payload is leaked, since dropping it could panic again.
        let _kept = std::mem::ManuallyDrop::new(panic);
        Err(Failure::new(atemoya_status::ATEMOYA_ERROR_PANIC, message))
    });
    let (status, failure) = match outcome {
        Ok(status) => (status, None),
        Err(failure) => (failure.status, Some(failure)),
    };
    if let Some(error) = error {
        error.write(failure.map_or(std::ptr::null_mut(), |failure| handle::put(ErrorObject::from(failure))));
    }
    status
}

/// Runs the body of a function that succeeds or fails.
pub(super) fn run(error: ErrorOut<'_>, body: impl FnOnce() -> Result<(), Failure>) -> atemoya_status {
    status(error, || body().map(|()| atemoya_status::ATEMOYA_OK))
}

/// Runs the body of a function and writes its result to the parameter `name`.
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

/// Runs the body of a function that makes an object, and writes its handle, or NULL after a
/// failure.
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

/// Frees a handle.
pub(super) fn free<T: Object>(handle: *mut T::Handle) -> atemoya_status {
    run(None, || handle::take::<T>(handle).map(drop))
}
