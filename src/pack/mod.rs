//! The job of `atemoya pack`: FASTA and bigWig files become a store (feature `ingest`).

mod contigs;
mod open_files;
mod panel;
mod sequence;
mod track;
mod unchanged;

use self::track::{Lists, Track, notes};
use self::unchanged::Unchanged;
use crate::format::manifest::{ContigEntry, GroupEntry, Manifest, Role};
use crate::format::{Contigs, Provenance};
use crate::ingest::alias::Aliases;
use crate::ingest::bigwig::BigWig;
use crate::ingest::{check_regular, provenance};
use crate::parallel::on_all_cores;
use crate::progress::{self, Progress};
use crate::store::{Publication, Store, input_warnings, writer};
use crate::{Error, Result};
use rayon::prelude::*;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The most tracks of one panel.
const MAX_TRACKS: usize = 4096;

/// Packs a genome and tracks into a store and publishes it in one step.
///
/// Work is shared among all cores, or the threads of the rayon pool that it is called in; memory
/// stays bounded whatever the genome's size. The same inputs give the same data files, on any
/// number of threads.
///
/// ```no_run
/// atemoya::pack::PackBuilder::new()
///     .fasta("genome.fa")
///     .signal("atac", ["plus.bw", "minus.bw"])
///     .control("input", ["input.bw"])
///     .publish("genome.atemoya".as_ref(), &())?;
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `publish` is called"]
pub struct PackBuilder {
    fasta: Option<PathBuf>,
    chrom_sizes: Option<PathBuf>,
    groups: Vec<GroupInput>,
    contigs: Option<Vec<String>>,
    alias: Option<Aliases>,
    allow_empty: bool,
    tile_log2: u32,
    replace: bool,
    /// A store of the same FASTA with all contigs, whose sequence file serves for this one, too.
    sequence_of: Option<Store>,
}

/// A group and the files of its channels.
#[derive(Debug, Clone)]
struct GroupInput {
    name: String,
    role: Role,
    paths: Vec<PathBuf>,
}

/// What was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Where the store has zeros that nobody measured, as
    /// [`Store::warnings`](crate::Store::warnings) tells again whenever it is asked: contigs that a
    /// track lacks or has with another length, and tracks without values.
    pub warnings: Vec<String>,
    /// What is worth knowing beside: contigs that were renamed, and those that were ignored.
    pub notes: Vec<String>,
}

impl Default for PackBuilder {
    fn default() -> Self {
        PackBuilder::new()
    }
}

impl PackBuilder {
    /// Starts with no input, and tiles of 4,096 bases.
    pub fn new() -> Self {
        PackBuilder {
            fasta: None,
            chrom_sizes: None,
            groups: Vec::new(),
            contigs: None,
            alias: None,
            allow_empty: false,
            tile_log2: 12,
            replace: false,
            sequence_of: None,
        }
    }

    /// Sets the genome: FASTA, plain or compressed (gzip, BGZF, bzip2, xz, zstd).
    pub fn fasta(mut self, path: impl Into<PathBuf>) -> Self {
        self.fasta = Some(path.into());
        self
    }

    /// Sets the file of contig names and lengths, for a store without a genome.
    pub fn chrom_sizes(mut self, path: impl Into<PathBuf>) -> Self {
        self.chrom_sizes = Some(path.into());
        self
    }

    /// Adds a group of signal tracks. Several files are its channels, which swap under reverse
    /// complement.
    pub fn signal(self, name: impl Into<String>, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.group(name, Role::Signal, paths)
    }

    /// Adds a group of control tracks.
    pub fn control(self, name: impl Into<String>, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.group(name, Role::Control, paths)
    }

