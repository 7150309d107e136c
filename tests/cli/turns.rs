//! The turns that were written into the sample corpus (data/sample/TURNS.md) show in the stance index.
//!
//! Only turns on which an actor has enough statements on both sides of it, and only directions: no figure of a certain
//! model.

use crate::common::{Desk, finish, number, text};

/// Statements and stance index of an actor over a period, counting those who belong to it if `rollup`.
fn standing(desk: &Desk, actor: &str, period: &str, rollup: bool) -> (usize, f64) {
    let rollup = if rollup { "--rollup" } else { "" };
    let mut command = desk.command(&format!("report --format json {period} {rollup}"));
    let report = finish(command.arg("--actor").arg(actor)).expect(0).json();
    let rows = report["actors"].as_array().expect("actors");
    let row = rows
        .iter()
        .find(|row| row["actor"] == actor)
        .unwrap_or_else(|| panic!("{actor} has no statement {period}"));
    (number(&row["statements"]) as usize, number(&row["index"]))
}

/// Least difference of the index that is called a turn.
const TURN: f64 = 0.15;

struct Turn {
    actor: &'static str,
    before: &'static str,
    after: &'static str,
}

fn check(turns: &[Turn], warms: bool) {
    let (desk, _) = Desk::with_scored_sample();
    let mut wrong = Vec::new();
    for turn in turns {
        let (n_before, before) = standing(&desk, turn.actor, turn.before, false);
        let (n_after, after) = standing(&desk, turn.actor, turn.after, false);
        let line = format!(
            "{}: {before:+.2} ({n_before} statements, {}), then {after:+.2} ({n_after}, {})",
            turn.actor, turn.before, turn.after
        );
        eprintln!("{line}");
        let moved = if warms { after - before } else { before - after };
        if moved < TURN || n_before < 2 || n_after < 2 {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "no turn:\n{}", wrong.join("\n"));
}

#[test]
fn those_who_warm_warm() {
    let turns = [
        Turn { actor: "Yusra Demane", before: "--to 2025-09", after: "--from 2026-03" },
        Turn { actor: "Goran Pelish", before: "--to 2025-09", after: "--from 2025-12" },
        Turn { actor: "Kessara", before: "--to 2025-10", after: "--from 2026-05" },
    ];
    check(&turns, true);
}

#[test]
fn those_who_cool_cool() {
    let turns = [
        // Leaves in February, returns in May.
        Turn {
            actor: "Teshk Liberation Front",
            before: "--to 2025-12",
            after: "--from 2026-02 --to 2026-04",
        },
    ];
    check(&turns, false);
}

#[test]
fn those_who_never_move_stay_on_their_side() {
    let (desk, _) = Desk::with_scored_sample();
    let mut wrong = Vec::new();
    let sides = [
        (
            1.0,
            ["Nabir Okassa", "Nela Hovar", "Bastien Corvel", "Odile Marchenoir", "Ingrid Tann", "Lusenne"]
                .as_slice(),
        ),
        (-1.0, ["Hollis Grieve"].as_slice()),
    ];
    for (side, actors) in sides {
        for actor in actors {
            let (n, index) = standing(&desk, actor, "", false);
            eprintln!("{actor}: {index:+.2} ({n} statements)");
            if index * side <= 0.0 {
                wrong.push(format!("{actor}: {index:+.2} ({n} statements)"));
            }
        }
    }
    assert!(wrong.is_empty(), "on the wrong side:\n{}", wrong.join("\n"));
}

/// The statements of `actor` in an article.
fn stances(desk: &Desk, article: &str, actor: &str) -> Vec<String> {
    desk.exported("")
        .iter()
        .filter(|row| row["article_id"] == article && row["actor"] == actor)
        .map(|row| format!("{} {} {}", text(&row["stance"]), text(&row["mode"]), text(&row["basis"])))
        .collect()
}

#[test]
fn single_events_are_seen() {
    let (desk, _) = Desk::with_scored_sample();
    let has = |article: &str, actor: &str, wanted: &[&str]| {
        let found = stances(&desk, article, actor);
        let hit = found.iter().any(|one| wanted.iter().all(|word| one.split(' ').any(|part| part == *word)));
        if hit { None } else { Some(format!("{article}: {actor} {wanted:?}, found {found:?}")) }
    };
    let wrong: Vec<String> = [
        // The talks suspended, as an action.
        has("cw-2026-02-05-front", "Teshk Liberation Front", &["oppose", "action"]),
        // A direct meeting.
        has("cw-2026-06-03-ministers", "Kessara", &["support", "direct"]),
        // One side says what the other wants.
        has("fh-2025-11-17-remarks", "Kessara", &["support", "claimed"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "not seen:\n{}", wrong.join("\n"));
}

#[test]
fn the_same_title_means_whoever_holds_the_office_on_that_day() {
    let (desk, _) = Desk::with_scored_sample();
    let rows = desk.exported("--all");
    let holders = |article: &str| -> Vec<&str> {
        rows.iter().filter(|row| row["article_id"] == article).map(|row| text(&row["actor"])).collect()
    };
    for (article, minister, other) in [
        ("kpa-2025-10-13-nozar", "Farin Nozar", "Mirel Darvash"),
        ("kpa-2026-01-13-opening", "Farin Nozar", "Mirel Darvash"),
        ("cw-2026-02-20-answer", "Mirel Darvash", "Farin Nozar"),
        ("kpa-2026-06-25-bloc", "Mirel Darvash", "Farin Nozar"),
    ] {
        let found = holders(article);
        assert!(found.contains(&minister), "{article}: {found:?}");
        let titled = rows.iter().filter(|row| {
            row["article_id"] == article
                && row["actor"] == other
                && text(&row["mention"]).to_lowercase().contains("minister")
        });
        let titled: Vec<_> = titled.collect();
        assert!(titled.is_empty(), "{article}: {titled:?}");
    }
}

/// What the present model gets wrong; run with `--run-ignored` after training a new one, and move what holds above.
#[test]
#[ignore = "the default model reads these wrongly; docs/quality.md has the figures"]
fn turns_that_the_model_misses() {
    let (desk, _) = Desk::with_scored_sample();
    assert!(standing(&desk, "Vuk Tarran", "", false).1 < 0.0);
    // The walk-out, as an action; the withdrawal from the convention; direct talks ruled out, indirect ones allowed.
    let walkout = stances(&desk, "cw-2026-03-18-walkout", "Velmora");
    assert!(walkout.iter().any(|one| one.starts_with("oppose") && one.ends_with("action")), "{walkout:?}");
    let convention = stances(&desk, "ab-2026-06-11-convention", "Velmora");
    assert!(convention.iter().any(|one| one.starts_with("oppose")), "{convention:?}");
    let indirect = stances(&desk, "cw-2025-11-20-indirect", "Kessara");
    assert!(indirect.iter().any(|one| one.starts_with("conditional")), "{indirect:?}");
    check(&[Turn { actor: "Ildan Tavosh", before: "--to 2025-10", after: "--from 2026-05" }], true);
    check(&[Turn { actor: "Adrin Soltes", before: "--to 2025-12", after: "--from 2026-04" }], false);
    check(&[Turn { actor: "Velmora", before: "--to 2025-12", after: "--from 2026-03" }], false);
}
