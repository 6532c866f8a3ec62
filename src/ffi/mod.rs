//! The C interface: the store, the loader, its batches and random access for any language that can
//! call C. `include/atemoya.h` is made from this module by `cargo xtask header`, and carries these
//! comments. Names are those of C.
//!
//! Nothing is decided here: each function checks what C cannot (pointers, handles, numbers that
//! stand for names), and calls the library.
//!
//! # What holds of every function
//! - **Handles** (`atemoya_store`, `atemoya_options`, `atemoya_loader`, `atemoya_batch`, ...) are
//!   numbers in the form of pointers, which nothing follows: each is looked up in a table. A handle
//!   that is NULL, of another kind, or was freed, also twice, is an error and not a crash. Freeing
//!   NULL does nothing. What a handle stood for lives on as long as something else needs it: a
//!   batch outlives its loader, a tensor its batch, a loader its store.
//! - **Other pointers** are NULL, which is an error where it is not said to be allowed, or point to
//!   what their types say, for the time of the call, and no two of them to the same memory. This is
//!   the one thing that the library cannot check, and what makes some of the functions `unsafe` in
//!   Rust: their only requirement.
//! - **Text** ends with a zero byte. Paths may hold any other bytes; all else is UTF-8.
//! - **Status**: 0 is success, a negative number an error, a positive one something else to look at
//!   (the end of a stream). With the last parameter, which may be NULL, an error says more: the
//!   pointer is set to a new `atemoya_error`, which the caller frees, and to NULL when there is
//!   none. What other parameters point to is unspecified after an error, but for handles, which are
//!   NULL.
//! - **Threads**: any function may be called from any thread at any time, also for the same handle.
//!   Freeing a handle that another thread uses lets its call end as if it were not freed, but for a
//!   wait for a batch, which ends; texts and addresses that were got through the handle are gone.
//! - **fork()**: a child process has none of its parent's worker threads: it must not use its
//!   parent's handles, nor free them. It can open stores and make loaders of its own, if no other
//!   thread was in a call of this library when it was forked.
//! - **Panics** of the library end at the call, as an error (`ATEMOYA_ERROR_PANIC`). None is known.
#![allow(unsafe_code, reason = "C passes pointers, and functions are exported by their names")]
#![allow(non_camel_case_types, reason = "the names are those of C")]
#![allow(clippy::missing_safety_doc, reason = "the module's documentation says what every caller must do")]

// How calls are made.
mod argument;
mod call;
mod handle;

// What C sees, in the order of the header, where a type stands before what uses it.
mod about;
mod status;

mod error;

mod dtype;
mod progress;

mod store;

mod tracks;

mod loci;

mod gather;

mod options;

mod loader;

mod column;

mod batch;

mod stream;

mod plan;
mod state;

mod dlpack;

mod device;

pub use about::*;
pub use batch::*;
pub use column::*;
pub use device::*;
pub use dlpack::*;
pub use dtype::*;
pub use error::*;
pub use gather::*;
pub use loader::*;
pub use loci::*;
pub use options::*;
pub use plan::*;
pub use progress::*;
pub use state::*;
pub use status::*;
pub use store::*;
pub use stream::*;
pub use tracks::*;
