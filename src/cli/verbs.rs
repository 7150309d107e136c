//! The verbs that do not need the network.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::args::{
    ActorsArgs, AuditArgs, Common, CompareArgs, ExportArgs, ExportFormat, ExportLevel, ModelsArgs,
    ReportArgs, RunsArgs, Verb, VerifyArgs,
};
use super::exit::{FAULT, Failure, Outcome};
use super::{auditing, comparing, evaluation, models, reading, reporting};
use crate::export::{self, Format, Level, Written};
use crate::registry::{ActorKind, Registry};
use crate::report::Renderer;
use crate::store::Store;

/// Runs a verb; the ones that need the network are not for here.
pub fn run(verb: &Verb, common: &Common) -> Outcome {
    match verb {
        Verb::Report(args) => report(args, common),
        Verb::Compare(args) => compare(args, common),
        Verb::Audit(args) => audit(args, common),
        Verb::Export(args) => export(args, common),
        Verb::Runs(args) => runs(args, common),
        Verb::Actors(args) => actors(args, common),
        Verb::Models(args) => list_models(args),
        Verb::Verify(args) => verify(args, common),
        Verb::Eval(args) => evaluation::run(args, common),
        Verb::Score(_) | Verb::Explain(_) | Verb::Train(_) | Verb::Bench(_) => {
            Err(Failure::fault(anyhow!("this verb runs in detente-engine")))
        }
    }
}

/// The registry, with the user's actors over it.
pub fn registry(actors: Option<&Path>) -> Result<&'static Registry, Failure> {
    match actors {
        None => Ok(Registry::builtin()),
        // One for the whole process, like the built-in one.
        Some(path) => Registry::with_user_file(path)
            .map(|registry| &*Box::leak(Box::new(registry)))
            .map_err(Failure::usage),
    }
}

/// Standard output, or the file that the user named.
pub fn output(path: Option<&Path>) -> Result<Box<dyn Write + Send>> {
    match path {
        None => Ok(Box::new(std::io::stdout())),
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("{}: cannot be written", path.display()))?;
            Ok(Box::new(BufWriter::new(file)))
        }
    }
}

fn written(result: std::io::Result<()>) -> Result<()> {
    match result {
        // The reader of a pipe may stop early.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("the output cannot be written"),
    }
}

/// Prints lines to standard output.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn report(args: &ReportArgs, common: &Common) -> Outcome {
    let registry = registry(common.actors.as_deref())?;
    let store = Store::open_read_only(&common.store)?;
    match &args.output {
        None => reporting::print(&store, &args.select, &args.view, registry, common)?,
        Some(path) => {
            let mut out = output(Some(path))?;
            let written =
                reporting::write(&store, &args.select, &args.view, registry, (100, false), &mut out)?;
            written.with_context(|| format!("{}: cannot be written", path.display()))?;
        }
    }
    Ok(0)
}

fn compare(args: &CompareArgs, common: &Common) -> Outcome {
    let registry = registry(common.actors.as_deref())?;
    let store = Store::open_read_only(&common.store)?;
    let to_terminal = args.output.is_none();
    let width = if to_terminal { reporting::terminal_width() } else { 100 };
    let color = to_terminal && common.use_color();
    let rendered = match (args.by, &args.a, &args.b) {
        (None, Some(a), Some(b)) => {
            let report = comparing::build(&store, args, (a, b), registry)?;
            let mut out = output(args.output.as_deref())?;
            comparing::render(&report, args, width, color, &mut out).and_then(|()| out.flush())
        }
        (Some(by), ..) => {
            let mut out = output(args.output.as_deref())?;
            reporting::write(&store, &args.select, &args.paths(by), registry, (width, color), &mut out)?
        }
        _ => return Err(Failure::usage(anyhow!("give two sides, --a and --b, or --by"))),
    };
    written(rendered)?;
    Ok(0)
}

