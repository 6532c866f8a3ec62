//! What the benchmarks share: a synthetic store, the same data as FASTA, bigWig and plain array,
//! and what the command line asks for. How things are measured is the crate `atemoya-measure`'s.
//! `BENCHMARKS.md` says what is measured and why so.

mod dense;
mod fixture;
mod inputs;
mod packing;
mod panel;
mod side;
mod table;
mod values;

pub use dense::Dense;
pub use fixture::Fixture;
pub use packing::{Packed, hash_bytes, pack, pack_beside, read_bigwigs, read_bytes};
pub use panel::Panel;
pub use side::side_by_side;
pub use table::Table;
pub use values::Values;

/// A result whose error is only ever printed.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whether to measure. Otherwise (`cargo test --benches`) everything is small and runs once.
    pub measure: bool,
    /// The text that the names of what is measured must contain.
    pub filter: Option<String>,
    /// Where to write JSON.
    pub json: Option<String>,
}

impl Request {
    /// Reads the arguments that cargo and criterion agree on: `--bench` to measure, a free word to
    /// filter; and `--json PATH`.
    #[must_use]
    pub fn from_args() -> Request {
        let arguments: Vec<String> = std::env::args().collect();
        let has = |flags: &[&str]| arguments.iter().any(|a| flags.contains(&a.as_str()));
        let is_word =
            |pair: &&[String]| !pair[1].starts_with('-') && (!pair[0].starts_with("--") || pair[0] == "--bench");
        let filter = arguments.windows(2).find(is_word).map(|pair| pair[1].clone());
        let json = arguments.windows(2).find(|pair| pair[0] == "--json").map(|pair| pair[1].clone());
        Request { measure: has(&["--bench"]) && !has(&["--test", "--list", "--profile-time"]), filter, json }
    }

    /// Returns whether something of this name is asked for.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}
