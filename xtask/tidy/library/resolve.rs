//! What a path means: the items and modules to which it leads, through re-exports and `*`.

use super::{Kind, Library, Module};

/// How many re-exports a path may lead through.
const DEPTH: usize = 12;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Module(usize),
    /// A module, and which of its items.
    Item(usize, usize),
}

impl Library {
    /// Returns all that a path means within a module: a name may stand for a module and a function
    /// alike. Nothing, where it leads out of the library.
    pub(crate) fn resolve(&self, within: usize, path: &[String]) -> Vec<Target> {
        self.resolve_to(within, path, DEPTH)
    }

    fn resolve_to(&self, within: usize, path: &[String], depth: usize) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let begin = match first.as_str() {
            "crate" => vec![Target::Module(0)],
            "self" => vec![Target::Module(within)],
            "super" => {
                let parent = self.modules.get(within).and_then(|module| module.parent);
                parent.map(Target::Module).into_iter().collect()
            }
            name => self.lookup(within, name, depth),
        };
        rest.iter().fold(begin, |targets, name| {
            let mut next: Vec<Target> = targets.into_iter().flat_map(|target| self.step(target, name, depth)).collect();
            next.sort();
            next.dedup();
            next
        })
    }

    /// Returns what a name means behind `::`. A type's variants and functions are the type's.
    fn step(&self, target: Target, name: &str, depth: usize) -> Vec<Target> {
        match target {
            Target::Module(module) if name == "super" => {
                let parent = self.modules.get(module).and_then(|module| module.parent);
                parent.map(Target::Module).into_iter().collect()
            }
            Target::Module(module) => self.lookup(module, name, depth),
            item => vec![item],
        }
    }

    /// Returns what a module has under a name.
    fn lookup(&self, module: usize, name: &str, depth: usize) -> Vec<Target> {
        let (Some(found), Some(depth)) = (self.modules.get(module), depth.checked_sub(1)) else { return Vec::new() };
        let mut targets = found.own(module, name);
        let named = found.imports.iter().filter(|import| import.name.as_deref() == Some(name));
        for import in named {
            // `use name::Item` names a crate or a module, and not itself.
            if import.path.first().is_some_and(|first| first == name) && targets.is_empty() && import.path.len() == 1 {
                continue;
            }
            targets.extend(self.resolve_to(module, &import.path, depth));
        }
        if targets.is_empty() {
            for import in found.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.resolve_to(module, &import.path, depth) {
                    match target {
                        Target::Module(from) if from != module => targets.extend(self.lookup(from, name, depth)),
                        _ => {}
                    }
                }
            }
        }
        targets.sort();
        targets.dedup();
        targets
    }
}

impl Module {
    /// Returns the items of this name, in the module of this number.
    fn own(&self, module: usize, name: &str) -> Vec<Target> {
        let items = self.items.iter().enumerate().filter(|(_, item)| item.name == name);
        items
            .map(|(index, item)| match item.kind {
                Kind::Module(module) => Target::Module(module),
                _ => Target::Item(module, index),
            })
            .collect()
    }
}
