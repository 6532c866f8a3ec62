//! stand-in
use crate::{Error, Result};
pub const MAX_CONTIGS: usize = 1 << 24;
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contigs {
    names: Vec<String>,
    lengths: Vec<u64>,
    ids: std::collections::HashMap<String, usize>,
}
impl Contigs {
    pub fn new(contigs: impl IntoIterator<Item = (String, u64)>) -> Result<Self> {
        let mut s = Contigs::default();
        for (n, l) in contigs {
            if s.ids.insert(n.clone(), s.names.len()).is_some() {
                return Err(Error::argument("contigs", n));
            }
            s.names.push(n);
            s.lengths.push(l);
        }
        Ok(s)
    }
    pub fn len(&self) -> usize {
        self.names.len()
    }
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
    pub fn name(&self, id: usize) -> &str {
        &self.names[id]
    }
    pub fn length(&self, id: usize) -> u64 {
        self.lengths[id]
    }
    pub fn id(&self, name: &str) -> Option<usize> {
        self.ids.get(name).copied()
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.names.iter().map(String::as_str).zip(self.lengths.iter().copied())
    }
}
pub fn is_valid_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && !name.chars().any(char::is_control)
}
