//! Files that the command writes for other programs: `.npy` arrays and `.safetensors`, each appearing whole or not at all.

mod atomic;
pub(crate) mod npy;
pub(crate) mod safetensors;
