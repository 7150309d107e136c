//! How values stand in the tables: vectors as little-endian floats, labels as positions, texts compressed.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rusqlite::types::{Type, ValueRef};

use crate::article::PartialDate;
use crate::statement::{Basis, Mode, Stance, Tone};

/// Longest text that is believed when a stored text names its size: 1 GiB.
const LONGEST_TEXT: usize = 1 << 30;

/// News text shrinks to less than half at this level, faster than the disk takes it.
const ZSTD_LEVEL: i32 = 3;

pub(crate) fn pack_text(text: &str) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(text.as_bytes(), ZSTD_LEVEL)
}

pub(crate) fn unpack_text(bytes: &[u8]) -> Result<String, String> {
    let size = match zstd::zstd_safe::get_frame_content_size(bytes) {
        Ok(Some(size)) if size as usize <= LONGEST_TEXT => size as usize,
        _ => return Err("not a compressed text".to_owned()),
    };
    let raw = zstd::bulk::decompress(bytes, size).map_err(|error| error.to_string())?;
    String::from_utf8(raw).map_err(|error| error.to_string())
}

/// Size in bytes of a compressed text.
pub(crate) fn text_size(bytes: &[u8]) -> Option<u64> {
    zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten()
}

pub(crate) fn pack_vector<const N: usize, const BYTES: usize>(values: &[f32; N]) -> [u8; BYTES] {
    const { assert!(BYTES == 4 * N) };
    let mut bytes = [0; BYTES];
    for (chunk, value) in bytes.chunks_exact_mut(4).zip(values) {
        chunk.copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

fn broken(column: usize, kind: Type, problem: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, problem.into())
}

/// Reads columns of a row in the forms that the store gives them.
pub(crate) trait Columns {
    fn vector<const N: usize>(&self, column: usize) -> rusqlite::Result<[f32; N]>;
    fn label<T: Label>(&self, column: usize) -> rusqlite::Result<T>;
    fn date(&self, column: usize) -> rusqlite::Result<Option<PartialDate>>;
    fn text(&self, column: usize) -> rusqlite::Result<String>;
    fn path(&self, column: usize) -> rusqlite::Result<PathBuf>;
    fn span(&self, start: usize, end: usize) -> rusqlite::Result<Option<Range<usize>>>;
}

impl Columns for rusqlite::Row<'_> {
    fn vector<const N: usize>(&self, column: usize) -> rusqlite::Result<[f32; N]> {
        let blob = match self.get_ref(column)? {
            ValueRef::Blob(blob) if blob.len() == 4 * N => blob,
            other => return Err(broken(column, other.data_type(), format!("no vector of {N} floats"))),
        };
        let mut values = [0.0; N];
        for (value, chunk) in values.iter_mut().zip(blob.chunks_exact(4)) {
            *value = f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        }
        Ok(values)
    }

    fn label<T: Label>(&self, column: usize) -> rusqlite::Result<T> {
        let position: i64 = self.get(column)?;
        usize::try_from(position)
            .ok()
            .and_then(|position| T::labels().get(position).copied())
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(column, position))
    }

    fn date(&self, column: usize) -> rusqlite::Result<Option<PartialDate>> {
        let Some(text) = self.get_ref(column)?.as_str_or_null()? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| broken(column, Type::Text, format!("{error}")))
    }

    fn text(&self, column: usize) -> rusqlite::Result<String> {
        unpack_text(self.get_ref(column)?.as_blob()?).map_err(|problem| broken(column, Type::Blob, problem))
    }

    fn path(&self, column: usize) -> rusqlite::Result<PathBuf> {
        Ok(unpack_path(self.get_ref(column)?.as_blob()?))
    }

    fn span(&self, start: usize, end: usize) -> rusqlite::Result<Option<Range<usize>>> {
        let (start, end): (Option<usize>, Option<usize>) = (self.get(start)?, self.get(end)?);
        Ok(start.zip(end).map(|(start, end)| start..end))
    }
}

/// A set of labels stored by position.
pub(crate) trait Label: Copy + 'static {
    fn labels() -> &'static [Self];
}

macro_rules! labels {
    ($($name:ty),+) => { $(impl Label for $name {
        fn labels() -> &'static [Self] { Self::ALL }
    })+ };
}

labels!(Stance, Mode, Basis, Tone);

/// Paths need not be UTF-8 where the system does not ask for it.
pub(crate) fn pack_path(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

#[cfg(unix)]
fn unpack_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn unpack_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_back_and_garbage_is_an_error() {
        let text = "The envoys met in Muscat – again. ".repeat(50);
        let packed = pack_text(&text).unwrap();
        assert!(packed.len() < text.len() / 2);
        assert_eq!(unpack_text(&packed).unwrap(), text);
        assert_eq!(text_size(&packed), Some(text.len() as u64));
        assert_eq!(unpack_text(&pack_text("").unwrap()).unwrap(), "");
        assert!(unpack_text(b"plain text").is_err());
        assert!(unpack_text(&packed[..packed.len() - 4]).is_err());
    }

    #[test]
    fn a_vector_keeps_every_bit() {
        let values = [f32::MIN_POSITIVE, 0.1, 1.0 - f32::EPSILON, -0.0];
        let bytes: [u8; 16] = pack_vector(&values);
        let back: Vec<u32> = bytes.chunks(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect();
        assert_eq!(back, values.map(f32::to_bits));
    }
}
