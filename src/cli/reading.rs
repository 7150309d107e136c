//! What is read of the store for a report or a side of a comparison: statements with a person's corrections over them, ready to be counted.

use std::collections::HashSet;

use anyhow::Result;

use super::args::SelectArgs;
use super::chains::Chains;
use super::correcting::{self, Corrected, correct};
use crate::aggregate::Observation;
use crate::dispute::{OneParty, Parties, PartySet, Reach, UnknownParty};
use crate::registry::Registry;
use crate::statement::Statement;
use crate::store::{Filter, LeanStatement, Scope, Selection, Store};

/// A selection and its statements.
pub struct Read<'store> {
    pub selection: Selection<'store>,
    /// Canonical names of the actors asked for; empty for all.
    pub wanted: Vec<String>,
    pub corrected: Corrected,
    /// Parallel to the corrected statements; the id of each is its position.
    pub observations: Vec<Observation>,
}

impl<'store> Read<'store> {
    /// Reads what `select` asks for, of `scope` where that is given. With a roll-up or corrections all actors are read, and to be
    /// narrowed to those wanted afterwards, with [`numbers_of`].
    pub fn new(
        store: &'store Store,
        select: &SelectArgs,
        scope: Option<Scope>,
        rollup: bool,
        registry: &Registry,
    ) -> Result<Self> {
        let corrections = correcting::read(select.corrections.as_deref(), store.path())?;
        let mut filter = filter(select, registry, false);
        filter.scope = scope.unwrap_or(filter.scope);
        let wanted = filter.actors.clone();
        if rollup || !corrections.is_empty() {
            filter.actors.clear();
        }
        let selection = self::select(store, &filter, select.dispute.as_ref(), registry)?;
        let mut statements = Vec::new();
        selection.for_each_lean(|statement| statements.push(*statement))?;
        let corrected = correct(&selection, statements, &corrections, registry)?;
        let observations = observations(&selection, &corrected.statements);
        Ok(Self { selection, wanted, corrected, observations })
    }

    /// Statements by the ids of their observations, as corrected.
    pub fn quoted(&self, ids: &[i64]) -> Result<Vec<Statement>> {
        let wanted: Vec<LeanStatement> =
            ids.iter().map(|&id| self.corrected.statements[id as usize]).collect();
        let mut found = self.selection.statements(&wanted)?;
        for (&id, statement) in ids.iter().zip(&mut found) {
            self.corrected.amend(id as usize, statement);
        }
        Ok(found)
    }
}

/// What of the store is read.
pub fn filter(select: &SelectArgs, registry: &Registry, include_none: bool) -> Filter {
    Filter {
        scope: select.run.clone().map_or(Scope::Latest, Scope::Run),
        from: select.from,
        to: select.to,
        actors: select.actor.iter().map(|name| registry.canonical(name)).collect(),
        outlets: select.outlet.clone(),
        include_none,
    }
}

/// Settles `filter`; of a dispute, only its sentences are read.
pub fn select<'store>(
    store: &'store Store,
    filter: &Filter,
    dispute: Option<&Parties>,
    registry: &Registry,
) -> Result<Selection<'store>> {
    let mut selection = store.select(filter)?;
    if let Some(parties) = dispute {
        let everybody = Filter { actors: Vec::new(), include_none: true, ..filter.clone() };
        let within = about(&store.select(&everybody)?, parties, registry)?;
        selection.keep_only(within);
    }
    Ok(selection)
}

/// The sentences of a selection of all candidates that are about a dispute: position of the article, index of the sentence.
fn about(selection: &Selection, parties: &Parties, registry: &Registry) -> Result<HashSet<(u32, u32)>> {
    let chains = Chains::new(selection, selection.actors(), registry);
    let parties: Vec<String> = parties.names().iter().map(|name| registry.canonical(name)).collect();
    if let Some(stranger) = parties.iter().find(|&name| !chains.names.contains(name)) {
        return Err(UnknownParty(stranger.clone()).into());
    }
    for (position, party) in parties.iter().enumerate() {
        let number = chains.names.iter().position(|name| name == party).expect("checked above");
        let above = chains.chains.get(number).map_or(&[][..], Vec::as_slice);
        let inside = |other: &String| above.iter().any(|&above| chains.names[above as usize] == *other);
        let others = parties.iter().enumerate().filter(|(other, _)| *other != position);
        if let Some((_, other)) = others.into_iter().find(|(_, other)| inside(other)) {
            return Err(OneParty(party.clone(), other.clone()).into());
        }
    }
    let set = |names: &mut dyn Iterator<Item = &str>| -> PartySet {
        names
            .filter_map(|name| parties.iter().position(|party| party == name))
            .fold(0, |set, bit| set | 1 << bit)
    };
    let of_actor: Vec<PartySet> =
        (0..chains.chains.len()).map(|actor| set(&mut chains.names_above(actor))).collect();
    let of_title = |article: u32| -> Result<PartySet> {
        let title = selection.title(article as usize)?.unwrap_or_default();
        let named = registry.matches(&title);
        let chained = named.iter().flat_map(|found| registry.chain(found.actor));
        Ok(set(&mut chained.map(|id| registry.actor(id).name.as_str())))
    };
    let mut named: Vec<(u32, u32, PartySet)> = Vec::new();
    selection.for_each_lean(|lean| match named.last_mut() {
        Some((article, sentence, set)) if (*article, *sentence) == (lean.article, lean.sentence) => {
            *set |= of_actor[lean.actor as usize];
        }
        _ => named.push((lean.article, lean.sentence, of_actor[lean.actor as usize])),
    })?;
    let mut within = HashSet::new();
    for of_article in named.chunk_by(|a, b| a.0 == b.0) {
        let article = of_article[0].0;
        let mut reach = Reach::new(of_title(article)?);
        let mut named = of_article.iter().peekable();
        for sentence in 0..selection.articles()[article as usize].sentences {
            let set = named.next_if(|one| one.1 == sentence).map_or(0, |one| one.2);
            if reach.covers(sentence, set) {
                within.insert((article, sentence));
            }
        }
    }
    Ok(within)
}

/// Positions of the actors `wanted` among `names`; `None` when all are.
pub fn numbers_of(wanted: &[String], names: &[String]) -> Option<HashSet<u32>> {
    (!wanted.is_empty())
        .then(|| (0..names.len() as u32).filter(|&actor| wanted.contains(&names[actor as usize])).collect())
}

fn observations(selection: &Selection, statements: &[LeanStatement]) -> Vec<Observation> {
    let articles = selection.articles();
    statements
        .iter()
        .enumerate()
        .map(|(position, lean)| Observation {
            statement: position as i64,
            actor: lean.actor,
            article: lean.article,
            sentence: lean.sentence,
            date: articles[lean.article as usize].date,
            outlet: articles[lean.article as usize].outlet,
            stance: lean.stance,
            probabilities: lean.probabilities,
            mode: lean.mode,
            basis: lean.basis,
            tone: lean.tone,
        })
        .collect()
}
