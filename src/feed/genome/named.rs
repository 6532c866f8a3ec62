//! The signal or the control tracks of a genome that a generator reads, and sums of them.

use super::array_columns::ArrayValues;
use super::contig_arrays::SumsByName;
use super::{ContigMap, Genome, TrackArrays};
use crate::format::Contigs;
use crate::format::manifest::{GroupEntry, Role};
use crate::gather::{FirstTrack, RowSums, TrackSums, Values, find_groups, named_tracks, types};
use crate::loci::{GroupSums, WindowSums};
use crate::store::Store;
use crate::{DType, Error, Result};
use std::sync::Arc;

/// The parameter that names tracks to sum.
const COUNTS_TRACKS: &str = "counts_tracks";

/// Tracks of a genome.
#[derive(Debug)]
pub(in crate::feed) enum Tracks<'a> {
    /// There is no store and no array.
    None,
    Groups(&'a Store, ContigMap, Vec<&'a GroupEntry>),
    Arrays(&'a Arc<TrackArrays>, &'a Contigs),
}

impl Genome {
    /// Returns the tracks of a role: arrays, or the groups of the store that are named, or all.
    ///
    /// # Errors
    /// [`Error::Argument`] for a name that the store lacks or that is given twice, and for names
    /// where tracks are arrays, which have none.
    pub(in crate::feed) fn tracks(&self, role: Role, names: Option<&[String]>) -> Result<Tracks<'_>> {
        let (argument, arrays) = match role {
            Role::Signal => ("signals", &self.signals),
            Role::Control => ("controls", &self.controls),
        };
        let store = self.store_and_contigs();
        match (arrays, store) {
            (None, Some((store, contigs))) => {
                Ok(Tracks::Groups(store, contigs, find_groups(store, argument, Some(role), names)?))
            }
            _ if names.is_some() => {
                Err(Error::argument(argument, "the tracks are arrays, whose groups have no names: leave it out"))
            }
            (Some(arrays), _) => Ok(Tracks::Arrays(arrays, self.contigs())),
            (None, None) => Ok(Tracks::None),
        }
    }
}

impl<'a> Tracks<'a> {
    /// Returns whether there is no track.
    pub(in crate::feed) fn is_empty(&self) -> bool {
        match self {
            Tracks::None => true,
            Tracks::Groups(.., groups) => groups.is_empty(),
            Tracks::Arrays(arrays, _) => arrays.is_empty(),
        }
    }

    /// Checks that no file of a track has another length of one of these contigs.
    pub(in crate::feed) fn check_lengths(&self, contigs: &[&str]) -> Result<()> {
        match self {
            Tracks::Groups(store, ..) => store.check_lengths(Some(&self.names()), Some(&known_contigs(store, contigs))),
            _ => Ok(()),
        }
    }

