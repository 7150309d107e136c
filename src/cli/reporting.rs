//! From the store to a rendered report: reads the lean statements, aggregates, fetches what is quoted, renders.

use std::io::Write;

use anyhow::Result;

use super::args::{Common, Period, ReportFormat, SelectArgs, SortKey, ViewArgs};
use super::chains::Chains;
use super::reading::{Read, numbers_of};
use crate::aggregate::period::By;
use crate::aggregate::{self, Options, aggregate};
use crate::registry::Registry;
use crate::report::page::{self, Details};
use crate::report::{
    self, Csv, Header, Json, Listing, Markdown, Order, Parquet, Renderer, Report, Run, Table, Terminal,
    Totals,
};
use crate::store::{QUALITY, Selection, Store};

/// Builds the report that `select` and `view` ask for.
pub fn build(store: &Store, select: &SelectArgs, view: &ViewArgs, registry: &Registry) -> Result<Report> {
    Ok(build_with_details(store, select, view, registry)?.0)
}

/// The report and, for a page, the statements behind it.
fn build_with_details(
    store: &Store,
    select: &SelectArgs,
    view: &ViewArgs,
    registry: &Registry,
) -> Result<(Report, Option<Details>)> {
    let read = Read::new(store, select, None, view.rollup, registry)?;
    let Read { selection, wanted, corrected, observations } = &read;

    let tree = view.rollup.then(|| Chains::new(selection, &corrected.names, registry));
    let names: &[String] = tree.as_ref().map_or(&corrected.names, |tree| &tree.names);
    let roll_up =
        |actor: u32| tree.as_ref().map_or_else(|| vec![actor], |tree| tree.chains[actor as usize].clone());
    let options = Options {
        by: view.by.or((view.format == ReportFormat::Html).then_some(Period::Month)).map(
            |period| match period {
                Period::Day => By::Day,
                Period::Week => By::Week,
                Period::Month => By::Month,
                Period::Quarter => By::Quarter,
            },
        ),
        roll_up: view.rollup.then_some(&roll_up),
    };
    let picked = aggregate::Selection {
        actors: numbers_of(wanted, names),
        min_statements: view.min_n,
        ..Default::default()
    };
    let aggregates = aggregate(observations, names, &picked, options);
    let listing = Listing {
        order: match view.sort {
            SortKey::N => Order::Count,
            SortKey::Index => Order::Index,
        },
        limit: match view.format {
            ReportFormat::Terminal | ReportFormat::Markdown if !view.all => Some(view.top),
            _ => None,
        },
    };
    let mut totals = totals(store, selection)?;
    totals.corrected = corrected.counted.clone();
    let mut report =
        report::build(&aggregates, names, header(store, selection, select)?, totals, listing, &mut |ids| {
            read.quoted(ids)
        })?;
    if let Some((audit, by_actor)) = super::auditing::audit(store, select, registry)? {
        report.audit = Some(audit);
        // A rolled-up actor counts others' statements too; the labels are of its own.
        if !view.rollup {
            for row in &mut report.actors {
                row.audited = by_actor.get(&row.actor).copied();
            }
        }
    }
    let details = match (view.format, tree) {
        (ReportFormat::Html, tree) => {
            let chains = tree.unwrap_or_else(|| Chains::new(selection, &corrected.names, registry));
            Some(super::paging::details(&read, chains, view)?)
        }
        _ => None,
    };
    Ok((report, details))
}

/// The actors, outlets and dispute that were selected, in words.
pub(super) fn chosen(select: &SelectArgs) -> Vec<String> {
    let actors = select.actor.iter().map(|actor| format!("actor {actor}"));
    let outlets = select.outlet.iter().map(|outlet| format!("outlet {outlet}"));
    let dispute = select.dispute.iter().map(|parties| format!("dispute {parties}"));
    actors.chain(outlets).chain(dispute).collect()
}

