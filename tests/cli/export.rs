//! `detente export`: the promised fields, spans that give back their words, the same rows in every format.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use detente::ingest::Inputs;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use crate::common::{Desk, number, sample_articles, text};

/// The fields that users may rely on.
const PROMISED: [&str; 18] = [
    "article_id",
    "title",
    "date",
    "outlet",
    "sentence_index",
    "start",
    "end",
    "sentence",
    "actor",
    "mention",
    "stance",
    "probabilities",
    "mode",
    "basis",
    "claimed_by",
    "tone",
    "topic",
    "model",
];
const LEVELS: [&str; 4] = ["statements", "sentences", "articles", "aggregates"];

#[test]
fn statements_have_the_promised_fields_and_labels() {
    let (desk, _) = Desk::with_scored_sample();
    let run = desk.runs()[0]["id"].clone();
    let rows = desk.exported("--all");
    assert!(rows.len() > 500, "{} rows", rows.len());
    let among = |row: &Value, field: &str, labels: &[&str]| {
        assert!(labels.contains(&text(&row[field])), "{field} of {row}");
    };
    for row in &rows {
        for field in PROMISED {
            assert!(row.get(field).is_some(), "no {field} in {row}");
        }
        assert_eq!(row["run"], run);
        assert_eq!(row["topic"], "negotiation");
        assert!(text(&row["model"]).starts_with("fast@"), "{row}");
        assert!(!text(&row["actor"]).is_empty() && !text(&row["sentence"]).is_empty(), "{row}");
        assert!(!text(&row["reason"]).is_empty(), "{row}");
        among(row, "stance", &["support", "conditional", "oppose", "none"]);
        among(row, "mode", &["direct", "indirect", "mediated", "unspec"]);
        among(row, "basis", &["statement", "action", "claimed"]);
        among(row, "tone", &["neg", "neu", "pos"]);
        // Only a claim has a claimant; that of some ("a diplomat") stays unnamed.
        assert!(row["claimed_by"].is_null() || row["basis"] == "claimed", "{row}");
    }
    assert!(rows.iter().any(|row| row["claimed_by"].is_string()));
}

#[test]
fn probabilities_are_a_distribution() {
    let (desk, _) = Desk::with_scored_sample();
    for row in desk.exported("--all") {
        let p = row["probabilities"].as_object().expect("an object");
        let labels: BTreeSet<&str> = p.keys().map(String::as_str).collect();
        assert_eq!(labels, BTreeSet::from(["support", "conditional", "oppose", "none"]));
        let sum: f64 = p.values().map(number).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}: {row}");
        assert!(p.values().all(|value| (0.0..=1.0).contains(&number(value))), "{row}");
        // A stance is the likeliest of the three; only `none` may win by another rule.
        if row["stance"] != "none" {
            let likeliest = ["support", "conditional", "oppose"]
                .into_iter()
                .max_by(|a, b| number(&p[*a]).total_cmp(&number(&p[*b])))
                .expect("three stances");
            assert_eq!(row["stance"], likeliest, "{row}");
        }
    }
    for row in desk.exported("--level sentences") {
        let sum: f64 = row["tone_probabilities"].as_object().expect("an object").values().map(number).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{row}");
    }
}

#[test]
fn spans_give_back_sentence_and_mention_from_the_articles_text() {
    let (desk, _) = Desk::with_scored_sample();
    let texts: HashMap<String, String> = Inputs::resolve(&[sample_articles()])
        .read()
        .map(|article| article.expect("the sample has no bad input"))
        .map(|article| (article.id, article.text))
        .collect();
    let span = |row: &Value| number(&row["start"]) as usize..number(&row["end"]) as usize;
    let mut mentions = 0;
    for row in desk.exported("--all") {
        let text_of = &texts[text(&row["article_id"])];
        assert_eq!(&text_of[span(&row)], text(&row["sentence"]), "{row}");
        let mention = text(&row["mention"]);
        if row["mention_start"].is_null() {
            assert_eq!(mention, "", "{row}");
            continue;
        }
        mentions += 1;
        let start = number(&row["mention_start"]) as usize;
        assert_eq!(&text_of[start..start + mention.len()], mention, "{row}");
        assert!(span(&row).start <= start && start + mention.len() <= span(&row).end, "{row}");
        assert_eq!(mention, mention.trim());
    }
    assert!(mentions > 100);

    // The sentences of an article stand in order, do not overlap, and leave nothing but white space out.
    let mut covered: HashMap<String, Vec<std::ops::Range<usize>>> = HashMap::new();
    for row in desk.exported("--level sentences") {
        let id = text(&row["article_id"]).to_owned();
        assert_eq!(&texts[&id][span(&row)], text(&row["sentence"]));
        covered.entry(id).or_default().push(span(&row));
    }
    assert_eq!(covered.len(), 76);
    for (id, spans) in covered {
        let mut at = 0;
        for span in spans {
            assert!(at <= span.start, "{id}: {span:?} overlaps");
            let skipped = &texts[&id][at..span.start];
            assert!(skipped.trim().is_empty(), "{id}: no sentence has '{skipped}'");
            at = span.end;
        }
        assert!(texts[&id][at..].trim().is_empty(), "{id}: the end is in no sentence");
    }
}

