//! What attribution must do, sentence by sentence; whole articles are in the golden files.

use proptest::prelude::*;

use super::{Candidate, Reason, UNATTRIBUTED, attribute};
use crate::article::{Article, Origin};
use crate::registry::Registry;
use crate::segment::segment;

fn article(title: &str, text: &str) -> Article {
    Article {
        id: "a".to_owned(),
        title: Some(title.to_owned()).filter(|t| !t.is_empty()),
        text: text.to_owned(),
        date: "2022-05-10".parse().ok(),
        outlet: None,
        url: None,
        origin: Origin::default(),
    }
}

/// Candidates of the last sentence.
fn last(text: &str) -> Vec<Candidate> {
    let article = article("", text);
    attribute(&article, &segment(text), Registry::builtin()).pop().unwrap_or_default()
}

fn names(candidates: &[Candidate]) -> Vec<&str> {
    candidates.iter().map(|c| c.holder.name.as_str()).collect()
}

#[test]
fn countries_capitals_and_governments_are_one_actor() {
    for text in [
        "Tehran has agreed to the talks.",
        "The Islamic Republic has agreed to the talks.",
        "The Iranian government has agreed to the talks.",
        "Iranian officials have agreed to the talks.",
        "The Iranians have agreed to the talks.",
    ] {
        assert_eq!(names(&last(text)), ["Iran"], "{text}");
    }
}

#[test]
fn places_and_modifiers_are_no_holders() {
    assert!(names(&last("The talks were held in Vienna and in Tehran.")).is_empty());
    assert!(names(&last("Oil prices fell after the Iran nuclear deal.")).is_empty());
}

#[test]
fn the_press_is_no_holder() {
    let found =
        last("“We are ready to talk,” Omid Sharafi told the Tehran Times, IRNA and Reuters reported.");
    assert!(names(&found).contains(&"Omid Sharafi"), "{found:?}");
    assert!(
        names(&found).iter().all(|n| !n.contains("Times") && !n.contains("IRNA") && *n != "Reuters"),
        "{found:?}"
    );
}

#[test]
fn a_title_before_a_name_is_part_of_the_mention() {
    let text = "U.S. President Joe Biden wants to return to the deal.";
    let found = last(text);
    assert_eq!(names(&found), ["Joe Biden"]);
    assert_eq!(&text[found[0].mention.clone().unwrap()], "U.S. President Joe Biden");
}

#[test]
fn a_person_found_in_the_text_has_role_and_side() {
    let found = last("Iranian Deputy Foreign Minister Seyed Mahdi Rostami rejected the offer.");
    let holder = &found[0].holder;
    assert_eq!((holder.name.as_str(), holder.registered), ("Mahdi Rostami", false));
    assert_eq!(holder.role.as_deref(), Some("deputy foreign minister"));
    assert_eq!(holder.side.as_deref(), Some("Iran"));
}

#[test]
fn a_first_name_makes_another_person_of_a_known_family_name() {
    let found = last("Gregory Trumpington and analyst Harold Rouhani said talks are useful.");
    assert!(names(&found).contains(&"Harold Rouhani"), "{found:?}");
    assert!(!names(&found).contains(&"Hassan Rouhani"), "{found:?}");
}

#[test]
fn short_forms_and_role_nouns_lead_back() {
    let text =
        "Spanish Foreign Minister Ines Calderon arrived. Calderon met nobody. The minister said talks go on.";
    let found = last(text);
    assert_eq!(names(&found), ["Ines Calderon"]);
    assert!(matches!(&found[0].reason, Reason::ShortForm { form, .. } if form == "The minister"));
}

#[test]
fn an_office_without_a_name_is_its_holders_at_the_time() {
    assert_eq!(names(&last("The U.S. president said nothing.")), ["Joe Biden"]);
}

#[test]
fn we_in_a_quotation_is_the_side_and_the_speaker() {
    let found = last("“We will not negotiate under pressure,” Iranian lawmaker Parviz Daneshmand said.");
    assert_eq!(names(&found), ["Iran", "Parviz Daneshmand", "Parviz Daneshmand"]);
    assert!(matches!(&found[0].reason, Reason::SpokenFor { word, .. } if word == "We"));
    assert!(found.iter().all(|c| c.claimant.is_none()), "{found:?}");
}

#[test]
fn a_quotation_that_runs_on_keeps_its_speaker() {
    let found = last("“The deal is dead,” said Omid Sharafi. “Nobody can revive such an agreement now.”");
    assert_eq!(names(&found), ["Omid Sharafi"]);
    assert!(found[0].mention.is_none());
    assert!(matches!(&found[0].reason, Reason::RunningQuote { opened_in_sentence: 1, .. }));
}

