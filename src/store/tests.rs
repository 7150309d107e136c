//! Whole-store tests: what goes in comes out, and nothing is lost, doubled or silently wrong.

use std::path::{Path, PathBuf};

use super::*;
use crate::article::{Article, Origin};
use crate::attribute::{Candidate, Holder, Reason, UNATTRIBUTED};
use crate::classify::CandidateScores;
use crate::segment::{Lead, Sentence};
use crate::statement::{Basis, Stance, Tone};

pub(crate) fn article(id: &str, date: Option<&str>) -> Article {
    Article {
        id: id.to_owned(),
        title: Some(format!("Envoys meet, part {id}")),
        text: format!("MUSCAT – Envoy Lina Haddad welcomed talks on day {id}.\n\nShe ruled nothing out."),
        date: date.map(|date| date.parse().unwrap()),
        outlet: Some("Harbour Post".into()),
        url: Some(format!("https://example.org/{id}")),
        origin: Origin { path: PathBuf::from("in/news.jsonl"), record: Some(7) },
    }
}

fn holder(name: &str, role: Option<&str>) -> Holder {
    Holder { name: name.into(), registered: role.is_none(), role: role.map(str::to_owned), side: None }
}

fn scores(stance: [f32; 4]) -> CandidateScores {
    CandidateScores { stance, tone: [0.1, 0.7, 0.2], mode: [0.1, 0.2, 0.3, 0.4], basis: [0.2, 0.2, 0.6] }
}

/// Two sentences; a supporting statement, one without stance, and one whose holder is unknown.
pub(crate) fn scored(article: Article) -> ScoredArticle {
    let first_end = article.text.find("\n\n").unwrap();
    let name = article.text.find("Lina Haddad").unwrap();
    let second = first_end + 2;
    let envoy = Candidate {
        holder: holder("Lina Haddad", Some("envoy")),
        mention: Some(name..name + 11),
        reason: Reason::NamedInText { phrase: "Envoy Lina Haddad".into() },
        claimant: Some(holder("Oman", None)),
    };
    let oman = Candidate {
        holder: holder("Oman", None),
        mention: None,
        reason: Reason::RunningQuote { speaker: "Oman".into(), opened_in_sentence: 0 },
        claimant: None,
    };
    let unknown = Candidate {
        holder: holder(UNATTRIBUTED, None),
        mention: Some(second..second + 3),
        reason: Reason::Pronoun { pronoun: "She".into(), antecedent: "?".into() },
        claimant: None,
    };
    // Values whose bits a detour over decimals or doubles would change.
    let third = 1.0_f32 / 3.0;
    let sentences = vec![
        ScoredSentence {
            sentence: Sentence {
                index: 0,
                span: 0..first_end,
                paragraph: 0,
                lead: Some(Lead::Dateline(0..11)),
                turn: None,
                in_quote: false,
            },
            tone: [0.0, third, 1.0 - third],
            statements: vec![
                ScoredStatement::most_probable(envoy, scores([0.7, 0.1, 0.15, 0.05])),
                ScoredStatement::most_probable(oman, scores([0.1, third, 0.1, 0.8 - third])),
            ],
        },
        ScoredSentence {
            sentence: Sentence {
                index: 1,
                span: second..article.text.len(),
                paragraph: 1,
                lead: None,
                turn: None,
                in_quote: true,
            },
            tone: [0.5, 0.25, 0.25],
            statements: vec![ScoredStatement::most_probable(unknown, scores([0.1, 0.6, 0.2, 0.1]))],
        },
    ];
    ScoredArticle { article, sentences }
}

pub(crate) fn configuration(model: &str) -> ScoringConfiguration {
    ScoringConfiguration {
        model: model.into(),
        model_digest: "0123456789abcdef".into(),
        topic: "negotiation".into(),
        precision: "f32".into(),
        settings: serde_json::json!({"threshold": 0.5}),
    }
}

pub(crate) fn info(model: &str) -> RunInfo {
    RunInfo {
        configuration: configuration(model),
        inputs: vec!["in/".into()],
        program: "detente 0.1.0".into(),
    }
}

/// A finished run over articles `1` to `n` of April 2025.
pub(crate) fn filled(path: &Path, n: usize) -> (Store, String) {
    let mut store = Store::open(path).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    for number in 1..=n {
        let article = article(&number.to_string(), Some(&format!("2025-04-{number:02}")));
        assert_eq!(run.add(&scored(article)).unwrap(), Outcome::Scored);
    }
    let id = run.id().to_owned();
    run.finish().unwrap();
    (store, id)
}

fn temporary() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("detente.db");
    (folder, path)
}

