//! `atemoya install-skill`: writes the skill file, which tells coding assistants how to use the
//! package.

use crate::output::{self, AtomicFile, Kind, Replace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Install a skill that tells coding assistants how to use atemoya
///
/// Writes DIR/atemoya/SKILL.md: what the package is for, the calls that one needs, and the mistakes
/// that one makes. An older version of the file is replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("examples/install-skill.txt"))]
pub(crate) struct Arguments {
    /// The directory of skills [default: ~/.claude/skills]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Replace SKILL.md even if it is not a skill of this name
    #[arg(long)]
    force: bool,
}

const SKILL: &str = include_str!("skill/SKILL.md");

const KIND: Kind = Kind { name: "skill", begins: |head| head.starts_with(b"---\nname: atemoya\n") };

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let skills = match &arguments.dir {
        Some(directory) => directory.clone(),
        None => std::env::home_dir()
            .filter(|home| !home.as_os_str().is_empty())
            .context("there is no home directory: name the directory of skills with --dir")?
            .join(".claude/skills"),
    };
    let directory = skills.join("atemoya");
    let path = directory.join("SKILL.md");
    if !arguments.force && path.is_file() && !KIND.is_of(&path)? {
        bail!("{}: exists already, and is not atemoya's: --force replaces it", path.display());
    }
    fs::create_dir_all(&directory).with_context(|| format!("{}: cannot create", directory.display()))?;
    let mut file = AtomicFile::create(&path, KIND, Replace::Anything)?;
    file.file().write_all(SKILL.as_bytes()).with_context(|| format!("{}: cannot write", path.display()))?;
    file.publish()?;
    output::note("start your assistant again: then it knows the skill");
    output::print(&format!("{}: installed\n", path.display()))
}
