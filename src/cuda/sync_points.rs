//! The synchronization points of the pipeline, by name. Tests leave out one at a time, and the
//! emulator must notice.

/// A point at which a stream, or the host, waits for work of another stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SyncPoint {
    /// A worker waits for the copy from page-locked memory before it refills that memory.
    RefillPageLocked,
    /// The host waits for the copy from page-locked memory before it frees that memory.
    FreePageLocked,
    /// The copy into a slot of the device waits for the consumers of the last batch in it.
    CopyAfterConsumer,
    /// The copy into a slot whose last batch was never delivered waits for the kernel.
    CopyAfterKernel,
    /// The kernel waits for the copy.
    KernelAfterCopy,
    /// The consumer's stream waits for the batch.
    ConsumerAfterBatch,
    /// Another stream of the consumer waits for the batch.
    OtherAfterBatch,
    /// The next user of the slot waits for that other stream, too.
    OtherReleases,
    /// Freeing a slot of the device waits for the consumers of the last batch in it.
    FreeAfterConsumer,
    /// Freeing a slot whose last batch was never delivered waits for the kernel.
    FreeAfterKernel,
    /// Without memory pools, the host waits before it frees device memory.
    FreeOnHost,
    /// The host waits for the kernel before it unloads it.
    UnloadKernel,
    /// After a submission that failed halfway, the host waits for the work that it began.
    FailedSubmission,
    /// After such a submission, the host waits for the consumers of the last batch in the slot.
    FailedReuse,
    /// The host waits for the copying stream if no event could be recorded after the copy.
    FailedCopied,
    /// The host waits for a consumer's stream if no event could be recorded on it.
    FailedRelease,
}

impl SyncPoint {
    /// Returns whether it is left out, which only tests do.
    #[cfg(not(test))]
    pub(super) const fn left_out(self) -> bool {
        false
    }

    /// Returns whether the environment of the test's process leaves it out.
    #[cfg(test)]
    pub(super) fn left_out(self) -> bool {
        static LEFT_OUT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        LEFT_OUT.get_or_init(|| std::env::var("ATEMOYA_LEAVE_OUT").ok()).as_deref() == Some(&format!("{self:?}"))
    }
}
