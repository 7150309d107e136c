//! The real article of the shared data: who says what in it, as a careful reader would.

use serde_json::Value;

use crate::common::{Desk, shared, text};

const ARTICLE: &str = "articles/kharazi-indirect-negotiations.txt";

/// The article, scored with the built-in registry: the statements with a stance, and all of them.
fn scored(test: &str) -> Option<(Vec<Value>, Vec<Value>)> {
    let article = shared(ARTICLE, test)?;
    let desk = Desk::new();
    desk.run_on("score --no-report", &article).expect(0);
    Some((desk.exported(""), desk.exported("--all")))
}

/// Statements of `actor` in sentences with `words`.
fn of<'a>(rows: &'a [Value], actor: &str, words: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["actor"] == actor && text(&row["sentence"]).contains(words)).collect()
}

/// Asserts that `actor` has a statement with one of `stances` in a sentence with `words`, and gives those back.
#[track_caller]
fn holds<'a>(rows: &'a [Value], actor: &str, words: &str, stances: &[&str]) -> Vec<&'a Value> {
    let found = of(rows, actor, words);
    let stances: Vec<&Value> =
        found.iter().copied().filter(|row| stances.contains(&text(&row["stance"]))).collect();
    assert!(!stances.is_empty(), "{actor} on '{words}': {found:?}");
    stances
}

#[test]
fn kharazi_and_iran_are_open_to_indirect_talks() {
    let Some((rows, _)) = scored("kharazi_and_iran_are_open_to_indirect_talks") else { return };
    for words in ["negotiations despite", "all doors"] {
        for actor in ["Kamal Kharazi", "Iran"] {
            for row in holds(&rows, actor, words, &["support", "conditional"]) {
                assert_eq!(row["mode"], "indirect", "{row}");
            }
        }
    }
}

#[test]
fn kharazis_objections_stay_visible() {
    let Some((rows, _)) = scored("kharazis_objections_stay_visible") else { return };
    let objections = rows.iter().filter(|row| {
        row["actor"] == "Kamal Kharazi" && ["oppose", "conditional"].contains(&text(&row["stance"]))
    });
    assert!(objections.count() >= 1, "{rows:?}");
}

#[test]
fn khamenei_opposes_direct_talks() {
    let Some((rows, _)) = scored("khamenei_opposes_direct_talks") else { return };
    for row in holds(&rows, "Ali Khamenei", "ruled out", &["oppose"]) {
        assert_eq!(row["mode"], "direct", "{row}");
    }
}

#[test]
fn trumps_withdrawal_and_his_readiness_are_both_there() {
    let Some((rows, _)) = scored("trumps_withdrawal_and_his_readiness_are_both_there") else { return };
    for row in holds(&rows, "Donald Trump", "withdrew", &["oppose"]) {
        assert_eq!(row["basis"], "action", "{row}");
    }
    holds(&rows, "Donald Trump", "willingness", &["support"]);
}

#[test]
fn he_is_kharazi() {
    let Some((_, all)) = scored("he_is_kharazi") else { return };
    for words in ["He warned", "He said Trump"] {
        let found = of(&all, "Kamal Kharazi", words);
        assert!(!found.is_empty(), "nobody is Kharazi in '{words}'");
        assert!(text(&found[0]["mention"]).eq_ignore_ascii_case("he"), "{}", found[0]);
    }
    // Of two mentions of one man, a registered name is never called by another.
    assert!(all.iter().all(|row| row["actor"] != "he" && row["actor"] != "He"), "a pronoun as a name");
}

#[test]
fn nothing_is_attributed_to_the_agency_or_a_reporter() {
    let Some((_, all)) = scored("nothing_is_attributed_to_the_agency_or_a_reporter") else { return };
    for row in &all {
        for field in ["actor", "claimed_by"] {
            let name = row[field].as_str().unwrap_or("");
            let lower = name.to_lowercase();
            assert!(
                !name.contains("IRNA") && !lower.contains("reporter") && !lower.contains("media"),
                "{row}"
            );
        }
    }
}
