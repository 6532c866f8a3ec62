//! Work on all cores, by threads that end with it. Rayon's global pool would stay, and in a process
//! that was forked from this one it would have no threads, so that whoever asked it for work would
//! wait for ever.

use rayon::ThreadPoolBuilder;

/// Does some work whose parts run on all cores, or on as many threads as `RAYON_NUM_THREADS` says.
/// Within a pool of the caller's, it runs there.
pub(crate) fn on_all_cores<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if rayon::current_thread_index().is_some() {
        return work();
    }
    match ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(work),
        // There are no threads to be had: what there is has to do.
        Err(_) => work(),
    }
}
