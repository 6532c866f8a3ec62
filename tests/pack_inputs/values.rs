//! Values and bases of a packed store are those of the files, whatever the tile and however they
//! are written.

use super::*;

#[test]
fn values_are_exactly_the_files_but_for_what_is_not_finite() {
    let values = [1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 0.0, 1e-45, f32::MAX, -7.5, 255.0, 65_536.5];
    let expected = [1.0, 0.0, f32::MAX, f32::MIN, 0.0, 0.0, 1e-45, f32::MAX, -7.5, 255.0, 65_536.5];
    let (n, directory) = (values.len() as u32, root());
    let items: Vec<_> = (0..n).zip(values).map(|(i, value)| (600 + 3 * i, 600 + 3 * i + 2, value)).collect();
    let steps: Vec<_> = (0..n).zip(values).map(|(i, value)| (1200 + 5 * i, value)).collect();
    let blocks = [fixed_step(0, 10, 1, 1, &values), bed_graph(0, &items), var_step(0, 4, &steps)];
    let mut plain = vec![0f32; 2000];
    for (i, value) in expected.into_iter().enumerate() {
        plain[10 + i] = value;
        plain[600 + 3 * i..][..2].fill(value);
        plain[1200 + 5 * i..][..4].fill(value);
    }
    for compressed in [true, false] {
        let layout = Layout { compressed, ..Layout::default() };
        let file = write(directory.path(), "odd.bw", big_wig(&[("a", 2000)], &blocks, &layout));
        for tile_log2 in 9..=15 {
            let out = root();
            let (store, _) = packed(&PackBuilder::new().signal("s", [&file]).tile_log2(tile_log2), out.path());
            let read = read_track(&store, "s", "a", 0..2000).unwrap();
            assert!(read.iter().zip(&plain).all(|(a, b)| a.to_bits() == b.to_bits()), "tile 2^{tile_log2}");
            assert_eq!(store.manifest().panels[0].tile, 1 << tile_log2);
        }
    }
}

#[test]
fn any_tile_gives_the_same_values() {
    let contigs = inputs::contigs(&[70_000, 513, 40_000], 2);
    for tile_log2 in 9..=15 {
        let directory = root();
        let store = inputs::pack(directory.path(), &contigs, tile_log2);
        store.verify(&()).unwrap();
        for contig in &contigs {
            for (track, name) in ["stranded.0", "stranded.1", "runs"].into_iter().enumerate() {
                let length = contig.letters.len() as u64;
                let read = read_track(&store, name, &contig.name, 0..length).unwrap();
                assert!(read == contig.tracks[track], "tile 2^{tile_log2}: {name} on {}", contig.name);
            }
        }
    }
}

#[test]
fn however_a_genome_is_written_it_packs_to_the_same_bytes() {
    let text = inputs::fasta(&inputs::contigs(&[5000, 64, 65, 700], 6));
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let mut bgzf = noodles_bgzf::io::Writer::new(Vec::new());
    bgzf.write_all(&text).unwrap();
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    // Headers keep their case.
    let lower: Vec<Vec<u8>> =
        lines.iter().map(|l| if l.starts_with(b">") { l.to_vec() } else { l.to_ascii_lowercase() }).collect();
    let ways: [(&str, Vec<u8>); 7] = [
        ("plain", text.clone()),
        ("gzip", gzip(&text)),
        ("two gzip members", [gzip(&text[..1234]), gzip(&text[1234..])].concat()),
        ("BGZF", bgzf.finish().unwrap()),
        ("CRLF", lines.join(&b"\r\n"[..])),
        ("lower case", lower.join(&b"\n"[..])),
        ("no final newline", text.trim_ascii_end().to_vec()),
    ];
    let mut first = None;
    for (way, bytes) in ways {
        let directory = root();
        let genome = write(directory.path(), "genome", bytes);
        let (store, _) = packed(&PackBuilder::new().fasta(genome), directory.path());
        let file = fs::read(store.path().join("sequence.atm")).unwrap();
        assert!(first.get_or_insert_with(|| file.clone()) == &file, "{way}");
    }
}