    /// Returns the store, if the tracks are its groups.
    pub(in crate::feed) fn store(&self) -> Option<&'a Store> {
        if let Tracks::Groups(store, ..) = self { Some(store) } else { None }
    }

    /// Returns the names of the store's groups.
    pub(in crate::feed) fn names(&self) -> Vec<&'a str> {
        self.groups().iter().map(|group| group.name.as_str()).collect()
    }

    /// Returns the store's groups.
    pub(in crate::feed) fn groups(&self) -> &[&'a GroupEntry] {
        if let Tracks::Groups(.., groups) = self { groups } else { &[] }
    }

    /// Returns the arrays, if the tracks are arrays.
    pub(in crate::feed) fn arrays(&self) -> Option<Arc<TrackArrays>> {
        if let Tracks::Arrays(arrays, _) = self { Some(Arc::clone(arrays)) } else { None }
    }

    /// Checks that a type, the parameter `name`, holds all values.
    pub(in crate::feed) fn check_type(&self, name: &'static str, dtype: DType) -> Result<()> {
        match self {
            Tracks::Groups(store, _, groups) => types::check_tracks(name, dtype, store, groups),
            _ if dtype != DType::F32 => Err(Error::argument(name, format!("arrays come as float32, not {dtype}"))),
            _ => Ok(()),
        }
    }

    /// Returns the narrowest type that holds all values. Checks before that a type asked for, the
    /// parameter `name`, has the range for them.
    pub(in crate::feed) fn narrowest_type(&self, name: &'static str, dtype: DType) -> Result<DType> {
        if let Tracks::Groups(store, _, groups) = self {
            types::check_range(name, dtype, store, groups)?;
            return Ok(types::narrowest(store, groups));
        }
        self.check_type(name, dtype)?;
        Ok(DType::F32)
    }

    /// Returns the sums of each group that the outlier filter looks at.
    pub(in crate::feed) fn group_sums(&self) -> Option<Box<dyn GroupSums + 'a>> {
        match self {
            Tracks::None => None,
            Tracks::Groups(store, contigs, groups) => {
                let sums = RowSums::of(store, groups)?;
                Some(Box::new(SumsByName { sums, contigs: contigs.clone() }))
            }
            Tracks::Arrays(arrays, contigs) => {
                let groups = arrays.groups().map(|channels| values(arrays, channels, contigs)).collect::<Vec<_>>();
                if groups.is_empty() { None } else { Some(Box::new(RowSums::new(groups))) }
            }
        }
    }

    /// Returns the sums of the first track, in f32 as cherimoya has them.
    pub(in crate::feed) fn first_sums(&self) -> Option<Box<dyn WindowSums + 'a>> {
        match self {
            Tracks::Groups(store, contigs, groups) => {
                let sums = FirstTrack::of(store, groups)?;
                Some(Box::new(SumsByName { sums, contigs: contigs.clone() }))
            }
            Tracks::Arrays(arrays, contigs) if !arrays.is_empty() => {
                Some(Box::new(FirstTrack::new(values(arrays, vec![0], contigs))))
            }
            _ => None,
        }
    }

    /// Returns sums of all tracks, or of those of some names. The names may be any of the store's,
    /// or `signal0`, `signal1` and so on for groups of arrays.
    pub(in crate::feed) fn sums(&self, names: Option<&[String]>) -> Result<Option<Box<dyn WindowSums + 'a>>> {
        if let Tracks::Groups(store, contigs, groups) = self {
            let sums = match names {
                Some(names) => Some(TrackSums::named(store, names)?),
                None => TrackSums::of(store, groups),
            };
            let boxed = |sums| Box::new(SumsByName { sums, contigs: contigs.clone() }) as Box<dyn WindowSums>;
            return Ok(sums.map(boxed));
        }
        let groups: Vec<Vec<usize>> = self.arrays().map_or_else(Vec::new, |arrays| arrays.groups().collect());
        let channels = match names {
            Some(names) => {
                let names_of = groups.into_iter().enumerate();
                let groups: Vec<_> = names_of.map(|(i, channels)| (format!("signal{i}"), channels)).collect();
                named_tracks(COUNTS_TRACKS, names, &groups)?
            }
            None => groups.concat(),
        };
        let Tracks::Arrays(arrays, contigs) = self else { return Ok(None) };
        let sums = || Box::new(TrackSums::new(values(arrays, channels, contigs))) as Box<dyn WindowSums>;
        Ok((!self.is_empty()).then(sums))
    }
}

/// Returns those of some contigs that a store has.
pub(in crate::feed) fn known_contigs<'a>(store: &Store, contigs: &[&'a str]) -> Vec<&'a str> {
    contigs.iter().copied().filter(|name| store.contigs().id(name).is_some()).collect()
}

fn values<'a>(arrays: &'a TrackArrays, channels: Vec<usize>, contigs: &'a Contigs) -> Box<dyn Values + 'a> {
    Box::new(ArrayValues { arrays, channels, contigs })
}
