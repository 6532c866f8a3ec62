//! How the files of a store are read.

use crate::Error;
use std::fmt;
use std::str::FromStr;

/// Says how the files of a store are read. It changes no byte of a batch and no state.
///
/// Either way a loader requests the pages of the next batches ahead, where they are not in memory,
/// unless `ask_ahead` is off.
///
/// ```
/// use atemoya::gather::Access;
///
/// assert_eq!("read".parse::<Access>()?, Access::Read);
/// assert_eq!(Access::default().name(), "map");
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Access {
    /// Through memory maps. It is the fastest for files on a local disk. A file that is cut, or a
    /// disk that fails, ends the process with SIGBUS.
    #[default]
    Map,
    /// By `pread`, into memory that is used again. Choose it for network file systems, and where a
    /// failing disk must be an error ([`Error::Io`], or [`Error::Corrupt`] when a file was cut).
    /// Opening a store and summing signals to select loci (`min_counts`, `outlier_filter`) still
    /// use the maps.
    Read,
}

impl Access {
    /// Both ways.
    pub const ALL: [Access; 2] = [Access::Map, Access::Read];

    /// Returns the name, in lower case.
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

    /// Parses a name.
    ///
    /// # Errors
    /// [`Error::Argument`] for another text, with the names that are accepted.
    fn from_str(name: &str) -> Result<Access, Error> {
        Access::ALL.into_iter().find(|access| access.name() == name).ok_or_else(|| {
            let known = Access::ALL.map(Access::name).join(", ");
            Error::argument("access", format!("there is no {name:?}, but {known}"))
        })
    }
}
