//! A run that is stopped, politely or not: what it stored stays, and the same command goes on from there.

use std::process::{Child, Stdio};

use serde_json::json;

use crate::common::{Desk, finish, number, signal, text, wait_for};

/// Articles that the program prepares and scores together, at most: the grain in which a run proceeds.
const CHUNK: usize = 512;

/// Short articles, no two of which are near-copies: one sentence each of words drawn by a fixed generator.
fn many_articles(count: usize) -> String {
    const WORDS: &str = "harbour bridge valley orchard captain winter lantern market railway granite festival quarry \
        vineyard council library student teacher engine ferry meadow copper saddle barley tunnel parade kitchen window \
        mirror basket feather island sailor doctor farmer village theatre painter shepherd gardener blanket candle chimney \
        cottage dairy falcon glacier hamlet jacket kettle ladder marble needle oyster pepper quilt ribbon statue timber \
        umbrella violin walnut yarn anchor button cellar drawer elbow fountain garlic hammer inkwell jungle kennel lemon \
        magnet noodle onion pillow rabbit scarf ticket vessel whistle";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state = 7u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words[(state >> 33) as usize % words.len()]
    };
    (0..count)
        .map(|n| {
            let text: Vec<&str> = (0..14).map(|_| draw()).collect();
            json!({"id": format!("a{n}"), "date": "2026-02-03", "text": format!("Soltes saw the {}.", text.join(" "))}).to_string() + "\n"
        })
        .collect()
}

fn start(desk: &Desk, arguments: &str) -> Child {
    desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// How many articles the store holds, if it can be asked already.
fn stored(desk: &Desk) -> usize {
    let export = desk.run("export --level articles");
    if export.code == Some(0) { export.stdout.lines().count() } else { 0 }
}

#[test]
fn ctrl_c_ends_a_run_in_good_order_and_the_same_command_goes_on() {
    let total = 7 * CHUNK;
    let desk = Desk::with_sample_actors();
    desk.write("many.jsonl", many_articles(total));
    let child = start(&desk, "score many.jsonl");
    // While it goes on, others can read.
    let seen = wait_for("the first articles in the store", || Some(stored(&desk)).filter(|&n| n > 0));
    assert_eq!(desk.runs()[0]["status"], "running");
    signal("INT", child.id());
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("stopping:") && said.contains("the same command goes on"), "{said}");
    assert!(output.stdout.is_empty(), "a report of half a run");

    let run = desk.runs().remove(0);
    assert_eq!(run["status"], "interrupted");
    let scored = number(&run["counts"]["scored"]) as usize;
    assert!(scored >= seen, "{scored} of {seen}");
    assert!(scored < total, "there was nothing left to interrupt");
    assert_eq!(stored(&desk), scored);
    desk.run("verify").expect(0);
    // Half a run can be reported, and says which run it is.
    desk.run("report").expect(0);

    let again = desk.run("score many.jsonl --no-report").expect(0);
    let again = again
        .says(&[&format!("{} articles scored", total - scored), &format!("{scored} already in the store")]);
    assert!(!again.stderr.contains("copies"), "{}", again.stderr);
    let runs = desk.runs();
    assert_eq!(runs[1]["status"], "finished");
    assert_eq!(stored(&desk), total);
    desk.run("verify").expect(0);
}

#[test]
fn a_killed_run_is_marked_and_nothing_committed_is_lost() {
    let total = 3 * CHUNK;
    let desk = Desk::with_sample_actors();
    desk.write("many.jsonl", many_articles(total));
    let mut child = start(&desk, "score many.jsonl --no-report");
    wait_for("the first articles in the store", || Some(stored(&desk)).filter(|&n| n > 0));
    let before = desk.run("export --all").expect(0).stdout;
    signal("KILL", child.id());
    assert_eq!(child.wait().expect("the program ends").code(), None, "it had finished before it was killed");

    let run = desk.runs().remove(0);
    assert_eq!(run["status"], "interrupted");
    assert!(run["finished"].is_string(), "{run}");
    desk.run("verify").expect(0);
    let after = desk.run("export --all").expect(0).stdout;
    let lost = before.lines().filter(|row| !after.contains(row)).count();
    assert_eq!(lost, 0, "rows that had been committed");

    let kept = stored(&desk);
    let again = desk.run("score many.jsonl --no-report").expect(0);
    again.says(&[&format!("{kept} already in the store")]);
    let runs = desk.runs();
    assert_eq!((&runs[0]["status"], &runs[1]["status"]), (&"interrupted".into(), &"finished".into()));
    assert_eq!(stored(&desk), total);
    desk.run("verify").expect(0);
    // Nothing stays behind beside the store.
    let mut beside: Vec<String> = std::fs::read_dir(desk.path(""))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    beside.sort();
    assert_eq!(beside, ["detente.db", "many.jsonl"]);
}

#[test]
fn two_runs_at_once_share_a_store() {
    let desk = Desk::with_sample_actors();
    let articles = many_articles(40);
    let (one, other) = articles.split_at(articles.match_indices('\n').nth(19).expect("20 lines").0 + 1);
    desk.write("one.jsonl", one);
    desk.write("other.jsonl", other);
    let first = start(&desk, "score one.jsonl --no-report");
    let second = finish(&mut desk.command("score other.jsonl --no-report"));
    let first = first.wait_with_output().expect("the program ends");
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    second.expect(0);
    assert_eq!(stored(&desk), 40);
    let runs = desk.runs();
    assert!(runs.iter().all(|run| text(&run["status"]) == "finished"), "{runs:?}");
    desk.run("verify").expect(0);
}
