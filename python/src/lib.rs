//! The extension module `atemoya._native`: stores, data sets, streams and batches as Python sees
//! them. It is thin: what users pass is sorted out in Python (`python/atemoya/`), and everything is
//! done by the crate `atemoya`, with the interpreter's lock released.

mod array;
mod batch;
mod cache;
mod command;
mod dataset;
mod device;
mod device_batch;
mod error;
mod fork_safe;
mod genome;
mod index;
mod memory;
mod options;
mod pack;
mod process_local;
mod store;
mod stream;
mod tensor;
mod watch;

/// See the module.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use super::batch::Batch;
    #[pymodule_export]
    use super::cache::{cache_directory, cache_entries, cached, parse_size, prune_cache, use_cached};
    #[pymodule_export]
    use super::command::run_command;
    #[pymodule_export]
    use super::dataset::Dataset;
    #[pymodule_export]
    use super::device::Device;
    #[pymodule_export]
    use super::device_batch::DeviceBatch;
    #[pymodule_export]
    use super::error::{InputError, StoreError};
    #[pymodule_export]
    use super::genome::Genome;
    #[pymodule_export]
    use super::index::index;
    #[pymodule_export]
    use super::pack::pack;
    #[pymodule_export]
    use super::store::{Gatherer, Store};
    #[pymodule_export]
    use super::stream::{DeviceStream, Stream};
    #[pymodule_export]
    use super::tensor::Tensor;

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "it is called so in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
