//! `detente score` on the sample corpus: counts, what goes where, scoring again.

use std::collections::BTreeMap;

use crate::common::{Desk, finish_with_input, number, sample_articles, text};

/// Copies in the sample corpus, as data/sample/TURNS.md lists them.
/// Pages and plain texts give no id: theirs is a hash of the content.
const CEASEFIRE_PAGE: &str = "8c3f03498096ce55";
const NEAR_COPIES: [[&str; 2]; 4] = [
    ["cw-2025-10-21-eskvik", CEASEFIRE_PAGE],
    ["cw-2025-11-20-indirect", "qc-2025-11-21-indirect"],
    ["kpa-2026-02-19-darvash", "cw-2026-02-20-answer"],
    ["cw-2026-06-03-ministers", "qc-2026-06-04-ministers"],
];
const EXACT_COPY: [&str; 2] = ["cw-2025-12-16-portaubry", "cw-2025-12-16-portaubry-resent"];

#[test]
fn the_sample_is_scored_without_a_complaint() {
    let (desk, first) = Desk::with_scored_sample();
    let first =
        first.expect(0).says(&["76 articles scored", "1 exact copies", "4 near copies", "2 without a date"]);
    // One line of notes; nothing is drawn where there is no terminal.
    assert_eq!(first.stderr.lines().count(), 1, "{}", first.stderr);
    assert!(!first.stderr.contains(['\u{1b}', '\r']), "{:?}", first.stderr);
    assert!(!first.stdout.contains('\u{1b}'));

    let runs = desk.runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["status"], "finished");
    // Whatever this processor is best at; what was chosen is written down.
    assert!(["f32", "bf16", "int8"].contains(&text(&runs[0]["precision"])), "{}", runs[0]);
    let counts = &runs[0]["counts"];
    for (what, expected) in [
        ("scored", 76),
        ("reused", 0),
        ("duplicates_exact", 1),
        ("duplicates_near", 4),
        ("refused", 0),
        ("undated", 2),
    ] {
        assert_eq!(counts[what], expected, "{what}: {counts}");
    }
}

#[test]
fn score_prints_the_report_of_its_run_and_nothing_else() {
    let (desk, first) = Desk::with_scored_sample();
    let run = text(&desk.runs()[0]["id"]).to_owned();
    let report = desk.run(&format!("report --run {run}")).expect(0);
    assert_eq!(first.stdout, report.stdout);
    assert_eq!(report.stderr, "");
}

#[test]
fn copies_are_counted_once_and_linked_to_their_originals() {
    let (desk, _) = Desk::with_scored_sample();
    let run = text(&desk.runs()[0]["id"]).to_owned();
    let shown = desk.run(&format!("runs {run}")).expect(0).stdout;
    let mut copies: Vec<Vec<&str>> = shown
        .lines()
        .filter(|line| line.contains(" copy "))
        .map(|line| line.split_whitespace().collect())
        .collect();
    copies.sort();
    assert_eq!(copies.len(), 5, "{shown}");
    let articles: Vec<String> =
        desk.exported("--level articles").iter().map(|row| text(&row["article_id"]).to_owned()).collect();
    assert_eq!(articles.len(), 76);
    let pairs = NEAR_COPIES.iter().map(|pair| ("near", pair)).chain([("exact", &EXACT_COPY)]);
    for (kind, pair) in pairs {
        // Which of the two is met first depends on the order of the files.
        let line = copies
            .iter()
            .find(|words| pair.iter().all(|id| words.contains(id)))
            .unwrap_or_else(|| panic!("{pair:?} in {shown}"));
        assert_eq!(line[0], kind, "{line:?}");
        let stored = pair.iter().filter(|id| articles.iter().any(|stored| stored == **id)).count();
        assert_eq!(stored, 1, "{pair:?}");
    }
    let duplicates: f64 =
        desk.exported("--level articles").iter().map(|row| number(&row["duplicates"])).sum();
    assert_eq!(duplicates, 5.0);
}

#[test]
fn unknown_dates_stay_unknown() {
    let (desk, _) = Desk::with_scored_sample();
    let articles = desk.exported("--level articles");
    // The two plain texts; nothing in them says when they were written.
    let undated: Vec<&str> =
        articles.iter().filter(|row| row["date"].is_null()).map(|row| text(&row["title"])).collect();
    assert_eq!(undated.len(), 2, "{undated:?}");
}

