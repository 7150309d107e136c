//! The reader: articles and refusals of all inputs, one at a time, with progress.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::article::{Article, Origin};

use super::bytes::{Counted, Stream, read_bounded};
use super::charset::decode_document;
use super::columns::ColumnSource;
use super::inputs::{Format, Input, Inputs};
use super::json::JsonSource;
use super::page::{declared_encoding, read_page};
use super::plain::read_top;
use super::record::{ArticleSource, Record, with_line_feeds};
use super::refusal::{Reason, Refusal, Warning};
use super::table::TableSource;
use super::{MAX_DOCUMENT_BYTES, MAX_TEXT_BYTES};

/// How far a reader is, in bytes as stored (compressed bytes of compressed files). A clone shows
/// the same reader, and may be asked on another thread.
#[derive(Debug, Clone)]
pub struct Progress {
    consumed: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    /// Bytes consumed so far. At the end of the inputs it equals the total.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Bytes of all inputs; `None` when standard input is one of them.
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

/// Yields the articles of [`Inputs`] one at a time; what gives none is yielded as a [`Refusal`],
/// and reading goes on behind it.
pub struct ArticleReader {
    inputs: std::vec::IntoIter<Input>,
    stdin: Option<Box<dyn Read + Send>>,
    current: Option<Current>,
    warnings: Vec<Warning>,
    progress: Progress,
}

/// The input being read.
struct Current {
    source: Box<dyn ArticleSource>,
    /// Count at its first byte, and its size if known.
    start: u64,
    bytes: Option<u64>,
}

impl ArticleReader {
    pub(super) fn new(inputs: Inputs, stdin: Box<dyn Read + Send>) -> Self {
        let progress = Progress { consumed: Arc::default(), total: inputs.total_bytes() };
        let inputs = inputs.inputs.into_iter();
        Self { inputs, stdin: Some(stdin), current: None, warnings: Vec::new(), progress }
    }

    /// A handle on how far this reader is.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The warnings since the last call, in order. They concern articles and files already yielded.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// Opens the next input that can be read.
    fn open(&mut self, input: Input) -> Result<(), Refusal> {
        let start = self.progress.consumed();
        let (path, bytes, source) = match input {
            Input::Refused(refusal) => return Err(refusal),
            Input::Stdin => {
                let path = Path::new("-").to_owned();
                let Some(stdin) = self.stdin.take() else { return Ok(()) };
                let source = open_stream(&path, Format::Json, self.counted(stdin), 0);
                (path, None, source)
            }
            Input::File { path, format, bytes } => {
                let source = File::open(&path)
                    .map_err(|error| Reason::from_io(error, false))
                    .and_then(|file| open_file(&path, format, file, bytes, |file| self.counted(file)));
                (path, Some(bytes), source)
            }
        };
        match source {
            Ok(source) => {
                self.current = Some(Current { source, start, bytes });
                Ok(())
            }
            Err(reason) => {
                self.finish(start, bytes);
                Err(Refusal::of_file(path, reason))
            }
        }
    }

    fn counted<R: Read>(&self, inner: R) -> Counted<R> {
        Counted::new(inner, Arc::clone(&self.progress.consumed))
    }

    /// An input counts as consumed when it is left, however much of it was read.
    fn finish(&self, start: u64, bytes: Option<u64>) {
        if let Some(bytes) = bytes {
            self.progress.consumed.store(start + bytes, Ordering::Relaxed);
        }
    }
}

impl Iterator for ArticleReader {
    type Item = Result<Article, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(current) = &mut self.current {
                let outcome = current.source.next(&mut self.warnings);
                if let Some(consumed) = current.source.consumed() {
                    self.progress.consumed.store(current.start + consumed, Ordering::Relaxed);
                }
                if outcome.is_some() {
                    return outcome;
                }
                let (start, bytes) = (current.start, current.bytes);
                self.finish(start, bytes);
                self.current = None;
            }
            let input = self.inputs.next()?;
            if let Err(refusal) = self.open(input) {
                return Some(Err(refusal));
            }
        }
    }
}

