//! Which tile size, and which tracks in one panel? Sizes on disk and windows a second for three
//! kinds of values and 1 to 512 tracks, beside copying as many bytes.
//!
//! `cargo bench -p atemoya-benches --bench tiles [-- WORD]`; `BENCHMARKS.md` says what is compared,
//! `format-spec/FORMAT.md` (section 6.1) what follows from it.
#![allow(clippy::expect_used, reason = "a benchmark may stop at once")]

mod gather;
mod layout;

use atemoya_benches::{Fixture, Request, Result, Table, Values};
use atemoya_measure::{BATCH, Contestant, OutputBuffers, Pace, Sources, take_turns};
use layout::Layout;
use std::time::Duration;

/// What tracks look like, and how many values a panel has: some tens of MB of the first two, half a
/// GB of the last.
const KINDS: [(&str, Values, usize); 3] = [
    ("counts", Values::Counts(0.03), 512 << 20),
    ("coverage", Values::Coverage(40.0), 512 << 20),
    ("fractional", Values::Fractional, 128 << 20),
];
/// Tracks of a panel. Without measuring, the last is left out.
const TRACKS: [usize; 4] = [1, 6, 48, 512];
/// Tracks from which on panels are compared, and reading one track of them.
const MANY: usize = 48;
/// What is asked: its name, the bases of a window, and whether one track is read of many. Of few
/// tracks only the first two are asked.
const QUESTIONS: [(&str, usize, bool); 5] = [
    ("tiles", 2048, false),
    ("tiles, 1000 bp", 1000, false),
    ("tiles, one track", 2048, true),
    ("panels", 2048, false),
    ("panels, one track", 2048, true),
];
/// Random windows of a contestant, over and over.
const WINDOWS: usize = 1 << 17;
/// The genome is a multiple of this: four contigs of whole tiles, whatever the tile.
const WHOLE: usize = 4 << layout::LARGEST;

/// What all comparisons share.
struct Bench {
    request: Request,
    sources: Sources<f32>,
    table: Table,
}

impl Bench {
    /// Makes the comparisons of one kind of values and one number of tracks.
    fn tracks(&mut self, (kind, values, items): (&str, Values, usize), tracks: usize) -> Result<()> {
        let name = |question: &str| format!("{kind}/{tracks}/{question}");
        let questions = &QUESTIONS[..if tracks < MANY { 2 } else { QUESTIONS.len() }];
        let asked = questions.iter().filter(|(question, ..)| self.request.wants(&name(question)));
        let questions: Vec<_> = asked.copied().collect();
        if questions.is_empty() {
            return Ok(());
        }
        let bases = if self.request.measure { items / tracks / WHOLE * WHOLE } else { 1 << 16 };
        say(&format!("{kind}: {tracks} tracks of {:.1} Mb", bases as f64 / f64::from(1 << 20)));
        let by_tile = questions.iter().any(|(question, ..)| question.starts_with("tiles"));
        let by_panel = questions.iter().any(|(question, ..)| question.starts_with("panels"));
        let mut layouts = Vec::new();
        if by_tile {
            layouts.extend(layout::tiles(tracks));
        }
        if by_panel {
            layouts.extend(layout::panels(tracks));
        }
        let fixture = layout::build(bases, values, &mut layouts)?;
        gather::map_pages(&fixture.store);
        for (question, width, one) in questions {
            let wanted = layouts.iter().filter(|layout| question.starts_with(layout.question));
            self.compare(&fixture, &name(question), &wanted.collect::<Vec<_>>(), (width, one))?;
        }
        Ok(())
    }

    /// Measures layouts of the same tracks in turns with memcpy, over all tracks of a window or
    /// over one. A single track of a store that is small enough for a benchmark would stay in the
    /// caches: these are emptied before each turn of one batch.
    fn compare(
        &mut self,
        fixture: &Fixture,
        name: &str,
        layouts: &[&Layout],
        (width, one): (usize, bool),
    ) -> Result<()> {
        let tracks = if one { 1 } else { layouts[0].tracks() };
        let batch = BATCH.min(BATCH * MANY / tracks);
        let items = tracks * width;
        let memory = if one { gather::other_memory() } else { Vec::new() };
        let mut contestants: Vec<Contestant<'_, OutputBuffers<f32>>> = Vec::new();
        for (seed, layout) in layouts.iter().enumerate() {
            let reading = if one { layout.one() } else { layout.all() };
            let windows = fixture.windows(width, WINDOWS, seed);
            contestants.push(gather::signal(&fixture.store, layout.name(fixture), &reading, windows));
        }
        contestants.push(self.sources.memcpy(items));
        if one {
            contestants = contestants.into_iter().flat_map(|own| [gather::evict(&memory), own]).collect();
        }
        let mut ring = OutputBuffers::new(4, batch * items, 1.0);
        let pace = Pace::new(if one { 0 } else { 2 }, Duration::from_secs(3));
        let pace = if self.request.measure { pace } else { Pace::once() };
        let mut rows = take_turns(&mut ring, &mut contestants, pace, &())?;
        rows.retain(|row| row.name != gather::EVICT);
        if self.request.measure {
            self.table.push(name, batch, batch * items * size_of::<f32>(), &rows);
        }
        Ok(())
    }
}

#[allow(clippy::print_stderr, reason = "it takes minutes")]
fn say(text: &str) {
    eprintln!("{text}");
}

fn main() -> Result<()> {
    let request = Request::from_args();
    let numbers = if request.measure { &TRACKS[..] } else { &TRACKS[..3] };
    let mut bench = Bench { request, sources: Sources::new(1.0), table: Table::default() };
    for kind in KINDS {
        for &tracks in numbers {
            bench.tracks(kind, tracks)?;
        }
    }
    let title = "Tiles and panels beside memcpy, in turns; medians; B: bytes on disk for each base and track";
    bench.table.print(title, "windows", "x memcpy");
    Ok(())
}
