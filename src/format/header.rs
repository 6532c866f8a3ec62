//! Reads and writes the header page of a data file: magic, version, feature bits, lengths and the
//! section table (`format-spec/FORMAT.md`, section 3).

use super::Damage;
use super::checks::hex;

/// The size of the header page and the alignment of every section: 4,096 bytes.
pub const PAGE: usize = 4096;
/// Log2 of the size of a check block, 65,536 bytes of DATA.
pub const CHECK_BLOCK_LOG2: u32 = 16;

/// The bytes that every data file begins with.
pub(crate) const MAGIC: [u8; 8] = [0x89, b'A', b'T', b'M', b'\r', b'\n', 0x1A, b'\n'];
const SECTION_TABLE: usize = 128;
const SECTION_ENTRY: usize = 32;
const CRC_OFFSET: usize = PAGE - 4;

/// The kind of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One-hot blocks of the genome.
    Sequence,
    /// Tracks interleaved by tile.
    Panel {
        /// Log2 of the tile in bases, 9 ..= 15.
        tile_log2: u32,
        /// Number of tracks, 1 ..= 4,096.
        tracks: u32,
    },
}

/// One section of a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// CRC32C of its bytes; 0 for DATA, which CHECKS covers.
    pub crc32c: u32,
    /// Offset from the start of the file, a multiple of [`PAGE`].
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

impl Section {
    /// Returns the end of the section, in bytes from the start of the file.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// The identifier of a section in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum SectionId {
    /// One-hot blocks, or rows of tiles.
    Data = 1,
    /// The contig table.
    Contigs = 2,
    /// Offsets of the rows (panels only).
    Index = 3,
    /// CRC32C of each block of DATA.
    Checks = 4,
}

/// A parsed header page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The kind of the file.
    pub kind: Kind,
    /// Length of the whole file in bytes.
    pub file_length: u64,
    /// Number of contigs in the table.
    pub contig_count: u64,
    /// DATA.
    pub data: Section,
    /// CONTIGS.
    pub contigs: Section,
    /// INDEX, for panels.
    pub index: Option<Section>,
    /// CHECKS.
    pub checks: Section,
}

/// Why a header page is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderError {
    /// It violates the format.
    Damaged(Damage),
    /// It has a version, or requires a feature, that this library does not know; in words.
    Unsupported(String),
}

impl From<Damage> for HeaderError {
    fn from(damage: Damage) -> Self {
        HeaderError::Damaged(damage)
    }
}

impl Header {
    /// Lays out the sections of a file: DATA after the header page, and each other section at the
    /// next page boundary.
    ///
    /// `data` is the length of DATA; `contigs` and `index` (panels only) are a length and a CRC;
    /// `checks` is a CRC.
    #[must_use]
    pub fn lay_out(
        kind: Kind,
        contig_count: u64,
        data: u64,
        contigs: (u64, u32),
        index: (u64, u32),
        checks: u32,
    ) -> Self {
        let page = PAGE as u64;
        let mut end = page;
        let mut next = |length: u64, crc32c: u32| {
            let section = Section { crc32c, offset: end.next_multiple_of(page), length };
            end = section.end();
            section
        };
        let data = next(data, 0);
        let contigs = next(contigs.0, contigs.1);
        let index = matches!(kind, Kind::Panel { .. }).then(|| next(index.0, index.1));
        let checks = next(4 * data.length.div_ceil(1 << CHECK_BLOCK_LOG2), checks);
        Header { kind, file_length: end, contig_count, data, contigs, index, checks }
    }

    fn sections(&self) -> Vec<(SectionId, Section)> {
        let mut sections = vec![(SectionId::Data, self.data), (SectionId::Contigs, self.contigs)];
        sections.extend(self.index.map(|s| (SectionId::Index, s)));
        sections.push((SectionId::Checks, self.checks));
        sections
    }

    /// Returns the bytes of the header page, which end with its CRC.
    #[must_use]
    pub fn to_page(&self) -> [u8; PAGE] {
        let mut page = [0u8; PAGE];
        let mut put = |offset: usize, bytes: &[u8]| page[offset..offset + bytes.len()].copy_from_slice(bytes);
        let (kind, tile_log2, tracks) = match self.kind {
            Kind::Sequence => (1u32, 0, 0),
            Kind::Panel { tile_log2, tracks } => (2, tile_log2, tracks),
        };
        let sections = self.sections();
        put(0, &MAGIC);
        put(8, &kind.to_le_bytes());
        put(12, &super::VERSION.0.to_le_bytes());
        put(14, &super::VERSION.1.to_le_bytes());
        put(32, &self.file_length.to_le_bytes());
        put(40, &(sections.len() as u32).to_le_bytes());
        put(44, &CHECK_BLOCK_LOG2.to_le_bytes());
        put(48, &self.contig_count.to_le_bytes());
        put(56, &tile_log2.to_le_bytes());
        put(60, &tracks.to_le_bytes());
        for (i, (id, section)) in sections.into_iter().enumerate() {
            let at = SECTION_TABLE + i * SECTION_ENTRY;
            put(at, &(id as u32).to_le_bytes());
            put(at + 4, &section.crc32c.to_le_bytes());
            put(at + 8, &section.offset.to_le_bytes());
            put(at + 16, &section.length.to_le_bytes());
        }
        let crc = crc32c::crc32c(&page[..CRC_OFFSET]);
        page[CRC_OFFSET..].copy_from_slice(&crc.to_le_bytes());
        page
    }

    /// Returns the CRC field of a header page, which the manifest records.
    #[must_use]
    pub fn page_crc(page: &[u8; PAGE]) -> u32 {
        u32_at(page, CRC_OFFSET)
    }

