//! `detente report`: every format shows the same figures, selections select, and the model is never needed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{Desk, PROGRAM, command_of, finish, number, text};

fn actors(report: &Value) -> BTreeMap<String, Value> {
    let rows = report["actors"].as_array().expect("actors");
    rows.iter().map(|row| (text(&row["actor"]).to_owned(), row.clone())).collect()
}

fn csv_rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().expect("a table with a header")
}

/// A number as the CSV has it, or an empty cell.
fn cell(value: &Value) -> String {
    value.as_f64().map_or_else(String::new, |number| format!("{number:.4}"))
}

#[test]
fn json_csv_and_the_export_of_aggregates_agree() {
    let (desk, _) = Desk::with_scored_sample();
    let report = desk.run("report --format json").expect(0).json();
    let table = csv_rows(&desk.run("report --format csv").expect(0).stdout);
    let exported = desk.exported("--level aggregates");

    let mut rows: Vec<&Value> = report["actors"].as_array().expect("actors").iter().collect();
    rows.extend(report.get("unattributed").filter(|row| !row.is_null()));
    assert!(rows.len() >= 30, "{} actors", rows.len());
    assert_eq!(table.len(), rows.len());
    assert_eq!(exported.len(), rows.len());
    for ((json, csv), export) in rows.iter().zip(&table).zip(&exported) {
        let name = text(&json["actor"]);
        assert_eq!(csv["actor"], name);
        assert_eq!(export["actor"], name);
        for count in ["statements", "articles"] {
            assert_eq!(csv[count], json[count].to_string(), "{name}, {count}");
            assert_eq!(export[count], json[count], "{name}, {count}");
        }
        for stance in ["support", "conditional", "oppose"] {
            assert_eq!(csv[stance], json[stance]["count"].to_string(), "{name}, {stance}");
            assert_eq!(csv[&format!("{stance}_share")], cell(&json[stance]["share"]), "{name}, {stance}");
            assert_eq!(export[stance], json[stance]["count"], "{name}, {stance}");
        }
        for mode in ["direct", "indirect", "mediated"] {
            assert_eq!(
                csv[&format!("mode_{mode}")],
                json["modes"][mode]["count"].to_string(),
                "{name}, {mode}"
            );
            assert_eq!(export[mode], json["modes"][mode]["count"], "{name}, {mode}");
        }
        assert_eq!(csv["index"], cell(&json["index"]), "{name}");
        assert_eq!(export["index"], json["index"], "{name}");
        for bound in ["low", "high"] {
            assert_eq!(csv[&format!("index_{bound}")], cell(&json["interval"][bound]), "{name}, {bound}");
            assert_eq!(export[format!("index_{bound}")], json["interval"][bound], "{name}, {bound}");
        }
    }
}

#[test]
fn figures_follow_from_the_exported_statements() {
    let (desk, _) = Desk::with_scored_sample();
    let report = desk.run("report --format json").expect(0).json();
    let statements = desk.exported("--level statements");
    assert_eq!(report["totals"]["statements"], statements.len());
    let mut leanings: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for row in &statements {
        let p = &row["probabilities"];
        let leaning = number(&p["support"]) - number(&p["oppose"]);
        leanings.entry(text(&row["actor"])).or_default().push(leaning);
    }
    for (name, row) in actors(&report) {
        let of_actor = &leanings[name.as_str()];
        assert_eq!(row["statements"], of_actor.len(), "{name}");
        let mean = of_actor.iter().sum::<f64>() / of_actor.len() as f64;
        let index = number(&row["index"]);
        assert!((index - mean).abs() < 1e-3, "{name}: {index} for {mean}");
        assert!((-1.0..=1.0).contains(&index));
        let shares: f64 =
            ["support", "conditional", "oppose"].iter().map(|stance| number(&row[stance]["share"])).sum();
        assert!((shares - 1.0).abs() < 1e-3, "{name}: {shares}");
        if !row["interval"].is_null() {
            let (low, high) = (number(&row["interval"]["low"]), number(&row["interval"]["high"]));
            assert!(low <= high && (-1.0..=1.0).contains(&low) && (-1.0..=1.0).contains(&high), "{name}");
            assert!(number(&row["articles"]) > 1.0, "{name}: an interval from one article");
        }
        let evidence = row["evidence"].as_array().expect("evidence");
        assert!((1..=3).contains(&evidence.len()), "{name}: {} sentences", evidence.len());
        for quoted in evidence {
            let source = statements.iter().find(|row| {
                row["article_id"] == quoted["article_id"]
                    && row["sentence_index"] == quoted["sentence_index"]
                    && row["actor"] == name
            });
            let source = source.unwrap_or_else(|| panic!("{quoted} is no exported statement"));
            assert_eq!(source["sentence"], quoted["sentence"]);
            assert_eq!(source["stance"], quoted["stance"]);
        }
    }
}

