//! `cargo xtask c-tarball`: the C libraries as one archive, for machines without a Rust toolchain.
//!
//! The same files give the same archive, byte for byte: names are sorted, owners are nobody's, and
//! all times are one, which the caller or the last commit says.

mod glibc;
mod options;
#[cfg(test)]
mod tests;

use crate::arguments::Arguments;
use crate::install::{self, VERSION};
use crate::licenses;
use crate::{Failure, Result, at, failed, root, target};
use options::Options;
use std::env;
use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

/// What lies beside the installed files, and its name there.
const BESIDE: [(&str, &str); 3] =
    [("CHANGELOG.md", "CHANGELOG.md"), ("LICENSE-APACHE", "LICENSE-APACHE"), ("LICENSE-MIT", "LICENSE-MIT")];

/// Runs the subcommand and returns what it has to say: the archive.
pub(crate) fn run(arguments: Arguments<impl Iterator<Item = OsString>>) -> Result<String> {
    let options = Options::from(arguments)?;
    let name = format!("atemoya-c-{VERSION}-{ARCH}-{OS}");
    let packed = target()?.join("c-tarball");
    let tree = packed.join(&name);
    if packed.exists() {
        fs::remove_dir_all(&packed).map_err(at(&packed))?;
    }
    // Before the build, which takes minutes.
    let licenses = licenses::of("atemoya-c", &[])?;
    install::installed(&install::Options::at(tree.clone(), options.profile))?;
    for (file, place) in BESIDE {
        let (file, place) = (root().join(file), tree.join(place));
        fs::copy(&file, &place).map_err(at(&file))?;
    }
    let readme = root().join("capi/README.md");
    let readme = fs::read_to_string(&readme).map_err(at(&readme))?;
    let readme = glibc::said(&readme, &tree.join("lib/libatemoya.so"))?;
    for (name, text) in [(licenses::FILE, licenses), ("README.md", readme)] {
        let place = tree.join(name);
        fs::write(&place, text).map_err(at(&place))?;
    }
    fs::create_dir_all(&options.out).map_err(at(&options.out))?;
    let archive = options.out.join(format!("{name}.tar.gz"));
    pack(&tree, &archive, time()?)?;
    Ok(format!("{}\n", archive.display()))
}

/// Packs a directory, under its name, into an archive that the tree and the time decide alone.
fn pack(tree: &Path, archive: &Path, time: u64) -> Result<()> {
    let (Some(parent), Some(name)) = (tree.parent(), tree.file_name()) else {
        return Err(Failure::Failed(format!("{}: there is no directory above it", tree.display())));
    };
    let beside = archive.with_extension(format!("{}", std::process::id()));
    let file = File::create(&beside).map_err(at(&beside))?;
    let mut tar = Command::new("tar")
        .args(["--create", "--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
        .args(["--mode=u+rw,go=rX", &format!("--mtime=@{time}"), "--directory"])
        .arg(parent)
        .arg(name)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed("tar"))?;
    let Some(bytes) = tar.stdout.take() else { return Err(Failure::Failed("tar has no output".to_owned())) };
    let gzip = Command::new("gzip").arg("--no-name").stdin(bytes).stdout(file).status();
    let (gzip, tar) = (gzip.map_err(failed("gzip"))?, tar.wait().map_err(failed("tar"))?);
    if !gzip.success() || !tar.success() {
        let _ = fs::remove_file(&beside);
        return Err(Failure::Failed(format!("{}: tar or gzip failed, and says above why", archive.display())));
    }
    fs::rename(&beside, archive).map_err(at(archive))
}

/// Returns the time that all files get, in seconds since 1970.
fn time() -> Result<u64> {
    if let Some(time) = env::var_os("SOURCE_DATE_EPOCH") {
        return seconds("SOURCE_DATE_EPOCH", &time.to_string_lossy());
    }
    let output = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root()).output();
    seconds("the time of the last commit", &String::from_utf8_lossy(&output.map_err(failed("git"))?.stdout))
        .map_err(|_| Failure::Failed("there is no commit to take the time from: set SOURCE_DATE_EPOCH".to_owned()))
}

fn seconds(what: &str, text: &str) -> Result<u64> {
    text.trim().parse().map_err(failed(format!("{what}: {text:?} are no seconds since 1970")))
}
