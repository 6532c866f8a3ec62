//! The statuses that functions return, and failures before C sees them.

use crate::{Advised, Error, with_parameters};
use std::error::Error as _;
use std::path::PathBuf;

/// The status of a call: success, or why it failed. Negative numbers are errors. The numbers never
/// change; new ones may be added.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_status {
    /// The call succeeded.
    ATEMOYA_OK = 0,
    /// There is no further batch: the stream has ended or was stopped.
    ATEMOYA_END = 1,
    /// The next batch is not gathered yet.
    ATEMOYA_PENDING = 2,
    /// The operating system refused an operation on a file.
    ATEMOYA_ERROR_IO = -1,
    /// The path is not a store.
    ATEMOYA_ERROR_NOT_A_STORE = -2,
    /// A file of a store is damaged; the error has the path and the offset.
    ATEMOYA_ERROR_CORRUPT = -3,
    /// A file is of a version that this library does not know.
    ATEMOYA_ERROR_UNSUPPORTED = -4,
    /// An input file (BED) cannot be used; the error has the path and, for text, the line.
    ATEMOYA_ERROR_INPUT = -5,
    /// An argument is NULL, not UTF-8, out of its range, too large for the system's memory or
    /// threads, or does not fit the other arguments or the store. The message begins with the name
    /// of the parameter, of the option, or of the part of the loader.
    ATEMOYA_ERROR_ARGUMENT = -6,
    /// The target exists already.
    ATEMOYA_ERROR_EXISTS = -7,
    /// The caller interrupted the work.
    ATEMOYA_ERROR_INTERRUPTED = -8,
    /// The caller holds the batches of all slots: free one and go on, or set more slots.
    ATEMOYA_ERROR_ALL_LEASED = -9,
    /// There is no CUDA driver that can be used.
    ATEMOYA_ERROR_NO_DRIVER = -10,
    /// There is no such CUDA device.
    ATEMOYA_ERROR_NO_DEVICE = -11,
    /// The CUDA driver refused an operation; `atemoya_error_driver_code` has its `CUresult`.
    ATEMOYA_ERROR_DRIVER = -12,
    /// A worker thread panicked: a bug, please report it.
    ATEMOYA_ERROR_WORKER = -13,
    /// A handle is not of the kind that the function takes, or was freed before.
    ATEMOYA_ERROR_HANDLE = -14,
    /// The library panicked: a bug, please report it.
    ATEMOYA_ERROR_PANIC = -15,
}

/// Why a call failed, with what is known of the place.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: atemoya_status,
    pub(super) message: String,
    pub(super) path: Option<PathBuf>,
    pub(super) offset: Option<u64>,
    pub(super) line: Option<u64>,
    pub(super) driver_code: Option<u32>,
}

impl Failure {
    pub(super) fn new(status: atemoya_status, message: impl Into<String>) -> Failure {
        Failure { status, message: message.into(), path: None, offset: None, line: None, driver_code: None }
    }

    /// Makes a failure of a parameter, whose name the message begins with.
    pub(super) fn argument(name: &str, message: impl std::fmt::Display) -> Failure {
        Failure::new(atemoya_status::ATEMOYA_ERROR_ARGUMENT, format!("{name}: {message}"))
    }

    /// Makes the failure of a parameter that is NULL.
    pub(super) fn null(name: &str) -> Failure {
        Failure::argument(name, "it is NULL")
    }
}

/// Writes what a message advises as C sets it: `chroms` to "chr1".
fn in_c(message: &str) -> String {
    with_parameters(message, |name, advised| match advised {
        Some(Advised::Text(text)) => format!("`{name}` set to {text:?}"),
        Some(Advised::Names(names)) => {
            let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
            format!("`{name}` set to {}", names.join(", "))
        }
        None => format!("`{name}`"),
    })
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        use atemoya_status as status;
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message += &format!(": {cause}");
            source = cause.source();
        }
        let message = in_c(&message);
        let failure = |status| Failure::new(status, message);
        match error {
            Error::Io { path, .. } => Failure { path: Some(path), ..failure(status::ATEMOYA_ERROR_IO) },
            Error::NotAStore { path, .. } => Failure { path: Some(path), ..failure(status::ATEMOYA_ERROR_NOT_A_STORE) },
            Error::Corrupt { path, offset, .. } => {
                Failure { path: Some(path), offset: Some(offset), ..failure(status::ATEMOYA_ERROR_CORRUPT) }
            }
            Error::Unsupported { path, .. } => {
                Failure { path: Some(path), ..failure(status::ATEMOYA_ERROR_UNSUPPORTED) }
            }
            Error::Input { path, line, .. } => {
                Failure { path: Some(path), line, ..failure(status::ATEMOYA_ERROR_INPUT) }
            }
            Error::Argument { .. } | Error::Replaced => failure(status::ATEMOYA_ERROR_ARGUMENT),
            Error::Exists { path, .. } => Failure { path: Some(path), ..failure(status::ATEMOYA_ERROR_EXISTS) },
            Error::Interrupted => failure(status::ATEMOYA_ERROR_INTERRUPTED),
            Error::AllLeased { .. } => failure(status::ATEMOYA_ERROR_ALL_LEASED),
            Error::NoDriver { .. } => failure(status::ATEMOYA_ERROR_NO_DRIVER),
            Error::NoDevice { .. } => failure(status::ATEMOYA_ERROR_NO_DEVICE),
            Error::Driver { code, .. } => Failure { driver_code: Some(code), ..failure(status::ATEMOYA_ERROR_DRIVER) },
            Error::Worker { .. } => failure(status::ATEMOYA_ERROR_WORKER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::in_c;

    #[test]
    fn what_a_message_advises_is_said_in_words() {
        let said = in_c(r#"use its names, likely `chroms=["chr1", "chr2"]`, or `alias="chr"` with `allow_empty`"#);
        assert_eq!(
            said,
            r#"use its names, likely `chroms` set to "chr1", "chr2", or `alias` set to "chr" with `allow_empty`"#
        );
    }
}