fn positions(store: &Store) -> u64 {
    let mut n = 0;
    store.select(&Filter::default()).unwrap().for_each_lean(|_| n += 1).unwrap();
    n
}

#[test]
fn what_goes_in_comes_out_bit_for_bit() {
    let (_folder, path) = temporary();
    let (store, id) = filled(&path, 3);
    drop(store);
    let store = Store::open_read_only(&path).unwrap();
    let selection = store.select(&Filter { include_none: true, ..Filter::default() }).unwrap();
    assert_eq!(selection.articles().len(), 3);
    let back = selection.scored_article(1).unwrap();
    let put = scored(article("2", Some("2025-04-02")));
    assert_eq!(back, put);
    let bits = |scored: &ScoredArticle| -> Vec<u32> {
        scored
            .sentences
            .iter()
            .flat_map(|s| s.tone.iter().chain(s.statements.iter().flat_map(|s| &s.scores.stance)))
            .map(|value| value.to_bits())
            .collect()
    };
    assert_eq!(bits(&back), bits(&put));

    let mut lean = Vec::new();
    selection.for_each_lean(|statement| lean.push(*statement)).unwrap();
    let mut full = Vec::new();
    selection
        .for_each_statement(|statement| {
            full.push(statement);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert_eq!((lean.len(), full.len()), (9, 9));
    for (lean, full) in lean.iter().zip(&full) {
        assert_eq!(&selection.statement(lean).unwrap(), full);
        assert_eq!(selection.actors()[lean.actor as usize], full.actor);
        assert_eq!(lean.probabilities, full.probabilities);
        assert_eq!(lean.tone, full.tone_toward_actor);
    }
    let first = &full[0];
    assert_eq!(first.sentence, "MUSCAT – Envoy Lina Haddad welcomed talks on day 1.");
    assert_eq!((first.actor.as_str(), first.mention.as_str()), ("Lina Haddad", "Lina Haddad"));
    assert_eq!((first.stance, first.basis, first.tone), (Stance::Support, Basis::Claimed, Tone::Positive));
    assert_eq!(first.claimed_by.as_deref(), Some("Oman"));
    assert_eq!((first.model.as_str(), &first.run), ("small@01234567", &id));
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn the_same_article_is_scored_once_per_configuration() {
    let (_folder, path) = temporary();
    let (mut store, first) = filled(&path, 2);
    let known = article("1", Some("2025-04-01"));
    assert!(store.is_scored(&known, &configuration("small")).unwrap());
    assert!(!store.is_scored(&known, &configuration("large")).unwrap());
    let keys = store.scored_keys(&configuration("small")).unwrap();
    assert_eq!(keys.len(), 2);
    assert!(keys.contains(&known) && !keys.contains(&article("1", Some("2025-04-03"))));

    let mut run = store.begin_run(&info("small")).unwrap();
    let corrected = Article { outlet: Some("Harbour Post (evening)".into()), url: None, ..known.clone() };
    assert_eq!(run.link_existing(&corrected).unwrap(), Some(Outcome::Reused));
    assert_eq!(run.link_existing(&known).unwrap(), Some(Outcome::Duplicate));
    assert_eq!(run.link_existing(&article("9", None)).unwrap(), None);
    assert_eq!(run.add(&scored(article("2", Some("2025-04-02")))).unwrap(), Outcome::Reused);
    let second = run.id().to_owned();
    let counts = run.finish().unwrap();
    assert_eq!((counts.scored, counts.reused, counts.duplicates_exact, counts.read()), (0, 2, 1, 3));
    assert_ne!(first, second);

    let selection = store.select(&Filter { scope: Scope::Run(second.clone()), ..Filter::default() }).unwrap();
    assert_eq!(selection.totals().statements, 4);
    let article = selection.scored_article(0).unwrap().article;
    assert_eq!(article.outlet.as_deref(), Some("Harbour Post"), "the last input stands");
    assert_eq!(article.url.as_deref(), Some("https://example.org/1"), "what is known is not forgotten");
    drop(selection);

    let mut run = store.begin_run(&info("large")).unwrap();
    assert_eq!(run.add(&scored(known)).unwrap(), Outcome::Scored);
    run.finish().unwrap();
    assert_eq!(
        store.select(&Filter::default()).unwrap().totals().articles,
        1,
        "only the latest configuration"
    );
    // A run that fails before its first article hides none of this.
    store.begin_run(&info("broken")).unwrap().fail("the model cannot be loaded").unwrap();
    let latest = store.select(&Filter::default()).unwrap();
    assert_eq!((latest.configuration().model.as_str(), latest.totals().articles), ("large", 1));
    drop(latest);
    let both = Filter { scope: Scope::Configuration(configuration("small").digest()), ..Filter::default() };
    assert_eq!(store.select(&both).unwrap().totals().articles, 2);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_corrected_date_replaces_the_older_version() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    for date in [None, Some("2025-04-02")] {
        let mut run = store.begin_run(&info("small")).unwrap();
        assert_eq!(run.add(&scored(article("1", date))).unwrap(), Outcome::Scored);
        run.finish().unwrap();
    }
    let totals = store.select(&Filter::default()).unwrap().totals();
    assert_eq!((totals.articles, totals.undated), (1, 0));

    // Within one run, what the reader of the inputs kept apart stays apart.
    let mut run = store.begin_run(&info("small")).unwrap();
    run.link_existing(&article("1", None)).unwrap();
    run.link_existing(&article("1", Some("2025-04-02"))).unwrap();
    run.finish().unwrap();
    assert_eq!(store.select(&Filter::default()).unwrap().totals().articles, 2);
}

#[test]
fn totals_and_filters_agree_with_the_rows() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    for (id, date) in
        [("a", None), ("b", Some("2025-04")), ("c", Some("2025-04-20")), ("d", Some("2025-05-02"))]
    {
        run.add(&scored(article(id, date))).unwrap();
    }
    let copy = Article { outlet: Some("Inland Wire".into()), ..article("e", Some("2025-04-20")) };
    run.duplicate(&Duplicate::of("c", &copy, DuplicateKind::Near)).unwrap();
    let refusal = Refusal { path: "in/broken.csv".into(), record: Some(3), reason: "no text".into() };
    run.refuse(&refusal).unwrap();
    let id = run.id().to_owned();
    run.finish().unwrap();

    assert_eq!(store.refusals(&id).unwrap(), [refusal]);
    let duplicates = store.duplicates(&id).unwrap();
    assert_eq!(duplicates, [Duplicate::of("c", &copy, DuplicateKind::Near)]);
    let all = store.select(&Filter::default()).unwrap();
    let expected = Totals {
        articles: 4,
        undated: 1,
        duplicates_near: 1,
        refused: 1,
        sentences: 8,
        candidates: 12,
        statements: 8,
        unattributed: 4,
        ..Totals::default()
    };
    assert_eq!(all.totals(), expected);
    let dates: Vec<_> = all.articles().iter().map(|a| a.date.map(|d| d.to_string())).collect();
    assert_eq!(
        dates,
        [Some("2025-04"), Some("2025-04-20"), Some("2025-05-02"), None].map(|d| d.map(str::to_owned))
    );
    drop(all);

    let april = Filter {
        from: Some("2025-04-10".parse().unwrap()),
        to: Some("2025-04-30".parse().unwrap()),
        actors: vec!["Lina Haddad".into()],
        ..Filter::default()
    };
    let april = store.select(&april).unwrap();
    let totals = april.totals();
    assert_eq!((totals.articles, totals.left_out_undated, totals.left_out_coarse), (1, 1, 1));
    let mut names = Vec::new();
    april.for_each_lean(|lean| names.push(april.actors()[lean.actor as usize].clone())).unwrap();
    assert_eq!(names, ["Lina Haddad"]);
    drop(april);
    let nobody = Filter { outlets: vec!["Inland Wire".into()], ..Filter::default() };
    assert_eq!(store.select(&nobody).unwrap().totals().articles, 0);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_dropped_run_is_interrupted_and_keeps_its_articles() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    run.add(&scored(article("1", None))).unwrap();
    drop(run);
    drop(store);
    let store = Store::open(&path).unwrap();
    let runs = store.runs().unwrap();
    assert_eq!((runs[0].status, runs[0].counts.scored), (RunStatus::Interrupted, 1));
    assert!(store.is_scored(&article("1", None), &configuration("small")).unwrap());
}

#[test]
fn a_killed_run_is_interrupted_and_loses_what_was_not_committed() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    run.add(&scored(article("1", None))).unwrap();
    run.commit().unwrap();
    run.add(&scored(article("2", None))).unwrap();
    // What a kill leaves: the files as they are at this moment, and nobody who holds the run's lock.
    let copy = path.with_file_name("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(wal_path(&path), wal_path(&copy)).unwrap();
    let other = Store::open(&copy).unwrap();
    let runs = other.runs().unwrap();
    assert_eq!((runs[0].status, runs[0].counts.scored), (RunStatus::Interrupted, 1));
    assert_eq!(positions(&other), 2);
    assert_eq!(other.verify().unwrap(), []);

    let living = Store::open(&path).unwrap();
    assert_eq!(living.runs().unwrap()[0].status, RunStatus::Running, "the lock is held");
    run.finish().unwrap();
    assert_eq!(living.runs().unwrap()[0].status, RunStatus::Finished);
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap())
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().file_name().to_string_lossy().contains("-run-") })
            .count(),
        0,
        "locks are cleared away"
    );
}

