//! Looking for damage: what SQLite can tell about the file, and whether the values in it still make sense.

use rusqlite::params;

use super::codec::{Columns, unpack_text};
use super::configuration::ContentKey;
use super::error::At;
use super::scored::{check_span, check_vector};
use super::{Store, StoreError};
use crate::article::Article;

/// Something wrong in a store.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was looked at: `file`, `references`, `texts`, `sentences`, `statements`, `counts`.
    pub check: &'static str,
    /// Where, in the user's words: a run, an article, a sentence.
    pub place: String,
    pub problem: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.check, self.place, self.problem)
    }
}

/// Findings of one check that are told in full; the rest is summed up.
const TOLD_PER_CHECK: usize = 20;

/// Collects findings, the first ones of each check in full.
struct Findings {
    check: &'static str,
    told: Vec<Finding>,
    in_check: usize,
}

impl Findings {
    fn begin(&mut self, check: &'static str) {
        self.end();
        self.check = check;
        self.in_check = 0;
    }

    fn add(&mut self, place: String, problem: String) {
        self.in_check += 1;
        if self.in_check <= TOLD_PER_CHECK {
            self.told.push(Finding { check: self.check, place, problem });
        }
    }

    fn end(&mut self) {
        if self.in_check > TOLD_PER_CHECK {
            self.told.push(Finding {
                check: self.check,
                place: "elsewhere".into(),
                problem: format!("{} more of this kind", self.in_check - TOLD_PER_CHECK),
            });
        }
    }
}

impl Store {
    /// Reads the whole store and says what is wrong with it; an empty list is good news. Memory does not grow with it.
    pub fn verify(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Findings { check: "file", told: Vec::new(), in_check: 0 };
        self.check_file(&mut findings).at(&self.path)?;
        if findings.told.is_empty() {
            // In a damaged file, the rest would only fail in stranger ways.
            self.check_references(&mut findings).at(&self.path)?;
            self.check_contents(&mut findings).at(&self.path)?;
            self.check_statements(&mut findings).at(&self.path)?;
            self.check_counts(&mut findings).at(&self.path)?;
        }
        findings.end();
        Ok(findings.told)
    }