#[test]
fn all_adds_the_rows_without_a_stance_and_nothing_else() {
    let (desk, _) = Desk::with_scored_sample();
    let all = desk.exported("--all");
    let with_stance: Vec<Value> = all.iter().filter(|row| row["stance"] != "none").cloned().collect();
    assert!(with_stance.len() < all.len());
    assert_eq!(desk.exported(""), with_stance);

    // Levels count each other's rows.
    let sentences = desk.exported("--level sentences");
    let articles = desk.exported("--level articles");
    let sum = |rows: &[Value], field: &str| rows.iter().map(|row| number(&row[field])).sum::<f64>() as usize;
    assert_eq!(sum(&articles, "sentences"), sentences.len());
    assert_eq!(sum(&articles, "statements"), with_stance.len());
    assert_eq!(sum(&sentences, "statements"), with_stance.len());
    let aggregates = desk.exported("--level aggregates");
    assert_eq!(sum(&aggregates, "statements"), with_stance.len());
    // At most one statement of an actor in a sentence.
    let distinct: BTreeSet<String> = all
        .iter()
        .map(|row| format!("{} {} {}", row["article_id"], row["sentence_index"], row["actor"]))
        .collect();
    assert_eq!(distinct.len(), all.len());
}

/// A row with the names that CSV and Parquet have, every value as text.
fn flat(row: &Value, level: &str) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    for (name, value) in row.as_object().expect("an object") {
        match value {
            Value::Object(inner) => {
                let prefix = if level == "sentences" { "p_tone" } else { "p" };
                for (label, value) in inner {
                    cells.insert(format!("{prefix}_{label}"), plain(value));
                }
            }
            value => {
                cells.insert(name.clone(), plain(value));
            }
        }
    }
    cells
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => canonical(number(other)),
    }
}

/// Numbers are compared as singles: all that scores have.
fn canonical(value: f64) -> String {
    format!("{}", value as f32)
}

/// The number that a cell of text holds, if it does, in canonical form.
fn cell(name: &str, text: &str, numeric: &BTreeSet<String>) -> String {
    if numeric.contains(name) && !text.is_empty() {
        canonical(text.parse().expect("a number"))
    } else {
        text.to_owned()
    }
}

fn field(value: &Field) -> String {
    match value {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(value) => canonical(*value as f64),
        Field::Float(value) => canonical(f64::from(*value)),
        Field::Double(value) => canonical(*value),
        other => panic!("an unexpected column type: {other:?}"),
    }
}

#[test]
fn csv_and_parquet_carry_the_rows_of_the_jsonl() {
    let (desk, _) = Desk::with_scored_sample();
    for level in LEVELS {
        let all = if level == "statements" { "--all" } else { "" };
        let rows = desk.exported(&format!("--level {level} {all}"));
        let expected: Vec<BTreeMap<String, String>> = rows.iter().map(|row| flat(row, level)).collect();
        assert!(!expected.is_empty());
        let mut numeric = BTreeSet::new();
        for row in &rows {
            for (name, value) in row.as_object().expect("an object") {
                match value {
                    Value::Number(_) => _ = numeric.insert(name.clone()),
                    Value::Object(_) => {
                        numeric.extend(flat(row, level).into_keys().filter(|key| key.starts_with("p_")))
                    }
                    _ => {}
                }
            }
        }

        let csv = desk.run(&format!("export --level {level} {all} --format csv")).expect(0).stdout;
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let found: Vec<BTreeMap<String, String>> = reader
            .records()
            .map(|record| {
                let record = record.expect("a row");
                let named = header.iter().zip(&record);
                named.map(|(name, value)| (name.to_owned(), cell(name, value, &numeric))).collect()
            })
            .collect();
        assert!(found == expected, "the CSV of {level} differs");

        desk.run(&format!("export --level {level} {all} --format parquet --output rows.parquet")).expect(0);
        let file = File::open(desk.path("rows.parquet")).expect("a file");
        let reader = SerializedFileReader::new(file).expect("a Parquet file");
        let found: Vec<BTreeMap<String, String>> = reader
            .get_row_iter(None)
            .expect("rows")
            .map(|row| {
                let row = row.expect("a row");
                row.get_column_iter().map(|(name, value)| (name.clone(), field(value))).collect()
            })
            .collect();
        assert!(found == expected, "the Parquet file of {level} differs");
    }
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let (desk, _) = Desk::with_scored_sample();
    for arguments in
        ["export --all", "export --level sentences --format csv", "report --format json", "runs --json"]
    {
        let mut child = desk
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a first line");
        drop(out);
        assert!(!line.is_empty());
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments}");
    }
}
