//! The tools that make and audit a wheel, in a virtual environment below cargo's directory.
//!
//! They are installed once, and again where `python/wheel-requirements.txt` has changed.

use crate::licenses::Beside;
use crate::{Failure, Result, at, failed, root, target};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The installed tools.
pub(crate) struct Tools {
    bin: PathBuf,
    /// The search path, the tools first: maturin looks for `python3 -m ziglang` there.
    path: OsString,
    target: PathBuf,
}

impl Tools {
    /// Returns the tools below this directory, installed where they are not.
    pub(crate) fn ready(below: &Path) -> Result<Self> {
        let venv = below.join("wheel-tools");
        let bin = venv.join("bin");
        let mut path = OsString::from(&bin);
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        let tools = Self { bin, path, target: target()? };
        let wanted = root().join("python/wheel-requirements.txt");
        let installed = venv.join("requirements.txt");
        let text = fs::read_to_string(&wanted).map_err(at(&wanted))?;
        if fs::read_to_string(&installed).is_ok_and(|has| has == text) {
            return Ok(tools);
        }
        tools.run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        let mut pip = tools.command("pip");
        tools.run(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted))?;
        fs::write(&installed, text).map_err(at(&installed))?;
        Ok(tools)
    }

    /// Returns what zig links into a wheel: its own routines, and the unwinder of LLVM.
    pub(crate) fn linked(&self) -> Result<Vec<Beside>> {
        let mut python = self.command("python");
        let zig = self.printed(python.args(["-c", "import ziglang; print(ziglang.__path__[0])"]))?;
        let at = |file: &str| Path::new(zig.trim()).join(file);
        Ok(vec![
            ("compiler-rt of zig".to_owned(), "MIT", at("LICENSE")),
            ("libunwind of LLVM".to_owned(), "Apache-2.0 WITH LLVM-exception", at("lib/libunwind/LICENSE.TXT")),
        ])
    }

    /// Returns the command of a tool.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.env("PATH", &self.path).env("CARGO_TARGET_DIR", &self.target).current_dir(root());
        command
    }

    /// Runs a command, which says itself why it fails.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        let program = Path::new(command.get_program()).display().to_string();
        let status = command.status().map_err(failed(&program))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Failed(format!("{program} failed: it says above why")))
    }

    /// Runs a command and returns what it prints.
    pub(crate) fn printed(&self, command: &mut Command) -> Result<String> {
        let program = Path::new(command.get_program()).display().to_string();
        let output = command.output().map_err(failed(&program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(Failure::Failed(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
    }
}
