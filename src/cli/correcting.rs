//! From the store's statements to those of a report: a person's corrections are put over them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;

use crate::corrections::{self, Correction};
use crate::registry::Registry;
use crate::report::Corrected as Counted;
use crate::statement::{Stance, StanceProbabilities, Statement};
use crate::store::{LeanStatement, ScoredArticle, Selection};

/// The corrections of the file named, or of the one beside the store; none where there is no such file.
pub fn read(named: Option<&Path>, store: &Path) -> Result<Vec<Correction>> {
    match named {
        Some(path) => Ok(corrections::read(path)?),
        None => {
            let beside = store.with_file_name(corrections::FILE);
            Ok(if beside.is_file() { corrections::read(&beside)? } else { Vec::new() })
        }
    }
}

/// Statements with corrections over them.
pub struct Corrected {
    pub statements: Vec<LeanStatement>,
    /// The selection's actors, then those that only a correction names.
    pub names: Vec<String>,
    /// Of statements by their position here: what they are and why, where a person says so.
    by_hand: HashMap<usize, String>,
    pub counted: Counted,
}

/// Puts `corrections` over the statements of a selection. One whose article is not selected does not count; one whose sentence or
/// statement is not found is named in what is counted.
pub fn correct(
    selection: &Selection,
    statements: Vec<LeanStatement>,
    corrections: &[Correction],
    registry: &Registry,
) -> Result<Corrected> {
    let mut names: Vec<String> = selection.actors().to_vec();
    if corrections.is_empty() {
        return Ok(Corrected { statements, names, by_hand: HashMap::new(), counted: Counted::default() });
    }
    let mut counted = Counted::default();
    let mut amended: HashMap<Key, Amended> = HashMap::new();
    for correction in corrections {
        let mut unmatched = |reason: &str| {
            counted
                .unmatched
                .push(format!("article '{}', \"{}\": {reason}", correction.article, correction.sentence));
        };
        let Some(positions) = selection.positions(&correction.article)? else {
            unmatched("the store has no such article");
            continue;
        };
        // The first article of that id that has the sentence.
        let mut found = Ok(Vec::new());
        for &position in &positions {
            let scored = selection.scored_article(position)?;
            found = meant(&scored, position as u32, correction, registry, &mut names);
            if found.is_ok() {
                break;
            }
        }
        let read = |lean: &LeanStatement| selection.reads(lean.article as usize, lean.sentence as usize);
        match found.map(|found| found.into_iter().filter(read).collect::<Vec<_>>()) {
            Err(reason) => unmatched(&reason),
            // In another period, outlet or dispute than this report's.
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                counted.applied += 1;
                let note = correction.note.as_deref().map_or_else(String::new, |note| format!(": {note}"));
                for lean in found {
                    let reason = format!("corrected by hand{note}");
                    if amended
                        .insert(key(&lean), Amended { lean, drops: correction.drops(), reason })
                        .is_some()
                    {
                        counted.unmatched.push(format!(
                            "article '{}', \"{}\": corrected twice; the later one counts, put both into one",
                            correction.article, correction.sentence
                        ));
                    }
                }
            }
        }
    }
    let mut all: Vec<(LeanStatement, Option<String>)> = Vec::with_capacity(statements.len());
    for lean in statements {
        match amended.remove(&key(&lean)) {
            None => all.push((lean, None)),
            Some(amended) if amended.drops => counted.dropped += 1,
            Some(amended) => {
                counted.changed += 1;
                all.push((amended.lean, Some(amended.reason)));
            }
        }
    }
    // What is left are statements that the model saw no stance in.
    let added = amended.into_values().filter(|one| !one.drops && one.lean.stance != Stance::None);
    let before = all.len();
    all.extend(added.map(|one| (one.lean, Some(one.reason))));
    if all.len() > before {
        counted.changed += all.len() - before;
        all.sort_by_key(|(lean, _)| key(lean));
    }
    let statements = all.iter().map(|(lean, _)| *lean).collect();
    let by_hand =
        all.into_iter().enumerate().filter_map(|(position, (_, reason))| Some((position, reason?))).collect();
    Ok(Corrected { statements, names, by_hand, counted })
}

