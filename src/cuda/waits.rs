//! The waits of the pipeline, by name: tests leave out one at a time, and must notice.

/// A wait, or what another one waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// A worker waits for the copy from page-locked memory before it refills it.
    RefillPageLocked,
    /// Page-locked memory waits for the copy from it before it is freed.
    FreePageLocked,
    /// The copy into a device's slot waits for the consumers of the batch that was in it.
    CopyAfterConsumer,
    /// The same for a batch that was never delivered: the copy waits for the kernel.
    CopyAfterKernel,
    /// The kernel waits for the copy.
    KernelAfterCopy,
    /// The consumer's stream waits for the batch.
    ConsumerAfterBatch,
    /// Another stream of the consumer's waits for the batch.
    OtherAfterBatch,
    /// Another stream of the consumer's is waited for too before the slot is used again.
    OtherReleases,
    /// A device's slot waits for the consumers of the last batch in it before it is freed.
    FreeAfterConsumer,
    /// The same for a batch that was never delivered: for the kernel.
    FreeAfterKernel,
    /// Where there are no pools, the host waits before device memory is freed.
    FreeOnHost,
    /// The kernel is waited for before it is unloaded.
    UnloadKernel,
    /// What a submission that failed halfway has begun is waited for.
    FailedSubmission,
    /// The consumers of the last batch in the slot are waited for then, too.
    FailedReuse,
    /// A stream that copies is waited for where no event could be recorded after the copy.
    FailedCopied,
    /// A consumer's stream is waited for where no event could be recorded after it.
    FailedRelease,
}

impl Wait {
    /// Whether it is left out, which only tests do.
    #[cfg(not(test))]
    pub(super) const fn left_out(self) -> bool {
        false
    }

    /// Whether it is left out: the environment says so, which is set for a process of its own.
    #[cfg(test)]
    pub(super) fn left_out(self) -> bool {
        static LEFT_OUT: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
        LEFT_OUT.get_or_init(|| std::env::var("ATEMOYA_LEAVE_OUT").ok()).as_deref() == Some(&format!("{self:?}"))
    }
}
