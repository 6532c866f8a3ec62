//! Builds the C programs against the header and the library beside the tests, and runs them:
//! plainly, under valgrind, and with the compiler's sanitizers.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "each test uses a part of it")]

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// A language that the header is for, and the option that chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    C11,
    Cpp17,
}

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
const SANITIZERS: [&str; 3] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

/// How long a program may take before it is taken to hang; under valgrind on a busy machine it
/// needs a good part of a minute.
const LIMIT: Duration = Duration::from_secs(600);

/// A file of the repository.
pub fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A file that cargo builds beside this test.
pub fn built(name: &str) -> PathBuf {
    let path = std::env::current_exe().unwrap().with_file_name(name);
    assert!(path.exists(), "{} is missing", path.display());
    path
}

/// Says that something cannot be tested on this machine; in CI it must be.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}, and CI must test it");
    // Not `eprintln`, which the test harness hides when the test passes.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Whether there is a command, which says its version.
fn exists(command: impl AsRef<OsStr>) -> bool {
    Command::new(command).arg("--version").output().is_ok_and(|output| output.status.success())
}

impl Language {
    pub const ALL: [Language; 2] = [Language::C11, Language::Cpp17];

    fn compiler(self) -> String {
        let (variable, usual) = match self {
            Language::C11 => ("CC", "cc"),
            Language::Cpp17 => ("CXX", "c++"),
        };
        std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Language::C11 => &["-std=c11"],
            Language::Cpp17 => &["-std=c++17", "-x", "c++"],
        }
    }

    /// Whether there is a compiler; that there is none is said.
    pub fn is_there(self) -> bool {
        let there = exists(self.compiler());
        if !there {
            skipped(&format!("there is no compiler {} for {self:?}", self.compiler()));
        }
        there
    }

    /// Compiles a program, or says why not.
    fn compile(self, source: &Path, more: &[&str], program: &Path) -> Result<(), String> {
        let library = built("libatemoya_c.so");
        let mut command = Command::new(self.compiler());
        command.args(self.options()).args(WARNINGS).args(["-g", "-O1"]).args(more);
        command.arg("-I").arg(self::source("include")).arg(source).args(["-x", "none"]).arg("-o").arg(program);
        command.arg(&library).arg(format!("-Wl,-rpath,{}", library.parent().unwrap().display())).arg("-pthread");
        let output = command.output().unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    /// Builds a program into a directory. No warning is allowed.
    pub fn build(self, source: &Path, directory: &Path) -> PathBuf {
        let program = directory.join(format!("{}-{self:?}", source.file_stem().unwrap().display()));
        self.compile(source, &[], &program).unwrap_or_else(|text| panic!("{} as {self:?}:\n{text}", source.display()));
        program
    }

    /// Builds it with the sanitizers, if the compiler has them.
    pub fn build_sanitized(self, source: &Path, directory: &Path) -> Option<PathBuf> {
        let probe = directory.join("probe.c");
        std::fs::write(&probe, "int main(void) { return 0; }\n").unwrap();
        let sanitized = directory.join("probe");
        let works = self.compile(&probe, &SANITIZERS, &sanitized).is_ok()
            && Command::new(&sanitized).output().is_ok_and(|output| output.status.success());
        if !works {
            skipped(&format!("{} has no sanitizers", self.compiler()));
            return None;
        }
        let program = directory.join(format!("{}-sanitized", source.file_stem().unwrap().display()));
        self.compile(source, &SANITIZERS, &program).unwrap_or_else(|text| panic!("{}:\n{text}", source.display()));
        Some(program)
    }
}

/// Puts a program under valgrind, if there is one: any error, and memory that is lost, ends it with
/// 99.
pub fn under_valgrind(program: &Path) -> Option<Command> {
    if !exists("valgrind") {
        skipped("there is no valgrind");
        return None;
    }
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect"]);
    command.args(["--errors-for-leak-kinds=definite,indirect", "--fair-sched=yes"]).arg(program);
    Some(command)
}

/// Runs a command, which must end in time and well. Returns what it printed.
pub fn run(mut command: Command, directory: &Path) -> String {
    let (status, out, err) = end(&mut command, directory);
    assert!(status.success(), "{command:?}: {status}\n{err}");
    out
}

/// Runs a command that must fail, and returns what it said.
pub fn fails(mut command: Command, directory: &Path) -> String {
    let (status, _, err) = end(&mut command, directory);
    assert!(status.code().is_some_and(|code| code != 0), "{command:?}: {status}\n{err}");
    err
}

/// Runs a command to its end, which must come in time.
fn end(command: &mut Command, directory: &Path) -> (ExitStatus, String, String) {
    let [out, err] = ["stdout", "stderr"].map(|name| directory.join(name));
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status, text(&out), text(&err));
        }
        if begin.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{command:?} hangs: not done after {LIMIT:?}\n{}", text(&err));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
