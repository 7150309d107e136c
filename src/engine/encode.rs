//! An encoded query: the token ids that the model sees for a sentence, its context and its candidates.
//!
//! `[CLS] context [SEP] {implied candidates} sentence with marked mentions [SEP]`. Every candidate opens with
//! the marker token and closes with its twin; a candidate that the sentence does not mention is named before
//! the sentence. Context is token type 0, the rest type 1. All candidates of a sentence share one encoding, or each has
//! its own, as the model was trained.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use detente::classify::{CandidateMark, Query};
use serde::{Deserialize, Serialize};
use tokenizers::Tokenizer;

/// How text becomes tokens; part of a model's manifest, since its weights were trained with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodingConfig {
    /// Longest input in tokens; a longer sentence is encoded in windows around its candidates.
    pub max_tokens: usize,
    /// At most so many tokens of context, the latest.
    pub context_tokens: usize,
    /// All candidates of a sentence share one encoding; otherwise each has its own.
    pub joint: bool,
    /// Vocabulary entries that open and close a candidate.
    pub open_marker: String,
    pub close_marker: String,
    /// Vocabulary entries that open an input and close each part of it.
    #[serde(default = "bert_start", skip_serializing_if = "is_bert_start")]
    pub start_token: String,
    #[serde(default = "bert_separator", skip_serializing_if = "is_bert_separator")]
    pub separator_token: String,
}

fn bert_start() -> String {
    "[CLS]".into()
}

fn bert_separator() -> String {
    "[SEP]".into()
}

// Left out where they are BERT's: manifests from before they could differ keep their digest.
fn is_bert_start(token: &String) -> bool {
    *token == bert_start()
}

fn is_bert_separator(token: &String) -> bool {
    *token == bert_separator()
}

impl Default for EncodingConfig {
    fn default() -> Self {
        Self {
            max_tokens: 256,
            context_tokens: 64,
            joint: true,
            open_marker: "[unused0]".into(),
            close_marker: "[unused1]".into(),
            start_token: bert_start(),
            separator_token: bert_separator(),
        }
    }
}

/// One model input. A query yields one, or several windows when its sentence is too long.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    pub ids: Vec<i64>,
    /// Tokens from here on have type 1.
    pub second_part: usize,
    /// (index of the candidate in its query, position of its opening marker).
    pub markers: Vec<(usize, usize)>,
}

/// Turns queries into token ids.
pub struct QueryEncoder {
    tokenizer: Tokenizer,
    config: EncodingConfig,
    cls: i64,
    sep: i64,
    open: i64,
    close: i64,
}

