//! The table of handles: the object of each number that C holds. A number is given once in the life
//! of a process, so that a freed handle is recognised. No handle is followed as a pointer.

use super::status::{Failure, atemoya_status};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// An object that C holds by a handle.
pub(super) trait Object: Any + Send + Sync + Sized {
    /// The type of the handle in C.
    type Handle;
    /// The name of handles of this kind in messages, which is also the name of parameters.
    const NAME: &'static str;
}

struct Table {
    last: usize,
    live: BTreeMap<usize, Arc<dyn Any + Send + Sync>>,
}

static TABLE: RwLock<Table> = RwLock::new(Table { last: 0, live: BTreeMap::new() });

/// Numbers are multiples of this, so that as pointers they are aligned for any type.
const STEP: usize = 16;

/// Adds an object to the table and returns its handle.
pub(super) fn put<T: Object>(object: T) -> *mut T::Handle {
    let object = Arc::new(object);
    let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
    table.last += STEP;
    let number = table.last;
    table.live.insert(number, object);
    std::ptr::without_provenance_mut(number)
}

/// Looks up the object of a handle.
pub(super) fn get<T: Object>(handle: *const T::Handle) -> Result<Arc<T>, Failure> {
    if handle.is_null() {
        return Err(Failure::null(T::NAME));
    }
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let object = table.live.get(&handle.addr()).cloned();
    drop(table);
    object.and_then(|object| object.downcast().ok()).ok_or_else(stale::<T>)
}

/// Removes a handle from the table and returns its object; `None` for NULL.
pub(super) fn take<T: Object>(handle: *const T::Handle) -> Result<Option<Arc<T>>, Failure> {
    if handle.is_null() {
        return Ok(None);
    }
    let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
    let of_this_kind = table.live.get(&handle.addr()).is_some_and(|object| (**object).is::<T>());
    let object = if of_this_kind { table.live.remove(&handle.addr()) } else { None };
    // The table is not locked while the object is dropped, which may take time or use the table.
    drop(table);
    object.and_then(|object| object.downcast().ok()).map(Some).ok_or_else(stale::<T>)
}

/// Counts the handles.
pub(super) fn count() -> usize {
    TABLE.read().unwrap_or_else(PoisonError::into_inner).live.len()
}

fn stale<T: Object>() -> Failure {
    let message = format!("{0}: it is not a handle of this kind, or it was freed before", T::NAME);
    Failure::new(atemoya_status::ATEMOYA_ERROR_HANDLE, message)
}
