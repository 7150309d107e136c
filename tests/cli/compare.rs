//! `detente compare`: two periods, outlets or runs of a scored corpus, in every format.

use serde_json::Value;

use crate::common::{Desk, number, text};

fn rows(report: &Value) -> &Vec<Value> {
    report["actors"].as_array().expect("actors")
}

#[test]
fn periods_are_compared_with_the_figures_that_each_has_alone() {
    let (desk, _) = Desk::with_scored_sample();
    let found = desk.run("compare --a ..2025-12 --b 2026-01.. --format json").expect(0).json();
    let before = desk.run("report --to 2025-12 --format json").expect(0).json();
    let after = desk.run("report --from 2026-01 --format json").expect(0).json();
    assert_eq!(found["a"]["statements"], before["totals"]["statements"]);
    assert_eq!(found["b"]["statements"], after["totals"]["statements"]);
    let mut differences = 0;
    for row in rows(&found) {
        for (side, alone) in [("a", &before), ("b", &after)] {
            let expected = rows(alone).iter().find(|other| other["actor"] == row["actor"]);
            assert_eq!(row[side].is_null(), expected.is_none(), "{}", row["actor"]);
            if let Some(expected) = expected {
                for figure in
                    ["statements", "articles", "index", "interval", "support", "conditional", "oppose"]
                {
                    assert_eq!(row[side][figure], expected[figure], "{}, {side}, {figure}", row["actor"]);
                }
            }
        }
        if !row["difference"].is_null() {
            differences += 1;
            let apart = number(&row["b"]["index"]) - number(&row["a"]["index"]);
            assert!((number(&row["difference"]) - apart).abs() < 2e-4);
            let parts: f64 =
                row["parts"].as_array().unwrap().iter().map(|part| number(&part["amount"])).sum();
            assert!((parts - number(&row["difference"])).abs() < 3e-4, "{row}");
            assert!(!row["evidence_a"].as_array().unwrap().is_empty());
            assert!(row["evidence_b"].as_array().unwrap().iter().all(|one| text(&one["date"]) >= "2026-01"));
        }
        if let (Some(p), Some(q)) = (row["p"].as_f64(), row["q"].as_f64()) {
            assert!(p <= q && q <= 1.0 && number(&row["interval"]["low"]) <= number(&row["difference"]));
        }
    }
    assert!(differences >= 5, "{differences} actors on both sides");
}

#[test]
fn every_format_names_the_same_actors_in_the_same_order() {
    let (desk, _) = Desk::with_scored_sample();
    let ask = "compare --a ..2025-12 --b 2026-01.. --min-n 4";
    let json = desk.run(&format!("{ask} --format json")).expect(0).json();
    let names: Vec<&str> = rows(&json).iter().map(|row| text(&row["actor"])).collect();
    let csv = desk.run(&format!("{ask} --format csv")).expect(0).stdout;
    let in_csv: Vec<String> = csv::Reader::from_reader(csv.as_bytes())
        .records()
        .map(|record| record.unwrap()[1].to_owned())
        .collect();
    assert_eq!(in_csv, names);
    for format in ["terminal", "markdown"] {
        let all = desk.run(&format!("{ask} --all --format {format}")).expect(0).stdout;
        let mut at = 0;
        for name in &names {
            at += all[at..].find(name).unwrap_or_else(|| panic!("{name} is not in its place in {format}"));
        }
        assert_eq!(all, desk.run(&format!("{ask} --all --format {format}")).expect(0).stdout);
    }
}

#[test]
fn a_run_compared_with_itself_has_not_changed() {
    let (desk, _) = Desk::with_scored_sample();
    let id = text(&desk.run("runs --json").expect(0).json()["id"]).to_owned();
    let found = desk.run(&format!("compare --a run:{id} --b run:{id} --format json")).expect(0).json();
    assert!(rows(&found).len() >= 30);
    for row in rows(&found) {
        assert_eq!(number(&row["difference"]), 0.0);
        // One article tells nothing of how articles differ.
        let few = number(&row["a"]["articles"]) < 2.0;
        assert_eq!(row["p"], if few { Value::Null } else { Value::from(1.0) }, "{row}");
        assert_eq!(row["verdict"], if few { "too_few_articles" } else { "no_clear_difference" });
    }
}

#[test]
fn sides_that_cannot_be_compared_are_refused_with_the_reason() {
    let (desk, _) = Desk::with_scored_sample();
    desk.run("compare --a 2025 --b outlet:Continental").expect(2).says(&["one kind", "two periods"]);
    desk.run("compare --a 2025-14 --b 2026").expect(2).says(&["2025-14"]);
    desk.run("compare --a outlet:Nobody --b outlet:Nothing")
        .expect(2)
        .says(&["no outlet 'Nobody'", "among its"]);
    desk.run("compare --a run:none --b run:none").expect(2).says(&["none"]);
    let empty = desk.run("compare --a 1999 --b 2026").expect(0).stdout;
    assert!(empty.contains("Side a has no statement"), "{empty}");
}

#[test]
fn by_periods_it_shows_every_actors_path() {
    let (desk, _) = Desk::with_scored_sample();
    let paths = desk.run("compare --by month --format json").expect(0).json();
    assert_eq!(paths, desk.run("report --by month --format json").expect(0).json());
    desk.run("compare --a 2025").expect(2);
    desk.run("compare").expect(2);
    desk.run("compare --by month --a 2025 --b 2026").expect(2);
}
