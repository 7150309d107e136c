//! Inputs: the files behind the paths that a user named, in the order in which they are read.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::reader::ArticleReader;
use super::refusal::{Reason, Refusal};

/// The endings that messages offer.
pub(super) const KNOWN_ENDINGS: &str =
    ".txt, .html, .htm, .jsonl, .ndjson, .json, .csv, .tsv or .parquet, each also with .gz";

/// How a file holds its articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One article of plain text.
    Text,
    /// One article as a web page.
    Page,
    /// JSON objects: one a line, one alone, or an array of them.
    Json,
    /// A table with a header line, separated by commas, semicolons or tabs.
    Table,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The format that the file's ending names, with or without a further `.gz`.
    pub fn of_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match Path::new(name).extension()?.to_str()? {
            "txt" => Some(Self::Text),
            "html" | "htm" | "xhtml" => Some(Self::Page),
            "jsonl" | "ndjson" | "json" => Some(Self::Json),
            "csv" | "tsv" => Some(Self::Table),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// One thing to read, or the reason why a named path cannot be read.
#[derive(Debug)]
pub(super) enum Input {
    File { path: PathBuf, format: Format, bytes: u64 },
    Stdin,
    Refused(Refusal),
}

/// What the named paths mean: the files behind them, in reading order.
#[derive(Debug)]
pub struct Inputs {
    pub(super) inputs: Vec<Input>,
}

impl Inputs {
    /// Finds the files behind `paths`, in the order given; `-` is standard input.
    ///
    /// A folder is walked recursively in the order of names: hidden entries and files of unknown
    /// endings are passed over, and links are followed. A file reached twice is read once. A path
    /// that cannot be read becomes a [`Refusal`] at its place in the order; nothing fails here.
    pub fn resolve(paths: &[PathBuf]) -> Self {
        let mut resolver = Resolver::default();
        for path in paths {
            resolver.add_named(path);
        }
        Self { inputs: resolver.inputs }
    }

    /// Number of files to read, standard input included.
    pub fn files(&self) -> usize {
        self.inputs.iter().filter(|input| !matches!(input, Input::Refused(_))).count()
    }

    /// Size of everything to read, in bytes as stored; `None` when standard input is part of it.
    pub fn total_bytes(&self) -> Option<u64> {
        self.inputs
            .iter()
            .map(|input| match input {
                Input::File { bytes, .. } => Some(*bytes),
                Input::Stdin => None,
                Input::Refused(_) => Some(0),
            })
            .sum()
    }

    /// Reads the inputs one article at a time.
    pub fn read(self) -> ArticleReader {
        self.read_with_stdin(io::stdin())
    }

    /// Like [`Self::read`], with another source for `-`.
    pub fn read_with_stdin(self, stdin: impl Read + Send + 'static) -> ArticleReader {
        ArticleReader::new(self, Box::new(stdin))
    }
}

#[derive(Default)]
struct Resolver {
    inputs: Vec<Input>,
    /// Canonical paths, so that a file is read once however it is reached.
    seen: HashSet<PathBuf>,
}

impl Resolver {
    fn add_named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            if self.seen.insert(path.to_owned()) {
                self.inputs.push(Input::Stdin);
            }
            return;
        }
        match fs::metadata(path) {
            Err(error) => self.refuse(path, Reason::from_io(error, false)),
            Ok(meta) if meta.is_dir() => self.add_folder(path),
            Ok(meta) => match Format::of_path(path) {
                Some(format) => self.add_file(path, format, meta.len()),
                None => self.refuse(path, Reason::UnknownFormat),
            },
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
        let mut found = false;
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if let Some(format) = Format::of_path(entry.path()) {
                        found = true;
                        let bytes = entry.metadata().map_or(0, |meta| meta.len());
                        self.add_file(entry.path(), format, bytes);
                    }
                }
                Ok(_) => {}
                // A link back to a folder above: its files are reached without it.
                Err(error) if error.loop_ancestor().is_some() => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    found = true;
                    self.refuse(&path, Reason::from_io(error.into(), false));
                }
            }
        }
        if !found {
            self.refuse(folder, Reason::NoArticles);
        }
    }

    fn add_file(&mut self, path: &Path, format: Format, bytes: u64) {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.seen.insert(canonical) {
            self.inputs.push(Input::File { path: path.to_owned(), format, bytes });
        }
    }

    fn refuse(&mut self, path: &Path, reason: Reason) {
        self.inputs.push(Input::Refused(Refusal::of_file(path, reason)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(inputs: &Inputs) -> Vec<String> {
        inputs
            .inputs
            .iter()
            .map(|input| match input {
                Input::File { path, .. } => path.file_name().unwrap().to_string_lossy().into_owned(),
                Input::Stdin => "-".to_owned(),
                Input::Refused(refusal) => format!("refused: {}", refusal.reason),
            })
            .collect()
    }

    #[test]
    fn endings_name_formats_with_and_without_gz() {
        assert_eq!(Format::of_path(Path::new("a/b.TXT")), Some(Format::Text));
        assert_eq!(Format::of_path(Path::new("wire.2025.jsonl.gz")), Some(Format::Json));
        assert_eq!(Format::of_path(Path::new("wire.parquet.gz")), Some(Format::Parquet));
        assert_eq!(Format::of_path(Path::new("notes.gz")), None);
        assert_eq!(Format::of_path(Path::new("notes")), None);
    }

    #[test]
    fn folders_are_walked_in_order_without_hidden_and_unknown_files() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("b/deep")).unwrap();
        fs::create_dir_all(dir.path().join(".hidden")).unwrap();
        for name in ["c.txt", "a.html", "b/2.csv", "b/deep/1.jsonl.gz", "b/x.pdf", ".h.txt", ".hidden/y.txt"]
        {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let inputs = Inputs::resolve(&[dir.path().to_owned()]);
        assert_eq!(names(&inputs), ["a.html", "2.csv", "1.jsonl.gz", "c.txt"]);
        assert_eq!(inputs.total_bytes(), Some(4));
        assert_eq!(inputs.files(), 4);
    }

    #[test]
    fn a_file_named_twice_is_read_once_and_the_order_given_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (z, a) = (dir.path().join("z.txt"), dir.path().join("a.txt"));
        fs::write(&z, "z").unwrap();
        fs::write(&a, "a").unwrap();
        let inputs = Inputs::resolve(&[z.clone(), "-".into(), dir.path().to_owned(), z, "-".into()]);
        assert_eq!(names(&inputs), ["z.txt", "-", "a.txt"]);
        assert_eq!(inputs.total_bytes(), None);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name_at_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let pdf = dir.path().join("x.pdf");
        fs::write(&pdf, "x").unwrap();
        let inputs = Inputs::resolve(&[dir.path().join("gone"), pdf, dir.path().to_owned()]);
        let reasons: Vec<_> = inputs
            .inputs
            .iter()
            .map(|input| match input {
                Input::Refused(refusal) => &refusal.reason,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(matches!(reasons[..], [Reason::Missing, Reason::UnknownFormat, Reason::NoArticles]));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_its_own_folder_does_not_loop() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.txt"), "a").unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("again")).unwrap();
        assert_eq!(names(&Inputs::resolve(&[dir.path().to_owned()])), ["a.txt"]);
    }
}
