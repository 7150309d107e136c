//! The command line as it is typed: one struct per verb, shared by `detente` and `detente-engine`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::article::PartialDate;
use crate::dispute::Parties;

/// Who is warming to talks, who is cooling, and which sentences say so.
#[derive(Debug, Parser)]
#[command(name = "detente", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub common: Common,
}

const AFTER_HELP: &str = "\
Exit codes: 0 all done; 1 finished, but some inputs were refused; 2 wrong usage or configuration; \
3 an environment or store fault.";

/// Options of every verb.
#[derive(Debug, Args)]
pub struct Common {
    /// The store: one file that keeps every run.
    #[arg(long, global = true, value_name = "FILE", default_value = "detente.db")]
    pub store: PathBuf,
    /// Your own actors (TOML), layered over the built-in registry; see `detente actors --help`.
    #[arg(long, global = true, value_name = "FILE")]
    pub actors: Option<PathBuf>,
    /// Colour in terminal output.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Score articles into the store and print a short report.
    Score(ScoreArgs),
    /// Render a report from the store, without the model.
    Report(ReportArgs),
    /// Set two periods, outlets or runs side by side: who moved, how surely, because of which sentences.
    Compare(CompareArgs),
    /// Draw statements at random for people to label; `report --audit` then corrects its figures by the labels.
    Audit(AuditArgs),
    /// Write statements, sentences, articles or aggregates as JSONL, CSV or Parquet.
    Export(ExportArgs),
    /// Show one article sentence by sentence: actors, stances, and the reason for each attribution.
    Explain(ExplainArgs),
    /// Measure a model against labelled sentences.
    Eval(EvalArgs),
    /// Fine-tune a model on labelled sentences.
    Train(TrainArgs),
    /// List the runs in the store.
    Runs(RunsArgs),
    /// List or look up the actors of the registry.
    Actors(ActorsArgs),
    /// List the models at hand.
    Models(ModelsArgs),
    /// Check the store, or that stored scores can be repeated.
    Verify(VerifyArgs),
    /// Measure how fast a model's encoder runs on this machine.
    Bench(BenchArgs),
}

impl Verb {
    /// Whether the verb runs in `detente-engine`, which has the neural network.
    pub fn needs_engine(&self) -> bool {
        match self {
            Self::Score(_) | Self::Explain(_) | Self::Train(_) | Self::Bench(_) => true,
            Self::Eval(args) => args.needs_model(),
            Self::Verify(args) => args.rescore > 0,
            Self::Models(args) => args.prepare,
            Self::Report(_)
            | Self::Compare(_)
            | Self::Audit(_)
            | Self::Export(_)
            | Self::Runs(_)
            | Self::Actors(_) => false,
        }
    }
}

/// Which model, and how to run it.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// A model's name (see `detente models`) or folder.
    #[arg(long, value_name = "MODEL", default_value = "fast")]
    pub model: String,
    /// Arithmetic of the network.
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub precision: PrecisionChoice,
    /// Model workers; one core each. Default: one per core.
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrecisionChoice {
    /// The first of int8, bf16 and f32 that this processor has.
    Auto,
    /// 32-bit floats everywhere.
    F32,
    /// bfloat16: faster on processors that have it.
    Bf16,
    /// 8-bit integers in the products: fastest, on processors with AVX-512 VNNI.
    Int8,
}

#[derive(Debug, Args)]
pub struct ScoreArgs {
    /// Files or folders (.txt .html .jsonl .csv .parquet, each also .gz); `-` reads JSONL from standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub view: ViewArgs,
    /// No report at the end.
    #[arg(long)]
    pub no_report: bool,
}

