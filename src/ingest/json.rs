//! JSON input: one object a line, one object alone, or an array of objects, read as a stream.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::article::{Article, Origin};

use super::MAX_DOCUMENT_BYTES;
use super::bytes::{Stream, over_budget, read_line};
use super::charset::RecordDecoder;
use super::record::{ArticleSource, Record};
use super::refusal::{Reason, Refusal, Warning, WarningKind};

/// Articles of a JSON file.
pub(super) struct JsonSource {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    gzip: bool,
    decoder: RecordDecoder,
    layout: Layout,
    /// Lines read so far.
    line: u64,
    /// Records met so far, refused ones included.
    records: usize,
    /// Encodings already told, so that a file is not warned about at every record.
    told_encoding: bool,
    ended: bool,
}

/// How the objects follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// One a line: a fault ends with its line.
    Lines,
    /// Over several lines, alone, in sequence or in an array.
    Values,
}

impl JsonSource {
    pub fn open(path: &Path, stream: Stream) -> Result<Self, Reason> {
        if stream.sample.is_empty() {
            return Err(Reason::EmptyFile);
        }
        let gzip = stream.gzip;
        let (mut reader, decoder) = RecordDecoder::open(stream)?;
        let start = reader.fill_buf().map_err(|error| Reason::from_io(error, gzip))?;
        let layout = layout_of(start);
        let path = path.to_owned();
        Ok(Self {
            path,
            reader,
            gzip,
            decoder,
            layout,
            line: 0,
            records: 0,
            told_encoding: false,
            ended: false,
        })
    }

    fn refusal(&self, line: u64, reason: Reason) -> Refusal {
        let origin = Origin { path: self.path.clone(), record: Some(self.records) };
        Refusal { origin, line: Some(line), reason }
    }

    fn article(&mut self, raw: &[u8], warnings: &mut Vec<Warning>) -> Result<Article, Reason> {
        let origin = Origin { path: self.path.clone(), record: Some(self.records) };
        let decoded = self.decoder.decode(raw)?;
        let first_time = !matches!(decoded.warning, Some(WarningKind::DetectedEncoding { .. }))
            || !std::mem::replace(&mut self.told_encoding, true);
        if let Some(kind) = decoded.warning.filter(|_| first_time) {
            warnings.push(Warning { origin: origin.clone(), kind });
        }
        let mut notes = Vec::new();
        let record = record_from_json(&decoded.text, &mut notes)?;
        warnings.extend(notes.into_iter().map(|kind| Warning { origin: origin.clone(), kind }));
        record.into_article(origin, warnings)
    }
}

impl ArticleSource for JsonSource {
    fn next(&mut self, warnings: &mut Vec<Warning>) -> Option<Result<Article, Refusal>> {
        let mut raw = Vec::new();
        while !self.ended {
            let (found, line) = match self.layout {
                Layout::Lines => {
                    let found = read_line(&mut *self.reader, &mut raw, MAX_DOCUMENT_BYTES);
                    self.line += 1;
                    (found, self.line)
                }
                Layout::Values => {
                    let found = read_value(&mut *self.reader, &mut raw, &mut self.line, MAX_DOCUMENT_BYTES);
                    let breaks = raw.iter().filter(|&&byte| byte == b'\n').count() as u64;
                    (found, (self.line + 1).saturating_sub(breaks))
                }
            };
            match found {
                Ok(false) => self.ended = true,
                Ok(true) if raw.trim_ascii().is_empty() => {}
                Ok(true) => {
                    self.records += 1;
                    let outcome = self.article(&raw, warnings);
                    return Some(outcome.map_err(|reason| self.refusal(line, reason)));
                }
                Err(error) => {
                    let reason = Reason::from_io(error, self.gzip);
                    self.ended = !matches!(reason, Reason::TooLarge { .. });
                    self.records += 1;
                    return Some(Err(self.refusal(line, reason)));
                }
            }
        }
        None
    }
}

/// An array, or an object that goes on after its first line, is read value by value.
fn layout_of(start: &[u8]) -> Layout {
    let start = start.trim_ascii_start();
    let first_line = start.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    match first_line {
        [b'[', ..] | [b'{'] => Layout::Values,
        // `{"id": 1,` at the end of a line: an object written over several.
        [b'{', .., b','] => Layout::Values,
        _ => Layout::Lines,
    }
}