impl QueryEncoder {
    /// Reads a Hugging Face `tokenizer.json`.
    pub fn load(path: &Path, config: &EncodingConfig) -> Result<Self> {
        let mut tokenizer = Tokenizer::from_file(path)
            .map_err(|e| anyhow!("{}: not a readable tokenizer: {e}", path.display()))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|e| anyhow!("{}: {e}", path.display()))?;
        let id = |token: &str| {
            tokenizer
                .token_to_id(token)
                .map(i64::from)
                .with_context(|| format!("{}: the vocabulary has no token '{token}'", path.display()))
        };
        let (cls, sep) = (id(&config.start_token)?, id(&config.separator_token)?);
        let (open, close) = (id(&config.open_marker)?, id(&config.close_marker)?);
        ensure!(
            config.max_tokens >= config.context_tokens + 32,
            "max_tokens {} leaves no room for a sentence after context_tokens {}",
            config.max_tokens,
            config.context_tokens
        );
        Ok(Self { tokenizer, config: config.clone(), cls, sep, open, close })
    }

    /// Token ids of the opening and the closing marker.
    pub fn marker_ids(&self) -> [i64; 2] {
        [self.open, self.close]
    }

    /// A bare sentence between the start and the separator token, cut to `max_tokens`, without context or candidates.
    pub fn plain(&self, sentence: &str, max_tokens: usize) -> Result<Encoded> {
        let mut ids = vec![self.cls];
        ids.extend(self.ids(sentence)?.into_iter().take(max_tokens.saturating_sub(2)));
        ids.push(self.sep);
        Ok(Encoded { second_part: ids.len(), ids, markers: Vec::new() })
    }

    fn tokens(&self, text: &str) -> Result<tokenizers::Encoding> {
        self.tokenizer.encode(text, false).map_err(|e| anyhow!("cannot tokenise '{text}': {e}"))
    }

    fn ids(&self, text: &str) -> Result<Vec<i64>> {
        Ok(self.tokens(text)?.get_ids().iter().map(|&id| i64::from(id)).collect())
    }

    /// The model inputs of `query`: at least one; every candidate is marked in exactly one of them.
    pub fn encode(&self, query: &Query) -> Result<Vec<Encoded>> {
        if self.config.joint || query.candidates.len() < 2 {
            return self.encode_jointly(query);
        }
        let mut windows = Vec::new();
        for (index, candidate) in query.candidates.iter().enumerate() {
            let alone = Query { candidates: vec![candidate.clone()], ..query.clone() };
            for mut window in self.encode_jointly(&alone)? {
                window.markers.iter_mut().for_each(|(candidate, _)| *candidate = index);
                windows.push(window);
            }
        }
        Ok(windows)
    }

    fn encode_jointly(&self, query: &Query) -> Result<Vec<Encoded>> {
        let context = if query.context.is_empty() || self.config.context_tokens == 0 {
            Vec::new()
        } else {
            self.ids(&query.context)?
        };
        let context = &context[context.len().saturating_sub(self.config.context_tokens)..];
        let mut head = vec![self.cls];
        if !context.is_empty() {
            head.extend_from_slice(context);
            head.push(self.sep);
        }

        let sentence = self.marked_sentence(query)?;
        let implied = self.implied(query)?;
        let implied_length: usize = implied.iter().map(|(_, ids)| ids.len()).sum();
        let room = self.config.max_tokens.saturating_sub(head.len() + 1);
        let mut windows = Vec::new();
        for (n, window) in
            windows_over(&sentence, room.saturating_sub(implied_length).max(16)).into_iter().enumerate()
        {
            let mut ids = head.clone();
            let mut markers = Vec::new();
            if n == 0 {
                for (candidate, name) in &implied {
                    if ids.len() + name.len() < self.config.max_tokens - 16 {
                        markers.push((*candidate, ids.len()));
                        ids.extend_from_slice(name);
                    } else {
                        // More implied names than fit: an unreadable head; answer from [CLS].
                        markers.push((*candidate, 0));
                    }
                }
            }
            let offset = ids.len();
            for (candidate, position) in &sentence.markers {
                if window.first.contains(position) {
                    markers.push((*candidate, offset + position - window.span.start));
                }
            }
            ids.extend_from_slice(&sentence.ids[window.span.clone()]);
            ids.truncate(self.config.max_tokens - 1);
            ids.push(self.sep);
            windows.push(Encoded { second_part: head.len(), ids, markers });
        }
        Ok(windows)
    }

    fn implied(&self, query: &Query) -> Result<Vec<(usize, Vec<i64>)>> {
        let mut found = Vec::new();
        for (index, candidate) in query.candidates.iter().enumerate() {
            if let CandidateMark::Implied(name) = candidate {
                let mut ids = vec![self.open];
                ids.extend(self.ids(name)?.into_iter().take(24));
                ids.push(self.close);
                found.push((index, ids));
            }
        }
        Ok(found)
    }

    fn marked_sentence(&self, query: &Query) -> Result<MarkedSentence> {
        let encoding = self.tokens(&query.sentence)?;
        let offsets = encoding.get_offsets();
        // Markers to insert before the token of that index; a shared span gets one pair of markers.
        let mut opens: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut closes: Vec<usize> = Vec::new();
        let mut spans: Vec<(Range<usize>, Vec<usize>)> = Vec::new();
        for (index, candidate) in query.candidates.iter().enumerate() {
            if let CandidateMark::Mention(span) = candidate {
                let first = offsets.partition_point(|&(_, end)| end <= span.start);
                let last = offsets.partition_point(|&(start, _)| start < span.end).max(first + 1);
                let first = first.min(offsets.len().saturating_sub(1));
                match spans.iter_mut().find(|(s, _)| *s == (first..last)) {
                    Some((_, candidates)) => candidates.push(index),
                    None => spans.push((first..last, vec![index])),
                }
            }
        }
        // Outer spans open first and close last.
        spans.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        for (span, candidates) in spans {
            opens.push((span.start, candidates));
            closes.push(span.end);
        }
        closes.sort_unstable();
        let mut out =
            MarkedSentence { ids: Vec::with_capacity(offsets.len() + 2 * opens.len()), markers: Vec::new() };
        let (mut open, mut close) = (opens.into_iter().peekable(), closes.into_iter().peekable());
        for (position, &id) in encoding.get_ids().iter().enumerate() {
            while close.next_if(|&end| end <= position).is_some() {
                out.ids.push(self.close);
            }
            while let Some((_, candidates)) = open.next_if(|(start, _)| *start <= position) {
                out.markers.extend(candidates.into_iter().map(|candidate| (candidate, out.ids.len())));
                out.ids.push(self.open);
            }
            out.ids.push(i64::from(id));
        }
        for (_, candidates) in open {
            out.markers.extend(candidates.into_iter().map(|candidate| (candidate, out.ids.len())));
            out.ids.push(self.open);
        }
        out.ids.extend(close.map(|_| self.close));
        Ok(out)
    }
}

struct MarkedSentence {
    ids: Vec<i64>,
    /// (candidate, index in `ids` of its opening marker).
    markers: Vec<(usize, usize)>,
}

