//! The handles that the library gave, live and freed, and what is known of them.

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

/// A handle that the library gave.
pub struct Held {
    pub kind: Kind,
    pub number: usize,
    pub live: bool,
    /// Of a loader: its slots.
    pub slots: usize,
    /// Of a batch: the handle of the loader one of whose slots it has, if any.
    pub loader: Option<usize>,
    /// Of a batch: its bytes when it was given.
    pub digest: u64,
}

/// A tensor of DLPack that was not deleted, and the handle of its batch.
pub struct Exported {
    pub tensor: *mut DLManagedTensorVersioned,
    pub batch: usize,
    pub column: atemoya_tensor,
    pub digest: u64,
}

/// A handle that a function is called with: good where it is a live one of the kind that it should
/// be.
#[derive(Clone, Copy)]
pub struct Given {
    pub number: usize,
    pub at: Option<usize>,
}

impl Given {
    pub fn handle<H>(self) -> *mut H {
        without_provenance_mut(self.number)
    }
}

#[derive(Default)]
pub struct Pool {
    pub held: Vec<Held>,
    pub exported: Vec<Exported>,
}

impl Pool {
    pub fn add(&mut self, kind: Kind, number: usize) -> usize {
        assert!(self.held.iter().all(|held| held.number != number), "a handle was given twice: {number:#x}");
        let mut held = Held { kind, number, live: true, slots: 0, loader: None, digest: 0 };
        if kind == Kind::Batch {
            held.digest = digest_of_batch(number);
        }
        self.held.push(held);
        self.held.len() - 1
    }

    /// The places of what is live.
    pub fn live(&self, kind: Kind) -> Vec<usize> {
        (0..self.held.len()).filter(|&at| self.held[at].live && self.held[at].kind == kind).collect()
    }

    /// How many handles and tensors there must be.
    pub fn count(&self) -> usize {
        self.held.iter().filter(|held| held.live).count() + self.exported.len()
    }

    /// How many slots of a loader are held.
    pub fn leased(&self, loader: usize) -> usize {
        let exported = |number| self.exported.iter().any(|tensor| tensor.batch == number);
        let held = self.held.iter().filter(|held| held.loader == Some(self.held[loader].number));
        held.filter(|batch| batch.live || exported(batch.number)).count()
    }

    /// A handle to call with: mostly a live one, else one that was freed, of another kind, or never
    /// given.
    pub fn given(&self, kind: Kind, bytes: &mut Bytes) -> Given {
        let live = self.live(kind);
        if !live.is_empty() && !bytes.seldom(16) {
            let at = bytes.one(&live);
            return Given { number: self.held[at].number, at: Some(at) };
        }
        let others: Vec<usize> =
            self.held.iter().filter(|held| held.kind != kind || !held.live).map(|held| held.number).collect();
        let mut strange = match bytes.below(4) {
            0 => 0,
            1 => bytes.word() as usize,
            _ if others.is_empty() => usize::MAX,
            2 => others[usize::from(bytes.byte()) % others.len()],
            // Beside one that was given.
            _ => others[usize::from(bytes.byte()) % others.len()] + 1,
        };
        if live.iter().any(|&at| self.held[at].number == strange) {
            strange = 1;
        }
        Given { number: strange, at: None }
    }

    /// What is held is what it was.
    pub fn check(&self) {
        for at in self.live(Kind::Batch) {
            assert_eq!(digest_of_batch(self.held[at].number), self.held[at].digest, "a batch that is held has changed");
        }
        for tensor in &self.exported {
            assert_eq!(digest(&tensor.column), tensor.digest, "a tensor that is held has changed");
        }
    }
}

/// A digest of all columns of a batch.
pub fn digest_of_batch(number: usize) -> u64 {
    let batch: *mut atemoya_batch = without_provenance_mut(number);
    let columns = (0..7).filter_map(|column| column_of(batch, column));
    columns.fold(0, |hash: u64, column| hash.rotate_left(9) ^ digest(&column))
}

/// Where a column lies, if the batch has it.
pub fn column_of(batch: *const atemoya_batch, column: i32) -> Option<atemoya_tensor> {
    let mut tensor = MaybeUninit::uninit();
    let status = atemoya_batch_column(batch, column, Some(&mut tensor), None);
    // SAFETY: it was written.
    (status == atemoya_status::ATEMOYA_OK).then(|| unsafe { tensor.assume_init() })
}

/// A digest of where a column lies: FNV-1a.
pub fn digest(tensor: &atemoya_tensor) -> u64 {
    assert_eq!(tensor.data.is_null(), tensor.bytes == 0);
    let bytes = if tensor.data.is_null() {
        &[]
    } else {
        // SAFETY: its batch is held, or a tensor that was made of it.
        unsafe { std::slice::from_raw_parts(tensor.data.cast::<u8>(), tensor.bytes) }
    };
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