/// Reads the next value of a sequence or array into `raw`; `false` at the end. Separators and the
/// brackets of an outer array are passed over. `line` counts the line feeds met.
fn read_value(reader: &mut dyn BufRead, raw: &mut Vec<u8>, line: &mut u64, limit: usize) -> io::Result<bool> {
    raw.clear();
    let (mut depth, mut in_string, mut escaped, mut started) = (0usize, false, false, false);
    let (mut size, mut done) = (0usize, false);
    while !done {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        let mut used = 0;
        for &byte in chunk {
            let outside = !started || (depth == 0 && !in_string);
            if outside && matches!(byte, b',' | b']' | b' ' | b'\t' | b'\r' | b'\n') {
                done = started;
                if done {
                    break;
                }
                *line += u64::from(byte == b'\n');
                used += 1;
                continue;
            }
            used += 1;
            *line += u64::from(byte == b'\n');
            if !started && byte == b'[' {
                continue;
            }
            started = true;
            size += 1;
            if size <= limit {
                raw.push(byte);
            }
            if escaped {
                escaped = false;
            } else if in_string {
                match byte {
                    b'\\' => escaped = true,
                    b'"' => in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth = depth.saturating_sub(1);
                        done = depth == 0;
                    }
                    _ => {}
                }
            }
            if done {
                break;
            }
        }
        reader.consume(used);
    }
    if size > limit {
        raw.clear();
        return Err(over_budget(limit));
    }
    Ok(started)
}

/// The known keys of an object; the others are not kept.
#[derive(Deserialize)]
struct Keys {
    id: Option<Value>,
    title: Option<Value>,
    date: Option<Value>,
    outlet: Option<Value>,
    url: Option<Value>,
    text: Option<Value>,
}

fn record_from_json(json: &str, notes: &mut Vec<WarningKind>) -> Result<Record, Reason> {
    // A derived reader would take a list for the fields in order.
    if !json.trim_start().starts_with('{')
        && let Ok(value) = serde_json::from_str(json)
    {
        return Err(Reason::NotAnObject(type_name(&value)));
    }
    let keys: Keys = serde_json::from_str(json).map_err(|error| Reason::Json(syntax_message(&error)))?;
    let text = match keys.text {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => {
            let object: serde_json::Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
            return Err(Reason::NoText(object.into_iter().map(|(key, _)| key).collect()));
        }
        Some(other) => return Err(Reason::TextNotString(type_name(&other))),
    };
    let mut plain = |field, value: Option<Value>| match value? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => None,
        other => {
            notes.push(WarningKind::UnusableField { field, found: type_name(&other) });
            None
        }
    };
    Ok(Record {
        id: plain("id", keys.id),
        title: plain("title", keys.title),
        date: plain("date", keys.date),
        outlet: plain("outlet", keys.outlet),
        url: plain("url", keys.url),
        text,
    })
}