struct Window {
    /// Tokens of the sentence that the window shows.
    span: Range<usize>,
    /// Markers in this range are answered by this window.
    first: Range<usize>,
}

/// Windows of at most `room` tokens: one when the sentence fits; else one at the start, and one around each
/// group of markers that it does not show with some text after them.
fn windows_over(sentence: &MarkedSentence, room: usize) -> Vec<Window> {
    let length = sentence.ids.len();
    if length <= room {
        return vec![Window { span: 0..length, first: 0..length }];
    }
    let margin = room / 4;
    let mut windows = vec![Window { span: 0..room, first: 0..room - margin }];
    let mut shown = room - margin;
    for &(_, position) in &sentence.markers {
        if position >= shown {
            let start = (position - margin).min(length - room);
            let answered = if start + room == length { length } else { start + room - margin };
            windows.push(Window { span: start..start + room, first: shown..answered });
            shown = answered;
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder(joint: bool, max_tokens: usize) -> QueryEncoder {
        let tokenizer = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/fast/tokenizer.json");
        let config = EncodingConfig { joint, max_tokens, context_tokens: 16, ..EncodingConfig::default() };
        QueryEncoder::load(&tokenizer, &config).unwrap()
    }

    fn query(sentence: &str, mentions: &[&str], implied: &[&str]) -> Query {
        let mention = |words: &&str| {
            let at = sentence.find(words).unwrap();
            CandidateMark::Mention(at..at + words.len())
        };
        let candidates = mentions
            .iter()
            .map(mention)
            .chain(implied.iter().map(|name| CandidateMark::Implied((*name).into())));
        Query {
            context: "Earlier words.".into(),
            sentence: sentence.into(),
            candidates: candidates.collect(),
        }
    }

    /// What stands between each opening marker and the next closing one.
    fn marked(encoder: &QueryEncoder, input: &Encoded) -> Vec<(usize, String)> {
        let text = |at: usize| {
            let inside: Vec<u32> = input.ids[at + 1..]
                .iter()
                .take_while(|id| **id != encoder.close)
                .map(|id| *id as u32)
                .collect();
            encoder.tokenizer.decode(&inside, true).unwrap()
        };
        input
            .markers
            .iter()
            .map(|&(candidate, at)| {
                assert_eq!(input.ids[at], encoder.open);
                (candidate, text(at))
            })
            .collect()
    }

    #[test]
    fn every_candidate_is_marked_around_its_words_or_its_name() {
        let encoder = encoder(true, 256);
        let query = query("Marlia will talk, Oskar Venn said.", &["Oskar Venn", "Marlia"], &["Ilse Brandt"]);
        let inputs = encoder.encode(&query).unwrap();
        assert_eq!(inputs.len(), 1);
        let mut found = marked(&encoder, &inputs[0]);
        found.sort();
        assert_eq!(found, [(0, "oskar venn".into()), (1, "marlia".into()), (2, "ilse brandt".into())]);
        // The context is of the first type, the rest of the second.
        assert_eq!(inputs[0].ids[inputs[0].second_part - 1], encoder.sep);
    }

    #[test]
    fn nested_and_equal_mentions_each_have_a_marker() {
        let encoder = encoder(true, 256);
        let query = query("U.S. President Venn agreed.", &["U.S. President Venn", "U.S.", "U.S."], &[]);
        let input = &encoder.encode(&query).unwrap()[0];
        assert_eq!(input.markers.len(), 3);
        let opens = input.ids.iter().filter(|id| **id == encoder.open).count();
        let closes = input.ids.iter().filter(|id| **id == encoder.close).count();
        assert_eq!((opens, closes), (2, 2), "equal spans share a pair");
    }

    #[test]
    fn apart_each_candidate_has_its_own_input() {
        let encoder = encoder(false, 256);
        let query = query("Marlia will talk, Oskar Venn said.", &["Oskar Venn", "Marlia"], &["Ilse Brandt"]);
        let inputs = encoder.encode(&query).unwrap();
        let candidates: Vec<usize> =
            inputs.iter().flat_map(|input| &input.markers).map(|(c, _)| *c).collect();
        assert_eq!(candidates, [0, 1, 2]);
    }

    #[test]
    fn a_sentence_that_is_too_long_is_seen_in_windows_that_show_every_mention_once() {
        let encoder = encoder(true, 64);
        let filler = "word ".repeat(90);
        let sentence = format!("Marlia {filler}Tolmar {filler}Kessara");
        let query = query(&sentence, &["Marlia", "Tolmar", "Kessara"], &[]);
        let inputs = encoder.encode(&query).unwrap();
        assert!(inputs.len() > 1);
        let mut found: Vec<usize> = Vec::new();
        for input in &inputs {
            assert!(input.ids.len() <= 64, "{}", input.ids.len());
            assert!(input.markers.iter().all(|&(_, at)| input.ids[at] == encoder.open));
            found.extend(input.markers.iter().map(|(candidate, _)| candidate));
        }
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2]);
    }
}
