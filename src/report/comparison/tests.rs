//! An invented comparison through every layout.

use super::*;
use crate::aggregate::Tally;
use crate::aggregate::compare::parts::Parts;
use crate::report::{Csv, Markdown, Terminal};

fn tally(statements: usize, index: f64) -> Tally {
    Tally {
        statements,
        articles: statements,
        stances: [statements, 0, 0],
        index,
        interval: Some(Interval { low: index - 0.2, high: index + 0.2 }),
    }
}

fn report() -> ComparisonReport {
    let change = |actor, a: Option<f64>, b: Option<f64>, q: Option<f64>| Change {
        actor,
        a: a.map(|index| tally(12, index)),
        b: b.map(|index| tally(9, index)),
        difference: a.zip(b).map(|(a, b)| b - a),
        interval: a.zip(b).map(|(a, b)| Interval { low: b - a - 0.1, high: b - a + 0.1 }),
        p: q.map(|q| q / 2.0),
        q,
        parts: a.zip(b).map(|(a, b)| Parts::Articles { statements: b - a - 0.05, outlets: 0.05 }),
        movers: Default::default(),
    };
    let comparison = Comparison {
        changes: vec![
            change(0, Some(0.1), Some(0.15), Some(0.6)),
            change(1, Some(-0.4), Some(0.3), Some(0.00004)),
            change(2, Some(0.5), None, None),
            change(3, Some(0.6), Some(0.1), Some(0.03)),
        ],
        statements: [48, 27],
        articles: [40, 20],
        left_out: [LeftOut { undated: 3, ..LeftOut::default() }, LeftOut::default()],
        actors_below_minimum: 0,
    };
    let names = ["Norland", "=Tolmar|", "Kessara", "Mira Voss"].map(str::to_owned);
    let about = About {
        topic: "negotiation".into(),
        labels: ["2026-01 to 2026-03".into(), "from 2026-04".into()],
        ..About::default()
    };
    build(&comparison, &names, about, &mut |_, ids| {
        assert!(ids.is_empty());
        Ok(Vec::new())
    })
    .unwrap()
}

fn rendered(layout: &dyn Renderer<ComparisonReport>) -> String {
    let mut out = Vec::new();
    layout.render(&report(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn clear_differences_come_first_by_size() {
    let report = report();
    let order: Vec<(&str, Verdict)> =
        report.actors.iter().map(|row| (row.actor.as_str(), row.verdict)).collect();
    assert_eq!(
        order,
        [
            ("=Tolmar|", Verdict::MoreSupportive),
            ("Mira Voss", Verdict::LessSupportive),
            ("Norland", Verdict::NoClearDifference),
            ("Kessara", Verdict::OnlyA),
        ]
    );
    assert_eq!(report.tested, 3);
}

#[test]
fn every_layout_has_the_same_rows_and_numbers() {
    let terminal = rendered(&Terminal { width: 110, color: false, ascii: false });
    let (markdown, csv, json) = (rendered(&Markdown), rendered(&Csv::default()), rendered(&Json));
    for text in [&terminal, &markdown] {
        for figure in ["+0.70 [", "more supportive", "<0.001", "-0.50 [", "only in a", "mix of outlets +0.05"]
        {
            assert!(text.replace('\\', "").contains(figure), "{figure} in {text}");
        }
        assert!(text.contains("3 without a date"));
    }
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut table = ::csv::Reader::from_reader(csv.as_bytes());
    let head = table.headers().unwrap().clone();
    let column = |name: &str| head.iter().position(|head| head == name).unwrap();
    for (record, row) in table.records().zip(value["actors"].as_array().unwrap()) {
        let record = record.unwrap();
        assert_eq!(record[column("rank")], row["rank"].to_string());
        assert_eq!(record[column("difference")].parse::<f64>().ok(), row["difference"].as_f64());
        assert_eq!(record[column("b_index")].parse::<f64>().ok(), row["b"]["index"].as_f64());
        assert_eq!(record[column("q")].parse::<f64>().ok(), row["q"].as_f64());
    }
    // Neither a formula nor a column of Markdown.
    assert!(csv.contains("'=Tolmar|") && markdown.contains("\\=Tolmar\\|"));
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for width in [60, 80, 120] {
        let text = rendered(&Terminal { width, color: false, ascii: true });
        assert!(text.lines().all(|line| crate::report::text::width(line) <= width), "{text}");
    }
}
