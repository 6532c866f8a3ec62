//! The table of what was counted.

use super::library::Kind;
use super::surface::Surface;
use std::fmt;

/// What a checkout has.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) files: usize,
    pub(crate) lines: usize,
    /// How many files each directory has.
    pub(crate) files_of: [(&'static str, usize); 2],
    /// The lines of the longest file, the columns of the longest lines of prose and code.
    pub(crate) longest: [usize; 3],
    /// How many files, lines of prose and lines of code are over their limit.
    pub(crate) long: [usize; 3],
    pub(crate) circles: usize,
    pub(crate) files_in_circles: usize,
    pub(crate) circles_anywhere: usize,
    pub(crate) upward: usize,
    pub(crate) torn: usize,
    pub(crate) surface: Surface,
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |what: &str, count: usize| writeln!(out, "{what:<42}{count:>8}");
        row("files of code", self.files)?;
        row("  lines", self.lines)?;
        for (directory, count) in self.files_of {
            row(&format!("  files of {}", directory.trim_end_matches('/')), count)?;
        }
        row("longest file, lines", self.longest[0])?;
        row("  files over 300 lines", self.long[0])?;
        row("longest line of prose, columns", self.longest[1])?;
        row("  lines of prose over 100 columns", self.long[1])?;
        row("longest line of code, columns", self.longest[2])?;
        row("  lines of code over 120 columns", self.long[2])?;
        row("imports torn apart by empty lines", self.torn)?;
        row("circles of imports in feed and gather", self.circles)?;
        row("  files in them", self.files_in_circles)?;
        row("circles of imports anywhere in src", self.circles_anywhere)?;
        row("imports of a higher floor", self.upward)?;
        row("public items of the library", self.surface.total())?;
        for (&kind, &count) in &self.surface.items {
            row(&format!("  {}", name(kind)), count)?;
        }
        row("functions for C", self.surface.c_functions)
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Struct => "structs",
        Kind::Enum => "enums",
        Kind::Union => "unions",
        Kind::Trait => "traits",
        Kind::Function => "functions",
        Kind::Constant => "constants",
        Kind::Static => "statics",
        Kind::Alias => "type aliases",
        Kind::Macro => "macros",
        Kind::Module(_) => "modules",
    }
}
