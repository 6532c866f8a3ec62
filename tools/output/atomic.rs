//! A file that appears whole or not at all: written beside its target, synced, then renamed onto
//! it.

use anyhow::{Context, Result, ensure};
use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// First bytes of a file that tell its kind.
const HEAD: u64 = 256;

/// What may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replace {
    /// No file.
    Nothing,
    /// A file of the same kind, or an empty one.
    Kind,
    /// Any file.
    Anything,
}

impl Replace {
    /// Returns what `--force` lets be replaced.
    pub(crate) fn by_force(force: bool) -> Replace {
        if force { Replace::Kind } else { Replace::Nothing }
    }
}

/// What a file is, told by its first bytes, so that none of another kind is replaced by a slip of
/// the hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Its name for people: `.npy`.
    pub(crate) name: &'static str,
    /// Whether a file that begins so is of the kind. There are up to 256 bytes.
    pub(crate) begins: fn(&[u8]) -> bool,
}

impl Kind {
    /// Returns whether a file is of the kind, or empty.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn is_of(self, path: &Path) -> Result<bool> {
        let mut head = Vec::new();
        File::open(path)
            .and_then(|file| file.take(HEAD).read_to_end(&mut head))
            .with_context(|| format!("{}: exists and cannot be read", path.display()))?;
        Ok(head.is_empty() || (self.begins)(&head))
    }

    /// Checks that a file may be replaced by one of the kind.
    fn check(self, path: &Path, replace: Replace) -> Result<()> {
        let (shown, name) = (path.display(), self.name);
        ensure!(
            replace == Replace::Anything || self.is_of(path)?,
            "{shown}: exists and is not a {name} file: delete it yourself, or choose another name"
        );
        ensure!(replace != Replace::Nothing, "{shown}: exists already; --force replaces it");
        Ok(())
    }
}

/// A file in the making. Dropped before [`publish`](AtomicFile::publish), it leaves nothing behind
/// and a target that existed stays as it was.
pub(crate) struct AtomicFile {
    file: NamedTempFile,
    target: PathBuf,
    replace: Replace,
}

impl AtomicFile {
    /// Begins a file that will be at `target`, in place of what may be replaced.
    ///
    /// # Errors
    /// The directory does not exist or cannot be written to, or `target` is there and may not be
    /// replaced.
    pub(crate) fn create(target: &Path, kind: Kind, replace: Replace) -> Result<AtomicFile> {
        // Through a symbolic link, so that the link stays and what it points to is replaced.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        if let Ok(metadata) = fs::metadata(&target) {
            ensure!(metadata.is_file(), "{}: exists and is not a regular file", target.display());
            kind.check(&target, replace)?;
        }
        let name = target.file_name().with_context(|| format!("{}: names no file", target.display()))?;
        let parent = directory(&target);
        ensure!(parent.exists(), "{}: there is no directory {parent:?}", target.display());
        let file = tempfile::Builder::new()
            .prefix(&format!(".{}.", name.to_string_lossy()))
            .suffix(".tmp")
            // What a newly created file has; the process's umask applies.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(parent)
            // The kind alone: the text would name the temporary file.
            .map_err(|error| std::io::Error::from(error.kind()))
            .with_context(|| format!("{}: cannot create a file beside it", target.display()))?;
        Ok(AtomicFile { file, target, replace })
    }

    /// Returns the file to write to.
    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Returns where the file will be.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    /// The system cannot write or rename; the target is as it was then.
    pub(crate) fn publish(self) -> Result<()> {
        let AtomicFile { file, target, replace } = self;
        let cannot = || format!("{}: cannot write", target.display());
        file.as_file().sync_all().with_context(cannot)?;
        // What has appeared there in the meantime is not replaced, either.
        let named = if replace == Replace::Nothing { file.persist_noclobber(&target) } else { file.persist(&target) };
        named.map_err(|e| e.error).with_context(cannot)?;
        File::open(directory(&target)).and_then(|directory| directory.sync_all()).with_context(cannot)
    }
}

/// Returns the directory that a path's last component is in.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Files of the words of these tests.
    const TEXT: Kind = Kind { name: "text", begins: |head| head.is_ascii() };

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn appears_only_when_published() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a.bin");
        let mut file = AtomicFile::create(&target, TEXT, Replace::Kind).unwrap();
        file.file().write_all(b"new").unwrap();
        assert!(!target.exists());
        file.publish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(names(directory.path()), ["a.bin"]);
        let ordinary = directory.path().join("ordinary");
        File::create(&ordinary).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&target), mode(&ordinary));
    }

    #[test]
    fn dropped_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a.bin");
        fs::write(&target, b"old").unwrap();
        let mut file = AtomicFile::create(&target, TEXT, Replace::Kind).unwrap();
        file.file().write_all(b"new").unwrap();
        drop(file);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(names(directory.path()), ["a.bin"]);
    }

    #[test]
    fn replaces_what_a_link_points_to() {
        let directory = tempfile::tempdir().unwrap();
        let (target, link) = (directory.path().join("a.bin"), directory.path().join("link"));
        fs::write(&target, b"old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let mut file = AtomicFile::create(&link, TEXT, Replace::Kind).unwrap();
        file.file().write_all(b"new").unwrap();
        file.publish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn a_file_of_another_kind_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (other, empty) = (directory.path().join("photo"), directory.path().join("empty"));
        fs::write(&other, b"\x89PNG").unwrap();
        let error = AtomicFile::create(&other, TEXT, Replace::Kind).err().unwrap().to_string();
        assert!(error.contains("is not a text file: delete it yourself"), "{error}");
        assert_eq!((fs::read(&other).unwrap().as_slice(), names(directory.path()).len()), (&b"\x89PNG"[..], 1));
        fs::write(&empty, "").unwrap();
        AtomicFile::create(&empty, TEXT, Replace::Kind).unwrap().publish().unwrap();
    }

    #[test]
    fn no_file_is_replaced_unless_it_is_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("a.bin");
        let late = AtomicFile::create(&target, TEXT, Replace::Nothing).unwrap();
        fs::write(&target, b"old").unwrap();
        assert!(late.publish().is_err());
        let error = AtomicFile::create(&target, TEXT, Replace::Nothing).err().unwrap().to_string();
        assert!(error.ends_with("a.bin: exists already; --force replaces it"), "{error}");
        assert_eq!((fs::read(&target).unwrap().as_slice(), names(directory.path()).len()), (&b"old"[..], 1));
        AtomicFile::create(&target, TEXT, Replace::by_force(true)).unwrap().publish().unwrap();
        fs::write(&target, b"\x89PNG").unwrap();
        AtomicFile::create(&target, TEXT, Replace::Anything).unwrap().publish().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"");
    }

    #[test]
    fn refuses_directories_devices_and_missing_directories() {
        let directory = tempfile::tempdir().unwrap();
        let message = |path: &Path| AtomicFile::create(path, TEXT, Replace::Kind).err().unwrap().to_string();
        assert!(message(directory.path()).contains("not a regular file"));
        assert!(message(Path::new("/dev/null")).contains("not a regular file"));
        assert!(message(&directory.path().join("absent/a.bin")).contains("there is no directory"));
        assert!(message(Path::new("/..")).contains("regular file"));
    }
}
