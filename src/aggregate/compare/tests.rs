//! Invented statements through a whole comparison.

use super::super::tests::{names, observation};
use super::*;

fn before_and_after() -> Vec<Observation> {
    let mut seen = Vec::new();
    for article in 0..24u32 {
        let (date, support) = if article < 12 { ("2026-01-10", 0.1) } else { ("2026-04-10", 0.85) };
        // Actor 0 turns, actor 2 stays; every fourth article disagrees.
        let turning = if article % 4 == 0 { 0.95 - support } else { support };
        let steady = if article % 3 == 0 { 0.2 } else { 0.8 };
        seen.push(observation(i64::from(2 * article), 0, article, turning, date));
        seen.push(observation(i64::from(2 * article + 1), 2, article, steady, date));
    }
    seen
}

fn halves(seen: &[Observation]) -> Comparison {
    let half = |from: &str, to: &str| Selection {
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        ..Selection::default()
    };
    let (first, second) = (half("2026-01-01", "2026-03-31"), half("2026-04-01", "2026-06-30"));
    let side = |selection| Side { observations: seen, selection };
    compare(side(&first), side(&second), &names(), Kind::Articles, Options::default())
}

#[test]
fn an_actor_that_turned_is_told_from_one_that_stayed() {
    let found = halves(&before_and_after());
    assert_eq!((found.statements, found.articles), ([24, 24], [12, 12]));
    let [turned, stayed] = found.changes.as_slice() else { panic!("{:?}", found.changes) };
    assert!(turned.difference.unwrap() > 0.5 && turned.interval.unwrap().low > 0.0);
    assert!(turned.p.unwrap() < 0.05 && turned.q.unwrap() >= turned.p.unwrap());
    assert!(stayed.p.unwrap() > 0.5 && stayed.interval.unwrap().low < 0.0);
    // What moved it: opposing statements of before, supporting ones of after.
    let [of_a, of_b] = &turned.movers;
    assert!(of_a.iter().all(|id| *id < 24) && of_b.iter().all(|id| *id >= 24), "{:?}", turned.movers);
}

#[test]
fn an_actor_of_one_side_has_figures_but_no_difference() {
    let mut seen = before_and_after();
    seen.retain(|one| one.actor == 0 || one.article < 12);
    let found = halves(&seen);
    let gone = &found.changes[1];
    assert!(gone.a.is_some() && gone.b.is_none());
    assert_eq!((gone.difference, gone.p, gone.q, gone.parts), (None, None, None, None));
}

#[test]
fn parts_add_up_to_the_difference() {
    let mut seen = before_and_after();
    for one in &mut seen {
        one.outlet = match one.article {
            0..8 => Some(1),
            8..16 => Some(2),
            16..20 => None,
            _ => Some(3),
        };
    }
    for change in halves(&seen).changes {
        let Some(Parts::Articles { statements, outlets }) = change.parts else { panic!() };
        assert!((statements + outlets - change.difference.unwrap()).abs() < 1e-12);
    }
}

#[test]
fn the_same_opinions_from_other_outlets_are_a_changed_mix() {
    // Outlet 1 always supports, outlet 2 always opposes; the second period hears more of outlet 2.
    let mut seen = Vec::new();
    for article in 0..20u32 {
        let second = article >= 10;
        let hostile = if second { article % 4 != 0 } else { article % 4 == 0 };
        let date = if second { "2026-05-01" } else { "2026-02-01" };
        let mut one = observation(i64::from(article), 0, article, if hostile { 0.05 } else { 0.9 }, date);
        one.outlet = Some(1 + u32::from(hostile));
        seen.push(one);
    }
    let found = halves(&seen);
    let Some(Parts::Articles { statements, outlets }) = found.changes[0].parts else { panic!() };
    assert!(statements.abs() < 1e-9 && outlets < -0.3, "{statements} {outlets}");
}

#[test]
fn between_runs_the_cause_is_named() {
    let run = |support: &[(u32, f32)]| -> Vec<Observation> {
        support
            .iter()
            .map(|&(article, support)| {
                let mut one = observation(i64::from(article), 0, article, support, "2026-01-01");
                one.sentence = 0;
                one
            })
            .collect()
    };
    let split = |a: &[Observation], b: &[Observation]| parts::split(a, b, Kind::Runs);
    let a = run(&[(1, 0.9), (2, 0.8), (3, 0.1)]);
    let Parts::Runs { articles, attribution, model } = split(&a, &run(&[(1, 0.5), (2, 0.4), (3, 0.1)]))
    else {
        panic!()
    };
    assert!(articles == 0.0 && attribution.abs() < 1e-9 && model < -0.1);
    let Parts::Runs { articles, attribution, model } = split(&a, &run(&[(1, 0.9), (2, 0.8)])) else {
        panic!()
    };
    assert!(articles > 0.1 && attribution.abs() < 1e-9 && model.abs() < 1e-9);
    // Another actor found in a sentence of article 3, and one lost in article 1.
    let mut b = run(&[(2, 0.8), (3, 0.1), (3, 0.9)]);
    b[2].sentence = 1;
    b.extend(run(&[(1, 0.9)]).into_iter().map(|mut one| {
        one.sentence = 4;
        one
    }));
    let Parts::Runs { articles, attribution, model } = split(&a, &b) else { panic!() };
    assert!(articles.abs() < 1e-9 && model.abs() < 1e-9 && attribution.abs() > 0.01);
}

#[test]
fn readings_of_the_same_articles_are_compared_article_by_article() {
    // Articles differ widely, the two readings of each by a little: apart, no difference shows.
    let article = |number: u32, shift: f32| {
        let support = if number.is_multiple_of(2) { 0.1 } else { 0.85 };
        observation(i64::from(number), 0, number, support + shift, "2026-01-01")
    };
    let a: Vec<Observation> = (0..20).map(|n| article(n, 0.0)).collect();
    let b: Vec<Observation> = (0..20).map(|n| article(n, 0.05)).collect();
    let all = Selection::default();
    let sides = (Side { observations: &a, selection: &all }, Side { observations: &b, selection: &all });
    let paired = compare(sides.0, sides.1, &names(), Kind::Runs, Options::default());
    let apart = compare(sides.0, sides.1, &names(), Kind::Articles, Options::default());
    assert!(paired.changes[0].p.unwrap() < 0.001 && apart.changes[0].p.unwrap() > 0.5);
    let interval = paired.changes[0].interval.unwrap();
    assert!(interval.low > 0.0 && interval.high - interval.low < 0.1, "{interval:?}");
}
