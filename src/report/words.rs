//! The sentences of a report that the terminal and Markdown share.

use super::text::{counted, fixed, grouped, percent, signed};
use super::{
    ActorRow, Audit, Audited, Contradiction, Corrected, Evidence, Figures, Header, Point, Report, Run, Share,
    Totals, Turn,
};
use crate::aggregate::bootstrap::Interval;
use crate::statement::{Basis, Mode};

/// The headline.
pub fn title(report: &Report) -> String {
    format!("Where actors stand on {}", report.header.topic)
}

/// How much there is: the first line under the headline.
pub fn extent(report: &Report) -> String {
    let actors = report.actors.len() + report.actors_not_listed;
    let mut text = format!(
        "{} by {} in {}",
        counted(report.totals.statements, "statement"),
        counted(actors, "actor"),
        counted(report.totals.articles_with_statements, "article"),
    );
    if let Some(period) = seen_between(report.header.first, report.header.last) {
        text.push_str(&format!(", {period}"));
    }
    text
}

/// "2026-01-03 to 2026-04-12", or the one date.
pub fn seen_between(
    first: Option<crate::article::PartialDate>,
    last: Option<crate::article::PartialDate>,
) -> Option<String> {
    let (first, last) = (first?, last?);
    Some(if first == last { first.to_string() } else { format!("{first} to {last}") })
}

/// What was read, and what became of it.
pub fn reading(totals: &Totals) -> String {
    let mut parts = vec![format!("{} scored", grouped(totals.articles_scored))];
    let mut add = |count: usize, one: &str, more: &str| {
        if count > 0 {
            parts.push(format!("{} {}", grouped(count), if count == 1 { one } else { more }));
        }
    };
    add(totals.articles_reused, "scored before", "scored before");
    add(totals.exact_duplicates, "exact copy", "exact copies");
    add(totals.near_duplicates, "near copy", "near copies");
    add(totals.refused.len(), "refused", "refused");
    add(totals.undated_articles, "without a date", "without a date");
    format!(
        "{} read: {}; {}",
        counted(totals.articles_read, "article"),
        parts.join(", "),
        counted(totals.sentences, "sentence"),
    )
}

/// What an audit says of all actors.
pub fn audit(audit: &Audit) -> String {
    let mut text =
        format!("audit: {} of {} drawn statements labelled", grouped(audit.labelled), grouped(audit.drawn));
    if audit.unmatched > 0 {
        text.push_str(&format!(", {} no longer found", grouped(audit.unmatched)));
    }
    match &audit.everyone {
        Some(all) => text.push_str(&format!("; all actors: {}", audited(all))),
        None if audit.outside > 0 => text.push_str(&format!(
            "; not applied: {} candidates of this report were not there to be drawn; select as for the audit, or draw anew",
            grouped(audit.outside)
        )),
        None => text.push_str("; too few labels for corrected figures"),
    }
    text
}

/// "index +0.20 raw, corrected +0.12 [+0.02, +0.22] by 40 labels (33 agree), about 310 statements".
pub fn audited(audited: &Audited) -> String {
    format!(
        "index {} raw, corrected {} [{}] by {} ({} agree), about {}",
        signed(audited.raw_index),
        signed(audited.index),
        bounds(audited.interval),
        counted(audited.labelled, "label"),
        grouped(audited.agreed),
        counted(audited.statements.round().max(0.0) as usize, "statement"),
    )
}

/// What corrections did, where there are any.
pub fn corrected(corrected: &Corrected) -> Option<String> {
    if corrected.applied == 0 && corrected.unmatched.is_empty() {
        return None;
    }
    let mut text = format!(
        "{} by hand: {} changed, {} dropped",
        counted(corrected.applied, "correction"),
        counted(corrected.changed, "statement"),
        grouped(corrected.dropped),
    );
    if !corrected.unmatched.is_empty() {
        text.push_str(&format!(
            "; {} not found: {}",
            grouped(corrected.unmatched.len()),
            corrected.unmatched.join("; ")
        ));
    }
    Some(text)
}

