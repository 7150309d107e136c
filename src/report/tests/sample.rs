//! An invented dispute over a river: statements of a few actors over half a year.

use std::collections::HashMap;

use crate::aggregate::{Observation, Options, Selection, aggregate, period::By};
use crate::attribute::UNATTRIBUTED;
use crate::report::{Header, Listing, Refusal, Report, Run, Totals, build};
use crate::statement::{Basis, Mode, Stance, StanceProbabilities, Statement, Tone};

pub const LONG_NAME: &str =
    "Joint Secretariat for the Equitable Apportionment of the Waters of the Upper Lorne and Its Tributaries";

const OUTLETS: [&str; 2] = ["The Morning Ledger", "Harbour Wire"];

/// Statements and the names that their observations point to.
#[derive(Default)]
pub struct Sample {
    pub names: Vec<String>,
    pub observations: Vec<Observation>,
    pub statements: HashMap<i64, Statement>,
}

/// What is special about one statement.
pub struct Said<'a> {
    pub actor: &'a str,
    pub article: u32,
    pub date: &'a str,
    /// In the order of [`Stance::ALL`].
    pub probabilities: [f32; 4],
    pub mode: Mode,
    pub basis: Basis,
    pub sentence: &'a str,
}

impl Sample {
    pub fn add(&mut self, said: Said<'_>) {
        let known = self.names.iter().position(|n| n == said.actor);
        let actor = known.unwrap_or_else(|| {
            self.names.push(said.actor.to_owned());
            self.names.len() - 1
        });
        let id = self.observations.len() as i64;
        let stance =
            (0..4).fold(0, |best, i| if said.probabilities[i] > said.probabilities[best] { i } else { best });
        let tone = if id % 4 == 1 { Tone::Negative } else { Tone::Neutral };
        let observation = Observation {
            statement: id,
            actor: actor as u32,
            article: said.article,
            sentence: id as u32 % 9,
            date: said.date.parse().ok(),
            outlet: Some(said.article % 2),
            stance: Stance::ALL[stance],
            probabilities: StanceProbabilities::from_array(said.probabilities),
            mode: said.mode,
            basis: said.basis,
            tone,
        };
        self.observations.push(observation);
        let statement = Statement {
            article_id: format!("a{:03}", said.article),
            title: Some(format!("Lorne talks, report {}", said.article)),
            date: observation.date,
            outlet: Some(OUTLETS[said.article as usize % 2].to_owned()),
            url: said.article.is_multiple_of(3).then(|| format!("https://ledger.example/{}", said.article)),
            sentence_index: observation.sentence as usize,
            start: 100,
            end: 100 + said.sentence.len(),
            sentence: said.sentence.to_owned(),
            actor: said.actor.to_owned(),
            mention: String::new(),
            mention_start: None,
            stance: observation.stance,
            probabilities: observation.probabilities,
            mode: said.mode,
            basis: said.basis,
            claimed_by: (said.basis == Basis::Claimed).then(|| "Tomas Brandt".to_owned()),
            tone,
            tone_toward_actor: tone,
            reason: "named".to_owned(),
            topic: "negotiation".to_owned(),
            model: "sample (00000000)".to_owned(),
            run: "1".to_owned(),
        };
        self.statements.insert(id, statement);
    }

    /// The report over all of it.
    pub fn report(&self, by: Option<By>, listing: Listing) -> Report {
        let aggregates = aggregate(
            &self.observations,
            &self.names,
            &Selection::default(),
            Options { by, ..Options::default() },
        );
        let header = Header {
            topic: "negotiation".to_owned(),
            runs: vec![Run {
                id: "1".to_owned(),
                model: "sample".to_owned(),
                digest: "00c0ffee".to_owned(),
                ..Run::default()
            }],
            ..Header::default()
        };
        let totals = Totals {
            articles_read: 64,
            articles_scored: 55,
            articles_reused: 4,
            exact_duplicates: 2,
            near_duplicates: 1,
            undated_articles: 1,
            sentences: 1234,
            refused: vec![
                Refusal { input: "in/old.txt".to_owned(), reason: "empty file".to_owned() },
                Refusal { input: "in/\u{1b}[31mscan.html".to_owned(), reason: "no text found".to_owned() },
            ],
            ..Totals::default()
        };
        let mut fetch =
            |ids: &[i64]| Ok(ids.iter().map(|id| self.statements[id].clone()).collect::<Vec<_>>());
        build(&aggregates, &self.names, header, totals, listing, &mut fetch).unwrap()
    }
}

