//! Short examples.
#[test]
fn golden_dump() {
    let Ok(path) = std::env::var("DUMP") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    for s in super::segment(&text) {
        eprintln!(
            "[{}{}{}] {}",
            s.paragraph,
            if s.in_quote { " q" } else { "" },
            s.turn.clone().map(|t| format!(" {}", &text[t])).unwrap_or_default(),
            s.text(&text)
        );
    }
}
