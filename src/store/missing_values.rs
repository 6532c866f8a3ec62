//! What the files of a store's tracks lacked: where the store has zeros that nobody measured.

use super::Store;
use crate::error::listed_as_is;
use crate::format::manifest::{GroupEntry, Manifest, TrackEntry};
use crate::format::{OtherLength, Provenance};
use crate::{Error, Result, listed};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

impl Store {
    /// Tells what the files of the tracks lacked, in sentences to be shown: contigs that a file
    /// does not have, or has with another length, and files without any value. The store has zeros
    /// there. Nothing is read but the manifest.
    ///
    /// Only the groups of these names are told of, and only these contigs; `None` for all. A loader
    /// asks for the groups that it reads and the contigs that its loci are on.
    ///
    /// # Errors
    /// [`Error::Argument`] of `groups` or `contigs` for a name that the store lacks.
    ///
    /// ```no_run
    /// let store = atemoya::Store::open("hg38.atemoya")?;
    /// for warning in store.warnings(Some(&["atac"]), Some(&["chr1", "chr2"]))? {
    ///     eprintln!("{warning}");
    /// }
    /// # Ok::<(), atemoya::Error>(())
    /// ```
    pub fn warnings(&self, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Result<Vec<String>> {
        self.check_names(groups, contigs)?;
        Ok(warnings(self.manifest(), groups, contigs))
    }

    /// Refuses contigs whose length in the file of a track is not that of the store: the file is of
    /// another genome there, and the store has zeros. Only the groups of these names count, and
    /// only these contigs; `None` for all.
    ///
    /// To be asked for the contigs of all loci that are judged, before counts are taken: zeros
    /// would leave loci out in silence.
    ///
    /// # Errors
    /// [`Error::Argument`] of `chroms`, with both lengths; as [`Store::warnings`].
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

    /// The contigs that have another length in the file of a track of these groups.
    pub(crate) fn other_lengths(&self, groups: &[&str]) -> BTreeSet<&str> {
        let (tracks, all) = (tracks(self.manifest(), Some(groups)), Wanted::new(None));
        tracks.iter().flat_map(|track| track.other_lengths(&all)).map(|other| other.name.as_str()).collect()
    }

    /// Why windows on some contigs, by their ids, cannot be read: their length in the file of a
    /// track is another. Only the groups of these names count, and of each only one channel if it
    /// is given.
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
            let remedy = "use contigs without these, or make the track of the genome of the store and pack it again";
            let message = format!("{} {}; {remedy}", track.label(), lengths.unknown(found));
            return Err(Error::argument("chroms", message));
        }
    }
    Ok(())
}

/// The same of a manifest, whose store need not be there yet.
pub(crate) fn warnings(manifest: &Manifest, groups: Option<&[&str]>, contigs: Option<&[&str]>) -> Vec<String> {
    let (lengths, wanted) = (Lengths::new(manifest), Wanted::new(contigs));
    // Many tracks may lack the same: one sentence for all of them.
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

/// A track, and the file that it is from where that is known; or a file of which nobody knows which
/// track is from it.
struct Track<'a> {
    /// Its number in its group.
    channel: usize,
    entry: Option<&'a TrackEntry>,
    input: Option<&'a Provenance>,
}

/// The tracks of some groups. The files of a group have its name as their role and are in its
/// order; the genome, which is the first of all inputs, may have the same role.
fn tracks<'a>(manifest: &'a Manifest, groups: Option<&[&str]>) -> Vec<Track<'a>> {
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
        tracks.extend(entries.enumerate().map(|(i, entry)| Track { channel: i, entry: Some(entry), input: file(i) }));
        if before.is_none() {
            others.extend(inputs);
        }
    }
    others.extend(manifest.inputs.iter().filter(|input| by_role.contains_key(input.role.as_str())));
    tracks.extend(others.into_iter().map(|input| Track { channel: 0, entry: None, input: Some(input) }));
    tracks
}

impl<'a> Track<'a> {
    /// Its name, and its file.
    fn label(&self) -> String {
        let path = self.input.map(|input| format!("{:?}", input.path));
        match (self.entry, path) {
            (Some(track), Some(path)) => format!("track {:?} ({path})", track.name),
            (Some(track), None) => format!("track {:?}", track.name),
            (None, path) => path.unwrap_or_default(),
        }
    }

    /// What it lacks, in words.
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

    /// The contigs that have another length.
    fn other_lengths(&self, wanted: &Wanted<'_>) -> impl Iterator<Item = &'a OtherLength> {
        let all = self.input.map_or(&[][..], |input| input.contigs_other_length.as_slice());
        all.iter().filter(|other| wanted.has(&other.name))
    }
}

/// The contigs that are asked about.
struct Wanted<'a>(Option<HashSet<&'a str>>);

impl<'a> Wanted<'a> {
    fn new(contigs: Option<&[&'a str]>) -> Wanted<'a> {
        Wanted(contigs.map(|names| names.iter().copied().collect()))
    }

    fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name))
    }
}

/// The lengths of the store's contigs, which are gathered when the first is asked for.
struct Lengths<'a>(&'a Manifest, OnceCell<HashMap<&'a str, u64>>);

impl<'a> Lengths<'a> {
    fn new(manifest: &'a Manifest) -> Lengths<'a> {
        Lengths(manifest, OnceCell::new())
    }

    /// That nobody knows the values on some contigs.
    fn unknown(&self, contigs: Vec<&OtherLength>) -> String {
        format!("has other lengths of {}: the values there are unknown", self.both(contigs))
    }

    /// Some contigs, and how long they are in the file and in the store.
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
