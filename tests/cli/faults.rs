//! Wrong usage and configuration (exit code 2), faults of the environment and the store (exit code 3).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::common::{Desk, PROGRAM, command_of, finish, model_folder, sample_actors, sample_articles, text};

#[test]
fn wrong_usage_ends_with_2_and_says_what_would_be_right() {
    let desk = Desk::new();
    for (arguments, hint) in [
        ("report --stor x", "--store"),
        ("scroe data", "score"),
        ("score", "PATH"),
        ("report --format xml", "terminal"),
        ("report --from yesterday", "YYYY-MM-DD"),
        ("report --from 2025-02-30", "YYYY-MM-DD"),
        ("report --by decade", "quarter"),
        ("export --level words", "statements"),
        ("report --top 3 --all", "cannot be used with"),
    ] {
        let finished = finish(
            command_of(Path::new(PROGRAM)).args(arguments.split_whitespace()).current_dir(desk.path("")),
        );
        let finished = finished.expect(2).says(&[hint]);
        assert_eq!(finished.stdout, "", "{arguments}");
    }
    // Help is no error, and names the exit codes.
    let help = desk.run("--help").expect(0);
    assert!(help.stdout.contains("Exit codes: 0"), "{}", help.stdout);
    assert!(!desk.path("detente.db").exists());
}

#[test]
fn a_run_or_an_actor_that_is_not_there_is_wrong_usage() {
    let (desk, _) = Desk::with_scored_sample();
    desk.run("report --run 1999-01-01-a").expect(2).says(&["detente.db", "1999-01-01-a", "detente runs"]);
    desk.run("actors Nobody-at-all").expect(2).says(&["no such actor", "--actors"]);
    desk.run("actors --kind planet").expect(2).says(&["planet", "country"]);
}

#[test]
fn a_fault_in_the_actors_file_is_named_with_its_line_before_anything_is_scored() {
    let desk = Desk::new();
    let text = "[[actor]]\nname = \"Velmora\"\nkind = \"country\"\ncolour = \"red\"\n";
    let actors = desk.write("mine.toml", text);
    for verb in ["actors", "score .", "report"] {
        let mut command = desk.command(verb);
        finish(command.arg("--actors").arg(&actors)).expect(2).says(&["mine.toml", "line 4", "colour"]);
    }
    assert!(!desk.path("detente.db").exists());
    let mut command = desk.command("actors --actors nowhere.toml");
    finish(&mut command).expect(2).says(&["nowhere.toml"]);
}

#[test]
fn an_unknown_model_is_wrong_usage_and_the_known_ones_are_named() {
    let desk = Desk::new();
    desk.write("a.txt", "Velmora and Sarhan met in Geneva.");
    desk.run("score a.txt --model grand").expect(2).says(&["grand", "fast"]);
    desk.run("models grand").expect(2).says(&["grand", "fast"]);
    assert!(!desk.path("detente.db").exists());
}

#[test]
fn a_damaged_model_is_a_fault_and_names_its_file() {
    let desk = Desk::new();
    desk.write("a.txt", "Velmora and Sarhan met in Geneva.");
    let whole = model_folder();
    let copy = |name: &str| {
        fs::create_dir(desk.path(name)).expect("a folder");
        for entry in fs::read_dir(&whole).expect("the model").flatten().filter(|entry| entry.path().is_file())
        {
            fs::copy(entry.path(), desk.path(name).join(entry.file_name())).expect("a copy");
        }
        desk.path(name)
    };

    let flipped = copy("flipped");
    let weights = flipped.join("model.safetensors");
    let mut bytes = fs::read(&weights).expect("weights");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&weights, bytes).expect("weights");
    desk.run("score a.txt --model ./flipped").expect(3).says(&[
        "flipped/model.safetensors",
        "SHA-256",
        "restore",
    ]);

    let cut = copy("cut");
    fs::File::options()
        .write(true)
        .open(cut.join("model.safetensors"))
        .and_then(|file| file.set_len(1000))
        .expect("a cut");
    desk.run("score a.txt --model ./cut").expect(3).says(&["cut/model.safetensors"]);

    let lacking = copy("lacking");
    fs::remove_file(lacking.join("tokenizer.json")).expect("a file");
    desk.run("score a.txt --model ./lacking").expect(3).says(&["lacking/tokenizer.json"]);

    let broken = copy("broken");
    fs::write(broken.join("manifest.json"), "{").expect("a manifest");
    desk.run("score a.txt --model ./broken").expect(3).says(&["broken/manifest.json"]);

    assert!(!desk.path("detente.db").exists(), "a store without a run");
    desk.run("score a.txt --no-report").expect(0);
}

