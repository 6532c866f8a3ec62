//! Circles of imports: files that import each other, directly or by way of others.

use super::imports::Imports;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The directories whose files must not import each other in a circle.
pub(crate) const WITHOUT_CIRCLES: [&str; 2] = ["src/feed/", "src/gather/"];

/// Files each of which leads to each other one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Circle<'a> {
    pub(crate) files: BTreeSet<&'a str>,
    /// The shortest way around, from a file to itself.
    pub(crate) way: Vec<&'a str>,
    /// The line of its first import.
    pub(crate) line: usize,
}

/// Returns the circles among the files for which `is_checked` is true.
pub(crate) fn circles<'a>(imports: &Imports<'a>, is_checked: impl Fn(&str) -> bool) -> Vec<Circle<'a>> {
    let mut to: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for &(from, file) in imports.keys().filter(|(from, file)| is_checked(from) && is_checked(file)) {
        to.entry(from).or_default().push(file);
    }
    let mut circles: Vec<Circle<'a>> = Vec::new();
    for &from in to.keys() {
        if circles.iter().any(|circle| circle.files.contains(from)) {
            continue;
        }
        let before = reached(from, &to);
        if !before.contains_key(from) {
            continue;
        }
        let back = |file: &&&str| reached(file, &to).contains_key(from);
        let files: BTreeSet<&str> = before.keys().filter(back).copied().collect();
        let mut way = vec![from];
        let mut file = from;
        while let Some(&previous) = before.get(file) {
            way.push(previous);
            file = previous;
            if file == from {
                break;
            }
        }
        way.reverse();
        let first = way.get(1).and_then(|&next| imports.get(&(from, next)));
        circles.push(Circle { files, way, line: first.copied().unwrap_or(1) });
    }
    circles
}

/// Returns the files that a file leads to, each with the one before it on the shortest way.
fn reached<'a>(from: &'a str, to: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeMap<&'a str, &'a str> {
    let mut before = BTreeMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(file) = queue.pop_front() {
        for &next in to.get(file).into_iter().flatten() {
            if !before.contains_key(next) {
                before.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_told_apart_and_their_way_is_the_shortest() {
        let pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "a"), ("c", "d"), ("d", "e"), ("e", "d"), ("f", "a")];
        let imports: Imports<'_> = pairs.into_iter().zip(1..).collect();
        let found = circles(&imports, |_| true);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].files.len(), &found[0].way, found[0].line), (3, &vec!["a", "b", "a"], 1));
        assert_eq!((found[1].files.len(), &found[1].way, found[1].line), (2, &vec!["d", "e", "d"], 6));
        assert!(circles(&imports, |file| file != "d" && file != "a").is_empty());
    }
}
