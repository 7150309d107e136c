//! Invented statements through the whole of the aggregation.

use super::*;

const NAMES: [&str; 5] = ["Arland", "Mira Voss", "Borland", "Deputy Kern", UNATTRIBUTED];

pub(super) fn names() -> Vec<String> {
    NAMES.iter().map(|n| (*n).to_owned()).collect()
}

pub(super) fn observation(statement: i64, actor: u32, article: u32, support: f32, date: &str) -> Observation {
    let oppose = 0.95 - support;
    Observation {
        statement,
        actor,
        article,
        sentence: statement as u32,
        date: date.parse().ok(),
        outlet: Some(article % 2),
        stance: if support > oppose { Stance::Support } else { Stance::Oppose },
        probabilities: StanceProbabilities::from_array([support, 0.03, oppose, 0.02]),
        mode: Mode::Indirect,
        basis: Basis::Statement,
        tone: Tone::Neutral,
    }
}

fn all(observations: &[Observation]) -> Aggregates {
    aggregate(observations, &names(), &Selection::default(), Options::default())
}

#[test]
fn an_actor_is_counted_by_statements_and_articles() {
    let mut seen = vec![
        observation(1, 0, 7, 0.9, "2026-02-01"),
        observation(2, 0, 7, 0.05, "2026-02-01"),
        observation(3, 0, 9, 0.8, "2026-03"),
        observation(4, 2, 9, 0.8, ""),
    ];
    seen[1].tone = Tone::Negative;
    let found = all(&seen);
    assert_eq!((found.statements, found.articles, found.standings.len()), (4, 2, 2));
    let arland = &found.standings[0];
    assert_eq!((arland.tally.statements, arland.tally.articles), (3, 2));
    assert_eq!(arland.tally.stances, [2, 0, 1]);
    let expected = (0.9 - 0.05 + 0.05 - 0.9 + 0.8 - 0.15) / 3.0;
    assert!((arland.tally.index - expected).abs() < 1e-6, "{}", arland.tally.index);
    assert!(arland.tally.interval.is_some());
    assert_eq!(found.standings[1].tally.interval, None);
    assert!((arland.tone + 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(arland.last.map(|d| d.to_string()).as_deref(), Some("2026-03"));
    assert_eq!(found.standings[1].undated, 1);
}

#[test]
fn stance_none_is_no_statement() {
    let mut seen = vec![observation(1, 0, 1, 0.9, "2026")];
    seen[0].stance = Stance::None;
    let found = all(&seen);
    assert!(found.standings.is_empty());
    assert_eq!(found.statements, 0);
}

#[test]
fn the_unattributed_stand_apart_whatever_the_minimum() {
    let seen = [
        observation(1, 4, 1, 0.9, "2026"),
        observation(2, 0, 1, 0.9, "2026"),
        observation(3, 0, 2, 0.9, "2026"),
        observation(4, 2, 2, 0.9, "2026"),
    ];
    let selection = Selection { min_statements: 2, ..Selection::default() };
    let found = aggregate(&seen, &names(), &selection, Options::default());
    assert_eq!(found.standings.iter().map(|s| s.actor).collect::<Vec<_>>(), [0]);
    assert_eq!(found.unattributed.map(|s| s.tally.statements), Some(1));
    assert_eq!(found.left_out.actors_below_minimum, 1);
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let mut seen: Vec<_> = (0..60)
        .map(|i| observation(i, (i % 3) as u32, (i % 11) as u32, (i % 10) as f32 / 11.0, "2026-01-05"))
        .collect();
    let options = Options { by: Some(By::Month), ..Options::default() };
    let there = aggregate(&seen, &names(), &Selection::default(), options);
    seen.reverse();
    assert_eq!(there, aggregate(&seen, &names(), &Selection::default(), options));
    assert!(there.standings.iter().all(|s| s.tally.interval.is_some()));
}

#[test]
fn a_period_takes_only_dates_that_lie_wholly_inside() {
    let seen = [
        observation(1, 0, 1, 0.9, "2026-02-10"),
        observation(2, 0, 2, 0.9, "2026-02"),
        observation(3, 0, 3, 0.9, "2026"),
        observation(4, 0, 4, 0.9, ""),
        observation(5, 0, 5, 0.9, "2025-12-31"),
    ];
    let selection = Selection {
        from: Some(jiff::civil::date(2026, 2, 1)),
        to: Some(jiff::civil::date(2026, 2, 28)),
        ..Selection::default()
    };
    let found = aggregate(&seen, &names(), &selection, Options::default());
    assert_eq!(found.statements, 2);
    let expected = LeftOut { undated: 1, imprecise: 1, outside_period: 1, ..LeftOut::default() };
    assert_eq!(found.left_out, expected);
}

#[test]
fn outlets_and_actors_can_be_selected() {
    let seen = [
        observation(1, 0, 1, 0.9, "2026"),
        observation(2, 0, 2, 0.9, "2026"),
        observation(3, 2, 1, 0.9, "2026"),
    ];
    let selection = Selection { outlets: Some([1].into()), actors: Some([0].into()), ..Selection::default() };
    let found = aggregate(&seen, &names(), &selection, Options::default());
    assert_eq!((found.statements, found.standings.len()), (1, 1));
    assert_eq!(found.left_out.other_outlets, 1);
}

#[test]
fn rolled_up_a_sentence_counts_once_for_the_parent() {
    // Voss and Kern belong to Arland. In sentence 5 Arland has its own statement.
    let chain = |actor: u32| if actor == 1 || actor == 3 { vec![actor, 0] } else { vec![actor] };
    let mut seen = vec![
        observation(1, 1, 1, 0.1, "2026"),
        observation(2, 3, 1, 0.94, "2026"),
        observation(3, 0, 1, 0.6, "2026"),
        observation(4, 1, 1, 0.2, "2026"),
        observation(5, 3, 1, 0.9, "2026"),
    ];
    for (one, sentence) in seen.iter_mut().zip([5, 5, 5, 8, 8]) {
        one.sentence = sentence;
    }
    seen[4].probabilities = StanceProbabilities::from_array([0.5, 0.1, 0.1, 0.3]);
    let found = aggregate(
        &seen,
        &names(),
        &Selection::default(),
        Options { roll_up: Some(&chain), ..Options::default() },
    );
    assert_eq!(found.statements, 5);
    let arland = &found.standings[0];
    // Its own in sentence 5, and in sentence 8 that of Voss, the surer of the two.
    assert_eq!(arland.tally.statements, 2);
    assert_eq!(arland.tally.stances, [1, 0, 1]);
    assert_eq!(found.standings[1].tally.statements, 2);
    // Parents only.
    let top = |actor: u32| vec![if actor == 2 { 2 } else { 0 }];
    let found = aggregate(
        &seen,
        &names(),
        &Selection::default(),
        Options { roll_up: Some(&top), ..Options::default() },
    );
    assert_eq!(found.standings.len(), 1);
}

#[test]
fn a_series_has_a_tally_for_each_period_with_statements() {
    let seen = [
        observation(1, 0, 1, 0.9, "2026-01-03"),
        observation(2, 0, 2, 0.9, "2026-03-09"),
        observation(3, 0, 3, 0.05, "2026-03"),
        observation(4, 0, 4, 0.9, "2026"),
        observation(5, 0, 5, 0.9, ""),
    ];
    let options = Options { by: Some(By::Month), ..Options::default() };
    let found = aggregate(&seen, &names(), &Selection::default(), options);
    assert_eq!(found.periods.len(), 3);
    let arland = &found.standings[0];
    let counts: Vec<_> = arland.series.iter().map(|(p, t)| (*p, t.statements, t.articles)).collect();
    assert_eq!(counts, [(0, 1, 1), (2, 2, 2)]);
    assert_eq!((arland.undated, arland.imprecise), (1, 1));
}

mod evidence_rule {
    use super::*;
    use crate::aggregate::evidence::{QUOTED, choose};
    use crate::statement::Statement;

    fn statement(sentence: &str, from: &Observation) -> Statement {
        Statement {
            article_id: from.article.to_string(),
            title: None,
            date: from.date,
            outlet: None,
            url: None,
            sentence_index: from.sentence as usize,
            start: 0,
            end: sentence.len(),
            sentence: sentence.to_owned(),
            actor: NAMES[from.actor as usize].to_owned(),
            mention: String::new(),
            mention_start: None,
            stance: from.stance,
            probabilities: from.probabilities,
            mode: from.mode,
            basis: from.basis,
            claimed_by: None,
            tone: from.tone,
            tone_toward_actor: from.tone,
            reason: String::new(),
            topic: "negotiation".to_owned(),
            model: String::new(),
            run: String::new(),
        }
    }

    /// Ids of what is quoted; statement number i is the i-th.
    fn quoted(seen: &[(Observation, &str)]) -> Vec<usize> {
        let texts: Vec<Statement> = seen.iter().map(|(o, text)| statement(text, o)).collect();
        let observations: Vec<Observation> =
            seen.iter().enumerate().map(|(i, (o, _))| Observation { statement: i as i64, ..*o }).collect();
        let found = all(&observations);
        let chosen = choose(&found.standings[0].shortlist, |id| texts.get(id as usize));
        assert!(chosen.len() <= QUOTED);
        chosen.iter().map(|c| texts.iter().position(|t| std::ptr::eq(t, *c)).unwrap()).collect()
    }

    const READY: &str = "Arland is ready to send its envoy to the next round in the capital of Sund.";
    const HOST: &str = "Officials offered the old harbour hall as a place where both delegations could sit.";
    const REFUSE: &str = "No minister of this cabinet will shake hands across that table, Arland declared.";
    const WAIT: &str = "Its negotiators stayed another night to finish the text on prisoners and fishing.";

    fn at(article: u32, support: f32) -> Observation {
        observation(0, 0, article, support, "2026-05-01")
    }

    #[test]
    fn the_leading_stance_comes_first_and_the_strongest_contradiction_is_heard() {
        let seen = [(at(1, 0.7), READY), (at(2, 0.9), HOST), (at(3, 0.05), REFUSE), (at(4, 0.8), WAIT)];
        assert_eq!(quoted(&seen), [1, 3, 2]);
    }

    #[test]
    fn a_copy_with_few_words_changed_is_not_quoted_again() {
        let copy = "Arland is ready to send its envoy to the next round in the city of Sund.";
        let seen = [(at(1, 0.9), READY), (at(2, 0.88), copy), (at(3, 0.7), HOST)];
        assert_eq!(quoted(&seen), [0, 2]);
    }

    #[test]
    fn other_articles_come_before_the_same_article() {
        let seen = [(at(1, 0.9), READY), (at(1, 0.88), HOST), (at(2, 0.6), WAIT)];
        assert_eq!(quoted(&seen), [0, 2, 1]);
    }

    #[test]
    fn claims_and_fragments_are_weaker() {
        let mut claimed = at(1, 0.9);
        claimed.basis = Basis::Claimed;
        let seen = [(claimed, READY), (at(2, 0.85), HOST), (at(3, 0.92), "Talks, yes.")];
        assert_eq!(quoted(&seen), [1, 0, 2]);
    }
}
