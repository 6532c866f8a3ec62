//! Which contig of the genome each contig name of one file means.

use super::Aliases;
use crate::format::{Contigs, Renamed};
use crate::{Error, Result, listed};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Finds the contigs of one file among those of a genome, by their names and by aliases, and
/// remembers the names that it has seen.
///
/// Two names of a file must not mean the same contig.
#[derive(Debug)]
pub struct ContigNames<'a> {
    path: PathBuf,
    contigs: &'a Contigs,
    aliases: Option<&'a Aliases>,
    known: HashMap<String, Option<usize>>,
    /// The name in the file of each contig that was found, by the contig's id.
    taken: BTreeMap<usize, String>,
}

impl<'a> ContigNames<'a> {
    /// Creates the names of a file. Without aliases, only the genome's own names are found.
    #[must_use]
    pub fn new(path: &Path, contigs: &'a Contigs, aliases: Option<&'a Aliases>) -> ContigNames<'a> {
        ContigNames { path: path.to_path_buf(), contigs, aliases, known: HashMap::new(), taken: BTreeMap::new() }
    }

    /// Returns the id of the contig that a name of the file means, if the genome has it.
    ///
    /// # Errors
    /// [`Error::Input`] of the file, when another name of it means the same contig; as
    /// [`Aliases::resolve`].
    pub fn id(&mut self, name: &str) -> Result<Option<usize>> {
        if let Some(known) = self.known.get(name) {
            return Ok(*known);
        }
        let id = match self.aliases {
            None => self.contigs.id(name),
            Some(aliases) => aliases.resolve(name, self.contigs)?,
        };
        if let Some(id) = id
            && let Some(other) = self.taken.insert(id, name.to_owned())
        {
            let (to, both) = (self.contigs.name(id), listed([other.as_str(), name]));
            let message = format!(
                "by the aliases its contigs {both} both mean {to:?} of the genome: rename or remove one of them, \
                 or give a file of aliases \
                 without it"
            );
            return Err(Error::input(&self.path, None, message));
        }
        self.known.insert(name.to_owned(), id);
        Ok(id)
    }

    /// Returns the contigs that have another name in the file, in the genome's order.
    #[must_use]
    pub fn renamed(&self) -> Vec<Renamed> {
        let names = self.taken.iter().map(|(&id, from)| (from, self.contigs.name(id)));
        names.filter(|(from, to)| from != to).map(|(from, to)| Renamed { from: from.clone(), to: to.into() }).collect()
    }
}