fn open_file(
    path: &Path,
    format: Format,
    mut file: File,
    bytes: u64,
    counted: impl FnOnce(File) -> Counted<File>,
) -> Result<Box<dyn ArticleSource>, Reason> {
    if format == Format::Parquet {
        let mut magic = [0; 4];
        let known = file.read_exact(&mut magic).is_ok() && magic == *b"PAR1";
        file.rewind().map_err(|error| Reason::from_io(error, false))?;
        // Parquet is read from its end, so its progress is told by rows, not by bytes read.
        if known {
            return Ok(Box::new(ColumnSource::open(path, file, bytes)?));
        }
    }
    open_stream(path, format, counted(file), bytes)
}

fn open_stream(
    path: &Path,
    format: Format,
    source: impl Read + Send + 'static,
    bytes: u64,
) -> Result<Box<dyn ArticleSource>, Reason> {
    let stream = Stream::open(source).map_err(|(error, gzip)| Reason::from_io(error, gzip))?;
    if stream.sample.is_empty() {
        return Err(Reason::EmptyFile);
    }
    Ok(match format {
        Format::Text | Format::Page => {
            Box::new(DocumentSource { path: path.into(), format, stream: Some(stream) })
        }
        Format::Json => Box::new(JsonSource::open(path, stream)?),
        Format::Table => Box::new(TableSource::open(path, stream)?),
        Format::Parquet => Box::new(ColumnSource::open(path, unpacked(stream)?, bytes)?),
    })
}

/// The decompressed content as a file without a name: Parquet is read from its end.
fn unpacked(stream: Stream) -> Result<File, Reason> {
    let gzip = stream.gzip;
    let copy = || -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut stream.into_reader(), &mut file)?;
        file.flush()?;
        file.rewind()?;
        Ok(file)
    };
    copy().map_err(|error| Reason::from_io(error, gzip))
}

/// A file that is one article.
struct DocumentSource {
    path: std::path::PathBuf,
    format: Format,
    stream: Option<Stream>,
}

impl DocumentSource {
    fn read(&self, stream: Stream, warnings: &mut Vec<Warning>) -> Result<Article, Reason> {
        let origin = Origin { path: self.path.clone(), record: None };
        let gzip = stream.gzip;
        let limit = if self.format == Format::Text { MAX_TEXT_BYTES } else { MAX_DOCUMENT_BYTES };
        let bytes =
            read_bounded(&mut stream.into_reader(), limit).map_err(|error| Reason::from_io(error, gzip))?;
        let declared = if self.format == Format::Page { declared_encoding(&bytes) } else { None };
        let decoded = decode_document(&bytes, declared)?;
        warnings.extend(decoded.warning.map(|kind| Warning { origin: origin.clone(), kind }));
        if self.format == Format::Page {
            return read_page(&decoded.text)?.into_article(origin, warnings);
        }
        let text = with_line_feeds(decoded.text);
        let top = read_top(&text);
        let mut article =
            Record { title: top.title, text, ..Record::default() }.into_article(origin, warnings)?;
        article.date = top.date;
        Ok(article)
    }
}