/// What makes a statement the same: article, sentence, place in the sentence.
type Key = (u32, u32, u32);

fn key(lean: &LeanStatement) -> Key {
    (lean.article, lean.sentence, lean.ordinal)
}

/// A statement as a person has it.
struct Amended {
    lean: LeanStatement,
    drops: bool,
    reason: String,
}

impl Corrected {
    /// Puts what a person says into a statement as it was read; `position` is that in `statements`.
    pub fn amend(&self, position: usize, statement: &mut Statement) {
        if let Some(reason) = self.by_hand.get(&position) {
            let lean = &self.statements[position];
            statement.actor = self.names[lean.actor as usize].clone();
            statement.stance = lean.stance;
            statement.probabilities = lean.probabilities;
            statement.reason = reason.clone();
        }
    }

    /// Why a statement is as it is, where a person says so.
    pub fn reason(&self, position: usize) -> Option<&str> {
        self.by_hand.get(&position).map(String::as_str)
    }
}

/// The statements that a correction means, as they should be.
fn meant(
    scored: &ScoredArticle,
    article: u32,
    correction: &Correction,
    registry: &Registry,
    names: &mut Vec<String>,
) -> Result<Vec<LeanStatement>, String> {
    let text = &scored.article.text;
    let mut sentences = scored.sentences.iter().filter(|one| correction.means(one.sentence.text(text)));
    let (sentence, more) = (sentences.next().ok_or("no sentence begins so")?, sentences.count());
    if more > 0 {
        return Err(format!("{} sentences begin so; give more of its words", more + 1));
    }
    let mut number = |name: &str| -> u32 {
        let found = names.iter().position(|known| *known == name);
        found.unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        }) as u32
    };
    let to = correction.to.as_deref().map(|name| registry.canonical(name));
    let wanted = correction.actor.as_deref().map(|name| registry.canonical(name));
    let mut found = Vec::new();
    for (ordinal, statement) in sentence.statements.iter().enumerate() {
        let holder = &statement.candidate.holder.name;
        let named = wanted.as_ref().is_some_and(|name| name == holder);
        // Without a name, what has a position is meant.
        if !(named || wanted.is_none() && statement.stance != Stance::None) {
            continue;
        }
        let stance = correction.stance.unwrap_or(statement.stance);
        let certain = |of: Stance| f32::from(u8::from(stance == of));
        found.push(LeanStatement {
            article,
            sentence: sentence.sentence.index as u32,
            ordinal: ordinal as u32,
            actor: number(to.as_deref().unwrap_or(holder)),
            holder: 0,
            stance,
            probabilities: match correction.stance {
                Some(_) => {
                    StanceProbabilities::from_array(std::array::from_fn(|index| certain(Stance::ALL[index])))
                }
                None => StanceProbabilities::from_array(statement.scores.stance),
            },
            mode: statement.mode,
            basis: statement.basis,
            tone: statement.tone,
        });
    }
    // Of several mentions without a position one is enough.
    if found.len() > 1 && wanted.is_some() {
        let with_position =
            |lean: &LeanStatement| sentence.statements[lean.ordinal as usize].stance != Stance::None;
        if found.iter().any(with_position) {
            found.retain(with_position);
        } else {
            found.truncate(1);
        }
    }
    if found.is_empty() {
        let whom = wanted.as_deref().unwrap_or("anybody");
        let candidates: Vec<&str> =
            sentence.statements.iter().map(|statement| statement.candidate.holder.name.as_str()).collect();
        return Err(format!("it has no statement of {whom}; its candidates: {}", candidates.join(", ")));
    }
    Ok(found)
}
