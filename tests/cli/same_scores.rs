//! The score of a sentence does not depend on what else is scored, in what order, or by how many workers.
//!
//! Stances, holders, modes, bases and tones must be identical. In integers every probability must be, to the last bit; in other
//! arithmetic it may move by what another shape of a batch does to sums in f32: [`TOLERANCE`].

use std::collections::BTreeMap;
use std::fs;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::common::{Desk, number, sample_articles, text};

const TOLERANCE: f64 = 1e-4;

/// A few articles of different length and manner, one JSON line each; the longest of the sample among them.
fn articles() -> Vec<String> {
    let read = |name: &str| fs::read_to_string(sample_articles().join(name)).expect("a file of the sample");
    let first = |name: &str, n: usize| read(name).lines().take(n).map(str::to_owned).collect::<Vec<_>>();
    let zipped =
        fs::File::open(sample_articles().join("meridian-weekly.jsonl.gz")).expect("a file of the sample");
    let weekly = std::io::read_to_string(GzDecoder::new(zipped)).expect("gzip");
    let longest = weekly.lines().max_by_key(|line| line.len()).expect("an article");
    let mut chosen = first("continental-wire.jsonl", 2);
    chosen.push(longest.to_owned());
    chosen.extend(first("qamet-courier.jsonl", 2));
    chosen.extend(first("fairholt-house.jsonl", 1));
    chosen
}

/// Everything that was scored, by article, sentence and actor; `run` left out.
type Scores = BTreeMap<(String, u64, String), Value>;

fn scores(desk: &Desk) -> Scores {
    let mut found = Scores::new();
    let place = |row: &Value, actor: &str| {
        (text(&row["article_id"]).to_owned(), number(&row["sentence_index"]) as u64, actor.to_owned())
    };
    for mut row in desk.exported("--all").into_iter().chain(desk.exported("--level sentences")) {
        row.as_object_mut().expect("an object").remove("run");
        let actor = row["actor"].as_str().unwrap_or("").to_owned();
        assert!(found.insert(place(&row, &actor), row).is_none(), "an actor twice in one sentence");
    }
    found
}

/// Takes the probabilities out of a row.
fn probabilities(row: &mut Value) -> Vec<f64> {
    let mut taken = Vec::new();
    for key in ["probabilities", "tone_probabilities"] {
        if let Some(Value::Object(inner)) = row.as_object_mut().expect("an object").remove(key) {
            taken.extend(inner.values().map(number));
        }
    }
    taken
}

/// How far a probability may move in the arithmetic of this processor.
fn tolerance(desk: &Desk) -> f64 {
    if text(&desk.runs()[0]["precision"]) == "int8" { 0.0 } else { TOLERANCE }
}

fn assert_same(name: &str, one: &Scores, other: &Scores, tolerance: f64) {
    assert!(one.keys().eq(other.keys()), "{name}: other sentences or actors");
    let mut largest = 0f64;
    for (place, row) in one {
        let (mut a, mut b) = (row.clone(), other[place].clone());
        for (p, q) in probabilities(&mut a).iter().zip(probabilities(&mut b)) {
            largest = largest.max((p - q).abs());
        }
        assert_eq!(a, b, "{name}: {place:?}");
    }
    assert!(largest <= tolerance, "{name}: a probability differs by {largest}");
    eprintln!("{name}: {} rows, largest difference {largest:.1e}", one.len());
}

#[test]
fn alone_together_in_any_order_and_with_any_number_of_workers() {
    let articles = articles();
    let allowed = std::cell::Cell::new(0.0);
    let scored = |lines: &[&String], options: &str| {
        let desk = Desk::with_sample_actors();
        let joined: Vec<&str> = lines.iter().map(|line| line.as_str()).collect();
        desk.write("articles.jsonl", joined.join("\n"));
        desk.run(&format!("score articles.jsonl --no-report {options}")).expect(0);
        allowed.set(tolerance(&desk));
        scores(&desk)
    };
    let in_order: Vec<&String> = articles.iter().collect();
    let together = scored(&in_order, "--workers 2");
    assert!(together.len() > 150, "{} rows", together.len());

    let same = |name: &str, other: Scores| assert_same(name, &together, &other, allowed.get());
    same("one worker", scored(&in_order, "--workers 1"));
    same("three workers", scored(&in_order, "--workers 3"));
    let shuffled: Vec<&String> = [4, 1, 5, 0, 3, 2].iter().map(|&n| &articles[n]).collect();
    same("another order", scored(&shuffled, "--workers 2"));
    let alone: Scores = articles.iter().flat_map(|article| scored(&[article], "--workers 1")).collect();
    same("each article alone", alone);
}

#[test]
fn the_rest_of_the_corpus_does_not_matter_to_an_article() {
    let (desk, _) = Desk::with_scored_sample();
    let whole = scores(&desk);
    let bulletin = Desk::with_sample_actors();
    bulletin.run_on("score --no-report", &sample_articles().join("ardesh-bulletin.csv")).expect(0);
    let alone = scores(&bulletin);
    // Paths and runs are no part of the rows compared.
    let of_whole: Scores =
        whole.into_iter().filter(|(place, _)| alone.keys().any(|other| other.0 == place.0)).collect();
    assert_same("one file of the corpus", &of_whole, &alone, tolerance(&bulletin));
}
