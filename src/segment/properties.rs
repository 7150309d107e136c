//! What must hold for any text at all.

use std::time::Instant;

use proptest::prelude::*;

use super::chars::is_blank;
use super::{Lead, segment};

/// Spans are ordered, apart, on character boundaries, without blanks at their ends, and hold
/// every character that is not blank; leads and turns are where they claim to be.
fn check(text: &str) {
    let sentences = segment(text);
    let mut end = 0;
    let mut paragraph = 0;
    for (index, sentence) in sentences.iter().enumerate() {
        let span = sentence.span.clone();
        assert_eq!(sentence.index, index);
        assert!(span.start >= end && span.start < span.end, "{span:?} after {end} in {text:?}");
        assert!(text[end..span.start].chars().all(is_blank), "ink before {span:?} in {text:?}");
        let body = sentence.text(text);
        assert!(!body.starts_with(is_blank) && !body.ends_with(is_blank), "{body:?}");
        assert!(sentence.paragraph >= paragraph);
        if let Some(Lead::Dateline(range) | Lead::Speaker(range)) = &sentence.lead {
            assert_eq!(range.start, span.start);
            assert!(range.end <= span.end && text.get(range.clone()).is_some());
        }
        if let Some(turn) = &sentence.turn {
            assert!(turn.end <= span.end && text.get(turn.clone()).is_some());
        }
        end = span.end;
        paragraph = sentence.paragraph;
    }
    assert!(text[end..].chars().all(is_blank), "ink after the last sentence in {text:?}");
}

/// The pieces that rules look at, so that random texts reach the rules.
fn piece() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "U.S.",
        "U.N",
        "Gen.",
        "p.m.",
        "No.",
        "Mr. Haddad",
        "F.",
        "I",
        "He said",
        "the talks",
        "they",
        "http://a.b/c?D",
        "x@y.org",
        "MS. HOLM:",
        "Q",
        "Q:",
        "A: ",
        "TEHRAN –",
        "VIENNA (XYZ) -- ",
        "1.",
        "2)",
        "a.",
        "b.)",
        "•",
        "END",
        ".",
        "!",
        "?",
        "…",
        "...",
        ". . .",
        " . . . .",
        "“",
        "”",
        "\"",
        "'",
        "’",
        "‘",
        "«",
        "»",
        "(",
        ")",
        "[",
        "]",
        "*",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\n\n",
        "\u{A0}",
        "\u{200B}",
        "\u{2028}",
        "-",
        "—",
        ":",
        ",",
        "É.",
        "ب",
        "。",
        "５",
        "\u{301}",
    ])
    .prop_map(str::to_owned);
    prop_oneof![8 => fixed, 1 => any::<char>().prop_map(String::from), 1 => "[A-Za-z]{1,9}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_unicode_is_covered(text in "\\PC{0,80}") {
        check(&text);
    }

    #[test]
    fn any_mixture_of_what_rules_look_at_is_covered(pieces in prop::collection::vec(piece(), 0..60)) {
        check(&pieces.concat());
        check(&pieces.join(" "));
    }
}

/// Texts that would tempt a rule to look far ahead or back, again and again.
#[test]
fn time_grows_with_the_text_and_not_faster() {
    let units = [
        "a",
        " ",
        "a ",
        ".",
        ". ",
        ".)",
        ".) x ",
        "(",
        "(a ",
        "[",
        "\"",
        "\" ",
        "“",
        "“a. B ",
        "U.S. ",
        "A: ",
        "Q:",
        "1. A ",
        "a\n",
        "\n",
        "A\n\n",
        "?” Haddad ",
        "A A A A A: ",
        "-",
        "TEHRAN ",
        "é",
        "\u{A0}",
        "\u{200B}",
        "• ",
        ". . ",
        "a.B",
        "Mr. ",
        "\\###\n",
    ];
    let time = |text: &str| {
        let begin = Instant::now();
        std::hint::black_box(segment(text));
        begin.elapsed().as_secs_f64()
    };
    for unit in units {
        let small = unit.repeat(50_000 / unit.len());
        let large = unit.repeat(800_000 / unit.len());
        check(&unit.repeat(1_000 / unit.len()));
        // 16 times the text; a quadratic rule would take 256 times as long. The slack is for a busy machine.
        let (base, long) = (time(&small).max(time(&small)), time(&large));
        assert!(long < 100.0 * base + 0.2, "{unit:?}: {base:.4} s, then {long:.4} s");
    }
}
