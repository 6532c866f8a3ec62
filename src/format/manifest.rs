//! `manifest.json`: the contents of a store, its inputs, and the length and hash of every file
//! (`format-spec/FORMAT.md`, section 8).

use super::contigs::MAX_CONTIG_LENGTH;
use super::tile::ValueType;
use super::{Contigs, Damage, OtherLength, Provenance, is_contig_name};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashSet;

/// The file's name in a store.
pub const MANIFEST: &str = "manifest.json";
const MAX_PANELS: usize = 1024;
const MAX_GROUPS: usize = 65_536;

/// The manifest of a store, without the checksum of its file.
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

/// A panel file.
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

/// The role of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The target of a model, read over the output window.
    Signal,
    /// An input of a model beside the sequence, read over the input window.
    Control,
}

/// A group of channels, whose order is reversed under reverse complement.
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

    /// Checks the rules of sections 7 and 8 of the format that concern only the manifest, and
    /// returns the contigs.
    ///
    /// # Errors
    /// The first violation. Its offset is 0, since members of JSON have no fixed offsets.
    pub fn validate(&self) -> Result<Contigs, Damage> {
        let bad = |what, expected: &str, got: &dyn ToString| Err(Damage::new(0, what, expected, got.to_string()));
        let contigs = Contigs::new(self.contigs.iter().map(|c| (c.name.clone(), c.length)))
            .map_err(|e| Damage::new(0, "contigs", "unique names and lengths within the limits", e))?;
        if self.panels.len() > MAX_PANELS {
            return bad("panels", "at most 1024", &self.panels.len());
        }
        if self.groups.len() > MAX_GROUPS {
            return bad("groups", "at most 65536", &self.groups.len());
        }
        self.validate_files()?;
        for panel in &self.panels {
            if !(512..=32_768).contains(&panel.tile) || !panel.tile.is_power_of_two() {
                return bad("tile", "a power of two from 512 to 32768", &panel.tile);
            }
            if !(1..=4096).contains(&panel.tracks.len()) {
                return bad("tracks of a panel", "1 to 4096", &panel.tracks.len());
            }
            let mut names = HashSet::new();
            if let Some(track) = panel.tracks.iter().find(|t| !is_valid_name(&t.name) || !names.insert(&t.name)) {
                return bad("name of a track", "unique in its panel, 1 to 255 bytes", &track.name);
            }
        }
        self.validate_groups()?;
        if let Some(input) = self.inputs.iter().find(|input| !is_lower_hex(&input.sha256, 64)) {
            return bad("sha256 of an input", "64 lower-case hexadecimal digits", &input.path);
        }
        for input in &self.inputs {
            if input.contigs_renamed.iter().any(|name| name.from.is_empty() || name.to.is_empty()) {
                return bad("contigs_renamed of an input", "names", &input.path);
            }
            let wrong = |other: &OtherLength| !is_contig_name(&other.name) || other.length >= MAX_CONTIG_LENGTH;
            if input.contigs_other_length.iter().any(wrong) {
                return bad("contigs_other_length of an input", "names, and lengths below 2^40", &input.path);
            }
        }
        Ok(contigs)
    }

    fn validate_files(&self) -> Result<(), Damage> {
        let named = self.sequence.iter().map(|s| &s.file).chain(self.panels.iter().map(|p| &p.file));
        let mut named: Vec<&String> = named.collect();
        named.sort_unstable();
        let listed: Vec<&String> = self.files.iter().map(|f| &f.name).collect();
        if named != listed || listed.windows(2).any(|w| w[0] == w[1]) {
            let got = format!("{listed:?}");
            return Err(Damage::new(0, "files", format!("{named:?}, each once, sorted"), got));
        }
        for file in &self.files {
            if !is_file_name(&file.name) {
                return Err(Damage::new(0, "name of a data file", "1 to 64 of A-Z a-z 0-9 . _ -", &file.name));
            }
            if !is_lower_hex(&file.sha256, 64) || !is_lower_hex(&file.header_crc32c, 8) {
                return Err(Damage::new(0, "checksum of a file", "lower-case hexadecimal digits", &file.name));
            }
        }
        Ok(())
    }

    fn validate_groups(&self) -> Result<(), Damage> {
        let mut names = HashSet::new();
        let mut used = HashSet::new();
        for group in &self.groups {
            if !is_valid_name(&group.name) || !names.insert(&group.name) {
                return Err(Damage::new(0, "name of a group", "unique, 1 to 255 bytes", &group.name));
            }
            let tracks = self.panels.get(group.panel).map_or(0, |p| p.tracks.len());
            if group.tracks.is_empty() {
                return Err(Damage::new(0, "tracks of a group", "at least one", &group.name));
            }
            for &track in &group.tracks {
                if track >= tracks || !used.insert((group.panel, track)) {
                    let got = format!("track {track} of panel {} in group {}", group.panel, group.name);
                    return Err(Damage::new(0, "tracks of a group", "tracks of its panel, in one group each", got));
                }
            }
        }
        Ok(())
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

/// Returns whether a contig, group or track may have this name (section 7).
fn is_valid_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.chars().any(char::is_control)
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
