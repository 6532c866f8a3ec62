//! Waiting for a lock that another process holds.

use crate::Result;
use crate::progress::{self, Progress, Unit};
use std::fs::{File, TryLockError};
use std::time::Duration;

/// How often a waiting process tries to take the lock.
const INTERVAL: Duration = Duration::from_millis(50);

/// Locks a file for this process alone, and waits while another process holds the lock. `phase`
/// names the wait for the progress. Returns false where the file system has no locks.
///
/// # Errors
/// [`Error::Interrupted`](crate::Error::Interrupted), only while it waits.
pub(crate) fn lock(file: &File, phase: &str, progress: &dyn Progress) -> Result<bool> {
    let mut waiting = false;
    let locked = loop {
        match file.try_lock() {
            Ok(()) => break true,
            Err(TryLockError::Error(_)) => break false,
            Err(TryLockError::WouldBlock) => {
                if !std::mem::replace(&mut waiting, true) {
                    progress.start(phase, 0, Unit::Bytes);
                }
                progress::check(progress)?;
                std::thread::sleep(INTERVAL);
            }
        }
    };
    if waiting {
        progress.finish();
    }
    Ok(locked)
}
