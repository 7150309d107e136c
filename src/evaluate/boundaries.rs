//! Sentence boundaries measured against gold: CoNLL-U documents and golden rules.
//!
//! A boundary is the byte after the last character of a sentence. A document's own end counts,
//! so that every gold sentence is one boundary.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::segment::segment;

/// What went wrong while reading gold data.
#[derive(Debug, thiserror::Error)]
pub enum GoldError {
    /// The file could not be read.
    #[error("cannot read {}: {source}; check the path", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// A CoNLL-U file without a single `# text = ` comment.
    #[error("{}: no '# text = ' line; sentence gold needs CoNLL-U with the text of each sentence", path.display())]
    NoSentences { path: PathBuf },
    /// Golden rules that are not a JSON list of `[text, [sentence, ...]]`.
    #[error("{}: {source}; expected a JSON list of [text, [sentence, ...]]", path.display())]
    Rules { path: PathBuf, source: serde_json::Error },
}

/// A document rebuilt from gold sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldDocument {
    /// The `newdoc id`, or the file's name.
    pub name: String,
    /// Sentences joined by a space, paragraphs by an empty line.
    pub text: String,
    /// The gold sentences, as bytes of `text`.
    pub spans: Vec<Range<usize>>,
}

/// Counts over documents; the rates are computed from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoundaryScore {
    pub documents: usize,
    /// Gold sentences.
    pub gold: usize,
    /// Sentences found.
    pub found: usize,
    /// Sentence ends found that are gold.
    pub ends_right: usize,
    /// Sentences found whose both ends are gold.
    pub spans_right: usize,
    pub errors: Vec<BoundaryError>,
}

/// One boundary that differs from gold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundaryError {
    /// Name of the document.
    pub document: String,
    pub kind: BoundaryErrorKind,
    /// Some text to both sides, the boundary shown as `|`.
    pub context: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoundaryErrorKind {
    /// A gold boundary that was not found.
    Missed,
    /// A boundary that gold does not have.
    Spurious,
}

impl BoundaryScore {
    /// Share of the ends found that are gold; 1 when none was found.
    pub fn precision(&self) -> f64 {
        ratio(self.ends_right, self.found)
    }

    /// Share of the gold ends that were found; 1 when there are none.
    pub fn recall(&self) -> f64 {
        ratio(self.ends_right, self.gold)
    }

