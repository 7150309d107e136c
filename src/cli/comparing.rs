//! From the store to a comparison: reads both sides, compares, fetches what is quoted, renders.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use anyhow::{Result, anyhow};

use super::args::{CompareArgs, ReportFormat, SideArg};
use super::correcting::{self, Corrected, correct};
use super::exit::Failure;
use super::reporting::{Chains, canonical, filter, run_header};
use crate::aggregate::compare::{Kind, Side, compare};
use crate::aggregate::{Observation, Options, Selection as Picked};
use crate::registry::Registry;
use crate::report::comparison::{About, ComparisonReport, build as build_report};
use crate::report::{Csv, Json, Markdown, Renderer, Terminal};
use crate::store::{LeanStatement, Scope, Selection, Store};

/// What was read of the store for one side, or for both.
struct Read<'store> {
    selection: Selection<'store>,
    corrected: Corrected,
    observations: Vec<Observation>,
}

impl<'store> Read<'store> {
    fn new(
        store: &'store Store,
        args: &CompareArgs,
        scope: Option<Scope>,
        actors: Vec<String>,
        registry: &Registry,
    ) -> Result<Self> {
        let mut filter = filter(&args.select, false);
        if let Some(scope) = scope {
            filter.scope = scope;
        }
        filter.actors = actors;
        let corrections = correcting::read(args.select.corrections.as_deref(), store.path())?;
        if !corrections.is_empty() {
            // Narrowed afterwards: a correction may give a statement to another actor.
            filter.actors = Vec::new();
        }
        let selection = store.select(&filter)?;
        let mut statements = Vec::new();
        selection.for_each_lean(|statement| statements.push(*statement))?;
        let corrected = correct(&selection, statements, &corrections, registry)?;
        let observations = super::reporting::observations(&selection, &corrected.statements);
        Ok(Self { selection, corrected, observations })
    }
}

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
            "a comparison is printed as terminal, markdown, json or csv, not as html"
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
    let wanted: Vec<String> = args.select.actor.iter().map(|name| canonical(registry, name)).collect();
    let actors = || if args.rollup { Vec::new() } else { wanted.clone() };
    let first = match a {
        SideArg::Run(id) => Read::new(store, args, Some(Scope::Run(id.clone())), actors(), registry)?,
        _ => Read::new(store, args, None, actors(), registry)?,
    };
    let second = match b {
        SideArg::Run(id) => Some(Read::new(store, args, Some(Scope::Run(id.clone())), actors(), registry)?),
        _ => None,
    };
    let mut shared = Shared::default();
    let mut sides = Vec::new();
    for read in std::iter::once(&first).chain(&second) {
        sides.push((shared.numbered(read), Chains::new(&read.selection, &read.corrected.names, registry)));
    }
    // Chains of either selection, in the shared numbering.
    let mut chains: HashMap<u32, Vec<u32>> = HashMap::new();
    if args.rollup {
        for (read, (_, of_side)) in std::iter::once(&first).chain(&second).zip(&sides) {
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
    let of_actors: Option<HashSet<u32>> = (!wanted.is_empty())
        .then(|| (0..names.len() as u32).filter(|&actor| wanted.contains(&names[actor as usize])).collect());
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
    let observations: Vec<&[Observation]> = sides.iter().map(|(list, _)| list.as_slice()).collect();
    let (in_a, in_b) = (observations[0], *observations.last().unwrap_or(&observations[0]));
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
    let mut selection: Vec<String> = args.select.actor.iter().map(|actor| format!("actor {actor}")).collect();
    selection.extend(args.select.outlet.iter().map(|outlet| format!("outlet {outlet}")));
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
    let mut fetch = |side: usize, ids: &[i64]| {
        let read = if side == 0 { &first } else { read_b };
        let wanted: Vec<LeanStatement> =
            ids.iter().map(|&id| read.corrected.statements[id as usize]).collect();
        let mut found = read.selection.statements(&wanted)?;
        for (&id, statement) in ids.iter().zip(&mut found) {
            read.corrected.amend(id as usize, statement);
        }
        Ok(found)
    };
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
    }
}