/// Which statements a report covers.
#[derive(Debug, Args, Default)]
pub struct SelectArgs {
    /// Only what this run scored (see `detente runs`). Default: everything scored with the latest run's
    /// model and configuration.
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// First day, month or year (YYYY[-MM[-DD]]).
    #[arg(long, value_name = "DATE")]
    pub from: Option<PartialDate>,
    /// Last day, month or year.
    #[arg(long, value_name = "DATE")]
    pub to: Option<PartialDate>,
    /// Only these actors.
    #[arg(long, value_name = "NAME")]
    pub actor: Vec<String>,
    /// Only these outlets.
    #[arg(long, value_name = "NAME")]
    pub outlet: Vec<String>,
    /// Only sentences about the dispute of these parties: two of them, or people and bodies that belong to them, are candidate holders in
    /// the sentence or in the two before it, or named in the title. Mediators' statements in such sentences count.
    #[arg(long, value_name = "PARTY/PARTY")]
    pub dispute: Option<Parties>,
    /// Your corrections (TOML), put over the statements of reports and comparisons. Default: corrections.toml beside the
    /// store, if it is there.
    #[arg(long, value_name = "FILE")]
    pub corrections: Option<PathBuf>,
    /// A labelled audit (CSV, see `detente audit`): reports show figures corrected by it beside the raw ones.
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
}

/// How a report looks.
#[derive(Debug, Args)]
pub struct ViewArgs {
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: ReportFormat,
    /// Add each actor's path over time.
    #[arg(long, value_name = "PERIOD")]
    pub by: Option<Period>,
    /// Leave out actors with fewer statements.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub min_n: usize,
    /// Order of the actors.
    #[arg(long, value_name = "KEY", default_value = "n")]
    pub sort: SortKey,
    /// Count a person's statements for the organisations and countries it belongs to as well.
    #[arg(long)]
    pub rollup: bool,
    /// Show at most this many actors.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// Show every actor.
    #[arg(long, conflicts_with = "top")]
    pub all: bool,
    /// Only ASCII characters in bars and rules.
    #[arg(long)]
    pub ascii: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Terminal,
    /// One self-contained page with every statement behind its numbers.
    Html,
    Markdown,
    Json,
    Csv,
    /// As CSV, with typed columns.
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Period {
    Day,
    Week,
    Month,
    Quarter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortKey {
    /// Most statements first.
    N,
    /// Most favourable stance index first.
    Index,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub view: ViewArgs,
    /// Write here instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// One side of a comparison, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideArg {
    /// First and last day, month or year; at least one of them.
    Period(Option<PartialDate>, Option<PartialDate>),
    Outlet(String),
    Run(String),
}

impl std::str::FromStr for SideArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |name: &str| (!name.trim().is_empty()).then(|| name.trim().to_owned());
        if let Some(outlet) = text.strip_prefix("outlet:") {
            return named(outlet).map(Self::Outlet).ok_or_else(|| "no name after 'outlet:'".to_owned());
        }
        if let Some(run) = text.strip_prefix("run:") {
            return named(run).map(Self::Run).ok_or_else(|| "no id after 'run:'".to_owned());
        }
        let date = |text: &str| -> Result<Option<PartialDate>, String> {
            if text.is_empty() {
                Ok(None)
            } else {
                text.parse().map(Some).map_err(|error| format!("{error}"))
            }
        };
        let (from, to) = match text.split_once("..") {
            Some((from, to)) => (date(from)?, date(to)?),
            None => (date(text)?, date(text)?),
        };
        if from.is_none() && to.is_none() {
            return Err(
                "a side is a period (2026-01..2026-03, 2026-04.., 2026), outlet:NAME or run:ID".to_owned()
            );
        }
        if let (Some(from), Some(to)) = (from, to)
            && to.last_day() < from.first_day()
        {
            return Err(format!("the period ends ({to}) before it begins ({from})"));
        }
        Ok(Self::Period(from, to))
    }
}

