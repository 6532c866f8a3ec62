//! `manifest.json`: the contents of a store, its inputs, and the length and hash of every file
//! (`format-spec/FORMAT.md`, section 8).

mod validate;

use super::Provenance;
use super::tile::ValueType;
use serde::{Deserialize, Deserializer, Serialize};

/// The file's name in a store.
pub const MANIFEST: &str = "manifest.json";

/// What a store says of itself: its contigs, tracks and groups, the files that it was made of, and
/// its data files. [`Store::manifest`](crate::Store::manifest) returns it.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::store::Manifest;
///
/// let store = Store::open("yeast.atemoya")?;
/// let manifest: &Manifest = store.manifest();
/// assert_eq!((manifest.contigs[0].name.as_str(), manifest.contigs[0].length), ("chrI", 20_000));
/// assert!(manifest.sequence.is_some()); // it has a genome
/// println!("made by {} of {} files", manifest.created_by, manifest.inputs.len());
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `atemoya`.
    pub format: String,
    /// Major and minor version of the format.
    pub version: [u16; 2],
    /// Features that a reader must know.
    pub required_features: Vec<String>,
    /// Features that a reader may ignore.
    pub optional_features: Vec<String>,
    /// The program that wrote the store, and its version.
    pub created_by: String,
    /// Names and lengths, in the order of the data files.
    pub contigs: Vec<ContigEntry>,
    /// The genome, if the store has one.
    #[serde(deserialize_with = "present")]
    pub sequence: Option<SequenceEntry>,
    /// The panels of tracks.
    pub panels: Vec<PanelEntry>,
    /// The groups of channels.
    pub groups: Vec<GroupEntry>,
    /// Every data file, sorted by name.
    pub files: Vec<FileEntry>,
    /// The provenance of every input.
    #[serde(deserialize_with = "super::provenance::with_contigs")]
    pub inputs: Vec<Provenance>,
}

/// Reads a member that may be null but must not be absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// A contig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContigEntry {
    /// Its name.
    pub name: String,
    /// Its length in bases.
    pub length: u64,
}

/// The sequence file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceEntry {
    /// Name of the data file.
    pub file: String,
    /// The number of bases that are A, C, G or T.
    pub acgt: u64,
}

/// A panel: tracks that lie in one file.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::store::PanelEntry;
///
/// let store = Store::open("yeast.atemoya")?;
/// let panel: &PanelEntry = &store.manifest().panels[0];
/// assert_eq!((panel.tracks.len(), panel.tile), (3, 4096));
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelEntry {
    /// Name of the data file.
    pub file: String,
    /// Bases of a tile, a power of two.
    pub tile: u64,
    /// The tracks in their order in the file.
    pub tracks: Vec<TrackEntry>,
}

/// A track of a panel, with its totals over the genome.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::store::TrackEntry;
///
/// let store = Store::open("yeast.atemoya")?;
/// let track: &TrackEntry = &store.manifest().panels[0].tracks[1];
/// assert_eq!((track.name.as_str(), track.min, track.max), ("atac.1", 0.0, 2.0));
/// println!("{} of {} bases are not 0", track.nonzero, store.manifest().contigs[0].length);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackEntry {
    /// A name for people: the group's, with the channel's number where there are several.
    pub name: String,
    /// The narrowest type that holds every value.
    #[serde(rename = "type")]
    pub values: TrackType,
    /// Bases that are not 0.
    pub nonzero: u64,
    /// Sum of the values.
    pub sum: f64,
    /// The least value, zeros included.
    pub min: f32,
    /// The greatest value, zeros included.
    pub max: f32,
}

/// The narrowest type that holds every value of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackType {
    /// Integers of 0 to 255.
    U8,
    /// Integers of 0 to 65,535.
    U16,
    /// Any finite f32.
    F32,
}

impl From<ValueType> for TrackType {
    fn from(values: ValueType) -> Self {
        match values {
            ValueType::One | ValueType::U4 | ValueType::U8 => TrackType::U8,
            ValueType::U16 => TrackType::U16,
            ValueType::F32 => TrackType::F32,
        }
    }
}

/// The role of a group: what a model predicts, or an input beside the sequence.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::store::Role;
///
/// let store = Store::open("yeast.atemoya")?;
/// let signals = store.manifest().groups.iter().filter(|group| group.role == Role::Signal);
/// assert_eq!(signals.map(|group| group.name.as_str()).collect::<Vec<_>>(), ["atac"]);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The target of a model, read over the output window.
    Signal,
    /// An input of a model beside the sequence, read over the input window.
    Control,
}

/// A group of channels, whose order is reversed under reverse complement. Its channels are tracks
/// of one panel.
///
/// ```
#[doc = include_str!("../example_store.txt")]
/// use atemoya::Store;
/// use atemoya::store::{GroupEntry, Manifest};
///
/// fn names(manifest: &Manifest, group: &GroupEntry) -> Vec<String> {
///     let panel = &manifest.panels[group.panel];
///     group.tracks.iter().map(|&track| panel.tracks[track].name.clone()).collect()
/// }
/// let store = Store::open("yeast.atemoya")?;
/// let group = store.group("atac").unwrap();
/// assert_eq!(names(store.manifest(), group), ["atac.0", "atac.1"]);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEntry {
    /// Its name, unique in the store.
    pub name: String,
    /// Signal or control.
    pub role: Role,
    /// The number of its panel.
    pub panel: usize,
    /// Its channels: tracks of that panel.
    pub tracks: Vec<usize>,
}

/// A data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its name in the store's directory.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of its bytes, 64 lower-case digits.
    pub sha256: String,
    /// The CRC field of its header page, 8 lower-case digits.
    pub header_crc32c: String,
}

impl Manifest {
    /// Creates an empty manifest of the version that this library writes.
    #[must_use]
    pub fn new() -> Self {
        Manifest {
            format: "atemoya".into(),
            version: [super::VERSION.0, super::VERSION.1],
            required_features: Vec::new(),
            optional_features: Vec::new(),
            created_by: concat!("atemoya ", env!("CARGO_PKG_VERSION")).into(),
            contigs: Vec::new(),
            sequence: None,
            panels: Vec::new(),
            groups: Vec::new(),
            files: Vec::new(),
            inputs: Vec::new(),
        }
    }

    /// Returns the lowest version of the format that has all members in use: 1.1 where an input has
    /// contigs of other names or lengths.
    #[must_use]
    pub fn lowest_version(&self) -> [u16; 2] {
        let later = |input: &Provenance| !input.contigs_renamed.is_empty() || !input.contigs_other_length.is_empty();
        [super::VERSION.0, super::VERSION.1 + u16::from(self.inputs.iter().any(later))]
    }

    /// Returns the entry of a data file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.name == name)
    }
}

impl Default for Manifest {
    fn default() -> Self {
        Manifest::new()
    }
}

/// Returns whether a file or a locus index of a store may have this name (sections 8 and 9).
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(allowed)
}

/// Returns whether a text is this number of lower-case hexadecimal digits.
pub(crate) fn is_lower_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
