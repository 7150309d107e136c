use std::collections::BTreeSet;
use std::io;

use arrow::array::{Array, Float32Array, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::*;
use crate::store::{Filter, Store, tests as sample};

const N: usize = 12;

fn with_store(test: impl FnOnce(&Store, &std::path::Path)) {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = sample::filled(&folder.path().join("detente.db"), N);
    test(&store, folder.path());
}

fn text(selection: &Selection<'_>, level: Level, format: Format) -> (Written, String) {
    let mut out = Vec::new();
    let written = export(selection, level, format, &mut out).unwrap();
    (written, String::from_utf8(out).unwrap())
}

fn parquet_rows(file: &std::path::Path) -> Vec<arrow::array::RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(file).unwrap()).unwrap();
    reader.build().unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn every_level_and_format_writes_every_row() {
    with_store(|store, folder| {
        for include_none in [false, true] {
            let selection = store.select(&Filter { include_none, ..Filter::default() }).unwrap();
            let totals = selection.totals();
            let statements = if include_none { totals.candidates } else { totals.statements };
            assert_eq!(statements, N as u64 * if include_none { 3 } else { 2 });
            for (level, expected) in [
                (Level::Statements, statements),
                (Level::Sentences, totals.sentences),
                (Level::Articles, totals.articles),
            ] {
                let (written, jsonl) = text(&selection, level, Format::Jsonl);
                assert_eq!(written, Written { rows: expected, complete: true });
                assert_eq!(jsonl.lines().count() as u64, expected);

                let (written, csv) = text(&selection, level, Format::Csv);
                assert_eq!(written.rows, expected);
                assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count() as u64, expected);

                let path = folder.join("rows.parquet");
                let file = std::fs::File::create(&path).unwrap();
                assert_eq!(export(&selection, level, Format::Parquet, file).unwrap().rows, expected);
                let rows: usize = parquet_rows(&path).iter().map(|batch| batch.num_rows()).sum();
                assert_eq!(rows as u64, expected);
            }
        }
    });
}

#[test]
fn a_statement_line_has_the_fixed_fields() {
    with_store(|store, _| {
        let selection = store.select(&Filter::default()).unwrap();
        let (_, jsonl) = text(&selection, Level::Statements, Format::Jsonl);
        let mut line: Value = serde_json::from_str(jsonl.lines().next().unwrap()).unwrap();
        assert_eq!(line["run"], selection.runs()[0].as_str());
        line["run"] = "RUN".into();
        let expected = serde_json::json!({
            "article_id": "1",
            "title": "Envoys meet, part 1",
            "date": "2025-04-01",
            "outlet": "Harbour Post",
            "url": "https://example.org/1",
            "sentence_index": 0,
            "start": 0,
            "end": 53,
            "sentence": "MUSCAT – Envoy Lina Haddad welcomed talks on day 1.",
            "actor": "Lina Haddad",
            "mention": "Lina Haddad",
            "mention_start": 17,
            "stance": "support",
            "probabilities": {"support": 0.7, "conditional": 0.1, "oppose": 0.15, "none": 0.05},
            "mode": "unspec",
            "basis": "claimed",
            "claimed_by": "Oman",
            "tone": "pos",
            "tone_toward_actor": "neu",
            "reason": "named: \"Envoy Lina Haddad\", not in the registry",
            "topic": "negotiation",
            "model": "small@01234567",
            "run": "RUN",
        });
        assert_eq!(line, expected);
    });
}

#[test]
fn the_formats_agree_on_columns_and_values() {
    with_store(|store, folder| {
        let selection = store.select(&Filter { include_none: true, ..Filter::default() }).unwrap();
        let (_, jsonl) = text(&selection, Level::Statements, Format::Jsonl);
        let (_, csv) = text(&selection, Level::Statements, Format::Csv);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let path = folder.join("rows.parquet");
        export(&selection, Level::Statements, Format::Parquet, std::fs::File::create(&path).unwrap())
            .unwrap();
        let batches = parquet_rows(&path);
        let schema = batches[0].schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(headers.iter().collect::<Vec<_>>(), names);
        let stances: BTreeSet<&str> = names.iter().copied().filter(|name| name.starts_with("p_")).collect();
        assert_eq!(stances, BTreeSet::from(["p_support", "p_conditional", "p_oppose", "p_none"]));

        let batch = arrow::compute::concat_batches(&schema, &batches);
        let batch = batch.unwrap();
        let column = |name: &str| batch.column_by_name(name).unwrap();
        let actor = column("actor").as_any().downcast_ref::<StringArray>().unwrap();
        let claimed_by = column("claimed_by").as_any().downcast_ref::<StringArray>().unwrap();
        let conditional = column("p_conditional").as_any().downcast_ref::<Float32Array>().unwrap();
        for (row, (line, record)) in jsonl.lines().zip(reader.records()).enumerate() {
            let line: Value = serde_json::from_str(line).unwrap();
            let record = record.unwrap();
            let field = |name: &str| &record[headers.iter().position(|header| header == name).unwrap()];
            assert_eq!(line["actor"], field("actor"));
            assert_eq!(actor.value(row), field("actor"));
            let value: f32 = field("p_conditional").parse().unwrap();
            assert_eq!(value.to_bits(), conditional.value(row).to_bits());
            assert_eq!(line["probabilities"]["conditional"].as_f64().unwrap() as f32, value);
            assert_eq!(line["claimed_by"].is_null(), claimed_by.is_null(row));
        }
    });
}

/// Takes some bytes, then goes away, like `head`.
struct ClosingPipe(usize);

impl Write for ClosingPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct FullDisk;

impl Write for FullDisk {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_no_error_but_a_full_disk_is() {
    with_store(|store, _| {
        let selection = store.select(&Filter::default()).unwrap();
        for format in [Format::Jsonl, Format::Csv, Format::Parquet] {
            let written = export(&selection, Level::Statements, format, ClosingPipe(100)).unwrap();
            assert!(!written.complete, "{format:?}");
            let error = export(&selection, Level::Statements, format, FullDisk).unwrap_err();
            assert!(matches!(error, ExportError::Table(TableError::Io(_))), "{format:?}: {error:?}");
        }
    });
}

#[test]
fn a_table_refuses_rows_of_another_shape() {
    let columns = vec![Column::new("actor", Kind::Text), Column::new("index", Kind::Float64)];
    let mut table = TableWriter::new(Format::Parquet, columns, Vec::new()).unwrap();
    assert!(matches!(table.row(&["Oman".into()]), Err(TableError::Shape { .. })));
    assert!(matches!(table.row(&["Oman".into(), "high".into()]), Err(TableError::Kind { .. })));
    table.row(&["Oman".into(), 0.25.into()]).unwrap();
    assert_eq!(table.finish().unwrap().rows, 1);
}
