//! Table input: CSV with a header line, separated by commas, semicolons or tabs.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use crate::article::{Article, Origin};

use super::MAX_DOCUMENT_BYTES;
use super::bytes::{Stream, over_budget};
use super::charset::RecordDecoder;
use super::record::{ArticleSource, FIELDS, Record};
use super::refusal::{Reason, Refusal, Warning, WarningKind};

/// Rows of a CSV file.
pub(super) struct TableSource {
    path: PathBuf,
    reader: csv::Reader<Watched>,
    watch: Arc<Watch>,
    gzip: bool,
    decoder: RecordDecoder,
    /// Column of each of [`FIELDS`].
    columns: [Option<usize>; FIELDS.len()],
    row: ByteRecord,
    records: usize,
    told_encoding: bool,
    ended: bool,
}

impl TableSource {
    pub fn open(path: &Path, stream: Stream) -> Result<Self, Reason> {
        if stream.sample.is_empty() {
            return Err(Reason::EmptyFile);
        }
        let gzip = stream.gzip;
        let (mut inner, mut decoder) = RecordDecoder::open(stream)?;
        let start = inner.fill_buf().map_err(|error| Reason::from_io(error, gzip))?;
        let separator = separator_of(start);
        let watch = Arc::new(Watch::default());
        let watched = Watched { inner, watch: Arc::clone(&watch) };
        let mut reader = ReaderBuilder::new().delimiter(separator).from_reader(watched);
        let header = reader.byte_headers().map_err(|error| reason_of(error, gzip))?;
        let names = header
            .iter()
            .map(|name| Ok(decoder.decode(name)?.text.trim().to_owned()))
            .collect::<Result<Vec<String>, Reason>>()?;
        let columns = FIELDS.map(|field| names.iter().position(|name| name.eq_ignore_ascii_case(field)));
        if columns[FIELDS.len() - 1].is_none() {
            return Err(Reason::NoTextColumn(names));
        }
        Ok(Self {
            path: path.to_owned(),
            reader,
            watch,
            gzip,
            decoder,
            columns,
            row: ByteRecord::new(),
            records: 0,
            told_encoding: false,
            ended: false,
        })
    }

    fn origin(&self) -> Origin {
        Origin { path: self.path.clone(), record: Some(self.records) }
    }

    fn article(&mut self, warnings: &mut Vec<Warning>) -> Result<Article, Reason> {
        let origin = self.origin();
        let mut fields: [Option<String>; FIELDS.len()] = Default::default();
        let mut replaced = 0;
        for (field, column) in fields.iter_mut().zip(self.columns) {
            let Some(bytes) = column.and_then(|column| self.row.get(column)) else { continue };
            let decoded = self.decoder.decode(bytes)?;
            match decoded.warning {
                Some(WarningKind::ReplacedCharacters { count }) => replaced += count,
                Some(kind) if !std::mem::replace(&mut self.told_encoding, true) => {
                    warnings.push(Warning { origin: origin.clone(), kind });
                }
                _ => {}
            }
            *field = Some(decoded.text);
        }
        if replaced > 0 {
            let kind = WarningKind::ReplacedCharacters { count: replaced };
            warnings.push(Warning { origin: origin.clone(), kind });
        }
        let [id, title, date, outlet, url, text] = fields;
        Record { id, title, date, outlet, url, text: text.unwrap_or_default() }.into_article(origin, warnings)
    }
}

impl ArticleSource for TableSource {
    fn next(&mut self, warnings: &mut Vec<Warning>) -> Option<Result<Article, Refusal>> {
        if self.ended {
            return None;
        }
        self.watch.since_record.store(0, Ordering::Relaxed);
        let found = self.reader.read_byte_record(&mut self.row);
        let line = self.row.position().map_or(0, csv::Position::line);
        let spans_lines = self.reader.position().line() > line;
        let (line, outcome) = match found {
            Ok(false) => return None,
            Ok(true) => {
                self.records += 1;
                let swallowed = spans_lines && self.watch.ends_in_quotes();
                (line, if swallowed { Err(Reason::UnclosedQuote) } else { self.article(warnings) })
            }
            Err(error) => {
                self.records += 1;
                let line = error.position().map_or(line, csv::Position::line);
                self.ended = error.is_io_error();
                let swallowed = self.watch.ends_in_quotes();
                let reason = if swallowed { Reason::UnclosedQuote } else { reason_of(error, self.gzip) };
                (line, Err(reason))
            }
        };
        let line = (line > 0).then_some(line);
        Some(outcome.map_err(|reason| Refusal { origin: self.origin(), line, reason }))
    }
}

/// The separator that gives the header a `text` column; a comma when none does.
fn separator_of(start: &[u8]) -> u8 {
    let header = start.split(|&byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let has_text = |&separator: &u8| {
        header.split(|&byte| byte == separator).any(|name| {
            name.trim_ascii().trim_ascii_start().eq_ignore_ascii_case(b"text")
                || name.trim_ascii().eq_ignore_ascii_case(b"\"text\"")
        })
    };
    [b',', b';', b'\t'].into_iter().find(has_text).unwrap_or(b',')
}

fn reason_of(error: csv::Error, gzip: bool) -> Reason {
    match error.into_kind() {
        ErrorKind::Io(error) => Reason::from_io(error, gzip),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Reason::BrokenRow { found: len, expected: expected_len }
        }
        other => Reason::Csv(format!("{other:?}")),
    }
}

