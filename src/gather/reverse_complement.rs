//! What reverse complement does to channels: strands swap, so the channels of each group come in
//! the opposite order. The kernels reverse the positions, and complement the bases of one-hot
//! sequence.

use crate::{Error, Result};

/// Returns the channel that each channel is read from under reverse complement: within each group
/// of channels, the order is reversed. `groups` are the sizes of the groups.
pub(crate) fn swap_strands(groups: &[usize]) -> Vec<usize> {
    let mut order = Vec::new();
    for size in groups {
        let first = order.len();
        order.extend((first..first + size).rev());
    }
    order
}

/// What the channels of arrays are, and so which ones reverse complement exchanges.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ChannelGroups<'r> {
    /// The four bases.
    Bases,
    /// Tracks, each of a group of its own.
    Tracks,
    /// Tracks in groups: the parameter, and the sizes that it gives.
    Groups(&'static str, &'r [usize]),
    /// Tracks in any order: the parameter, and the track that it gives for each.
    Permutation(&'static str, &'r [usize]),
}

impl<'r> ChannelGroups<'r> {
    /// Takes groups or a permutation of tracks, the parameters of these names.
    pub(crate) fn tracks(
        names: [&'static str; 2],
        groups: Option<&'r [usize]>,
        permutation: Option<&'r [usize]>,
    ) -> Result<ChannelGroups<'r>> {
        match (groups, permutation) {
            (None, None) => Ok(ChannelGroups::Tracks),
            (Some(groups), None) => Ok(ChannelGroups::Groups(names[0], groups)),
            (None, Some(permutation)) => Ok(ChannelGroups::Permutation(names[1], permutation)),
            (Some(_), Some(_)) => {
                Err(Error::argument(names[1], format!("{} are given too: give one of the two", names[0])))
            }
        }
    }

    /// Returns, for each of a number of channels, the one that it is read from under reverse
    /// complement.
    pub(crate) fn permutation(self, channels: usize) -> Result<Vec<usize>> {
        match self {
            ChannelGroups::Bases => Ok(swap_strands(&[4])),
            ChannelGroups::Tracks => Ok((0..channels).collect()),
            ChannelGroups::Groups(parameter, groups) => Ok(swap_strands(checked_groups(parameter, groups, channels)?)),
            ChannelGroups::Permutation(parameter, permutation) => {
                if permutation.len() != channels || permutation.iter().any(|&channel| channel >= channels) {
                    let message = format!("{permutation:?} must name one of the {channels} channels for each of them");
                    return Err(Error::argument(parameter, message));
                }
                Ok(permutation.to_vec())
            }
        }
    }
}

/// Checks sizes of groups.
fn checked_groups<'r>(parameter: &'static str, groups: &'r [usize], channels: usize) -> Result<&'r [usize]> {
    let sum = groups.iter().try_fold(0usize, |sum, size| sum.checked_add(*size));
    if groups.contains(&0) || sum != Some(channels) {
        let message = format!("{groups:?} are not sizes of at least 1 that add up to {channels} channels");
        return Err(Error::argument(parameter, message));
    }
    Ok(groups)
}