#[test]
fn a_store_from_a_newer_version_is_refused_and_left_alone() {
    let (desk, _) = Desk::with_scored_sample();
    Connection::open(desk.path("detente.db"))
        .and_then(|connection| connection.pragma_update(None, "user_version", 999))
        .expect("a newer store");
    let before = fs::read(desk.path("detente.db")).expect("the store");
    for verb in ["report", "export", "runs", "verify"] {
        let finished = desk.run(verb).expect(3).says(&["detente.db", "version 999", "upgrade detente"]);
        assert_eq!(finished.stdout, "", "{verb}");
    }
    desk.run_on("score", &sample_articles()).expect(3).says(&["detente.db", "version 999"]);
    assert!(fs::read(desk.path("detente.db")).expect("the store") == before);
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let desk = Desk::new();
    desk.write("a.txt", "Velmora and Sarhan met in Geneva.");
    desk.write("notes.db", "These are my notes, not a database.\n".repeat(100));
    Connection::open(desk.path("other.db"))
        .and_then(|connection| connection.execute_batch("CREATE TABLE recipes (name TEXT)"))
        .expect("the database of another program");
    for store in ["notes.db", "other.db"] {
        let before = fs::read(desk.path(store)).expect("a file");
        for verb in ["report", "export", "runs", "verify", "score a.txt"] {
            let finished = desk.run(&format!("{verb} --store {store}")).expect(3);
            assert_eq!(finished.says(&[store, "not a detente store"]).stdout, "", "{verb}");
        }
        assert!(fs::read(desk.path(store)).expect("a file") == before, "{store} was changed");
    }
    for verb in ["report", "export", "runs", "verify"] {
        desk.run(&format!("{verb} --store nowhere.db")).expect(3).says(&["nowhere.db", "detente score"]);
    }
    assert!(!desk.path("nowhere.db").exists());
    fs::create_dir(desk.path("folder.db")).expect("a folder");
    desk.run("score a.txt --store folder.db").expect(3).says(&["folder.db"]);
    desk.run("score a.txt --store no/such/folder/x.db").expect(3).says(&["no/such/folder/x.db"]);
}

#[test]
fn an_output_that_cannot_be_written_is_a_fault() {
    let (desk, _) = Desk::with_scored_sample();
    desk.run("report --output no/such/folder/report.md").expect(3).says(&["no/such/folder/report.md"]);
    desk.run("export --output no/such/folder/rows.csv").expect(3).says(&["no/such/folder/rows.csv"]);
    if Path::new("/dev/full").exists() {
        desk.run("report --output /dev/full").expect(3).says(&["/dev/full"]);
        desk.run("export --all --output /dev/full").expect(3).says(&["space"]);
        desk.run("export --format parquet --output /dev/full").expect(3).says(&["space"]);
    }
}

#[test]
fn a_store_in_a_folder_that_cannot_be_written_is_still_read() {
    let (desk, _) = Desk::with_scored_sample();
    let expected = desk.run("report").expect(0).stdout;
    fs::create_dir(desk.path("kept")).expect("a folder");
    fs::copy(desk.path("detente.db"), desk.path("kept/detente.db")).expect("a copy");
    let lock =
        |mode| fs::set_permissions(desk.path("kept"), fs::Permissions::from_mode(mode)).expect("permissions");
    lock(0o555);
    if fs::write(desk.path("kept/probe"), "").is_ok() {
        lock(0o755);
        eprintln!("SKIPPED: this user may write everywhere");
        return;
    }
    let report = desk.run("report --store kept/detente.db");
    let score = desk.run_on("score --store kept/new.db", &sample_articles());
    lock(0o755);
    assert_eq!(report.expect(0).stdout, expected);
    score.expect(3).says(&["kept/new.db", "permissions"]);
}

/// A file may not grow beyond a limit: what the program meets is a write that fails, as on a full disk.
#[test]
fn when_space_runs_out_the_run_ends_with_a_clear_fault_and_what_was_committed_stays() {
    let desk = Desk::with_sample_actors();
    desk.run_on("score --no-report", &sample_articles().join("notes")).expect(0);
    let stored = desk.run("export --all").expect(0).stdout;
    assert_eq!(desk.exported("--level articles").len(), 2);

    // Blocks of 512 bytes. Ignored, the signal at the limit becomes an error of the write.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 160; exec \"$@\"", "sh", PROGRAM, "score", "--actors"])
        .arg(sample_actors())
        .arg(sample_articles())
        .current_dir(desk.path(""))
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(3), "{said}");
    assert!(said.contains("detente.db") && !said.contains("panicked"), "{said}");
    assert!(limited.stdout.is_empty());

    desk.run("verify").expect(0);
    let first_run = text(&desk.runs()[0]["id"]).to_owned();
    assert_eq!(desk.run(&format!("export --all --run {first_run}")).expect(0).stdout, stored);
    let runs = desk.runs();
    assert_ne!(runs[1]["status"], "running");
    assert_ne!(runs[1]["status"], "finished");

    // With space again, the same command does what is left.
    desk.run_on("score --no-report", &sample_articles()).expect(0);
    assert_eq!(desk.exported("--level articles").len(), 76);
    assert_eq!(desk.runs()[2]["status"], "finished");
    desk.run("verify").expect(0);
}
