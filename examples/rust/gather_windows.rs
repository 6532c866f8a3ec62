//! Random access: gathers chosen windows of sequence and of tracks into memory of its own.
//!
//! ```text
//! cargo run --release --example gather_windows -- STORE chr1:10000 chr1:25000-
//! ```
//!
//! A window has 2,114 bases and begins at the given base, counted from 0. One whose text ends with
//! `-` is reverse-complemented.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of the command line")]

// docs: begin
use atemoya::{DType, Gatherer, Span, Store};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

const WIDTH: usize = 2114;
/// How many bases are printed of a window.
const SHOWN: usize = 60;

/// Returns the window of a text, `CONTIG:START` or `CONTIG:START-`.
fn parse(store: &Store, text: &str) -> Result<Span, Box<dyn Error>> {
    let (contig, start) = text.rsplit_once(':').ok_or_else(|| format!("{text} is not CONTIG:START"))?;
    let forward = start.strip_suffix('-');
    let window = Span {
        contig: store.contigs().find(contig)?,
        start: forward.unwrap_or(start).parse()?,
        reverse_complement: forward.is_some(),
    };
    // What lies outside the contig is read as N and 0, so a wrong place would look like a gap.
    let length = store.contigs().length(window.contig) as i64;
    if window.start >= length || window.start <= -(WIDTH as i64) {
        return Err(format!("{text} lies outside {contig}, which has {length} bases").into());
    }
    Ok(window)
}

pub(crate) fn run(path: &Path, texts: &[String]) -> Result<(), Box<dyn Error>> {
    let store = Store::open(path)?;
    let windows = texts.iter().map(|text| parse(&store, text)).collect::<Result<Vec<Span>, _>>()?;

    let sequences = Gatherer::sequence(&store, DType::I8)?;
    let tracks = Gatherer::tracks(&store, None::<&[&str]>, DType::F32)?; // all signal groups
    let [bases, channels] = [&sequences, &tracks].map(|gatherer| gatherer.shape(WIDTH)[0]);
    let mut x = vec![0i8; windows.len() * bases * WIDTH]; // (windows, 4, WIDTH)
    let mut y = vec![0f32; windows.len() * channels * WIDTH]; // (windows, channels, WIDTH)
    sequences.gather_into(WIDTH, windows.iter().copied(), &mut x)?;
    tracks.gather_into(WIDTH, windows.iter().copied(), &mut y)?;

    let one_hot = x.chunks_exact(bases * WIDTH);
    let values = y.chunks_exact(channels * WIDTH);
    for ((text, one_hot), values) in texts.iter().zip(one_hot).zip(values) {
        let letter = |at: usize| {
            let base = (0..bases).find(|base| one_hot[base * WIDTH + at] == 1);
            base.map_or('N', |base| ['A', 'C', 'G', 'T'][base])
        };
        println!("{text}\n  {}...", (0..SHOWN).map(letter).collect::<String>());
        for (channel, values) in values.chunks_exact(WIDTH).enumerate() {
            println!("  channel {channel}: {} in all", values.iter().sum::<f32>());
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((path, windows)) = arguments.split_first().filter(|(_, windows)| !windows.is_empty()) else {
        eprintln!("usage: gather_windows STORE CONTIG:START[-] ...");
        return ExitCode::from(2);
    };
    match run(path.as_ref(), windows) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gather_windows: {error}");
            ExitCode::FAILURE
        }
    }
}
// docs: end
