//! Which groups of a store are meant: by their names, or all of a role.

use crate::format::manifest::{GroupEntry, Role};
use crate::store::Store;
use crate::{Error, Result, listed};

/// The groups of a role, or of any where it is `None`: those of the names in their order, or all.
///
/// # Errors
/// [`Error::Argument`], of the parameter `argument`, for a name that the store lacks, with those
/// that it has, or one that is given twice.
pub(crate) fn find_groups<'a>(
    store: &'a Store,
    argument: &'static str,
    role: Option<Role>,
    names: Option<&[impl AsRef<str>]>,
) -> Result<Vec<&'a GroupEntry>> {
    let all = || store.manifest().groups.iter().filter(move |group| role.is_none_or(|role| group.role == role));
    let Some(names) = names else { return Ok(all().collect()) };
    let mut groups: Vec<&GroupEntry> = Vec::new();
    for name in names.iter().map(AsRef::as_ref) {
        let Some(group) = all().find(|group| group.name == *name) else {
            let known = listed(all().map(|group| &group.name));
            return Err(Error::argument(argument, format!("there is no {name:?}; there is {known}")));
        };
        if groups.iter().any(|known| known.name == *name) {
            return Err(Error::argument(argument, format!("{name:?} is named twice")));
        }
        groups.push(group);
    }
    Ok(groups)
}
