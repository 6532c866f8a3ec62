//! What the command writes: text on standard output, notes on standard error, and files for other
//! programs (`.npy` arrays and `.safetensors`), each appearing whole or not at all.

mod atomic;
mod extension;
pub(crate) mod npy;
pub(crate) mod safetensors;
mod text;

pub(crate) use extension::check_extension;
pub(crate) use text::{count, in_command, is_broken_pipe, note, print, warn};
