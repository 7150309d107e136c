//! `detente report --format html`: one file with the report's own numbers, every statement behind them, and nothing from elsewhere.
//! Where Chromium is installed, the page is opened and used.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::common::{Desk, text};

/// The JSON in the page's element `id`.
fn data(page: &str, id: &str) -> Value {
    let open = format!("<script type=\"application/json\" id=\"{id}\">");
    let start = page.find(&open).unwrap_or_else(|| panic!("no element '{id}'")) + open.len();
    let end = start + page[start..].find("</script>").expect("an end");
    serde_json::from_str(&page[start..end]).expect("JSON")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn whole(value: &Value) -> usize {
    value.as_u64().expect("a whole number") as usize
}

#[test]
fn the_page_holds_the_report_and_every_statement_behind_it() {
    let (desk, _) = Desk::with_scored_sample();
    let page = desk.run("report --format html").expect(0).stdout;
    assert_eq!(page, desk.run("report --format html").expect(0).stdout, "the same bytes");
    let report = desk.run("report --format json --by month").expect(0).json();
    assert_eq!(data(&page, "report"), report);

    let details = data(&page, "details");
    let columns = &details["columns"];
    assert_eq!(list(&columns["actor"]).len(), whole(&report["totals"]["statements"]));
    for row in list(&report["actors"]) {
        let number =
            list(&details["actors"]).iter().position(|name| *name == row["actor"]).expect("its name");
        let of_actor =
            || (0..list(&columns["actor"]).len()).filter(|&id| whole(&columns["actor"][id]) == number);
        assert_eq!(of_actor().count(), whole(&row["statements"]), "{}", row["actor"]);
        for (stance, name) in ["support", "conditional", "oppose"].into_iter().enumerate() {
            let counted = of_actor().filter(|&id| whole(&columns["stance"][id]) == stance).count();
            assert_eq!(counted, whole(&row[name]["count"]), "{}, {name}", row["actor"]);
        }
        let leaning: f64 =
            of_actor().map(|id| columns["leaning"][id].as_f64().expect("a number") / 1e4).sum();
        let index = leaning / of_actor().count() as f64;
        assert!((index - row["index"].as_f64().expect("a number")).abs() < 2e-4, "{}", row["actor"]);
    }

    // Every statement's sentence, cut out of its paragraph as a script would.
    let mut shown = BTreeSet::new();
    let firsts = list(&details["firsts"]);
    for (number, first) in firsts.iter().enumerate() {
        let chunk = data(&page, &format!("chunk-{number}"));
        for (offset, statement) in list(&chunk["statements"]).iter().enumerate() {
            let paragraph: Vec<u16> =
                text(&chunk["paragraphs"][whole(&statement["paragraph"])]).encode_utf16().collect();
            let cut =
                |from: usize, to: usize| String::from_utf16(&paragraph[from..to]).expect("whole characters");
            let article = whole(&columns["article"][whole(first) + offset]);
            let actor = whole(&columns["actor"][whole(first) + offset]);
            let mention =
                statement.get("mention").map_or_else(String::new, |m| cut(whole(&m[0]), whole(&m[1])));
            shown.insert((
                text(&details["articles"][article]["id"]).to_owned(),
                cut(whole(&statement["start"]), whole(&statement["end"])),
                text(&details["actors"][actor]).to_owned(),
                mention,
            ));
        }
    }
    let exported = desk.exported("--level statements");
    let expected: BTreeSet<_> = exported
        .iter()
        .map(|row| {
            let [article, sentence, actor, mention] =
                ["article_id", "sentence", "actor", "mention"].map(|key| text(&row[key]).to_owned());
            (article, sentence, actor, mention)
        })
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn the_page_asks_for_nothing_and_runs_nothing_of_the_articles() {
    let desk = Desk::new();
    let hostile = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
    let article = serde_json::json!({
        "id": "h", "title": format!("Talks {hostile}"), "date": "2026-03-01", "outlet": hostile,
        "url": "javascript:document.title='owned'",
        "text": format!("Norland said on Monday that it was ready for talks with Tolmar {hostile}. </script><!-- Iran rejects negotiations with the United States."),
    });
    fs::write(desk.path("hostile.jsonl"), format!("{article}\n")).unwrap();
    desk.run("score hostile.jsonl --no-report").expect(0);
    let page = desk.run("report --format html").expect(0).stdout;
    let markup: String = {
        // Outside the data elements and the program's own script.
        let mut rest = page.as_str();
        let mut outside = String::new();
        while let Some(start) = rest.find("<script") {
            outside.push_str(&rest[..start]);
            rest = &rest[start + rest[start..].find("</script>").expect("an end") + 9..];
        }
        outside + rest
    };
    for forbidden in ["<img", "<link", "src=", "href=\"http", "javascript:", "owned'</script"] {
        assert!(!markup.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'"));
    assert_eq!(data(&page, "details")["articles"][0]["url"], Value::Null);
    if let Some(found) = in_chromium(&desk, &page, "return document.title;") {
        assert_ne!(found, "owned");
    }
}

#[test]
fn a_reader_can_filter_and_look_behind_the_numbers() {
    let (desk, _) = Desk::with_scored_sample();
    let page = desk.run("report --format html").expect(0).stdout;
    let report = data(&page, "report");
    let first = &report["actors"][0];
    let uses = r##"
        const rows = () => [...document.querySelectorAll("#overview tbody tr")];
        const set = (name, value) => { const e = document.querySelector(`[name=${name}]`); e.value = value; e.dispatchEvent(new Event("change")); };
        const filtered = () => document.getElementById("filtered").textContent;
        const found = { rows: rows().length };
        rows()[0].querySelector("button").click();
        found.actor = document.querySelector("#actor h3").textContent;
        while (!document.querySelector("#actor .more").hidden) document.querySelector("#actor .more").click();
        found.statements = document.querySelectorAll("#statements article").length;
        found.marked = document.querySelectorAll("#statements mark").length;
        [...document.querySelectorAll("#actor tbody button")].find(b => b.textContent.startsWith("oppose ")).click();
        while (!document.querySelector("#actor .more").hidden) document.querySelector("#actor .more").click();
        found.opposing = document.querySelectorAll("#statements article.s2").length;
        found.others = document.querySelectorAll("#statements article:not(.s2)").length;
        found.points = document.querySelectorAll("#actor circle.point").length;
        set("stance", "0"); found.supporting = filtered();
        set("stance", ""); set("outlet", "0"); found.outlet = filtered();
        set("outlet", ""); set("from", "2026-01-01"); found.dated = filtered();
        set("from", ""); set("to", "2025-11-30"); found.until = filtered();
        set("to", ""); set("words", "talks"); found.words = filtered();
        set("words", ""); found.plain = filtered();
        document.querySelector("[name=rollup]").click();
        document.querySelector("#overview .more")?.click();
        found.rolled = rows().map(row => [row.querySelector("button").textContent, row.querySelectorAll("button")[1].textContent]);
        found.rolled_filter = filtered();
        set("stance", "0"); found.rolled_support = rows().map(row => [row.querySelector("button").textContent, row.querySelectorAll("button")[1].textContent]);
        set("stance", ""); rows()[0].querySelector("button").focus(); rows()[0].querySelector("button").click();
        found.focused = document.activeElement.textContent;
        found.unlabelled = [...document.querySelectorAll("input, select")].filter(e => !e.closest("label")).length;
        return found;
    "##;
    let Some(found) = in_chromium(&desk, &page, uses) else { return };
    assert!(found["rows"].as_u64() > Some(30), "{found}");
    assert_eq!(found["actor"], first["actor"]);
    assert_eq!(found["statements"], first["statements"]);
    assert_eq!(found["marked"], first["statements"]);
    assert_eq!(found["opposing"], first["oppose"]["count"]);
    assert_eq!((&found["others"], &found["unlabelled"]), (&Value::from(0), &Value::from(0)));
    assert!(found["points"].as_u64() > Some(1), "{found}");
    let supporting: usize = list(&report["actors"]).iter().map(|row| whole(&row["support"]["count"])).sum();
    let unattributed = report["unattributed"]["support"]["count"].as_u64().unwrap_or(0) as usize;
    assert!(
        text(&found["supporting"]).starts_with(&format!("Filtered: {} ", supporting + unattributed)),
        "{found}"
    );
    for narrowed in ["outlet", "dated", "words"] {
        assert!(text(&found[narrowed]).starts_with("Filtered: "), "{found}");
    }
    assert_eq!(found["plain"], "");
    // The filters count as the program does.
    let until = desk.run("report --to 2025-11 --format json").expect(0).json();
    let statements = whole(&until["totals"]["statements"]);
    assert!(text(&found["until"]).starts_with(&format!("Filtered: {statements} ")), "{found}");
    let rolled = desk.run("report --rollup --format json").expect(0).json();
    let shown = |list: &Value| -> Vec<(String, usize)> {
        let pair = |row: &Value| {
            (text(&row[0]).to_owned(), text(&row[1]).replace(',', "").parse().expect("a count"))
        };
        self::list(list).iter().map(pair).collect()
    };
    let (all, supporting) = (shown(&found["rolled"]), shown(&found["rolled_support"]));
    for row in list(&rolled["actors"]) {
        let name = text(&row["actor"]);
        let of =
            |list: &[(String, usize)]| list.iter().find(|(shown, _)| shown == name).map_or(0, |(_, n)| *n);
        assert_eq!(of(&all), whole(&row["statements"]), "{name}, rolled up");
        let expected = whole(&row["support"]["count"]);
        // Fewer rows than all may be shown.
        assert!(of(&supporting) == expected || of(&supporting) == 0, "{name}, rolled up, supporting");
    }
    let total = whole(&rolled["totals"]["statements"]);
    assert!(text(&found["rolled_filter"]).starts_with(&format!("Filtered: {total} ")), "{found}");
    assert_eq!(found["focused"], found["rolled"][0][0], "the actor's heading has the focus");
}

/// Opens the page in Chromium, runs `uses` in it, and gives back what that returns; `None`, and a note, without a Chromium. Any error
/// or attempt to fetch something fails the test.
fn in_chromium(desk: &Desk, page: &str, uses: &str) -> Option<Value> {
    let driver = format!(
        "<script>{{ const errors = []; addEventListener('error', e => errors.push(e.message)); \
         addEventListener('securitypolicyviolation', e => errors.push('blocked ' + e.blockedURI)); \
         setTimeout(() => {{ let value = null; try {{ value = (() => {{ {uses} }})(); }} catch (e) {{ errors.push(e.stack); }} \
         const result = document.createElement('pre'); result.id = 'result'; \
         result.textContent = btoa(unescape(encodeURIComponent(JSON.stringify({{ errors, value, fetched: \
         performance.getEntriesByType('resource').length }})))); document.body.append(result); }}, 50); }}</script>"
    );
    let (before, _) = page.rsplit_once("</body>").expect("a body");
    // Ahead of the page's own script, to see its errors.
    let (head, script) = before.rsplit_once("<script>").expect("a script");
    let path = desk.path("page.html");
    fs::write(&path, format!("{head}{driver}<script>{script}</body></html>")).unwrap();
    let profile = desk.path("profile");
    let started = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", path.display()))
        .output();
    let Ok(output) = started else {
        eprintln!("SKIPPED the page in a browser: no chromium");
        return None;
    };
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let open = "<pre id=\"result\">";
    let start = dom
        .find(open)
        .unwrap_or_else(|| panic!("the page did not run:\n{}", String::from_utf8_lossy(&output.stderr)));
    let encoded = &dom[start + open.len()..];
    let encoded = &encoded[..encoded.find('<').expect("an end")];
    let result: Value = serde_json::from_slice(&decoded(encoded)).expect("JSON");
    assert_eq!(result["errors"], Value::Array(Vec::new()), "{result}");
    assert_eq!(result["fetched"], 0, "{result}");
    Some(result["value"].clone())
}

/// Base64.
fn decoded(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = text.bytes().filter(|c| *c != b'=').map(value).collect();
    digits
        .chunks(4)
        .flat_map(|four| {
            let bits =
                four.iter().fold(0u32, |bits, digit| bits << 6 | u32::from(*digit)) << (6 * (4 - four.len()));
            bits.to_be_bytes()[1..four.len()].to_vec()
        })
        .collect()
}
