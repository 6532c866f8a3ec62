//! Assigns ids to the contigs of loci, including those that the store lacks.

use crate::format::Contigs;
use std::collections::HashMap;

/// The ids of contigs: those of the store, and after them those of other contigs in the order of
/// their first appearance.
pub(super) struct ContigIds<'a> {
    contigs: &'a Contigs,
    pub(super) foreign: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl<'a> ContigIds<'a> {
    pub(super) fn new(contigs: &'a Contigs) -> ContigIds<'a> {
        ContigIds { contigs, foreign: Vec::new(), numbers: HashMap::new() }
    }

    pub(super) fn id(&mut self, name: &str) -> u32 {
        if let Some(id) = self.contigs.id(name) {
            return id as u32;
        }
        if let Some(id) = self.numbers.get(name) {
            return *id;
        }
        // A sum above 2^32 would need more memory than there is.
        let id = (self.contigs.len() + self.foreign.len()) as u32;
        self.foreign.push(name.to_owned());
        self.numbers.insert(name.to_owned(), id);
        id
    }
}
