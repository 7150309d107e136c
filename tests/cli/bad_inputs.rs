//! Inputs that hold no article, or only half of one: each is named with a reason and a remedy, counted, and spoils nothing else.

use std::io::Write;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::common::{Desk, finish_with_input, number, text};

const GOOD: &str = "Soltes offers talks to Sarhan\n\n\
    President Adrin Soltes said on Monday that Velmora was ready to negotiate with Sarhan over the dam.\n\n\
    Foreign Minister Nabir Okassa of Sarhan welcomed the offer in Qamet.\n";

fn record(id: &str, text: &str) -> String {
    json!({"id": id, "date": "2026-03-02", "outlet": "Wire", "text": text}).to_string() + "\n"
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("gzip");
    encoder.finish().expect("gzip")
}

/// Rows of one article without what may differ from run to run.
fn rows_of(rows: &[Value], article: &str) -> Vec<Value> {
    let mut rows: Vec<Value> = rows.iter().filter(|row| row["article_id"] == article).cloned().collect();
    for row in &mut rows {
        row.as_object_mut().expect("an object").remove("run");
    }
    rows
}

#[test]
fn each_bad_input_is_named_and_counted_and_the_good_ones_are_scored_as_ever() {
    let alone = Desk::with_sample_actors();
    alone.write("good.txt", GOOD);
    alone.run("score good.txt --no-report").expect(0);
    let expected = alone.exported("--all");
    let good = text(&expected[0]["article_id"]).to_owned();

    let desk = Desk::with_sample_actors();
    desk.write("in/good.txt", GOOD);
    desk.write("in/empty.txt", "");
    desk.write("in/blank.txt", " \n\n\t\n");
    let noise: Vec<u8> = (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    desk.write("in/binary.txt", noise);
    desk.write("in/no-text.csv", "headline,body\nA headline,A body\n");
    desk.write("in/not-parquet.parquet", "PAR1 but no more");
    desk.write("in/image.html", "<html><body><img src=a.png></body></html>");
    let lines = record("line-1", "Helka Morne refused to meet the delegation of Sarhan on Tuesday.")
        + "{\"id\": \"line-2\", \"text\": \n"
        + "[1, 2]\n"
        + "{\"id\": \"line-4\", \"body\": \"No such key.\"}\n"
        + &record("line-5", "Yusra Demane invited the government of Velmora to new talks in Geneva.");
    desk.write("in/lines.jsonl", lines);
    let many: String = (0..400)
        .map(|n| {
            record(
                &format!("zip-{n}"),
                &format!("Note {n}: the harbour of Greyport handled {} ships.", n * 7919 % 1000),
            )
        })
        .collect();
    let whole = zipped(&many);
    desk.write("in/cut.jsonl.gz", &whole[..whole.len() / 8]);
    desk.write("in/not-gzip.jsonl.gz", "plain text");

    let finished = desk.run("score in missing-folder in/lost.txt --format json").expect(1);
    let refused = [
        ("in/empty.txt", "the file is empty"),
        ("in/blank.txt", "empty"),
        ("in/binary.txt", "binary"),
        ("in/no-text.csv", "there is no `text` column; the columns are `headline`, `body`"),
        ("in/not-parquet.parquet", "Parquet"),
        ("in/image.html", "no article text"),
        ("in/lines.jsonl, record 2", "line 2"),
        ("in/lines.jsonl, record 3", "JSON object"),
        ("in/lines.jsonl, record 4", "`text`"),
        ("in/cut.jsonl.gz", "ends too early"),
        ("in/not-gzip.jsonl.gz", "JSON"),
        ("missing-folder", "no such file or folder"),
        ("in/lost.txt", "no such file or folder"),
    ];
    let report = finished.json();
    let in_report = report["totals"]["refused"].as_array().expect("refusals");
    for (input, reason) in refused {
        let line = finished.stderr.lines().find(|line| line.starts_with(&format!("refused: {input}")));
        let line = line.unwrap_or_else(|| panic!("{input} is not refused:\n{}", finished.stderr));
        assert!(line.contains(reason), "{line}");
        // After the fault comes what to do about it.
        assert!(line.contains(';') || line.contains("check"), "no remedy: {line}");
        assert!(
            in_report
                .iter()
                .any(|one| text(&one["input"]).starts_with(input) && text(&one["reason"]).contains(reason)),
            "{input} is not in {in_report:?}"
        );
    }
    assert_eq!(in_report.len(), refused.len(), "{in_report:?}");
    let runs = desk.runs();
    assert_eq!(runs[0]["status"], "finished");
    assert_eq!(runs[0]["counts"]["refused"], refused.len());
    let summary = finished.stderr.lines().last().expect("a summary");
    assert!(summary.contains(&format!("{} inputs refused", refused.len())), "{summary}");

    let rows = desk.exported("--all");
    let close = |a: &Value, b: &Value| {
        let p = |row: &Value| {
            row["probabilities"].as_object().expect("an object").values().map(number).collect::<Vec<_>>()
        };
        assert!(p(a).iter().zip(p(b)).all(|(a, b)| (a - b).abs() < 1e-4), "{a}\n{b}");
        assert_eq!((&a["actor"], &a["stance"], &a["sentence"]), (&b["actor"], &b["stance"], &b["sentence"]));
    };
    let (found, expected) = (rows_of(&rows, &good), rows_of(&expected, &good));
    assert_eq!(found.len(), expected.len());
    found.iter().zip(&expected).for_each(|(a, b)| close(a, b));
    let articles = desk.exported("--level articles");
    let has = |id: &str| articles.iter().any(|row| row["article_id"] == id);
    assert!(has("line-1") && has("line-5"), "what stands around a bad line is lost");
    assert!(has("zip-0"), "what stands before the cut is lost");
    desk.run("verify").expect(0);
}

#[test]
fn nothing_but_bad_inputs_is_no_success() {
    let desk = Desk::new();
    desk.write("empty.txt", "");
    let finished = desk.run("score empty.txt").expect(1).says(&["empty.txt", "1 inputs refused"]);
    assert!(finished.stdout.contains("No article"), "{}", finished.stdout);
    std::fs::create_dir(desk.path("hollow")).expect("a folder");
    desk.run("score hollow").expect(1).says(&["hollow", "holds no article files", ".jsonl"]);
    desk.run("score nowhere").expect(1).says(&["nowhere", "no such file or folder"]);
    desk.write("deed.docx", "x");
    desk.run("score deed.docx").expect(1).says(&["deed.docx", ".txt"]);
    finish_with_input(&mut desk.command("score -"), "this is not JSON\n")
        .expect(1)
        .says(&["standard input", "JSON"]);
}

#[test]
fn broken_utf8_is_repaired_with_a_warning_or_refused_but_never_silent() {
    let desk = Desk::with_sample_actors();
    // A slip in a UTF-8 text, and Latin letters of an old code page.
    let mut slip =
        "Adrin Soltes said: \u{201c}We will talk\u{201d} \u{2013} in \u{c9}vora. ".repeat(20).into_bytes();
    slip.splice(30..30, [0xff]);
    desk.write("slip.txt", slip);
    desk.write("old.txt", b"The talks in \xc9vora began at the caf\xe9 of the h\xf4tel, Adrin Soltes said.");
    let finished = desk.run("score slip.txt old.txt --no-report").expect(0);
    let finished = finished.says(&["warning: slip.txt", "warning: old.txt", "UTF-8"]);
    assert_eq!(finished.stdout, "");
    let sentences = desk.exported("--level sentences");
    let of = |name: &str| {
        let articles = desk.exported("--level articles");
        let row = articles.iter().find(|row| text(&row["path"]).ends_with(name)).expect("an article").clone();
        sentences
            .iter()
            .filter(|sentence| sentence["article_id"] == row["article_id"])
            .map(|sentence| text(&sentence["sentence"]).to_owned())
            .collect::<String>()
    };
    assert!(of("slip.txt").contains("\u{201c}We will talk\u{201d}"), "{}", of("slip.txt"));
    assert!(
        of("old.txt").contains("\u{c9}vora began at the caf\u{e9} of the h\u{f4}tel"),
        "{}",
        of("old.txt")
    );
}

#[test]
fn unclosed_html_is_read_as_browsers_do() {
    let desk = Desk::with_sample_actors();
    let page = "<html><head><title>Soltes offers talks - Wire</title><meta property='article:published_time' content='2026-03-02'>\
        <body><nav><a href=/>Home</a><a href=/s>Sport</a></nav><article><h1>Soltes offers talks</h1><div><p>President Adrin Soltes said on \
        Monday that Velmora was ready to negotiate with Sarhan over the dam, and that his ministers could travel to Geneva at once.\
        <p>Foreign Minister Nabir Okassa of Sarhan welcomed the offer in Qamet, <b>and said that a delegation would be named within \
        days.<p>The two sides last met in the autumn, when they agreed on a common set of flow data but not on the dry years";
    desk.write("page.html", page);
    desk.run("score page.html --no-report").expect(0);
    let articles = desk.exported("--level articles");
    assert_eq!(articles[0]["date"], "2026-03-02");
    let sentences = desk.exported("--level sentences");
    let whole: Vec<&str> = sentences.iter().map(|row| text(&row["sentence"])).collect();
    let whole = whole.join(" ");
    assert!(whole.contains("travel to Geneva at once.") && whole.contains("dry years"), "{whole}");
    assert!(!whole.contains("Sport") && !whole.contains('<'), "{whole}");
}

/// Not prose, which would take minutes: a text with an image in it, as careless copies of web pages have.
#[test]
fn a_5_mb_article_is_scored_to_its_end() {
    let desk = Desk::with_sample_actors();
    let image: String = (0..5 << 20)
        .map(|n: u32| char::from(b'A' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26))
        .collect();
    let article =
        format!("{GOOD}\n{image}\n\nHelka Morne walked out of the talks with Sarhan in Geneva on Tuesday.\n");
    desk.write("large.txt", &article);
    desk.write("good.txt", GOOD);
    let started = Instant::now();
    desk.run("score large.txt good.txt --no-report").expect(0);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    let rows = desk.exported("--level sentences");
    let last = rows.iter().rfind(|row| number(&row["start"]) > (5 << 20) as f64).expect("the last sentence");
    assert_eq!(last["sentence"], "Helka Morne walked out of the talks with Sarhan in Geneva on Tuesday.");
    assert!(rows.len() < 50, "{} sentences", rows.len());
    desk.run("verify").expect(0);
}

#[test]
#[ignore = "scores 50,000 sentences, which takes minutes"]
fn a_5_mb_article_of_prose_is_scored_to_its_end() {
    let desk = Desk::with_sample_actors();
    let article: String = (0..5 << 13)
        .map(|n| format!("President Adrin Soltes said on day {n} that Velmora would negotiate with Sarhan over the dam, or over {}.\n\n", n * 7))
        .collect();
    assert!(article.len() > 4 << 20);
    desk.write("large.txt", &article);
    desk.run("score large.txt --no-report").expect(0);
    assert_eq!(desk.exported("--level sentences").len(), 5 << 13);
}
