//! Parses the sections of a data block: intervals and their values, in one of three encodings.

use super::file::Fields;

/// The length of a section's header, in bytes.
const HEADER: usize = 24;

/// Calls `item(start, end, value)` for each interval of a block, in the block's order. The error
/// says what is wrong with the block.
///
/// A block has one or more sections, all on the contig with the id `contig`.
pub(super) fn items(
    mut block: &[u8],
    contig: u32,
    mut item: impl FnMut(u64, u64, f32) -> Result<(), String>,
) -> Result<(), String> {
    if block.is_empty() {
        return Err("it is empty".into());
    }
    while !block.is_empty() {
        let Some((header, rest)) = block.split_at_checked(HEADER) else {
            return Err("a section's header is cut short".into());
        };
        let mut fields = Fields(header);
        let (id, start, _end, step, span) = (fields.u32(), fields.u32(), fields.u32(), fields.u32(), fields.u32());
        let (kind, _reserved, count) = (fields.u8(), fields.u8(), usize::from(fields.u16()));
        if id != contig {
            return Err(format!("a section is on the contig with id {id}, not {contig} as the index says"));
        }
        let size = match kind {
            1 => 12,
            2 => 8,
            3 => 4,
            _ => return Err(format!("a section is of the unknown kind {kind}")),
        };
        let Some((data, rest)) = rest.split_at_checked(count * size) else {
            return Err(format!("a section of {count} intervals is cut short"));
        };
        block = rest;

        let span = u64::from(span);
        match kind {
            1 => {
                for [a, b, c, d, e, f, g, h, value @ ..] in data.as_chunks::<12>().0 {
                    let (start, end) = (u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]));
                    item(start.into(), end.into(), f32::from_le_bytes(*value))?;
                }
            }
            2 => {
                for [a, b, c, d, value @ ..] in data.as_chunks::<8>().0 {
                    let start = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
                    item(start, start + span, f32::from_le_bytes(*value))?;
                }
            }
            _ => {
                let mut start = u64::from(start);
                for value in data.as_chunks::<4>().0 {
                    item(start, start + span, f32::from_le_bytes(*value))?;
                    start += u64::from(step);
                }
            }
        }
    }
    Ok(())
}
