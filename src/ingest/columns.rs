//! Parquet input: the known columns of a Parquet file, a few rows at a time.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::article::{Article, Origin};

use super::record::{ArticleSource, FIELDS, Record};
use super::refusal::{Reason, Refusal, Warning, WarningKind};

/// Rows decoded at a time: few, as one row may hold megabytes.
const ROWS_PER_BATCH: usize = 64;

/// Rows of a Parquet file.
pub(super) struct ColumnSource {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
    /// Column of each of [`FIELDS`] among the columns read.
    columns: [Option<usize>; FIELDS.len()],
    batch: Option<[Option<ArrayRef>; FIELDS.len()]>,
    /// Next row of `batch`.
    row: usize,
    rows_in_batch: usize,
    records: usize,
    /// Rows of the whole file, and its stored size in bytes.
    total_rows: u64,
    stored_bytes: u64,
    ended: bool,
}

impl ColumnSource {
    /// Reads from `file`, the decompressed content of `path`; `stored_bytes` is the size on disk.
    pub fn open(path: &Path, file: File, stored_bytes: u64) -> Result<Self, Reason> {
        guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet)?;
            let schema = builder.schema();
            let find =
                |field: &str| schema.fields().iter().position(|f| f.name().eq_ignore_ascii_case(field));
            let wanted = FIELDS.map(find);
            let Some(text) = wanted[FIELDS.len() - 1] else {
                return Err(Reason::NoTextColumn(schema.fields().iter().map(|f| f.name().clone()).collect()));
            };
            if !holds_text(schema.field(text).data_type()) {
                return Err(Reason::TextColumnType(schema.field(text).data_type().to_string()));
            }
            let total_rows = builder.metadata().file_metadata().num_rows().max(0) as u64;
            let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().flatten().copied());
            let batches =
                builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build().map_err(parquet)?;
            let schema: SchemaRef = arrow::record_batch::RecordBatchReader::schema(&batches);
            let columns =
                FIELDS.map(|field| schema.fields().iter().position(|f| f.name().eq_ignore_ascii_case(field)));
            Ok(Self {
                path: path.to_owned(),
                batches,
                columns,
                batch: None,
                row: 0,
                rows_in_batch: 0,
                records: 0,
                total_rows,
                stored_bytes,
                ended: false,
            })
        })
    }

    /// Decodes the next rows; `false` at the end.
    fn next_batch(&mut self) -> Result<bool, Reason> {
        let Some(batch) =
            guarded(|| self.batches.next().transpose().map_err(|error| Reason::Parquet(error.to_string())))?
        else {
            return Ok(false);
        };
        self.rows_in_batch = batch.num_rows();
        self.row = 0;
        let mut columns: [Option<ArrayRef>; FIELDS.len()] = Default::default();
        for (strings, index) in columns.iter_mut().zip(self.columns) {
            *strings = index.map(|index| strings_of(&batch, index)).transpose()?;
        }
        self.batch = Some(columns);
        Ok(true)
    }

    fn article(&mut self, warnings: &mut Vec<Warning>) -> Result<Article, Reason> {
        let origin = Origin { path: self.path.clone(), record: Some(self.records) };
        let Some(batch) = &self.batch else { return Err(Reason::EmptyText) };
        let row = self.row;
        let value = |column: &Option<ArrayRef>| {
            let strings = column.as_ref()?.as_string_opt::<i64>()?;
            (!strings.is_null(row)).then(|| strings.value(row).to_owned())
        };
        let [id, title, date, outlet, url, text] = batch.each_ref().map(value);
        for (field, (column, index)) in FIELDS.iter().zip(batch.iter().zip(self.columns)) {
            let unusable = column.as_ref().is_some_and(|array| array.data_type() == &DataType::Null);
            if unusable && index.is_some() && self.records == 1 {
                let kind = WarningKind::UnusableField { field, found: "a column of another type" };
                warnings.push(Warning { origin: Origin { path: self.path.clone(), record: None }, kind });
            }
        }
        Record { id, title, date, outlet, url, text: text.unwrap_or_default() }.into_article(origin, warnings)
    }
}

