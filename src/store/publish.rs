//! Publishes in one step: a directory is built beside its target under a hidden name, synced, and
//! renamed to the target (`format-spec/FORMAT.md`, section 10). At any moment there is the old
//! state or the new one. Files that atemoya did not write are never removed.

use super::contents::{Contents, TargetKind};
use super::unfinished::{Unfinished, remove_abandoned, sync_directory};
use crate::{Error, Result};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A directory that is being built. It is removed unless it is published.
#[derive(Debug)]
pub struct Publication {
    unfinished: Unfinished,
    target: PathBuf,
    kind: TargetKind,
    replace: bool,
}

impl Publication {
    /// Begins to build the store `target`, and removes what killed writers of the same target left.
    ///
    /// # Errors
    /// [`Error::Exists`] when the target exists and `replace` is false, is not a store, or has
    /// entries that are not part of one; [`Error::Argument`] for a path that does not end in a
    /// name; [`Error::Io`].
    pub fn of_store(target: &Path, replace: bool) -> Result<Publication> {
        Publication::begin(target, TargetKind::Store, replace)
    }

    /// Begins to build a locus index inside a store.
    pub(crate) fn of_index(target: &Path, replace: bool) -> Result<Publication> {
        Publication::begin(target, TargetKind::Index, replace)
    }

    fn begin(target: &Path, kind: TargetKind, replace: bool) -> Result<Publication> {
        let Some(name) = target.file_name() else {
            let message = format!("{target:?} does not end in a name: give the path of a new directory");
            return Err(Error::argument("out", message));
        };
        let parent = parent(target);
        // Without a slash at the end, which would follow a link.
        let target = parent.join(name);
        check_target(&target, kind, replace)?;
        remove_abandoned(parent, name, kind);
        Ok(Publication { unfinished: Unfinished::create(parent, name)?, target, kind, replace })
    }

    /// Returns the directory to build in.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.unfinished.path()
    }

    /// Syncs the directory and renames it to the target. The caller must have synced its files.
    ///
    /// # Errors
    /// [`Error::Exists`] when a target that may not be replaced, or an entry in it, has appeared
    /// meanwhile; [`Error::Io`]. The target is unchanged after an error.
    pub fn publish(mut self) -> Result<()> {
        self.unfinished.finish()?;
        let (from, to) = (self.path(), self.target.as_path());
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => self.unfinished.owns_its_path(false),
            Err(Errno::EXIST | Errno::NOTEMPTY) => self.replace()?,
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                if fs::symlink_metadata(to).is_ok() {
                    self.replace()?;
                } else {
                    fs::rename(from, to).map_err(Error::io(to, "rename a finished directory to"))?;
                    self.unfinished.owns_its_path(false);
                }
            }
            Err(errno) => return Err(Error::io(to, "rename a finished directory to")(errno.into())),
        }
        sync_directory(parent(&self.target))
    }

    /// Puts the new directory in place of the old one, and removes the old one if atemoya wrote
    /// everything in it.
    fn replace(&mut self) -> Result<()> {
        check_target(&self.target, self.kind, self.replace)?;
        let (here, target) = (self.unfinished.path().to_path_buf(), self.target.clone());
        // With this lock, no other process takes it for a killed writer's directory while it has
        // the hidden name. Without locks, no process removes such directories.
        let old = File::open(&target).map_err(Error::io(&target, "open"))?;
        let _ = old.try_lock();
        self.unfinished.owns_its_path(false);
        exchange(&here, &target)?;
        // Checked again under the hidden name, since files may have appeared in it until now.
        match Contents::of(&here, self.kind) {
            Ok(contents) => contents.remove(),
            Err(reason) => {
                exchange(&here, &target)?;
                self.unfinished.owns_its_path(true);
                return Err(refused(&target, self.kind, &reason));
            }
        }
        Ok(())
    }
}

/// Removes a damaged store that cannot be opened, so that it can be made again. Removes only
/// entries with the names and first bytes of files that atemoya writes. A path that does not exist
/// is no error.
///
/// # Errors
/// [`Error::Exists`] when there is anything else, which is named. Then nothing is removed.
pub fn remove_damaged(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(metadata) if !metadata.is_dir() => check_target(path, TargetKind::Store, false),
        Ok(_) => {
            let contents = Contents::of_damaged(path);
            contents.map(Contents::remove).map_err(|reason| refused(path, TargetKind::Store, &reason))
        }
    }
}

/// Removes a store, intact or damaged, with its locus indices.
///
/// # Errors
/// Why it may hold files that atemoya did not write. Then nothing is removed.
#[cfg(feature = "ingest")]
pub fn remove_store(path: &Path) -> Result<(), String> {
    let contents = Contents::of(path, TargetKind::Store);
    contents.or_else(|reason| Contents::of_damaged(path).map_err(|_| reason)).map(Contents::remove)
}

