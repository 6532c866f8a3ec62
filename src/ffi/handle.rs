//! The table of handles: what each number that C holds stands for. A number is given once in the
//! life of a process, so that one that was freed is known as such; nothing is ever read through it.

use super::status::{Failure, atemoya_status};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// What handles of a kind stand for.
pub(super) trait Object: Any + Send + Sync + Sized {
    /// The type that C knows them by.
    type Handle;
    /// Their name in messages, which is also that of the parameters.
    const NAME: &'static str;
}

struct Table {
    last: usize,
    live: BTreeMap<usize, Arc<dyn Any + Send + Sync>>,
}

static TABLE: RwLock<Table> = RwLock::new(Table { last: 0, live: BTreeMap::new() });

/// Numbers are multiples of this, so that as pointers they are aligned like any other.
const STEP: usize = 16;

/// Gives an object a handle.
pub(super) fn put<T: Object>(object: T) -> *mut T::Handle {
    let object = Arc::new(object);
    let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
    table.last += STEP;
    let number = table.last;
    table.live.insert(number, object);
    std::ptr::without_provenance_mut(number)
}

/// The object of a handle.
pub(super) fn get<T: Object>(handle: *const T::Handle) -> Result<Arc<T>, Failure> {
    if handle.is_null() {
        return Err(Failure::null(T::NAME));
    }
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let object = table.live.get(&handle.addr()).cloned();
    drop(table);
    object.and_then(|object| object.downcast().ok()).ok_or_else(stale::<T>)
}

/// Takes a handle back, and returns its object; `None` for NULL.
pub(super) fn take<T: Object>(handle: *const T::Handle) -> Result<Option<Arc<T>>, Failure> {
    if handle.is_null() {
        return Ok(None);
    }
    let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
    let of_this_kind = table.live.get(&handle.addr()).is_some_and(|object| (**object).is::<T>());
    let object = if of_this_kind { table.live.remove(&handle.addr()) } else { None };
    // The object may take its time to go, or use the table.
    drop(table);
    object.and_then(|object| object.downcast().ok()).map(Some).ok_or_else(stale::<T>)
}

/// How many handles there are.
pub(super) fn count() -> usize {
    TABLE.read().unwrap_or_else(PoisonError::into_inner).live.len()
}

fn stale<T: Object>() -> Failure {
    let message = format!("{0}: this is the handle of no {0}, or of one that was freed", T::NAME);
    Failure::new(atemoya_status::ATEMOYA_ERROR_HANDLE, message)
}
