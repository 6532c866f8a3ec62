//! The handles that the library has returned, live and freed, and what is known of them.

use super::bytes::Bytes;
use atemoya::dlpack::DLManagedTensorVersioned;
use atemoya::ffi::{atemoya_batch, atemoya_batch_column, atemoya_status, atemoya_tensor};
use std::mem::MaybeUninit;
use std::ptr::without_provenance_mut;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Store,
    Loci,
    Gatherer,
    Options,
    Loader,
    Batch,
    Error,
}

/// A handle that the library has returned.
pub struct Handle {
    pub kind: Kind,
    pub number: usize,
    pub live: bool,
    /// Of a loader: its slots.
    pub slots: usize,
    /// Of a batch: the handle of the loader one of whose slots it has, if any.
    pub loader: Option<usize>,
    /// Of a batch: the digest of its bytes when it was returned.
    pub digest: u64,
}

/// A tensor of DLPack that was not deleted, and the handle of its batch.
pub struct Exported {
    pub tensor: *mut DLManagedTensorVersioned,
    pub batch: usize,
    pub column: atemoya_tensor,
    pub digest: u64,
}

/// A handle that a function is called with. It is valid if it is live and of the right kind; then
/// `at` is its index in [`Pool::handles`].
#[derive(Clone, Copy)]
pub struct Argument {
    pub number: usize,
    pub at: Option<usize>,
}

impl Argument {
    pub fn handle<H>(self) -> *mut H {
        without_provenance_mut(self.number)
    }
}

#[derive(Default)]
pub struct Pool {
    pub handles: Vec<Handle>,
    pub exported: Vec<Exported>,
}

impl Pool {
    pub fn add(&mut self, kind: Kind, number: usize) -> usize {
        assert!(self.handles.iter().all(|handle| handle.number != number), "a handle was returned twice: {number:#x}");
        let mut handle = Handle { kind, number, live: true, slots: 0, loader: None, digest: 0 };
        if kind == Kind::Batch {
            handle.digest = digest_of_batch(number);
        }
        self.handles.push(handle);
        self.handles.len() - 1
    }

    /// Returns the indices of the live handles of a kind.
    pub fn live(&self, kind: Kind) -> Vec<usize> {
        (0..self.handles.len()).filter(|&at| self.handles[at].live && self.handles[at].kind == kind).collect()
    }

    /// Returns how many handles and tensors are live.
    pub fn count(&self) -> usize {
        self.handles.iter().filter(|handle| handle.live).count() + self.exported.len()
    }

    /// Returns how many slots of a loader are leased.
    pub fn leased(&self, loader: usize) -> usize {
        let exported = |number| self.exported.iter().any(|tensor| tensor.batch == number);
        let batches = self.handles.iter().filter(|handle| handle.loader == Some(self.handles[loader].number));
        batches.filter(|batch| batch.live || exported(batch.number)).count()
    }

    /// Chooses a handle to call a function with: mostly a live one; seldom one that was freed, is
    /// of another kind, or was never returned.
    pub fn choose(&self, kind: Kind, bytes: &mut Bytes) -> Argument {
        let live = self.live(kind);
        if !live.is_empty() && !bytes.seldom(16) {
            let at = bytes.one(&live);
            return Argument { number: self.handles[at].number, at: Some(at) };
        }
        let others: Vec<usize> = self
            .handles
            .iter()
            .filter(|handle| handle.kind != kind || !handle.live)
            .map(|handle| handle.number)
            .collect();
        let mut strange = match bytes.below(4) {
            0 => 0,
            1 => bytes.word() as usize,
            _ if others.is_empty() => usize::MAX,
            2 => others[usize::from(bytes.byte()) % others.len()],
            // One more than a handle that was returned.
            _ => others[usize::from(bytes.byte()) % others.len()] + 1,
        };
        if live.iter().any(|&at| self.handles[at].number == strange) {
            strange = 1;
        }
        Argument { number: strange, at: None }
    }

    /// Checks that the contents of live batches and tensors have not changed.
    pub fn check(&self) {
        for at in self.live(Kind::Batch) {
            assert_eq!(digest_of_batch(self.handles[at].number), self.handles[at].digest, "a live batch has changed");
        }
        for tensor in &self.exported {
            assert_eq!(digest(&tensor.column), tensor.digest, "a live tensor has changed");
        }
    }
}

/// Returns a digest of all columns of a batch.
pub fn digest_of_batch(number: usize) -> u64 {
    let batch: *mut atemoya_batch = without_provenance_mut(number);
    let columns = (0..7).filter_map(|column| column_of(batch, column));
    columns.fold(0, |hash: u64, column| hash.rotate_left(9) ^ digest(&column))
}

/// Returns a column as a tensor, if the batch has it.
pub fn column_of(batch: *const atemoya_batch, column: i32) -> Option<atemoya_tensor> {
    let mut tensor = MaybeUninit::uninit();
    let status = atemoya_batch_column(batch, column, Some(&mut tensor), None);
    // SAFETY: it was written.
    (status == atemoya_status::ATEMOYA_OK).then(|| unsafe { tensor.assume_init() })
}

/// Returns a digest of the bytes of a column: FNV-1a.
pub fn digest(tensor: &atemoya_tensor) -> u64 {
    assert_eq!(tensor.data.is_null(), tensor.bytes == 0);
    let bytes = if tensor.data.is_null() {
        &[]
    } else {
        // SAFETY: its batch is live, or a tensor of the batch is.
        unsafe { std::slice::from_raw_parts(tensor.data.cast::<u8>(), tensor.bytes) }
    };
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
