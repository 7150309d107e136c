//! Building a report: the one place where counts become the figures that readers see.

use std::cmp::Ordering;
use std::collections::HashMap;

use anyhow::Context;

use crate::aggregate::audit::Corrected;
use crate::aggregate::bootstrap::{self, Interval};
use crate::aggregate::turning::TurningPoint;
use crate::aggregate::{Aggregates, Standing, Tally, earliest, evidence, latest};
use crate::statement::Statement;

use super::{
    ActorRow, Audited, BasisCounts, Contradiction, Evidence, Figures, Header, Method, ModeCounts, Point,
    Report, SCHEMA_VERSION, SeriesAxis, Share, Totals, Turn,
};

/// Order of the actors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Most statements first.
    #[default]
    Count,
    /// Most supportive first.
    Index,
}

/// Which actors to list, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listing {
    pub order: Order,
    /// Most actors listed; all when `None`.
    pub limit: Option<usize>,
}

/// Builds a report. `names` are the actors' names, as given to [`crate::aggregate::aggregate`];
/// `header` and `totals` are what the caller knows, the rest is filled in here. `statements` is
/// called once, with the ids of all statements that might be quoted, and answers in their order.
pub fn build(
    aggregates: &Aggregates,
    names: &[String],
    mut header: Header,
    mut totals: Totals,
    listing: Listing,
    statements: &mut dyn FnMut(&[i64]) -> anyhow::Result<Vec<Statement>>,
) -> anyhow::Result<Report> {
    let mut ranked: Vec<&Standing> = aggregates.standings.iter().collect();
    let name = |s: &Standing| names[s.actor as usize].as_str();
    ranked.sort_by(|a, b| match listing.order {
        Order::Count => by_count(a, b).then_with(|| by_index(a, b)).then_with(|| name(a).cmp(name(b))),
        Order::Index => by_index(a, b).then_with(|| by_count(a, b)).then_with(|| name(a).cmp(name(b))),
    });
    let listed = ranked.len().min(listing.limit.unwrap_or(usize::MAX));

    let mut ids: Vec<i64> = ranked[..listed]
        .iter()
        .flat_map(|s| {
            let of_pairs = s.contradictions.iter().flat_map(|c| [c.support, c.oppose]);
            let of_turns = s.shown.iter().flatten().flat_map(|shown| [shown.before, shown.after]);
            s.shortlist.ids().chain(of_pairs).chain(of_turns)
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let texts = if ids.is_empty() { Vec::new() } else { statements(&ids)? };
    anyhow::ensure!(texts.len() == ids.len(), "{} sentences were asked for, {} came", ids.len(), texts.len());
    let by_id: HashMap<i64, &Statement> = ids.iter().copied().zip(&texts).collect();
    let quoted = |id: i64| by_id.get(&id).map(|statement| quotation(statement));

    let periods: Vec<String> = aggregates.periods.iter().map(ToString::to_string).collect();
    let mut actors = Vec::with_capacity(listed);
    for (position, standing) in ranked[..listed].iter().enumerate() {
        let mut row = row(standing, name(standing), &periods).context("inconsistent aggregates")?;
        row.rank = Some(position + 1);
        row.evidence = evidence::choose(&standing.shortlist, |id| by_id.get(&id).copied())
            .into_iter()
            .map(quotation)
            .collect();
        let both = |pair: &crate::aggregate::contradictions::Contradiction| {
            Some(Contradiction {
                days: pair.days,
                support: quoted(pair.support)?,
                oppose: quoted(pair.oppose)?,
            })
        };
        for (turn, shown) in row.turns.iter_mut().zip(&standing.shown) {
            turn.around = shown.and_then(|shown| Some([quoted(shown.before)?, quoted(shown.after)?]));
        }
        row.contradictions = standing.contradictions.iter().filter_map(both).collect();
        actors.push(row);
    }
    let unattributed = aggregates.unattributed.as_ref().map(|s| row(s, name(s), &periods)).transpose()?;

    let everyone = || aggregates.standings.iter().chain(&aggregates.unattributed);
    header.first = earliest(everyone().filter_map(|s| s.first));
    header.last = latest(everyone().filter_map(|s| s.last));
    totals.statements = aggregates.statements;
    totals.articles_with_statements = aggregates.articles;
    totals.unattributed = unattributed.as_ref().map_or(0, |row| row.figures.statements);
    Ok(Report {
        schema_version: SCHEMA_VERSION,
        header,
        totals,
        left_out: aggregates.left_out,
        actors_not_listed: ranked.len() - listed,
        actors,
        unattributed,
        audit: None,
        series: aggregates.by.map(|by| SeriesAxis { by: by.as_str(), periods }),
        method: Method {
            index: "mean of P(support) - P(oppose) over the actor's statements",
            interval: "percentile bootstrap over articles, with one imaginary half-size article on either side",
            replicates: bootstrap::REPLICATES,
            confidence: bootstrap::CONFIDENCE,
            least_articles: bootstrap::MIN_ARTICLES,
        },
    })
}

fn by_count(a: &Standing, b: &Standing) -> Ordering {
    b.tally.statements.cmp(&a.tally.statements).then(b.tally.articles.cmp(&a.tally.articles))
}

fn by_index(a: &Standing, b: &Standing) -> Ordering {
    round(b.tally.index).total_cmp(&round(a.tally.index))
}

fn row(standing: &Standing, name: &str, periods: &[String]) -> anyhow::Result<ActorRow> {
    let n = standing.tally.statements;
    let [direct, indirect, mediated, unspecified] = standing.modes.map(|count| share(count, n));
    let [statement, action, claimed] = standing.bases.map(|count| share(count, n));
    let point = |(position, tally): &(usize, Tally)| -> anyhow::Result<Point> {
        let period = periods.get(*position).with_context(|| format!("period {position} of {name}"))?;
        Ok(Point { period: period.clone(), figures: figures(tally) })
    };
    Ok(ActorRow {
        rank: None,
        actor: name.to_owned(),
        figures: figures(&standing.tally),
        modes: ModeCounts { direct, indirect, mediated, unspecified },
        bases: BasisCounts { statement, action, claimed },
        tone: round(standing.tone),
        first: standing.first,
        last: standing.last,
        undated: standing.undated,
        imprecise: standing.imprecise,
        evidence: Vec::new(),
        series: standing.series.iter().map(point).collect::<anyhow::Result<_>>()?,
        turns: standing.turns.iter().map(turn).collect(),
        contradictions: Vec::new(),
        audited: None,
    })
}

pub(super) fn figures(tally: &Tally) -> Figures {
    let [support, conditional, oppose] = tally.stances.map(|count| share(count, tally.statements));
    Figures {
        statements: tally.statements,
        articles: tally.articles,
        support,
        conditional,
        oppose,
        index: round(tally.index),
        interval: tally.interval.map(bounds),
    }
}

fn turn(point: &TurningPoint) -> Turn {
    Turn {
        before: point.before.to_string(),
        after: point.after.to_string(),
        from: round(point.from),
        to: round(point.to),
        p: round(point.p),
        around: None,
    }
}

fn share(count: usize, of: usize) -> Share {
    Share { count, share: if of == 0 { 0.0 } else { round(count as f64 / of as f64) } }
}

/// The bounds to four digits.
pub(super) fn bounds(interval: Interval) -> Interval {
    Interval { low: round(interval.low), high: round(interval.high) }
}

/// What an audit says, rounded.
pub fn audited(found: &Corrected) -> Audited {
    Audited {
        labelled: found.labelled,
        agreed: found.agreed,
        statements: round(found.corrected_statements),
        raw_index: round(found.index),
        index: round(found.corrected_index),
        interval: bounds(found.interval),
    }
}

/// To four digits; never minus zero.
pub fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0 + 0.0
}

pub(super) fn quotation(statement: &Statement) -> Evidence {
    let of_stance = statement.probabilities.to_array()[statement.stance.index()];
    Evidence {
        stance: statement.stance,
        probability: round(f64::from(of_stance)),
        mode: statement.mode,
        basis: statement.basis,
        claimed_by: statement.claimed_by.clone(),
        sentence: statement.sentence.clone(),
        mention: statement.mention.clone(),
        reason: statement.reason.clone(),
        article_id: statement.article_id.clone(),
        sentence_index: statement.sentence_index,
        title: statement.title.clone(),
        date: statement.date,
        outlet: statement.outlet.clone(),
        url: statement.url.clone(),
    }
}