/// Models and runs.
pub fn provenance(header: &Header) -> Option<String> {
    provenance_of(&header.runs)
}

/// What was measured of the models, where that is known.
pub fn quality(header: &Header) -> Option<String> {
    let mut said: Vec<String> = header
        .runs
        .iter()
        .filter_map(|run| {
            let quality = run.quality.as_ref()?;
            Some(format!(
                "Measured of model {} in {}, on {} labelled sentences ({}): holder and stance right, F1 {} [{}, {}]; of the holders it \
                 finds, {} with the right stance; calibration error {}. The intervals of this report do not cover these errors.",
                run.model,
                quality.precision,
                grouped(quality.sentences),
                quality.labels,
                fixed(quality.f1, 2),
                fixed(quality.f1_low, 2),
                fixed(quality.f1_high, 2),
                percent(quality.stance_accuracy),
                fixed(quality.calibration_error, 3),
            ))
        })
        .collect();
    said.dedup();
    (!said.is_empty()).then(|| said.join(" "))
}

/// [`provenance`] of the runs alone.
pub fn provenance_of(runs: &[Run]) -> Option<String> {
    let mut models: Vec<String> = runs
        .iter()
        .map(|run| {
            let digest = if run.digest.is_empty() { String::new() } else { format!(" ({})", run.digest) };
            let precision =
                if run.precision.is_empty() { String::new() } else { format!(", {}", run.precision) };
            let threshold =
                run.threshold.map_or_else(String::new, |t| format!(", threshold {}", fixed(t, 2)));
            format!("{}{digest}{precision}{threshold}", run.model)
        })
        .collect();
    models.dedup();
    let runs: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    (!runs.is_empty()).then(|| {
        format!(
            "model{} {}; run{} {}",
            plural(models.len()),
            models.join(" and "),
            plural(runs.len()),
            runs.join(", ")
        )
    })
}

