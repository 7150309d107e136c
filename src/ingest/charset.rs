//! Charset: from bytes to text. A byte order mark wins, then UTF-8 when the bytes are valid as
//! such, then what the page declares, then what chardetng detects.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use chardetng::EncodingDetector;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::bytes::Stream;
use super::refusal::{Reason, WarningKind};

/// Text and what had to be done to get it.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    pub warning: Option<WarningKind>,
}

/// Decodes a whole file. `declared` is the encoding that the content itself names.
pub(super) fn decode_document(bytes: &[u8], declared: Option<&'static Encoding>) -> Result<Decoded, Reason> {
    if let Some((encoding, mark)) = mark_of(bytes) {
        return decode_as(encoding, &bytes[mark..], None);
    }
    if looks_binary(bytes) {
        return Err(Reason::Binary);
    }
    let tally = Utf8Tally::of(bytes);
    // Valid multi-byte UTF-8 does not happen by chance, so it beats a wrong declaration.
    if tally.invalid == 0 || tally.is_damaged_utf8() {
        return decode_as(UTF_8, bytes, None);
    }
    match declared.filter(|&encoding| encoding != UTF_8) {
        Some(encoding) => decode_as(encoding, bytes, None),
        None => {
            let encoding = detect(bytes);
            decode_as(encoding, bytes, Some(WarningKind::DetectedEncoding { encoding: encoding.name() }))
        }
    }
}

/// Decodes the records of one stream: UTF-8, or the one other encoding that the stream uses.
#[derive(Debug)]
pub(super) struct RecordDecoder {
    encoding: Option<&'static Encoding>,
}

impl RecordDecoder {
    /// Prepares a stream for reading as records: its bytes from the first one on, in UTF-8 or in
    /// an encoding that keeps ASCII, and the decoder for its records.
    pub fn open(mut stream: Stream) -> Result<(Box<dyn BufRead + Send>, Self), Reason> {
        match mark_of(&stream.sample) {
            Some((encoding, mark)) if encoding == UTF_8 => {
                stream.sample.drain(..mark);
                Ok((stream.into_reader(), Self { encoding: Some(UTF_8) }))
            }
            Some((encoding, _)) => {
                let transcoded = Transcoded::new(stream.into_reader(), encoding);
                Ok((Box::new(BufReader::new(transcoded)), Self { encoding: Some(UTF_8) }))
            }
            None if looks_binary(&stream.sample) => Err(Reason::Binary),
            None => {
                let mut decoder = Self { encoding: None };
                decoder.learn(&stream.sample);
                Ok((stream.into_reader(), decoder))
            }
        }
    }

    /// Settles the encoding once `bytes` hold something that is not ASCII.
    fn learn(&mut self, bytes: &[u8]) {
        let tally = Utf8Tally::of(bytes);
        if self.encoding.is_none() && tally.multibyte + tally.invalid > 0 {
            let utf8 = tally.invalid == 0 || tally.is_damaged_utf8();
            self.encoding = Some(if utf8 { UTF_8 } else { detect(bytes) });
        }
    }

    /// The text of one record.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Decoded, Reason> {
        if looks_binary(bytes) {
            return Err(Reason::Binary);
        }
        self.learn(bytes);
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(Decoded { text: text.to_owned(), warning: None });
        }
        let encoding = self.encoding.unwrap_or(UTF_8);
        let warning =
            (encoding != UTF_8).then(|| WarningKind::DetectedEncoding { encoding: encoding.name() });
        decode_as(encoding, bytes, warning)
    }
}

