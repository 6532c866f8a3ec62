//! Contestants that gather windows: one-hot sequence, or tracks.

use crate::{Contestant, OutputBuffers};
use atemoya::dtype::Element;
use atemoya::format::manifest::GroupEntry;
use atemoya::gather::{Gatherer, Span};
use atemoya::{DType, Store};

/// Windows of one width, in bases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// Bases of each.
    pub width: usize,
    /// Where they begin.
    pub spans: Vec<Span>,
}

/// Gathers the windows over and over, as many to a batch as fit into a buffer.
///
/// # Panics
/// When there are fewer windows than a batch has, or `T` is not the gatherer's type.
#[must_use]
pub fn gathered<'a, T: Element>(
    name: impl Into<String>,
    gatherer: Gatherer,
    windows: Windows,
) -> Contestant<'a, OutputBuffers<T>> {
    let Windows { width, spans } = windows;
    let [channels, positions] = gatherer.shape(width);
    let mut at = 0;
    Contestant::new(name, move |ring: &mut OutputBuffers<T>| {
        let out = ring.turn();
        let batch = out.len() / (channels * positions);
        if at + batch > spans.len() {
            at = 0;
        }
        at += batch;
        gatherer.gather_into(width, spans[at - batch..at].iter().copied(), out)
    })
}

/// Gathers the tracks of a group as f32.
///
/// # Errors
/// As [`Gatherer::tracks`].
pub fn group_gatherer(store: &Store, group: &GroupEntry) -> atemoya::Result<Gatherer> {
    Gatherer::tracks(store, Some(&[&group.name]), DType::F32)
}
