//! A selection: which articles of which runs a reader sees, settled once, from one state of the store.

use std::collections::{HashMap, HashSet};

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use crate::article::PartialDate;

use super::codec::Columns;
use super::configuration::ScoringConfiguration;
use super::error::At;
use super::{Store, StoreError, configuration_from};

/// Whose articles are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// All that was ever scored with the configuration of the latest run that has articles.
    #[default]
    Latest,
    /// The articles of one run, by its id.
    Run(String),
    /// All that was ever scored with a configuration, by its digest.
    Configuration(String),
}

/// What a reader wants to see. The default is everything with a stance, of the latest configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    pub scope: Scope,
    /// First and last day. An article counts when every day that its date may mean lies between; without a date it does
    /// not, and [`Totals`] says how many those are.
    pub from: Option<PartialDate>,
    pub to: Option<PartialDate>,
    /// Canonical names; empty for all.
    pub actors: Vec<String>,
    /// Empty for all.
    pub outlets: Vec<String>,
    /// Also statements whose stance is none.
    pub include_none: bool,
}

/// An article of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectedArticle {
    pub date: Option<PartialDate>,
    /// Position in [`Selection::outlets`].
    pub outlet: Option<u32>,
    /// Sentences of the article.
    pub sentences: u32,
    /// Statements with a stance, by any actor.
    pub positions: u32,
    pub(super) article: i64,
    pub(super) result: i64,
    /// Position in [`Selection::runs`].
    pub(super) run: u32,
}

impl SelectedArticle {
    /// The same for the same article in every selection of one store.
    pub fn key(&self) -> i64 {
        self.article
    }
}

/// An actor as an article tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderInfo {
    /// Position in [`Selection::actors`].
    pub actor: u32,
    pub registered: bool,
    pub role: Option<String>,
    pub side: Option<String>,
}

/// The sums of a selection. Not narrowed by the filter's actors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Totals {
    pub articles: u64,
    /// Of these articles, those without a date.
    pub undated: u64,
    /// Left out because the filter names dates and they have none.
    pub left_out_undated: u64,
    /// Left out because their month or year lies only partly between the filter's dates.
    pub left_out_coarse: u64,
    pub duplicates_exact: u64,
    pub duplicates_near: u64,
    /// Refused inputs of the runs; dates and outlets do not narrow them.
    pub refused: u64,
    pub sentences: u64,
    /// Statements with any stance, none included.
    pub candidates: u64,
    /// Statements with a stance.
    pub statements: u64,
    /// Those of them whose holder could not be found.
    pub unattributed: u64,
}

/// A filter applied to the store. While it lives, what it reads does not change, whoever writes.
#[derive(Debug)]
pub struct Selection<'store> {
    pub(super) store: &'store Store,
    pub(super) configuration: ScoringConfiguration,
    pub(super) runs: Vec<String>,
    pub(super) articles: Vec<SelectedArticle>,
    pub(super) outlets: Vec<String>,
    pub(super) actors: Vec<String>,
    /// Sorted by row.
    pub(super) holder_rows: Vec<i64>,
    /// Parallel to `holder_rows`.
    pub(super) holders: Vec<HolderInfo>,
    /// Parallel to `actors`: the filter wants it.
    pub(super) wanted: Vec<bool>,
    pub(super) include_none: bool,
    /// Sentences that are read, where not all are.
    within: Option<HashSet<(u32, u32)>>,
    totals: Totals,
    /// Keeps the state; another selection of the same store may be the one that holds it.
    _transaction: Option<rusqlite::Transaction<'store>>,
}

