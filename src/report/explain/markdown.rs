//! The explained article as a Markdown page.

use std::io::{self, Write};

use super::{Explained, ExplainedSentence, extent, imprint};
use crate::report::markdown::escape;
use crate::report::text::fixed;
use crate::report::{Markdown, Renderer};

impl Renderer<Explained> for Markdown {
    fn render(&self, article: &Explained, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "# {}\n", escape(article.title.as_deref().unwrap_or(&article.article_id)))?;
        writeln!(out, "{}  \n{}", escape(&imprint(article)), escape(&extent(article)))?;
        if article.sentences.is_empty() {
            writeln!(out, "\nThe article has no text.")?;
        }
        for sentence in &article.sentences {
            writeln!(out, "\n**{}** {}\n", sentence.sentence.index + 1, marked(sentence))?;
            for candidate in &sentence.candidates {
                let verdict = candidate.verdict().map_or_else(
                    || "not scored".to_owned(),
                    |v| format!("**{}** {}; {}", v.stance, fixed(f64::from(v.probability), 2), v.manner()),
                );
                let counted = if candidate.statement.is_some() { "" } else { " (not counted)" };
                let (holder, why) = (escape(&candidate.holder()), escape(&candidate.why()));
                writeln!(out, "- {holder}: {verdict}{counted}. Why: {why}")?;
            }
        }
        Ok(())
    }
}

/// The sentence with its mentions in bold; of overlapping ones the first.
fn marked(sentence: &ExplainedSentence) -> String {
    let mut mentions: Vec<_> =
        sentence.candidates.iter().filter_map(|c| c.mention_in(sentence)).filter(|m| !m.is_empty()).collect();
    mentions.sort_by_key(|m| (m.start, m.end));
    let text = &sentence.text;
    let mut pieces = String::new();
    let mut at = 0;
    for mention in mentions {
        if mention.start < at {
            continue;
        }
        pieces.push_str(&spaced(&text[at..mention.start]));
        pieces.push_str(&format!("**{}**", escape(&text[mention.clone()])));
        at = mention.end;
    }
    pieces.push_str(&spaced(&text[at..]));
    pieces.trim().to_owned()
}

/// Escapes a piece of a sentence and keeps the spaces around it.
fn spaced(piece: &str) -> String {
    let space = |is: bool| if is { " " } else { "" };
    let inner = escape(piece);
    if inner.is_empty() {
        return space(!piece.is_empty()).to_owned();
    }
    let (before, after) = (piece.starts_with(char::is_whitespace), piece.ends_with(char::is_whitespace));
    format!("{}{inner}{}", space(before), space(after))
}
