//! Runs work on all cores, in threads that end with it. Rayon's global pool would live on. In a
//! forked process it would have no threads, and work given to it would wait for ever.

use rayon::ThreadPoolBuilder;

/// Runs `work` in a rayon pool of all cores, or of `RAYON_NUM_THREADS` threads. When the caller is
/// in a pool already, `work` runs in that pool.
pub(crate) fn on_all_cores<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if rayon::current_thread_index().is_some() {
        return work();
    }
    match ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(work),
        // No threads can be made: it runs on this one.
        Err(_) => work(),
    }
}
