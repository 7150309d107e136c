//! The tables of a store, and the steps from older versions to this one.
//!
//! Integer primary keys bear the table's noun. Labels (stance, mode, basis, tone) are stored as their
//! position in the label set's `ALL`, probability vectors as little-endian `f32`s in that order. An article's text
//! is stored once; sentences and mentions are byte spans of it.

/// Marks a SQLite file as a detente store ("dtnt").
pub const APPLICATION_ID: i32 = 0x6474_6e74;

/// Steps from an empty file to the present version: applying step `n` makes version `n + 1`.
/// A step that has been released never changes; a new one is added.
pub const MIGRATIONS: &[&str] = &[VERSION_1];

/// The version this program writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// `text` stands last in its table, so that reading dates and titles does not walk through it. Rows of `sentences` and
/// `statements` are clustered by result: an article's rows are neighbours, and need no index of their own.
const VERSION_1: &str = "
CREATE TABLE configurations (
    configuration INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    model_digest TEXT NOT NULL,
    topic TEXT NOT NULL,
    precision TEXT NOT NULL,
    settings TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    configuration INTEGER NOT NULL REFERENCES configurations,
    program TEXT NOT NULL,
    inputs TEXT NOT NULL,
    started TEXT NOT NULL,
    last_active TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'interrupted', 'failed')),
    message TEXT,
    scored INTEGER NOT NULL DEFAULT 0,
    reused INTEGER NOT NULL DEFAULT 0,
    duplicates_exact INTEGER NOT NULL DEFAULT 0,
    duplicates_near INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    undated INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a score depends on: title, text and date. Both keys are hashes, text_key without the date.
CREATE TABLE contents (
    content INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    text_key BLOB NOT NULL,
    title TEXT,
    date TEXT,
    text BLOB NOT NULL
) STRICT;

-- What a score does not depend on; corrected by later inputs.
CREATE TABLE articles (
    article INTEGER PRIMARY KEY,
    content INTEGER NOT NULL REFERENCES contents,
    id TEXT NOT NULL,
    outlet TEXT,
    url TEXT,
    path BLOB NOT NULL,
    record INTEGER,
    UNIQUE (content, id)
) STRICT;

-- The scores of one content under one configuration, computed once, by `run`.
-- positions: statements with a stance; unattributed: those of them whose holder is unknown.
CREATE TABLE results (
    result INTEGER PRIMARY KEY,
    configuration INTEGER NOT NULL REFERENCES configurations,
    content INTEGER NOT NULL REFERENCES contents,
    run INTEGER NOT NULL REFERENCES runs,
    sentences INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    positions INTEGER NOT NULL,
    unattributed INTEGER NOT NULL,
    UNIQUE (content, configuration)
) STRICT;

CREATE TABLE run_articles (
    run INTEGER NOT NULL REFERENCES runs,
    result INTEGER NOT NULL REFERENCES results,
    article INTEGER NOT NULL REFERENCES articles,
    reused INTEGER NOT NULL,
    PRIMARY KEY (run, result)
) STRICT, WITHOUT ROWID;

CREATE TABLE refusals (
    refusal INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    path BLOB NOT NULL,
    record INTEGER,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX refusals_of_run ON refusals (run);

CREATE TABLE duplicates (
    duplicate INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    kind TEXT NOT NULL CHECK (kind IN ('exact', 'near')),
    original TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT,
    date TEXT,
    outlet TEXT,
    url TEXT,
    path BLOB NOT NULL,
    record INTEGER
) STRICT;
CREATE INDEX duplicates_of_run ON duplicates (run, original);

CREATE TABLE actors (
    actor INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- An actor as one article tells of it. Empty role or side: not told.
CREATE TABLE holders (
    holder INTEGER PRIMARY KEY,
    actor INTEGER NOT NULL REFERENCES actors,
    registered INTEGER NOT NULL,
    role TEXT NOT NULL,
    side TEXT NOT NULL,
    UNIQUE (actor, registered, role, side)
) STRICT;

CREATE TABLE sentences (
    result INTEGER NOT NULL REFERENCES results,
    sentence INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    paragraph INTEGER NOT NULL,
    tone_p BLOB NOT NULL,
    detail TEXT,
    PRIMARY KEY (result, sentence)
) STRICT, WITHOUT ROWID;

CREATE TABLE statements (
    result INTEGER NOT NULL,
    sentence INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    holder INTEGER NOT NULL REFERENCES holders,
    stance INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    basis INTEGER NOT NULL,
    tone INTEGER NOT NULL,
    stance_p BLOB NOT NULL,
    mode_p BLOB NOT NULL,
    basis_p BLOB NOT NULL,
    tone_p BLOB NOT NULL,
    mention_start INTEGER,
    mention_end INTEGER,
    claimant INTEGER REFERENCES holders,
    reason TEXT NOT NULL,
    PRIMARY KEY (result, sentence, ordinal),
    FOREIGN KEY (result, sentence) REFERENCES sentences
) STRICT, WITHOUT ROWID;
";
