//! `detente eval`: finite figures within their bounds, and figures that follow from a file small enough to count by hand.

use serde_json::Value;

use crate::common::{Desk, finish, model_folder, number, root, text};

fn share(figures: &Value, name: &str) -> f64 {
    let value = number(&figures[name]);
    assert!((0.0..=1.0).contains(&value), "{name}: {value}");
    value
}

#[test]
fn the_samples_labels_give_figures_that_hang_together() {
    let desk = Desk::with_sample_actors();
    let labels = root().join("data/sample/labels.jsonl");
    let figures = desk.run_on("eval --json", &labels).expect(0).json();
    let lines = std::fs::read_to_string(&labels).expect("the labels").lines().count();
    assert_eq!(figures["sentences"], lines);
    assert!(number(&figures["labelled"]) > 100.0);
    let (precision, recall, f1) =
        (share(&figures, "precision"), share(&figures, "recall"), share(&figures, "f1"));
    assert!((f1 - 2.0 * precision * recall / (precision + recall)).abs() < 1e-9);
    for name in [
        "stance_accuracy_given_holder",
        "given_holder_macro_f1",
        "calibration_error",
        "sentence_tone_accuracy",
    ] {
        share(&figures, name);
    }
    // The first model reads invented names badly (docs/quality.md); still better than a keyword rule's 0.18.
    assert!(f1 > 0.18, "F1 {f1}");
    assert!(share(&figures, "holder_recall") > 0.2, "{figures}");
    let decided: f64 = figures["confusion"]
        .as_array()
        .expect("a matrix")
        .iter()
        .flat_map(|row| row.as_array().expect("a row"))
        .map(number)
        .sum();
    assert!(decided >= number(&figures["labelled"]), "{figures}");
    assert!(text(&figures["model_digest"]).len() >= 8);
    assert!(!desk.path("detente.db").exists());

    let table = desk.run_on("eval", &labels).expect(0);
    let line = table.stdout.lines().find(|line| line.starts_with("end to end, F1"));
    let interval = &figures["f1_interval"];
    let [low, high] = ["low", "high"].map(|bound| share(interval, bound));
    assert!(low < f1 && f1 < high, "{interval}");
    let shown: Vec<&str> = line.expect("a line for F1").split_whitespace().skip(4).collect();
    assert_eq!(shown, [format!("{f1:.4}"), format!("[{low:.3},"), format!("{high:.3}]")], "{}", table.stdout);
    assert_eq!(table.stderr, "");
}

#[test]
fn holders_are_measured_without_the_model() {
    let desk = Desk::with_sample_actors();
    let mut command = desk.command("eval --kind holders --json");
    // No model anywhere.
    command.arg(root().join("data/sample/labels.jsonl")).env("DETENTE_MODELS", desk.path("none"));
    let figures = crate::common::finish(&mut command).expect(0).json();
    let shown = figures.to_string();
    assert!(!shown.contains("null") && !shown.contains("NaN"), "{shown}");
    assert!(shown.len() > 20, "{shown}");
}

/// Three documents, six sentences; "Gen." and "U.S." tempt to split.
const TREEBANK: &str = "\
# newdoc id = one
# text = Gen. Oskar Venn arrived in Qamet on Monday.
1\tGen.\t_\n2\tOskar\t_\n3\tVenn\t_\n4\tarrived\t_\n5\tin\t_\n6\tQamet\t_\n7\ton\t_\n8\tMonday\t_\tSpaceAfter=No\n9\t.\t_\n
# text = He met the prime minister.
1\tHe\t_\n2\tmet\t_\n3\tthe\t_\n4\tprime\t_\n5\tminister\t_\n6\t.\t_\n
# newdoc id = two
# text = The U.S. envoy left.
1\tThe\t_\n2\tU.S.\t_\n3\tenvoy\t_\n4\tleft\t_\n5\t.\t_\n
# text = Nobody saw her off.
1\tNobody\t_\n2\tsaw\t_\n3\ther\t_\n4\toff\t_\n5\t.\t_\n
# newdoc id = three
# text = Will they talk?
1\tWill\t_\n2\tthey\t_\n3\ttalk\t_\n4\t?\t_\n
# text = They will.
1\tThey\t_\n2\twill\t_\n3\t.\t_\n
";

#[test]
fn boundaries_of_a_treebank_and_of_golden_rules() {
    let desk = Desk::new();
    desk.write("news.conllu", TREEBANK);
    let figures = desk.run("eval news.conllu --json").expect(0).json();
    let boundaries = &figures["boundaries"];
    assert_eq!(boundaries["documents"], 3);
    assert_eq!(boundaries["sentences"], 6);
    for name in ["precision", "recall", "f1", "span_f1"] {
        assert_eq!(share(boundaries, name), 1.0, "{name}: {figures}");
    }
    let table = desk.run("eval news.conllu").expect(0).stdout;
    assert!(table.contains("F1 1.0000"), "{table}");
}