fn audit(args: &AuditArgs, common: &Common) -> Outcome {
    if args.n == 0 {
        return Err(Failure::usage(anyhow!("--n is 0: an audit needs at least one statement")));
    }
    let registry = registry(common.actors.as_deref())?;
    let store = Store::open_read_only(&common.store)?;
    let rows = auditing::draw(&store, args, registry)?;
    let mut out = output(args.output.as_deref())?;
    crate::audit::write(&rows, &mut out).and_then(|()| Ok(out.flush()?))?;
    eprintln!(
        "{} drawn; fill in the column `label` (support, conditional, oppose, none), then: detente report --audit FILE",
        rows.len()
    );
    Ok(0)
}

fn export(args: &ExportArgs, common: &Common) -> Outcome {
    let format = match args.format {
        ExportFormat::Jsonl => Format::Jsonl,
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Parquet => Format::Parquet,
    };
    let registry = registry(common.actors.as_deref())?;
    let store = Store::open_read_only(&common.store)?;
    let mut out = output(args.output.as_deref())?;
    let mut rows = |level| -> Result<Written> {
        let filter = reading::filter(&args.select, registry, args.all);
        let selection = reading::select(&store, &filter, args.select.dispute.as_ref(), registry)?;
        Ok(export::export(&selection, level, format, &mut out)?)
    };
    let written = match args.level {
        ExportLevel::Statements => rows(Level::Statements),
        ExportLevel::Sentences => rows(Level::Sentences),
        ExportLevel::Articles => rows(Level::Articles),
        ExportLevel::Aggregates => {
            let report = reporting::build(&store, &args.select, &args.every_actor(), registry)?;
            export::aggregates(&report, format, &mut out).map_err(anyhow::Error::from)
        }
    }?;
    if written.complete {
        out.flush().context("the output cannot be written")?;
    }
    Ok(0)
}

fn runs(args: &RunsArgs, common: &Common) -> Outcome {
    let store = Store::open_read_only(&common.store)?;
    let chosen = match &args.run {
        Some(id) => vec![store.run(id)?],
        None => store.runs()?,
    };
    let mut text = String::new();
    for run in &chosen {
        let counts = run.counts;
        let configuration = &run.configuration;
        if args.json {
            let mut value = serde_json::json!({
                "id": run.id, "status": run.status, "started": run.started.to_string(),
                "finished": run.finished.map(|time| time.to_string()), "message": run.message,
                "inputs": run.inputs, "program": run.program, "counts": counts,
                "model": configuration.model, "model_digest": configuration.model_digest,
                "precision": configuration.precision, "configuration": configuration.digest(),
            });
            if args.run.is_some() {
                value["settings"] = configuration.settings.clone();
                value["refusals"] = serde_json::json!(store.refusals(&run.id)?.iter().map(|refusal| {
                    serde_json::json!({"path": refusal.path, "record": refusal.record, "reason": refusal.reason})
                }).collect::<Vec<_>>());
            }
            text.push_str(&value.to_string());
            text.push('\n');
            continue;
        }
        text.push_str(&format!(
            "{:<14} {:<11} {}  {}  {} scored, {} reused, {} + {} copies, {} refused\n",
            run.id,
            run.status,
            run.started.strftime("%Y-%m-%d %H:%M UTC"),
            configuration.model_label(),
            counts.scored,
            counts.reused,
            counts.duplicates_exact,
            counts.duplicates_near,
            counts.refused,
        ));
        if args.run.is_some() {
            text.push_str(&format!("  inputs        {}\n", run.inputs.join(" ")));
            text.push_str(&format!("  program       {}\n", run.program));
            text.push_str(&format!("  precision     {}\n", configuration.precision));
            text.push_str(&format!(
                "  configuration {} {}\n",
                configuration.digest(),
                configuration.canonical_settings()
            ));
            if let Some(message) = &run.message {
                text.push_str(&format!("  failed        {message}\n"));
            }
            for refusal in store.refusals(&run.id)? {
                let record = refusal.record.map_or_else(String::new, |record| format!(", record {record}"));
                text.push_str(&format!(
                    "  refused       {}{record}: {}\n",
                    refusal.path.display(),
                    refusal.reason
                ));
            }
            for copy in store.duplicates(&run.id)? {
                text.push_str(&format!(
                    "  {} copy     {} is {}\n",
                    copy.kind.as_str(),
                    copy.id,
                    copy.original
                ));
            }
        }
    }
    if chosen.is_empty() {
        text.push_str("no runs yet: `detente score PATH` makes one\n");
    }
    print(&text)?;
    Ok(0)
}

