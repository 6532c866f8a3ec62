//! Files that are no bigWig, and bigWigs without an index.

use super::*;

#[test]
fn what_is_no_bigwig_is_named() {
    let kind = |magic: u32| [&magic.to_le_bytes()[..], &[0; 100]].concat();
    assert!(message(open(&kind(0x8789_F2EB))).contains("bigBed"));
    assert!(message(open(&kind(0x888F_FC26_u32.swap_bytes()))).contains("big-endian"));
    for (other, part) in [
        (&b""[..], "empty"),
        (b"\x01bc", "not a bigWig"),
        (b"chr1\t0\t1\t2\n", "bedGraphToBigWig"),
        (b"fixedStep chrom=chr1 start=1\n2\n", "wigToBigWig converts wiggle"),
        (&[0x1f, 0x8b, 8, 4, 0, 0], "gzip"),
        (b"BAM\x01", "bamCoverage"),
    ] {
        let said = message(open(other));
        assert!(said.contains("bigWig") && said.contains(part), "{said}: {part}");
    }
    assert!(message(BigWig::open(Path::new("https://example.org/x.bw"))).contains("URL"));
    assert!(message(BigWig::open(Path::new("/"))).contains("directory"));
    assert!(matches!(BigWig::open(Path::new("no/such.bw")), Err(Error::Io { .. })));
}

/// As libBigWig leaves a file to which no value was added, and one whose writer was killed.
#[test]
fn a_file_without_an_index_is_empty_or_not_finished() {
    let whole = big_wig(&CONTIGS, &[bed_graph(0, &[(0, 3, 1.5)])], &LAYOUTS[0]);
    let data = u64::from_le_bytes(whole[16..24].try_into().unwrap()) as usize;
    let mut empty = whole[..data + 8].to_vec();
    empty[24..32].fill(0);
    empty[data..].fill(0);
    let magic = &whole[..4];
    empty.extend(magic);
    let track = open(&empty).unwrap();
    assert_eq!(track.contigs().len(), CONTIGS.len());
    for (contig, length) in CONTIGS {
        assert_eq!(values(&track, contig, length.into()).unwrap(), vec![0.0; length as usize]);
    }
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = empty.clone();
        change(&mut bytes);
        bytes
    };
    let mut killed = whole.clone();
    killed[24..32].fill(0);
    for bytes in [
        killed.clone(),
        killed[..killed.len() - 4].to_vec(),
        changed(&|bytes| bytes.truncate(data + 8)),
        changed(&|bytes| bytes[data] = 1),
        changed(&|bytes| bytes.splice(data + 8..data + 8, [0; 24]).for_each(drop)),
        changed(&|bytes| bytes[16..24].fill(0)),
    ] {
        assert!(message(open(&bytes)).contains("did not finish"), "{}", bytes.len());
    }
    for bytes in [changed(&|bytes| bytes[16..24].fill(255)), changed(&|bytes| bytes.truncate(data + 3))] {
        message(open(&bytes));
    }
}