    fn group(
        mut self,
        name: impl Into<String>,
        role: Role,
        paths: impl IntoIterator<Item = impl Into<PathBuf>>,
    ) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        self.groups.push(GroupInput { name: name.into(), role, paths });
        self
    }

    /// Sets which contigs are packed, `None` for all. Their order stays that of the genome.
    pub fn contigs(mut self, names: Option<Vec<String>>) -> Self {
        self.contigs = names;
        self
    }

    /// Sets which names of contigs mean the same, `None` for none. A contig of a track that the
    /// genome has under another name is packed as the genome's, and the manifest says so.
    pub fn alias(mut self, aliases: Option<Aliases>) -> Self {
        self.alias = aliases;
        self
    }

    /// Sets whether a track may have none of the genome's contigs, or none with its length. It is
    /// zero everywhere then; else it is an error, since the names or the genome build are wrong.
    pub fn allow_empty(mut self, allow_empty: bool) -> Self {
        self.allow_empty = allow_empty;
        self
    }

    /// Sets log2 of the tile in bases, 9 to 15.
    pub fn tile_log2(mut self, tile_log2: u32) -> Self {
        self.tile_log2 = tile_log2;
        self
    }

    /// Sets whether an existing store at the target is replaced.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Sets a store of the same FASTA, with all its contigs, which the sequence is taken from, by
    /// another name of the same file. Where the file system gives none, or the file is damaged, it
    /// is packed.
    pub(crate) fn sequence_of(mut self, store: Option<Store>) -> Self {
        self.sequence_of = store.filter(|_| self.packs_whole_genome());
        self
    }

    /// Whether all contigs of a FASTA are packed.
    pub(crate) fn packs_whole_genome(&self) -> bool {
        self.fasta.is_some() && self.contigs.is_none()
    }

    /// All that decides what is packed but for the inputs' content, in words that are the same for
    /// the same; and the inputs, in the order of the manifest's.
    pub(crate) fn described(&self) -> (String, Vec<&Path>) {
        let PackBuilder {
            fasta,
            chrom_sizes,
            groups,
            contigs,
            alias,
            allow_empty,
            tile_log2,
            replace: _,
            sequence_of: _,
        } = self;
        let alias = alias.as_ref().map(Aliases::described);
        let named: Vec<_> = groups.iter().map(|group| (&group.name, group.role, group.paths.len())).collect();
        let described =
            format!("{:?}", (fasta.is_some(), chrom_sizes.is_some(), named, contigs, alias, allow_empty, tile_log2));
        let paths = fasta.iter().chain(chrom_sizes).chain(groups.iter().flat_map(|group| &group.paths));
        (described, paths.map(PathBuf::as_path).collect())
    }

    /// Reads the inputs, writes the store beside `out` and renames it to `out`.
    ///
    /// # Errors
    /// [`Error::Input`] for any input that cannot be read exactly or changes meanwhile, for a track
    /// that has none of the genome's contigs with its length (see [`PackBuilder::allow_empty`]),
    /// for one that has another length of a contig that is named in [`PackBuilder::contigs`], and
    /// for two contigs of a track that mean the same; [`Error::Argument`] for names that are
    /// missing, taken twice or not allowed; [`Error::Exists`]; [`Error::Interrupted`];
    /// [`Error::Io`]. Nothing is left behind.
    pub fn publish(&self, out: &Path, progress: &dyn Progress) -> Result<Packed> {
        self.check()?;
        let paths = self.groups.iter().flat_map(|group| &group.paths);
        let inputs = || self.fasta.iter().chain(&self.chrom_sizes).chain(paths.clone());
        inputs().try_for_each(|path| check_regular(path))?;
        let unchanged = Unchanged::note(inputs())?;
        let mut manifest = Manifest::new();
        manifest.groups = self.assign_panels();
        let files: Vec<(&str, &PathBuf)> =
            self.groups.iter().flat_map(|group| group.paths.iter().map(|path| (group.name.as_str(), path))).collect();
        open_files::allow(files.len())?;
        let tracks = files.iter().map(|(_, path)| BigWig::open(path)).collect::<Result<Vec<_>>>()?;
        let publication = Publication::of_store(out, self.replace)?;
        // The inputs are hashed while they are packed; there is no need to go on with one when the
        // other has failed.
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
            return Err(Error::input(fasta, None, "changed while it was packed"));
        }
        // The last inputs are the files of the tracks, in their order.
        manifest.inputs.iter_mut().rev().zip(lists.into_iter().rev()).for_each(|(input, lists)| lists.note(input));
        let packed = Packed {
            warnings: input_warnings(&manifest, None, None),
            notes: notes(&manifest.inputs, self.contigs.is_some()),
        };
        unchanged.check()?;
        progress::check(progress)?;
        writer::publish(publication, manifest)?;
        Ok(packed)
    }

    /// Writes the data files, and describes them in the manifest. Returns what it is to say of the
    /// tracks' files.
    fn write(
        &self,
        directory: &Path,
        manifest: &mut Manifest,
        tracks: &[BigWig],
        progress: &dyn Progress,
    ) -> Result<Vec<Lists>> {
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
            // Groups, their tracks and the opened files are all in the order in which they were
            // given.
            let of_groups = manifest
                .groups
                .iter()
                .flat_map(|group| track_names(&group.name, group.tracks.len()).map(|n| (group.panel, n)));
            let (names, files): (Vec<String>, Vec<&Track<'_>>) = of_groups
                .zip(&tracks)
                .filter(|((panel, _), _)| *panel == number)
                .map(|((_, n), file)| (n, file))
                .unzip();
            let job = panel::Job { contigs: &contigs, tracks: &files, tile_log2: self.tile_log2, progress };
            let (entry, file) = job.pack(&format!("panel-{number}.atm"), &names, directory)?;
            manifest.panels.push(entry);
            manifest.files.push(file);
        }
        Ok(tracks.into_iter().map(Track::into_lists).collect())
    }

    fn check(&self) -> Result<()> {
        if self.fasta.is_none() && self.groups.is_empty() {
            return Err(Error::argument("pack", "there is nothing to pack: give a FASTA, a signal or a control"));
        }
        if self.fasta.is_some() && self.chrom_sizes.is_some() {
            return Err(Error::argument("chrom_sizes", "the contigs come from the FASTA; give one of the two"));
        }
        if !(9..=15).contains(&self.tile_log2) {
            return Err(Error::argument("tile", "must be a power of two from 512 to 32768"));
        }
        let mut names = HashSet::new();
        for (i, group) in self.groups.iter().enumerate() {
            if group.name.is_empty() || group.name.len() > 200 || group.name.chars().any(|c| c.is_control() || c == '/')
            {
                let message =
                    format!("{:?} is not a name of 1 to 200 bytes without control characters and /", group.name);
                return Err(Error::argument("signal", message));
            }
            if self.groups[..i].iter().any(|other| other.name == group.name) {
                return Err(Error::argument(
                    "signal",
                    format!(
                        "two groups are named {0:?}: their files may be the channels of one group ({0}=A,B in the command)",
                        group.name
                    ),
                ));
            }
            if let Some(name) = track_names(&group.name, group.paths.len()).find(|name| !names.insert(name.clone())) {
                return Err(Error::argument("signal", format!("two tracks would be named {name:?}")));
            }
            if group.paths.is_empty() || group.paths.len() > MAX_TRACKS {
                return Err(Error::argument("signal", format!("{:?} needs 1 to {MAX_TRACKS} files", group.name)));
            }
        }
        Ok(())
    }

    /// Puts signals and controls into panels of their own, since they are read over different
    /// windows.
    fn assign_panels(&self) -> Vec<GroupEntry> {
        let mut panels: Vec<(Role, usize)> = Vec::new();
        let mut entries = Vec::new();
        for group in &self.groups {
            let fits = |&(role, tracks): &(Role, usize)| role == group.role && tracks + group.paths.len() <= MAX_TRACKS;
            let panel = panels.iter().position(fits).unwrap_or_else(|| {
                panels.push((group.role, 0));
                panels.len() - 1
            });
            let first = panels[panel].1;
            panels[panel].1 += group.paths.len();
            let tracks = (first..panels[panel].1).collect();
            entries.push(GroupEntry { name: group.name.clone(), role: group.role, panel, tracks });
        }
        entries
    }

    /// Hashes the inputs: the genome if there is one, then the files of the groups.
    fn provenance(&self, files: &[(&str, &PathBuf)], progress: &dyn Progress) -> Result<Vec<Provenance>> {
        let genome = self.fasta.as_ref().map(|path| ("sequence", path));
        let genome = genome.or(self.chrom_sizes.as_ref().map(|path| ("chrom_sizes", path)));
        let inputs: Vec<_> = genome.into_iter().chain(files.iter().copied()).collect();
        inputs.into_par_iter().map(|(role, path)| provenance(role, path, progress)).collect()
    }
}

/// Work beside the main one, which shows no progress of its own and ends when it is told to.
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

/// The names of a group's tracks: its own, or with the channel's number where there are several.
fn track_names(group: &str, tracks: usize) -> impl Iterator<Item = String> {
    (0..tracks).map(move |i| if tracks == 1 { group.to_owned() } else { format!("{group}.{i}") })
}
