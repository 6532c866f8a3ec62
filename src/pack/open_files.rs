//! Raises the limit on open files: all tracks of a store are open at once, and the usual limit is
//! about 1,000 (or 256).

use crate::{Error, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files besides the tracks: the store's, those being hashed, and others of the process.
const OTHERS: u64 = 256;
/// The fewest of those that must be possible.
const FEWEST_OTHERS: u64 = 16;

/// Makes sure that the process may open `files` more files. Where the soft limit is too low, it is
/// raised to the hard limit, for as long as the process lives.
///
/// # Errors
/// [`Error::Argument`] when the hard limit is too low.
pub(super) fn allow(files: usize) -> Result<()> {
    let open = std::fs::read_dir("/dev/fd").map_or(0, |entries| entries.count()) as u64;
    let needed = files as u64 + open + OTHERS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|limit| limit >= needed) {
        return Ok(());
    }
    // Some systems refuse their own maximum, but allow what is needed.
    let raised = [maximum, Some(needed)].into_iter().find(|&current| {
        current.is_none_or(|limit| limit <= maximum.unwrap_or(u64::MAX))
            && setrlimit(Resource::Nofile, Rlimit { current, maximum }).is_ok()
    });
    let limit = raised.unwrap_or(current).unwrap_or(u64::MAX);
    if limit >= files as u64 + open + FEWEST_OTHERS {
        return Ok(());
    }
    let message = format!(
        "{files} files must be open at once, and the system allows this process {limit}: raise the limit (ulimit \
         -Hn), or pack \
         fewer tracks into a store"
    );
    Err(Error::argument("signal", message))
}
