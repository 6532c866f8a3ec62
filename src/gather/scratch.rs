//! Memory for the values of windows that are only summed, one piece a thread.

use std::cell::RefCell;

thread_local! {
    static VALUES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Calls `work` with at least as many values as asked for, of unspecified content. It must not be
/// called from `work`.
pub(super) fn with_values<R>(count: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    VALUES.with_borrow_mut(|values| {
        if values.len() < count {
            values.resize(count, 0.0);
        }
        work(&mut values[..count])
    })
}