#[test]
fn labels_that_cannot_be_read_are_wrong_usage_with_file_and_line() {
    let desk = Desk::with_sample_actors();
    desk.write(
        "bad.jsonl",
        "{\"id\": \"1\", \"sentence\": \"Velmora left.\", \"tone\": \"neg\", \"holders\": []}\n{\"id\": 2}\n",
    );
    desk.run("eval bad.jsonl").expect(2).says(&["bad.jsonl:2"]);
    desk.write("none.jsonl", "");
    desk.run("eval none.jsonl").expect(2).says(&["none.jsonl"]);
    desk.run("eval nowhere.jsonl").expect(2).says(&["nowhere.jsonl"]);
    desk.run("eval nowhere.conllu").expect(2).says(&["nowhere.conllu"]);
}

#[test]
fn what_was_measured_of_a_model_is_told_by_the_reports_of_its_runs() {
    let desk = Desk::with_sample_actors();
    let labels = root().join("data/sample/labels.jsonl");
    // A few of them: this is about where the figures go.
    let few: String = std::fs::read_to_string(&labels)
        .expect("labels")
        .lines()
        .take(60)
        .map(|l| format!("{l}\n"))
        .collect();
    let few = desk.write("few.jsonl", few);
    let copy = desk.path("mine");
    std::fs::create_dir(&copy).expect("a folder");
    for file in std::fs::read_dir(model_folder()).expect("a model").flatten() {
        std::fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
    }
    let article = desk.write(
        "a.txt",
        "Port Aubry talks\n\nKessara said on Monday it was ready to negotiate with the United Provinces.\n",
    );
    let score = || desk.run_on("score --no-report --model mine", &article).expect(0);
    let told = |format: &str| desk.run(&format!("report --format {format}")).expect(0).stdout;
    score();
    let before = desk.runs();
    let measured = desk.run_on("eval --record --json --model mine", &few).expect(0).json();
    score();
    let after = desk.runs();
    assert_eq!(after[1]["configuration"], before[0]["configuration"], "a figure changes no score");
    assert_eq!(after[1]["counts"]["reused"], 1);
    let run = &serde_json::from_str::<Value>(&told("json")).expect("JSON")["header"]["runs"][0];
    assert_eq!(run["quality"]["sentences"], 60);
    assert_eq!(run["quality"]["labels"], "few.jsonl");
    assert_eq!(run["quality"]["precision"], measured["arithmetic"]);
    assert!((number(&run["quality"]["f1"]) - number(&measured["f1"])).abs() < 1e-4);
    let words = format!(
        "on 60 labelled sentences (few.jsonl): holder and stance right, F1 {:.2}",
        number(&measured["f1"])
    );
    for format in ["html", "markdown"] {
        assert!(told(format).replace('\\', "").contains(&words), "{words} in {format}");
    }
    let sentiment = desk.write("newsmtsc.jsonl", "");
    let refused = finish(desk.command("eval --record --model mine").arg(sentiment)).expect(2);
    assert!(refused.stderr.contains("--record keeps figures of stance"), "{}", refused.stderr);
    let refused = desk.run_on("eval --record --kind holders", &few).expect(2);
    assert!(refused.stderr.contains("--record keeps figures of stance"), "{}", refused.stderr);
}

#[test]
fn the_bench_measures_every_arithmetic_with_every_number_of_workers() {
    let desk = Desk::new();
    let lines = "Norland will talk.\n\n  Velmora will not, its minister said on Monday.  \nBoth sides met.\n"
        .repeat(20);
    let lines = desk.write("lines.txt", lines);
    let measured = desk
        .run_on("bench --json --repeat 1 --workers 2 --batch-tokens 64,256 --sentences", &lines)
        .expect(0)
        .json();
    assert_eq!(measured["sentences"], 60);
    let rows = measured["rows"].as_array().expect("rows");
    let arithmetics: std::collections::BTreeSet<&str> =
        rows.iter().map(|row| text(&row["precision"])).collect();
    assert!(arithmetics.contains("f32") && arithmetics.contains("bf16"));
    assert_eq!(rows.len(), arithmetics.len() * 2 * 2);
    let tokens = number(&measured["tokens"]);
    assert!(tokens > 60.0 * 5.0, "{tokens}");
    for row in rows {
        let speed = number(&row["sentences_per_second"]);
        assert!(speed > 0.0);
        assert!((number(&row["tokens_per_second"]) / speed - tokens / 60.0).abs() < 1e-6, "{row}");
        let share = number(&row["teraops_per_second"]) / number(&measured["bf16_peak"]);
        assert!((number(&row["share_of_peak"]) - share).abs() < 1e-9, "{row}");
    }
    let cold: Vec<&Value> = rows.iter().filter(|row| !row["cold_seconds"].is_null()).collect();
    assert_eq!(cold.len(), arithmetics.len(), "the first row of each: {cold:?}");
    let table = desk
        .run_on("bench --repeat 1 --precision f32 --workers 1 --batch-tokens 64 --sentences", &lines)
        .expect(0);
    assert_eq!(table.stdout.lines().filter(|line| line.starts_with("f32")).count(), 1, "{}", table.stdout);

    let empty = desk.write("empty.txt", "\n \n");
    assert!(desk.run_on("bench --sentences", &empty).expect(2).stderr.contains("no sentence; one a line"));
    assert!(desk.run("bench --sentences missing.txt").expect(2).stderr.contains("missing.txt"));
    let long = desk.run_on("bench --max-tokens 1000 --sentences", &lines).expect(2);
    assert!(long.stderr.contains("--max-tokens must be between"), "{}", long.stderr);
}