#[test]
fn metadata_of_every_format_arrives() {
    let (desk, _) = Desk::with_scored_sample();
    let articles = desk.exported("--level articles");
    let mut outlets: BTreeMap<&str, usize> = BTreeMap::new();
    for row in articles.iter().filter(|row| !row["outlet"].is_null()) {
        *outlets.entry(text(&row["outlet"])).or_default() += 1;
    }
    assert_eq!(
        outlets.keys().copied().collect::<Vec<_>>(),
        [
            "Ardesh Bulletin",
            "Continental Wire",
            "Dalin Herald",
            "Fairholt House Press Office",
            "Kessara Press Agency",
            "The Meridian Weekly",
            "The Qamet Courier"
        ]
    );
    assert!(articles.iter().all(|row| row["title"].is_string()));
    let page = |row: &serde_json::Value| row["outlet"] == "Dalin Herald" && row["date"] == "2026-05-05";
    assert!(articles.iter().any(page), "no page of that day");
}

#[test]
fn scoring_again_does_no_inference_and_changes_nothing() {
    let (desk, first) = Desk::with_scored_sample();
    let before = desk.run("export --all").expect(0).stdout;
    let again = desk.run_on("score", &sample_articles()).expect(0);
    let again = again.says(&["0 articles scored (0 sentences", "76 already in the store"]);
    let runs = desk.runs();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["configuration"], runs[1]["configuration"]);
    let counts = &runs[1]["counts"];
    assert_eq!((&counts["scored"], &counts["reused"]), (&0.into(), &76.into()));
    assert_eq!((&counts["duplicates_exact"], &counts["duplicates_near"]), (&1.into(), &4.into()));
    // The rows name the latest run that holds the article.
    let after = desk.run("export --all").expect(0).stdout;
    let [old, new] = [0, 1].map(|run| text(&runs[run]["id"]).to_owned());
    assert!(before.replace(&old, &new) == after, "scores changed");
    // The report differs in its run and in what was read, not in its figures.
    let table = |report: &str| {
        report.lines().filter(|line| line.starts_with("Adrin Soltes ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(table(&first.stdout), table(&again.stdout));
}

#[test]
fn other_settings_make_a_new_configuration_and_leave_the_old_scores_alone() {
    let (desk, _) = Desk::with_scored_sample();
    let old_run = text(&desk.runs()[0]["id"]).to_owned();
    let old = desk.run(&format!("export --all --run {old_run}")).expect(0).stdout;

    let bulletin = sample_articles().join("ardesh-bulletin.csv");
    let other = if text(&desk.runs()[0]["precision"]) == "f32" { "bf16" } else { "f32" };
    desk.run_on(&format!("score --precision {other} --no-report"), &bulletin).expect(0);
    let runs = desk.runs();
    assert_eq!(runs.len(), 2);
    assert_ne!(runs[0]["configuration"], runs[1]["configuration"]);
    assert_eq!(runs[1]["precision"], other);
    assert_eq!(runs[1]["counts"]["reused"], 0);
    let scored = number(&runs[1]["counts"]["scored"]) as usize;
    assert!(scored > 5);

    assert_eq!(desk.run(&format!("export --all --run {old_run}")).expect(0).stdout, old);
    // Without --run: the latest configuration alone, never a mixture.
    assert_eq!(desk.exported("--level articles").len(), scored);
    desk.run("verify").expect(0);
}

#[test]
fn standard_input_is_jsonl_and_no_report_leaves_standard_output_empty() {
    let desk = Desk::with_sample_actors();
    let line = r#"{"id": "one", "date": "2026-01-05", "outlet": "Wire", "text": "Adrin Soltes refused on Monday to meet the Sarhani delegation."}"#;
    let finished = finish_with_input(&mut desk.command("score - --no-report"), line).expect(0);
    assert_eq!(finished.stdout, "");
    let articles = desk.exported("--level articles");
    assert_eq!(articles.len(), 1);
    assert_eq!(articles[0]["article_id"], "one");
    assert_eq!(articles[0]["path"], "-");
}

#[test]
fn stored_scores_can_be_repeated() {
    let (desk, _) = Desk::with_scored_sample();
    let verified = desk.run("verify --rescore 3").expect(0);
    assert!(verified.stdout.contains("the store is in order"), "{}", verified.stdout);
    assert!(verified.stdout.contains("3 articles scored again"), "{}", verified.stdout);
    assert!(verified.stdout.contains(", 0 stances differ"), "{}", verified.stdout);
    // In the arithmetic that they were made in, whatever is fastest here.
    let bulletin = sample_articles().join("ardesh-bulletin.csv");
    desk.run_on("score --precision f32 --no-report", &bulletin).expect(0);
    let verified = desk.run("verify --rescore 2").expect(0);
    assert!(verified.stdout.contains("2 articles scored again"), "{}", verified.stdout);
    assert!(verified.stdout.contains(", 0 stances differ"), "{}", verified.stdout);
}
