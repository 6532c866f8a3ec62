//! Contestants that pack a store, and those that only read the same input.

use crate::Result;
use atemoya::pack::PackBuilder;
use atemoya::{Error, Store};
use atemoya_measure::{Contestant, Pace, Row, take_turns};
use bigtools::BigWigRead;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where stores are packed to, to be removed at the end or before.
#[derive(Debug)]
pub struct Packed {
    directory: tempfile::TempDir,
    number: usize,
}

impl Packed {
    /// Returns a directory of its own.
    ///
    /// # Errors
    /// What the file system says.
    pub fn new() -> Result<Packed> {
        Ok(Packed { directory: tempfile::tempdir()?, number: 0 })
    }
}

/// Packs one store after the other.
pub fn pack(builder: PackBuilder) -> Contestant<'static, Packed> {
    Contestant::new("pack", move |packed: &mut Packed| {
        packed.number += 1;
        let path = packed.directory.path().join(format!("{}.atemoya", packed.number));
        builder.publish(&path, &()).map(|_| ())
    })
}

/// Reads all intervals of bigWig files with bigtools, contigs and files in parallel.
pub fn read_bigwigs<'a>(paths: &'a [PathBuf], store: &'a Store) -> Contestant<'a, Packed> {
    let contigs = || store.contigs().iter().map(|(name, length)| (name, length as u32));
    let tasks: Vec<_> = paths.iter().flat_map(|path| contigs().map(move |contig| (path, contig))).collect();
    Contestant::new("bigtools", move |_: &mut Packed| {
        tasks.par_iter().try_for_each(|&(path, (name, length))| {
            let failed = |error: &dyn std::fmt::Display| Error::Input {
                path: path.clone(),
                line: None,
                message: error.to_string(),
            };
            let mut reader = BigWigRead::open_file(path).map_err(|e| failed(&e))?;
            let mut sum = 0.0;
            for value in reader.get_interval(name, 0, length).map_err(|e| failed(&e))? {
                sum += value.map_err(|e| failed(&e))?.value;
            }
            black_box(sum);
            Ok(())
        })
    })
}

/// Reads the bytes of a file.
pub fn read_bytes(path: &Path) -> Contestant<'_, Packed> {
    bytes("read", path, |bytes| {
        black_box(bytes);
    })
}

/// Reads the bytes of a file and computes their SHA-256.
pub fn hash_bytes(path: &Path) -> Contestant<'_, Packed> {
    let mut hash = Sha256::new();
    bytes("sha256", path, move |bytes| {
        hash.update(bytes);
        black_box(&hash);
    })
}

fn bytes<'a>(name: &str, path: &'a Path, mut each: impl FnMut(&[u8]) + 'a) -> Contestant<'a, Packed> {
    let mut buffer = vec![0; 1 << 20];
    Contestant::new(name, move |_: &mut Packed| {
        let failed = |source| Error::Io { path: path.to_path_buf(), operation: "read", source };
        let mut file = File::open(path).map_err(failed)?;
        loop {
            match file.read(&mut buffer).map_err(failed)? {
                0 => return Ok(()),
                n => each(&buffer[..n]),
            }
        }
    })
}

/// Packs in turns with others that only read the same input, and returns the rows of all, compared
/// with the last. What was packed is removed in turns of its own.
///
/// # Errors
/// What one of them says.
pub fn pack_beside(builder: PackBuilder, others: Vec<Contestant<'_, Packed>>, pace: Pace) -> Result<Vec<Row>> {
    let remove = Contestant::new("remove", |packed: &mut Packed| {
        let path = packed.directory.path();
        let failed = |source| Error::Io { path: path.to_path_buf(), operation: "empty", source };
        let mut entries = std::fs::read_dir(path).map_err(failed)?;
        entries.try_for_each(|entry| std::fs::remove_dir_all(entry?.path())).map_err(failed)
    });
    let mut contestants: Vec<_> = [pack(builder), remove].into_iter().chain(others).collect();
    let mut rows = take_turns(&mut Packed::new()?, &mut contestants, pace, &())?;
    rows.remove(1);
    Ok(rows)
}
