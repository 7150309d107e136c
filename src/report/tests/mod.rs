//! Every renderer over one invented report.

pub mod sample;

use super::*;
use crate::aggregate::period::By;
use crate::aggregate::{Aggregates, Options, Selection, aggregate};
use crate::report::Table;
use crate::report::text::{clean, fixed, signed, width};
use sample::{Said, Sample, river_dispute};

fn rendered(renderer: &dyn Renderer, report: &Report) -> String {
    let mut out = Vec::new();
    renderer.render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn terminal(width: usize) -> Terminal {
    Terminal { width, ..Terminal::default() }
}

fn monthly() -> Report {
    river_dispute().report(Some(By::Month), Listing::default())
}

fn plain() -> Report {
    river_dispute().report(None, Listing::default())
}

/// Many actors, most of them heard once.
fn crowd(actors: usize) -> Sample {
    let mut sample = Sample::default();
    for number in 0..actors {
        for article in 0..1 + (actors - number) as u32 / 40 {
            sample.add(Said {
                actor: &format!("Delegate {number}"),
                article,
                date: "2026-04-01",
                probabilities: [0.7, 0.1, 0.15, 0.05],
                mode: crate::statement::Mode::Unspecified,
                basis: crate::statement::Basis::Statement,
                sentence: "The delegate welcomed the round.",
            });
        }
    }
    sample
}

fn nothing(selection: Selection, totals: Totals, sample: &Sample) -> Report {
    let found = aggregate(&sample.observations, &sample.names, &selection, Options::default());
    let header = Header { topic: "negotiation".to_owned(), ..Header::default() };
    build(&found, &sample.names, header, totals, Listing::default(), &mut |_| Ok(Vec::new())).unwrap()
}

#[test]
fn terminal_at_80() {
    insta::assert_snapshot!(rendered(&terminal(80), &plain()));
}

#[test]
fn terminal_at_120_by_month() {
    insta::assert_snapshot!(rendered(&terminal(120), &monthly()));
}

#[test]
fn terminal_at_60_in_ascii() {
    let report = river_dispute().report(Some(By::Quarter), Listing { limit: Some(3), ..Listing::default() });
    insta::assert_snapshot!(rendered(&Terminal { width: 60, color: false, ascii: true }, &report));
}

#[test]
fn markdown_page() {
    insta::assert_snapshot!(rendered(&Markdown, &monthly()));
}

#[test]
fn json_object() {
    let report = river_dispute().report(Some(By::Quarter), Listing { limit: Some(1), ..Listing::default() });
    insta::assert_snapshot!(rendered(&Json, &report));
}

#[test]
fn csv_tables() {
    let report = monthly();
    insta::assert_snapshot!(format!(
        "{}\n{}",
        rendered(&Csv { table: Table::Actors }, &report),
        rendered(&Csv { table: Table::Series }, &report)
    ));
}

#[test]
fn all_renderers_show_the_same_actors_and_numbers() {
    let report = monthly();
    assert!(report.actors.len() >= 6 && report.unattributed.is_some());
    let json: serde_json::Value = serde_json::from_str(&rendered(&Json, &report)).unwrap();
    let csv = rendered(&Csv::default(), &report);
    let mut table = ::csv::Reader::from_reader(csv.as_bytes());
    let records: Vec<_> = table.records().map(|r| r.unwrap()).collect();
    let markdown = rendered(&Markdown, &report);
    // Wide enough for no name to be shortened.
    let wide = rendered(&terminal(200), &report);
    let narrow = rendered(&terminal(60), &report).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(records.len(), report.rows().count());
    for (position, row) in report.rows().enumerate() {
        let name = clean(&row.actor);
        let figures = &row.figures;
        let found = match row.rank {
            Some(_) => &json["actors"][position],
            None => &json["unattributed"],
        };
        assert_eq!(found["actor"], row.actor);
        assert_eq!(found["statements"], figures.statements);
        assert_eq!(found["index"], figures.index);
        assert_eq!(records[position][1].trim_start_matches('\''), name);
        assert_eq!(records[position][2], figures.statements.to_string());
        assert_eq!(records[position][10].parse::<f64>().unwrap(), figures.index);

        let line =
            markdown.lines().find(|l| l.starts_with(&format!("| {} |", markdown::escape(&name)))).unwrap();
        assert!(line.contains(&format!("| {} | {} |", figures.statements, figures.articles)), "{line}");
        assert!(line.contains(&signed(figures.index)), "{line}");

        for text in [words::index(figures), words::volume(row), words::shares(figures)] {
            assert!(wide.contains(&text), "{text}");
            assert!(narrow.contains(&text), "{text} not in {narrow}");
        }
        for point in &row.series {
            let text = words::point(point);
            assert!(narrow.contains(&text), "{text}");
            let line = format!(
                "| {} | {} | {} | {} |",
                point.period,
                point.figures.statements,
                point.figures.articles,
                signed(point.figures.index)
            );
            assert!(markdown.contains(&line), "{line}");
        }
    }
}

/// Columns of a Parquet file and each cell as the CSV of it would be: numbers to four digits, nothing for null.
fn parquet_records(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow::array::{Array, Float64Array, Int64Array, StringArray};
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let names = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut records = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let cell = |column: &std::sync::Arc<dyn Array>| {
                let any = column.as_any();
                if column.is_null(row) {
                    String::new()
                } else if let Some(texts) = any.downcast_ref::<StringArray>() {
                    csv::guarded(texts.value(row))
                } else if let Some(numbers) = any.downcast_ref::<Int64Array>() {
                    numbers.value(row).to_string()
                } else {
                    fixed(any.downcast_ref::<Float64Array>().unwrap().value(row), 4)
                }
            };
            records.push(batch.columns().iter().map(cell).collect());
        }
    }
    (names, records)
}

