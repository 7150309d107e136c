//! Examples of news, one rule at a time: a text, and the sentences it must fall into.

use super::chars::is_blank;
use super::{Lead, Sentence, segment};

/// Each example is one string in which `|` marks where a sentence ends and the next begins; the
/// text itself is the string without the marks.
fn check(examples: &[&str]) {
    for example in examples {
        let text = example.replace('|', "");
        let expected: Vec<&str> = example.split('|').map(|part| part.trim_matches(is_blank)).collect();
        let found: Vec<&str> = segment(&text).iter().map(|sentence| &text[sentence.span.clone()]).collect();
        assert_eq!(found, expected);
    }
}

fn texts<'t>(text: &'t str, sentences: &[Sentence]) -> Vec<&'t str> {
    sentences.iter().map(|sentence| &text[sentence.span.clone()]).collect()
}

#[test]
fn stops_questions_and_exclamations() {
    check(&[
        "The envoys met. |They will meet again.",
        "Will they come? |Nobody knows!| The hall is booked.",
        "He asked twice?! |Nobody answered.",
        "The talks cost 3.5 million. |1.2 million more is planned.",
        "Inflation fell to 4.1 percent in March. |@HaddadPress has the figures.",
        "The minister, he said, would come.",
        "Talks resume",
    ]);
}

#[test]
fn abbreviations_before_names_and_numbers() {
    check(&[
        "Gen. Petrov met Lt. Col. Diaz and Sen. Ward. |Dr. Holm did not come.",
        "Then-Gov. Ward and Vice-Adm. Roy signed. |Mr. and Mrs. Holm watched.",
        "Resolution No. 5 failed, as did Nos. 6 and 7. |Did he agree? |No. |He left.",
        "See Art. IV and p. 12 of the treaty. |It is short.",
        "They met on Jan. 5 and again in Sept. |The next round is in Oct. 2031.",
        "St. Petersburg hosted Holm v. Ward. |Both won.",
        "Oil, gas, etc. were discussed. |Grain, steel, etc. |Nothing was signed.",
        "Acme Corp. Chief Executive Ana Roy agreed with Holm & Co. |She left for Ward Inc. |The firm is old.",
        "Some states, e.g. Norland, i.e. the hosts, agreed vs. Sudland.",
    ]);
}

#[test]
fn acronyms_inside_and_at_the_end() {
    check(&[
        "The U.S. Congress and the U.N. Security Council agreed.",
        "He will not talk to the U.S. |The offer stands.",
        "They have no ties with the U.S. |However, both keep an office at the U.N. |In May they met.",
        "He spoke of the U.S. “maximum pressure” campaign.",
        "He refused to talk to the U.S. |“We have no trust,” he said.",
        "Oman carried a letter from the U.S. |Iran has not answered.",
        "The U.S.’s answer came late. |H.E. Mr. Karim Sadr was in Washington, D.C. |She was not.",
        "N.C. A&T and U.S.-led groups signed with the U.S. Under Secretary of State.",
    ]);
}

#[test]
fn times_of_day() {
    check(&[
        "The meeting began at 5 p.m. |Mr. Holm came late.",
        "The meeting began at 5 p.m. GMT and ended at 7 a.m. Tuesday.",
        "At 5 a.m. Mr. Holm left. |He was back by 6 p.m. on Friday.",
        "2:15 P.M. EST",
    ]);
}

#[test]
fn initials_of_names() {
    check(&[
        "John F. Ward met J. R. Holm. |They talked.",
        "She rejected plan B. |The first plan stands.",
        "It was between her and I. |He knew.",
    ]);
}

#[test]
fn ellipses() {
    check(&[
        "We waited ... and waited... for nothing.",
        "We waited... |They never came.",
        "We waited… |They never came…",
        "“The first point [...] and the second” were read out. |He agreed.",
        "They promised peace. |. . . The war went on.",
    ]);
}

#[test]
fn closing_marks_belong_to_the_sentence() {
    check(&[
        "“We will not talk.” |The envoy left.",
        "“We will not talk,” he said. |“They lied.” |\"Truly.\" |He left.",
        "He said it was “at stake”. |He left.",
        "He called it “a trap.”. |She did not.",
        "(The talks failed.) |He left (for good). |She stayed [as planned.]",
        "The mediator (He was once a judge. He never forgot it.) read the text.",
        "The pact was kept (both sides said so. Nobody objected to that.) |The rest failed.",
        "They wrote to us (and to the U.S.). |We answered.",
        "The offer stands. ” |He left.",
        "He said: «We agree.» |She said: ‘We do not.’ |Both left.",
    ]);
}

#[test]
fn what_follows_a_quotation() {
    check(&[
        "“Will they talk?” he asked. |“Never!” she cried.",
        "“Will they talk?” Leila Haddad asked. |Nobody knew.",
        "“Will they talk?” |The question went unanswered.",
        "She turned and said, “This is over.” |She left.",
        "‘This is over.’ she said.",
    ]);
}

#[test]
fn spaces_that_scraping_lost_or_changed() {
    check(&[
        "They agreed on a ceasefire.|He said it would last.|“It must,” she said.",
        "“It must last.”|He left.|Will it?|Nobody knows.",
        "Write to press@holm.example.Org or see www.Holm.Com and Ward.Net for more.",
        "See https://holm.example/a.b?Q=1.2. |It is all there.",
        "They\u{A0}agreed.\u{A0} |\u{200B}He left.\u{202F}|She\u{200B}stayed.",
        "They signed an agreement. |the hosts were pleased.",
    ]);
}