impl Store {
    /// Settles what a filter selects.
    pub fn select(&self, filter: &Filter) -> Result<Selection<'_>, StoreError> {
        let path = &self.path;
        let transaction = if self.connection.is_autocommit() {
            let begun = rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred);
            Some(begun.at(path)?)
        } else {
            None
        };
        let (configuration_row, run_row) = self.scope(&filter.scope)?;
        let configuration = self
            .connection
            .query_row(
                "SELECT model, model_digest, topic, precision, settings FROM configurations WHERE configuration = ?",
                [configuration_row],
                |row| configuration_from(row, 0),
            )
            .at(path)?;
        let mut selection = Selection {
            store: self,
            configuration,
            runs: Vec::new(),
            articles: Vec::new(),
            outlets: Vec::new(),
            actors: Vec::new(),
            holder_rows: Vec::new(),
            holders: Vec::new(),
            wanted: Vec::new(),
            include_none: filter.include_none,
            within: None,
            totals: Totals::default(),
            _transaction: transaction,
        };
        selection.load_articles(filter, configuration_row, run_row).at(path)?;
        selection.count_left_out(filter, configuration_row, run_row).at(path)?;
        selection.load_holders(filter).at(path)?;
        Ok(selection)
    }

    /// Rows of the configuration and, if only one run is meant, of the run.
    fn scope(&self, scope: &Scope) -> Result<(i64, Option<i64>), StoreError> {
        let path = &self.path;
        match scope {
            Scope::Latest => self
                .connection
                .query_row(
                    // One that failed before it had an article hides nothing.
                    "SELECT configuration FROM runs
                     ORDER BY EXISTS (SELECT 1 FROM run_articles WHERE run_articles.run = runs.run) DESC, run DESC LIMIT 1",
                    [],
                    |row| Ok((row.get(0)?, None)),
                )
                .optional()
                .at(path)?
                .ok_or_else(|| StoreError::NoRun { path: path.clone() }),
            Scope::Run(id) => self
                .connection
                .query_row("SELECT configuration, run FROM runs WHERE id = ?", [id], |row| {
                    Ok((row.get(0)?, Some(row.get(1)?)))
                })
                .optional()
                .at(path)?
                .ok_or_else(|| StoreError::NoSuchRun { path: path.clone(), id: id.clone() }),
            Scope::Configuration(digest) => self
                .connection
                .query_row("SELECT configuration FROM configurations WHERE digest = ?", [digest], |row| {
                    Ok((row.get(0)?, None))
                })
                .optional()
                .at(path)?
                .ok_or_else(|| StoreError::NoSuchConfiguration { path: path.clone(), id: digest.clone() }),
        }
    }
}

/// The runs of a configuration (?1), or one run (?2).
const RUNS: &str = "SELECT run FROM runs WHERE configuration = ?1 AND (?2 IS NULL OR run = ?2)";

