//! Finds contigs and tracks on which a store has zeros because the tracks' files lack the values,
//! and warns of them or refuses them.

use super::Store;
use crate::error::{leave_them_out, listed_as_is};
use crate::format::manifest::{GroupEntry, Manifest, TrackEntry};
use crate::format::{OtherLength, Provenance};
use crate::{Error, Result, listed};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

impl Store {
    /// Returns warnings, in sentences for users, about zeros where the files of tracks lack values:
    /// contigs that a file does not have or has with another length, and files without any value.
    /// Reads only the manifest.
    ///
    /// Only the named groups and contigs count; `None` means all. A loader asks for the groups that
    /// it reads and the contigs of its loci.
    ///
    /// # Errors
    /// [`Error::Argument`] of `groups` or `contigs` for a name that the store lacks.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// let store = atemoya::Store::open("yeast.atemoya")?;
    /// for warning in store.warnings(Some(&["atac"]), Some(&["chrI"]))? {
    ///     eprintln!("{warning}");
    /// }
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn warnings(&self, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Result<Vec<String>> {
        self.check_names(groups, contigs)?;
        Ok(warnings(self.manifest(), groups, contigs))
    }

    /// Refuses contigs whose length in the file of a track differs from the store's: that file is
    /// of another genome, and the store has zeros there. Only the named groups and contigs count;
    /// `None` means all.
    ///
    /// Call this for the contigs of all loci before counts are taken, since zeros would leave loci
    /// out silently. Loaders do so.
    ///
    /// ```
    #[doc = include_str!("../example_store.txt")]
    /// let store = atemoya::Store::open("yeast.atemoya")?;
    /// store.check_lengths(Some(&["atac"]), Some(&["chrI"]))?;
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] of `chroms` with both lengths; errors of [`Store::warnings`].
    pub fn check_lengths(&self, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Result<()> {
        self.check_names(groups, contigs)?;
        check_lengths(self.manifest(), groups, contigs)
    }

    /// Refuses names of groups and contigs that the store lacks.
    fn check_names(&self, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Result<()> {
        if let Some(unknown) = groups.unwrap_or_default().iter().find(|name| self.group(name).is_none()) {
            let known = listed(self.manifest().groups.iter().map(|group| &group.name));
            return Err(Error::argument("groups", format!("there is no {unknown:?}; there is {known}")));
        }
        contigs.unwrap_or_default().iter().try_for_each(|name| self.contigs().find_as("contigs", name).map(drop))
    }

    /// Returns the contigs that have another length in the file of a track of these groups.
    pub(crate) fn other_lengths(&self, groups: &[&str]) -> BTreeSet<&str> {
        let (tracks, all) = (tracks(self.manifest(), Some(groups)), Wanted::new(None));
        tracks.iter().flat_map(|track| track.other_lengths(&all)).map(|other| other.name.as_str()).collect()
    }

    /// Returns the ids of the contigs whose values are unknown, since their length in the file of a
    /// track is another, each with a message. Only the named groups count, and of each only
    /// `channel` if it is given.
    pub(crate) fn unreadable(&self, groups: &[&str], channel: Option<usize>) -> BTreeMap<usize, String> {
        let (lengths, all) = (Lengths::new(self.manifest()), Wanted::new(None));
        let mut contigs = BTreeMap::new();
        for track in tracks(self.manifest(), Some(groups)) {
            for other in track.other_lengths(&all).filter(|_| channel.is_none_or(|channel| track.channel == channel)) {
                let why = || {
                    let remedy = "make the track of the genome of the store and pack it again";
                    format!("{} {}; {remedy}", track.label(), lengths.unknown(vec![other]))
                };
                self.contigs().id(&other.name).map(|id| contigs.entry(id).or_insert_with(why));
            }
        }
        contigs
    }
}

fn check_lengths(manifest: &Manifest, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Result<()> {
    let (lengths, wanted) = (Lengths::new(manifest), Wanted::new(contigs));
    for track in tracks(manifest, groups) {
        let found: Vec<&OtherLength> = track.other_lengths(&wanted).collect();
        if !found.is_empty() {
            let good = contigs.unwrap_or_default().iter().filter(|name| found.iter().all(|other| other.name != **name));
            let advice = leave_them_out(good.copied());
            let remedy = "or make the track of the genome of the store and pack it again";
            let message = format!("{} {}; {advice}, {remedy}", track.label(), lengths.unknown(found));
            return Err(Error::argument("chroms", message));
        }
    }
    Ok(())
}

/// Returns the warnings about a manifest, as [`Store::warnings`] does. The store need not exist
/// yet.
pub(crate) fn warnings(manifest: &Manifest, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Vec<String> {
    let (lengths, wanted) = (Lengths::new(manifest), Wanted::new(contigs));
    // One sentence for all tracks that lack the same.
    let mut lacks: Vec<(String, Vec<String>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for track in tracks(manifest, groups) {
        for what in track.lacks(manifest.contigs.len(), &wanted, &lengths) {
            let place = *places.entry(what.clone()).or_insert(lacks.len());
            if place == lacks.len() {
                lacks.push((what, Vec::new()));
            }
            lacks[place].1.push(track.label());
        }
    }
    lacks.into_iter().map(|(what, tracks)| format!("{}: {what}", listed_as_is(tracks))).collect()
}

/// A track with its input file, if that is known, or an input file whose track is not known.
struct TrackInput<'a> {
    /// Its number in its group.
    channel: usize,
    entry: Option<&'a TrackEntry>,
    input: Option<&'a Provenance>,
}

/// Lists the tracks of some groups with their files. The files of a group have its name as their
/// role and are in its order. The genome, the first of all inputs, may have the same role.
fn tracks<'a>(manifest: &'a Manifest, groups: Option<&[&str]>) -> Vec<TrackInput<'a>> {
    let mut by_role: HashMap<&str, Vec<&Provenance>> = HashMap::new();
    for input in &manifest.inputs {
        by_role.entry(&input.role).or_default().push(input);
    }
    let (mut tracks, mut others) = (Vec::new(), Vec::new());
    for GroupEntry { name, panel, tracks: numbers, .. } in &manifest.groups {
        let inputs = by_role.remove(name.as_str()).unwrap_or_default();
        if groups.is_some_and(|names| !names.contains(&name.as_str())) {
            continue;
        }
        let before = inputs.len().checked_sub(numbers.len()).filter(|&before| before <= 1);
        let file = |channel| before.map(|before| inputs[before + channel]);
        let entries = numbers.iter().map(|&track| &manifest.panels[*panel].tracks[track]);
        tracks.extend(entries.enumerate().map(|(i, entry)| TrackInput {
            channel: i,
            entry: Some(entry),
            input: file(i),
        }));
        if before.is_none() {
            others.extend(inputs);
        }
    }
    others.extend(manifest.inputs.iter().filter(|input| by_role.contains_key(input.role.as_str())));
    tracks.extend(others.into_iter().map(|input| TrackInput { channel: 0, entry: None, input: Some(input) }));
    tracks
}

impl<'a> TrackInput<'a> {
    /// Returns the track's name and file.
    fn label(&self) -> String {
        let path = self.input.map(|input| format!("{:?}", input.path));
        match (self.entry, path) {
            (Some(track), Some(path)) => format!("track {:?} ({path})", track.name),
            (Some(track), None) => format!("track {:?}", track.name),
            (None, path) => path.unwrap_or_default(),
        }
    }

    /// Returns what the track lacks, in words.
    fn lacks(&self, contigs: usize, wanted: &Wanted<'_>, lengths: &Lengths<'_>) -> Vec<String> {
        let absent = self.input.map_or(&[][..], |input| &input.contigs_absent);
        if contigs > 0 && absent.len() == contigs {
            let theirs = self.input.map_or(&[][..], |input| &input.contigs_ignored);
            return vec![format!(
                "zeros everywhere, since none of the store's contigs is there (there is {})",
                listed(theirs)
            )];
        }
        if self.entry.is_some_and(|track| track.nonzero == 0) {
            return vec!["zeros everywhere, since no value is there".to_owned()];
        }
        let mut lacks = Vec::new();
        let absent: Vec<&String> = absent.iter().filter(|name| wanted.has(name)).collect();
        if !absent.is_empty() {
            lacks.push(format!("zeros on {}, since these contigs are not there", listed(absent)));
        }
        let other: Vec<&OtherLength> = self.other_lengths(wanted).collect();
        if !other.is_empty() {
            lacks.push(format!("zeros on contigs of other lengths: {}", lengths.both(other)));
        }
        lacks
    }

    /// Returns the contigs that have another length in the file.
    fn other_lengths(&self, wanted: &Wanted<'_>) -> impl Iterator<Item = &'a OtherLength> {
        let all = self.input.map_or(&[][..], |input| input.contigs_other_length.as_slice());
        all.iter().filter(|other| wanted.has(&other.name))
    }
}

/// The contigs that count; `None` for all.
struct Wanted<'a>(Option<HashSet<&'a str>>);

impl<'a> Wanted<'a> {
    fn new(contigs: Option<&[&'a str]>) -> Wanted<'a> {
        Wanted(contigs.map(|names| names.iter().copied().collect()))
    }

    fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name))
    }
}

/// The lengths of the store's contigs, in a map that is made on first use.
struct Lengths<'a>(&'a Manifest, OnceCell<HashMap<&'a str, u64>>);

impl<'a> Lengths<'a> {
    fn new(manifest: &'a Manifest) -> Lengths<'a> {
        Lengths(manifest, OnceCell::new())
    }

    /// Returns the message that the values on some contigs are unknown.
    fn unknown(&self, contigs: Vec<&OtherLength>) -> String {
        format!("has other lengths of {}: the values there are unknown", self.both(contigs))
    }

    /// Lists some contigs with their lengths in the file and in the store.
    fn both(&self, contigs: Vec<&OtherLength>) -> String {
        let contigs_of =
            |manifest: &'a Manifest| manifest.contigs.iter().map(|contig| (contig.name.as_str(), contig.length));
        let lengths = self.1.get_or_init(|| contigs_of(self.0).collect());
        listed_as_is(contigs.into_iter().map(|OtherLength { name, length }| {
            let ours = lengths.get(name.as_str()).map_or_else(String::new, |ours| format!(" and {ours} in the store"));
            format!("{name:?} ({length} bases there{ours})")
        }))
    }
}

#[cfg(test)]
mod tests;
