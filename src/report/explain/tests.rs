//! An invented article, explained.

use super::*;
use crate::attribute::{Holder, Reason};
use crate::report::text::width;
use crate::report::{Json, Markdown, Renderer, Terminal};
use crate::statement::StanceProbabilities;

const TEXT: &str =
    "Voss rejected the\noffer, but said Arland was ready to hear it.\n\n“We will wait,” she \u{1b}[1madded.";

fn candidate(name: &str, words: &str, reason: Reason) -> Candidate {
    let mention = TEXT.find(words).filter(|_| !words.is_empty()).map(|at| at..at + words.len());
    let holder = Holder { name: name.to_owned(), registered: true, role: None, side: None };
    Candidate { holder, mention, reason, claimant: None }
}

fn scored(candidate: Candidate, stance: [f32; 4]) -> ExplainedCandidate {
    let scores =
        CandidateScores { stance, tone: [0.2, 0.7, 0.1], mode: [0.1, 0.6, 0.1, 0.2], basis: [0.8, 0.1, 0.1] };
    let counted = stance[3] < 0.5;
    let statement = counted.then(|| Statement {
        article_id: "a1".to_owned(),
        title: None,
        date: None,
        outlet: None,
        url: None,
        sentence_index: 0,
        start: 0,
        end: 0,
        sentence: String::new(),
        actor: candidate.holder.name.clone(),
        mention: String::new(),
        mention_start: None,
        stance: Stance::ALL[argmax(&stance)],
        probabilities: StanceProbabilities::from_array(stance),
        mode: Mode::Indirect,
        basis: Basis::Statement,
        claimed_by: None,
        tone: Tone::Neutral,
        tone_toward_actor: Tone::Neutral,
        reason: candidate.reason.to_string(),
        topic: "negotiation".to_owned(),
        model: String::new(),
        run: String::new(),
    });
    ExplainedCandidate { candidate, scores: Some(scores), statement }
}

fn article() -> Explained {
    let second = TEXT.find('“').unwrap();
    let sentence =
        |index: usize, span: Range<usize>, candidates: Vec<ExplainedCandidate>| ExplainedSentence {
            sentence: Sentence {
                index,
                span: span.clone(),
                paragraph: index,
                lead: None,
                turn: None,
                in_quote: false,
            },
            text: TEXT[span].to_owned(),
            context: String::new(),
            tone: Some([0.1, 0.8, 0.1]),
            candidates,
        };
    let mut voss = candidate(
        "Mira Voss",
        "Voss",
        Reason::ShortForm { form: "Voss".into(), antecedent: "Mira Voss".into() },
    );
    voss.holder.role = Some("chief negotiator".to_owned());
    voss.holder.side = Some("Borland".to_owned());
    let mut arland = candidate("Arland", "Arland", Reason::Named { alias: "Arland".into() });
    arland.claimant = Some(voss.holder.clone());
    let we = Reason::SpokenFor { word: "We".into(), speaker: "Mira Voss".into() };
    let she = Reason::Pronoun { pronoun: "she".into(), antecedent: "Mira Voss".into() };
    let mut unscored = scored(candidate("Mira Voss", "she", she), [0.1, 0.1, 0.1, 0.7]);
    unscored.statement = None;
    let overlapping = candidate("Borland", "We", we.clone());
    Explained {
        article_id: "a1".to_owned(),
        title: Some("An offer refused".to_owned()),
        date: "2026-03-02".parse().ok(),
        outlet: Some("Harbour Wire".to_owned()),
        url: None,
        topic: "negotiation".to_owned(),
        model: Some("sample (00c0ffee)".to_owned()),
        sentences: vec![
            sentence(
                0,
                0..second - 2,
                vec![scored(voss, [0.02, 0.05, 0.9, 0.03]), scored(arland, [0.85, 0.1, 0.03, 0.02])],
            ),
            sentence(
                1,
                second..TEXT.len(),
                vec![
                    scored(overlapping, [0.1, 0.6, 0.2, 0.1]),
                    scored(candidate("Mira Voss", "We", we), [0.1, 0.5, 0.3, 0.1]),
                    unscored,
                    ExplainedCandidate {
                        candidate: candidate(
                            "Tomas Brandt",
                            "",
                            Reason::RunningQuote { speaker: "Tomas Brandt".into(), opened_in_sentence: 0 },
                        ),
                        scores: None,
                        statement: None,
                    },
                ],
            ),
        ],
    }
}

fn rendered(renderer: &dyn Renderer<Explained>) -> String {
    let mut out = Vec::new();
    renderer.render(&article(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn terminal_at_80() {
    insta::assert_snapshot!(rendered(&Terminal::default()));
}

#[test]
fn terminal_at_40() {
    insta::assert_snapshot!(rendered(&Terminal { width: 40, ..Terminal::default() }));
}

#[test]
fn markdown_page() {
    insta::assert_snapshot!(rendered(&Markdown));
}

#[test]
fn markers_stand_under_the_words_they_mark() {
    let text = rendered(&Terminal { width: 60, ..Terminal::default() });
    let lines: Vec<&str> = text.lines().collect();
    for (word, mark) in [("Voss", "1^^^"), ("Arland", "2^^^^^"), ("she", "3^^")] {
        let (at, line) = lines.iter().enumerate().skip(3).find(|(_, l)| l.contains(word)).unwrap();
        let column = width(&line[..line.find(word).unwrap()]);
        let under = lines[at + 1..at + 3].iter().any(|l| l.find(mark) == Some(column));
        assert!(under, "{mark} under {word}:\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn json_names_every_probability_and_the_bytes() {
    let found: serde_json::Value = serde_json::from_str(&rendered(&Json)).unwrap();
    let voss = &found["sentences"][0]["candidates"][0];
    assert_eq!(voss["stance"], "oppose");
    assert_eq!(voss["mention"], "Voss");
    assert_eq!(voss["mention_start"], 0);
    assert_eq!(voss["counted"], true);
    assert!((voss["probabilities"]["stance"]["oppose"].as_f64().unwrap() - 0.9).abs() < 1e-6);
    assert_eq!(found["sentences"][1]["candidates"][3]["rule"]["rule"], "running_quote");
    assert_eq!(found["sentences"][1]["candidates"][3]["probabilities"], serde_json::Value::Null);
}

#[test]
fn every_reason_reads_as_a_phrase() {
    let opened = Reason::RunningQuote { speaker: "Mira Voss".into(), opened_in_sentence: 3 };
    assert_eq!(opened.to_string(), "Mira Voss is still being quoted, since sentence 4");
    let pronoun = Reason::Pronoun { pronoun: "he".into(), antecedent: "Brandt".into() };
    assert_eq!(pronoun.to_string(), "\"he\" refers back to \"Brandt\"");
}

#[test]
fn a_mention_outside_its_sentence_is_not_marked_and_no_panic() {
    let mut broken = article();
    broken.sentences[0].candidates[0].candidate.mention = Some(900..904);
    // In the middle of the opening quotation mark.
    let start = broken.sentences[1].sentence.span.start;
    broken.sentences[1].candidates[0].candidate.mention = Some(start + 1..start + 4);
    for renderer in [&Terminal::default() as &dyn Renderer<Explained>, &Markdown, &Json] {
        renderer.render(&broken, &mut Vec::new()).unwrap();
    }
}
