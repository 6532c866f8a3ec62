//! How many files may be open at once: all tracks of a store are, and systems begin with a limit of
//! some 1,000 (or 256).

use crate::{Error, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files besides the tracks: the store's, those being hashed, and what else the process opens
/// meanwhile.
const OTHERS: u64 = 256;
/// The fewest of them that must be possible.
const FEWEST_OTHERS: u64 = 16;

/// Makes sure that the process may open so many files more. Where its soft limit is too low, it
/// becomes the hard one, for good.
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
    // Some systems refuse what they call their own maximum; then what is needed may still be
    // allowed.
    let raised = [maximum, Some(needed)].into_iter().find(|&current| {
        current.is_none_or(|limit| limit <= maximum.unwrap_or(u64::MAX))
            && setrlimit(Resource::Nofile, Rlimit { current, maximum }).is_ok()
    });
    let limit = raised.unwrap_or(current).unwrap_or(u64::MAX);
    if limit >= files as u64 + open + FEWEST_OTHERS {
        return Ok(());
    }
    let message = format!(
        "{files} files must be open at once, and the system allows this process {limit}: raise the limit (ulimit -Hn), or pack \
         fewer tracks into a store"
    );
    Err(Error::argument("signal", message))
}
