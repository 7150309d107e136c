//! The sentences of a comparison that the terminal and Markdown share.

use super::super::text::{counted, fixed, grouped, percent, signed};
use super::super::words::{bounds, interval};
use super::{ChangeRow, ComparisonReport, Figures, SideHeader, Verdict};

/// The headline.
pub fn title(report: &ComparisonReport) -> String {
    format!("How stances on {} differ: {} (a) and {} (b)", report.topic, report.a.label, report.b.label)
}

/// How many moved.
pub fn answer(report: &ComparisonReport) -> String {
    format!(
        "In b, {} more supportive and {} less, of {} that could be tested",
        counted(report.more_supportive, "actor"),
        grouped(report.less_supportive),
        grouped(report.tested),
    )
}

/// "a: 2026-01 to 2026-03, 120 statements in 80 articles".
pub fn side(letter: char, side: &SideHeader) -> String {
    let left = &side.left_out;
    let out: Vec<String> = [
        (left.undated, "without a date"),
        (left.imprecise, "with a date too coarse to tell"),
        (left.other_outlets, "of other outlets"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", grouped(count)))
    .collect();
    let out = if out.is_empty() { String::new() } else { format!("; left out: {}", out.join(", ")) };
    format!(
        "{letter}: {}, {} in {}{out}",
        side.label,
        counted(side.statements, "statement"),
        counted(side.articles, "article")
    )
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::MoreSupportive => "more supportive",
        Verdict::LessSupportive => "less supportive",
        Verdict::NoClearDifference => "no clear difference",
        Verdict::TooFewArticles => "too few articles",
        Verdict::OnlyA => "only in a",
        Verdict::OnlyB => "only in b",
    }
}

/// "+0.42 (n 12)" or "-".
pub fn level(figures: Option<&Figures>) -> String {
    figures.map_or_else(|| "-".to_owned(), |f| format!("{} (n {})", signed(f.index), grouped(f.statements)))
}

/// "+0.42 [+0.20, +0.61]".
pub fn difference(row: &ChangeRow) -> String {
    let Some(difference) = row.difference else { return "-".to_owned() };
    let interval = row.interval.map_or_else(|| "n/a".to_owned(), bounds);
    format!("{} [{interval}]", signed(difference))
}

/// Three digits; "<0.001" below.
pub fn p(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(p) if p < 0.001 => "<0.001".to_owned(),
        Some(p) => fixed(p, 3),
    }
}

/// "a +0.10 [-0.10, +0.30], 12 statements in 9 articles: support 60%, conditional 10%, oppose 30%".
pub fn figures(letter: char, figures: Option<&Figures>) -> Option<String> {
    figures.map(|figures| {
        let shares: Vec<String> = figures
            .shares()
            .iter()
            .map(|(stance, share)| format!("{stance} {}", percent(share.share)))
            .collect();
        format!(
            "{letter} {} [{}], {} in {}: {}",
            signed(figures.index),
            interval(figures).unwrap_or_else(|| "n/a".to_owned()),
            counted(figures.statements, "statement"),
            counted(figures.articles, "article"),
            shares.join(", ")
        )
    })
}

/// "made of: new statements +0.30, mix of outlets +0.12".
pub fn parts(row: &ChangeRow) -> Option<String> {
    let parts: Vec<String> =
        row.parts.iter().map(|part| format!("{} {}", part.cause, signed(part.amount))).collect();
    (!parts.is_empty()).then(|| format!("made of: {}", parts.join(", ")))
}

pub fn not_listed(report: &ComparisonReport) -> Option<String> {
    let mut more = Vec::new();
    if report.actors_not_listed > 0 {
        more.push(format!("and {}", counted(report.actors_not_listed, "more actor")));
    }
    if report.actors_below_minimum > 0 {
        more.push(format!("{} with too few statements", counted(report.actors_below_minimum, "actor")));
    }
    (!more.is_empty()).then(|| more.join("; "))
}

pub fn method(report: &ComparisonReport) -> String {
    let method = &report.method;
    format!(
        "Difference: index of b less index of a. In brackets its 95% interval: {} ({} resamples). p: {} (at most {} drawn), \
         from {} on each side; q: {}. A difference is called one at q of {} or less.",
        method.interval,
        grouped(method.replicates),
        method.test,
        grouped(method.permutations),
        counted(method.least_articles, "article"),
        method.correction,
        fixed(method.level, 2),
    )
}

/// What to say where there is nothing to compare.
pub fn nothing(report: &ComparisonReport) -> Option<String> {
    let empty = |side: &SideHeader| side.statements == 0;
    let which = match (empty(&report.a), empty(&report.b)) {
        (false, false) => return None,
        (true, true) => "Neither side has a statement",
        (true, false) => "Side a has no statement",
        (false, true) => "Side b has no statement",
    };
    Some(format!("{which}. Check the dates and names: `detente runs`, `detente report --by month`."))
}
