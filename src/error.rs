//! The error type of the library: what went wrong, in which file, where in it, what was expected
//! and what was found.

mod parameters;

pub use parameters::{Advised, with_parameters};
pub(crate) use parameters::{chroms_to_use, leave_them_out, parameter_as};

use crate::url;
use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};

/// The most names that a message lists.
const LISTED: usize = 10;

/// Lists names for a message: in quotes, at most ten, and how many more there are. `none` for an
/// empty list.
pub fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    listed_as_is(names.into_iter().map(|name| format!("{:?}", name.as_ref())))
}

/// Lists texts as [`listed`] does, without quotes.
pub(crate) fn listed_as_is(things: impl IntoIterator<Item = String>) -> String {
    let mut things = things.into_iter();
    let shown: Vec<String> = things.by_ref().take(LISTED).collect();
    match (shown.is_empty(), things.count()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Returns the text of a panic, from what `catch_unwind` or joining a thread returned.
#[doc(hidden)]
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}

/// The result of every fallible function of the library.
///
/// ```
/// fn contigs(path: &str) -> atemoya::Result<usize> {
///     Ok(atemoya::Store::open(path)?.contigs().len())
/// }
/// assert!(contigs("no such store").is_err());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong.
///
/// Each variant about a file names the file. Messages are for people: programs should match on the
/// variant. The message of [`Error::Io`] does not include the operating system's error, which is
/// its [`source`](std::error::Error::source).
///
/// ```
#[doc = include_str!("example_store.txt")]
/// use atemoya::{Error, IndexBuilder, PeakGenerator, Store};
///
/// // A path where there is no store, an argument out of its range, a bad row of a file:
/// assert!(matches!(Store::open("elsewhere"), Err(Error::NotAStore { .. })));
///
/// let store = Store::open("yeast.atemoya")?;
/// match PeakGenerator::new(&store).batch_size(0).build() {
///     Err(Error::Argument { name, message }) => println!("{name} is wrong: {message}"),
///     Err(error) => return Err(error), // what else may happen
///     Ok(_) => unreachable!(),
/// }
///
/// std::fs::write("bad.bed", "chrI\t100\t200\nchrI\t300\n").unwrap();
/// let error = IndexBuilder::new("bad").peaks(["bad.bed"]).publish(&store, &()).unwrap_err();
/// assert!(error.to_string().starts_with("bad.bed, line 2: "), "{error}");
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused an operation on a file.
    #[error("{}: cannot {operation}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was attempted, as a verb phrase: `open`, `read`, `write`, `rename to ...`.
        operation: &'static str,
        /// The operating system's error.
        source: io::Error,
    },
    /// The path is not an atemoya store: it has no manifest.
    #[error("{}: not an atemoya store ({reason})", path.display())]
    NotAStore {
        /// The path given.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// A file of a store is damaged: it violates `format-spec/FORMAT.md`.
    #[error("{}: damaged at byte {offset}: {what}: expected {expected}, got {got}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where in the file, in bytes from its start.
        offset: u64,
        /// Which field or rule.
        what: &'static str,
        /// What the format requires there.
        expected: String,
        /// What is there.
        got: String,
    },
    /// A file of a store has a version or a required feature that this version of the library does
    /// not know.
    #[error("{}: {what} is not supported by atemoya {}", path.display(), env!("CARGO_PKG_VERSION"))]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The version or feature, in words.
        what: String,
    },
    /// An input file (FASTA, bigWig, BED, chromosome sizes) cannot be used.
    #[error("{}{}: {message}", path.display(), line.map(|l| format!(", line {l}")).unwrap_or_default())]
    Input {
        /// The file.
        path: PathBuf,
        /// The 1-based line, for text files.
        line: Option<u64>,
        /// What is wrong and, where it helps, what to do.
        message: String,
    },
    /// An argument is out of its range or does not fit the others or the store.
    #[error("{name}: {message}")]
    Argument {
        /// The parameter, as it is named in the documentation.
        name: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The target exists, and replacing it was not requested or is not allowed.
    #[error("{}: exists already; {hint}", path.display())]
    Exists {
        /// The target.
        path: PathBuf,
        /// What is there, and what to do.
        hint: String,
    },
    /// The work was interrupted through [`Progress::interrupted`](crate::Progress::interrupted).
    /// Nothing was published.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// The consumer holds every slot of the ring, so that there is no memory for another batch.
    #[error("all {slots} batches that there is memory for are still held: drop one, or use more slots")]
    AllLeased {
        /// The number of slots: `slots`, or `device_slots` for batches on a device.
        slots: usize,
    },
    /// Another stream of the loader was begun before this one had ended.
    #[error(
        "another stream of this loader was begun before this one had ended, which is cut short: use a second loader, \
         for validation as well"
    )]
    Replaced,
    /// There is no NVIDIA driver that can be used. Only the feature `cuda` gives this error.
    #[error("no CUDA driver: {reason}")]
    NoDriver {
        /// What is missing.
        reason: String,
    },
    /// There is no such device, or it is too old. Only the feature `cuda` gives this error.
    #[error("no CUDA device {ordinal}: {reason}")]
    NoDevice {
        /// The device's number, counted from 0.
        ordinal: usize,
        /// How many there are, or what it lacks.
        reason: String,
    },
    /// The CUDA driver refused an operation, or reports that an earlier one failed. Only the
    /// feature `cuda` gives this error.
    #[error("cannot {operation}: {message}")]
    Driver {
        /// What was attempted, as a verb phrase.
        operation: String,
        /// The driver's `CUresult`: 2 is a lack of memory; 999 is also returned for memory that was
        /// lost in an earlier failure.
        code: u32,
        /// The driver's name and text for it.
        message: String,
    },
    /// A worker thread of a loader panicked, and its stream has ended. The loader can be used
    /// again.
    #[error("a worker thread failed: {message}")]
    Worker {
        /// The panic's message.
        message: String,
    },
}