/// Returns the directory that contains `path`.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Checks that the target does not exist, or may be replaced and holds only what atemoya wrote.
///
/// # Errors
/// [`Error::Exists`].
pub(crate) fn check_target(target: &Path, kind: TargetKind, replace: bool) -> Result<()> {
    let Ok(metadata) = fs::symlink_metadata(target) else { return Ok(()) };
    let reason: String = if metadata.is_symlink() {
        "it is a symbolic link".into()
    } else if !metadata.is_dir() {
        "it is a file".into()
    } else if Contents::of_empty(target).is_some() {
        "it is an empty directory".into()
    } else {
        match (Contents::of(target, kind), replace) {
            (Ok(_), true) => return Ok(()),
            (Ok(_), false) => {
                let hint = "it is replaced only on request (`replace`)".into();
                return Err(Error::Exists { path: target.to_path_buf(), hint });
            }
            (Err(reason), _) => reason,
        }
    };
    Err(refused(target, kind, &reason))
}

/// Returns the error for a target that is never replaced.
fn refused(target: &Path, kind: TargetKind, reason: &str) -> Error {
    let remedy = format!(
        "Only {} and nothing else is replaced: choose another name, or move away what is there or delete it yourself",
        kind.noun()
    );
    Error::Exists { path: target.to_path_buf(), hint: format!("{reason}. {remedy}") }
}

/// Exchanges the names of two directories. Where the system cannot do so in one step, `to` is
/// missing for a moment.
fn exchange(from: &Path, to: &Path) -> Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => exchange_in_three_steps(from, to),
        Err(errno) => Err(Error::io(to, "exchange a finished directory with")(errno.into())),
    }
}

fn exchange_in_three_steps(from: &Path, to: &Path) -> Result<()> {
    let aside = from.with_extension("old");
    fs::rename(to, &aside).map_err(Error::io(to, "set aside"))?;
    if let Err(error) = fs::rename(from, to) {
        fs::rename(&aside, to).map_err(Error::io(&aside, "put back the old state from"))?;
        return Err(Error::io(to, "rename a finished directory to")(error));
    }
    fs::rename(&aside, from).map_err(Error::io(&aside, "rename"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::manifest::{MANIFEST, Manifest};
    use crate::format::sealed_json;

    fn build(target: &Path, text: &str, replace: bool) -> Result<()> {
        finish(Publication::of_store(target, replace)?, text)
    }

    fn finish(publication: Publication, text: &str) -> Result<()> {
        let manifest = Manifest { created_by: text.into(), ..Manifest::new() };
        fs::write(publication.path().join(MANIFEST), sealed_json::seal(&manifest)?).unwrap();
        publication.publish()
    }

    fn said(target: &Path) -> String {
        super::super::open::read_manifest(&target.join(MANIFEST)).unwrap().0.created_by
    }

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn appears_whole_is_replaced_only_on_request_and_leaves_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("t");
        build(&target, "one", false).unwrap();
        assert!(matches!(build(&target, "two", false), Err(Error::Exists { .. })));
        assert_eq!(said(&target), "one");
        build(&target, "two", true).unwrap();
        assert_eq!(said(&target), "two");
        assert_eq!(names(&target), [MANIFEST]);
        drop(Publication::of_store(&root.path().join("other"), false).unwrap());
        assert_eq!(names(root.path()), ["t"]);
    }

    #[test]
    fn a_target_that_appears_meanwhile_is_not_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("t");
        let late = Publication::of_store(&target, false).unwrap();
        build(&target, "early", false).unwrap();
        assert!(matches!(finish(late, "late"), Err(Error::Exists { .. })));
        assert_eq!(said(&target), "early");
        assert_eq!(names(root.path()), ["t"]);
    }

    #[test]
    fn a_file_that_appears_in_the_old_state_meanwhile_is_kept_with_it() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("t");
        build(&target, "one", false).unwrap();
        let late = Publication::of_store(&target, true).unwrap();
        fs::write(target.join("notes.txt"), "words").unwrap();
        let error = finish(late, "two").unwrap_err();
        assert!(error.to_string().contains("\"notes.txt\""), "{error}");
        assert_eq!(
            (said(&target).as_str(), fs::read_to_string(target.join("notes.txt")).unwrap().as_str()),
            ("one", "words")
        );
        assert_eq!(names(root.path()), ["t"]);
    }

    /// What is at the hidden name when the check after the exchange fails.
    #[test]
    fn both_states_keep_all_they_have_in_either_exchange() {
        for way in [exchange, exchange_in_three_steps] {
            let root = tempfile::tempdir().unwrap();
            let [a, b] = ["a.tmp", "b"].map(|name| root.path().join(name));
            for path in [&a, &b] {
                fs::create_dir(path).unwrap();
                fs::write(path.join("name"), path.file_name().unwrap().as_encoded_bytes()).unwrap();
            }
            way(&a, &b).unwrap();
            assert_eq!(fs::read_to_string(a.join("name")).unwrap(), "b");
            assert_eq!(fs::read_to_string(b.join("name")).unwrap(), "a.tmp");
            assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
        }
    }
}
