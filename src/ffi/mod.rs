//! The C interface: the store, the loader, its batches and random access for any language that can
//! call C. `include/atemoya.h` is made from this module by `cargo xtask header` and carries the
//! comments of its functions and types. Names are those of C. Needs the feature `ffi`, which turns
//! on `cuda`.
//!
//! This module decides nothing. Each function checks what C cannot check (pointers, handles, the
//! numbers of enumerations), and calls the library.
//!
//! # Rules of every function
//! - **Handles** (`atemoya_store`, `atemoya_options`, `atemoya_loader`, `atemoya_batch`, ...) are
//!   numbers in the form of pointers. They are looked up in a table and never followed. A handle
//!   that is NULL, of another kind or freed already is an error and not a crash. Freeing NULL does
//!   nothing. An object lives on as long as another one needs it: a batch outlives its loader, a
//!   tensor its batch, a loader its store.
//! - **Other pointers** point to what their types say for the time of the call, and no two of them
//!   to the same memory. NULL is an error, unless the function's comment allows it. The library
//!   cannot check this. It is the only requirement of the functions that are `unsafe` in Rust.
//! - **Text** ends with a zero byte. Paths may hold any other bytes; all other text is UTF-8.
//! - **Status**: 0 is success, a negative number is an error, and a positive one is neither (the
//!   end of a stream, say). The last parameter, which may be NULL, is where an error goes: it is
//!   set to a new `atemoya_error`, which the caller frees, or to NULL after success. After an
//!   error, handles that were to be written are NULL, and other results are unspecified.
//! - **Threads**: any function may be called from any thread at any time, also with the same
//!   handle. When a handle is freed during another thread's call, that call completes, but a wait
//!   for a batch ends. Text and addresses that were got through the handle are no longer valid.
//! - **fork()**: a child process does not have its parent's worker threads. It must not use or free
//!   its parent's handles. It can open stores and make loaders of its own, if no other thread was
//!   in a call of this library when it was forked.
//! - **Panics** of the library do not leave the call. They become `ATEMOYA_ERROR_PANIC`.
#![allow(unsafe_code, reason = "C passes pointers, and functions are exported by their names")]
#![allow(non_camel_case_types, reason = "the names are those of C")]
#![allow(clippy::missing_safety_doc, reason = "the module's documentation says what every caller must do")]

// How calls are made.
mod argument;
mod call;
mod handle;

// What C sees. The blank lines keep the order of the header, where a type comes before its users.
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
