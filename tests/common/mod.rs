//! Driving the built program: commands in a folder of their own, what came of them, and one scored store of the sample corpus.
//!
//! The sample corpus is scored once per build, model and corpus, whatever process asks first; every test gets its own
//! copy of the store. Models are those of the checkout, or of `DETENTE_MODELS`.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_detente");

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sample corpus.
pub fn sample_articles() -> PathBuf {
    root().join("data/sample/articles")
}

/// The registry file of the sample corpus.
pub fn sample_actors() -> PathBuf {
    root().join("data/sample/actors.toml")
}

/// A path of the data that is kept beside the checkout; `None`, and a note that `test` was skipped, where it is absent.
pub fn shared(path: &str, test: &str) -> Option<PathBuf> {
    let found = root().parent()?.join("shared/data").join(path);
    if !found.exists() {
        eprintln!("SKIPPED {test}: {} is not there", found.display());
        return None;
    }
    Some(found)
}

/// What came of a command.
#[derive(Debug)]
pub struct Finished {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("standard output in UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error in UTF-8"),
        }
    }

    /// Asserts the exit code; shows everything when it is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard error has every one of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "'{part}' is not in:\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// Standard output as JSON lines.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }
}

/// A folder to work in, with a store and the options that go with it.
pub struct Desk {
    folder: TempDir,
    /// Given with every command.
    actors: Option<PathBuf>,
}

impl Desk {
    /// An empty folder; the built-in registry.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), actors: None }
    }

    /// An empty folder; the actors of the sample corpus.
    pub fn with_sample_actors() -> Self {
        Self { actors: Some(sample_actors()), ..Self::new() }
    }

    /// A folder with a store in which the sample corpus has been scored, and what `detente score` said to it.
    pub fn with_scored_sample() -> (Self, Finished) {
        let scored = scored_sample();
        let desk = Self::with_sample_actors();
        fs::copy(scored.join("detente.db"), desk.path("detente.db")).expect("a copy of the store");
        let text = |name: &str| fs::read_to_string(scored.join(name)).expect("what score said");
        let first = Finished {
            code: text("code").trim().parse().ok(),
            stdout: text("stdout"),
            stderr: text("stderr"),
        };
        (desk, first)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder for a test file");
        }
        fs::write(&path, content).expect("a test file");
        path
    }

    /// The program, about to start in the folder. Blank-separated arguments.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = command_of(Path::new(PROGRAM));
        command.current_dir(self.folder.path());
        // Before the arguments, whose last may be an option that still wants its value.
        if let Some(actors) = &self.actors {
            command.arg("--actors").arg(actors);
        }
        command.args(arguments.split_whitespace());
        command
    }

    /// Runs the program in the folder.
    pub fn run(&self, arguments: &str) -> Finished {
        finish(&mut self.command(arguments))
    }

    /// Runs the program on a file or folder.
    pub fn run_on(&self, arguments: &str, path: &Path) -> Finished {
        finish(self.command(arguments).arg(path))
    }

    /// The runs of the store, the latest last.
    pub fn runs(&self) -> Vec<Value> {
        self.run("runs --json").expect(0).rows()
    }

    /// Rows of an export in JSONL.
    #[track_caller]
    pub fn exported(&self, arguments: &str) -> Vec<Value> {
        self.run(&format!("export {arguments}")).expect(0).rows()
    }
}

/// A program of ours, with an environment that does not leak into its output.
pub fn command_of(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("RUST_BACKTRACE");
    if std::env::var_os("DETENTE_MODELS").is_none() && !program.starts_with(root()) {
        // A target folder elsewhere: the models are not above the program.
        command.env("DETENTE_MODELS", root().join("models"));
    }
    command
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Finished {
    Finished::of(command.output().expect("the program starts"))
}

/// Runs a command to its end with text on standard input.
pub fn finish_with_input(command: &mut Command, input: &str) -> Finished {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the input is read");
    Finished::of(child.wait_with_output().expect("the program ends"))
}

/// Sends a signal to a process that a test started.
pub fn signal(name: &str, process: u32) {
    let status = Command::new("sh").arg("-c").arg(format!("kill -{name} {process}")).status();
    assert!(status.expect("a shell").success(), "no process {process}");
}

/// Asks again and again until there is an answer, for at most three minutes.
pub fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < Duration::from_secs(180), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The folder of the default model.
pub fn model_folder() -> PathBuf {
    let desk = Desk::new();
    let shown = desk.run("models fast --json").expect(0);
    desk.path("").join(shown.json()["folder"].as_str().expect("a folder"))
}

/// A number of a JSON value.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// A text of a JSON value.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The folder with the scored sample corpus, scored now if nobody has done it for this build, model and corpus.
fn scored_sample() -> PathBuf {
    let shelf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scored-sample");
    fs::create_dir_all(&shelf).expect("a folder in the target folder");
    let scored = shelf.join(format!("{:016x}", sample_key()));
    // Test processes run side by side; the first one scores, the others wait.
    let lock = File::create(shelf.join("lock")).expect("a lock file");
    lock.lock().expect("a lock");
    if scored.join("code").is_file() {
        return scored;
    }
    for entry in fs::read_dir(&shelf).expect("a folder").flatten() {
        // Of earlier builds.
        let _ = fs::remove_dir_all(entry.path());
    }
    let desk = Desk::with_sample_actors();
    let finished = desk.run_on("score", &sample_articles());
    fs::create_dir(&scored).expect("a folder");
    fs::copy(desk.path("detente.db"), scored.join("detente.db")).expect("a scored store");
    fs::write(scored.join("stdout"), &finished.stdout).expect("a file");
    fs::write(scored.join("stderr"), &finished.stderr).expect("a file");
    fs::write(scored.join("code"), finished.code.expect("an exit code").to_string()).expect("a file");
    scored
}

/// Changes with everything that the scored sample depends on.
fn sample_key() -> u64 {
    let mut hasher = DefaultHasher::new();
    let engine = Path::new(PROGRAM).with_file_name("detente-engine");
    for program in [Path::new(PROGRAM), &engine] {
        let built = fs::metadata(program).unwrap_or_else(|error| {
            panic!("{}: {error}; scripts/test builds the whole workspace first", program.display())
        });
        (built.len(), built.modified().expect("a time of change")).hash(&mut hasher);
    }
    fs::read(model_folder().join("manifest.json")).expect("the default model").hash(&mut hasher);
    fs::read(sample_actors()).expect("the sample's actors").hash(&mut hasher);
    let mut folders = vec![sample_articles()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(&folder).expect("the sample").flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else {
                (&path, fs::read(&path).expect("a file of the sample")).hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}
