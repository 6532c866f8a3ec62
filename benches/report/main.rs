//! Is everything as fast and as small as it has to be? One table, and the same as JSON.
//!
//! `cargo bench -p atemoya-benches --bench report [-- WORD] [--json PATH]`; `BENCHMARKS.md` says
//! what each row is.
#![allow(clippy::expect_used, reason = "a benchmark may stop at once")]

mod bigwig;
mod child;
mod genome;
mod loading;
mod windows;

use atemoya::format::manifest::Role;
use atemoya_benches::{Fixture, Panel, Request, Result, Values};
use atemoya_measure::{Outcome, Pace, Report};
use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Tracks of a store that examples are streamed from.
const SIGNAL: Panel = Panel { name: "signal", role: Role::Signal, tracks: 2, values: Values::Counts(0.03) };
const CONTROL: Panel = Panel { name: "control", role: Role::Control, tracks: 2, values: Values::Counts(0.03) };
/// Count tracks that bigWigs are written of, and their panel in the store.
const COUNTS: Panel = Panel { name: "counts", role: Role::Signal, tracks: 6, values: Values::Counts(0.03) };
const COUNTS_PANEL: usize = 2;
/// A wide panel.
const WIDE: Panel = Panel { name: "counts", role: Role::Signal, tracks: 48, values: Values::Counts(0.03) };

/// What is asked for, what it is measured on, and what came out.
struct Bench {
    request: Request,
    wide: OnceCell<Fixture>,
    small: OnceCell<Fixture>,
    large: OnceCell<Fixture>,
    bigwigs: OnceCell<Vec<PathBuf>>,
    report: RefCell<Report>,
}

impl Bench {
    /// Returns whether any of these rows is asked for.
    fn wants(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.request.wants(name))
    }

    fn push(&self, row: Outcome) {
        if self.request.wants(&row.name) {
            say(&format!("{} done", row.name));
            self.report.borrow_mut().push(row);
        }
    }

    fn note(&self, note: impl Into<String>) {
        self.report.borrow_mut().note(note);
    }

    fn pace(&self, turn_ms: u64, budget_s: f64) -> Pace {
        if self.request.measure { Pace::new(turn_ms, Duration::from_secs_f64(budget_s)) } else { Pace::once() }
    }

    /// Bases of the smaller genome.
    fn bases(&self) -> usize {
        if self.request.measure { 32 << 20 } else { 1 << 18 }
    }

    /// Returns a store with a panel of 48 tracks.
    fn wide(&self) -> &Fixture {
        self.wide.get_or_init(|| build(self.bases(), &[WIDE], None))
    }

    /// Returns a store to stream examples from.
    fn small(&self) -> &Fixture {
        self.small.get_or_init(|| build(self.bases(), &[SIGNAL, CONTROL, COUNTS], Some(self.peaks())))
    }

    /// Returns the same of a genome ten times as large.
    fn large(&self) -> &Fixture {
        self.large.get_or_init(|| build(10 * self.bases(), &[SIGNAL, CONTROL, COUNTS], Some(self.peaks())))
    }

    /// Returns the small store's count tracks as bigWigs.
    fn bigwigs(&self) -> &[PathBuf] {
        self.bigwigs.get_or_init(|| {
            say("writing bigWigs");
            self.small().write_bigwigs(COUNTS_PANEL).expect("bigWigs can be written")
        })
    }

    fn peaks(&self) -> usize {
        if self.request.measure { 30_000 } else { 300 }
    }
}

fn build(bases: usize, panels: &[Panel], peaks: Option<usize>) -> Fixture {
    say(&format!("making a store of {} Mb", bases >> 20));
    let fixture = Fixture::build(bases, panels).expect("a store can be made");
    if let Some(peaks) = peaks {
        fixture.index(peaks).expect("a store of our own");
    }
    fixture
}

#[allow(clippy::print_stderr, reason = "it takes minutes")]
fn say(text: &str) {
    eprintln!("{text}");
}

#[allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]
fn main() -> Result<()> {
    if child::run()? {
        return Ok(());
    }
    let (wide, small, large, bigwigs) = Default::default();
    let bench = Bench { request: Request::from_args(), wide, small, large, bigwigs, report: RefCell::default() };
    windows::onehot(&bench)?;
    windows::sparse(&bench)?;
    windows::narrow(&bench)?;
    loading::example(&bench)?;
    loading::feed(&bench)?;
    bigwig::windows(&bench)?;
    bigwig::size(&bench)?;
    genome::first_batch(&bench)?;
    genome::private_memory(&bench)?;
    genome::flat(&bench)?;
    bigwig::pack(&bench)?;
    genome::pack_fasta(&bench)?;
    if !bench.request.measure {
        return Ok(());
    }
    let report = bench.report.borrow();
    println!("\n{}", report.text());
    if let Some(path) = json_path(&bench.request)? {
        std::fs::write(&path, serde_json::to_string_pretty(&report.json())? + "\n")?;
        println!("written to {}", path.display());
    }
    Ok(())
}

/// Returns where JSON goes: what `--json` says, from the workspace's root on, or into the target
/// directory when all rows are measured.
fn json_path(request: &Request) -> Result<Option<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if let Some(path) = &request.json {
        return Ok(Some(root.join(path)));
    }
    // target/release/deps/report-...
    let target = std::env::current_exe()?.ancestors().nth(3).map(Path::to_path_buf);
    Ok(target.filter(|_| request.filter.is_none()).map(|target| target.join("benchmarks.json")))
}