impl Error {
    /// Copies the error for a second reader. An I/O error keeps its kind and text.
    pub(crate) fn clone_error(&self) -> Error {
        match self {
            Error::Io { path, operation, source } => {
                let source = match source.raw_os_error() {
                    Some(code) => io::Error::from_raw_os_error(code),
                    None => io::Error::new(source.kind(), source.to_string()),
                };
                Error::Io { path: path.clone(), operation, source }
            }
            Error::NotAStore { path, reason } => Error::NotAStore { path: path.clone(), reason: reason.clone() },
            Error::Corrupt { path, offset, what, expected, got } => Error::Corrupt {
                path: path.clone(),
                offset: *offset,
                what,
                expected: expected.clone(),
                got: got.clone(),
            },
            Error::Unsupported { path, what } => Error::Unsupported { path: path.clone(), what: what.clone() },
            Error::Input { path, line, message } => {
                Error::Input { path: path.clone(), line: *line, message: message.clone() }
            }
            Error::Argument { name, message } => Error::Argument { name, message: message.clone() },
            Error::Exists { path, hint } => Error::Exists { path: path.clone(), hint: hint.clone() },
            Error::Interrupted => Error::Interrupted,
            Error::AllLeased { slots } => Error::AllLeased { slots: *slots },
            Error::Replaced => Error::Replaced,
            Error::NoDriver { reason } => Error::NoDriver { reason: reason.clone() },
            Error::NoDevice { ordinal, reason } => Error::NoDevice { ordinal: *ordinal, reason: reason.clone() },
            Error::Driver { operation, code, message } => {
                Error::Driver { operation: operation.clone(), code: *code, message: message.clone() }
            }
            Error::Worker { message } => Error::Worker { message: message.clone() },
        }
    }

    /// Returns a function for `map_err` that adds the file and the operation to an I/O error. The
    /// error for a URL, which is not found as a local file, says that it is a URL.
    pub(crate) fn io(path: impl AsRef<Path>, operation: &'static str) -> impl FnOnce(io::Error) -> Error {
        // The path is copied only for an error, since this is in inner loops.
        move |source| {
            let path = path.as_ref();
            match url::advice(path).filter(|_| source.kind() == io::ErrorKind::NotFound) {
                Some(advice) => Error::input(path, None, advice),
                None => Error::Io { path: path.to_path_buf(), operation, source },
            }
        }
    }

    /// Creates the error for an input file that cannot be used, with a 1-based line if there is
    /// one.
    pub(crate) fn input(path: impl AsRef<Path>, line: impl Into<Option<u64>>, message: impl Into<String>) -> Error {
        Error::Input { path: path.as_ref().to_path_buf(), line: line.into(), message: message.into() }
    }

    /// Creates the error for an argument that is invalid.
    pub(crate) fn argument(name: &'static str, message: impl Into<String>) -> Error {
        Error::Argument { name, message: message.into() }
    }

    /// Creates the error for a damaged file of a store.
    pub(crate) fn corrupt(
        path: impl AsRef<Path>,
        offset: u64,
        what: &'static str,
        expected: impl ToString,
        got: impl ToString,
    ) -> Error {
        Error::Corrupt {
            path: path.as_ref().to_path_buf(),
            offset,
            what,
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
