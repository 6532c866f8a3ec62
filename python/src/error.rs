//! The library's errors as Python's exceptions.

use atemoya::{Advised, Error};
use pyo3::exceptions::{PyFileExistsError, PyKeyboardInterrupt, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::{PyErr, create_exception};

create_exception!(
    atemoya,
    StoreError,
    PyValueError,
    r#"A path is not a store, or a file of a store is damaged or of an unknown version.

Attributes
----------
path : Path
    The file.
offset : int or None
    The byte at which it is damaged; None where it is no damage.

Examples
--------
>>> import atemoya
>>> try:
...     atemoya.Store(".")
... except atemoya.StoreError as error:
...     print(error.path, error.offset)
. None"#
);
create_exception!(
    atemoya,
    InputError,
    PyValueError,
    r#"An input file (FASTA, bigWig, BED) cannot be used.

Attributes
----------
path : Path or None
    The file; None for a table in memory.
line : int or None
    The line, counted from 1; None where the file has no lines.

Examples
--------
>>> import atemoya
>>> try:
...     atemoya.Loader("demo.atemoya", peaks="genome.fa")
... except atemoya.InputError as error:
...     print(error.path, error.line)
genome.fa 1"#
);

/// Makes the exception for an error.
pub(crate) fn to_py(error: Error) -> PyErr {
    let text = in_python(&error.to_string());
    match error {
        Error::Io { path, operation, source } => match source.raw_os_error() {
            Some(code) => {
                // As in Python's own exceptions, the system's message without its number.
                let message = source.to_string();
                let words = message.split(" (os error").next().unwrap_or(&message);
                let words = if operation == "open" { words.to_owned() } else { format!("cannot {operation}: {words}") };
                PyOSError::new_err((code, words, path.display().to_string()))
            }
            None => PyOSError::new_err(format!("{text}: {source}")),
        },
        Error::NotAStore { path, .. } | Error::Unsupported { path, .. } => {
            with(StoreError::new_err(text), [("path", Some(path)), ("offset", None)])
        }
        Error::Corrupt { path, offset, .. } => {
            let error = with(StoreError::new_err(text), [("path", Some(path))]);
            with(error, [("offset", Some(offset))])
        }
        Error::Input { path, line, .. } => {
            let error = with(InputError::new_err(text), [("path", Some(path))]);
            with(error, [("line", line)])
        }
        Error::Argument { .. } => PyValueError::new_err(text),
        Error::Exists { .. } => PyFileExistsError::new_err(text),
        Error::Interrupted => PyKeyboardInterrupt::new_err(text),
        _ => PyRuntimeError::new_err(text),
    }
}

/// Writes the parameters in a message as Python has them: `chroms` becomes chroms=, and
/// `chroms=["chr1"]` and `alias="chr"` lose their backquotes.
pub(crate) fn in_python(message: &str) -> String {
    atemoya::with_parameters(message, |name, advised| match advised {
        Some(Advised::Text(text)) => format!("{name}={text:?}"),
        Some(Advised::Names(names)) => {
            format!("{name}=[{}]", names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "))
        }
        None => format!("{name}="),
    })
}

/// Sets attributes of an exception.
fn with<'py, T: for<'a> IntoPyObject<'a>, const N: usize>(error: PyErr, attributes: [(&str, T); N]) -> PyErr {
    Python::attach(|py| {
        for (name, value) in attributes {
            // An exception without an attribute is better than another exception.
            let _ = error.value(py).setattr(name, value);
        }
    });
    error
}

/// Turns the error of a result into an exception.
pub(crate) trait OrRaise<T> {
    fn or_raise(self) -> PyResult<T>;
}

impl<T> OrRaise<T> for atemoya::Result<T> {
    fn or_raise(self) -> PyResult<T> {
        self.map_err(to_py)
    }
}