impl std::fmt::Display for SideArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Period(Some(from), Some(to)) if from == to => write!(f, "{from}"),
            Self::Period(Some(from), Some(to)) => write!(f, "{from} to {to}"),
            Self::Period(Some(from), None) => write!(f, "from {from}"),
            Self::Period(None, Some(to)) => write!(f, "until {to}"),
            Self::Period(None, None) => write!(f, "all"),
            Self::Outlet(name) => write!(f, "outlet {name}"),
            Self::Run(id) => write!(f, "run {id}"),
        }
    }
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// What is compared with: a period (2026-01..2026-03, ..2026-03, 2025), outlet:NAME or run:ID.
    #[arg(long, value_name = "SIDE", requires = "b", required_unless_present = "by")]
    pub a: Option<SideArg>,
    /// What is compared: of the same kind.
    #[arg(long, value_name = "SIDE", requires = "a")]
    pub b: Option<SideArg>,
    /// Instead of two sides: every actor's path over these periods, with its turning points.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["a", "b"])]
    pub by: Option<Period>,
    #[command(flatten)]
    pub select: SelectArgs,
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: ReportFormat,
    /// Leave out actors with fewer statements on both sides together.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub min_n: usize,
    /// Count a person's statements for the organisations and countries it belongs to as well.
    #[arg(long)]
    pub rollup: bool,
    /// Show at most this many actors.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// Show every actor.
    #[arg(long, conflicts_with = "top")]
    pub all: bool,
    /// Only ASCII characters.
    #[arg(long)]
    pub ascii: bool,
    /// Write here instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct AuditArgs {
    /// How many to draw, on average.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub n: usize,
    /// Another seed draws others.
    #[arg(long, value_name = "TEXT", default_value = "1")]
    pub seed: String,
    #[command(flatten)]
    pub select: SelectArgs,
    /// Write here instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl CompareArgs {
    /// The report that shows every actor's path.
    pub fn paths(&self, by: Period) -> ViewArgs {
        ViewArgs {
            format: self.format,
            by: Some(by),
            min_n: self.min_n,
            sort: SortKey::N,
            rollup: self.rollup,
            top: self.top,
            all: self.all,
            ascii: self.ascii,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportLevel {
    Statements,
    Sentences,
    Articles,
    Aggregates,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    Jsonl,
    Csv,
    Parquet,
}

#[derive(Debug, Args)]
pub struct ExportArgs {
    #[arg(long, value_name = "LEVEL", default_value = "statements")]
    pub level: ExportLevel,
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub format: ExportFormat,
    /// Statements whose stance is none as well.
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub select: SelectArgs,
    /// Write here instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl ExportArgs {
    /// The view behind an export of aggregates: every actor, nothing left out.
    pub fn every_actor(&self) -> ViewArgs {
        ViewArgs {
            format: ReportFormat::Json,
            by: None,
            min_n: 1,
            sort: SortKey::N,
            rollup: false,
            top: 0,
            all: true,
            ascii: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    Terminal,
    Markdown,
    Json,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A file with the article.
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// In a file of many: the article with this id. Default: the first.
    #[arg(long, value_name = "ID")]
    pub article: Option<String>,
    /// Only this sentence (from 0).
    #[arg(long, value_name = "N")]
    pub sentence: Option<usize>,
    /// Only sentences in which somebody holds a stance.
    #[arg(long)]
    pub stances: bool,
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: ExplainFormat,
    #[command(flatten)]
    pub model: ModelArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EvalKind {
    /// Labelled sentences: holders and stances, end to end.
    Stance,
    /// Labelled sentences: candidates only, without the model.
    Holders,
    /// Target sentiment in NewsMTSC's format.
    Sentiment,
    /// Sentence boundaries: CoNLL-U documents, or golden rules in JSON.
    Boundaries,
}

#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Labelled file, or several.
    #[arg(required = true, value_name = "LABELS")]
    pub labels: Vec<PathBuf>,
    /// What the labels are. Default: by the files' ending and keys.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<EvalKind>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// List up to so many errors on standard error.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub show: usize,
    /// Write what was measured of stance into the model's manifest; later reports as HTML, Markdown and JSON show it.
    #[arg(long)]
    pub record: bool,
    #[command(flatten)]
    pub model: ModelArgs,
}

impl EvalArgs {
    /// The kind asked for, or what the first file's name suggests.
    pub fn kind(&self) -> EvalKind {
        self.kind.unwrap_or_else(|| {
            let name = self.labels[0].to_string_lossy().to_lowercase();
            if name.ends_with(".conllu") || name.ends_with(".json") {
                EvalKind::Boundaries
            } else if name.contains("newsmtsc") {
                EvalKind::Sentiment
            } else {
                EvalKind::Stance
            }
        })
    }

    fn needs_model(&self) -> bool {
        matches!(self.kind(), EvalKind::Stance | EvalKind::Sentiment)
    }
}

#[derive(Debug, Args)]
pub struct BenchArgs {
    /// A model's name (see `detente models`) or folder.
    #[arg(long, value_name = "MODEL", default_value = "fast")]
    pub model: String,
    /// Sentences to run, one a line.
    #[arg(long, value_name = "FILE", required_unless_present = "articles")]
    pub sentences: Option<PathBuf>,
    /// Instead of sentences: articles, whose sentences are scored with their context and candidates as `score` does it; what comes
    /// before and after the network is not timed.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["sentences", "batch_tokens", "max_tokens", "repeat"])]
    pub articles: Vec<PathBuf>,
    /// Arithmetic to measure; may be given several times. Default: all that this processor has.
    #[arg(long, value_name = "KIND")]
    pub precision: Vec<PrecisionChoice>,
    /// Measure one worker, two, and so on up to so many; of articles, so many. Default: one per core.
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
    /// Tokens of a batch; several are measured one after the other.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_value = "512,1536,4096")]
    pub batch_tokens: Vec<usize>,
    /// Longer sentences are cut.
    #[arg(long, value_name = "N", default_value_t = 192)]
    pub max_tokens: usize,
    /// Passes over all sentences; the best counts.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub repeat: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct TrainArgs {
    /// What to train on and how (TOML); see data/training/.
    #[arg(long, value_name = "FILE")]
    pub plan: PathBuf,
    /// Folder of the labelled data that the plan names; of several, the first that has a file gives it.
    #[arg(long, value_name = "DIR", required = true)]
    pub data: Vec<PathBuf>,
    /// Folder of the pretrained encoders that the plan names.
    #[arg(long, value_name = "DIR", default_value = ".cache/models")]
    pub bases: PathBuf,
    /// Folder of the model to write.
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Go on after the last checkpoint in the output folder.
    #[arg(long)]
    pub resume: bool,
    /// Another seed than the plan's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Debug, Args)]
pub struct RunsArgs {
    /// One run in full: inputs, counts, refusals, duplicates.
    #[arg(value_name = "ID")]
    pub run: Option<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ActorsArgs {
    /// A name, or part of one; an exact name shows the actor in full.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Only this kind: person, country, organisation, group or medium.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only actors that belong to this country.
    #[arg(long, value_name = "NAME")]
    pub country: Option<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// One model in full.
    #[arg(value_name = "MODEL")]
    pub model: Option<String>,
    #[arg(long)]
    pub json: bool,
    /// Make the weights of a model that is shipped as a difference to its base; done once, by `scripts/setup --accurate`.
    #[arg(long, requires = "model")]
    pub prepare: bool,
    /// Folder of the pretrained encoders.
    #[arg(long, value_name = "DIR", default_value = ".cache/models", requires = "prepare")]
    pub bases: PathBuf,
}

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Score so many stored articles again with their model and compare the probabilities.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub rescore: usize,
    #[command(flatten)]
    pub model: ModelArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn a_side_is_a_period_an_outlet_or_a_run() {
        let side = |text: &str| text.parse::<SideArg>().map(|side| side.to_string());
        assert_eq!(side("2026-01..2026-03").unwrap(), "2026-01 to 2026-03");
        assert_eq!(side("2026-04..").unwrap(), "from 2026-04");
        assert_eq!(side("2025").unwrap(), "2025");
        assert_eq!(side("outlet:The Morning Ledger").unwrap(), "outlet The Morning Ledger");
        assert_eq!(side("run:2026-04-01-a").unwrap(), "run 2026-04-01-a");
        for wrong in ["", "..", "2026-13", "outlet:", "2026-03..2026-01", "yesterday"] {
            assert!(side(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
