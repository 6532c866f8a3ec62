//! What a call came to: the status that it returns, and what a failure has to say.

use crate::Error;
use std::error::Error as _;
use std::path::PathBuf;

/// What a call came to. Negative numbers are errors; those of the library are named after the
/// variants of its `Error` in Rust. The numbers never change; new ones may come.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_status {
    /// Done.
    ATEMOYA_OK = 0,
    /// There is no further batch: the stream has ended, or was stopped.
    ATEMOYA_END = 1,
    /// The next batch is not gathered yet, and was not waited for.
    ATEMOYA_PENDING = 2,
    /// The operating system refused an operation on a file.
    ATEMOYA_ERROR_IO = -1,
    /// The path is not a store.
    ATEMOYA_ERROR_NOT_A_STORE = -2,
    /// A file of a store is damaged; the error has its path and the offset.
    ATEMOYA_ERROR_CORRUPT = -3,
    /// A file is of a version that this library does not know.
    ATEMOYA_ERROR_UNSUPPORTED = -4,
    /// An input file (BED) cannot be used; the error has its path and, for text, the line.
    ATEMOYA_ERROR_INPUT = -5,
    /// An argument is NULL, not UTF-8, out of its range, more than the system has memory or threads
    /// for, or does not fit the others or the store; the message begins with the name of the
    /// parameter, or of the option or the part of the loader.
    ATEMOYA_ERROR_ARGUMENT = -6,
    /// The target exists already.
    ATEMOYA_ERROR_EXISTS = -7,
    /// The work was interrupted on request.
    ATEMOYA_ERROR_INTERRUPTED = -8,
    /// All batches that there is memory for are still held: free one and go on, or ask for more
    /// slots.
    ATEMOYA_ERROR_ALL_LEASED = -9,
    /// There is no CUDA driver.
    ATEMOYA_ERROR_NO_DRIVER = -10,
    /// There is no such CUDA device.
    ATEMOYA_ERROR_NO_DEVICE = -11,
    /// The CUDA driver refused an operation; `atemoya_error_driver_code` has its `CUresult`.
    ATEMOYA_ERROR_DRIVER = -12,
    /// A worker thread panicked.
    ATEMOYA_ERROR_WORKER = -13,
    /// A handle is of another kind than the function wants, or was freed.
    ATEMOYA_ERROR_HANDLE = -14,
    /// The library panicked: a bug, please report it.
    ATEMOYA_ERROR_PANIC = -15,
}

/// Why a call failed.
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

    /// A parameter of that name cannot be used.
    pub(super) fn argument(name: &str, message: impl std::fmt::Display) -> Failure {
        Failure::new(atemoya_status::ATEMOYA_ERROR_ARGUMENT, format!("{name}: {message}"))
    }

    /// A parameter of that name is NULL.
    pub(super) fn null(name: &str) -> Failure {
        Failure::argument(name, "it is NULL")
    }
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
            Error::Argument { .. } => failure(status::ATEMOYA_ERROR_ARGUMENT),
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