#[test]
fn readers_see_what_is_committed_while_a_run_writes() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let reader = Store::open_read_only(&path).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    run.add(&scored(article("1", None))).unwrap();
    run.commit().unwrap();
    run.add(&scored(article("2", None))).unwrap();
    let selection = reader.select(&Filter::default()).unwrap();
    assert_eq!(selection.totals().articles, 1);
    run.commit().unwrap();
    let mut seen = 0;
    selection.for_each_lean(|_| seen += 1).unwrap();
    assert_eq!(seen, 2, "a selection does not change under its reader");
    drop(selection);
    assert_eq!(positions(&reader), 4);
    run.finish().unwrap();
    assert!(reader.connection.execute("DELETE FROM runs", []).is_err(), "a reader cannot write");
}

#[test]
fn a_store_that_nobody_may_write_beside_is_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd name #1?.db");
    let (store, _) = filled(&path, 1);
    drop(store);
    let connection = open_immutable(&path).unwrap();
    let store = Store { path, connection };
    assert_eq!(positions(&store), 2);
    assert!(store.connection.execute("DELETE FROM runs", []).is_err());
}

#[test]
fn files_that_are_no_store_are_refused_by_name() {
    let (folder, path) = temporary();
    assert!(matches!(Store::open_read_only(&path), Err(StoreError::Missing { .. })));
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Io { .. })));

    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "Not a database at all, only a text that is long enough. ".repeat(20)).unwrap();
    let foreign = folder.path().join("other.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    for file in [&text, &foreign] {
        let before = std::fs::read(file).unwrap();
        for error in [Store::open(file).unwrap_err(), Store::open_read_only(file).unwrap_err()] {
            assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
            assert!(error.to_string().contains(file.to_str().unwrap()));
        }
        assert!(std::fs::read(file).unwrap() == before, "{file:?} was changed");
    }
    assert!(matches!(Store::open_read_only(&empty), Err(StoreError::NotAStore { .. })));
}

