//! A table on its way out: typed columns, rows one after the other, in any of the three formats.
//!
//! Nothing is held but the rows of one batch. Text goes out as it is: no trimming, no escaping beyond the format's own.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float32Builder, Float64Builder, Int64Builder, RecordBatch,
    StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde_json::{Map, Value};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// RFC 4180, with a header line.
    Csv,
    Parquet,
}

/// How a table ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub rows: u64,
    /// All rows were written; otherwise the reader at the other end of the pipe went away, and `rows` were offered to it.
    pub complete: bool,
}

/// A table that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("cannot write the table: {0}; check the space and the permissions at its destination")]
    Io(#[source] io::Error),
    /// The reader went away.
    #[error("the reader of the table went away")]
    Closed,
    #[error("row {row} of the table has {found} cells for {expected} columns")]
    Shape { row: u64, expected: usize, found: usize },
    #[error("row {row} of the table has a value of another type in column '{column}'")]
    Kind { row: u64, column: String },
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Io(error) }
    }
}

/// Rows that a Parquet writer takes at once, and rows in a row group: bounds the memory, keeps files well packed.
const BATCH_ROWS: usize = 4096;
const GROUP_ROWS: usize = 65_536;

/// Type of a column's values. Every column may have empty cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    /// Single precision, as scores are.
    Float32,
    Float64,
    Boolean,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name in CSV and Parquet, and in JSONL unless `within` is set.
    pub name: String,
    pub kind: Kind,
    /// In JSONL: the object that holds the value, and the key in it. Columns of one object stand together.
    pub within: Option<(String, String)>,
}

impl Column {
    pub fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind, within: None }
    }

    /// Columns of these names and kinds.
    pub fn list(columns: &[(&str, Kind)]) -> Vec<Self> {
        columns.iter().map(|(name, kind)| Self::new(name, *kind)).collect()
    }

    /// A column that is `object.key` in JSONL.
    pub fn nested(name: &str, kind: Kind, object: &str, key: &str) -> Self {
        Self { within: Some((object.to_owned(), key.to_owned())), ..Self::new(name, kind) }
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Integer(i64),
    Float32(f32),
    Float64(f64),
    Boolean(bool),
}

macro_rules! cell_from {
    ($($from:ty => $variant:ident),+) => { $(impl From<$from> for Cell {
        fn from(value: $from) -> Self { Self::$variant(value.into()) }
    })+ };
}

cell_from!(String => Text, &str => Text, i64 => Integer, u32 => Integer, f32 => Float32, f64 => Float64, bool => Boolean);

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        // Counts and byte positions; saturation is beyond any text.
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self::Integer(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Writes one table.
pub struct TableWriter<W: Write + Send> {
    columns: Vec<Column>,
    rows: u64,
    sink: Sink<W>,
}

enum Sink<W: Write + Send> {
    Jsonl(io::BufWriter<W>),
    Csv(Box<csv::Writer<W>>),
    Parquet(Box<ParquetSink<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table; CSV gets its header line also when no row follows.
    pub fn new(format: Format, columns: Vec<Column>, out: W) -> Result<Self, TableError> {
        let sink = match format {
            Format::Jsonl => Sink::Jsonl(io::BufWriter::with_capacity(1 << 16, out)),
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(out);
                writer.write_record(columns.iter().map(|column| &column.name)).map_err(csv_fault)?;
                Sink::Csv(Box::new(writer))
            }
            Format::Parquet => Sink::Parquet(Box::new(ParquetSink::new(&columns, out)?)),
        };
        Ok(Self { columns, rows: 0, sink })
    }

    /// Writes a row: as many cells as there are columns, each empty or of its column's kind.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), TableError> {
        if cells.len() != self.columns.len() {
            return Err(TableError::Shape {
                row: self.rows,
                expected: self.columns.len(),
                found: cells.len(),
            });
        }
        match &mut self.sink {
            Sink::Jsonl(out) => {
                serde_json::to_writer(&mut *out, &json_object(&self.columns, cells))
                    .map_err(io::Error::from)?;
                out.write_all(b"\n")?;
            }
            Sink::Csv(writer) => {
                for cell in cells {
                    match cell {
                        Cell::Text(text) => writer.write_field(text),
                        other => writer.write_field(plain(other)),
                    }
                    .map_err(csv_fault)?;
                }
                writer.write_record(None::<&[u8]>).map_err(csv_fault)?;
            }
            Sink::Parquet(sink) => sink.row(&self.columns, self.rows, cells)?,
        }
        self.rows += 1;
        Ok(())
    }

    /// Rows taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the table and sees to it that everything has reached the output.
    pub fn finish(self) -> Result<Written, TableError> {
        match self.sink {
            Sink::Jsonl(mut out) => out.flush()?,
            Sink::Csv(mut writer) => writer.flush()?,
            Sink::Parquet(sink) => sink.finish()?,
        }
        Ok(Written { rows: self.rows, complete: true })
    }
}