    /// Parses a header page, and checks it against section 3 of the format.
    ///
    /// # Errors
    /// [`HeaderError::Unsupported`] for another major version or an unknown required feature bit;
    /// [`HeaderError::Damaged`] for the first violation of the format.
    pub fn parse(page: &[u8; PAGE]) -> Result<Header, HeaderError> {
        if page[..8] != MAGIC {
            return Err(Damage::new(0, "magic", hex(&MAGIC), hex(&page[..8])).into());
        }
        let crc = crc32c::crc32c(&page[..CRC_OFFSET]);
        let stored = Self::page_crc(page);
        if crc != stored {
            let what = "CRC32C of the header page";
            return Err(Damage::new(CRC_OFFSET as u64, what, format!("{crc:08x}"), format!("{stored:08x}")).into());
        }
        let (major, minor) = (u16_at(page, 12), u16_at(page, 14));
        if major != super::VERSION.0 {
            let known = super::VERSION.0;
            return Err(HeaderError::Unsupported(format!("format version {major}.{minor} (it reads {known}.x)")));
        }
        let required = u64_at(page, 16);
        if required != 0 {
            return Err(HeaderError::Unsupported(format!("required feature bit {}", required.trailing_zeros())));
        }
        expect(44, "check_block", u64::from(CHECK_BLOCK_LOG2), u64::from(u32_at(page, 44)))?;
        let kind = parse_kind(page)?;
        let header = parse_sections(page, kind)?;
        let used = SECTION_TABLE + header.sections().len() * SECTION_ENTRY;
        for (at, bytes) in [(64, &page[64..SECTION_TABLE]), (used, &page[used..CRC_OFFSET])] {
            if let Some(i) = bytes.iter().position(|&b| b != 0) {
                return Err(Damage::new((at + i) as u64, "reserved byte", 0, bytes[i]).into());
            }
        }
        Ok(header)
    }
}

fn parse_kind(page: &[u8; PAGE]) -> Result<Kind, Damage> {
    let (tile_log2, tracks) = (u32_at(page, 56), u32_at(page, 60));
    match u32_at(page, 8) {
        1 => {
            expect(56, "tile_log2 of a sequence file", 0, u64::from(tile_log2))?;
            expect(60, "track_count of a sequence file", 0, u64::from(tracks))?;
            Ok(Kind::Sequence)
        }
        2 if !(9..=15).contains(&tile_log2) => Err(Damage::new(56, "tile_log2", "9 to 15", tile_log2)),
        2 if !(1..=4096).contains(&tracks) => Err(Damage::new(60, "track_count", "1 to 4096", tracks)),
        2 => Ok(Kind::Panel { tile_log2, tracks }),
        other => Err(Damage::new(8, "kind", "1 or 2", other)),
    }
}

fn parse_sections(page: &[u8; PAGE], kind: Kind) -> Result<Header, Damage> {
    let ids: &[SectionId] = match kind {
        Kind::Sequence => &[SectionId::Data, SectionId::Contigs, SectionId::Checks],
        Kind::Panel { .. } => &[SectionId::Data, SectionId::Contigs, SectionId::Index, SectionId::Checks],
    };
    expect(40, "section_count", ids.len() as u64, u64::from(u32_at(page, 40)))?;
    let mut sections = Vec::with_capacity(ids.len());
    let mut end = PAGE as u64;
    for (i, &id) in ids.iter().enumerate() {
        let at = SECTION_TABLE + i * SECTION_ENTRY;
        let section =
            Section { crc32c: u32_at(page, at + 4), offset: u64_at(page, at + 8), length: u64_at(page, at + 16) };
        let at = at as u64;
        expect(at, "section id", u64::from(id as u32), u64::from(u32_at(page, at as usize)))?;
        expect(at + 8, "section offset", end.next_multiple_of(PAGE as u64), section.offset)?;
        if section.length > 1 << 60 {
            return Err(Damage::new(at + 16, "section length", "at most 2^60", section.length));
        }
        expect(at + 24, "reserved bytes of a section", 0, u64_at(page, at as usize + 24))?;
        end = section.end();
        sections.push(section);
    }
    expect(SECTION_TABLE as u64 + 4, "CRC32C field of DATA", 0, u64::from(sections[0].crc32c))?;
    let contig_count = u64_at(page, 48);
    if contig_count > super::contigs::MAX_CONTIGS as u64 {
        return Err(Damage::new(48, "contig_count", format!("at most {}", super::contigs::MAX_CONTIGS), contig_count));
    }
    expect(SECTION_TABLE as u64 + 32 + 16, "length of CONTIGS", 32 * contig_count, sections[1].length)?;
    let checks = *sections.last().unwrap_or(&sections[0]);
    let blocks = sections[0].length.div_ceil(1 << CHECK_BLOCK_LOG2);
    expect(
        (SECTION_TABLE + (ids.len() - 1) * SECTION_ENTRY + 16) as u64,
        "length of CHECKS",
        4 * blocks,
        checks.length,
    )?;
    expect(32, "file_length", end, u64_at(page, 32))?;
    let index = (ids.len() == 4).then(|| sections[2]);
    Ok(Header { kind, file_length: end, contig_count, data: sections[0], contigs: sections[1], index, checks })
}

fn expect(offset: u64, what: &'static str, expected: u64, got: u64) -> Result<(), Damage> {
    if expected == got { Ok(()) } else { Err(Damage::new(offset, what, expected, got)) }
}

fn u16_at(page: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([page[at], page[at + 1]])
}

fn u32_at(page: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([page[at], page[at + 1], page[at + 2], page[at + 3]])
}

fn u64_at(page: &[u8], at: usize) -> u64 {
    u64::from(u32_at(page, at)) | u64::from(u32_at(page, at + 4)) << 32
}

#[cfg(test)]
mod tests;
