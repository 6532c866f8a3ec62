//! Matches the contigs of a bigWig with those of a store, and lists the ones that it lacks.

use crate::error::listed_as_is;
use crate::format::{Contigs, OtherLength, Provenance, Renamed};
use crate::ingest::alias::{Aliases, ContigNames, helped_by_chr};
use crate::ingest::bigwig::BigWig;
use crate::{Error, Result, listed};
use std::collections::HashMap;
use std::path::Path;

/// A track to be packed.
pub(super) struct Track<'a> {
    file: &'a BigWig,
    contigs: &'a Contigs,
    /// For each contig of the store that the file has, with any length: its index in the file's
    /// list.
    found: HashMap<usize, usize>,
    lists: ContigLists,
}

/// The contigs of a file that differ from the store's, as a manifest lists them.
#[derive(Default)]
pub(super) struct ContigLists {
    absent: Vec<String>,
    ignored: Vec<String>,
    other_length: Vec<OtherLength>,
    renamed: Vec<Renamed>,
}

impl<'a> Track<'a> {
    /// Compares the contigs of a file with the store's.
    pub(super) fn new(file: &'a BigWig, contigs: &'a Contigs, aliases: Option<&Aliases>) -> Result<Track<'a>> {
        let (mut found, mut lists) = (HashMap::new(), ContigLists::default());
        let mut names = ContigNames::new(file.path(), contigs, aliases);
        for (place, (name, _)) in file.contigs().iter().enumerate() {
            match names.id(name)? {
                Some(id) => drop(found.insert(id, place)),
                None => lists.ignored.push(name.clone()),
            }
        }
        for (id, (name, length)) in contigs.iter().enumerate() {
            match found.get(&id).map(|&place| file.contigs()[place].1) {
                None => lists.absent.push(name.to_owned()),
                Some(theirs) if theirs != length => {
                    lists.other_length.push(OtherLength { name: name.to_owned(), length: theirs });
                }
                Some(_) => {}
            }
        }
        lists.renamed = names.renamed();
        Ok(Track { file, contigs, found, lists })
    }

    /// Refuses a file that has no contig of the store with the store's length, unless
    /// `allow_empty`; and a file that has another length of a contig in `wanted`. `genome` is the
    /// file that the store's contigs come from.
    pub(super) fn check(
        &self,
        genome: &Path,
        wanted: Option<&[String]>,
        aliases: bool,
        allow_empty: bool,
    ) -> Result<()> {
        let refuse = |message| Err(Error::input(self.file.path(), None, message));
        let genome = genome.display();
        if self.found.is_empty() && !allow_empty {
            let names = || self.file.contigs().iter().map(|(name, _)| name.as_str());
            let hint = alias_hint(aliases, names(), self.contigs);
            return refuse(format!(
                "it has no contig of {genome}: it has {}, and {genome} has {}; {hint}`allow_empty` packs zeros",
                listed(names()),
                listed(self.contigs.iter().map(|(name, _)| name)),
            ));
        }
        let asked = |other: &&OtherLength| wanted.is_some_and(|names| names.contains(&other.name));
        if let Some(other) = self.lists.other_length.iter().find(asked) {
            return refuse(format!(
                "{} and is one of `contigs`: is the file of the same genome build?",
                self.both(other, &format!("in {genome}"))
            ));
        }
        if self.lists.other_length.len() == self.found.len() && !allow_empty {
            return refuse(format!(
                "all contigs that it shares with {genome} have other lengths ({}): is it of the same genome \
                 build? `allow_empty` packs zeros",
                listed_as_is(self.lists.other_length.iter().map(|other| self.both(other, "there"))),
            ));
        }
        Ok(())
    }

    fn both(&self, OtherLength { name, length }: &OtherLength, there: &str) -> String {
        let ours = self.contigs.id(name).map_or(0, |id| self.contigs.length(id));
        format!("contig {name:?} has {length} bases here and {ours} {there}")
    }

    /// Calls `each(start, end, value)` for every interval of `start .. end` on a contig of the
    /// store that has a value, as [`BigWig::intervals`] does. A contig that the file lacks, or has
    /// with another length, has no intervals.
    pub(super) fn intervals(&self, contig: usize, start: u64, end: u64, each: impl FnMut(u64, u64, f32)) -> Result<()> {
        let Some(&place) = self.found.get(&contig) else { return Ok(()) };
        let (name, length) = &self.file.contigs()[place];
        if *length != self.contigs.length(contig) {
            return Ok(());
        }
        self.file.intervals(name, start, end, each)
    }

    /// Returns the lists for the manifest.
    pub(super) fn into_lists(self) -> ContigLists {
        self.lists
    }
}

/// Returns a hint to use aliases, for a message, where none were given.
pub(super) fn alias_hint<'a>(aliases: bool, names: impl Iterator<Item = &'a str>, contigs: &Contigs) -> &'static str {
    match (aliases, helped_by_chr(names, contigs).next().is_some()) {
        (false, true) => "`alias` \"chr\" reads 1 as chr1 and MT as chrM, and a file of aliases any name as another; ",
        (false, false) => "`alias` with a file of aliases reads one name as another; ",
        (true, _) => "",
    }
}

impl ContigLists {
    /// Puts the lists into the manifest's entry of the file.
    pub(super) fn record_in(self, input: &mut Provenance) {
        (input.contigs_absent, input.contigs_ignored) = (self.absent, self.ignored);
        (input.contigs_other_length, input.contigs_renamed) = (self.other_length, self.renamed);
    }
}

/// Returns what to tell about the files of tracks that is no warning: contigs that were renamed,
/// and contigs that the store lacks, unless only `chosen` contigs were packed.
pub(super) fn notes(inputs: &[Provenance], chosen: bool) -> Vec<String> {
    let mut notes = Vec::new();
    for input in inputs {
        if !input.contigs_renamed.is_empty() {
            let renamed = input.contigs_renamed.iter().map(|name| format!("{:?} is {:?}", name.from, name.to));
            notes.push(format!("{}: by the aliases, {}", input.path, listed_as_is(renamed)));
        }
        if !input.contigs_ignored.is_empty() && !chosen {
            notes.push(format!("{}: not in the store, and ignored: {}", input.path, listed(&input.contigs_ignored)));
        }
    }
    notes
}