/// Keys keep the order of the columns only within what JSON promises: none.
fn json_object(columns: &[Column], cells: &[Cell]) -> Value {
    let mut object = Map::new();
    for (column, cell) in columns.iter().zip(cells) {
        match &column.within {
            None => {
                object.insert(column.name.clone(), json_value(cell));
            }
            Some((outer, key)) => {
                let entry = object.entry(outer.clone()).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(inner) = entry {
                    inner.insert(key.clone(), json_value(cell));
                }
            }
        }
    }
    Value::Object(object)
}

fn json_value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Integer(value) => Value::from(*value),
        // The shortest decimal that reads back as this single, not the double next to it.
        Cell::Float32(value) => {
            value.to_string().parse::<f64>().ok().filter(|v| v.is_finite()).map_or(Value::Null, Value::from)
        }
        Cell::Float64(value) => Value::from(*value),
        Cell::Boolean(value) => Value::from(*value),
    }
}

/// The shortest decimal that reads back as the same number.
fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float32(value) => value.to_string(),
        Cell::Float64(value) => value.to_string(),
        Cell::Boolean(value) => value.to_string(),
    }
}

fn csv_fault(error: csv::Error) -> TableError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => TableError::Io(io::Error::other(format!("{other:?}"))),
    }
}

struct ParquetSink<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
    builders: Vec<Box<dyn ArrayBuilder>>,
    pending: usize,
}

impl<W: Write + Send> ParquetSink<W> {
    fn new(columns: &[Column], out: W) -> Result<Self, TableError> {
        let data_type = |kind: Kind| match kind {
            Kind::Text => DataType::Utf8,
            Kind::Integer => DataType::Int64,
            Kind::Float32 => DataType::Float32,
            Kind::Float64 => DataType::Float64,
            Kind::Boolean => DataType::Boolean,
        };
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(&column.name, data_type(column.kind), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(parquet_fault)?;
        let builders = columns.iter().map(|column| builder(column.kind)).collect();
        Ok(Self { writer, schema, builders, pending: 0 })
    }

    fn row(&mut self, columns: &[Column], row: u64, cells: &[Cell]) -> Result<(), TableError> {
        // Before anything is appended: columns of unequal length could not be written any more.
        for (column, cell) in columns.iter().zip(cells) {
            if !fits(column.kind, cell) {
                return Err(TableError::Kind { row, column: column.name.clone() });
            }
        }
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            append(builder.as_mut(), cell);
        }
        self.pending += 1;
        if self.pending == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), TableError> {
        if self.pending == 0 {
            return Ok(());
        }
        let arrays: Vec<ArrayRef> = self.builders.iter_mut().map(|builder| builder.finish()).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(|error| TableError::Io(io::Error::other(error)))?;
        self.pending = 0;
        self.writer.write(&batch).map_err(parquet_fault)
    }

    fn finish(mut self) -> Result<(), TableError> {
        self.flush()?;
        self.writer.finish().map_err(parquet_fault)?;
        self.writer.inner_mut().flush()?;
        Ok(())
    }
}

fn builder(kind: Kind) -> Box<dyn ArrayBuilder> {
    match kind {
        Kind::Text => Box::new(StringBuilder::new()),
        Kind::Integer => Box::new(Int64Builder::new()),
        Kind::Float32 => Box::new(Float32Builder::new()),
        Kind::Float64 => Box::new(Float64Builder::new()),
        Kind::Boolean => Box::new(BooleanBuilder::new()),
    }
}

fn fits(kind: Kind, cell: &Cell) -> bool {
    matches!(
        (kind, cell),
        (_, Cell::Empty)
            | (Kind::Text, Cell::Text(_))
            | (Kind::Integer, Cell::Integer(_))
            | (Kind::Float32, Cell::Float32(_))
            | (Kind::Float64, Cell::Float64(_))
            | (Kind::Boolean, Cell::Boolean(_))
    )
}

/// Appends a cell that [`fits`].
fn append(builder: &mut dyn ArrayBuilder, cell: &Cell) {
    let builder = builder.as_any_mut();
    if let Some(builder) = builder.downcast_mut::<StringBuilder>() {
        builder.append_option(if let Cell::Text(text) = cell { Some(text) } else { None });
    } else if let Some(builder) = builder.downcast_mut::<Int64Builder>() {
        builder.append_option(if let Cell::Integer(value) = cell { Some(*value) } else { None });
    } else if let Some(builder) = builder.downcast_mut::<Float32Builder>() {
        builder.append_option(if let Cell::Float32(value) = cell { Some(*value) } else { None });
    } else if let Some(builder) = builder.downcast_mut::<Float64Builder>() {
        builder.append_option(if let Cell::Float64(value) = cell { Some(*value) } else { None });
    } else if let Some(builder) = builder.downcast_mut::<BooleanBuilder>() {
        builder.append_option(if let Cell::Boolean(value) = cell { Some(*value) } else { None });
    }
}

fn parquet_fault(error: ParquetError) -> TableError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => (*error).into(),
            Err(other) => TableError::Io(io::Error::other(other)),
        },
        other => TableError::Io(io::Error::other(other)),
    }
}