impl ArticleSource for DocumentSource {
    fn next(&mut self, warnings: &mut Vec<Warning>) -> Option<Result<Article, Refusal>> {
        let stream = self.stream.take()?;
        Some(self.read(stream, warnings).map_err(|reason| Refusal::of_file(&self.path, reason)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    /// Writes the files into a folder and reads the folder; gives what was read, by file name.
    fn read(files: &[(&str, &[u8])]) -> Vec<(String, Result<Article, Reason>)> {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(dir.path().join(name), content).unwrap();
        }
        let mut reader = Inputs::resolve(&[dir.path().to_owned()]).read_with_stdin(io::empty());
        let name = |origin: &Origin| origin.path.file_name().unwrap().to_string_lossy().into_owned();
        let outcomes = reader
            .by_ref()
            .map(|outcome| match outcome {
                Ok(article) => (name(&article.origin), Ok(article)),
                Err(refusal) => (name(&refusal.origin), Err(refusal.reason)),
            })
            .collect();
        assert_eq!(Some(reader.progress().consumed()), reader.progress().total());
        outcomes
    }

    const TEXT: &str = "Envoy says talks will resume\n\nVALMORA, 12 April 2025 – The envoy said so.\n";

    #[test]
    fn a_text_file_is_its_whole_text_with_title_and_date() {
        let windows = TEXT.replace('\n', "\r\n");
        for (name, article) in read(&[
            ("a.txt", TEXT.as_bytes()),
            ("b.txt", windows.as_bytes()),
            ("c.txt.gz", &gzip(TEXT.as_bytes())),
            ("d.txt", format!("\u{feff}{TEXT}").as_bytes()),
            // Compressed without saying so, and saying so without being compressed.
            ("e.txt", &gzip(TEXT.as_bytes())),
            ("f.txt.gz", TEXT.as_bytes()),
        ]) {
            let article = article.unwrap();
            assert_eq!(article.text, TEXT, "{name}");
            assert_eq!(article.title.as_deref(), Some("Envoy says talks will resume"));
            assert_eq!(article.date.unwrap().to_string(), "2025-04-12");
            assert_eq!(article.origin.record, None);
        }
    }

    #[test]
    fn every_format_is_read_plain_and_compressed() {
        let json = b"{\"text\": \"The envoy said so.\"}\n".as_slice();
        let csv = b"id,text\n1,The envoy said so.\n".as_slice();
        let html = b"<html><body><p>The envoy said so.</p></body></html>".as_slice();
        let parquet = super::super::columns::tests::write(vec![(
            "text",
            Arc::new(arrow::array::StringArray::from(vec!["The envoy said so."])),
        )]);
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, content) in [
            ("a.txt", b"The envoy said so.".as_slice()),
            ("b.html", html),
            ("c.jsonl", json),
            ("c2.ndjson", json),
            ("c3.json", json),
            ("d.csv", csv),
            ("e.parquet", &parquet),
        ] {
            files.push((name.to_owned(), content.to_owned()));
            files.push((format!("{name}.gz"), gzip(content)));
        }
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let outcomes = read(&files);
        assert_eq!(outcomes.len(), files.len());
        for (name, outcome) in outcomes {
            assert_eq!(outcome.unwrap().text, "The envoy said so.", "{name}");
        }
    }

    #[test]
    fn bad_files_are_refused_and_never_spoil_the_rest() {
        let lines: String =
            (0..5000).map(|n| format!("{{\"text\": \"Article {n} on the talks.\"}}\n")).collect();
        let packed = gzip(lines.as_bytes());
        let mut damaged = packed.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 40].fill(0xaa);
        let outcomes = read(&[
            ("a-empty.txt", b""),
            ("b-blank.txt", b" \n\n"),
            ("c-binary.txt", b"\x00\x01\x02\x03\x7fELF\x00"),
            ("d-empty.csv", b""),
            ("e-truncated.txt.gz", &gzip(TEXT.as_bytes())[..30]),
            ("f-truncated.jsonl.gz", &packed[..packed.len() / 2]),
            ("g-damaged.jsonl.gz", &damaged),
            ("h-not.parquet", b"PAR1 and nothing else"),
            ("i-not.parquet", b"nothing"),
            ("j-empty.html", b"<html></html>"),
            ("k-empty.txt.gz", &gzip(b"")),
            ("z-good.txt", TEXT.as_bytes()),
        ]);
        let refused = |prefix: &str| {
            let mut found =
                outcomes.iter().filter(|(name, outcome)| name.starts_with(prefix) && outcome.is_err());
            let reason = found.next().map(|(_, outcome)| outcome.as_ref().unwrap_err());
            assert!(found.next().is_none(), "one refusal for {prefix}");
            reason.unwrap_or_else(|| panic!("a refusal for {prefix}"))
        };
        assert!(matches!(refused("a-"), Reason::EmptyFile));
        assert!(matches!(refused("b-"), Reason::EmptyText));
        assert!(matches!(refused("c-"), Reason::Binary));
        assert!(matches!(refused("d-"), Reason::EmptyFile));
        assert!(matches!(refused("e-"), Reason::TruncatedGzip));
        assert!(matches!(refused("f-"), Reason::TruncatedGzip));
        // What a damaged place unpacks to, before the damage shows, is refused line by line.
        assert!(outcomes.iter().any(|(_, outcome)| matches!(outcome, Err(Reason::CorruptGzip(_)))));
        assert!(matches!(refused("h-"), Reason::Parquet(_)));
        assert!(matches!(refused("i-"), Reason::Parquet(_)));
        assert!(matches!(refused("j-"), Reason::NoMainText));
        assert!(matches!(refused("k-"), Reason::EmptyFile));
        assert!(outcomes.last().unwrap().1.is_ok());
        // What stands before the place where a file breaks off is good.
        assert!(
            outcomes.iter().filter(|(name, outcome)| name.starts_with("f-") && outcome.is_ok()).count()
                > 1000
        );
    }

