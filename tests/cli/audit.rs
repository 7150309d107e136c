//! `detente audit`: a random sample for people to label, and reports corrected by the labels.

use std::fs;

use serde_json::Value;

use crate::common::{Desk, finish, number, text};

/// Fills the labels in by `judge`, which gets the row's article, sentence and actor.
fn label(file: &str, judge: impl Fn(&csv::StringRecord) -> String) -> String {
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let head = reader.headers().unwrap().clone();
    let column = head.iter().position(|name| name == "label").unwrap();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&head).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let stance = judge(&row);
        out.write_record(
            row.iter().enumerate().map(|(at, cell)| if at == column { stance.as_str() } else { cell }),
        )
        .unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

#[test]
fn labels_that_agree_with_the_model_leave_its_index_and_others_move_it() {
    let (desk, _) = Desk::with_scored_sample();
    let drawn = desk.run("audit --n 300").expect(0);
    assert_eq!(drawn.stdout, desk.run("audit --n 300").expect(0).stdout, "the same seed draws the same");
    assert_ne!(drawn.stdout, desk.run("audit --n 300 --seed other").expect(0).stdout);
    let rows = drawn.stdout.lines().count() - 1;
    assert!((220..380).contains(&rows), "{rows} drawn");
    let head = drawn.stdout.lines().next().unwrap();
    assert_eq!(
        head,
        "article_id,sentence_index,probability,candidates,date,title,context,sentence,actor,mention,label,note"
    );
    let mut unlabelled = csv::Reader::from_reader(drawn.stdout.as_bytes());
    assert!(
        unlabelled.records().all(|row| row.unwrap()[10].is_empty()),
        "labellers are not told what the model said"
    );

    let all = desk.exported("--level statements --all");
    let model = |row: &csv::StringRecord| {
        let found = all.iter().find(|s| {
            s["article_id"] == row[0]
                && s["sentence_index"].as_u64() == row[1].parse().ok()
                && s["actor"] == row[8]
        });
        text(&found.unwrap_or_else(|| panic!("{row:?}"))["stance"]).to_owned()
    };
    fs::write(desk.path("agreed.csv"), label(&drawn.stdout, model)).unwrap();
    fs::write(
        desk.path("opposed.csv"),
        label(&drawn.stdout, |row| match model(row).as_str() {
            "support" => "oppose".to_owned(),
            other => other.to_owned(),
        }),
    )
    .unwrap();
    let everyone = |file: &str| -> Value {
        let report = desk.run(&format!("report --format json --audit {file}")).expect(0).json();
        let audit = &report["audit"];
        assert_eq!((audit["drawn"].as_u64(), audit["unmatched"].as_u64()), (Some(rows as u64), Some(0)));
        audit["everyone"].clone()
    };
    let (agreed, opposed) = (everyone("agreed.csv"), everyone("opposed.csv"));
    // Labels are 1, 0, -1 where the model's leanings are smaller: the sign stays.
    assert!(number(&agreed["index"]) > number(&agreed["raw_index"]) - 0.05, "{agreed}");
    assert!(number(&opposed["index"]) < number(&agreed["index"]) - 0.3, "{opposed}");
    assert!(number(&opposed["interval"]["high"]) < number(&agreed["index"]));
    assert!(number(&opposed["agreed"]) < number(&agreed["agreed"]));
    // An audit of one actor says nothing of the others.
    let one = text(&desk.run("report --format json").expect(0).json()["actors"][0]["actor"]).to_owned();
    let mut command = desk.command("audit --n 100");
    let of_one = finish(command.arg("--actor").arg(&one)).expect(0).stdout;
    fs::write(desk.path("one.csv"), label(&of_one, model)).unwrap();
    let all = desk.run("report --format json --audit one.csv").expect(0).json();
    assert!(all["audit"]["everyone"].is_null() && number(&all["audit"]["outside"]) > 0.0);
    desk.run("compare --a 2025 --b 2026 --audit one.csv").expect(2).says(&["--audit"]);
    let shown = desk.run("report --audit opposed.csv").expect(0).stdout;
    assert!(shown.contains(&format!("audit: {rows} of {rows} drawn statements labelled")), "{shown}");
}

#[test]
fn a_wrong_label_is_named_with_its_line() {
    let (desk, _) = Desk::with_scored_sample();
    let drawn = desk.run("audit --n 20").expect(0).stdout;
    fs::write(desk.path("wrong.csv"), label(&drawn, |_| "in favour".to_owned())).unwrap();
    desk.run("report --audit wrong.csv").expect(2).says(&["wrong.csv", "line 2", "in favour"]);
    desk.run("audit --n 0").expect(2).says(&["--n is 0"]);
}
