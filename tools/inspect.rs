//! `atemoya inspect`: shows what a store holds and where it came from, as text or JSON.

use crate::ledger::Explained;
use crate::output;
use anyhow::Result;
use atemoya::format::tile::Family;
use atemoya::format::{OtherLength, Renamed};
use atemoya::listed;
use atemoya::loci::published;
use atemoya::store::{Store, Tally};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// The most contigs in the text, longest first; JSON has all.
const LISTED: usize = 25;

/// Show what a store holds: contigs, tracks, sizes, input files and locus indices
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("examples/inspect.txt"))]
pub(crate) struct Arguments {
    /// The store
    store: PathBuf,
    /// Show how many loci are kept, and how many each rule left out, by file and by contig. All
    /// indices are shown, or one: --loci=NAME
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    loci: Option<String>,
    /// Write JSON: the store's manifest (format-spec/), with path, checksum, bases, warnings, each
    /// panel's encodings and bytes_per_base, and the manifests of all indices as `loci`
    ///
    /// With --loci it is {INDEX: {selection, ledger}}. `ledger` is {roles, files, contigs}: counts
    /// by reason, and `total`, for peaks and negatives (`roles`), for each file, and for each
    /// contig.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let store = Store::open(&arguments.store)?;
    if let Some(name) = &arguments.loci {
        return explain(&store, name, arguments.json);
    }
    let censuses = store.panels().iter().map(|panel| panel.census()).collect::<atemoya::Result<Vec<_>>>()?;
    let names = published::names(&store)?;
    let indices = names.iter().map(|name| published::read(&store, Some(name))).collect::<atemoya::Result<Vec<_>>>()?;
    if arguments.json {
        return output::print_json(&as_json(&store, &censuses, &indices)?);
    }
    output::print(&as_text(&store, &censuses, &indices)?)
}

/// Prints the ledger of one index, or of all for an empty name.
fn explain(store: &Store, name: &str, json: bool) -> Result<()> {
    let names = if name.is_empty() { published::names(store)? } else { vec![name.to_owned()] };
    if names.is_empty() {
        // Returns the error of a store without indices.
        published::manifest(store, None)?;
    }
    let (mut text, mut values) = (String::new(), serde_json::Map::new());
    for name in names {
        let index = published::read(store, Some(&name))?;
        let (Some(selection), Some(verdicts)) = (&index.manifest.selection, &index.verdicts) else {
            writeln!(text, "{name}\n  made without a selection: no locus was judged")?;
            values.insert(name, Value::Null);
            continue;
        };
        let explained = Explained { store, table: &index.table, verdicts, inputs: &index.manifest.inputs };
        let selection = serde_json::to_value(selection)?;
        let members = selection.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let members: Vec<String> = members.map(|(member, value)| format!("{member} {value}")).collect();
        writeln!(text, "{name}  ({})\n{}", members.join(", "), explained.text()?)?;
        values.insert(name, json!({"selection": selection, "ledger": explained.json()}));
    }
    if json { output::print_json(&Value::Object(values)) } else { output::print(&text) }
}

fn bases(store: &Store) -> u64 {
    store.contigs().iter().map(|(_, length)| length).sum()
}

fn per_base(bytes: u64, values: u64) -> f64 {
    if values == 0 { 0.0 } else { bytes as f64 / values as f64 }
}

fn as_json(store: &Store, censuses: &[[Tally; 5]], indices: &[published::LocusIndex]) -> Result<Value> {
    let mut value = serde_json::to_value(store.manifest())?;
    value["path"] = json!(store.path().to_string_lossy());
    value["checksum"] = json!(store.checksum());
    let bases = bases(store);
    value["bases"] = json!(bases);
    value["warnings"] = json!(store.warnings(None, None)?);
    for (panel, census) in value["panels"].as_array_mut().into_iter().flatten().zip(censuses) {
        let tracks = panel["tracks"].as_array().map_or(0, Vec::len) as u64;
        let tallies = Family::ALL.iter().zip(census);
        let encodings: serde_json::Map<String, Value> = tallies
            .map(|(family, tally)| (family.name().into(), json!({"tiles": tally.tiles, "bytes": tally.bytes})))
            .collect();
        panel["encodings"] = Value::Object(encodings);
        let bytes = store.manifest().file(panel["file"].as_str().unwrap_or_default()).map_or(0, |file| file.length);
        panel["bytes_per_base"] = json!(per_base(bytes, bases * tracks));
    }
    value["loci"] = indices.iter().map(|index| serde_json::to_value(&index.manifest)).collect::<Result<_, _>>()?;
    Ok(value)
}