    #[test]
    fn five_megabytes_are_read_and_more_than_the_limit_is_refused() {
        let big =
            "The envoy said that the talks would go on. ".repeat(5 << 20).split_at(5 << 20).0.to_owned();
        let page =
            format!("<html><body><article><p>{}</p></article></body></html>", big.replace(". ", ".</p><p>"));
        let json = format!("{{\"text\": \"{big}\"}}\n");
        let over = gzip(&vec![b'a'; MAX_TEXT_BYTES + 1]);
        let outcomes = read(&[
            ("a.txt", big.as_bytes()),
            ("b.html", page.as_bytes()),
            ("c.jsonl", json.as_bytes()),
            ("d.txt.gz", &over),
        ]);
        assert_eq!(outcomes[0].1.as_ref().unwrap().text.len(), 5 << 20);
        assert!(outcomes[1].1.as_ref().unwrap().text.len() > 4 << 20);
        assert_eq!(outcomes[2].1.as_ref().unwrap().text.len(), 5 << 20);
        assert!(matches!(outcomes[3].1, Err(Reason::TooLarge { limit: MAX_TEXT_BYTES })));
    }

    #[test]
    fn standard_input_is_json_lines_of_unknown_size() {
        let stdin = io::Cursor::new(b"{\"text\": \"One.\"}\n{\"text\": \"Two.\"}\n".to_vec());
        let mut reader = Inputs::resolve(&["-".into()]).read_with_stdin(stdin);
        let texts: Vec<String> = reader.by_ref().map(|outcome| outcome.unwrap().text).collect();
        assert_eq!(texts, ["One.", "Two."]);
        assert_eq!((reader.progress().consumed(), reader.progress().total()), (34, None));
        let mut reader = Inputs::resolve(&["-".into()]).read_with_stdin(io::empty());
        assert!(matches!(reader.next(), Some(Err(Refusal { reason: Reason::EmptyFile, .. }))));
    }

    #[test]
    fn refused_paths_are_yielded_and_warnings_delivered() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.jsonl");
        fs::write(&file, "{\"text\": \"One.\", \"date\": \"03/04/2025\"}\n").unwrap();
        let gone: PathBuf = dir.path().join("gone.txt");
        let mut reader = Inputs::resolve(&[gone.clone(), file]).read();
        let refusal = reader.next().unwrap().unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!("{}: no such file or folder; check the spelling of the path", gone.display())
        );
        assert!(reader.next().unwrap().is_ok());
        assert_eq!(reader.take_warnings().len(), 1);
        assert!(reader.take_warnings().is_empty());
        assert!(reader.next().is_none());
    }
}