/// What a CSV parser does not tell: how much one row takes, and whether quotes come in pairs.
#[derive(Default)]
struct Watch {
    since_record: AtomicUsize,
    quotes: AtomicU64,
    at_end: AtomicBool,
}

impl Watch {
    /// The file ended inside a quotation. In well-formed CSV every quote has its partner, as quotes
    /// inside quotes are doubled.
    fn ends_in_quotes(&self) -> bool {
        self.at_end.load(Ordering::Relaxed) && self.quotes.load(Ordering::Relaxed) % 2 == 1
    }
}

struct Watched {
    inner: Box<dyn io::BufRead + Send>,
    watch: Arc<Watch>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.watch.at_end.store(count == 0, Ordering::Relaxed);
        let quotes = buffer[..count].iter().filter(|&&byte| byte == b'"').count();
        self.watch.quotes.fetch_add(quotes as u64, Ordering::Relaxed);
        if self.watch.since_record.fetch_add(count, Ordering::Relaxed) > MAX_DOCUMENT_BYTES {
            return Err(over_budget(MAX_DOCUMENT_BYTES));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(csv: impl Into<Vec<u8>>) -> Result<TableSource, Reason> {
        TableSource::open(Path::new("x.csv"), Stream::open(io::Cursor::new(csv.into())).unwrap())
    }

    fn read(csv: impl Into<Vec<u8>>) -> Vec<Result<Article, Refusal>> {
        let mut source = open(csv).unwrap();
        std::iter::from_fn(|| source.next(&mut Vec::new())).collect()
    }

    #[test]
    fn columns_are_found_in_any_order_case_and_separator() {
        for csv in [
            "Text,extra,ID,Title,DATE,outlet,url\n\"One, two.\nThree.\",x,a1,T,2025-04-12,Post,https://p.example\n",
            "Text;extra;ID;Title;DATE;outlet;url\r\n\"One, two.\r\nThree.\";x;a1;T;2025-04-12;Post;https://p.example\r\n",
            "\u{feff}\"Text\"\textra\tID\tTitle\tDATE\toutlet\turl\n\"One, two.\nThree.\"\tx\ta1\tT\t2025-04-12\tPost\thttps://p.example",
        ] {
            let outcomes = read(csv);
            assert_eq!(outcomes.len(), 1);
            let article = outcomes[0].as_ref().unwrap();
            assert_eq!(article.text, "One, two.\nThree.");
            assert_eq!((article.id.as_str(), article.title.as_deref()), ("a1", Some("T")));
            assert_eq!(article.outlet.as_deref(), Some("Post"));
            assert_eq!(article.date.unwrap().to_string(), "2025-04-12");
        }
    }

    #[test]
    fn a_missing_text_column_names_the_columns_found() {
        let reason = open("id,body\n1,x\n").err().unwrap();
        assert!(matches!(&reason, Reason::NoTextColumn(names) if names == &["id", "body"]), "{reason}");
        assert!(matches!(open("").err(), Some(Reason::EmptyFile)));
    }

    #[test]
    fn a_broken_row_is_refused_by_its_line_and_the_rest_goes_on() {
        let outcomes = read("id,text\n1,one\n2\n3,three,3\n4,\n5,five\n");
        let shown: Vec<String> = outcomes
            .iter()
            .map(|outcome| outcome.as_ref().map_or_else(ToString::to_string, |article| article.text.clone()))
            .collect();
        assert_eq!(shown[0], "one");
        assert!(shown[1].starts_with("x.csv, record 2 (line 3): the row has 1 fields, the header has 2;"));
        assert!(shown[2].starts_with("x.csv, record 3 (line 4): the row has 3 fields"));
        assert!(shown[3].starts_with("x.csv, record 4 (line 5): the text is empty"));
        assert_eq!(shown[4], "five");
    }

    #[test]
    fn a_quote_that_swallows_the_rest_is_refused() {
        for csv in ["id,text\n1,one\n2,\"two\n3,three\n4,four\n", "text,id\none,1\n\"two,2\nthree,3\n"] {
            let outcomes = read(csv);
            assert_eq!(outcomes.len(), 2);
            let refusal = outcomes[1].as_ref().unwrap_err();
            assert!(matches!(refusal.reason, Reason::UnclosedQuote), "{refusal}");
            assert_eq!(refusal.line, Some(3));
        }
        assert_eq!(
            read("text,id\n\"a \"\"quoted\"\" word\nhere\",1\n")[0].as_ref().unwrap().text,
            "a \"quoted\" word\nhere"
        );
    }

    #[test]
    fn another_code_page_is_read() {
        let csv = encoding_rs::WINDOWS_1252.encode("text;id\n“Café diplomacy” at the border;1\n").0;
        assert_eq!(read(csv)[0].as_ref().unwrap().text, "“Café diplomacy” at the border");
    }
}
