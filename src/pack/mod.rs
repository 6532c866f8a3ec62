//! The job of `atemoya pack`: FASTA and bigWig files become a store. Needs the feature `ingest`.
//!
//! [`PackBuilder`], which stands at the root of the crate, packs one.

mod builder;
mod contigs;
mod input_stamps;
mod open_files;
mod panel;
mod sequence;
mod track;

// It is documented at the root.
#[doc(hidden)]
pub use self::builder::PackBuilder;

use self::builder::track_names;
use self::input_stamps::{InputStamps, changed};
use self::track::{ContigLists, Track, notes};
use crate::format::manifest::{ContigEntry, Manifest};
use crate::format::{Contigs, Provenance};
use crate::ingest::bigwig::BigWig;
use crate::ingest::{check_regular, provenance};
use crate::parallel::on_all_cores;
use crate::progress::{self, Progress};
use crate::store::{Publication, input_warnings, writer};
use crate::{Error, Result};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What [`PackBuilder::publish`] has found.
///
/// ```
#[doc = include_str!("../example_inputs.txt")]
/// use atemoya::PackBuilder;
///
/// let builder = PackBuilder::new().fasta("genome.fa").signal("atac", ["plus.bw"]);
/// let packed = builder.publish("genome.atemoya".as_ref(), &())?;
/// packed.warnings.iter().for_each(|warning| eprintln!("{warning}"));
/// assert!(packed.warnings.is_empty());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Where the store has zeros in place of values: contigs that a track lacks or has with another
    /// length, and tracks without values. [`Store::warnings`](crate::Store::warnings) returns the
    /// same at any time.
    pub warnings: Vec<String>,
    /// Contigs that were renamed or ignored. They need no attention.
    pub notes: Vec<String>,
}

impl PackBuilder {
    /// Reads the inputs, writes the store beside `out` and renames it to `out`.
    ///
    /// # Errors
    /// After an error, nothing is left behind.
    ///
    /// - [`Error::Input`] for an input that cannot be read exactly or that changes meanwhile; for a
    ///   track that has no contig of the genome with the genome's length (unless
    ///   [`PackBuilder::allow_empty`] allows it); for a track that has another length of a contig
    ///   named in [`PackBuilder::contigs`]; for two contigs of a track that mean the same.
    /// - [`Error::Argument`] for names that are missing, used twice or not allowed.
    /// - [`Error::Exists`], [`Error::Interrupted`], [`Error::Io`].
    pub fn publish(&self, out: &Path, progress: &dyn Progress) -> Result<Packed> {
        self.check()?;
        let paths = self.groups.iter().flat_map(|group| &group.paths);
        let inputs = || self.fasta.iter().chain(&self.chrom_sizes).chain(paths.clone());
        inputs().try_for_each(|path| check_regular(path))?;
        let stamps = InputStamps::take(inputs())?;
        let mut manifest = Manifest::new();
        manifest.groups = self.assign_panels();
        let files: Vec<(&str, &PathBuf)> =
            self.groups.iter().flat_map(|group| group.paths.iter().map(|path| (group.name.as_str(), path))).collect();
        open_files::allow(files.len())?;
        let tracks = files.iter().map(|(_, path)| BigWig::open(path)).collect::<Result<Vec<_>>>()?;
        let publication = Publication::of_store(out, self.replace)?;
        // The inputs are hashed while they are packed. When packing fails, hashing stops.
        let hashing = Background::new(progress);
        let (lists, inputs) = on_all_cores(|| {
            rayon::join(
                || self.write(publication.path(), &mut manifest, &tracks, progress).inspect_err(|_| hashing.stop()),
                || self.provenance(&files, &hashing),
            )
        });
        let lists = lists?;
        manifest.inputs = inputs?;
        if let (Some(store), Some(fasta)) = (&self.sequence_of, &self.fasta)
            && store.manifest().inputs.first().map(|input| &input.sha256)
                != manifest.inputs.first().map(|input| &input.sha256)
        {
            return Err(changed(fasta));
        }
        // The last inputs are the files of the tracks, in their order.
        manifest.inputs.iter_mut().rev().zip(lists.into_iter().rev()).for_each(|(input, lists)| lists.record_in(input));
        let packed = Packed {
            warnings: input_warnings(&manifest, None, None),
            notes: notes(&manifest.inputs, self.contigs.is_some()),
        };
        stamps.check()?;
        progress::check(progress)?;
        writer::publish(publication, manifest)?;
        Ok(packed)
    }