#[test]
fn a_newer_store_is_refused_with_the_remedy() {
    let (_folder, path) = temporary();
    let (store, _) = filled(&path, 1);
    store.connection.pragma_update(None, "user_version", VERSION + 2).unwrap();
    drop(store);
    for error in [Store::open(&path).unwrap_err(), Store::open_read_only(&path).unwrap_err()] {
        let message = error.to_string();
        assert!(
            matches!(error, StoreError::Newer { found, known, .. } if found == VERSION + 2 && known == VERSION)
        );
        assert!(message.contains("detente.db") && message.contains("upgrade detente"), "{message}");
    }
}

#[test]
fn an_older_store_is_brought_up_to_date_all_or_nothing() {
    let (_folder, path) = temporary();
    let mut connection = Connection::open(&path).unwrap();
    let broken = ["CREATE TABLE a (x)", "CREATE TABLE a (y)"];
    assert!(migrate(&mut connection, &path, &broken).is_err());
    assert_eq!(file_version(&connection, &path).unwrap(), None);
    migrate(&mut connection, &path, &["CREATE TABLE a (x)"]).unwrap();
    assert_eq!(file_version(&connection, &path).unwrap(), Some(1));
    migrate(&mut connection, &path, &["CREATE TABLE a (x)"]).unwrap();
}

#[test]
fn a_truncated_file_is_called_damaged() {
    let (_folder, path) = temporary();
    let (store, _) = filled(&path, 28);
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let outcome = Store::open_read_only(&path).and_then(|store| store.verify());
    match outcome {
        Ok(findings) => assert!(!findings.is_empty(), "half a file cannot be whole"),
        Err(error) => assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}"),
    }
}

#[test]
fn verify_finds_what_was_tampered_with() {
    let (_folder, path) = temporary();
    for (change, check) in [
        ("UPDATE statements SET stance_p = zeroblob(16) WHERE ordinal = 0", "statements"),
        ("UPDATE statements SET mode = 9", "statements"),
        ("UPDATE sentences SET end = 100000", "texts"),
        ("UPDATE contents SET title = 'Another'", "texts"),
        ("DELETE FROM statements WHERE ordinal = 1", "counts"),
        ("UPDATE runs SET scored = 5", "counts"),
        ("PRAGMA foreign_keys = 0; UPDATE statements SET holder = 77", "references"),
    ] {
        let _ = std::fs::remove_file(&path);
        let (store, _) = filled(&path, 1);
        store.connection.execute_batch(change).unwrap();
        let findings = store.verify().unwrap();
        assert!(findings.iter().any(|finding| finding.check == check), "{change}: {findings:?}");
    }
}