impl Selection<'_> {
    pub fn configuration(&self) -> &ScoringConfiguration {
        &self.configuration
    }

    /// Ids of the runs whose articles are selected.
    pub fn runs(&self) -> &[String] {
        &self.runs
    }

    /// By date, those without one last; then by id. The order does not depend on the order of scoring.
    pub fn articles(&self) -> &[SelectedArticle] {
        &self.articles
    }

    /// Positions in [`Selection::articles`] of the articles with this id, several where a text was revised or two sources number alike;
    /// `None` where the store knows no such article.
    pub fn positions(&self, id: &str) -> Result<Option<Vec<usize>>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<i64>> {
            let mut query =
                self.store.connection.prepare_cached("SELECT article FROM articles WHERE id = ?")?;
            query.query_map([id], |row| row.get(0))?.collect()
        };
        let rows = rows().at(&self.store.path)?;
        let here = |(position, selected): (usize, &SelectedArticle)| {
            rows.contains(&selected.article).then_some(position)
        };
        Ok((!rows.is_empty()).then(|| self.articles.iter().enumerate().filter_map(here).collect()))
    }

    /// Names of outlets.
    pub fn outlets(&self) -> &[String] {
        &self.outlets
    }

    /// Canonical names of every actor that the store knows.
    pub fn actors(&self) -> &[String] {
        &self.actors
    }

    /// Every way in which articles tell of actors.
    pub fn holders(&self) -> &[HolderInfo] {
        &self.holders
    }

    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// From now on reads only these sentences and what is in them; each is a position in [`Selection::articles`] and an index in the
    /// article. Does not narrow the totals.
    pub fn keep_only(&mut self, sentences: HashSet<(u32, u32)>) {
        self.within = Some(sentences);
    }

    /// Whether the sentence `index` of the article at `position` is read.
    pub fn reads(&self, position: usize, index: usize) -> bool {
        self.within.as_ref().is_none_or(|within| within.contains(&(position as u32, index as u32)))
    }

    /// Whether anything of the article at `position` is read.
    pub(super) fn reads_of(&self, position: usize) -> bool {
        let sentences = self.articles[position].sentences;
        self.within.is_none() || (0..sentences).any(|index| self.reads(position, index as usize))
    }

    /// An article that differs from another in its date only is an older version of it: the latest run decides.
    fn load_articles(
        &mut self,
        filter: &Filter,
        configuration: i64,
        run: Option<i64>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.store.connection.prepare(&format!(
            "WITH linked AS (
                 SELECT link.run, link.article, result, content,
                 max(link.run) OVER (PARTITION BY text_key) AS latest
                 FROM run_articles link JOIN results USING (result) JOIN contents USING (content)
                 WHERE link.run IN ({RUNS})
             )
             SELECT articles.article, result, runs.id, date, outlet, sentences, statements, positions, unattributed
             FROM linked JOIN runs ON runs.run = linked.run JOIN results USING (result)
             JOIN articles ON articles.article = linked.article JOIN contents ON contents.content = linked.content
             WHERE linked.run = latest
             ORDER BY date IS NULL, date, articles.id, contents.key"
        ))?;
        let mut runs: HashMap<String, u32> = HashMap::new();
        let mut outlets: HashMap<String, u32> = HashMap::new();
        let mut rows = statement.query(params![configuration, run])?;
        while let Some(row) = rows.next()? {
            let date = row.date(3)?;
            let outlet = row.get_ref(4)?.as_str_or_null()?;
            if !filter.wants_outlet(outlet) {
                continue;
            }
            match filter.place(date) {
                Place::Inside => {}
                Place::Outside => continue,
                Place::Undated => {
                    self.totals.left_out_undated += 1;
                    continue;
                }
                Place::Across => {
                    self.totals.left_out_coarse += 1;
                    continue;
                }
            }
            let (sentences, positions): (u32, u32) = (row.get(5)?, row.get(7)?);
            self.totals.articles += 1;
            self.totals.undated += u64::from(date.is_none());
            self.totals.sentences += u64::from(sentences);
            self.totals.candidates += row.get::<_, u64>(6)?;
            self.totals.statements += u64::from(positions);
            self.totals.unattributed += row.get::<_, u64>(8)?;
            self.articles.push(SelectedArticle {
                date,
                outlet: outlet.map(|name| intern(name, &mut outlets, &mut self.outlets)),
                sentences,
                positions,
                article: row.get(0)?,
                result: row.get(1)?,
                run: intern(row.get_ref(2)?.as_str()?, &mut runs, &mut self.runs),
            });
        }
        Ok(())
    }

    /// Copies and refused inputs; one that several runs met counts once.
    fn count_left_out(
        &mut self,
        filter: &Filter,
        configuration: i64,
        run: Option<i64>,
    ) -> rusqlite::Result<()> {
        let connection = &self.store.connection;
        self.totals.refused = connection.query_row(
            &format!(
                "SELECT count(*) FROM (SELECT DISTINCT path, record FROM refusals WHERE run IN ({RUNS}))"
            ),
            params![configuration, run],
            |row| row.get(0),
        )?;
        let mut statement = connection.prepare(&format!(
            "SELECT DISTINCT kind = 'exact', date, outlet, path, record, id FROM duplicates WHERE run IN ({RUNS})"
        ))?;
        let mut rows = statement.query(params![configuration, run])?;
        while let Some(row) = rows.next()? {
            let wanted = filter.wants_outlet(row.get_ref(2)?.as_str_or_null()?)
                && filter.place(row.date(1)?) == Place::Inside;
            if !wanted {
                continue;
            }
            if row.get(0)? {
                self.totals.duplicates_exact += 1;
            } else {
                self.totals.duplicates_near += 1;
            }
        }
        Ok(())
    }

    fn load_holders(&mut self, filter: &Filter) -> rusqlite::Result<()> {
        let connection = &self.store.connection;
        let mut actors: HashMap<i64, u32> = HashMap::new();
        let mut statement = connection.prepare("SELECT actor, name FROM actors ORDER BY name")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            actors.insert(row.get(0)?, self.actors.len() as u32);
            self.actors.push(row.get(1)?);
        }
        self.wanted =
            self.actors.iter().map(|name| filter.actors.is_empty() || filter.actors.contains(name)).collect();
        let mut statement = connection
            .prepare("SELECT holder, actor, registered, role, side FROM holders ORDER BY holder")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let told = |text: String| (!text.is_empty()).then_some(text);
            let actor: i64 = row.get(1)?;
            self.holder_rows.push(row.get(0)?);
            self.holders.push(HolderInfo {
                actor: *actors.get(&actor).ok_or(rusqlite::Error::IntegralValueOutOfRange(1, actor))?,
                registered: row.get(2)?,
                role: told(row.get(3)?),
                side: told(row.get(4)?),
            });
        }
        Ok(())
    }

    /// Position of a holder's row in `holders`.
    pub(super) fn holder_position(&self, row: i64) -> rusqlite::Result<u32> {
        // Rows are numbered from 1 without gaps unless somebody deleted some.
        let guess = usize::try_from(row - 1).unwrap_or(usize::MAX);
        if self.holder_rows.get(guess) == Some(&row) {
            return Ok(guess as u32);
        }
        let found = self.holder_rows.binary_search(&row);
        found.map(|p| p as u32).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, row))
    }
}

