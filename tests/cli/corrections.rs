//! `corrections.toml`: a person's word is put over the program's in every report, and outlives scoring.

use std::fs;

use serde_json::Value;

use crate::common::{Desk, sample_actors, sample_articles, text};

fn row<'a>(report: &'a Value, actor: &str) -> &'a Value {
    let rows = report["actors"].as_array().expect("actors");
    rows.iter().find(|row| row["actor"] == actor).unwrap_or(&Value::Null)
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

/// One `[[correction]]` of an exported statement.
fn correction(statement: &Value, fields: &str) -> String {
    format!(
        "[[correction]]\narticle = {}\nsentence = {}\nactor = {}\n{fields}\n\n",
        statement["article_id"],
        toml::Value::from(text(&statement["sentence"])),
        statement["actor"]
    )
}

#[test]
fn corrections_change_drop_and_move_statements_in_every_report() {
    let (desk, _) = Desk::with_scored_sample();
    let statements = desk.exported("--level statements");
    let before = desk.run("report --format json --all").expect(0).json();
    assert_eq!(before["totals"]["corrected"]["applied"], 0);
    // Three supporting statements of the same actor, in sentences that nothing else repeats.
    let own = |s: &&Value| {
        statements.iter().filter(|o| o["sentence"] == s["sentence"]).count() == 1 && s["stance"] == "support"
    };
    let actor = text(&before["actors"][0]["actor"]).to_owned();
    let chosen: Vec<&Value> =
        statements.iter().filter(|s| s["actor"] == actor.as_str()).filter(own).take(3).collect();
    let [changed, dropped, moved] = chosen[..] else { panic!("{} statements", chosen.len()) };
    let mut file = correction(changed, "stance = \"oppose\"\nnote = \"the sentence quotes a refusal\"");
    file += &correction(dropped, "drop = true");
    file += &correction(moved, "to = \"Harbor Guild of Odmir\"");
    file += "[[correction]]\narticle = \"of another archive\"\nsentence = \"Nothing\"\ndrop = true\n\n";
    file += &format!(
        "[[correction]]\narticle = {}\nsentence = \"No sentence begins so\"\ndrop = true\n",
        changed["article_id"]
    );
    fs::write(desk.path("corrections.toml"), file).unwrap();

    let check = |desk: &Desk| {
        let after = desk.run("report --format json --all").expect(0).json();
        let corrected = &after["totals"]["corrected"];
        assert_eq!(
            (&corrected["applied"], &corrected["changed"], &corrected["dropped"]),
            (&Value::from(3), &Value::from(2), &Value::from(1))
        );
        let unmatched = corrected["unmatched"].as_array().unwrap();
        let said = |reason: &str| unmatched.iter().filter(|one| text(one).contains(reason)).count();
        assert_eq!((said("no sentence begins so"), said("no such article"), unmatched.len()), (1, 1, 2));
        let (old, new) = (row(&before, &actor), row(&after, &actor));
        assert_eq!(count(&new["statements"]), count(&old["statements"]) - 2);
        assert_eq!(count(&new["oppose"]["count"]), count(&old["oppose"]["count"]) + 1);
        assert_eq!(count(&row(&after, "Harbor Guild of Odmir")["statements"]), 1);
        assert_eq!(count(&after["totals"]["statements"]), count(&before["totals"]["statements"]) - 1);
    };
    check(&desk);
    let page = desk.run("report --format html").expect(0).stdout;
    assert!(page.contains("corrected by hand: the sentence quotes a refusal"));
    assert!(
        desk.run("report")
            .expect(0)
            .stdout
            .contains("3 corrections by hand: 2 statements changed, 1 dropped")
    );
    let compared = desk.run("compare --a ..2025-12 --b 2026-01.. --format json").expect(0).json();
    assert_eq!(compared["corrected"]["applied"], 3);
    // The program's own scores stay as they are.
    assert_eq!(desk.exported("--level statements"), statements);
    // Scoring again changes nothing of them.
    let again =
        format!("score {} --actors {} --no-report", sample_articles().display(), sample_actors().display());
    desk.run(&again);
    check(&desk);
}

#[test]
fn a_statement_that_the_model_did_not_see_can_be_added() {
    let (desk, _) = Desk::with_scored_sample();
    let all = desk.exported("--level statements --all");
    let unseen = all
        .iter()
        .find(|s| s["stance"] == "none" && all.iter().filter(|o| o["sentence"] == s["sentence"]).count() == 1)
        .expect("a sentence without a position");
    fs::write(desk.path("mine.toml"), correction(unseen, "stance = \"conditional\"")).unwrap();
    let actor = text(&unseen["actor"]);
    let before = desk.run("report --format json --all").expect(0).json();
    let after = desk.run("report --format json --all --corrections mine.toml").expect(0).json();
    let conditional = |report: &Value| count(&row(report, actor)["conditional"]["count"]);
    assert_eq!(conditional(&after), conditional(&before) + 1);
    assert_eq!(after["totals"]["corrected"]["changed"], 1);
}

#[test]
fn a_faulty_file_is_named_with_the_entry() {
    let (desk, _) = Desk::with_scored_sample();
    fs::write(desk.path("corrections.toml"), "[[correction]]\narticle = \"a\"\nsentence = \"b\"\n").unwrap();
    desk.run("report").expect(2).says(&["corrections.toml", "correction 1", "says nothing"]);
    desk.run("report --corrections nowhere.toml").expect(2).says(&["nowhere.toml"]);
}
