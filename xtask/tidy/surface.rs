//! The public items of the library: what a user can name, with all features on.

use super::library::{Kind, Library, Target};
use std::collections::{BTreeMap, BTreeSet};

/// The module of the C interface, whose items are counted apart.
const OF_C: &str = "ffi";

/// How many items there are of each kind, and how many functions C can call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Surface {
    pub(crate) items: BTreeMap<Kind, usize>,
    pub(crate) c_functions: usize,
    /// The items' names, each behind the file that declares it.
    pub(crate) names: BTreeSet<(String, String)>,
}

impl Surface {
    /// Counts what is reachable from the crate by `pub mod` and `pub use`. What documentation hides
    /// is not counted.
    pub(crate) fn of(library: &Library) -> Surface {
        let mut counted = Counted { library, items: BTreeSet::new(), modules: BTreeSet::new() };
        counted.module(0);
        let mut surface = Surface::default();
        for &(module, item) in &counted.items {
            let Some(module) = library.modules.get(module) else { continue };
            let Some(item) = module.items.get(item) else { continue };
            *surface.items.entry(item.kind).or_default() += 1;
            surface.names.insert((module.file.clone(), item.name.clone()));
        }
        let all = library.modules.iter().flat_map(|module| &module.items);
        surface.c_functions = all.filter(|item| item.is_of_c).count();
        surface
    }

    /// Returns how many items there are.
    pub(crate) fn total(&self) -> usize {
        self.items.values().sum()
    }
}

/// What was met so far.
struct Counted<'a> {
    library: &'a Library,
    items: BTreeSet<(usize, usize)>,
    modules: BTreeSet<usize>,
}

impl Counted<'_> {
    fn module(&mut self, index: usize) {
        let Some(module) = self.library.modules.get(index) else { return };
        if !self.modules.insert(index) {
            return;
        }
        for (item, named) in module.items.iter().enumerate() {
            if named.is_public && !named.is_hidden && !(index == 0 && named.name == OF_C) {
                match named.kind {
                    Kind::Module(module) => self.module(module),
                    _ => self.item(index, item),
                }
            }
        }
        for import in module.imports.iter().filter(|import| import.is_public && !import.is_hidden) {
            for target in self.library.resolve(index, &import.path) {
                match target {
                    Target::Module(module) => self.module(module),
                    Target::Item(module, item) => self.item(module, item),
                }
            }
        }
    }

    fn item(&mut self, module: usize, item: usize) {
        let named = self.library.modules.get(module).and_then(|module| module.items.get(item));
        if named.is_some_and(|named| named.is_public && !named.is_hidden) {
            self.items.insert((module, item));
        }
    }
}
