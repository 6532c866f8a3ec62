//! Calling a function, and what must hold after any call: status and error agree, handles are NULL
//! after an error, nothing panicked.

use super::bytes::Bytes;
use super::files::Files;
use super::pool::{Argument, Kind, Pool};
use atemoya::ffi::atemoya_status::{ATEMOYA_ERROR_HANDLE, ATEMOYA_ERROR_PANIC, ATEMOYA_ERROR_WORKER, ATEMOYA_OK};
use atemoya::ffi::*;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut, without_provenance_mut};

/// Where a function writes.
pub type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;
pub type ErrorOut<'a> = Out<'a, *mut atemoya_error>;

/// How often each function succeeded, and failed.
pub type Tally = BTreeMap<&'static str, (u64, u64)>;

/// What functions are called with, and what they have returned.
pub struct World<'a> {
    pub bytes: Bytes<'a>,
    pub files: &'a Files,
    pub pool: Pool,
    pub tally: &'a mut Tally,
    /// States that loaders were in, as they were or mangled.
    pub states: Vec<CString>,
    /// Whether the next call gets a handle that it must refuse.
    refuse: bool,
}

/// The value of a pointer before a call that must overwrite it.
const LEFT: usize = 0xdead_beef_0000;

impl<'a> World<'a> {
    pub fn new(data: &'a [u8], files: &'a Files, tally: &'a mut Tally) -> World<'a> {
        let (bytes, pool) = (Bytes(data), Pool::default());
        World { bytes, files, pool, tally, states: Vec::new(), refuse: false }
    }

    /// Chooses a handle for the next call.
    pub fn choose(&mut self, kind: Kind) -> Argument {
        let argument = self.pool.choose(kind, &mut self.bytes);
        self.refuse |= argument.at.is_none();
        argument
    }

    /// Lets the next call accept an invalid handle.
    pub fn accept(&mut self) {
        self.refuse = false;
    }

    pub fn note(&mut self, name: &'static str, good: bool) {
        let (done, failed) = self.tally.entry(name).or_default();
        if good { *done += 1 } else { *failed += 1 }
    }

    /// Calls a function, and keeps its error now and then.
    pub fn call(&mut self, name: &'static str, run: impl FnOnce(ErrorOut) -> atemoya_status) -> atemoya_status {
        let mut error = MaybeUninit::new(without_provenance_mut(LEFT));
        let wanted = !self.bytes.seldom(8);
        let status = run(wanted.then_some(&mut error));
        assert!(!matches!(status, ATEMOYA_ERROR_PANIC | ATEMOYA_ERROR_WORKER), "{name}: {}", self.message(error));
        let good = status as i32 >= 0;
        self.note(name, good);
        assert!(!(std::mem::take(&mut self.refuse) && good), "{name} accepted an invalid handle");
        if wanted {
            // SAFETY: it was a pointer from the beginning.
            let pointer = unsafe { error.assume_init() };
            assert_eq!(pointer.is_null(), good, "{name}: {status:?}");
            if !good {
                assert_eq!(atemoya_error_status(pointer), status, "{name}");
                assert!(!self.message(error).is_empty(), "{name}: {status:?} says nothing");
                let at = self.pool.add(Kind::Error, pointer.addr());
                super::reading::details(self, Argument { number: pointer.addr(), at: Some(at) });
                if !self.bytes.seldom(4) {
                    assert_eq!(atemoya_error_free(pointer), ATEMOYA_OK);
                    self.pool.handles[at].live = false;
                }
            }
        }
        status
    }

    fn message(&self, error: MaybeUninit<*mut atemoya_error>) -> String {
        // SAFETY: it was a pointer from the beginning.
        let message = atemoya_error_message(unsafe { error.assume_init() });
        // SAFETY: the error is live, or the text one for what is none.
        unsafe { CStr::from_ptr(message) }.to_str().unwrap().to_owned()
    }

    /// Calls a function that writes numbers or pointers, and returns what it wrote.
    pub fn write<T>(&mut self, name: &'static str, run: impl FnOnce(Out<T>, ErrorOut) -> atemoya_status) -> Option<T> {
        let mut value = MaybeUninit::zeroed();
        let wanted = !self.bytes.seldom(24);
        let status = self.call(name, |error| run(wanted.then_some(&mut value), error));
        assert!(wanted || status != ATEMOYA_OK, "{name} wrote to NULL");
        // SAFETY: numbers and pointers may be zero, and it was written.
        (status == ATEMOYA_OK).then(|| unsafe { value.assume_init() })
    }

    /// Calls a function that makes a handle.
    pub fn make<H>(
        &mut self,
        name: &'static str,
        kind: Kind,
        run: impl FnOnce(Out<*mut H>, ErrorOut) -> atemoya_status,
    ) -> Option<usize> {
        let mut handle = MaybeUninit::new(without_provenance_mut(LEFT));
        let wanted = !self.bytes.seldom(24);
        let status = self.call(name, |error| run(wanted.then_some(&mut handle), error));
        // SAFETY: it was a pointer from the beginning.
        let handle = unsafe { handle.assume_init() };
        assert!(wanted || status as i32 != 0, "{name} made a handle that it could not return");
        if wanted {
            assert_eq!(handle.is_null(), status != ATEMOYA_OK, "{name}: {status:?}");
        }
        (status == ATEMOYA_OK).then(|| self.pool.add(kind, handle.addr()))
    }

    /// Chooses a handle, valid or not, and frees it.
    pub fn free<H>(&mut self, name: &'static str, kind: Kind, run: extern "C" fn(*mut H) -> atemoya_status) {
        let argument = self.pool.choose(kind, &mut self.bytes);
        self.free_argument(name, argument, run);
    }

    pub fn free_argument<H>(
        &mut self,
        name: &'static str,
        argument: Argument,
        run: extern "C" fn(*mut H) -> atemoya_status,
    ) {
        let status = run(argument.handle());
        self.note(name, status == ATEMOYA_OK);
        let good = argument.at.is_some() || argument.number == 0;
        assert_eq!(status, if good { ATEMOYA_OK } else { ATEMOYA_ERROR_HANDLE }, "{name} of {:#x}", argument.number);
        if let Some(at) = argument.at {
            self.pool.handles[at].live = false;
        }
    }

    /// Makes a name, known or not, or NULL.
    pub fn name(&mut self) -> Option<CString> {
        let known = [c"default", c"stranded", c"runs", c"input", c"chrA", c"chrB", c"other", c"stranded.0"];
        let odd = [c"", c"nope", c"\xff\xfe", c"chrA\n", c"../default", c"stranded.9", c"runs.", c"\xc3\xa9"];
        match self.bytes.below(12) {
            0 => None,
            1 => Some(self.bytes.one(&odd).to_owned()),
            2 => CString::new([(); 6].map(|()| self.bytes.byte().max(1))).ok(),
            3 => CString::new(vec![b'a'; 300]).ok(),
            _ => Some(self.bytes.one(&known).to_owned()),
        }
    }

    /// Calls `with` with an array of texts and its length; seldom with a wrong array or length.
    pub fn names(&mut self, with: impl FnOnce(&mut World<'a>, *const *const c_char, usize)) {
        let all: Vec<Option<CString>> = (0..self.bytes.below(4)).map(|_| self.name()).collect();
        self.array(&all, with);
    }

    pub fn array(&mut self, all: &[Option<CString>], with: impl FnOnce(&mut World<'a>, *const *const c_char, usize)) {
        let texts: Vec<*const c_char> =
            all.iter().map(|text| text.as_ref().map_or(null(), |text| text.as_ptr())).collect();
        match self.bytes.below(12) {
            0 => with(self, null(), texts.len()),
            1 => with(self, texts.as_ptr(), usize::MAX),
            2 => with(self, texts.as_ptr().wrapping_byte_add(1), texts.len()),
            3 => with(self, null(), 0),
            _ => with(self, texts.as_ptr(), texts.len()),
        }
    }

    /// Calls `with` with memory for `count` items, or seldom with NULL or memory that is not
    /// aligned. Checks that the bytes behind that memory do not change.
    pub fn memory<T>(&mut self, count: usize, with: impl FnOnce(&mut World<'a>, *mut T)) {
        const BEHIND: usize = 64;
        let room = count.min(1 << 20) * size_of::<T>();
        let mut memory = vec![0xa5a5_a5a5_a5a5_a5a5u64; (room + BEHIND).div_ceil(8) + 1];
        let start: *mut u8 = memory.as_mut_ptr().cast();
        match self.bytes.below(24) {
            0 => with(self, null_mut()),
            1 => with(self, start.wrapping_add(1).cast()),
            _ => with(self, start.cast()),
        }
        let behind = memory.iter().flat_map(|word| word.to_ne_bytes()).skip(room + 1);
        assert!(behind.into_iter().all(|byte| byte == 0xa5), "memory behind an array was written");
    }
}
