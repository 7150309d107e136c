//! Attribution of whole articles, compared with golden files.
//!
//! `tests/golden/attribution/NAME.txt` holds an invented article: headline, date, empty line, text. `NAME.golden`
//! shows every sentence with its candidates under it. After an intended change, run the test with
//! `UPDATE_GOLDEN=1` and read the difference.

use std::fmt::Write as _;
use std::path::Path;

use detente::article::{Article, Origin};
use detente::attribute::{self, Candidate, Reason};
use detente::registry::Registry;
use detente::segment;

fn read(path: &Path) -> Article {
    let raw = std::fs::read_to_string(path).unwrap();
    let (head, text) = raw.split_once("\n\n").unwrap();
    let (title, date) = head.split_once('\n').unwrap();
    Article {
        id: path.file_stem().unwrap().to_string_lossy().into_owned(),
        title: Some(title.to_owned()),
        text: text.to_owned(),
        date: Some(date.parse().unwrap()),
        outlet: None,
        url: None,
        origin: Origin::default(),
    }
}

fn why(reason: &Reason) -> String {
    match reason {
        Reason::Named { .. } => "named".to_owned(),
        Reason::NamedInText { .. } => "named in the text only".to_owned(),
        Reason::Pronoun { antecedent, .. } if antecedent.is_empty() => {
            "pronoun without antecedent".to_owned()
        }
        Reason::Pronoun { antecedent, .. } => format!("pronoun for {antecedent}"),
        Reason::ShortForm { antecedent, .. } => format!("short for {antecedent}"),
        Reason::Collective { .. } => "group".to_owned(),
        Reason::SpokenFor { speaker, .. } => format!("{speaker} speaks for it"),
        Reason::RunningQuote { opened_in_sentence, .. } => {
            format!("speaker of the quotation from sentence {opened_in_sentence}")
        }
        Reason::Turn { label } => format!("turn of {label}"),
    }
}

fn line(candidate: &Candidate, text: &str) -> String {
    let mention = match &candidate.mention {
        Some(range) => {
            format!("\"{}\"", text[range.clone()].split_whitespace().collect::<Vec<_>>().join(" "))
        }
        None => "(not mentioned)".to_owned(),
    };
    let mut out = format!("    {mention} -> {}: {}", candidate.holder.name, why(&candidate.reason));
    if let Some(side) = &candidate.holder.side {
        write!(out, "; side {side}").unwrap();
    }
    if let Some(claimant) = &candidate.claimant {
        write!(out, "; claimed by {}", claimant.name).unwrap();
    }
    out
}

fn render(article: &Article) -> String {
    let sentences = segment::segment(&article.text);
    let candidates = attribute::attribute(article, &sentences, Registry::builtin());
    assert_eq!(candidates.len(), sentences.len());
    let mut out = String::new();
    for (sentence, candidates) in sentences.iter().zip(&candidates) {
        let words: Vec<&str> = sentence.text(&article.text).split_whitespace().collect();
        writeln!(out, "{} {}", sentence.index, words.join(" ")).unwrap();
        for candidate in candidates {
            if let Some(range) = &candidate.mention {
                assert!(
                    sentence.span.start <= range.start && range.end <= sentence.span.end,
                    "{candidate:?}"
                );
            }
            writeln!(out, "{}", line(candidate, &article.text)).unwrap();
        }
    }
    out
}

#[test]
fn articles_are_attributed_as_their_golden_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/attribution");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "txt") {
            continue;
        }
        seen += 1;
        let found = render(&read(&path));
        let golden = path.with_extension("golden");
        if update {
            std::fs::write(&golden, &found).unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, expected, "{}: see the top of this file", golden.display());
    }
    assert!(seen >= 4, "only {seen} articles in {}", folder.display());
}