#[test]
fn lists_that_run_on() {
    check(&[
        "1. The border |2. The prisoners |3. The dams",
        "1) The border is closed. |2) The prisoners are free.",
        "a. The border |b. The prisoners",
        "• The border |• The prisoners",
        "27. The parties agreed on the agenda. |They signed on May 2. |A dinner followed.",
    ]);
}

#[test]
fn paragraphs_end_sentences() {
    let text = "Envoys meet in Muscat\n\nThe envoys met on Monday\nThey will meet again\n\n- one\n- two";
    let sentences = segment(text);
    let expected =
        ["Envoys meet in Muscat", "The envoys met on Monday", "They will meet again", "- one", "- two"];
    assert_eq!(texts(text, &sentences), expected);
    assert_eq!(sentences.iter().map(|s| s.paragraph).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_dateline_is_a_lead_inside_the_span() {
    let text = "TEHRAN, Oct. 5 (XYZ) – Envoys met on Monday. They left.";
    let sentences = segment(text);
    assert_eq!(texts(text, &sentences), ["TEHRAN, Oct. 5 (XYZ) – Envoys met on Monday.", "They left."]);
    let proper = text.find("Envoys").unwrap();
    assert_eq!(sentences[0].lead, Some(Lead::Dateline(0..proper)));
    assert_eq!(sentences[1].lead, None);
}

#[test]
fn quotations_of_several_sentences_are_cut_and_marked() {
    let text = "Holm said: “We came. We saw. We left,” and left. He was tired.\n\n\
                “We go on.\n\n“We never stop. Never.” He smiled.";
    let found: Vec<(&str, bool)> =
        segment(text).into_iter().map(|sentence| (&text[sentence.span], sentence.in_quote)).collect();
    assert_eq!(
        found,
        [
            ("Holm said: “We came.", false),
            ("We saw.", true),
            ("We left,” and left.", true),
            ("He was tired.", false),
            ("“We go on.", false),
            ("“We never stop.", true),
            ("Never.”", true),
            ("He smiled.", false),
        ]
    );
}

/// A transcript as governments publish them: wrapped, with labels, a sentence over several lines.
#[test]
fn a_wrapped_transcript_keeps_its_turns() {
    let text = "Press Room\n\n2:15 P.M. EST\n\n\
        MS. HOLM:\u{A0} Good afternoon.\u{A0} The envoys met this morning in Muscat, and\n\
        they will meet again in May.\u{A0} I was told by Mr.\n\
        Ward that the mood was good, that the hosts were patient and that none\n\
        of the delegations walked out.\n\n\
        So that is good news.\n\n\
        Q\u{A0}\u{A0}\u{A0} Thank you.\u{A0} Will they\u{A0}sign?\n\n\
        MR. McROY (via translator):\u{A0} They will.\u{A0} (Laughter.)\n\n\
        END                2:40 P.M. EST\n";
    let sentences = segment(text);
    let turns: Vec<(String, Option<&str>)> = sentences
        .iter()
        .map(|s| (s.text(text).replace(['\n', '\u{A0}'], " "), s.turn.clone().map(|turn| &text[turn])))
        .collect();
    let expected = [
        ("Press Room", None),
        ("2:15 P.M. EST", None),
        ("MS. HOLM:  Good afternoon.", Some("MS. HOLM:")),
        ("The envoys met this morning in Muscat, and they will meet again in May.", Some("MS. HOLM:")),
        (
            "I was told by Mr. Ward that the mood was good, that the hosts were patient and that none of the \
             delegations walked out.",
            Some("MS. HOLM:"),
        ),
        ("So that is good news.", Some("MS. HOLM:")),
        ("Q    Thank you.", Some("Q")),
        ("Will they sign?", Some("Q")),
        ("MR. McROY (via translator):  They will.", Some("MR. McROY (via translator):")),
        ("(Laughter.)", Some("MR. McROY (via translator):")),
        ("END                2:40 P.M. EST", None),
    ];
    let expected: Vec<(String, Option<&str>)> = expected.iter().map(|(s, t)| ((*s).to_owned(), *t)).collect();
    assert_eq!(turns, expected);
    assert!(matches!(&sentences[6].lead, Some(Lead::Speaker(label)) if &text[label.clone()] == "Q"));
}

#[test]
fn an_interview_joined_into_one_line_keeps_its_turns() {
    let text = "Following is the text of the interview: Q:The envoys met. What now? A: We wait. It will take \
                time. Q: How long?";
    let found: Vec<(&str, Option<&str>)> =
        segment(text).into_iter().map(|s| (&text[s.span], s.turn.map(|turn| &text[turn]))).collect();
    assert_eq!(
        found,
        [
            ("Following is the text of the interview:", None),
            ("Q:The envoys met.", Some("Q:")),
            ("What now?", Some("Q:")),
            ("A: We wait.", Some("A:")),
            ("It will take time.", Some("A:")),
            ("Q: How long?", Some("Q:")),
        ]
    );
}

#[test]
fn names_speak_where_their_label_comes_again() {
    let text = "Host: Welcome.\n\nLeila Haddad: Thank you.\n\nPrime Minister Roy: Likewise.\n\nLeila Haddad: \
                I begin.\n\nWarning: Names were changed.";
    let turns: Vec<Option<&str>> =
        segment(text).into_iter().map(|s| s.turn.map(|turn| &text[turn])).collect();
    let labels = ["Host:", "Leila Haddad:", "Prime Minister Roy:", "Leila Haddad:", "Leila Haddad:"];
    assert_eq!(turns, labels.map(Some));
}

#[test]
fn empty_and_blank_texts_have_no_sentences() {
    for text in ["", " \n\t", "\u{FEFF}\u{200B}\r\n\r\n"] {
        assert!(segment(text).is_empty());
    }
}
