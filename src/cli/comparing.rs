//! From the store to a comparison: reads both sides, compares, fetches what is quoted, renders.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use anyhow::{Result, anyhow};

use super::args::{CompareArgs, ReportFormat, SideArg};
use super::chains::Chains;
use super::exit::Failure;
use super::reading::{Read, numbers_of};
use super::reporting::{chosen, run_header};
use crate::aggregate::compare::{Kind, Side, compare};
use crate::aggregate::{Observation, Options, Selection as Picked};
use crate::registry::Registry;
use crate::report::comparison::{About, ComparisonReport, build as build_report};
use crate::report::{Csv, Json, Markdown, Parquet, Renderer, Terminal};
use crate::store::{Scope, Store};

/// Builds the comparison that `args` ask for.
pub fn build(
    store: &Store,
    args: &CompareArgs,
    sides: (&SideArg, &SideArg),
    registry: &Registry,
) -> Result<ComparisonReport, Failure> {
    let of_runs = match sides {
        (SideArg::Period(..), SideArg::Period(..)) | (SideArg::Outlet(_), SideArg::Outlet(_)) => false,
        (SideArg::Run(_), SideArg::Run(_)) => true,
        _ => {
            return Err(Failure::usage(anyhow!(
                "--a and --b must be of one kind: two periods, two outlets or two runs; got '{}' and '{}'",
                sides.0,
                sides.1
            )));
        }
    };
    if args.format == ReportFormat::Html {
        return Err(Failure::usage(anyhow!(
            "a comparison is printed as terminal, markdown, json, csv or parquet, not as html"
        )));
    }
    if args.select.audit.is_some() {
        return Err(Failure::usage(anyhow!("--audit corrects reports, not comparisons; leave it out here")));
    }
    if of_runs && args.select.run.is_some() {
        return Err(Failure::usage(anyhow!("--run does not go with two runs to compare")));
    }
    settle(store, args, sides, registry, of_runs)
}

fn settle(
    store: &Store,
    args: &CompareArgs,
    (a, b): (&SideArg, &SideArg),
    registry: &Registry,
    of_runs: bool,
) -> Result<ComparisonReport, Failure> {
    let read = |run: Option<&String>| {
        Read::new(store, &args.select, run.cloned().map(Scope::Run), args.rollup, registry)
    };
    fn run(side: &SideArg) -> Option<&String> {
        match side {
            SideArg::Run(id) => Some(id),
            _ => None,
        }
    }
    let first = read(run(a))?;
    let second = run(b).map(|id| read(Some(id))).transpose()?;
    let reads = || std::iter::once(&first).chain(&second);
    let mut shared = Shared::default();
    let observations: Vec<Vec<Observation>> = reads().map(|read| shared.numbered(read)).collect();
    // Chains of either selection, in the shared numbering.
    let mut chains: HashMap<u32, Vec<u32>> = HashMap::new();
    if args.rollup {
        for read in reads() {
            let of_side = Chains::new(&read.selection, &read.corrected.names, registry);
            for (actor, name) in read.corrected.names.iter().enumerate() {
                let chain = of_side.names_above(actor).map(|name| shared.actor(name)).collect();
                let number = shared.actor(name);
                chains.entry(number).or_insert(chain);
            }
        }
    }
    let names = shared.names;
    let roll_up = |actor: u32| chains.get(&actor).cloned().unwrap_or_else(|| vec![actor]);
    let options = Options { by: None, roll_up: args.rollup.then_some(&roll_up) };
    let of_actors = numbers_of(&first.wanted, &names);
    let picked = |side: &SideArg| -> Result<Picked, Failure> {
        let mut picked =
            Picked { actors: of_actors.clone(), min_statements: args.min_n, ..Picked::default() };
        match side {
            SideArg::Period(from, to) => {
                picked.from = from.map(|date| date.first_day());
                picked.to = to.map(|date| date.last_day());
            }
            SideArg::Outlet(name) => {
                let Some(position) = first.selection.outlets().iter().position(|outlet| outlet == name)
                else {
                    let known = first.selection.outlets();
                    let some: Vec<&str> = known.iter().take(8).map(String::as_str).collect();
                    let advice = if some.is_empty() {
                        "its articles name none".to_owned()
                    } else {
                        format!("among its {}: {}", known.len(), some.join(", "))
                    };
                    return Err(Failure::usage(anyhow!("the store has no outlet '{name}'; {advice}")));
                };
                picked.outlets = Some(HashSet::from([position as u32]));
            }
            SideArg::Run(_) => {}
        }
        Ok(picked)
    };
    let (picked_a, picked_b) = (picked(a)?, picked(b)?);
    let (in_a, in_b) = (&observations[0], observations.last().unwrap_or(&observations[0]));
    let comparison = compare(
        Side { observations: in_a, selection: &picked_a },
        Side { observations: in_b, selection: &picked_b },
        &names,
        if of_runs { Kind::Runs } else { Kind::Articles },
        options,
    );
    let read_b = second.as_ref().unwrap_or(&first);
    let mut runs = run_header(&first.selection);
    for run in run_header(&read_b.selection) {
        if !runs.contains(&run) {
            runs.push(run);
        }
    }
    let mut selection = chosen(&args.select);
    selection.extend(args.select.from.map(|date| format!("from {date}")));
    selection.extend(args.select.to.map(|date| format!("until {date}")));
    let about = About {
        topic: first.selection.configuration().topic.clone(),
        runs,
        selection,
        corrected: match &second {
            None => first.corrected.counted.clone(),
            Some(second) => first.corrected.counted.clone().with(&second.corrected.counted),
        },
        labels: [a.to_string(), b.to_string()],
        of_runs,
        limit: match args.format {
            ReportFormat::Terminal | ReportFormat::Markdown if !args.all => Some(args.top),
            _ => None,
        },
    };
    let mut fetch = |side: usize, ids: &[i64]| if side == 0 { first.quoted(ids) } else { read_b.quoted(ids) };
    Ok(build_report(&comparison, &names, about, &mut fetch)?)
}