/// serde_json's message; its "line 1" would contradict the line of the file that is named already.
fn syntax_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let cut = message.rfind(" at line ").unwrap_or(message.len());
    match error.line() {
        0 | 1 => format!("{} at column {}", &message[..cut], error.column()),
        line => format!("{} in line {line} of the record", &message[..cut]),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: impl Into<Vec<u8>>) -> (Vec<Result<Article, Refusal>>, Vec<Warning>) {
        let stream = Stream::open(io::Cursor::new(json.into())).unwrap();
        let mut source = JsonSource::open(Path::new("x.jsonl"), stream).unwrap();
        let mut warnings = Vec::new();
        let outcomes = std::iter::from_fn(|| source.next(&mut warnings)).collect();
        (outcomes, warnings)
    }

    fn texts(outcomes: &[Result<Article, Refusal>]) -> Vec<String> {
        let shown = |outcome: &Result<Article, Refusal>| match outcome {
            Ok(article) => article.text.clone(),
            Err(refusal) => refusal.to_string(),
        };
        outcomes.iter().map(shown).collect()
    }

    #[test]
    fn every_key_is_read_and_unknown_ones_are_ignored() {
        let (outcomes, warnings) = read(
            r#"{"id": 7, "title": "T", "date": "2025-04-12", "outlet": "The Harbour Post", "url": "https://p.example/1", "text": "Text.", "tags": ["a"], "n": {"x": 1}}"#,
        );
        let article = outcomes[0].as_ref().unwrap();
        assert_eq!((article.id.as_str(), article.title.as_deref()), ("7", Some("T")));
        assert_eq!(article.date.unwrap().to_string(), "2025-04-12");
        assert_eq!(article.outlet.as_deref(), Some("The Harbour Post"));
        assert_eq!(article.url.as_deref(), Some("https://p.example/1"));
        assert_eq!(article.origin, Origin { path: "x.jsonl".into(), record: Some(1) });
        assert_eq!(warnings, []);
    }

    #[test]
    fn a_bad_line_is_refused_by_its_number_and_the_rest_goes_on() {
        let (outcomes, _) =
            read("{\"text\": \"one\"}\r\n\n{\"text\": \"tw\n[1,2,3,4,5,\"6\"]\n{\"text\": \"three\"}");
        assert_eq!(
            texts(&outcomes),
            [
                "one",
                "x.jsonl, record 2 (line 3): invalid JSON: EOF while parsing a string at column 12; correct or remove the record",
                "x.jsonl, record 3 (line 4): a JSON object was expected, not a list; write one object per article",
                "three",
            ]
        );
    }

    #[test]
    fn a_record_without_usable_text_is_refused() {
        let (outcomes, _) =
            read("{\"body\": \"x\", \"id\": 1}\n{\"text\": [\"x\"]}\n{\"text\": \" \"}\n{\"text\": null}\n");
        let reasons: Vec<_> = outcomes.iter().map(|outcome| &outcome.as_ref().unwrap_err().reason).collect();
        assert!(matches!(reasons[0], Reason::NoText(keys) if keys == &["body", "id"]));
        assert!(matches!(reasons[1], Reason::TextNotString("a list")));
        assert!(matches!(reasons[2], Reason::EmptyText));
        assert!(matches!(reasons[3], Reason::NoText(_)));
    }

    #[test]
    fn a_single_object_an_array_and_a_sequence_are_read() {
        let object = "{\n  \"text\": \"braces } in \\\" [strings]\",\n  \"x\": [{\"y\": {}}]\n}";
        assert_eq!(texts(&read(object).0), ["braces } in \" [strings]"]);
        let array = format!("[{object},\n{{\"text\": 3}},\n  {{\"text\": \"last\"}}\n]\n");
        assert_eq!(
            texts(&read(array).0),
            [
                "braces } in \" [strings]",
                "x.jsonl, record 2 (line 5): `text` is a number, not a string; write the article's text as one string",
                "last"
            ]
        );
        assert_eq!(texts(&read("[{\"text\": \"a\"}, {\"text\": \"b\"}]").0), ["a", "b"]);
        assert_eq!(texts(&read(format!("{object}\n{object}")).0).len(), 2);
        assert!(read("[\n]").0.is_empty());
    }

    #[test]
    fn a_value_cut_off_by_the_end_is_refused() {
        let outcomes = read("[{\"text\": \"a\"},\n {\"text\": \"b").0;
        assert_eq!(outcomes.len(), 2);
        let refusal = outcomes[1].as_ref().unwrap_err();
        assert_eq!(refusal.line, Some(2));
        assert!(matches!(refusal.reason, Reason::Json(_)));
    }

    #[test]
    fn a_value_over_the_limit_is_passed_over() {
        let mut reader = io::Cursor::new(b"[{\"a\": \"0123456789\"}, {\"b\": 1}]".to_vec());
        let (mut raw, mut line) = (Vec::new(), 0);
        assert!(read_value(&mut reader, &mut raw, &mut line, 12).is_err());
        assert!(read_value(&mut reader, &mut raw, &mut line, 12).unwrap());
        assert_eq!(raw, b"{\"b\": 1}");
        assert!(!read_value(&mut reader, &mut raw, &mut line, 12).unwrap());
    }

    #[test]
    fn unusable_fields_are_left_out_with_a_warning() {
        let (outcomes, warnings) = read(r#"{"title": ["a"], "outlet": null, "text": "x"}"#);
        assert_eq!(outcomes[0].as_ref().unwrap().title, None);
        assert_eq!(warnings[0].kind, WarningKind::UnusableField { field: "title", found: "a list" });
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn another_encoding_is_told_once() {
        let line = "{\"text\": \"“Un café à l’ambassade,” dit-il.\"}\n";
        let (outcomes, warnings) = read(encoding_rs::WINDOWS_1252.encode(&line.repeat(3)).0);
        assert_eq!(texts(&outcomes), ["“Un café à l’ambassade,” dit-il."; 3]);
        assert_eq!(warnings.len(), 1);
    }
}