/// Decodes; broken sequences become U+FFFD when they are few, and are an error otherwise.
fn decode_as(
    encoding: &'static Encoding,
    bytes: &[u8],
    warning: Option<WarningKind>,
) -> Result<Decoded, Reason> {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    let text = text.into_owned();
    let controls = text.chars().filter(|&c| c.is_control() && !c.is_whitespace()).count();
    if controls > 3 && controls * 50 > text.chars().count() {
        return Err(Reason::Binary);
    }
    if !broken {
        return Ok(Decoded { text, warning });
    }
    let replaced = text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count();
    if replaced > 3 && replaced * 100 > text.chars().count() {
        return Err(Reason::BrokenEncoding { replaced, encoding: encoding.name() });
    }
    Ok(Decoded { text, warning: Some(WarningKind::ReplacedCharacters { count: replaced }) })
}

/// The byte order mark's encoding and length. Stray bytes that look like the mark of UTF-16 before
/// plain ASCII are none: real UTF-16 does not read as UTF-8 without a single NUL.
fn mark_of(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).filter(|&(encoding, mark)| {
        encoding == UTF_8 || bytes.contains(&0) || std::str::from_utf8(&bytes[mark..]).is_err()
    })
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new();
    detector.feed(bytes, true);
    detector.guess(None, false)
}

/// A NUL, or more than one control character in fifty bytes: no encoding of text gives that
/// (UTF-16 is recognised by its mark before this is asked).
fn looks_binary(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(1 << 20)];
    let controls = sample
        .iter()
        .filter(|&&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b))
        .count();
    sample.contains(&0) || (controls > 3 && controls * 50 > sample.len())
}

/// How far bytes are UTF-8.
#[derive(Debug, Clone, Copy)]
struct Utf8Tally {
    /// Valid sequences of two bytes or more.
    multibyte: usize,
    /// Invalid sequences; one cut off at the very end is not counted.
    invalid: usize,
}

impl Utf8Tally {
    fn of(bytes: &[u8]) -> Self {
        let mut tally = Self { multibyte: 0, invalid: 0 };
        for chunk in bytes.utf8_chunks() {
            tally.multibyte += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            tally.invalid += usize::from(!chunk.invalid().is_empty());
        }
        let cut_off = bytes.utf8_chunks().last().is_some_and(|chunk| is_cut_off(chunk.invalid()));
        tally.invalid -= usize::from(cut_off && tally.multibyte > 0);
        tally
    }

    /// UTF-8 with faults. In other encodings valid sequences occur too, but by chance and rarely.
    fn is_damaged_utf8(self) -> bool {
        self.multibyte > 2 * self.invalid
    }
}

/// The beginning of a multi-byte sequence that more bytes could complete.
fn is_cut_off(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// UTF-16 read as UTF-8.
struct Transcoded {
    inner: Box<dyn BufRead + Send>,
    decoder: Decoder,
    ready: Cursor<Vec<u8>>,
    ended: bool,
}

impl Transcoded {
    fn new(inner: Box<dyn BufRead + Send>, encoding: &'static Encoding) -> Self {
        debug_assert!(encoding == UTF_16LE || encoding == UTF_16BE);
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, ready: Cursor::default(), ended: false }
    }
}

