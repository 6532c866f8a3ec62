//! Every program in every order of work of the emulator: the data is right, no rule is violated,
//! and nothing is left.

use super::program::run;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

type Settings = Vec<(&'static str, String)>;

/// The streams of a program are numbered in the order of their creation; 0 is the default one.
const STREAMS: u32 = 5;

/// {as soon as possible, at random with some seeds, as late as possible, one stream late and the
/// others soon} x {page-locked memory write-protected while it is read, or not} x {memory pools, or
/// none}.
pub(super) fn modes() -> Vec<Settings> {
    let mode = |mode: &str| vec![("CUDA_EMU_MODE", mode.to_owned())];
    let with = |mut settings: Settings, name, value: u32| {
        settings.push((name, value.to_string()));
        settings
    };
    let mut orders = vec![mode("eager"), mode("lazy")];
    orders.extend((1..=3).map(|seed| with(mode("random"), "CUDA_EMU_SEED", seed)));
    orders.extend((0..STREAMS).map(|stream| with(mode("eager"), "CUDA_EMU_LAZY_STREAMS", stream)));
    let guards = orders.into_iter().flat_map(|s| [0, 1].map(|guard| with(s.clone(), "CUDA_EMU_GUARD", guard)));
    guards.flat_map(|s| [0, 1].map(|pools| with(s.clone(), "CUDA_EMU_POOLS", pools))).collect()
}

/// Writes to the terminal, also if the test passes.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "cuda on the emulator: {text}");
}

/// The number of clean scenarios, over all programs so far.
static CLEAN: AtomicUsize = AtomicUsize::new(0);

fn is_clean_in_all_modes(program: &str) {
    let modes = modes();
    for settings in &modes {
        let outcome = run(program, settings);
        assert!(outcome.is_clean(), "{program} under {settings:?}: {outcome:?}");
    }
    let all = CLEAN.fetch_add(modes.len(), Ordering::Relaxed) + modes.len();
    say(&format!("{program}: {} scenarios, 0 violations ({all} scenarios so far)", modes.len()));
}

macro_rules! clean {
    ($($program:ident)*) => {
        $(#[test]
        fn $program() {
            is_clean_in_all_modes(stringify!($program));
        })*
    };
}

clean! {
    compact
    dense
    borrowed
    two_streams
    left_early
    held
    inline
    tight
    outlived
    threads
    arrays
    genome
    stream_gone
    two_devices
    resumed
    sharded
    damaged
    left_to_the_host
    undelivered
    failing_record
    failing_wait
    failing_copied
    failing_release
    failing_after_all_leased
    panicking_consumer
}