/// The dispute: one actor warms, one cools, one mediates, one is heard once.
pub fn river_dispute() -> Sample {
    let mut sample = Sample::default();
    let arland = [
        "Arland will not sit down with a neighbour that shuts the sluices by night, its cabinet declared.",
        "The government in Arl rejected the invitation as an insult to the farmers of the valley.",
        "Arland said it could return to the table once the upper gates were opened.",
        "Arland's water minister accepted the offer to meet on the island.",
        "Both delegations had stayed past midnight, and Arland asked for another round.",
        "The delegation from Arl initialled the chapter on winter flows.",
    ];
    let voss = [
        "Mira Voss, who had led the first three rounds, called them the only road left.",
        "Voss flew to the island with a draft that she hoped both sides could sign by summer.",
        "The two delegations needed more days and not more threats, Voss told reporters on Tuesday.",
        "Voss said that she saw no use in a further meeting.",
        "She left the hall before the closing session and flew home.",
        "\"We have talked for nine years,\" Voss said. \"The river is lower than when we began.\"",
    ];
    for month in 0..6_u32 {
        for step in 0..3_u32 {
            let article = month * 3 + step;
            let date = format!("2026-{:02}-{:02}", month + 1, 3 + 8 * step);
            let warmth = 0.08 + 0.16 * month as f32 + 0.01 * step as f32;
            sample.add(Said {
                actor: "Arland",
                article,
                date: &date,
                probabilities: if month == 2 {
                    [0.2, 0.6, 0.15, 0.05]
                } else {
                    [warmth, 0.02, 0.95 - warmth, 0.03]
                },
                mode: if step == 1 { Mode::Mediated } else { Mode::Unspecified },
                basis: Basis::Statement,
                sentence: arland[month as usize],
            });
            let cool = 0.9 - 0.15 * month as f32;
            sample.add(Said {
                actor: "Mira Voss",
                article,
                date: &date,
                probabilities: [cool, 0.01, 0.97 - cool, 0.02],
                mode: Mode::Direct,
                basis: if step == 2 { Basis::Action } else { Basis::Statement },
                sentence: voss[month as usize],
            });
            if step != 0 {
                sample.add(Said {
                    actor: "Republic of Sund",
                    article,
                    date: if month == 5 { "2026" } else { &date },
                    probabilities: [0.93 - 0.01 * step as f32, 0.03, 0.01, 0.03],
                    mode: Mode::Mediated,
                    basis: Basis::Action,
                    sentence: "Sund, which has no stake in the river, again put its island at the disposal of the two sides.",
                });
            }
        }
    }
    sample.add(Said {
        actor: "سعيد الحاج",
        article: 40,
        date: "2026-03",
        probabilities: [0.1, 0.7, 0.15, 0.05],
        mode: Mode::Indirect,
        basis: Basis::Statement,
        sentence: "قال إن المحادثات ممكنة إذا فُتحت البوابات العليا قبل الشتاء.",
    });
    sample.add(Said {
        actor: "河流委员会",
        article: 41,
        date: "",
        probabilities: [0.88, 0.05, 0.04, 0.03],
        mode: Mode::Unspecified,
        basis: Basis::Statement,
        sentence: "河流委员会星期一表示，愿意为双方的下一轮会谈提供会场，并呼吁两国政府尽快恢复接触，以免下游的农民再等一个冬天。",
    });
    sample.add(Said {
        actor: LONG_NAME,
        article: 42,
        date: "2026-05-30",
        probabilities: [0.05, 0.1, 0.8, 0.05],
        mode: Mode::Unspecified,
        basis: Basis::Claimed,
        sentence: "The secretariat, Brandt said, would rather see the file closed than the gates discussed again.",
    });
    sample.add(Said {
        actor: "=1+1|Hostile\u{1b}[2J\u{202e} *Name*",
        article: 43,
        date: "2026-06-01",
        probabilities: [0.9, 0.05, 0.03, 0.02],
        mode: Mode::Unspecified,
        basis: Basis::Statement,
        sentence: "A line with \u{1b}]0;a title\u{7} and <b>markup</b> | pipes,\nbroken in two, welcomed the talks.",
    });
    for article in [3, 9] {
        sample.add(Said {
            actor: UNATTRIBUTED,
            article,
            date: "2026-02-11",
            probabilities: [0.6, 0.2, 0.15, 0.05],
            mode: Mode::Unspecified,
            basis: Basis::Statement,
            sentence: "He was ready to go on, he said.",
        });
    }
    sample
}