#[test]
fn parquet_has_the_cells_of_csv_with_types() {
    let report = monthly();
    for table in [Table::Actors, Table::Series] {
        let mut bytes = Vec::new();
        Parquet { table }.render(&report, &mut bytes).unwrap();
        let (names, records) = parquet_records(&bytes);
        let text = rendered(&Csv { table }, &report);
        let mut csv = ::csv::Reader::from_reader(text.as_bytes());
        assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>(), names);
        let rows: Vec<Vec<String>> =
            csv.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        assert!(!rows.is_empty());
        assert_eq!(records, rows);
    }
}

#[test]
fn lines_keep_to_the_width() {
    for room in [60, 80, 100, 120, 200] {
        for report in [plain(), monthly(), crowd(120).report(None, Listing::default())] {
            for line in rendered(&terminal(room), &report).lines() {
                assert!(width(line) <= room, "{room}: {line}");
            }
        }
    }
}

#[test]
fn nothing_from_the_input_steers_the_terminal() {
    let report = monthly();
    for renderer in [&terminal(80) as &dyn Renderer, &Markdown, &Csv::default()] {
        let text = rendered(renderer, &report);
        let steering = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202e}';
        assert_eq!(text.chars().find(steering), None);
    }
    assert!(!rendered(&Json, &report).contains('\u{1b}'));
}

#[test]
fn colour_is_added_and_nothing_else() {
    let report = monthly();
    let colored = rendered(&Terminal { width: 100, color: true, ascii: false }, &report);
    assert!(colored.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, rendered(&terminal(100), &report));
}

#[test]
fn the_same_statements_in_another_order_give_the_same_bytes() {
    let sample = river_dispute();
    let mut shuffled = river_dispute();
    shuffled.observations.reverse();
    let (there, back) = (sample.report(None, Listing::default()), shuffled.report(None, Listing::default()));
    assert_eq!(rendered(&Json, &there), rendered(&Json, &back));
}

#[test]
fn actors_come_in_the_order_asked_for() {
    let by_count = plain();
    let counts: Vec<_> = by_count.actors.iter().map(|a| a.figures.statements).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");
    let by_index = river_dispute().report(None, Listing { order: Order::Index, limit: None });
    let indices: Vec<_> = by_index.actors.iter().map(|a| a.figures.index).collect();
    assert!(indices.is_sorted_by(|a, b| a >= b), "{indices:?}");
    assert_ne!(by_count.actors[0].actor, by_index.actors[0].actor);
    assert_eq!(by_index.actors[0].rank, Some(1));
}

#[test]
fn of_many_actors_the_first_are_listed_and_the_others_counted() {
    let report = crowd(300).report(None, Listing { limit: Some(20), ..Listing::default() });
    assert_eq!((report.actors.len(), report.actors_not_listed), (20, 280));
    assert!(rendered(&terminal(80), &report).contains("and 280 more actors"));
    assert!(rendered(&Markdown, &report).contains("and 280 more actors"));
    assert_eq!(crowd(300).report(None, Listing::default()).actors.len(), 300);
}

#[test]
fn when_there_is_nothing_the_reader_learns_what_to_check() {
    let sample = river_dispute();
    let read = Totals { articles_read: 3, articles_scored: 3, sentences: 40, ..Totals::default() };
    let empty = Sample::default();
    let later = Selection { from: Some(jiff::civil::date(2030, 1, 1)), ..Selection::default() };
    for (report, hint) in [
        (nothing(later, read.clone(), &sample), "Widen the period"),
        (nothing(Selection::default(), Totals::default(), &empty), "--store"),
        (nothing(Selection::default(), read, &empty), "detente explain"),
    ] {
        for text in [rendered(&terminal(70), &report), rendered(&Markdown, &report)] {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(hint), "{text}");
        }
        assert!(report.actors.is_empty());
        assert_eq!(rendered(&Csv::default(), &report).lines().count(), 1);
    }
}

#[test]
fn a_store_that_answers_short_is_an_error() {
    let sample = river_dispute();
    let found: Aggregates =
        aggregate(&sample.observations, &sample.names, &Selection::default(), Options::default());
    let built =
        build(&found, &sample.names, Header::default(), Totals::default(), Listing::default(), &mut |_| {
            Ok(Vec::new())
        });
    assert!(built.unwrap_err().to_string().contains("sentences were asked for"));
}
