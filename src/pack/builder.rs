//! The options of packing: which files, under which names, in which panels.

use crate::format::manifest::{GroupEntry, Role};
use crate::ingest::alias::Aliases;
use crate::store::Store;
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The most tracks of one panel.
const MAX_TRACKS: usize = 4096;

/// Packs a genome and tracks into a store and publishes it in one step.
///
/// Work is shared among all cores, or the threads of the rayon pool that it is called in; memory
/// stays bounded whatever the genome's size. The same inputs give the same data files, on any
/// number of threads.
///
/// Needs the feature `ingest`. Without it there is the command `atemoya pack`.
///
/// ```
#[doc = include_str!("../example_inputs.txt")]
/// use atemoya::{PackBuilder, Store};
///
/// let packed = PackBuilder::new()
///     .fasta("genome.fa")
///     .signal("atac", ["plus.bw", "minus.bw"]) // a stranded pair: two channels of one group
///     .control("input", ["input.bw"])
///     .publish("genome.atemoya".as_ref(), &())?;
/// packed.warnings.iter().for_each(|warning| eprintln!("{warning}"));
/// assert_eq!(Store::open("genome.atemoya")?.manifest().groups.len(), 2);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `publish` is called"]
pub struct PackBuilder {
    pub(super) fasta: Option<PathBuf>,
    pub(super) chrom_sizes: Option<PathBuf>,
    pub(super) groups: Vec<GroupInput>,
    pub(super) contigs: Option<Vec<String>>,
    pub(super) alias: Option<Aliases>,
    pub(super) allow_empty: bool,
    pub(super) tile_log2: u32,
    pub(super) replace: bool,
    /// A store of the same FASTA with all contigs, whose sequence file can be linked to.
    pub(super) sequence_of: Option<Store>,
}

/// A group and the files of its channels.
#[derive(Debug, Clone)]
pub(super) struct GroupInput {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) paths: Vec<PathBuf>,
}

impl Default for PackBuilder {
    fn default() -> Self {
        PackBuilder::new()
    }
}

impl PackBuilder {
    /// Creates a builder without inputs, with tiles of 4,096 bases.
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

    /// Adds a group of signal tracks: what a model predicts. Several bigWig files are its channels,
    /// whose order is reversed under reverse complement.
    pub fn signal(self, name: impl Into<String>, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.group(name, Role::Signal, paths)
    }

    /// Adds a group of control tracks: inputs of a model beside the sequence.
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

    /// Sets which contigs are packed; `None`, the default, for all. Their order stays that of the
    /// genome.
    pub fn contigs(mut self, names: Option<Vec<String>>) -> Self {
        self.contigs = names;
        self
    }

    /// Sets which names of contigs mean the same; `None`, the default, for none. A contig of a
    /// track that the genome has under another name is packed as the genome's, and the manifest
    /// says so.
    pub fn alias(mut self, aliases: Option<Aliases>) -> Self {
        self.alias = aliases;
        self
    }

    /// Sets whether a track may have no contig of the genome, or none with the genome's length.
    /// Such a track is zero everywhere. By default it is an error, since its contig names or its
    /// genome build are probably wrong.
    pub fn allow_empty(mut self, allow_empty: bool) -> Self {
        self.allow_empty = allow_empty;
        self
    }

    /// Sets log2 of the tile in bases, 9 to 15; 12 by default, 4,096 bases.
    pub fn tile_log2(mut self, tile_log2: u32) -> Self {
        self.tile_log2 = tile_log2;
        self
    }

    /// Sets whether an existing store at the target is replaced; false by default, when that is
    /// [`Error::Exists`].
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Sets a store of the same FASTA with all its contigs, to whose sequence file a hard link is
    /// made. The FASTA is packed where the file system has no hard links or that file is damaged.
    pub(crate) fn sequence_of(mut self, store: Option<Store>) -> Self {
        self.sequence_of = store.filter(|_| self.packs_whole_genome());
        self
    }

    /// Returns whether all contigs of a FASTA are packed.
    pub(crate) fn packs_whole_genome(&self) -> bool {
        self.fasta.is_some() && self.contigs.is_none()
    }

    /// Returns a text that is equal for builders that would pack equal stores from equal inputs,
    /// and the inputs in the order of the manifest.
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

    /// Checks the options and the names of groups and tracks.
    pub(super) fn check(&self) -> Result<()> {
        if self.fasta.is_none() && self.groups.is_empty() {
            return Err(Error::argument("pack", "there is nothing to pack: give a FASTA, a signal or a control"));
        }
        if self.fasta.is_some() && self.chrom_sizes.is_some() {
            return Err(Error::argument(
                "chrom_sizes",
                "the contigs come from the FASTA: give a FASTA or `chrom_sizes`, not both",
            ));
        }
        if !(9..=15).contains(&self.tile_log2) {
            return Err(Error::argument("tile", "it must be a power of two from 512 to 32768"));
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
                        "two groups are named {0:?}: give each a name of its own, or all files as the channels of \
                         one group ({0}=A,B in the command)",
                        group.name
                    ),
                ));
            }
            if let Some(name) = track_names(&group.name, group.paths.len()).find(|name| !names.insert(name.clone())) {
                return Err(Error::argument("signal", format!("two tracks would be named {name:?}: rename a group")));
            }
            if group.paths.is_empty() || group.paths.len() > MAX_TRACKS {
                return Err(Error::argument("signal", format!("{:?} needs 1 to {MAX_TRACKS} files", group.name)));
            }
        }
        Ok(())
    }

    /// Assigns signals and controls to separate panels, since they are read over different windows.
    pub(super) fn assign_panels(&self) -> Vec<GroupEntry> {
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
}

/// Returns the names of a group's tracks: `NAME` for a single one, `NAME.i` for channel i of
/// several.
pub(super) fn track_names(group: &str, tracks: usize) -> impl Iterator<Item = String> {
    (0..tracks).map(move |i| if tracks == 1 { group.to_owned() } else { format!("{group}.{i}") })
}