    /// Harmonic mean of precision and recall of sentence ends.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.ends_right, self.gold + self.found)
    }

    /// F1 of whole sentences.
    pub fn span_f1(&self) -> f64 {
        ratio(2 * self.spans_right, self.gold + self.found)
    }

    /// Compares the segmentation of `document` with its gold and adds the counts.
    pub fn add(&mut self, document: &GoldDocument) {
        let found: Vec<Range<usize>> = segment(&document.text).into_iter().map(|s| s.span).collect();
        let gold_ends: BTreeSet<usize> = document.spans.iter().map(|span| span.end).collect();
        let found_ends: BTreeSet<usize> = found.iter().map(|span| span.end).collect();
        let gold_spans: BTreeSet<(usize, usize)> = document.spans.iter().map(|s| (s.start, s.end)).collect();
        self.documents += 1;
        self.gold += gold_ends.len();
        self.found += found_ends.len();
        self.ends_right += gold_ends.intersection(&found_ends).count();
        self.spans_right += found.iter().filter(|s| gold_spans.contains(&(s.start, s.end))).count();
        for end in gold_ends.symmetric_difference(&found_ends) {
            let kind =
                if gold_ends.contains(end) { BoundaryErrorKind::Missed } else { BoundaryErrorKind::Spurious };
            let context = context(&document.text, *end);
            self.errors.push(BoundaryError { document: document.name.clone(), kind, context });
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Up to 40 characters to both sides of `at`, on one line.
fn context(text: &str, at: usize) -> String {
    let left: Vec<char> = text[..at].chars().rev().take(40).collect();
    let left: String = left.into_iter().rev().collect();
    let right: String = text[at..].chars().take(40).collect();
    format!("{left}|{right}").replace('\n', "¶")
}

/// Scores CoNLL-U files together.
pub fn score_conllu<P: AsRef<Path>>(paths: &[P]) -> Result<BoundaryScore, GoldError> {
    let mut score = BoundaryScore::default();
    for path in paths {
        for document in read_conllu(path.as_ref())? {
            score.add(&document);
        }
    }
    Ok(score)
}

/// The documents of a CoNLL-U file, from its comments `# newdoc`, `# newpar` and `# text`.
pub fn read_conllu(path: &Path) -> Result<Vec<GoldDocument>, GoldError> {
    let content = read(path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let documents = parse_conllu(&content, &name);
    if documents.is_empty() {
        return Err(GoldError::NoSentences { path: path.to_owned() });
    }
    Ok(documents)
}

fn parse_conllu(content: &str, name: &str) -> Vec<GoldDocument> {
    let empty = |name: &str| GoldDocument { name: name.to_owned(), text: String::new(), spans: Vec::new() };
    let mut documents = Vec::new();
    let mut current = empty(name);
    let mut new_paragraph = false;
    // Sentences left in each block that is open: "p (5 s) | caption (1 s)" opens two. A caption
    // that ends inside a paragraph is no part of the text around it.
    let mut blocks: Vec<usize> = Vec::new();
    for line in content.lines() {
        let Some(comment) = line.strip_prefix('#').map(str::trim_start) else { continue };
        if let Some(rest) = comment.strip_prefix("newdoc") {
            let id = rest.trim_start().strip_prefix("id = ").unwrap_or(name);
            let finished = std::mem::replace(&mut current, empty(id));
            documents.push(finished);
        } else if comment.trim_end() == "newpar" || comment.starts_with("newpar id") {
            new_paragraph = true;
        } else if let Some(opened) = comment.strip_prefix("newpar_block = ") {
            new_paragraph = true;
            blocks.extend(opened.split(" | ").filter_map(block_length));
        } else if let Some(sentence) = comment.strip_prefix("text = ").map(str::trim) {
            if !current.text.is_empty() {
                current.text.push_str(if new_paragraph { "\n\n" } else { " " });
            }
            let start = current.text.len();
            current.text.push_str(sentence);
            current.spans.push(start..current.text.len());
            for left in &mut blocks {
                *left = left.saturating_sub(1);
            }
            let open = blocks.len();
            blocks.retain(|left| *left > 0);
            new_paragraph = blocks.len() < open;
        }
    }
    documents.push(current);
    documents.retain(|document| !document.spans.is_empty());
    documents
}

/// The number of sentences in a block: 5 for "p (5 s)".
fn block_length(block: &str) -> Option<usize> {
    let (_, count) = block.trim_end().strip_suffix(" s)")?.rsplit_once('(')?;
    count.parse().ok()
}

/// How many golden rules hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleScore {
    pub rules: usize,
    pub passed: usize,
    pub failures: Vec<RuleFailure>,
}

/// A golden rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFailure {
    /// Number of the rule in its file, from 1.
    pub number: usize,
    pub text: String,
    pub expected: Vec<String>,
    pub found: Vec<String>,
}

/// Checks the golden rules of a JSON file: a list of `[text, [sentence, ...]]`.
pub fn score_rules(path: &Path) -> Result<RuleScore, GoldError> {
    let rules: Vec<(String, Vec<String>)> = serde_json::from_str(&read(path)?)
        .map_err(|source| GoldError::Rules { path: path.to_owned(), source })?;
    let mut score = RuleScore::default();
    for (index, (text, expected)) in rules.into_iter().enumerate() {
        let found: Vec<String> = segment(&text).iter().map(|s| s.text(&text).to_owned()).collect();
        score.rules += 1;
        if found == expected {
            score.passed += 1;
        } else {
            score.failures.push(RuleFailure { number: index + 1, text, expected, found });
        }
    }
    Ok(score)
}

fn read(path: &Path) -> Result<String, GoldError> {
    fs::read_to_string(path).map_err(|source| GoldError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# newdoc id = talks\n# newpar\n# text = Talks resume\n1\tTalks\t_\n\n\
        # newpar\n# newpar_block = p (3 s) | caption (1 s)\n# text = The hall\n1\tThe\t_\n\n\
        # text = Both sides came.\n1\tBoth\t_\n\n# text = They left at 5 p.m. and rested.\n";

    #[test]
    fn a_document_is_rebuilt_with_its_paragraphs() {
        let documents = parse_conllu(DOCUMENT, "file");
        assert_eq!(documents.len(), 1);
        let document = &documents[0];
        assert_eq!(document.name, "talks");
        assert_eq!(
            document.text,
            "Talks resume\n\nThe hall\n\nBoth sides came. They left at 5 p.m. and rested."
        );
        assert_eq!(&document.text[document.spans[3].clone()], "They left at 5 p.m. and rested.");
    }

    #[test]
    fn ends_and_spans_are_counted_apart() {
        // Gold joins what every segmenter parts: one end missed, two spans wrong.
        let document = GoldDocument {
            name: "d".into(),
            text: "He came. She left. They met.".into(),
            spans: vec![0..18, 19..28],
        };
        let mut score = BoundaryScore::default();
        score.add(&document);
        assert_eq!((score.gold, score.found, score.ends_right, score.spans_right), (2, 3, 2, 1));
        assert_eq!(score.errors[0].kind, BoundaryErrorKind::Spurious);
        assert_eq!(score.errors[0].context, "He came.| She left. They met.");
        assert!((score.f1() - 0.8).abs() < 1e-12);
    }

    #[test]
    fn errors_name_the_file_and_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gold.conllu");
        assert!(read_conllu(&path).unwrap_err().to_string().contains("gold.conllu"));
        fs::write(&path, "1\tword\n").unwrap();
        assert!(read_conllu(&path).unwrap_err().to_string().contains("# text ="));
        fs::write(&path, "{}").unwrap();
        assert!(score_rules(&path).unwrap_err().to_string().contains("[text, [sentence, ...]]"));
    }

    /// The folder of shared data, where the project's checkout has it.
    fn shared(part: &str) -> Option<PathBuf> {
        let root = std::env::var_os("DETENTE_SHARED")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
        let path = root.join("data").join(part);
        if !path.exists() {
            eprintln!("skipped: {} is not here", path.display());
            return None;
        }
        Some(path)
    }

    fn documents_of(genre: &str) -> Option<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(shared("gum")?)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(&format!("GUM_{genre}_")))
            .collect();
        paths.sort();
        Some(paths)
    }

    fn report(name: &str, score: &BoundaryScore) {
        eprintln!(
            "{name}: {} documents, {} gold, {} found, precision {:.4}, recall {:.4}, F1 {:.4}, span F1 {:.4}",
            score.documents,
            score.gold,
            score.found,
            score.precision(),
            score.recall(),
            score.f1(),
            score.span_f1()
        );
        for error in &score.errors {
            eprintln!("  {:?} {}: {}", error.kind, error.document, error.context);
        }
    }

    #[test]
    fn news_sentences_end_where_annotators_end_them() {
        let Some(paths) = documents_of("news") else { return };
        let score = score_conllu(&paths).unwrap();
        report("news", &score);
        assert!(score.f1() >= 0.98, "F1 {:.4}", score.f1());
        // One document ends in the page's list of categories, eight "sentences" in one line
        // with nothing between them; without that line the bar is higher.
        let mut articles = BoundaryScore::default();
        for mut document in paths.iter().flat_map(|path| read_conllu(path).unwrap()) {
            if let Some(footer) =
                document.spans.iter().position(|s| &document.text[s.clone()] == "Categories:")
            {
                document.text.truncate(document.spans[footer].start);
                document.spans.truncate(footer);
            }
            articles.add(&document);
        }
        report("news without page furniture", &articles);
        assert!(articles.f1() >= 0.99, "F1 {:.4}", articles.f1());
    }

    #[test]
    fn interview_sentences_end_where_annotators_end_them() {
        let Some(paths) = documents_of("interview") else { return };
        let score = score_conllu(&paths).unwrap();
        report("interviews", &score);
        assert!(score.f1() >= 0.97, "F1 {:.4}", score.f1());
    }

    #[test]
    fn golden_rules_hold() {
        let Some(path) = shared("pysbd/GOLDEN_EN_RULES_TEST_CASES.json") else { return };
        let score = score_rules(&path).unwrap();
        for failure in &score.failures {
            eprintln!("rule {}: {:?}\n  expected {:?}", failure.number, failure.found, failure.expected);
        }
        assert!(score.passed >= 47, "{} of {}", score.passed, score.rules);
    }
}
