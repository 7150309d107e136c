//! Bytes of an input: counted as they are read, decompressed when the content says gzip, and with
//! a bound on how much one record may take.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// Bytes looked at before a stream is decoded: enough to tell its encoding and layout.
const SAMPLE_BYTES: usize = 256 << 10;

const BUFFER_BYTES: usize = 64 << 10;

/// Adds what is read to a shared counter.
pub(super) struct Counted<R> {
    inner: R,
    counter: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub fn new(inner: R, counter: Arc<AtomicU64>) -> Self {
        Self { inner, counter }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.counter.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// A decompressed stream whose first bytes are known.
pub(super) struct Stream {
    /// The first bytes, up to [`SAMPLE_BYTES`]; `rest` begins after them.
    pub sample: Vec<u8>,
    pub rest: Box<dyn BufRead + Send>,
    /// The stored bytes are gzip, so that an early end means a truncated file.
    pub gzip: bool,
}

impl Stream {
    /// Looks at the first bytes of `source`. Whether it is gzip is told by them, not by a name:
    /// downloads are often decompressed on the way and keep their `.gz`.
    pub fn open(source: impl Read + Send + 'static) -> Result<Self, (io::Error, bool)> {
        let mut stored = BufReader::with_capacity(BUFFER_BYTES, source);
        let gzip = stored.fill_buf().map_err(|error| (error, false))?.starts_with(&[0x1f, 0x8b]);
        let mut rest: Box<dyn BufRead + Send> = if gzip {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(stored)))
        } else {
            Box::new(stored)
        };
        let mut sample = Vec::new();
        let read = rest.by_ref().take(SAMPLE_BYTES as u64).read_to_end(&mut sample);
        match read {
            Ok(_) => {}
            // What came before a damaged place is still good; the fault shows again further on.
            Err(error) if sample.is_empty() || error.kind() == io::ErrorKind::Interrupted => {
                return Err((error, gzip));
            }
            Err(error) => rest = Box::new(BufReader::new(Faulty(Some(error)))),
        }
        Ok(Self { sample, rest, gzip })
    }

    /// The whole stream from its first byte.
    pub fn into_reader(self) -> Box<dyn BufRead + Send> {
        Box::new(Cursor::new(self.sample).chain(self.rest))
    }
}

/// Fails once, with an error met earlier, then ends.
struct Faulty(Option<io::Error>);

impl Read for Faulty {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A record or file goes over the bound set for it.
#[derive(Debug, thiserror::Error)]
#[error("more than {limit} bytes")]
struct BudgetExceeded {
    limit: usize,
}

/// An error that [`budget_exceeded`] recognises.
pub(super) fn over_budget(limit: usize) -> io::Error {
    io::Error::other(BudgetExceeded { limit })
}

/// The bound that `error` reports, if it is one of [`over_budget`].
pub(super) fn budget_exceeded(error: &io::Error) -> Option<usize> {
    error.get_ref()?.downcast_ref::<BudgetExceeded>().map(|exceeded| exceeded.limit)
}

/// Reads to the end, but no more than `limit` bytes.
pub(super) fn read_bounded(reader: &mut dyn Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut content)?;
    if content.len() > limit { Err(over_budget(limit)) } else { Ok(content) }
}

/// Reads one line into `line`, without its line feed; `false` at the end of the stream.
///
/// A line over `limit` bytes is passed over to its end and reported by [`over_budget`], so that the
/// next call reads the next line.
pub(super) fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
    line.clear();
    let (mut any, mut over) = (false, false);
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        any = true;
        let feed = chunk.iter().position(|&byte| byte == b'\n');
        let part = &chunk[..feed.unwrap_or(chunk.len())];
        over |= line.len() + part.len() > limit;
        if !over {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(feed.is_some());
        reader.consume(used);
        if feed.is_some() {
            break;
        }
    }
    if over { Err(over_budget(limit)) } else { Ok(any) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_over_the_limit_are_passed_over_one_by_one() {
        let mut reader = BufReader::with_capacity(3, &b"short\nfar too long\nend"[..]);
        let mut line = Vec::new();
        assert!(read_line(&mut reader, &mut line, 8).unwrap());
        assert_eq!(line, b"short");
        assert_eq!(budget_exceeded(&read_line(&mut reader, &mut line, 8).unwrap_err()), Some(8));
        assert!(read_line(&mut reader, &mut line, 8).unwrap());
        assert_eq!(line, b"end");
        assert!(!read_line(&mut reader, &mut line, 8).unwrap());
    }

    #[test]
    fn gzip_is_told_by_content_and_stored_bytes_are_counted() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        io::Write::write_all(&mut encoder, &vec![b'a'; 100_000]).unwrap();
        let stored = encoder.finish().unwrap();
        let counter = Arc::new(AtomicU64::new(0));
        let size = stored.len() as u64;
        let stream = Stream::open(Counted::new(Cursor::new(stored), counter.clone())).unwrap();
        assert!(stream.gzip);
        let mut content = Vec::new();
        stream.into_reader().read_to_end(&mut content).unwrap();
        assert_eq!(content.len(), 100_000);
        assert_eq!(counter.load(Ordering::Relaxed), size);
    }

    #[test]
    fn a_bounded_read_stops_at_the_bound() {
        assert_eq!(read_bounded(&mut &b"1234"[..], 4).unwrap(), b"1234");
        assert_eq!(budget_exceeded(&read_bounded(&mut &b"12345"[..], 4).unwrap_err()), Some(4));
    }
}
