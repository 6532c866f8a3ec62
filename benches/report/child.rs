//! What is measured in a fresh process: this program starts itself again, and reads what that one
//! prints.

use crate::loading::{SLOTS, generator};
use atemoya::Store;
use atemoya_benches::Result;
use atemoya_measure::private_bytes;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The argument that makes a process a child.
const CHILD: &str = "--child";

/// Does a child's work, if this is one: `--child first-batch STORE`,
/// `--child private-memory STORE SECONDS`.
#[allow(clippy::print_stdout, reason = "it answers to its parent")]
pub(crate) fn run() -> Result<bool> {
    let before = private_bytes();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [CHILD, "first-batch", store] => {
            let time = atemoya_measure::first_batch(store.as_ref(), generator)?;
            println!("{}", 1e3 * time.as_secs_f64());
        }
        [CHILD, "private-memory", store, seconds] => {
            let time = Duration::from_secs_f64(seconds.parse()?);
            let loader = generator(&Store::open(store)?).num_workers(2).slots(Some(SLOTS)).build()?;
            if let Some(private) = atemoya_measure::private_memory(&loader, SLOTS, before, time, &())? {
                println!("{} {}", private.grown as f64 / 1e6, private.ring as f64 / 1e6);
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Milliseconds from opening a store to its first batch.
pub(crate) fn first_batch(store: &Path) -> Result<f64> {
    let numbers = ask("first-batch", store, &[])?;
    Ok(*numbers.first().ok_or("a child said nothing")?)
}

/// Megabytes by which private memory grows, and those of the ring. `None` where the system does not
/// tell.
pub(crate) fn private_memory(store: &Path, seconds: f64) -> Result<Option<[f64; 2]>> {
    let numbers = ask("private-memory", store, &[seconds.to_string()])?;
    Ok(numbers.first_chunk().copied())
}

fn ask(question: &str, store: &Path, more: &[String]) -> Result<Vec<f64>> {
    let mut child = Command::new(std::env::current_exe()?);
    let output = child.args([CHILD, question]).arg(store).args(more).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("a child failed: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?)
}
