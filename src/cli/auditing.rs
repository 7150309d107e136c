//! From the store to an audit, and from a labelled audit to corrected figures.

use std::collections::HashMap;

use anyhow::Result;

use super::args::{AuditArgs, SelectArgs};
use super::reading;
use crate::aggregate::audit::{Labelled, Unit, corrected, inclusion};
use crate::aggregate::bootstrap::Random;
use crate::audit::{AuditRow, read};
use crate::classify::{CONTEXT_SENTENCES, Squeezed};
use crate::registry::Registry;
use crate::report::build::audited;
use crate::report::text::clean;
use crate::report::{Audit, Audited};
use crate::statement::Stance;
use crate::store::{LeanStatement, Selection, Store};

/// Draws the rows of an audit.
pub fn draw(store: &Store, args: &AuditArgs, registry: &Registry) -> Result<Vec<AuditRow>> {
    let (selection, statements) = candidates(store, &args.select, registry)?;
    let positions: Vec<f64> = statements.iter().map(|one| f64::from(1.0 - one.probabilities.none)).collect();
    let probabilities = inclusion(&positions, args.n);
    let mut random = Random::seeded(&format!("audit\n{}\n{}", args.seed, selection.configuration().digest()));
    let mut rows = Vec::new();
    for of_article in statements
        .iter()
        .zip(probabilities)
        .collect::<Vec<_>>()
        .chunk_by(|(a, _), (b, _)| a.article == b.article)
    {
        let drawn: Vec<&(&LeanStatement, f64)> =
            of_article.iter().filter(|(_, probability)| random.uniform() < *probability).collect();
        if drawn.is_empty() {
            continue;
        }
        let scored = selection.scored_article(drawn[0].0.article as usize)?;
        let squeezed = |index: usize| {
            scored.sentences.get(index).map(|one| Squeezed::new(one.sentence.text(&scored.article.text)).text)
        };
        for (lean, probability) in drawn {
            let at = lean.sentence as usize;
            let context: Vec<String> =
                (at.saturating_sub(CONTEXT_SENTENCES)..at).filter_map(squeezed).collect();
            let statement = scored.sentences.get(at).and_then(|s| s.statements.get(lean.ordinal as usize));
            let mention =
                statement.and_then(|s| s.candidate.mention.clone()).and_then(|m| scored.article.text.get(m));
            rows.push(AuditRow {
                article_id: scored.article.id.clone(),
                sentence_index: lean.sentence,
                probability: *probability,
                candidates: statements.len(),
                date: scored.article.date.map(|date| date.to_string()).unwrap_or_default(),
                title: scored.article.title.clone().unwrap_or_default(),
                context: context.join(" "),
                sentence: squeezed(at).unwrap_or_default(),
                actor: selection.actors()[lean.actor as usize].clone(),
                mention: mention.unwrap_or_default().to_owned(),
                label: String::new(),
                note: String::new(),
            });
        }
    }
    Ok(rows)
}

/// Every candidate that the selection has, with a position or without.
fn candidates<'store>(
    store: &'store Store,
    select: &SelectArgs,
    registry: &Registry,
) -> Result<(Selection<'store>, Vec<LeanStatement>)> {
    let filter = reading::filter(select, registry, true);
    let selection = reading::select(store, &filter, select.dispute.as_ref(), registry)?;
    let mut statements = Vec::new();
    selection.for_each_lean(|statement| statements.push(*statement))?;
    Ok((selection, statements))
}

/// What a labelled audit says of a selection: all together, and each actor by name.
pub fn audit(
    store: &Store,
    select: &SelectArgs,
    registry: &Registry,
) -> Result<Option<(Audit, HashMap<String, Audited>)>> {
    let Some(path) = &select.audit else { return Ok(None) };
    let rows = read(path)?;
    let (selection, statements) = candidates(store, select, registry)?;
    let mut units: Vec<Unit> = statements
        .iter()
        .map(|one| Unit {
            article: one.article,
            model: one.stance,
            leaning: f64::from(one.probabilities.leaning()),
            labelled: None,
        })
        .collect();
    let mut known: Vec<(&AuditRow, Stance)> = Vec::new();
    for row in &rows {
        known.extend(row.stance()?.map(|stance| (row, stance)));
    }
    // Rows left empty are taken as missing at random.
    let answered = known.len() as f64 / rows.len() as f64;
    let mut unmatched = 0;
    for (row, person) in &known {
        match place(row, &selection, &statements)? {
            None => unmatched += 1,
            Some(position) => {
                let probability = (row.probability * answered).min(1.0);
                units[position].labelled = Some(Labelled { person: *person, probability });
            }
        }
    }
    let mut of_actor: HashMap<u32, Vec<Unit>> = HashMap::new();
    for (one, unit) in statements.iter().zip(&units) {
        of_actor.entry(one.actor).or_default().push(*unit);
    }
    let actors = of_actor
        .into_iter()
        .filter_map(|(actor, units)| {
            Some((selection.actors()[actor as usize].clone(), audited(&corrected(&units)?)))
        })
        .collect();
    // What was not there to be drawn is not corrected for.
    let outside = statements.len().saturating_sub(rows[0].candidates);
    let everyone = if outside == 0 { corrected(&units).as_ref().map(audited) } else { None };
    let audit = Audit { drawn: rows.len(), labelled: known.len(), unmatched, outside, everyone };
    Ok(Some((audit, if outside == 0 { actors } else { HashMap::new() })))
}

/// Where a row's statement is among those of the selection.
fn place(row: &AuditRow, selection: &Selection, statements: &[LeanStatement]) -> Result<Option<usize>> {
    let wanted = clean(&row.sentence);
    for article in selection.positions(&row.article_id)?.unwrap_or_default() {
        let scored = selection.scored_article(article)?;
        let same = |index: u32| {
            let sentence = scored.sentences.get(index as usize);
            sentence.is_some_and(|one| clean(one.sentence.text(&scored.article.text)) == wanted)
        };
        let first = statements.partition_point(|one| (one.article as usize) < article);
        let of_article = || {
            (first..statements.len())
                .take_while(|&at| statements[at].article as usize == article)
                .filter(|&at| selection.actors()[statements[at].actor as usize] == row.actor)
                .filter(|&at| same(statements[at].sentence))
        };
        // Of two equal sentences, the one drawn.
        let found = of_article()
            .find(|&at| statements[at].sentence == row.sentence_index)
            .or_else(|| of_article().next());
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