fn actors(args: &ActorsArgs, common: &Common) -> Outcome {
    let registry = registry(common.actors.as_deref())?;
    let exact = args.name.as_deref().and_then(|name| registry.find(name));
    let ids = match (exact, &args.kind, &args.country) {
        (Some(id), None, None) => vec![id],
        _ => {
            let kind = match &args.kind {
                None => None,
                Some(text) => Some(
                    ActorKind::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or_else(|| {
                        let kinds: Vec<&str> = ActorKind::ALL.iter().map(|kind| kind.as_str()).collect();
                        Failure::usage(anyhow!("no kind of actor '{text}'; there are: {}", kinds.join(", ")))
                    })?,
                ),
            };
            let filter =
                crate::registry::ActorFilter { name: args.name.clone(), kind, country: args.country.clone() };
            registry.list(&filter).ok_or_else(|| {
                Failure::usage(anyhow!(
                    "no country '{}' in the registry",
                    args.country.as_deref().unwrap_or("")
                ))
            })?
        }
    };
    let mut text = String::new();
    for &id in &ids {
        let actor = registry.actor(id);
        if args.json {
            text.push_str(&serde_json::to_string(actor).context("an actor cannot be written as JSON")?);
            text.push('\n');
        } else if ids.len() == 1 {
            text.push_str(&registry.describe(id));
        } else {
            text.push_str(&format!("{} ({})\n", actor.name, actor.kind));
        }
    }
    print(&text)?;
    if ids.is_empty() {
        return Err(Failure::usage(anyhow!(
            "no such actor; add it to a file of your own (--actors FILE), as data/actors/README.md shows"
        )));
    }
    Ok(0)
}

fn list_models(args: &ModelsArgs) -> Outcome {
    let found = match &args.model {
        Some(model) => vec![models::summary(&models::find(model).map_err(Failure::usage)?)?],
        None => models::list(),
    };
    let mut text = String::new();
    for model in &found {
        if args.json {
            text.push_str(&serde_json::to_string(model).context("a model cannot be written as JSON")?);
            text.push('\n');
        } else {
            text.push_str(&format!(
                "{:<10} {} ({}; {})\n",
                model.name, model.description, model.topic, model.licence
            ));
            if args.model.is_some() {
                text.push_str(&format!("           {}\n", model.folder.display()));
                if let Ok(card) = std::fs::read_to_string(model.folder.join("README.md")) {
                    text.push_str(&format!("\n{card}"));
                }
            }
        }
    }
    print(&text)?;
    if found.is_empty() {
        return Err(Failure::usage(anyhow!("no models; set DETENTE_MODELS to the folder that holds them")));
    }
    Ok(0)
}

/// Checks the store itself; scoring again is the engine's half.
pub fn verify(_args: &VerifyArgs, common: &Common) -> Outcome {
    let store = Store::open_read_only(&common.store)?;
    let findings = store.verify()?;
    let mut text = String::new();
    for finding in &findings {
        text.push_str(&format!("{finding}\n"));
    }
    if findings.is_empty() {
        text.push_str("the store is in order\n");
    }
    print(&text)?;
    Ok(if findings.is_empty() { 0 } else { FAULT })
}

/// Renders to standard output through any renderer.
pub fn render<Subject>(renderer: &dyn Renderer<Subject>, subject: &Subject) -> Result<()> {
    let mut out = std::io::stdout().lock();
    written(renderer.render(subject, &mut out).and_then(|()| out.flush()))
}
