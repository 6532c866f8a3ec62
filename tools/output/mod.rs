//! What the command writes: text on standard output, notes on standard error, and files for other
//! programs (`.npy` arrays and `.safetensors`), each appearing whole or not at all.

mod atomic;
mod extension;
pub(crate) mod npy;
pub(crate) mod safetensors;
mod text;

pub(crate) use atomic::{AtomicFile, Kind, Replace};
pub(crate) use extension::check_extension;
pub(crate) use text::{
    be_quiet, count, fail, in_command, in_shell, is_broken_pipe, is_quiet, note, option, print, print_json, several,
    warn,
};