fn header(store: &Store, selection: &Selection, select: &SelectArgs) -> Result<Header> {
    let configuration = selection.configuration();
    let mut chosen = chosen(select);
    let others =
        store.runs()?.iter().filter(|run| run.configuration.digest() != configuration.digest()).count();
    if others > 0 && select.run.is_none() {
        chosen.push(format!(
            "configuration {}; {others} other run(s) in the store used another model or other settings",
            configuration.digest()
        ));
    }
    Ok(Header {
        topic: configuration.topic.clone(),
        runs: run_header(selection),
        selection: chosen,
        from: select.from.map(|date| date.to_string()),
        to: select.to.map(|date| date.to_string()),
        ..Header::default()
    })
}

/// The runs of a selection, as a report names them.
pub(super) fn run_header(selection: &Selection) -> Vec<Run> {
    let configuration = selection.configuration();
    let run = |id: &String| Run {
        id: id.clone(),
        model: configuration.model.clone(),
        digest: configuration.model_digest.chars().take(8).collect(),
        precision: configuration.precision.clone(),
        threshold: configuration.settings["none_below"].as_str().and_then(|t| t.parse().ok()),
        quality: serde_json::from_value(configuration.settings[QUALITY].clone()).ok(),
    };
    selection.runs().iter().map(run).collect()
}

fn totals(store: &Store, selection: &Selection) -> Result<Totals> {
    let sums = selection.totals();
    let mut totals = Totals {
        exact_duplicates: sums.duplicates_exact as usize,
        near_duplicates: sums.duplicates_near as usize,
        undated_articles: sums.undated as usize,
        sentences: sums.sentences as usize,
        articles_scored: sums.articles as usize,
        articles_read: (sums.articles + sums.duplicates_exact + sums.duplicates_near) as usize,
        ..Totals::default()
    };
    for id in selection.runs() {
        for refusal in store.refusals(id)? {
            let record = refusal.record.map_or_else(String::new, |record| format!(", record {record}"));
            totals.refused.push(report::Refusal {
                input: format!("{}{record}", refusal.path.display()),
                reason: refusal.reason,
            });
        }
    }
    // A bad file that stays in a folder is refused by every run over it.
    totals.refused.sort_by(|a, b| (&a.input, &a.reason).cmp(&(&b.input, &b.reason)));
    totals.refused.dedup();
    totals.articles_read += totals.refused.len();
    if let [only] = selection.runs() {
        totals.articles_reused = store.run(only)?.counts.reused as usize;
    }
    Ok(totals)
}

/// Renders `report` in the format that `view` asks for. `width` in columns, for the terminal; `details` for a page.
fn render(
    report: &Report,
    details: Option<&Details>,
    view: &ViewArgs,
    width: usize,
    color: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let table = if view.by.is_some() { Table::Series } else { Table::Actors };
    match view.format {
        ReportFormat::Html => page::render(report, details.unwrap_or(&Details::default()), out),
        ReportFormat::Terminal => Terminal { width, color, ascii: view.ascii }.render(report, out),
        ReportFormat::Markdown => Markdown.render(report, out),
        ReportFormat::Json => Json.render(report, out),
        ReportFormat::Csv => Csv { table }.render(report, out),
        ReportFormat::Parquet => Parquet { table }.render(report, out),
    }
}

/// Columns of the terminal; 100 where there is none.
pub fn terminal_width() -> usize {
    terminal_size::terminal_size()
        .map_or(100, |(terminal_size::Width(columns), _)| usize::from(columns).max(40))
}

/// Builds and prints the report to standard output.
pub fn print(
    store: &Store,
    select: &SelectArgs,
    view: &ViewArgs,
    registry: &Registry,
    common: &Common,
) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match write(store, select, view, registry, (terminal_width(), common.use_color()), &mut out)? {
        // The reader of a pipe may stop early.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Builds the report and writes it for a terminal of so many columns, with colour or without. The inner result tells of
/// the writing.
pub fn write(
    store: &Store,
    select: &SelectArgs,
    view: &ViewArgs,
    registry: &Registry,
    (width, color): (usize, bool),
    out: &mut dyn Write,
) -> Result<std::io::Result<()>> {
    let (report, details) = build_with_details(store, select, view, registry)?;
    Ok(render(&report, details.as_ref(), view, width, color, out).and_then(|()| out.flush()))
}