    /// Writes the data files and describes them in the manifest. Returns the lists of contigs that
    /// the manifest is to have for the file of each track.
    fn write(
        &self,
        directory: &Path,
        manifest: &mut Manifest,
        tracks: &[BigWig],
        progress: &dyn Progress,
    ) -> Result<Vec<ContigLists>> {
        let contigs = match &self.fasta {
            Some(fasta) => {
                let linked = match &self.sequence_of {
                    Some(store) => sequence::link(store, directory, progress)?,
                    None => None,
                };
                let packed = match linked {
                    Some(packed) => packed,
                    None => sequence::pack(fasta, self.contigs.as_deref(), directory, progress)?,
                };
                manifest.sequence = Some(packed.entry);
                manifest.files.push(packed.file);
                packed.contigs
            }
            None => {
                let (sizes, wanted) = (self.chrom_sizes.as_deref(), self.contigs.as_deref());
                contigs::without_genome(sizes, tracks, wanted, self.alias.as_ref(), self.allow_empty)?
            }
        };
        let genome = self.fasta.as_deref().or(self.chrom_sizes.as_deref()).unwrap_or_else(|| tracks[0].path());
        if contigs.is_empty() {
            return Err(Error::input(genome, None, "there are no contigs to pack"));
        }
        let contigs = Contigs::new(contigs).map_err(|error| Error::input(genome, None, error.to_string()))?;
        manifest.contigs = contigs.iter().map(|(name, length)| ContigEntry { name: name.into(), length }).collect();
        let tracks = tracks.iter().map(|file| Track::new(file, &contigs, self.alias.as_ref()));
        let tracks = tracks.collect::<Result<Vec<_>>>()?;
        for track in &tracks {
            track.check(genome, self.contigs.as_deref(), self.alias.is_some(), self.allow_empty)?;
        }
        for number in 0..manifest.groups.iter().map(|group| group.panel + 1).max().unwrap_or(0) {
            // Groups, their tracks and the opened files are in the same order.
            let of_groups = manifest
                .groups
                .iter()
                .flat_map(|group| track_names(&group.name, group.tracks.len()).map(|n| (group.panel, n)));
            let (names, files): (Vec<String>, Vec<&Track<'_>>) = of_groups
                .zip(&tracks)
                .filter(|((panel, _), _)| *panel == number)
                .map(|((_, n), file)| (n, file))
                .unzip();
            let job = panel::PanelJob { contigs: &contigs, tracks: &files, tile_log2: self.tile_log2, progress };
            let (entry, file) = job.pack(&format!("panel-{number}.atm"), &names, directory)?;
            manifest.panels.push(entry);
            manifest.files.push(file);
        }
        Ok(tracks.into_iter().map(Track::into_lists).collect())
    }

    /// Hashes the inputs: the genome if there is one, then the files of the groups.
    fn provenance(&self, files: &[(&str, &PathBuf)], progress: &dyn Progress) -> Result<Vec<Provenance>> {
        let genome = self.fasta.as_ref().map(|path| ("sequence", path));
        let genome = genome.or(self.chrom_sizes.as_ref().map(|path| ("chrom_sizes", path)));
        let inputs: Vec<_> = genome.into_iter().chain(files.iter().copied()).collect();
        inputs.into_par_iter().map(|(role, path)| provenance(role, path, progress)).collect()
    }
}

/// The progress of hashing beside packing: it shows nothing, and ends when packing has failed.
struct Background<'a> {
    progress: &'a dyn Progress,
    stopped: AtomicBool,
}

impl<'a> Background<'a> {
    fn new(progress: &'a dyn Progress) -> Background<'a> {
        Background { progress, stopped: AtomicBool::new(false) }
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

impl Progress for Background<'_> {
    fn interrupted(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.progress.interrupted()
    }
}
