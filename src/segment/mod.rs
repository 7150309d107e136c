//! A sentence: a byte span of an article's text, with the paragraph it stands in.
//!
//! [`segment`] works in three steps, each in its own module and each linear in the text:
//! `layout` finds the paragraphs (undoing hard line wraps), `lead` recognises what stands before
//! the first sentence of a paragraph (a dateline, a speaker label), and `boundary` cuts the rest
//! at full stops and their kin: `marks` reads the stops, `follower` the word after them, `items`
//! the markers of lists, `quotes` keeps the quotation state, and the word lists are in
//! `abbreviations` and `words`. A quotation of several sentences is cut like any other text; its later
//! sentences are marked [`Sentence::in_quote`].

mod abbreviations;
mod boundary;
mod chars;
mod follower;
mod items;
mod layout;
mod lead;
mod marks;
mod quotes;
mod words;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Counts up when the same text may be cut differently; part of what decides a score.
pub const VERSION: u32 = 1;

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

/// Cuts `text` into sentences, in order; spans do not overlap and hold every non-space character
/// (zero-width characters count as space).
pub fn segment(text: &str) -> Vec<Sentence> {
    let paragraphs = layout::paragraphs(text);
    let labels = lead::Labels::collect(text, &paragraphs);
    let mut sentences = Vec::with_capacity(text.len() / 128 + paragraphs.len());
    let mut turn: Option<Range<usize>> = None;
    let mut quotes = quotes::Quotes::default();
    for (number, paragraph) in paragraphs.iter().enumerate() {
        if lead::ends_transcript(&text[paragraph.clone()]) {
            turn = None;
        }
        let opening = labels.lead_at(text, paragraph.clone(), turn.is_some());
        quotes.enter_paragraph(text, paragraph.clone());
        boundary::cut(text, paragraph.clone(), opening, &mut quotes, |piece| {
            if let Some(Lead::Speaker(label)) = &piece.lead {
                turn = Some(label.clone());
            }
            sentences.push(Sentence {
                index: sentences.len(),
                span: piece.span,
                paragraph: number,
                lead: piece.lead,
                turn: turn.clone(),
                in_quote: piece.in_quote,
            });
        });
    }
    sentences
}
