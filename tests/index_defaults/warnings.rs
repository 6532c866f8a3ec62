//! What is warned of, or refused, when an index is made and when a loader is made on it.

use super::*;

#[test]
fn names_of_contigs_that_do_not_fit_are_said() {
    let fixture = Fixture::new();
    fixture.index(small_windows());
    let chroms = |names: &[&str]| fixture.generator().chroms(names);
    for names in [&["1", "2"][..], &["fold_0.json"]] {
        refused(chroms(names).build(), "chroms", &["none of", names[0], r#"has "chrA", "chrB""#]);
        refused(chroms(names).allow_empty(true).build(), "peaks", &["no peak is left"]);
    }
    let loader = chroms(&["chrA", "chrM"]).build().unwrap();
    assert_eq!(loader.warnings(), [r#"`chroms`: the genome has no "chrM"; it has "chrA", "chrB""#]);
    let [foreign, empty] = [("foreign.bed", "A\t0\t3000\nB\t1\t2\n"), ("empty.bed", "# nothing\n")]
        .map(|(name, text)| fixture.write(name, text));
    let excluding = |list: &PathBuf| fixture.generator().exclusion_lists(vec![list.clone()]);
    let error = excluding(&foreign).build().unwrap_err();
    for part in ["foreign.bed", r#"on "A", "B", and the genome has "chrA", "chrB""#, "`allow_empty`"] {
        assert!(matches!(error, Error::Input { .. }) && error.to_string().contains(part), "{error}");
    }
    assert!(excluding(&foreign).allow_empty(true).build().unwrap().warnings()[0].contains("excludes nothing"));
    assert!(excluding(&empty).build().unwrap().warnings()[0].contains("empty.bed has no region"));
    // The same where an index is made, which is then not published.
    fs::remove_dir_all(fixture.store.path().join("loci/default")).unwrap();
    let filter = LocusFilter { exclusion_lists: Some(vec![foreign]), ..small_windows() };
    let new = || IndexBuilder::new("default").peaks([&fixture.peaks]);
    assert!(matches!(new().filter(filter).publish(&fixture.store, &()), Err(Error::Input { .. })));
    let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
    // Another warning does not hide that nothing is left.
    let filter = LocusFilter { exclusion_lists: Some(vec![empty]), min_counts: Some(1e9), ..small_windows() };
    let warnings = new().filter(filter).publish(&fixture.store, &()).unwrap().warnings;
    for part in ["empty.bed has no region", "no peak is left"] {
        assert!(warnings.iter().any(|warning| warning.contains(part)), "{part}: {warnings:?}");
    }
    fs::remove_dir_all(fixture.store.path().join("loci/default")).unwrap();
    refused(new().chroms(names(&["1"])).publish(&fixture.store, &()), "chroms", &["none of \"1\""]);
    assert_eq!(published::names(&fixture.store).unwrap(), [""; 0]);
}

#[test]
fn an_index_without_a_peak_is_made_only_on_request() {
    let fixture = Fixture::new();
    let on_a = fixture.write("a.bed", "chrA\t100\t110\n");
    let none = fixture.write("none.bed", "");
    for (peaks, chroms, part) in
        [(&on_a, Some(vec!["chrB".to_owned()]), "no peak is on \"chrB\""), (&none, None, "there is no locus in \"")]
    {
        let builder = IndexBuilder::new("x").peaks([peaks]).chroms(chroms);
        refused(
            builder.clone().filter(small_windows()).publish(&fixture.store, &()),
            "peaks",
            &[part, "`allow_empty`"],
        );
        assert_eq!(published::names(&fixture.store).unwrap(), [""; 0]);
        let filter = LocusFilter { allow_empty: true, ..small_windows() };
        let indexed = builder.filter(filter).publish(&fixture.store, &()).unwrap();
        assert!(indexed.warnings[0].contains(part), "{:?}", indexed.warnings);
        fs::remove_dir_all(indexed.path).unwrap();
    }
    let table = IndexBuilder::new("x").peaks([&none]).table(fixture.store.contigs());
    refused(table, "peaks", &["there is no locus in", "none.bed"]);
    let foreign = fixture.write("foreign.bed", "1\t100\t110\n2\t100\t110\n");
    let error = IndexBuilder::new("x").peaks([foreign]).publish(&fixture.store, &()).unwrap_err().to_string();
    assert!(error.contains(r#"the loci are on "1", "2", the genome has "chrA", "chrB""#), "{error}");
}

#[test]
fn negatives_without_one_on_a_contig_to_use_are_noted() {
    let fixture = Fixture::new();
    let peaks = fixture.write("a.bed", "chrA\t400\t410\n");
    let negatives = fixture.write("b.bed", "chrB\t400\t410\n");
    let builder = IndexBuilder::new("x").peaks([peaks]).negatives([negatives]).chroms(["chrA"]);
    let indexed = builder.filter(small_windows()).publish(&fixture.store, &()).unwrap();
    assert_eq!(indexed.warnings, ["`negatives`: none of the 1 is on a contig to use"]);
    // What was left out of an index cannot be chosen again, and the error says so.
    let error = fixture.generator().loci("x").chroms(["chrB"]).build().unwrap_err().to_string();
    assert!(error.contains("no peak is left") && error.contains("was made without \"chrB\""), "{error}");
}

#[test]
fn forgotten_summits_and_swapped_files_are_noted() {
    let fixture = Fixture::new();
    let peak = |i: i64| format!("chrA\t{}\t{}\tn\t0\t.\t1\t1\t1\t3\n", 100 * i, 100 * i + 10);
    let narrow = fixture.write("n.narrowPeak", &(1..20).map(peak).collect::<String>());
    let warnings = |builder: IndexBuilder| {
        builder.filter(small_windows()).replace(true).publish(&fixture.store, &()).unwrap().warnings
    };
    let new = || IndexBuilder::new("x").peaks([&narrow]);
    assert!(warnings(new())[0].contains("`summits` centres"));
    for summits in [true, false] {
        assert_eq!(warnings(new().summits(summits)), [""; 0]);
    }
    let swapped = IndexBuilder::new("x").peaks([&fixture.peaks]).negatives([&narrow]);
    assert!(warnings(swapped)[0].contains("`peaks` and `negatives`"));
    // The loader says the same of an index, and of a table.
    assert!(fixture.generator().build().unwrap().warnings()[0].contains("`peaks` and `negatives`"));
    let table = new().table(fixture.store.contigs()).unwrap();
    let over = |summits| fixture.generator().table(table.clone()).summits(summits).build().unwrap().warnings().to_vec();
    assert!(over(None)[0].contains("`summits` centres"));
    assert_eq!(over(Some(false)), [""; 0]);
}

#[test]
fn aliases_rename_the_contigs_of_loci_and_of_exclusion_lists() {
    let fixture = Fixture::new();
    let table = fixture.write("aliases.txt", "# genome\tother\nchrA\t1\nchrB\t2\n");
    let alias = Some(Aliases::read(&table).unwrap());
    let named_otherwise = |path: &PathBuf, name: &str| {
        let text = fs::read_to_string(path).unwrap().replace("chrA", "1").replace("chrB", "2");
        fixture.write(name, &text)
    };
    let (peaks, list) = (named_otherwise(&fixture.peaks, "p.bed"), named_otherwise(&fixture.list, "x.bed"));
    let expected = fixture.index(fixture.excluding());
    let filter = LocusFilter { exclusion_lists: Some(vec![list.clone()]), ..small_windows() };
    let builder = IndexBuilder::new("aliased").peaks([&peaks]).filter(filter).alias(alias.clone());
    let indexed = builder.publish(&fixture.store, &()).unwrap();
    assert_eq!((&indexed.table, &indexed.selection.verdicts), (&expected.table, &expected.selection.verdicts));
    let manifest = published::manifest(&fixture.store, Some("aliased")).unwrap();
    let renamed = |input: usize| {
        let names = manifest.inputs[input].contigs_renamed.iter();
        names.map(|renamed| (renamed.from.as_str(), renamed.to.as_str())).collect::<Vec<_>>()
    };
    assert_eq!((renamed(0), renamed(1)), (vec![("1", "chrA"), ("2", "chrB")], vec![("1", "chrA")]));
    // The loader's own list is renamed by its own aliases.
    let own = fixture.generator().loci("default").exclusion_lists(vec![list]);
    assert!(matches!(own.build(), Err(Error::Input { .. })));
    assert_eq!(own.alias(alias).build().unwrap().ledger().peaks.excluded, 4);
    // Renamed contigs alone are of version 1.1 too.
    let builder =
        IndexBuilder::new("plain").peaks([&peaks]).filter(small_windows()).alias(Some(Aliases::read(&table).unwrap()));
    builder.publish(&fixture.store, &()).unwrap();
    assert_eq!(published::manifest(&fixture.store, Some("plain")).unwrap().version, [1, 1]);
}

/// A track whose chrB is of another genome: an error where loci are on it, and a warning of what it
/// lacks where they are.
#[test]
fn what_a_track_lacks_is_said_where_loci_are() {
    let directory = tempfile::tempdir().unwrap();
    let contigs = inputs::contigs(&[3000, 1300, 900], 7);
    let fasta = write(directory.path(), "genome.fa", inputs::fasta(&contigs));
    let mut other = inputs::contigs(&[3000, 1200], 7);
    other[0].name.clone_from(&contigs[0].name);
    let track = write(directory.path(), "atac.bw", inputs::big_wig(&other, 0));
    let path = directory.path().join("odd.atemoya");
    PackBuilder::new().fasta(fasta).signal("atac", [&track]).control("input", [&track]).publish(&path, &()).unwrap();
    let store = Store::open(&path).unwrap();
    let peaks = |name: &str, contigs: &[&str]| {
        let rows = contigs.iter().map(|contig| format!("{contig}\t400\t410\n")).collect::<String>();
        write(directory.path(), name, rows)
    };
    let indexed = |name: &str, contigs: &[&str]| {
        let builder = IndexBuilder::new(name).peaks([peaks(name, contigs)]).filter(small_windows());
        builder.publish(&store, &()).unwrap().warnings
    };
    assert_eq!(indexed("a", &["chrA"]), [""; 0]);
    let said = indexed("c", &["chrA", "chrC"]);
    assert!(said.len() == 1 && said[0].contains("atac.bw") && said[0].contains("zeros on \"chrC\""), "{said:?}");
    let generator = PeakGenerator::with_filter(&store, small_windows()).negative_ratio(0.0).num_workers(0);
    let over = |contigs: &[&str]| {
        let table = IndexBuilder::new("table").peaks([peaks("p.bed", contigs)]).table(store.contigs()).unwrap();
        generator.clone().table(table)
    };
    // No locus is on it: it is said, unless other contigs are chosen, and chosen by name it is an
    // error.
    let choose = |chrom: &str| over(&["chrA"]).chroms(Some(vec!["chrA".to_owned(), chrom.to_owned()]));
    let said = over(&["chrA"]).build().unwrap().warnings().to_vec();
    assert!(said.len() == 1 && said[0].contains("\"chrB\" (1200 bases there and 1300 in the store)"), "{said:?}");
    assert_eq!(choose("chrC").build().unwrap().warnings(), [""; 0]);
    for signals in [None, Some(Vec::new())] {
        refused(choose("chrB").signals(signals).build(), "chroms", &["\"chrB\" (1200 bases there"]);
    }
    let warnings = over(&["chrA", "chrC"]).chroms(["chrA", "chrC"]).build().unwrap().warnings().to_vec();
    assert!(warnings.len() == 1 && warnings[0].contains("\"chrC\"") && warnings[0].contains("atac.bw"), "{warnings:?}");
    for signals in [None, Some(Vec::new())] {
        let all = over(&["chrA", "chrB"]).signals(signals);
        refused(all.clone().build(), "chroms", &["\"chrB\" (1200 bases there and 1300 in the store)"]);
        assert_eq!(all.clone().chroms(["chrA"]).build().unwrap().warnings(), [""; 0]);
    }
}
