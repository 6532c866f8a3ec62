//! Leaves out the synchronization points of the pipeline, one at a time. The emulator must notice
//! each; otherwise the other tests could not.

use super::matrix::{modes, say};
use super::program::run;
use crate::cuda::sync_points::SyncPoint;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Scenarios in which a missing wait was caught, over all tests so far.
static CAUGHT: AtomicUsize = AtomicUsize::new(0);

/// Leaves a synchronization point out of a program, under all settings in which it matters. Each
/// time it must be caught.
fn is_caught(sync_point: SyncPoint, program: &str, matters: fn(&str, &str) -> bool) {
    let (mut scenarios, mut caught, mut wrong, mut detectors) = (0, 0, 0, Vec::new());
    for mut settings in modes() {
        if !settings.iter().all(|(name, value)| matters(name, value)) {
            continue;
        }
        settings.push(("ATEMOYA_LEAVE_OUT", format!("{sync_point:?}")));
        let outcome = run(program, &settings);
        assert_eq!(outcome.failure, None, "{sync_point:?} left out of {program} under {settings:?}");
        scenarios += 1;
        caught += usize::from(outcome.violations > 0 || outcome.wrong > 0);
        wrong += usize::from(outcome.wrong > 0);
        detectors.extend(outcome.detectors);
    }
    detectors.sort();
    detectors.dedup();
    let by = detectors.join(", ");
    let all = CAUGHT.fetch_add(caught, Ordering::Relaxed) + caught;
    say(&format!(
        "{sync_point:?} left out of {program}: caught in {caught} of {scenarios} scenarios by {by}; \
         wrong data in {wrong} ({all} caught so far)"
    ));
    assert!(
        scenarios >= 10 && caught == scenarios,
        "{sync_point:?} left out of {program}: caught {caught} times of {scenarios}"
    );
}

fn always(_: &str, _: &str) -> bool {
    true
}

/// A host that writes too early is certainly found only if the memory is protected: otherwise the
/// copy may have ended by chance.
fn with_guard(name: &str, value: &str) -> bool {
    name != "CUDA_EMU_GUARD" || value == "1"
}

fn without_pools(name: &str, value: &str) -> bool {
    name != "CUDA_EMU_POOLS" || value == "0"
}

fn with_pools(name: &str, value: &str) -> bool {
    name != "CUDA_EMU_POOLS" || value == "1"
}

macro_rules! caught {
    ($($sync_point:ident: $test:ident, $program:literal, $matters:ident;)*) => {
        $(#[test]
        fn $test() {
            is_caught(SyncPoint::$sync_point, $program, $matters);
        })*

        /// A synchronization point without a test does not compile.
        const _: fn(SyncPoint) = |sync_point| match sync_point {
            $(SyncPoint::$sync_point => (),)*
        };
    };
}

caught! {
    RefillPageLocked: refilling_page_locked_memory, "tight", with_guard;
    FreePageLocked: freeing_page_locked_memory, "outlived", always;
    CopyAfterConsumer: the_copy_after_the_consumer, "tight", always;
    CopyAfterKernel: the_copy_after_the_kernel, "left_early", always;
    KernelAfterCopy: the_kernel_after_the_copy, "compact", always;
    ConsumerAfterBatch: the_consumer_after_the_batch, "compact", always;
    OtherAfterBatch: another_stream_after_the_batch, "two_streams", always;
    OtherReleases: another_stream_that_releases, "two_streams", always;
    FreeAfterConsumer: freeing_device_memory_after_the_consumer, "outlived", always;
    FreeAfterKernel: freeing_device_memory_after_the_kernel, "undelivered", always;
    FreeOnHost: freeing_device_memory_on_the_host, "outlived", without_pools;
    // Without pools, the host has waited for the kernel when the slots were freed.
    UnloadKernel: unloading_the_kernel, "outlived", with_pools;
    FailedSubmission: a_submission_that_failed, "failing_record", always;
    FailedReuse: a_slot_that_could_not_be_waited_for, "failing_wait", always;
    FailedCopied: a_copy_without_an_event, "failing_copied", with_guard;
    FailedRelease: a_consumer_without_an_event, "failing_release", always;
}