    fn check_file(&self, findings: &mut Findings) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        let mut rows = statement.query([])?;
        loop {
            match rows.next() {
                Ok(None) => return Ok(()),
                Ok(Some(row)) => {
                    let problem: String = row.get(0)?;
                    if problem != "ok" {
                        findings.add(self.path.display().to_string(), problem);
                    }
                }
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
                    findings.add(self.path.display().to_string(), error.to_string());
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn check_references(&self, findings: &mut Findings) -> rusqlite::Result<()> {
        findings.begin("references");
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (table, row_id, parent): (String, Option<i64>, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let place = row_id.map_or(table.clone(), |id| format!("{table} {id}"));
            findings.add(place, format!("refers to a row of {parent} that does not exist"));
        }
        Ok(())
    }

    /// Texts unpack and have the hash under which they are found; sentences and mentions are spans of them.
    fn check_contents(&self, findings: &mut Findings) -> rusqlite::Result<()> {
        findings.begin("texts");
        let mut contents = self.connection.prepare(
            "SELECT content, key, title, date, text,
             coalesce((SELECT id FROM articles WHERE articles.content = contents.content LIMIT 1), '?')
             FROM contents",
        )?;
        let mut spans = self.connection.prepare(
            "SELECT sentence, start, end, 'the sentence' FROM sentences
             WHERE result IN (SELECT result FROM results WHERE content = ?1)
             UNION ALL
             SELECT sentence, mention_start, mention_end, 'a mention' FROM statements
             WHERE result IN (SELECT result FROM results WHERE content = ?1) AND mention_start IS NOT NULL",
        )?;
        let mut rows = contents.query([])?;
        while let Some(row) = rows.next()? {
            let article_id: String = row.get(5)?;
            let place = format!("article '{article_id}'");
            let text = match unpack_text(row.get_ref(4)?.as_blob()?) {
                Ok(text) => text,
                Err(problem) => {
                    findings.add(place, format!("the text cannot be unpacked: {problem}"));
                    continue;
                }
            };
            let article = Article {
                id: article_id,
                title: row.get(2)?,
                text,
                date: row.date(3)?,
                outlet: None,
                url: None,
                origin: Default::default(),
            };
            if ContentKey::of(&article) != ContentKey(row.get(1)?) {
                findings.add(place.clone(), "title, text or date are not what was scored".into());
            }
            let mut rows = spans.query([row.get::<_, i64>(0)?])?;
            while let Some(row) = rows.next()? {
                let what: String = row.get(3)?;
                let problem = match row.span(1, 2) {
                    Ok(Some(span)) => check_span(&span, &article.text).err(),
                    Ok(None) => Some("the span has one end only".into()),
                    Err(error) => Some(error.to_string()),
                };
                if let Some(problem) = problem {
                    findings.add(
                        format!("{place}, sentence {}", row.get::<_, i64>(0)?),
                        format!("{what}: {problem}"),
                    );
                }
            }
        }
        Ok(())
    }

    /// Vectors are probabilities and labels exist.
    fn check_statements(&self, findings: &mut Findings) -> rusqlite::Result<()> {
        let place = |result: i64, sentence: i64| -> String {
            let id: Result<String, _> = self.connection.query_row(
                "SELECT id FROM articles JOIN results USING (content) WHERE result = ? LIMIT 1",
                [result],
                |row| row.get(0),
            );
            format!("article '{}', sentence {sentence}", id.unwrap_or_else(|_| "?".into()))
        };
        findings.begin("sentences");
        let mut statement = self.connection.prepare("SELECT result, sentence, tone_p FROM sentences")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Err(problem) = vector_problem::<3>(row, 2, "tone") {
                findings.add(place(row.get(0)?, row.get(1)?), problem);
            }
        }
        findings.begin("statements");
        let mut statement = self.connection.prepare(
            "SELECT result, sentence, stance_p, mode_p, basis_p, tone_p, stance, mode, basis, tone FROM statements",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let problem = vector_problem::<4>(row, 2, "stance")
                .and_then(|()| vector_problem::<4>(row, 3, "mode"))
                .and_then(|()| vector_problem::<3>(row, 4, "basis"))
                .and_then(|()| vector_problem::<3>(row, 5, "tone"))
                .and_then(|()| labels_exist(row).map_err(|error| error.to_string()));
            if let Err(problem) = problem {
                findings.add(place(row.get(0)?, row.get(1)?), problem);
            }
        }
        Ok(())
    }

    /// What was summed up when it was written equals what is there.
    fn check_counts(&self, findings: &mut Findings) -> rusqlite::Result<()> {
        findings.begin("counts");
        let mut statement = self.connection.prepare(
            "SELECT (SELECT id FROM articles WHERE articles.content = results.content LIMIT 1),
             sentences, (SELECT count(*) FROM sentences s WHERE s.result = results.result),
             statements, (SELECT count(*) FROM statements s WHERE s.result = results.result),
             positions, (SELECT count(*) FROM statements s WHERE s.result = results.result AND stance <> ?1),
             unattributed, (SELECT count(*) FROM statements s JOIN holders USING (holder) JOIN actors USING (actor)
                            WHERE s.result = results.result AND stance <> ?1 AND name = ?2)
             FROM results",
        )?;
        let none = crate::statement::Stance::None.index();
        let mut rows = statement.query(params![none, crate::attribute::UNATTRIBUTED])?;
        while let Some(row) = rows.next()? {
            let id: Option<String> = row.get(0)?;
            let place = format!("article '{}'", id.as_deref().unwrap_or("?"));
            compare(row, &place, &["sentences", "statements", "positions", "unattributed"], findings)?;
        }
        // A run in progress updates its sums with every commit, so this holds for it too.
        let mut statement = self.connection.prepare(
            "SELECT id, scored, (SELECT count(*) FROM run_articles a WHERE a.run = runs.run AND NOT reused),
             reused, (SELECT count(*) FROM run_articles a WHERE a.run = runs.run AND reused),
             duplicates_exact, (SELECT count(*) FROM duplicates d WHERE d.run = runs.run AND kind = 'exact'),
             duplicates_near, (SELECT count(*) FROM duplicates d WHERE d.run = runs.run AND kind = 'near'),
             refused, (SELECT count(*) FROM refusals r WHERE r.run = runs.run),
             undated, (SELECT count(*) FROM run_articles a JOIN articles USING (article) JOIN contents USING (content)
                       WHERE a.run = runs.run AND date IS NULL)
             FROM runs",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let place = format!("run {}", row.get::<_, String>(0)?);
            let names = ["scored", "reused", "exact duplicates", "near duplicates", "refused", "undated"];
            compare(row, &place, &names, findings)?;
        }
        Ok(())
    }
}

fn vector_problem<const N: usize>(row: &rusqlite::Row<'_>, column: usize, what: &str) -> Result<(), String> {
    let values = row.vector::<N>(column).map_err(|error| format!("{what}: {error}"))?;
    check_vector(what, &values)
}

fn labels_exist(row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
    row.label::<crate::statement::Stance>(6)?;
    row.label::<crate::statement::Mode>(7)?;
    row.label::<crate::statement::Basis>(8)?;
    row.label::<crate::statement::Tone>(9)?;
    Ok(())
}

/// Columns after the first come in pairs: the sum that was noted, and the rows that are there.
fn compare(
    row: &rusqlite::Row<'_>,
    place: &str,
    names: &[&str],
    findings: &mut Findings,
) -> rusqlite::Result<()> {
    for (index, name) in names.iter().enumerate() {
        let (noted, there): (i64, i64) = (row.get(1 + 2 * index)?, row.get(2 + 2 * index)?);
        if noted != there {
            findings.add(place.to_owned(), format!("{name}: {noted} noted, {there} in the store"));
        }
    }
    Ok(())
}
