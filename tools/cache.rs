//! `atemoya cache`: lists and removes the stores that the Python package has packed.

use crate::output;
use anyhow::{Result, bail};
use atemoya::cache::{Cache, Entry, Prune, Pruned, Usage, parse_size};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

const DAY: u64 = 24 * 3600;

/// List and remove stores that the Python package has packed
///
/// Where Python is given files in place of a store, it packs them once and keeps the store in a
/// cache: $ATEMOYA_CACHE, or $XDG_CACHE_HOME/atemoya, or ~/.cache/atemoya. A store that was removed
/// is packed again when it is needed. The cache has no limit, unless you set one, such as
/// ATEMOYA_CACHE_SIZE=200G: then packing removes the stores that were used the longest ago.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("examples/cache.txt"))]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the stores of the cache: their sizes, last use and inputs
    #[command(after_help = include_str!("examples/cache-list.txt"))]
    List {
        #[command(flatten)]
        cache: CacheDirectory,
        /// Write JSON: a list of {path, bytes, last_use, in_use, inputs, misses_inputs, damage};
        /// `last_use` is in seconds since 1970
        #[arg(long)]
        json: bool,
    },
    /// Remove stores of the cache that no process uses
    #[command(after_help = include_str!("examples/cache-prune.txt"))]
    Prune(Rules),
}

#[derive(Debug, clap::Args)]
struct CacheDirectory {
    /// The directory of the cache [default: $ATEMOYA_CACHE, or $XDG_CACHE_HOME/atemoya, or
    /// ~/.cache/atemoya]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Rules {
    #[command(flatten)]
    cache: CacheDirectory,
    /// Remove stores that were not used for this many days
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u32>,
    /// Remove the stores that were used the longest ago, until the others take at most this many
    /// bytes; K, M, G and T are units, as in 200G
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_size: Option<u64>,
    /// Remove stores whose input files are gone
    #[arg(long)]
    missing_inputs: bool,
    /// Remove all stores
    #[arg(long)]
    all: bool,
    /// Remove nothing, and show what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Write JSON: {stores, bytes, dry_run}. `stores` is a list as of `cache list --json`; a store
    /// with the text `kept` was not removed, for that reason. `bytes` is the size of the others
    #[arg(long)]
    json: bool,
}

impl CacheDirectory {
    fn open(&self) -> atemoya::Result<Cache> {
        self.dir.as_ref().map_or_else(Cache::from_environment, |directory| Ok(Cache::new(directory)))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::List { cache, json } => list(&cache.open()?, *json),
        Command::Prune(rules) => prune(rules),
    }
}

fn list(cache: &Cache, json: bool) -> Result<()> {
    let entries = cache.entries()?;
    if json {
        return output::print_json(&entries.iter().map(as_json).collect());
    }
    let mut text = String::new();
    for entry in &entries {
        writeln!(text, "{}", line(entry))?;
        for input in &entry.inputs {
            writeln!(text, "    {}{}", input.display(), if input.exists() { "" } else { "  (gone)" })?;
        }
    }
    let bytes = output::count(entries.iter().map(|entry| entry.bytes).sum(), "B");
    let stores = output::several(entries.len() as u64, "store");
    writeln!(text, "{}: {stores}, {bytes}", cache.directory().display())?;
    output::print(&text)
}

fn prune(rules: &Rules) -> Result<()> {
    let Rules { cache, older_than, max_size, missing_inputs, all, dry_run, json } = rules;
    if older_than.is_none() && max_size.is_none() && !missing_inputs && !all {
        bail!("say what is to be removed: --older-than, --max-size, --missing-inputs or --all");
    }
    let rules = Prune {
        older_than: older_than.map(|days| Duration::from_secs(u64::from(days) * DAY)),
        missing_inputs: *missing_inputs,
        all: *all,
        max_bytes: *max_size,
        dry_run: *dry_run,
    };
    let pruned = cache.open()?.prune(&rules)?;
    if *json {
        return output::print_json(&pruned_as_json(&pruned, *dry_run));
    }
    let (mut text, mut bytes) = (String::new(), 0);
    for pruned in pruned {
        match &pruned.kept {
            Some(why) => writeln!(text, "kept     {}: {why}", line(&pruned.entry))?,
            None => {
                bytes += pruned.entry.bytes;
                writeln!(text, "{}  {}", if *dry_run { "would go" } else { "removed " }, line(&pruned.entry))?;
            }
        }
    }
    let what = if *dry_run { "would be removed" } else { "removed" };
    writeln!(text, "{} {what}", output::count(bytes, "B"))?;
    output::print(&text)
}

/// Returns a line about one store.
fn line(entry: &Entry) -> String {
    let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
    let days = entry.last_use.elapsed().unwrap_or_default().as_secs() / DAY;
    let when = match days {
        0 => "used today".to_owned(),
        1 => "used a day ago".to_owned(),
        days => format!("used {days} days ago"),
    };
    let mut line = format!("{name}  {}, {when}", output::count(entry.bytes, "B"));
    if entry.usage == Usage::InUse {
        line += ", in use";
    }
    if entry.misses_inputs {
        line += ", its inputs are gone";
    }
    if let Some(damage) = &entry.damage {
        line += &format!(", damaged ({damage})");
    }
    line
}

fn as_json(entry: &Entry) -> Value {
    let Entry { path, bytes, last_use, usage, inputs, misses_inputs, damage } = entry;
    let seconds = last_use.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let in_use = match usage {
        Usage::Unused => json!(false),
        Usage::InUse => json!(true),
        Usage::Recent => Value::Null,
    };
    json!({
        "path": path.to_string_lossy(),
        "bytes": bytes,
        "last_use": seconds,
        "in_use": in_use,
        "inputs": inputs,
        "misses_inputs": misses_inputs,
        "damage": damage,
    })
}

fn pruned_as_json(pruned: &[Pruned], dry_run: bool) -> Value {
    let store = |pruned: &Pruned| {
        let mut entry = as_json(&pruned.entry);
        entry["kept"] = json!(pruned.kept);
        entry
    };
    let stores: Vec<Value> = pruned.iter().map(store).collect();
    let bytes: u64 = pruned.iter().filter(|pruned| pruned.kept.is_none()).map(|pruned| pruned.entry.bytes).sum();
    json!({"stores": stores, "bytes": bytes, "dry_run": dry_run})
}