impl ArticleSource for ColumnSource {
    fn next(&mut self, warnings: &mut Vec<Warning>) -> Option<Result<Article, Refusal>> {
        while !self.ended && self.row >= self.rows_in_batch {
            match self.next_batch() {
                Ok(true) => {}
                Ok(false) => self.ended = true,
                Err(reason) => {
                    self.ended = true;
                    let origin = Origin { path: self.path.clone(), record: Some(self.records + 1) };
                    return Some(Err(Refusal { origin, line: None, reason }));
                }
            }
        }
        if self.ended {
            return None;
        }
        self.records += 1;
        let outcome = self.article(warnings);
        self.row += 1;
        let origin = Origin { path: self.path.clone(), record: Some(self.records) };
        Some(outcome.map_err(|reason| Refusal { origin, line: None, reason }))
    }

    fn consumed(&self) -> Option<u64> {
        let share = self.records as f64 / self.total_rows.max(1) as f64;
        Some((self.stored_bytes as f64 * share.min(1.0)) as u64)
    }
}

/// Runs the decoder. It checks most of what it reads, but not all: on damaged files it can panic,
/// which must not take the run with it.
fn guarded<T>(decode: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Reason::Parquet("damaged pages".to_owned())))
}

fn parquet(error: parquet::errors::ParquetError) -> Reason {
    Reason::Parquet(error.to_string())
}

fn holds_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        // Files written without the UTF-8 annotation.
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        DataType::Dictionary(_, values) => holds_text(values),
        _ => false,
    }
}

