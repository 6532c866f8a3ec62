//! Ids for the contigs of loci, those included that the store lacks.

use crate::format::Contigs;
use std::collections::HashMap;

/// Numbers contigs: those of the store as it does, others on from there in the order in which they
/// come.
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
        // There are at most 2^24 contigs and fewer than 2^32 rows, so that the sum can only
        // overflow far beyond memory.
        let id = (self.contigs.len() + self.foreign.len()) as u32;
        self.foreign.push(name.to_owned());
        self.numbers.insert(name.to_owned(), id);
        id
    }
}
