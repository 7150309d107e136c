//! `detente explain`: every sentence of one article, every candidate with its reason.

use serde_json::Value;

use crate::common::{Desk, finish, number, sample_articles, text};

const ARTICLE: &str = "cw-2026-03-18-walkout";

/// The outlets of the sample corpus: media speak for nobody.
const MEDIA: [&str; 6] = [
    "Continental Wire",
    "Kessara Press Agency",
    "The Qamet Courier",
    "Ardesh Bulletin",
    "Dalin Herald",
    "The Meridian Weekly",
];

fn explained(desk: &Desk, options: &str) -> crate::common::Finished {
    let arguments = format!("explain --article {ARTICLE} {options}");
    desk.run_on(&arguments, &sample_articles().join("continental-wire.jsonl")).expect(0)
}

#[test]
fn every_sentence_of_the_run_is_there_with_the_same_statements() {
    let (desk, _) = Desk::with_scored_sample();
    let shown = explained(&desk, "--format json");
    assert_eq!(shown.stderr, "");
    let shown = shown.json();
    assert_eq!(shown["article_id"], ARTICLE);
    assert_eq!(shown["date"], "2026-03-18");
    let of_article = |rows: Vec<Value>| -> Vec<Value> {
        rows.into_iter().filter(|row| row["article_id"] == ARTICLE).collect()
    };
    let sentences = of_article(desk.exported("--level sentences"));
    let explained = shown["sentences"].as_array().expect("sentences");
    assert_eq!(explained.len(), sentences.len());
    for (shown, stored) in explained.iter().zip(&sentences) {
        for field in ["sentence_index", "start", "end", "paragraph", "sentence"] {
            assert_eq!(shown[field], stored[field]);
        }
    }
    let statements = of_article(desk.exported("--all"));
    let counted: Vec<(&Value, &Value)> = explained
        .iter()
        .flat_map(|sentence| {
            sentence["candidates"].as_array().expect("candidates").iter().map(move |one| (sentence, one))
        })
        .filter(|(_, one)| one["counted"] == true)
        .collect();
    assert_eq!(counted.len(), statements.len());
    for stored in &statements {
        let (_, one) = counted
            .iter()
            .find(|(sentence, one)| {
                sentence["sentence_index"] == stored["sentence_index"] && one["actor"] == stored["actor"]
            })
            .unwrap_or_else(|| panic!("{stored} is not explained"));
        for field in ["stance", "mode", "basis", "claimed_by", "mention", "reason"] {
            assert_eq!(one[field], stored[field], "{field} of {stored}");
        }
        let p = &one["probabilities"]["stance"];
        for stance in ["support", "conditional", "oppose", "none"] {
            assert!((number(&p[stance]) - number(&stored["probabilities"][stance])).abs() < 1e-4, "{stored}");
        }
    }
}

#[test]
fn every_candidate_has_a_reason_and_terminal_and_markdown_print_it() {
    let desk = Desk::with_sample_actors();
    let shown = explained(&desk, "--format json").json();
    // Markdown sets mentions in bold.
    let squeezed = |text: &str| text.replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let terminal = explained(&desk, "").stdout;
    let markdown = explained(&desk, "--format markdown").stdout;
    assert!(!terminal.contains('\u{1b}'));
    let mut candidates = 0;
    for sentence in shown["sentences"].as_array().expect("sentences") {
        // Lines are wrapped and marked between; the first words stand together.
        let first: Vec<&str> = text(&sentence["sentence"]).split_whitespace().take(4).collect();
        for output in [&terminal, &markdown] {
            assert!(squeezed(output).contains(&first.join(" ")), "{first:?} is not in {output}");
        }
        for candidate in sentence["candidates"].as_array().expect("candidates") {
            candidates += 1;
            let (actor, reason) = (text(&candidate["actor"]), text(&candidate["reason"]));
            assert!(!reason.is_empty());
            assert!(terminal.contains(actor) && markdown.contains(actor), "{actor}");
            let words: Vec<&str> = reason.split_whitespace().take(2).collect();
            assert!(squeezed(&terminal).contains(&words.join(" ")), "'{reason}' is not in {terminal}");
        }
    }
    assert!(candidates > 10, "{candidates} candidates");
}

#[test]
fn no_medium_and_no_reporter_is_ever_a_holder() {
    let (desk, _) = Desk::with_scored_sample();
    for row in desk.exported("--all") {
        for field in ["actor", "claimed_by"] {
            assert!(!MEDIA.contains(&row[field].as_str().unwrap_or("")), "{row}");
        }
    }
    let shown = explained(&desk, "--format json").json();
    for sentence in shown["sentences"].as_array().expect("sentences") {
        for candidate in sentence["candidates"].as_array().expect("candidates") {
            assert!(!MEDIA.contains(&text(&candidate["actor"])), "{candidate}");
        }
    }
}

#[test]
fn one_sentence_or_those_with_stances_can_be_asked_for() {
    let desk = Desk::with_sample_actors();
    let one = explained(&desk, "--format json --sentence 0").json();
    let sentences = one["sentences"].as_array().expect("sentences");
    assert_eq!(sentences.len(), 1);
    assert_eq!(sentences[0]["sentence_index"], 0);
    let all = explained(&desk, "--format json").json();
    let some = explained(&desk, "--format json --stances").json();
    let count = |shown: &Value| shown["sentences"].as_array().expect("sentences").len();
    assert!((1..count(&all)).contains(&count(&some)), "{} of {}", count(&some), count(&all));

    let wire = sample_articles().join("continental-wire.jsonl");
    desk.run_on("explain --article nobody", &wire).expect(2).says(&["continental-wire.jsonl", "nobody"]);
    desk.run_on(&format!("explain --article {ARTICLE} --sentence 999"), &wire).expect(2).says(&["999"]);
    finish(&mut desk.command("explain nowhere.txt")).expect(2).says(&["nowhere.txt", "no such file"]);
    // It explains; it stores nothing.
    assert!(!desk.path("detente.db").exists());
}
