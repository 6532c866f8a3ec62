//! How a loader reads the files of a store.

use crate::Error;
use std::fmt;
use std::str::FromStr;

/// How the bytes of examples get from a store's files to the batches. It changes no byte of them,
/// and states of one serve the other.
///
/// Either way the system is asked for what the next batches need, as long as that is not in memory,
/// unless `ask_ahead` is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Access {
    /// Through memory maps: the fastest, for files on a disk of this machine. A file that is cut,
    /// or a disk that fails, ends the process with SIGBUS.
    #[default]
    Map,
    /// By reading the bytes that a window needs (`pread`) into memory that is used again: for
    /// network file systems, and wherever a failing disk must be an error ([`Error::Io`], or
    /// [`Error::Corrupt`] when a file has been cut) and not the end. Opening a store, and sums for
    /// selecting loci (`min_counts`, `outlier_filter`), still use the maps.
    Read,
}

impl Access {
    /// All ways.
    pub const ALL: [Access; 2] = [Access::Map, Access::Read];

    /// The name, in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Access::Map => "map",
            Access::Read => "read",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Access {
    type Err = Error;

    /// The way of a name.
    ///
    /// # Errors
    /// [`Error::Argument`] for any other text, with the names that there are.
    fn from_str(name: &str) -> Result<Access, Error> {
        Access::ALL.into_iter().find(|access| access.name() == name).ok_or_else(|| {
            let known = Access::ALL.map(Access::name).join(", ");
            Error::argument("access", format!("there is no {name:?}, but {known}"))
        })
    }
}
