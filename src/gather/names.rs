//! Names of tracks: the groups of a role by their names, and single tracks as `NAME`, a group, or
//! `NAME.i`, a channel of it.

use crate::error::listed_as_is;
use crate::format::manifest::{GroupEntry, Role};
use crate::store::Store;
use crate::{Error, Result, listed};
use std::collections::HashSet;
use std::hash::Hash;

/// Finds groups by their names, in that order, or all groups. With a role, only groups of that role
/// are looked at.
///
/// # Errors
/// [`Error::Argument`], of the parameter `argument`, for a name that the store lacks, with those
/// that it has, and for a name that is given twice.
pub(crate) fn find_groups<'a>(
    store: &'a Store,
    argument: &'static str,
    role: Option<Role>,
    names: Option<&[impl AsRef<str>]>,
) -> Result<Vec<&'a GroupEntry>> {
    let all = || store.manifest().groups.iter().filter(move |group| role.is_none_or(|role| group.role == role));
    let Some(names) = names else { return Ok(all().collect()) };
    let mut groups: Vec<&GroupEntry> = Vec::new();
    for name in names.iter().map(AsRef::as_ref) {
        let Some(group) = all().find(|group| group.name == *name) else {
            let known = listed(all().map(|group| &group.name));
            return Err(Error::argument(argument, format!("there is no {name:?}; there is {known}")));
        };
        if groups.iter().any(|known| known.name == *name) {
            return Err(Error::argument(argument, format!("{name:?} is named twice")));
        }
        groups.push(group);
    }
    Ok(groups)
}

/// Returns the tracks of a group, each as its panel's number and its number there.
pub(super) fn tracks_of(group: &GroupEntry) -> impl Iterator<Item = (usize, usize)> {
    group.tracks.iter().map(|&track| (group.panel, track))
}

/// Returns the tracks of some names, in their order. `groups` has the name and the tracks of each
/// group.
///
/// # Errors
/// [`Error::Argument`], of the parameter `argument`, for an unknown name, for a track that is named
/// twice, and without a name.
pub(crate) fn named_tracks<T: Copy + Eq + Hash>(
    argument: &'static str,
    names: &[String],
    groups: &[(impl AsRef<str>, Vec<T>)],
) -> Result<Vec<T>> {
    if names.is_empty() {
        return Err(Error::argument(
            argument,
            format!("no track is named: leave `{argument}` out for the default, or name tracks"),
        ));
    }
    let sizes: Vec<_> = groups.iter().map(|(name, tracks)| (name.as_ref(), tracks.len())).collect();
    let (mut named, mut seen) = (Vec::new(), HashSet::new());
    for name in names {
        let (group, channel) = find_tracks(argument, name, &sizes)?;
        let tracks = &groups[group].1;
        let tracks = channel.map_or(tracks.as_slice(), |c| &tracks[c..=c]);
        if !tracks.iter().all(|track| seen.insert(*track)) {
            return Err(Error::argument(argument, format!("{name:?} counts a track a second time")));
        }
        named.extend(tracks);
    }
    Ok(named)
}

/// Returns which group a name means, and which of its channels if it names one. `groups` has the
/// name and the number of channels of each group.
///
/// # Errors
/// [`Error::Argument`] with the names that there are.
pub(super) fn find_tracks(
    argument: &'static str,
    name: &str,
    groups: &[(&str, usize)],
) -> Result<(usize, Option<usize>)> {
    let find = |name: &str| groups.iter().position(|(known, _)| *known == name);
    if let Some(group) = find(name) {
        return Ok((group, None));
    }
    if let Some((group, channel)) = name.rsplit_once('.')
        && channel.bytes().all(|digit| digit.is_ascii_digit())
        && let (Some(group), Ok(channel)) = (find(group), channel.parse::<usize>())
        && channel < groups[group].1
    {
        return Ok((group, Some(channel)));
    }
    let known = listed_as_is(groups.iter().map(|(name, channels)| match channels {
        0 | 1 => format!("{name:?}"),
        _ => format!("{name:?} ({:?} to {:?})", format!("{name}.0"), format!("{name}.{}", channels - 1)),
    }));
    Err(Error::argument(argument, format!("there is no {name:?}; there is {known}")))
}
