//! A sentence: a byte span of an article's text, with the paragraph it stands in.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One sentence of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Position in the article, from 0.
    pub index: usize,
    /// Bytes of the article's text, without surrounding white space. A dateline ("TEHRAN – ")
    /// and a speaker label ("MS. PSAKI:") that open the sentence are inside the span.
    pub span: Range<usize>,
    /// Paragraph in the article, from 0.
    pub paragraph: usize,
    /// What stands before the sentence proper.
    pub lead: Option<Lead>,
    /// In a transcript: the label of the speaker whose turn this sentence is part of.
    pub turn: Option<Range<usize>>,
    /// The sentence begins inside a quotation that an earlier sentence opened.
    pub in_quote: bool,
}

/// What can stand before the sentence proper, inside its span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lead {
    /// "TEHRAN, April 12 (Agency) – ", up to the first byte of the sentence proper.
    Dateline(Range<usize>),
    /// "MS. PSAKI:", the label alone; the sentence proper follows.
    Speaker(Range<usize>),
}

impl Sentence {
    /// The sentence as it stands in the article.
    pub fn text<'a>(&self, article_text: &'a str) -> &'a str {
        &article_text[self.span.clone()]
    }
}

/// Cuts `text` into sentences, in order; spans do not overlap and hold every non-space character.
pub fn segment(text: &str) -> Vec<Sentence> {
    let _ = text;
    todo!("segmentation")
}
