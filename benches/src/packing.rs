//! Contestants that pack a store, and those that only read the same input.

use crate::Result;
use atemoya::pack::PackBuilder;
use atemoya::{Error, Store};
use atemoya_measure::{Contestant, Pace, Row, take_turns};
use bigtools::BigWigRead;
use rayon::prelude::*;
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
    /// A directory of its own.
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
    let mut buffer = vec![0; 1 << 20];
    Contestant::new("read", move |_: &mut Packed| {
        let failed = |source| Error::Io { path: path.to_path_buf(), operation: "read", source };
        let mut file = File::open(path).map_err(failed)?;
        while file.read(&mut buffer).map_err(failed)? > 0 {
            black_box(&buffer);
        }
        Ok(())
    })
}

/// Packs in turns with reading the same input, and returns the rows of the two. What was packed is removed in turns of its own.
///
/// # Errors
/// What one of them says.
pub fn pack_beside(builder: PackBuilder, read: Contestant<'_, Packed>, pace: Pace) -> Result<[Row; 2]> {
    let remove = Contestant::new("remove", |packed: &mut Packed| {
        let path = packed.directory.path();
        let failed = |source| Error::Io { path: path.to_path_buf(), operation: "empty", source };
        let mut entries = std::fs::read_dir(path).map_err(failed)?;
        entries.try_for_each(|entry| std::fs::remove_dir_all(entry?.path())).map_err(failed)
    });
    let rows = take_turns(&mut Packed::new()?, &mut [pack(builder), remove, read], pace, &())?;
    Ok([rows[0].clone(), rows[2].clone()])
}
