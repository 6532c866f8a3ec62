//! Write protection of page-locked memory while a copy may read it, and the signal handler that
//! counts who breaks it.

#![allow(unsafe_code, reason = "changing the protection of pages and handling signals is unsafe by nature")]

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};

/// What a write to a guarded buffer is called.
pub(crate) const MESSAGE: &str = "the host wrote to page-locked memory while a copy may still read it";

/// How many buffers can be guarded at the same time. The copies of more are still checked by
/// checksum.
const SLOTS: usize = 4096;

/// Address and length of a guarded buffer; an address of 0 is a free slot. The signal handler reads
/// them, so there is no lock.
struct Slot {
    base: AtomicUsize,
    length: AtomicUsize,
}

static GUARDED: [Slot; SLOTS] = [const { Slot { base: AtomicUsize::new(0), length: AtomicUsize::new(0) } }; SLOTS];
static HITS: AtomicU64 = AtomicU64::new(0);
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();
/// The address of the newest fault that was in no slot.
static STRANGE: AtomicUsize = AtomicUsize::new(0);

/// Returns how many writes the signal handler has counted.
pub(crate) fn hits() -> u64 {
    HITS.load(SeqCst)
}

/// Starts counting again.
pub(crate) fn forget_hits() {
    HITS.store(0, SeqCst);
}

/// Installs the signal handler. A fault that is not the guard's goes to the handler that was there
/// before.
pub(crate) fn install() {
    let function: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = handle;
    // SAFETY: all fields of `sigaction` are integers, sets of bits and an optional function
    // pointer; zero is a value of each.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    let mut previous: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = function as *const () as usize;
    // The alternate stack, where the thread has one, so that a stack overflow still reaches the
    // handler before.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: both pointers are to values of this function. The handler does only what a signal
    // handler may: atomic loads and stores, `write`, `mprotect`, `sigaction`.
    if unsafe { libc::sigaction(libc::SIGSEGV, &raw const action, &raw mut previous) } == 0 {
        let _ = PREVIOUS.set(previous);
    }
}

extern "C" fn handle(_signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    // SAFETY: with SA_SIGINFO the system gives a valid `siginfo_t`.
    let info = unsafe { &*info };
    // SAFETY: a SIGSEGV has an address.
    let address = unsafe { info.si_addr() }.addr();
    for slot in &GUARDED {
        let (base, length) = (slot.base.load(SeqCst), slot.length.load(SeqCst));
        if base != 0 && address >= base && address - base < length {
            HITS.fetch_add(1, SeqCst);
            say();
            // The write is counted; let it go on.
            set(base, length, libc::PROT_READ | libc::PROT_WRITE);
            return;
        }
    }
    // A slot may have been given back between the fault and this call, and then the instruction
    // succeeds when it runs again. An address that comes back is somebody else's.
    if STRANGE.swap(address, SeqCst) != address {
        return;
    }
    if let Some(previous) = PREVIOUS.get() {
        // SAFETY: the value is what `sigaction` gave. The faulting instruction runs again, and this
        // time the signal goes there.
        unsafe { libc::sigaction(libc::SIGSEGV, previous, ptr::null_mut()) };
    }
}

/// Writes the finding to standard error without locks or allocation.
fn say() {
    for text in [crate::report::PREFIX, "[guard] ", MESSAGE, "\n"] {
        // SAFETY: the pointer and length are a string's.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
    }
}

/// Which slot a guarded buffer has.
#[derive(Debug)]
pub(crate) struct Guarded(usize);

/// Write-protects whole pages that the emulator mapped, until [`open`].
pub(crate) fn close(base: usize, length: usize) -> Option<Guarded> {
    let slot = GUARDED.iter().position(|slot| slot.base.compare_exchange(0, base, SeqCst, SeqCst).is_ok())?;
    GUARDED[slot].length.store(length, SeqCst);
    set(base, length, libc::PROT_READ);
    Some(Guarded(slot))
}

/// Write-protects a buffer again that the signal handler may have opened.
pub(crate) fn close_again(guarded: &Guarded) {
    let slot = &GUARDED[guarded.0];
    set(slot.base.load(SeqCst), slot.length.load(SeqCst), libc::PROT_READ);
}

/// Opens a buffer for a moment, for a copy of the device's into it.
pub(crate) fn lift(guarded: &Guarded) {
    let slot = &GUARDED[guarded.0];
    set(slot.base.load(SeqCst), slot.length.load(SeqCst), libc::PROT_READ | libc::PROT_WRITE);
}

/// Ends the protection. The pages are opened before the slot is given back, so that no write meets
/// a closed page without a slot.
#[allow(clippy::needless_pass_by_value, reason = "the slot is given back: nobody may open it twice")]
pub(crate) fn open(guarded: Guarded) {
    lift(&guarded);
    GUARDED[guarded.0].length.store(0, SeqCst);
    GUARDED[guarded.0].base.store(0, SeqCst);
}

fn set(base: usize, length: usize, protection: c_int) {
    // SAFETY: only pages that `pinned` mapped are ever in a slot, and they are unmapped after their
    // slot is given back. They stay readable in any case, so that no reference to them becomes
    // invalid; a write to a closed page comes to the handler above.
    unsafe { libc::mprotect(ptr::with_exposed_provenance_mut(base), length, protection) };
}
