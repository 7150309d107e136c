//! From the store to the details of a page: columns of all statements, and their texts in chunks.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::args::{SortKey, ViewArgs};
use super::chains::Chains;
use super::reading::{Read, numbers_of};
use crate::attribute::UNATTRIBUTED;
use crate::report::page::{ArticleLine, Chunk, Details, StatementText, web_address};
use crate::store::{LeanStatement, ScoredArticle};

/// Bytes of text after which a chunk is full.
const CHUNK: usize = 200_000;

/// Collects what a page shows of the statements, which come in the order of the selection's articles.
pub fn details(read: &Read<'_>, chains: Chains, view: &ViewArgs) -> Result<Details> {
    let Read { selection, wanted, corrected, .. } = read;
    let mut details = Details {
        only: numbers_of(wanted, &chains.names).map(|only| only.into_iter().collect::<BTreeSet<u32>>()),
        actors: chains.names,
        chains: chains.chains,
        outlets: selection.outlets().to_vec(),
        unattributed: UNATTRIBUTED,
        rolled_up: view.rollup,
        can_roll_up: view.rollup || wanted.is_empty(),
        min_statements: view.min_n,
        sort: match view.sort {
            SortKey::N => "n",
            SortKey::Index => "index",
        },
        ..Details::default()
    };
    let mut chunk = Chunk::default();
    let mut size = 0;
    let within = |lean: &LeanStatement| {
        let reach = |above: &u32| details.only.as_ref().is_none_or(|only| only.contains(above));
        if view.rollup { details.chains[lean.actor as usize].iter().any(reach) } else { reach(&lean.actor) }
    };
    let shown: Vec<(usize, &LeanStatement)> =
        corrected.statements.iter().enumerate().filter(|(_, lean)| within(lean)).collect();
    for of_article in shown.chunk_by(|(_, a), (_, b)| a.article == b.article) {
        let position = of_article[0].1.article as usize;
        let scored = selection.scored_article(position)?;
        let number = details.articles.len() as u32;
        details.articles.push(ArticleLine {
            id: scored.article.id.clone(),
            title: scored.article.title.clone(),
            date: scored.article.date.map(|date| date.to_string()),
            outlet: selection.articles()[position].outlet,
            url: scored.article.url.as_deref().and_then(web_address),
        });
        if chunk.statements.is_empty() {
            details.firsts.push(details.columns.article.len());
        }
        let mut shown: Option<usize> = None;
        for (number_in_report, lean) in of_article {
            let mut text = text_of(&scored, lean, &mut chunk, &mut shown, &mut size)
                .with_context(|| format!("article '{}': a statement is missing", scored.article.id))?;
            if let Some(reason) = corrected.reason(*number_in_report) {
                text.reason = reason.to_owned();
            }
            chunk.statements.push(text);
            let columns = &mut details.columns;
            columns.article.push(number);
            columns.sentence.push(lean.sentence);
            columns.actor.push(lean.actor);
            columns.stance.push(lean.stance.index() as u8);
            columns.mode.push(lean.mode.index() as u8);
            columns.basis.push(lean.basis.index() as u8);
            columns.leaning.push((lean.probabilities.leaning() * 1e4).round() as i32);
            columns.sure.push((lean.probabilities.to_array()[lean.stance.index()] * 100.0).round() as u8);
            columns.position.push(1.0 - lean.probabilities.none);
        }
        if size > CHUNK {
            details.chunks.push(std::mem::take(&mut chunk));
            size = 0;
        }
    }
    if !chunk.statements.is_empty() {
        details.chunks.push(chunk);
    }
    Ok(details)
}

/// A statement in its paragraph, which is added to the chunk unless it is the one `shown` last.
fn text_of(
    scored: &ScoredArticle,
    lean: &LeanStatement,
    chunk: &mut Chunk,
    shown: &mut Option<usize>,
    size: &mut usize,
) -> Option<StatementText> {
    let text = &scored.article.text;
    let sentence = scored.sentences.get(lean.sentence as usize)?;
    let statement = sentence.statements.get(lean.ordinal as usize)?;
    let paragraph = sentence.sentence.paragraph;
    let mut inside =
        scored.sentences.iter().map(|one| &one.sentence).filter(|one| one.paragraph == paragraph);
    let start = inside.next()?.span.start;
    let end = inside.next_back().map_or(sentence.sentence.span.end, |last| last.span.end);
    if *shown != Some(paragraph) {
        *shown = Some(paragraph);
        *size += end - start;
        chunk.paragraphs.push(text[start..end].to_owned());
    }
    // UTF-16 units from the beginning of the paragraph.
    let units = |byte: usize| text[start..byte.clamp(start, end)].chars().map(char::len_utf16).sum::<usize>();
    let mention =
        statement.candidate.mention.as_ref().map(|mention| [units(mention.start), units(mention.end)]);
    let reason = statement.candidate.reason.to_string();
    *size += reason.len() + 60;
    Some(StatementText {
        paragraph: chunk.paragraphs.len() - 1,
        start: units(sentence.sentence.span.start),
        end: units(sentence.sentence.span.end),
        mention,
        reason,
        claimed_by: statement.claimed_by().map(str::to_owned),
    })
}
