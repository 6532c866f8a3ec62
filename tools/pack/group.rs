//! How a group is given on the command line: `NAME=FILE[,FILE...]`.

use std::path::PathBuf;
use std::str::FromStr;

/// A group's name and the files of its channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) paths: Vec<PathBuf>,
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Group, String> {
        let Some((name, files)) = text.split_once('=') else {
            return Err("write NAME=FILE, or NAME=PLUS,MINUS for a stranded pair".into());
        };
        if name.is_empty() {
            return Err("the name before = is missing".into());
        }
        let paths: Vec<PathBuf> = files.split(',').map(PathBuf::from).collect();
        if paths.iter().any(|path| path.as_os_str().is_empty()) {
            return Err(format!("a file of {name} is missing: write NAME=FILE[,FILE...]"));
        }
        Ok(Group { name: name.into(), paths })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_files() {
        let group: Group = "atac=a=1.bw,b.bw".parse().unwrap();
        assert_eq!((group.name.as_str(), group.paths), ("atac", vec!["a=1.bw".into(), "b.bw".into()]));
        for bad in ["a.bw", "=a.bw", "a=", "a=,b.bw", "a=b.bw,"] {
            assert!(bad.parse::<Group>().is_err(), "{bad}");
        }
    }
}
