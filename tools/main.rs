//! The program `atemoya`.

use std::process::ExitCode;

fn main() -> ExitCode {
    atemoya_tools::run(std::env::args_os().skip(1)).into()
}