impl Read for Transcoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.ready.read(buffer)?;
            if count > 0 || self.ended || buffer.is_empty() {
                return Ok(count);
            }
            let chunk = self.inner.fill_buf()?;
            self.ended = chunk.is_empty();
            let mut utf8 = vec![0; self.decoder.max_utf8_buffer_length(chunk.len()).unwrap_or(1 << 16)];
            let (result, used, written, _) = self.decoder.decode_to_utf8(chunk, &mut utf8, self.ended);
            self.ended &= result == CoderResult::InputEmpty;
            self.inner.consume(used);
            utf8.truncate(written);
            self.ready = Cursor::new(utf8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    fn open(bytes: &[u8]) -> (String, RecordDecoder) {
        let stream = Stream::open(Cursor::new(bytes.to_vec())).unwrap();
        let (mut reader, mut decoder) = RecordDecoder::open(stream).unwrap();
        let mut content = Vec::new();
        reader.read_to_end(&mut content).unwrap();
        (decoder.decode(&content).unwrap().text, decoder)
    }

    const SAMPLE: &str = "“Talks,” said the envoy – after a café meeting – “resume Monday.”";

    #[test]
    fn byte_order_marks_decide_and_disappear() {
        let marked = ["\u{feff}".as_bytes(), SAMPLE.as_bytes()].concat();
        for bytes in [marked, utf16(SAMPLE, true), utf16(SAMPLE, false), SAMPLE.into()] {
            let decoded = decode_document(&bytes, None).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.warning), (SAMPLE, None));
            assert_eq!(open(&bytes).0, SAMPLE);
        }
    }

    #[test]
    fn stray_bytes_before_ascii_are_no_mark() {
        let decoded = decode_document(b"\xff\xfe The talks broke off.", None).unwrap();
        assert!(decoded.text.ends_with(" The talks broke off."), "{}", decoded.text);
        assert!(decoded.warning.is_some());
    }

    #[test]
    fn western_and_arabic_code_pages_are_detected_and_told() {
        let arabic = "قال الوزير إن المحادثات غير المباشرة ستستأنف الأسبوع المقبل في مسقط";
        for (encoding, text) in [(encoding_rs::WINDOWS_1252, SAMPLE), (encoding_rs::WINDOWS_1256, arabic)] {
            let bytes = encoding.encode(text).0;
            let decoded = decode_document(&bytes, None).unwrap();
            assert_eq!(decoded.text, text);
            assert_eq!(decoded.warning, Some(WarningKind::DetectedEncoding { encoding: encoding.name() }));
            assert_eq!(open(&bytes).0, text);
        }
    }

    #[test]
    fn a_declaration_counts_unless_the_bytes_are_utf8() {
        let bytes = encoding_rs::WINDOWS_1251.encode("Переговоры").0;
        let decoded = decode_document(&bytes, Some(encoding_rs::WINDOWS_1251)).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.warning), ("Переговоры", None));
        let decoded = decode_document(SAMPLE.as_bytes(), Some(encoding_rs::WINDOWS_1252)).unwrap();
        assert_eq!(decoded.text, SAMPLE);
    }

    #[test]
    fn few_faults_in_utf8_are_replaced_and_many_refused() {
        let mut bytes = SAMPLE.repeat(20).into_bytes();
        bytes.insert(0, 0xff);
        let decoded = decode_document(&bytes, None).unwrap();
        assert_eq!(decoded.warning, Some(WarningKind::ReplacedCharacters { count: 1 }));
        assert!(decoded.text.starts_with("\u{fffd}“Talks"));

        let broken: Vec<u8> = "– – – – talks ".repeat(9).bytes().chain([0xff, b' '].repeat(9)).collect();
        assert!(matches!(decode_document(&broken, None), Err(Reason::BrokenEncoding { replaced: 9, .. })));
    }

    #[test]
    fn a_record_with_a_fault_in_a_utf8_stream_is_not_taken_for_another_encoding() {
        let mut decoder = open(SAMPLE.as_bytes()).1;
        let decoded = decoder.decode(b"the envoy\xe2\x80 said").unwrap();
        assert_eq!(decoded.text, "the envoy\u{fffd} said");
        assert_eq!(decoded.warning, Some(WarningKind::ReplacedCharacters { count: 1 }));
    }

    #[test]
    fn an_ascii_start_leaves_the_encoding_open() {
        let mut decoder = open(b"plain ascii").1;
        let bytes = encoding_rs::WINDOWS_1252.encode(SAMPLE).0;
        assert_eq!(decoder.decode(&bytes).unwrap().text, SAMPLE);
    }

    #[test]
    fn binary_content_is_refused() {
        let noise: Vec<u8> = (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let no_nul: Vec<u8> = noise.iter().map(|&byte| byte.max(1)).collect();
        for bytes in [&noise, &no_nul] {
            assert!(matches!(decode_document(bytes, None), Err(Reason::Binary)));
        }
        let stream = Stream::open(Cursor::new(noise)).unwrap();
        assert!(matches!(RecordDecoder::open(stream), Err(Reason::Binary)));
    }
}
