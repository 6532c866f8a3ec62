//! The contigs of a store: names and lengths, in the order of its data files.

use crate::{Error, Result, listed};

/// The most contigs that a store may have (`format-spec/FORMAT.md`, section 7).
pub const MAX_CONTIGS: usize = 1 << 24;
/// The bound of the sum of all contigs' lengths, in bases.
pub const MAX_BASES: u64 = 1 << 40;
/// The bound of a contig's length, in bases.
pub const MAX_CONTIG_LENGTH: u64 = 1 << 40;
/// The longest name of a contig, in bytes.
pub const MAX_CONTIG_NAME: usize = 255;

/// An ordered list of contigs. A contig's id is its index in the list.
/// [`Store::contigs`](crate::Store::contigs) returns that of a store.
///
/// ```
/// use atemoya::store::Contigs;
///
/// let contigs = Contigs::new([("chrI", 230_218), ("chrII", 813_184)])?;
/// assert_eq!(contigs.id("chrII"), Some(1));
/// assert_eq!((contigs.name(1), contigs.length(1)), ("chrII", 813_184));
/// assert_eq!(contigs.id("2"), None);
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contigs {
    names: Vec<Box<str>>,
    lengths: Vec<u64>,
    /// The ids, sorted by name.
    by_name: Vec<u32>,
}

impl Contigs {
    /// Creates the list of names and lengths in bases, in the store's order.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are more than 2^24 contigs, when the sum of their lengths is
    /// 2^40 or more, when a name is not 1 to 255 bytes without control characters, and when a name
    /// occurs twice.
    pub fn new<S: Into<Box<str>>>(contigs: impl IntoIterator<Item = (S, u64)>) -> Result<Contigs> {
        let mut names: Vec<Box<str>> = Vec::new();
        let mut lengths = Vec::new();
        let mut bases = 0u64;
        for (name, length) in contigs {
            let name = name.into();
            if names.len() == MAX_CONTIGS {
                return Err(Error::argument("contigs", format!("there are more than {MAX_CONTIGS}")));
            }
            if !is_contig_name(&name) {
                let message =
                    format!("{name:?} is not a name of 1 to {MAX_CONTIG_NAME} bytes without control characters");
                return Err(Error::argument("contigs", message));
            }
            if length >= MAX_CONTIG_LENGTH {
                let message = format!("{name:?} has {length} bases; a contig must be shorter than 2^40");
                return Err(Error::argument("contigs", message));
            }
            bases += length;
            if bases >= MAX_BASES {
                return Err(Error::argument("contigs", "they have 2^40 bases or more in all"));
            }
            names.push(name);
            lengths.push(length);
        }
        let mut by_name: Vec<u32> = (0..names.len() as u32).collect();
        by_name.sort_unstable_by(|&a, &b| names[a as usize].cmp(&names[b as usize]));
        for pair in by_name.windows(2) {
            if names[pair[0] as usize] == names[pair[1] as usize] {
                return Err(Error::argument("contigs", format!("{:?} occurs twice", names[pair[0] as usize])));
            }
        }
        Ok(Contigs { names, lengths, by_name })
    }

    /// Returns the number of contigs.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns whether there is no contig.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns a contig's name.
    ///
    /// # Panics
    /// When `id` is not below [`Contigs::len`], as indexing a slice does.
    pub fn name(&self, id: usize) -> &str {
        &self.names[id]
    }

    /// Returns a contig's length in bases.
    ///
    /// # Panics
    /// When `id` is not below [`Contigs::len`], as indexing a slice does.
    pub fn length(&self, id: usize) -> u64 {
        self.lengths[id]
    }

    /// Returns the id of the contig of this name, in O(log n).
    pub fn id(&self, name: &str) -> Option<usize> {
        let place = self.by_name.binary_search_by(|&id| (*self.names[id as usize]).cmp(name)).ok()?;
        Some(self.by_name[place] as usize)
    }

    /// Returns the id of the contig of this name.
    ///
    /// # Errors
    /// [`Error::Argument`] for an unknown name, which lists known ones.
    pub fn find(&self, name: &str) -> Result<usize> {
        self.find_as("contig", name)
    }

    /// Returns the id of the contig that the parameter `argument` names.
    pub(crate) fn find_as(&self, argument: &'static str, name: &str) -> Result<usize> {
        let unknown = || format!("there is no {name:?}; there is {}", listed(self.iter().map(|(name, _)| name)));
        self.id(name).ok_or_else(|| Error::argument(argument, unknown()))
    }

    /// Iterates over names and lengths in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, u64)> {
        self.names.iter().map(|name| &**name).zip(self.lengths.iter().copied())
    }
}

/// Returns whether this is a valid name of a contig: 1 to 255 bytes without control characters.
#[must_use]
pub fn is_contig_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_CONTIG_NAME && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_and_finds_every_name() {
        let names = ["chr2", "chr10", "chr1", "Ünï", "c"];
        let contigs = Contigs::new(names.iter().enumerate().map(|(i, &n)| (n, i as u64))).unwrap();
        assert_eq!(contigs.len(), 5);
        for (i, name) in names.iter().enumerate() {
            assert_eq!(contigs.id(name), Some(i));
            assert_eq!(contigs.iter().nth(i), Some((*name, i as u64)));
        }
        let error = contigs.find("chr11").unwrap_err().to_string();
        assert_eq!(error, r#"contig: there is no "chr11"; there is "chr2", "chr10", "chr1", "Ünï", "c""#);
        assert_eq!(contigs.find("c").unwrap(), 4);
        for absent in ["", "chr", "chr11", "d", "zzz"] {
            assert_eq!(contigs.id(absent), None);
        }
        assert!(Contigs::new::<&str>([]).unwrap().is_empty());
    }

    #[test]
    fn refuses_what_the_format_refuses() {
        let long = "x".repeat(256);
        for (bad, said) in [
            (vec![("a", 1), ("b", 1), ("a", 2)], "\"a\" occurs twice"),
            (vec![("", 1)], "\"\" is not a name"),
            (vec![("a\tb", 1)], "\"a\\tb\" is not a name"),
            (vec![("a\u{85}", 1)], "is not a name"),
            (vec![(long.as_str(), 1)], "is not a name"),
            (vec![("a", 1 << 40)], "must be shorter than 2^40"),
        ] {
            let error = Contigs::new(bad).unwrap_err();
            assert!(matches!(error, Error::Argument { .. }));
            assert!(error.to_string().contains(said), "{error}");
        }
        assert!(Contigs::new([("x".repeat(255), (1 << 40) - 1)]).is_ok());
    }
}