#[test]
fn claims_about_others_name_the_claimant() {
    let found = last("Biden said that Iran wants a deal.");
    assert_eq!(names(&found), ["Joe Biden", "Iran"]);
    assert_eq!(found[1].claimant.as_ref().map(|h| h.name.as_str()), Some("Joe Biden"));
    let own = last("Ali Khamenei said that Iran will not negotiate.");
    assert!(own.iter().all(|c| c.claimant.is_none()), "he speaks for it: {own:?}");
}

#[test]
fn a_pronoun_without_antecedent_is_unattributed() {
    assert_eq!(names(&last("He ruled out any talks.")), [UNATTRIBUTED]);
}

#[test]
fn turns_carry_their_speaker_and_the_press_holds_nothing() {
    let text = "MS. PSAKI: We support talks.\n\nQ    Are we close to a deal?\n\nMS. PSAKI: It takes time.\n";
    let article = article("Press Briefing by Press Secretary Jen Psaki", text);
    let sentences = segment(text);
    let found = attribute(&article, &sentences, Registry::builtin());
    let of = |words: &str| {
        let at = sentences.iter().position(|s| s.text(text).contains(words)).unwrap();
        names(&found[at])
    };
    assert_eq!(of("We support"), ["United States", "Jen Psaki"]);
    assert!(of("Are we close").is_empty(), "{:?}", of("Are we close"));
    assert!(of("takes time").contains(&"Jen Psaki"));
}

#[test]
fn two_sides_are_the_sides_named_before() {
    let found = last("France and Germany met on Monday. The two countries urged restraint.");
    assert_eq!(names(&found), ["France", "Germany"]);
}

#[test]
fn actors_named_side_by_side_are_meant_together() {
    let listed = "Turkey, Russia and Qatar met in Oslo on the war in Sudan. ";
    for next in
        ["The three countries urged restraint.", "They urged restraint.", "The parties urged restraint."]
    {
        assert_eq!(names(&last(&format!("{listed}{next}"))), ["Turkey", "Russia", "Qatar"], "{next}");
    }
    let found = last("Brazil and Kenya disagree on much. The two, however, agreed to meet.");
    assert_eq!(names(&found), ["Brazil", "Kenya"]);
    let found = last(
        "Turkish President Omid Sharafi and French President Jane Dorrel met. The leaders agreed to talk again.",
    );
    assert_eq!(names(&found), ["Omid Sharafi", "Jane Dorrel"]);
}

#[test]
fn compounds_and_shared_nouns_name_two_sides() {
    assert_eq!(names(&last("Kenyan-Ethiopian talks resumed.")), ["Kenya", "Ethiopia"]);
    assert_eq!(names(&last("Kenyan and Ethiopian delegations met.")), ["Kenya", "Ethiopia"]);
    assert!(names(&last("The Iran-Iraq war was long.")).is_empty());
}

#[test]
fn a_communique_without_subjects_is_its_parties() {
    let text = "Brazil and Kenya issued a statement on the war: 1. Welcome the truce in the north; 2. \
                Support talks without conditions.";
    let title = "Brazil and Kenya hold talks";
    let found = attribute(&article(title, text), &segment(text), Registry::builtin()).pop().unwrap();
    assert_eq!(names(&found), ["Brazil", "Kenya"], "{found:?}");
}

#[test]
fn an_office_in_an_undated_article_is_its_holders_in_the_years_of_the_others() {
    let mut article =
        article("", "Rouhani met Zarif and Kerry in 2015. The U.S. president welcomed the talks.");
    article.date = None;
    let found = attribute(&article, &segment(&article.text), Registry::builtin()).pop().unwrap();
    assert_eq!(names(&found), ["Barack Obama"]);
}

#[test]
fn a_crown_prince_is_a_role() {
    assert_eq!(names(&last("The Saudi crown prince wants talks.")), ["Mohammed bin Salman"]);
}

#[test]
fn one_of_several_speaks() {
    let found = last("“We see no chance of a deal this week,” one of the European diplomats told reporters.");
    assert!(names(&found).iter().any(|n| n.contains("European diplomats")), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_attributed_without_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "Iran", "the", "“", "”", "\"", "’s", "U.S.", "he", "We", "said", ",", ".", " ", "\n\n", "Q  ", "MS. DOE:",
                "President", "Jane", "Doe", "Ünal", "of", "two sides", "—", "\u{301}", "😀", "according to", "who", "A:", "I",
            ]),
            0..60,
        )
    ) {
        let text = parts.join(" ");
        let article = article(&text, &text);
        let sentences = segment(&text);
        let found = attribute(&article, &sentences, Registry::builtin());
        prop_assert_eq!(found.len(), sentences.len());
        for (sentence, candidates) in sentences.iter().zip(&found) {
            for range in candidates.iter().filter_map(|c| c.mention.clone()) {
                prop_assert!(sentence.span.start <= range.start && range.end <= sentence.span.end);
                prop_assert!(text.get(range).is_some_and(|m| !m.trim().is_empty()));
            }
        }
    }
}