fn as_text(store: &Store, censuses: &[[Tally; 5]], indices: &[published::LocusIndex]) -> Result<String> {
    let mut out = String::new();
    let manifest = store.manifest();
    let bytes: u64 = manifest.files.iter().map(|file| file.length).sum();
    let [major, minor] = manifest.version;
    let made = format!("format {major}.{minor}, by {}", manifest.created_by);
    writeln!(out, "{}  {} ({made})", store.path().display(), output::count(bytes, "B"))?;
    write_contigs(&mut out, store)?;
    if let Some(sequence) = &manifest.sequence {
        let length = manifest.file(&sequence.file).map_or(0, |file| file.length);
        let acgt = 100.0 * per_base(sequence.acgt, bases(store));
        let density = per_base(length, bases(store));
        writeln!(out, "\nsequence  {}, {density:.3} B/base, {acgt:.2}% A, C, G or T", output::count(length, "B"))?;
    }
    for (number, census) in censuses.iter().enumerate() {
        write_panel(&mut out, store, number, census)?;
    }
    if !indices.is_empty() {
        writeln!(out, "\nloci")?;
    }
    for index in indices {
        let manifest = &index.manifest;
        let centre = if manifest.options.summits { "summits" } else { "midpoints" };
        let [peaks, negatives] = [(manifest.peaks, "peak"), (manifest.negatives, "negative")]
            .map(|(number, what)| output::several(number, what));
        writeln!(out, "  {}  {peaks} on their {centre}, {negatives}", manifest.name)?;
        if let Some(chroms) = &manifest.options.chroms {
            writeln!(out, "    on {}", chroms.join(", "))?;
        }
        for input in &manifest.inputs {
            writeln!(out, "    {:<10} {}", input.role, input.path)?;
        }
    }
    writeln!(out, "\ninputs")?;
    for input in &manifest.inputs {
        let (length, hash) = (output::count(input.length, "B"), &input.sha256[..16.min(input.sha256.len())]);
        writeln!(out, "  {:<12} {}  {length}  sha256 {hash}...", input.role, input.path)?;
        for (contigs, what) in [(&input.contigs_absent, "lacks"), (&input.contigs_ignored, "ignored:")] {
            if !contigs.is_empty() {
                writeln!(out, "    {what} {}", listed(contigs))?;
            }
        }
        for Renamed { from, to } in &input.contigs_renamed {
            writeln!(out, "    {from:?} is {to:?}")?;
        }
        for OtherLength { name, length } in &input.contigs_other_length {
            writeln!(out, "    not used: {name:?}, which has {length} bases there")?;
        }
    }
    for warning in store.warnings(None, None)? {
        writeln!(out, "\nwarning: {warning}")?;
    }
    Ok(out)
}

fn write_contigs(out: &mut String, store: &Store) -> Result<()> {
    let mut contigs: Vec<(&str, u64)> = store.contigs().iter().collect();
    writeln!(out, "\ncontigs  {}, {}", contigs.len(), output::count(bases(store), "b"))?;
    if contigs.len() > LISTED {
        contigs.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
    }
    for (name, length) in contigs.iter().take(LISTED) {
        writeln!(out, "  {name:<24} {length:>12}")?;
    }
    if contigs.len() > LISTED {
        writeln!(out, "  ... and {} shorter ones (--json lists all)", contigs.len() - LISTED)?;
    }
    Ok(())
}

fn write_panel(out: &mut String, store: &Store, number: usize, census: &[Tally; 5]) -> Result<()> {
    let manifest = store.manifest();
    let panel = &manifest.panels[number];
    let bytes = manifest.file(&panel.file).map_or(0, |file| file.length);
    let values = bases(store) * panel.tracks.len() as u64;
    let tracks = output::several(panel.tracks.len() as u64, "track");
    let (tile, density) = (panel.tile, per_base(bytes, values));
    let size = output::count(bytes, "B");
    writeln!(out, "\n{}  {tracks} in tiles of {tile}, {size}, {density:.4} B/base and track", panel.file)?;
    for group in manifest.groups.iter().filter(|group| group.panel == number) {
        let role = format!("{:?}", group.role).to_lowercase();
        writeln!(out, "  {role} {}", group.name)?;
        for &track in &group.tracks {
            let track = &panel.tracks[track];
            let nonzero = 100.0 * per_base(track.nonzero, bases(store));
            let kind = format!("{:?}", track.values).to_lowercase();
            let (name, sum, min, max) = (&track.name, track.sum, track.min, track.max);
            writeln!(out, "    {name:<20} {kind:<4} {nonzero:>7.3}% non-zero, sum {sum}, from {min} to {max}")?;
        }
    }
    let tiles: u64 = census.iter().map(|tally| tally.tiles).sum();
    for (family, tally) in Family::ALL.iter().zip(census).filter(|(_, tally)| tally.tiles > 0) {
        let share = 100.0 * per_base(tally.tiles, tiles);
        let size = output::count(tally.bytes, "B");
        writeln!(out, "  {:<7} {:>10} tiles ({share:>5.1}%) {size:>10}", family.name(), tally.tiles)?;
    }
    Ok(())
}
