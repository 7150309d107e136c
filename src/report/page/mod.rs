//! A page: the report as one HTML file that needs nothing else, with every statement behind every number.
//!
//! The file holds the report's own figures, which are shown as they are; lean columns, one entry for each statement, from which the
//! script counts anew when the reader filters; and the texts in chunks, which the script reads only when a sentence is looked at, so
//! that a page over many thousand statements opens at once. Nothing is fetched: a content security policy forbids it. Text from
//! articles is data to the script, which sets it as text, never as markup; without the script, a plain table remains.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::text::{clean, counted, grouped, percent, signed};
use super::{Report, words};

const STYLE: &str = include_str!("page.css");
/// One script in parts; they share one scope.
const SCRIPT: [&str; 6] = [
    include_str!("script/dom.js"),
    include_str!("script/statements.js"),
    include_str!("script/charts.js"),
    include_str!("script/overview.js"),
    include_str!("script/actor.js"),
    include_str!("script/main.js"),
];

/// Everything of the statements that the page can show.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Details {
    /// Names of actors; the columns and chains refer to them by position.
    pub actors: Vec<String>,
    /// Name of the actor that stands for holders who could not be found.
    pub unattributed: &'static str,
    /// The report's own figures are rolled up.
    pub rolled_up: bool,
    /// Whether persons can be counted for their countries: not where only some actors' statements are here.
    pub can_roll_up: bool,
    /// The actors that the report is about; all when `None`.
    pub only: Option<BTreeSet<u32>>,
    /// Actors with fewer statements are not listed.
    pub min_statements: usize,
    /// Order of the report: "n" or "index".
    pub sort: &'static str,
    /// For each actor, itself and those it belongs to, nearest first.
    pub chains: Vec<Vec<u32>>,
    pub outlets: Vec<String>,
    pub articles: Vec<ArticleLine>,
    pub columns: Columns,
    /// First statement of each chunk of texts.
    pub firsts: Vec<usize>,
    #[serde(skip)]
    pub chunks: Vec<Chunk>,
}

/// An article as a source line needs it.
#[derive(Debug, Clone, Serialize)]
pub struct ArticleLine {
    pub id: String,
    pub title: Option<String>,
    pub date: Option<String>,
    pub outlet: Option<u32>,
    /// A web address; no other scheme.
    pub url: Option<String>,
}

/// One entry for each statement, in the order of the articles.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Columns {
    pub article: Vec<u32>,
    pub sentence: Vec<u32>,
    pub actor: Vec<u32>,
    /// In the order of [`crate::statement::Stance::ALL`], and so on.
    pub stance: Vec<u8>,
    pub mode: Vec<u8>,
    pub basis: Vec<u8>,
    /// P(support) - P(oppose), in ten-thousandths.
    pub leaning: Vec<i32>,
    /// P(its stance), in hundredths.
    pub sure: Vec<u8>,
    /// 1 - P(none): which of several rolled-up statements counts.
    pub position: Vec<f32>,
}

/// Texts of some articles' statements.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Chunk {
    pub paragraphs: Vec<String>,
    pub statements: Vec<StatementText>,
}

/// One statement in its paragraph; offsets count UTF-16 units, as scripts do.
#[derive(Debug, Clone, Serialize)]
pub struct StatementText {
    pub paragraph: usize,
    pub start: usize,
    pub end: usize,
    /// Start and end of the mention, where the sentence mentions the holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention: Option<[usize; 2]>,
    pub reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<String>,
}

/// Writes the page.
pub fn render(report: &Report, details: &Details, out: &mut dyn Write) -> io::Result<()> {
    let title = escape(&words::title(report));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n<p class=\"extent\">{}</p>\n</header>\n<main id=\"main\">\n",
        escape(&words::extent(report))
    )?;
    if let Some(advice) = report.nothing_to_show() {
        writeln!(out, "<p>{}</p>", escape(advice))?;
    }
    table(report, out)?;
    writeln!(out, "</main>\n<section id=\"method\" class=\"box\">\n<h2>Method</h2>")?;
    let lines = [
        Some(words::reading(&report.totals)),
        words::corrected(&report.totals.corrected),
        report.audit.as_ref().map(words::audit),
        words::provenance(&report.header),
        words::selection(report),
        (report.totals.unattributed > 0).then(|| {
            format!("{} whose holder could not be found", counted(report.totals.unattributed, "statement"))
        }),
        Some(words::method(report)),
        words::quality(&report.header),
    ];
    for line in lines.into_iter().flatten() {
        writeln!(out, "<p>{}</p>", escape(&line))?;
    }
    if !report.totals.refused.is_empty() {
        writeln!(
            out,
            "<details><summary>{} inputs refused</summary><ul>",
            grouped(report.totals.refused.len())
        )?;
        for refusal in &report.totals.refused {
            writeln!(out, "<li>{}: {}</li>", escape(&refusal.input), escape(&refusal.reason))?;
        }
        writeln!(out, "</ul></details>")?;
    }
    writeln!(out, "</section>")?;
    data(out, "report", report)?;
    data(out, "details", details)?;
    for (number, chunk) in details.chunks.iter().enumerate() {
        data(out, &format!("chunk-{number}"), chunk)?;
    }
    writeln!(
        out,
        "<script>\n\"use strict\";\n(() => {{\n{}}})();\n</script>\n</body>\n</html>",
        SCRIPT.concat()
    )
}

/// The overview for readers without the script.
fn table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<table id=\"plain\">\n<thead><tr><th scope=\"col\">actor</th><th>n</th><th>articles</th><th>index</th><th>95% interval</th>\
         <th>support</th><th>conditional</th><th>oppose</th></tr></thead>\n<tbody>"
    )?;
    for row in report.rows() {
        let figures = &row.figures;
        let [support, conditional, oppose] = figures.shares().map(|(_, share)| percent(share.share));
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{support}</td><td>{conditional}</td><td>{oppose}</td></tr>",
            escape(&row.actor),
            grouped(figures.statements),
            grouped(figures.articles),
            signed(figures.index),
            words::interval(figures).unwrap_or_else(|| "n/a".to_owned()),
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}

/// A JSON value in a script element of no type that runs.
fn data(out: &mut dyn Write, id: &str, value: &impl Serialize) -> io::Result<()> {
    // Nothing in the data can end the element or open a comment in it.
    let json =
        serde_json::to_string(value)?.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    writeln!(out, "<script type=\"application/json\" id=\"{id}\">{json}</script>")
}

/// Text in HTML.
fn escape(text: &str) -> String {
    let text = clean(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A web address that may be linked.
pub fn web_address(url: &str) -> Option<String> {
    let lower = url.trim().to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")).then(|| url.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element() {
        let mut out = Vec::new();
        data(&mut out, "x", &"</script><script>alert(1)</script><!--").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches('<').count(), 2, "{text}");
        let inner = &text[text.find('>').unwrap() + 1..text.rfind('<').unwrap()];
        assert_eq!(serde_json::from_str::<String>(inner).unwrap(), "</script><script>alert(1)</script><!--");
    }

    #[test]
    fn text_is_no_markup_and_only_web_addresses_are_linked() {
        assert_eq!(escape("<b onclick='x'>&\"</b>"), "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;&lt;/b&gt;");
        assert_eq!(web_address(" HTTPS://a.example/x"), Some("HTTPS://a.example/x".to_owned()));
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("data:text/html,x"), None);
    }
}