/// What was selected and what that left out; empty when all was counted.
pub fn selection(report: &Report) -> Option<String> {
    let header = &report.header;
    let mut only: Vec<String> = Vec::new();
    match (&header.from, &header.to) {
        (Some(from), Some(to)) => only.push(format!("from {from} to {to}")),
        (Some(from), None) => only.push(format!("from {from}")),
        (None, Some(to)) => only.push(format!("until {to}")),
        (None, None) => {}
    }
    only.extend(header.selection.iter().cloned());
    let left = &report.left_out;
    let mut out: Vec<String> = Vec::new();
    let mut add = |count: usize, what: &str| {
        if count > 0 {
            out.push(format!("{} {what}", grouped(count)));
        }
    };
    add(left.outside_period, "outside the period");
    add(left.imprecise, "with a date too coarse to tell");
    add(left.undated, "without a date");
    add(left.other_outlets, "of other outlets");
    let actors = (left.actors_below_minimum > 0)
        .then(|| format!("{} with too few statements", counted(left.actors_below_minimum, "actor")));
    let mut parts = Vec::new();
    if !only.is_empty() {
        parts.push(format!("selected: {}", only.join(", ")));
    }
    if !out.is_empty() {
        parts.push(format!("statements left out: {}", out.join(", ")));
    }
    parts.extend(actors.map(|a| format!("not shown: {a}")));
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// "+0.42 [+0.20, +0.61]" or "+0.42 [n/a]".
pub fn index(figures: &Figures) -> String {
    format!("{} [{}]", signed(figures.index), interval(figures).unwrap_or_else(|| "n/a".to_owned()))
}

/// "+0.20, +0.61".
pub fn bounds(interval: Interval) -> String {
    format!("{}, {}", signed(interval.low), signed(interval.high))
}

/// The same of an index.
pub fn interval(figures: &Figures) -> Option<String> {
    figures.interval.map(bounds)
}

/// "12 statements in 9 articles, 2026-01-03 to 2026-04-12".
pub fn volume(row: &ActorRow) -> String {
    let mut text = format!(
        "{} in {}",
        counted(row.figures.statements, "statement"),
        counted(row.figures.articles, "article")
    );
    if let Some(period) = seen_between(row.first, row.last) {
        text.push_str(&format!(", {period}"));
    }
    if row.undated > 0 {
        text.push_str(&format!(", {} undated", grouped(row.undated)));
    }
    text
}

/// "support 92% (11), conditional 8% (1), oppose 0% (0)".
pub fn shares(figures: &Figures) -> String {
    let one = |(stance, share): (crate::statement::Stance, Share)| {
        format!("{stance} {} ({})", percent(share.share), grouped(share.count))
    };
    figures.shares().map(one).join(", ")
}

/// Mode, basis and tone in one line.
pub fn manner(row: &ActorRow) -> String {
    let listed = |counts: &[(usize, &str)]| -> String {
        let some = counts.iter().filter(|(count, _)| *count > 0);
        some.map(|(count, what)| format!("{} {what}", grouped(*count))).collect::<Vec<_>>().join(", ")
    };
    let (modes, bases) = (&row.modes, &row.bases);
    let talks = listed(&[
        (modes.direct.count, "direct"),
        (modes.indirect.count, "indirect"),
        (modes.mediated.count, "mediated"),
        (modes.unspecified.count, "unspecified"),
    ]);
    let known = listed(&[
        (bases.statement.count, "said"),
        (bases.action.count, "done"),
        (bases.claimed.count, "claimed by others"),
    ]);
    format!("talks: {talks}; basis: {known}; tone toward the actor {}", signed(row.tone))
}

/// Where a sentence comes from and how it was read.
pub fn source(evidence: &Evidence) -> String {
    let mut parts = vec![format!("{} {}", evidence.stance, fixed(evidence.probability, 2))];
    if evidence.mode != Mode::Unspecified {
        parts.push(format!("{} talks", evidence.mode));
    }
    match (evidence.basis, &evidence.claimed_by) {
        (Basis::Claimed, Some(claimant)) => parts.push(format!("claimed by {claimant}")),
        (Basis::Claimed, None) => parts.push("claimed by another".to_owned()),
        (Basis::Action, _) => parts.push("action".to_owned()),
        (Basis::Statement, _) => {}
    }
    let place = [
        evidence.outlet.clone(),
        evidence.date.map(|date| date.to_string()),
        evidence.title.as_ref().map(|title| format!("\"{title}\"")),
    ];
    let place: Vec<String> = place.into_iter().flatten().collect();
    let place = if place.is_empty() { format!("article {}", evidence.article_id) } else { place.join(", ") };
    format!("{}; {place}, sentence {}", parts.join(", "), evidence.sentence_index + 1)
}

/// What the figures mean.
pub fn method(report: &Report) -> String {
    let method = &report.method;
    format!(
        "Index: {}, from -1 (opposes) to +1 (supports). In brackets its {} interval: {} ({} resamples); n/a with \
         fewer than {} articles.",
        method.index,
        percent(method.confidence),
        method.interval,
        grouped(method.replicates),
        method.least_articles,
    )
}

/// "2026-01 +0.42 [n/a] (n 3)": one period of a series.
pub fn point(point: &Point) -> String {
    format!("{} {} (n {})", point.period, index(&point.figures), grouped(point.figures.statements))
}

/// "turns between 2026-02-27 and 2026-03-04: +0.42 to -0.10, p 0.002".
pub fn turn(turn: &Turn) -> String {
    format!(
        "turns between {} and {}: {} to {}, p {}",
        turn.before,
        turn.after,
        signed(turn.from),
        signed(turn.to),
        fixed(turn.p, 3)
    )
}

/// "supports and opposes within 3 days".
pub fn contradiction(pair: &Contradiction) -> String {
    match pair.days.unsigned_abs() as usize {
        0 => "supports and opposes on the same day".to_owned(),
        days => format!("supports and opposes within {}", counted(days, "day")),
    }
}

/// "and 31 more actors".
pub fn not_listed(report: &Report) -> Option<String> {
    (report.actors_not_listed > 0).then(|| format!("and {}", counted(report.actors_not_listed, "more actor")))
}