/// Where a date lies with regard to the filter's days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Outside,
    /// Partly inside, as far as it is known.
    Across,
    Undated,
}

impl Filter {
    fn wants_outlet(&self, outlet: Option<&str>) -> bool {
        self.outlets.is_empty()
            || outlet.is_some_and(|outlet| self.outlets.iter().any(|wanted| wanted == outlet))
    }

    fn place(&self, date: Option<PartialDate>) -> Place {
        if self.from.is_none() && self.to.is_none() {
            return Place::Inside;
        }
        let Some(date) = date else { return Place::Undated };
        let first = self.from.map_or(jiff::civil::Date::MIN, PartialDate::first_day);
        let last = self.to.map_or(jiff::civil::Date::MAX, PartialDate::last_day);
        if first <= date.first_day() && date.last_day() <= last {
            Place::Inside
        } else if date.last_day() < first || last < date.first_day() {
            Place::Outside
        } else {
            Place::Across
        }
    }
}

fn intern(name: &str, known: &mut HashMap<String, u32>, names: &mut Vec<String>) -> u32 {
    if let Some(&position) = known.get(name) {
        return position;
    }
    let position = names.len() as u32;
    names.push(name.to_owned());
    known.insert(name.to_owned(), position);
    position
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_date_is_inside_only_when_all_its_days_are() {
        let date = |text: &str| text.parse::<PartialDate>().unwrap();
        let filter =
            Filter { from: Some(date("2025-04-10")), to: Some(date("2025-06")), ..Filter::default() };
        for (text, place) in [
            ("2025-04-09", Place::Outside),
            ("2025-04-10", Place::Inside),
            ("2025-04", Place::Across),
            ("2025-05", Place::Inside),
            ("2025-06-30", Place::Inside),
            ("2025", Place::Across),
            ("2024", Place::Outside),
        ] {
            assert_eq!(filter.place(Some(date(text))), place, "{text}");
        }
        assert_eq!(filter.place(None), Place::Undated);
        assert_eq!(Filter::default().place(None), Place::Inside);
    }
}
