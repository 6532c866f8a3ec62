//! Header pages: round trips, damage and versions.

use super::*;

fn panel() -> Header {
    Header::lay_out(Kind::Panel { tile_log2: 12, tracks: 3 }, 2, 70_000, (64, 7), (80, 8), 9)
}

#[test]
fn a_page_parses_to_what_was_written() {
    for header in [panel(), Header::lay_out(Kind::Sequence, 0, 0, (0, 0), (0, 0), 0)] {
        assert_eq!(Header::parse(&header.to_page()), Ok(header));
    }
    assert_eq!(panel().checks.length, 8);
    assert_eq!(panel().checks.offset, 4096 * (1 + 18 + 1 + 1));
}

#[test]
fn every_bit_flip_is_refused() {
    let page = panel().to_page();
    for bit in 0..PAGE * 8 {
        let mut bad = page;
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(Header::parse(&bad).is_err(), "bit {bit}");
    }
}

#[test]
fn a_newer_minor_version_and_optional_bits_are_read_and_a_major_is_not() {
    let reseal = |at: usize, value: u8| {
        let mut page = panel().to_page();
        page[at] = value;
        let crc = crc32c::crc32c(&page[..CRC_OFFSET]);
        page[CRC_OFFSET..].copy_from_slice(&crc.to_le_bytes());
        Header::parse(&page)
    };
    assert_eq!(reseal(14, 7), Ok(panel()));
    assert_eq!(reseal(24, 1), Ok(panel()));
    assert_eq!(reseal(12, 2), Err(HeaderError::Unsupported("format version 2.0 (it reads 1.x)".into())));
    assert_eq!(reseal(17, 1), Err(HeaderError::Unsupported("required feature bit 8".into())));
    assert!(matches!(reseal(100, 1), Err(HeaderError::Damaged(d)) if d.what == "reserved byte" && d.offset == 100));
}