#[test]
fn a_full_disk_keeps_what_is_committed() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    store.connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 8), [], |_| Ok(())).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    let mut stored = 0;
    let error = loop {
        match run.add(&scored(article(&stored.to_string(), None))).and_then(|_| run.commit()) {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100_000, "the disk never filled");
    };
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert!(stored > 0);
    drop(run);
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.runs().unwrap()[0].counts.scored, stored);
    assert_eq!(positions(&store), 2 * stored);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn senseless_scores_are_refused_and_leave_no_trace() {
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let mut run = store.begin_run(&info("small")).unwrap();
    let mut broken = scored(article("1", None));
    broken.sentences[1].statements[0].scores.stance[0] = f32::NAN;
    let error = run.add(&broken).unwrap_err();
    assert!(matches!(error, StoreError::Invalid { sentence: 1, .. }), "{error}");
    run.add(&scored(article("2", None))).unwrap();
    assert_eq!(run.finish().unwrap().scored, 1);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn unknown_runs_and_empty_stores_are_told_apart() {
    let (_folder, path) = temporary();
    let store = Store::open(&path).unwrap();
    assert!(matches!(store.select(&Filter::default()), Err(StoreError::NoRun { .. })));
    let other = Filter { scope: Scope::Run("2020-01-01-a".into()), ..Filter::default() };
    let error = store.select(&other).unwrap_err();
    assert!(error.is_usage(), "{error}");
}

/// `cargo test --release -p detente --lib store::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "a measurement: writes a million statements"]
fn speed() {
    const ARTICLES: usize = 20_000;
    const SENTENCES: usize = 25;
    let (_folder, path) = temporary();
    let mut store = Store::open(&path).unwrap();
    let template = scored(article("1", Some("2025-04-02")));
    let line = "The delegations returned to the hotel without a word to the cameras on Tuesday evening. ";
    let mut run = store.begin_run(&info("small")).unwrap();
    let mut writing = std::time::Duration::ZERO;
    for number in 0..ARTICLES {
        let mut scored = template.clone();
        scored.article.id = number.to_string();
        scored.article.text = format!("{}{number} {}", template.article.text, line.repeat(40));
        scored.sentences = (0..SENTENCES)
            .map(|index| {
                let mut sentence = template.sentences[0].clone();
                sentence.sentence.index = index;
                sentence
            })
            .collect();
        let start = std::time::Instant::now();
        run.add(&scored).unwrap();
        writing += start.elapsed();
    }
    let start = std::time::Instant::now();
    run.finish().unwrap();
    writing += start.elapsed();
    let statements = ARTICLES * SENTENCES * 2;
    eprintln!(
        "wrote {statements} statements in {writing:?}, {:.0}/s",
        statements as f64 / writing.as_secs_f64()
    );
    drop(store);
    eprintln!("file: {} bytes", std::fs::metadata(&path).unwrap().len());
    for include_none in [false, true] {
        let start = std::time::Instant::now();
        let store = Store::open_read_only(&path).unwrap();
        let selection = store.select(&Filter { include_none, ..Filter::default() }).unwrap();
        let selected = start.elapsed();
        let (mut rows, mut sum) = (0, 0.0);
        selection
            .for_each_lean(|lean| {
                rows += 1;
                sum += lean.probabilities.leaning()
            })
            .unwrap();
        eprintln!("read {rows} lean statements in {:?} (selection {selected:?}), sum {sum}", start.elapsed());
    }
    let store = Store::open_read_only(&path).unwrap();
    let start = std::time::Instant::now();
    let mut n = 0;
    let selection = store.select(&Filter { include_none: true, ..Filter::default() }).unwrap();
    selection
        .for_each_statement(|_| {
            n += 1;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    eprintln!("read {n} full statements in {:?}", start.elapsed());
    let start = std::time::Instant::now();
    let again = scored(article("x", None));
    for _ in 0..10_000 {
        assert!(!store.is_scored(&again.article, &configuration("small")).unwrap());
    }
    eprintln!("is_scored: {:?} each", start.elapsed() / 10_000);
    drop(selection);
    let start = std::time::Instant::now();
    assert_eq!(store.verify().unwrap(), []);
    eprintln!("verify: {:?}", start.elapsed());
}