#[test]
fn every_format_is_the_same_to_the_byte_each_time_and_with_output_to_a_file() {
    let (desk, _) = Desk::with_scored_sample();
    for format in ["terminal", "markdown", "json", "csv"] {
        for more in ["", "--by month", "--rollup --sort index", "--all"] {
            let arguments = format!("report --format {format} {more}");
            let first = desk.run(&arguments).expect(0);
            assert!(!first.stdout.is_empty(), "{arguments}");
            assert_eq!(first.stderr, "", "{arguments}");
            assert_eq!(first.stdout, desk.run(&arguments).expect(0).stdout, "{arguments}");
            let quiet = desk.run(&format!("{arguments} --output out")).expect(0);
            assert_eq!(quiet.stdout, "");
            assert_eq!(fs::read_to_string(desk.path("out")).expect("a file"), first.stdout, "{arguments}");
        }
    }
}

#[test]
fn terminal_and_markdown_show_the_figures_of_the_json() {
    let (desk, _) = Desk::with_scored_sample();
    let report = desk.run("report --format json").expect(0).json();
    let terminal = desk.run("report").expect(0).stdout;
    let markdown = desk.run("report --format markdown").expect(0).stdout;
    assert!(terminal.contains("81 articles read"), "{terminal}");
    assert!(markdown.contains("81"), "{markdown}");
    let first_five = report["actors"].as_array().expect("actors").iter().take(5);
    for row in first_five {
        let name = text(&row["actor"]);
        let index = format!("{:+.2}", number(&row["index"]));
        for shown in [&terminal, &markdown] {
            let line = shown
                .lines()
                .find(|line| line.contains(name) && line.contains(&row["statements"].to_string()));
            let line = line.unwrap_or_else(|| panic!("no line of {name} in {shown}"));
            // Typographic minus signs are as good.
            assert!(line.replace('\u{2212}', "-").contains(&index), "{index} not in: {line}");
        }
    }
    assert!(terminal.lines().all(|line| line.chars().count() <= 100), "wider than 100 columns");
    let ascii = desk.run("report --ascii").expect(0).stdout;
    let bars = ascii.lines().find(|line| line.starts_with("Adrin Soltes ")).expect("a row");
    assert!(bars.is_ascii(), "{bars}");
    let coloured = desk.run("report --color always").expect(0).stdout;
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn periods_take_whole_days_months_and_years_and_leave_the_undated_out() {
    let (desk, _) = Desk::with_scored_sample();
    let all = desk.run("report --format json").expect(0).json();
    let before = desk.run("report --format json --to 2025-12").expect(0).json();
    let after = desk.run("report --format json --from 2026-01-01").expect(0).json();
    let statements = |report: &Value| number(&report["totals"]["statements"]) as usize;
    let undated = desk.exported("--level statements").iter().filter(|row| row["date"].is_null()).count();
    assert!(undated > 0, "the undated articles say something");
    assert!(statements(&before) > 0 && statements(&after) > 0);
    assert_eq!(statements(&before) + statements(&after) + undated, statements(&all));
    assert!(text(&before["header"]["last"]) <= "2025-12-31");
    assert!(text(&after["header"]["first"]) >= "2026-01-01");

    let year = desk.run("report --format json --from 2026").expect(0).json();
    assert_eq!(year["actors"], after["actors"]);
    // The export takes the same options.
    assert_eq!(desk.exported("--from 2026").len(), statements(&after));

    let nothing = desk.run("report --from 2031").expect(0);
    assert!(nothing.stdout.contains("No statement is within the selection"), "{}", nothing.stdout);
}

#[test]
fn a_series_splits_an_actor_by_month_and_loses_nothing() {
    let (desk, _) = Desk::with_scored_sample();
    let report = desk.run("report --format json --by month").expect(0).json();
    assert_eq!(report["series"]["by"], "month");
    let periods: Vec<&str> =
        report["series"]["periods"].as_array().expect("periods").iter().map(text).collect();
    assert!(periods.is_sorted(), "{periods:?}");
    assert_eq!((periods[0], periods[periods.len() - 1]), ("2025-09", "2026-07"));
    for (name, row) in actors(&report) {
        let points = row["series"].as_array().expect("a series");
        let in_periods: f64 = points.iter().map(|point| number(&point["statements"])).sum();
        let outside = number(&row["undated"]) + number(&row["imprecise"]);
        assert_eq!(in_periods + outside, number(&row["statements"]), "{name}");
        for point in points {
            assert!(periods.contains(&text(&point["period"])), "{name}: {point}");
        }
    }
    let soltes = &actors(&report)["Adrin Soltes"];
    let table = csv_rows(&desk.run("report --format csv --by month").expect(0).stdout);
    let of_soltes: Vec<_> = table.iter().filter(|row| row["actor"] == "Adrin Soltes").collect();
    assert_eq!(of_soltes.len(), soltes["series"].as_array().expect("a series").len());
}

#[test]
fn actors_and_outlets_narrow_a_report() {
    let (desk, _) = Desk::with_scored_sample();
    let whole = actors(&desk.run("report --format json").expect(0).json());

    let mut command = desk.command("report --format json --actor");
    let one = finish(command.arg("Adrin Soltes")).expect(0).json();
    assert_eq!(actors(&one).keys().collect::<Vec<_>>(), ["Adrin Soltes"]);
    assert_eq!(actors(&one)["Adrin Soltes"]["index"], whole["Adrin Soltes"]["index"]);
    // A name of the registry in another spelling.
    let mut command = desk.command("report --format json --actor");
    let alias = finish(command.arg("U.P.")).expect(0).json();
    assert_eq!(actors(&alias).keys().collect::<Vec<_>>(), ["United Provinces"]);

    let mut command = desk.command("export --outlet");
    let of_courier = finish(command.arg("The Qamet Courier")).expect(0).rows();
    assert!(!of_courier.is_empty());
    assert!(of_courier.iter().all(|row| row["outlet"] == "The Qamet Courier"));
    let mut command = desk.command("report --format json --outlet");
    let report = finish(command.arg("The Qamet Courier")).expect(0).json();
    assert_eq!(report["totals"]["statements"], of_courier.len());

    let few = desk.run("report --format json --min-n 10").expect(0).json();
    let many: usize = whole.values().filter(|row| number(&row["statements"]) >= 10.0).count();
    assert!(many > 0);
    assert_eq!(actors(&few).len(), many);
    let sorted = desk.run("report --format json --sort index").expect(0).json();
    let indices: Vec<f64> =
        sorted["actors"].as_array().expect("actors").iter().map(|row| number(&row["index"])).collect();
    assert!(indices.is_sorted_by(|a, b| a >= b), "{indices:?}");
}

#[test]
fn a_rollup_counts_people_for_their_country_as_well() {
    let (desk, _) = Desk::with_scored_sample();
    let plain = actors(&desk.run("report --format json").expect(0).json());
    let rolled = actors(&desk.run("report --format json --rollup").expect(0).json());
    for (person, country) in [
        ("Adrin Soltes", "Velmora"),
        ("Yusra Demane", "Sarhan"),
        ("Ildan Tavosh", "Kessara"),
        ("Vuk Tarran", "Homeland Bloc"),
        ("Vuk Tarran", "Korvan"),
    ] {
        assert_eq!(plain[person]["statements"], rolled[person]["statements"], "{person}");
        let (alone, together) =
            (number(&plain[country]["statements"]), number(&rolled[country]["statements"]));
        assert!(together > alone, "{country}: {together} rolled up, {alone} alone");
        let articles = number(&rolled[country]["articles"]);
        assert!(articles >= number(&rolled[person]["articles"]), "{country}");
    }
    let mut command = desk.command("report --format json --rollup --actor");
    let korvan = actors(&finish(command.arg("Korvan")).expect(0).json());
    assert_eq!(korvan.keys().collect::<Vec<_>>(), ["Korvan"]);
    assert_eq!(korvan["Korvan"]["index"], rolled["Korvan"]["index"]);
}

#[test]
fn reports_and_exports_need_neither_the_engine_nor_a_model() {
    let (desk, _) = Desk::with_scored_sample();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let program = elsewhere.path().join("detente");
    fs::copy(PROGRAM, &program).expect("a copy of the program");
    fs::copy(desk.path("detente.db"), elsewhere.path().join("detente.db")).expect("a copy of the store");
    let run = |arguments: &str| {
        let mut command = command_of(&program);
        command.env_remove("DETENTE_MODELS").current_dir(elsewhere.path());
        finish(command.args(arguments.split_whitespace()))
    };
    let with_actors = |arguments: &str| desk.run(arguments).expect(0).stdout;
    assert_eq!(run("report --format json").expect(0).stdout, with_actors("report --format json"));
    assert_eq!(run("export --all").expect(0).stdout, with_actors("export --all"));
    run("runs").expect(0);
    run("verify").expect(0);
    run("actors Kharazi").expect(0);
    let score = run("score detente.db").expect(3).says(&["detente-engine", "scripts/setup"]);
    assert_eq!(score.stdout, "");
    assert!(!Path::new(elsewhere.path()).join("models").exists());
}

#[test]
fn a_dispute_narrows_to_the_sentences_that_name_two_of_its_parties() {
    let (desk, _) = Desk::with_scored_sample();
    let of_dispute = |verb: &str, parties: &str| finish(desk.command(verb).args(["--dispute", parties]));
    let exported = |parties: &str| of_dispute("export", parties).expect(0).rows();
    let all = desk.exported("");
    let dispute = exported("Kessara/United Provinces");
    assert!(dispute.len() > 50 && dispute.len() < all.len() * 9 / 10, "{} of {}", dispute.len(), all.len());
    assert_eq!(
        dispute,
        exported("U.P. / Kessara"),
        "the order and the spelling of the parties do not matter"
    );
    let key =
        |row: &Value| (text(&row["article_id"]).to_owned(), row["start"].as_u64(), row["actor"].clone());
    let known: Vec<_> = all.iter().map(key).collect();
    assert!(dispute.iter().all(|row| known.contains(&key(row))));

    // An article whose title names both counts whole; one that names neither not at all.
    let both = |title: &str| {
        title.contains("Kessara") && (title.contains("U.P.") || title.contains("United Provinces"))
    };
    let of = |rows: &[Value], wanted: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let titled = |row: &Value| both(row["title"].as_str().unwrap_or_default());
    assert!(of(&all, &titled) > 10);
    assert_eq!(of(&dispute, &titled), of(&all, &titled));
    let elsewhere = |row: &Value| text(&row["sentence"]).contains("Velmora") && !titled(row);
    assert!(of(&dispute, &elsewhere) < of(&all, &elsewhere) / 2);

    // Reports, comparisons and audits read the same sentences.
    let report = of_dispute("report --format json", "Kessara/United Provinces").expect(0).json();
    assert_eq!(report["header"]["selection"][0], "dispute Kessara/United Provinces");
    let rows = report["actors"]
        .as_array()
        .unwrap()
        .iter()
        .chain(Some(&report["unattributed"]).filter(|row| !row.is_null()));
    assert_eq!(rows.map(|row| row["statements"].as_u64().unwrap()).sum::<u64>(), dispute.len() as u64);

    let refused = of_dispute("report", "Kessara/Atlantis").expect(2);
    assert!(refused.stderr.contains("nobody in the store is 'Atlantis'"), "{}", refused.stderr);
    for one in ["Kessara/Kessara", "United Provinces/U.P.", "Kessara/Farin Nozar"] {
        let refused = of_dispute("report", one).expect(2);
        assert!(refused.stderr.contains("not two parties"), "{one}: {}", refused.stderr);
    }
    let refused = desk.run("report --dispute Kessara").expect(2);
    assert!(refused.stderr.contains("two parties or more"), "{}", refused.stderr);
}