/// A column as strings: dates and times in ISO form, numbers in digits. A column of another type
/// (a list, a struct) becomes one of type null.
fn strings_of(batch: &RecordBatch, index: usize) -> Result<ArrayRef, Reason> {
    let column = batch.column(index);
    let printed = match column.data_type() {
        nested if nested.is_nested() => {
            return Ok(arrow::array::new_null_array(&DataType::Null, batch.num_rows()));
        }
        // Without its zone: the names of zones are not compiled in, and UTC is what is stored.
        DataType::Timestamp(_, _) => cast(column, &DataType::Timestamp(TimeUnit::Millisecond, None)),
        DataType::Date64 => cast(column, &DataType::Date32),
        _ => Ok(ArrayRef::clone(column)),
    };
    match printed.and_then(|column| cast(&column, &DataType::LargeUtf8)) {
        Ok(strings) => Ok(strings),
        Err(error) if holds_text(column.data_type()) => Err(Reason::Parquet(error.to_string())),
        Err(_) => Ok(arrow::array::new_null_array(&DataType::Null, batch.num_rows())),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Seek, Write};
    use std::sync::Arc;

    use arrow::array::{
        Date32Array, Int64Array, LargeStringArray, ListArray, StringArray, StringViewArray,
        TimestampMillisecondArray,
    };
    use parquet::arrow::ArrowWriter;

    use super::*;

    pub(in crate::ingest) fn write(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    fn open(bytes: &[u8]) -> Result<ColumnSource, Reason> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        ColumnSource::open(Path::new("x.parquet"), file, bytes.len() as u64)
    }

    fn read(bytes: &[u8]) -> (Vec<Result<Article, Refusal>>, Vec<Warning>) {
        let mut source = open(bytes).unwrap();
        let mut warnings = Vec::new();
        let outcomes = std::iter::from_fn(|| source.next(&mut warnings)).collect();
        assert_eq!(source.consumed(), Some(bytes.len() as u64));
        (outcomes, warnings)
    }

    #[test]
    fn columns_of_many_types_are_read() {
        // 2025-04-12 is day 20190 of the Unix epoch.
        let day = 20_190;
        let dates: Vec<(ArrayRef, &str)> = vec![
            (Arc::new(Date32Array::from(vec![day, day])), "2025-04-12"),
            (
                Arc::new(TimestampMillisecondArray::from(vec![i64::from(day) * 86_400_000 + 5000; 2])),
                "2025-04-12",
            ),
            (
                Arc::new(
                    TimestampMillisecondArray::from(vec![i64::from(day) * 86_400_000; 2])
                        .with_timezone("Europe/Vienna"),
                ),
                "2025-04-12",
            ),
            (Arc::new(Int64Array::from(vec![i64::from(day) * 86_400; 2])), "2025-04-12"),
            (Arc::new(StringArray::from(vec!["April 2025"; 2])), "2025-04"),
        ];
        for (date, expected) in dates {
            let (outcomes, warnings) = read(&write(vec![
                ("Text", Arc::new(LargeStringArray::from(vec!["One.", "Two."]))),
                ("other", Arc::new(Int64Array::from(vec![1, 2]))),
                ("date", date),
                ("id", Arc::new(Int64Array::from(vec![Some(5), None]))),
                ("title", Arc::new(StringViewArray::from(vec![Some("T"), None]))),
            ]));
            let articles: Vec<Article> = outcomes.into_iter().map(Result::unwrap).collect();
            assert_eq!(articles[1].text, "Two.");
            assert_eq!((articles[0].id.as_str(), articles[0].title.as_deref()), ("5", Some("T")));
            assert_eq!((articles[1].id.len(), articles[1].title.as_deref()), (16, None));
            assert_eq!(articles[0].date.unwrap().to_string(), expected);
            assert_eq!(articles[1].origin.record, Some(2));
            assert_eq!(warnings, []);
        }
    }

    #[test]
    fn rows_beyond_one_batch_arrive_in_order_and_empty_ones_are_refused() {
        let texts: Vec<Option<String>> = (0..200).map(|n| (n != 70).then(|| format!("Text {n}."))).collect();
        let (outcomes, _) = read(&write(vec![("text", Arc::new(StringArray::from(texts)))]));
        assert_eq!(outcomes.len(), 200);
        assert_eq!(outcomes[199].as_ref().unwrap().text, "Text 199.");
        let refusal = outcomes[70].as_ref().unwrap_err();
        assert_eq!(refusal.origin.record, Some(71));
        assert!(matches!(refusal.reason, Reason::EmptyText));
    }

    #[test]
    fn a_missing_or_unusable_column_is_told() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["One."]));
        let reason = open(&write(vec![("body", texts.clone())])).err().unwrap();
        assert!(matches!(&reason, Reason::NoTextColumn(names) if names == &["body"]));
        let reason = open(&write(vec![("text", numbers)])).err().unwrap();
        assert!(matches!(reason, Reason::TextColumnType(_)), "{reason}");

        let list = ListArray::from_iter_primitive::<arrow::datatypes::Int32Type, _, _>([Some([Some(1)])]);
        let (outcomes, warnings) = read(&write(vec![("text", texts), ("title", Arc::new(list))]));
        assert_eq!(outcomes[0].as_ref().unwrap().text, "One.");
        assert_eq!(outcomes[0].as_ref().unwrap().title, None);
        let kind = WarningKind::UnusableField { field: "title", found: "a column of another type" };
        assert_eq!(warnings, [Warning { origin: Origin { path: "x.parquet".into(), record: None }, kind }]);
    }

    #[test]
    fn damaged_files_are_refused_and_never_panic() {
        let texts: Vec<String> = (0..300).map(|n| format!("Text {n} about the talks.")).collect();
        let good = write(vec![("text", Arc::new(StringArray::from(texts)))]);
        assert!(matches!(open(b"PAR1 not really").err(), Some(Reason::Parquet(_))));
        assert!(matches!(open(&good[..good.len() / 2]).err(), Some(Reason::Parquet(_))));
        for at in (4..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            if let Ok(mut source) = open(&bad) {
                let outcomes: Vec<_> = std::iter::from_fn(|| source.next(&mut Vec::new())).collect();
                assert!(outcomes.len() <= 301, "byte {at}");
            }
        }
    }
}
