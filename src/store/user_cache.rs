//! The directory of the user's cache.

use std::env;
use std::path::PathBuf;

/// Returns the user's cache directory: `$ATEMOYA_CACHE`, or `atemoya` in `$XDG_CACHE_HOME` or in
/// `~/.cache`. `None` when none of them can be told, for lack of a home directory. A leading `~` is
/// the home directory.
pub(crate) fn user_cache() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME");
    let below_home = |path: PathBuf| match (path.strip_prefix("~"), &home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    };
    let shared = || set("XDG_CACHE_HOME").map(below_home).or_else(|| Some(home.as_ref()?.join(".cache")));
    set("ATEMOYA_CACHE").map(below_home).or_else(|| Some(shared()?.join("atemoya")))
}
