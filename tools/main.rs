//! The `atemoya` command.

mod demo;
#[allow(dead_code, reason = "until the commands are written")]
mod interrupt;
#[allow(dead_code, reason = "until the commands are written")]
mod output;
#[allow(dead_code, reason = "until the commands are written")]
mod progress;

#[expect(clippy::print_stderr, reason = "a command talks on standard error")]
fn main() -> anyhow::Result<()> {
    let directory = std::env::args_os().nth(1).unwrap_or_else(|| "demo".into());
    std::fs::create_dir_all(&directory)?;
    let simulated = demo::simulate(directory.as_ref(), 0, 24_000_000, &|what| eprintln!("{what}"))?;
    eprintln!("{simulated:?}");
    Ok(())
}
