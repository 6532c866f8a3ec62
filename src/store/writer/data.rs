//! Writes one data file: DATA first, then the tables, and last the header page, for which space is
//! reserved at the beginning.

use crate::format::checks::BlockChecks;
use crate::format::header::{Header, Kind, PAGE};
use crate::format::manifest::FileEntry;
use crate::store::sha256;
use crate::{Error, Result};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread::Builder;

const BUFFER: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct DataWriter {
    path: PathBuf,
    file: BufWriter<File>,
    checks: BlockChecks,
    /// Bytes of DATA so far.
    written: u64,
}

impl DataWriter {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path);
        let mut file = BufWriter::with_capacity(BUFFER, file.map_err(Error::io(path, "create"))?);
        file.write_all(&[0; PAGE]).map_err(Error::io(path, "write"))?;
        Ok(DataWriter { path: path.to_path_buf(), file, checks: BlockChecks::default(), written: 0 })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the number of bytes of DATA so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.checks.update(bytes);
        self.written += bytes.len() as u64;
        self.file.write_all(bytes).map_err(Error::io(&self.path, "write"))
    }

    /// Pads DATA with zeros to a multiple of `alignment`, at most a page.
    pub(super) fn align(&mut self, alignment: u64) -> Result<()> {
        let padding = self.written.next_multiple_of(alignment) - self.written;
        self.write(&[0; PAGE][..padding as usize])
    }

    /// Writes the tables and the header page, syncs the file, and returns its entry for the
    /// manifest.
    pub(super) fn finish(mut self, kind: Kind, contigs: &[[u64; 4]], index: &[u64]) -> Result<FileEntry> {
        let contigs_bytes: &[u8] = bytemuck::cast_slice(contigs);
        let index_bytes: &[u8] = bytemuck::cast_slice(index);
        let checks = self.checks.finish();
        let table = |bytes: &[u8]| (bytes.len() as u64, crc32c::crc32c(bytes));
        let crc = crc32c::crc32c(&checks);
        let header =
            Header::lay_out(kind, contigs.len() as u64, self.written, table(contigs_bytes), table(index_bytes), crc);
        let page = header.to_page();
        let file = &mut self.file;
        let mut write = || -> std::io::Result<()> {
            let mut end = PAGE as u64 + self.written;
            let sections =
                [(Some(header.contigs), contigs_bytes), (header.index, index_bytes), (Some(header.checks), &checks)];
            for (section, bytes) in sections {
                let Some(section) = section else { continue };
                file.write_all(&[0; PAGE][..(section.offset - end) as usize])?;
                file.write_all(bytes)?;
                end = section.end();
            }
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&page)?;
            file.flush()
        };
        write().map_err(Error::io(&self.path, "write"))?;
        let file = self.file.get_ref();
        let hash = || sha256(file, &self.path, &());
        // A second thread syncs the file meanwhile.
        let (synced, hashed) =
            std::thread::scope(|scope| match Builder::new().spawn_scoped(scope, || file.sync_all()) {
                Ok(sync) => {
                    let hashed = hash();
                    (sync.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), hashed)
                }
                Err(_) => (file.sync_all(), hash()),
            });
        synced.map_err(Error::io(&self.path, "write"))?;
        let (sha256, _) = hashed?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let header_crc32c = format!("{:08x}", Header::page_crc(&page));
        Ok(FileEntry { name, length: header.file_length, sha256, header_crc32c })
    }
}
