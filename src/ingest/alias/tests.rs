//! Rules and files of aliases, and the contigs of a file by them.

use super::*;
use crate::format::Renamed;

fn contigs(names: &[&str]) -> Contigs {
    Contigs::new(names.iter().map(|name| (*name, 10))).unwrap()
}

fn read(text: &str) -> Result<Aliases> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("aliases");
    std::fs::write(&path, text).unwrap();
    Aliases::read(&path)
}

/// What a name becomes.
fn to<'a>(aliases: &Aliases, name: &str, contigs: &'a Contigs) -> Option<&'a str> {
    aliases.resolve(name, contigs).unwrap().map(|id| contigs.name(id))
}

#[test]
fn a_table_from_a_spreadsheet_is_read() {
    let ucsc = contigs(&["chr1", "chrM"]);
    for text in ["\u{feff}chr1\t1\r\nchrM\tMT\r\n", "\"chr1\" \"1\"\r\"chrM\" \"MT\"\r"] {
        let aliases = read(text).unwrap();
        assert_eq!((to(&aliases, "1", &ucsc), to(&aliases, "MT", &ucsc)), (Some("chr1"), Some("chrM")), "{text:?}");
    }
    assert!(read("PK\u{3}\u{4}").unwrap_err().to_string().contains("zip archive"));
}

#[test]
fn ucsc_and_ensembl_both_ways() {
    let names = ["chr1", "chr22", "chrX", "chrY", "chrIV", "chr2L", "chr2a", "chrW"];
    let (ucsc, bare) = (contigs(&names), names.map(|name| &name[3..]));
    let ensembl = contigs(&bare);
    for (name, short) in names.iter().zip(bare) {
        assert_eq!(to(&Aliases::chr(), short, &ucsc), Some(*name));
        assert_eq!(to(&Aliases::chr(), name, &ensembl), Some(short));
        assert_eq!(to(&Aliases::chr(), name, &ucsc), Some(*name));
    }
    for other in [
        "",
        "chr",
        "01",
        "chr01",
        "1_random",
        "chr1_random",
        "GL000192.1",
        "chrUn",
        "4",
        "Chr1",
        "CHR1",
        "2Q",
        "é1",
        "1é",
    ] {
        assert_eq!(to(&Aliases::chr(), other, &ucsc), None, "{other}");
        assert_eq!(to(&Aliases::chr(), other, &ensembl), None, "{other}");
    }
    let strange = contigs(&["chrGL000192.1", "chr", "chr01"]);
    for name in ["GL000192.1", "", "01"] {
        assert_eq!(to(&Aliases::chr(), name, &strange), None);
    }
}

#[test]
fn mitochondria() {
    for genome in MITOCHONDRION {
        for name in MITOCHONDRION {
            assert_eq!(to(&Aliases::chr(), name, &contigs(&["chr1", genome])), Some(genome));
        }
    }
    // hg19 with both: chrMT is Ensembl's sequence, chrM another.
    let both = contigs(&["chrM", "chrMT"]);
    assert_eq!(to(&Aliases::chr(), "MT", &both), Some("chrMT"));
    assert_eq!(to(&Aliases::chr(), "M", &both), Some("chrM"));
}

#[test]
fn files_of_aliases() {
    let two = "chr1\t1\nchr2\t2\n";
    let spaces = "1 chr1\n\n# a comment\n2   chr2\r\n";
    let old = "#alias\tchrom\tsource\nCM000663.2\tchr1\tgenbank\n1\tchr1\tensembl\n2\tchr2\tensembl\n";
    let new = "# ucsc\tassembly\tensembl\trefseq\nchr1\t1\t1\tNC_000001.11\nchr2\t\t2\tNC_000002.12\nchrM\tMT\t\t\n";
    let (ucsc, ensembl) = (contigs(&["chr1", "chr2"]), contigs(&["1", "2"]));
    for text in [two, spaces, old, new] {
        let aliases = read(text).unwrap();
        for (a, b) in [("chr1", "1"), ("chr2", "2")] {
            assert_eq!(to(&aliases, b, &ucsc), Some(a), "{text}");
            assert_eq!(to(&aliases, a, &ensembl), Some(b), "{text}");
        }
        assert_eq!(to(&aliases, "3", &ucsc), None);
        assert_eq!(to(&aliases, "MT", &ucsc), None);
    }
    assert_eq!(to(&read(new).unwrap(), "NC_000002.12", &ensembl), Some("2"));
    assert_eq!(to(&read(old).unwrap(), "CM000663.2", &ucsc), Some("chr1"));
}

#[test]
fn bad_files_of_aliases() {
    for bad in ["chr1", "chr1\t", "\tchr1", "chr1\t\u{1}", "chr1 \t "] {
        let error = read(&format!("a\tb\n\n{bad}\n")).unwrap_err();
        assert!(matches!(error, Error::Input { line: Some(3), .. }), "{bad:?}: {error}");
    }
    let aliases = read("x\tchr1\nx\tchr2\n").unwrap();
    let error = aliases.resolve("x", &contigs(&["chr1", "chr2"])).unwrap_err().to_string();
    assert!(error.contains(r#""x" means two contigs of the genome, "chr1", "chr2""#), "{error}");
    assert_eq!(aliases.resolve("x", &contigs(&["chr2", "chr3"])).unwrap(), Some(0));
}

#[test]
fn names_of_a_file() {
    let genome = contigs(&["chr1", "chr2", "3"]);
    let aliases = Aliases::chr();
    let mut names = ContigNames::new(Path::new("a.bw"), &genome, Some(&aliases));
    for (name, id) in [("chr3", Some(2)), ("1", Some(0)), ("chr2", Some(1)), ("1", Some(0)), ("4", None)] {
        assert_eq!(names.id(name).unwrap(), id, "{name}");
    }
    let renamed = |from: &str, to: &str| Renamed { from: from.into(), to: to.into() };
    assert_eq!(names.renamed(), [renamed("1", "chr1"), renamed("chr3", "3")]);
    let error = names.id("chr1").unwrap_err().to_string();
    assert!(error.starts_with("a.bw: ") && error.contains(r#""1", "chr1" both mean "chr1""#), "{error}");

    let mut plain = ContigNames::new(Path::new("a.bw"), &genome, None);
    assert_eq!((plain.id("1").unwrap(), plain.id("chr1").unwrap()), (None, Some(0)));
    assert!(plain.renamed().is_empty());
}

#[test]
fn which_names_the_rule_would_help() {
    let genome = contigs(&["chr1", "chr2"]);
    let names = ["scaffold_7", "2", "chr1", "NC_000001.11", "Chr1"];
    assert_eq!(helped_by_chr(names.into_iter(), &genome).collect::<Vec<_>>(), [("2", 1)]);
}