/// One numbering of actors, articles and outlets over two selections.
#[derive(Default)]
struct Shared {
    names: Vec<String>,
    actors: HashMap<String, u32>,
    articles: HashMap<i64, u32>,
    outlets: HashMap<String, u32>,
}

impl Shared {
    fn actor(&mut self, name: &str) -> u32 {
        if let Some(number) = self.actors.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.actors.insert(name.to_owned(), number);
        number
    }

    fn numbered(&mut self, read: &Read<'_>) -> Vec<Observation> {
        let actors: Vec<u32> = read.corrected.names.iter().map(|name| self.actor(name)).collect();
        let outlets: Vec<u32> = read
            .selection
            .outlets()
            .iter()
            .map(|name| {
                let next = self.outlets.len() as u32;
                *self.outlets.entry(name.clone()).or_insert(next)
            })
            .collect();
        let articles: Vec<u32> = read
            .selection
            .articles()
            .iter()
            .map(|article| {
                let next = self.articles.len() as u32;
                *self.articles.entry(article.key()).or_insert(next)
            })
            .collect();
        read.observations
            .iter()
            .map(|one| Observation {
                actor: actors[one.actor as usize],
                article: articles[one.article as usize],
                outlet: one.outlet.map(|outlet| outlets[outlet as usize]),
                ..*one
            })
            .collect()
    }
}

/// Renders a comparison in the format asked for.
pub fn render(
    report: &ComparisonReport,
    args: &CompareArgs,
    width: usize,
    color: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    match args.format {
        ReportFormat::Terminal => Terminal { width, color, ascii: args.ascii }.render(report, out),
        ReportFormat::Html => Err(std::io::Error::other("a comparison has no page")),
        ReportFormat::Markdown => Markdown.render(report, out),
        ReportFormat::Json => Json.render(report, out),
        ReportFormat::Csv => Csv::default().render(report, out),
        ReportFormat::Parquet => Parquet::default().render(report, out),
    }
}
