//! Each wait of the pipeline left out, one at a time: the emulator must notice, or the other tests would be blind to it.

use super::matrix::{modes, say};
use super::program::run;
use crate::cuda::waits::Wait;

/// Each wait with a program in which it matters.
const WAITS: [(Wait, &str); 11] = [
    (Wait::RefillPageLocked, "tight"),
    (Wait::FreePageLocked, "outlived"),
    (Wait::CopyAfterConsumer, "tight"),
    (Wait::CopyAfterKernel, "left_early"),
    (Wait::KernelAfterCopy, "compact"),
    (Wait::ConsumerAfterBatch, "compact"),
    (Wait::OtherAfterBatch, "two_streams"),
    (Wait::OtherReleases, "two_streams"),
    (Wait::FreeAfterUse, "outlived"),
    (Wait::FailedSubmission, "failing_record"),
    (Wait::UnloadKernel, "outlived"),
];

fn is_caught(wait: Wait, program: &str) {
    let (mut caught, mut wrong, mut detectors) = (0, 0, Vec::new());
    let modes = modes();
    for settings in &modes {
        let mut settings = settings.clone();
        settings.push(("ATEMOYA_LEAVE_OUT", format!("{wait:?}")));
        let outcome = run(program, &settings);
        assert_eq!(outcome.failure, None, "{wait:?} left out of {program} under {settings:?}");
        caught += usize::from(outcome.violations > 0 || outcome.wrong > 0);
        wrong += usize::from(outcome.wrong > 0);
        detectors.extend(outcome.detectors);
    }
    detectors.sort();
    detectors.dedup();
    let by = detectors.join(", ");
    let all = modes.len();
    say(&format!(
        "{wait:?} left out of {program}: caught in {caught} of {all} scenarios by {by}; wrong data in {wrong}"
    ));
    // Freeing waits by itself where there are no pools, which is half of them.
    assert!(caught * 2 >= all, "{wait:?} left out of {program} is caught in {caught} of {all} scenarios only");
}

macro_rules! caught {
    ($($name:ident: $index:literal,)*) => {
        $(#[test]
        fn $name() {
            let (wait, program) = WAITS[$index];
            is_caught(wait, program);
        })*
    };
}

caught! {
    refilling_page_locked_memory: 0,
    freeing_page_locked_memory: 1,
    the_copy_after_the_consumer: 2,
    the_copy_after_the_kernel: 3,
    the_kernel_after_the_copy: 4,
    the_consumer_after_the_batch: 5,
    another_stream_after_the_batch: 6,
    another_stream_that_releases: 7,
    freeing_device_memory: 8,
    a_submission_that_failed: 9,
    unloading_the_kernel: 10,
}
