//! Web page input: main text by readability, and what the page's metadata says about the article.

use std::sync::LazyLock;

use dom_smoothie::{Config, Readability, TextMode};
use encoding_rs::Encoding;
use regex::bytes::Regex;
use serde_json::Value;

use super::dates::parse_date;
use super::record::{Record, squeezed};
use super::refusal::Reason;

/// Reads an article from the HTML of its page.
pub(super) fn read_page(html: &str) -> Result<Record, Reason> {
    let settings = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let mut page = Readability::new(html, None, Some(settings)).map_err(|_| Reason::NoMainText)?;
    let metadata = Metadata::of(&page);
    // Before readability takes the page apart: the paragraphs are the fall-back.
    let paragraphs = || paragraphs_of(html);
    let (main_title, main_text) = match page.parse() {
        Ok(article) => (squeezed(Some(article.title)), article.text_content.to_string()),
        Err(_) => (None, String::new()),
    };
    let title = metadata.title.or(main_title);
    let mut text = paragraphs_in_order(&main_text, title.as_deref());
    let has_words = |text: &str| text.split_whitespace().count() >= 3;
    if !has_words(&text) {
        text = metadata.body.filter(|body| has_words(body)).unwrap_or_else(paragraphs);
    }
    if text.trim().is_empty() {
        return Err(Reason::NoMainText);
    }
    Ok(Record { id: None, title, date: metadata.date, outlet: metadata.outlet, url: metadata.url, text })
}

/// The encoding that a page declares in its first bytes, as a `charset` or as XML does.
pub(super) fn declared_encoding(html: &[u8]) -> Option<&'static Encoding> {
    static DECLARATION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)<(?:meta\b[^>]{0,200}?charset|\?xml\b[^>]{0,100}?encoding)\s*=\s*["']?\s*([a-z0-9_:.-]+)"#,
        )
        .expect("a constant pattern")
    });
    let label = DECLARATION.captures(&html[..html.len().min(4096)])?.get(1)?;
    // A UTF-16 page could not be searched for bytes of ASCII, so such a declaration is wrong.
    Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible())
}

/// What a page says about its article in JSON-LD and `meta` elements.
#[derive(Debug, Default, PartialEq)]
struct Metadata {
    title: Option<String>,
    date: Option<String>,
    outlet: Option<String>,
    url: Option<String>,
    /// The text itself, which some pages give only here.
    body: Option<String>,
}

impl Metadata {
    fn of(page: &Readability) -> Self {
        let linked = page
            .doc
            .select(r#"script[type="application/ld+json"]"#)
            .iter()
            .filter_map(|script| article_object(&script.text()))
            .next()
            .unwrap_or_default();
        let attribute = |selector: &str, name: &str| {
            let elements = page.doc.select(selector);
            elements.iter().find_map(|element| squeezed(element.attr(name).map(|value| value.to_string())))
        };
        let meta = |key: &str| {
            ["property", "name", "itemprop"]
                .iter()
                .find_map(|kind| attribute(&format!(r#"meta[{kind}="{key}"]"#), "content"))
        };
        let string = |path: &[&str]| {
            let value = path.iter().try_fold(&linked, |value, key| first(value).get(key))?;
            squeezed(first(value).as_str().map(unescaped))
        };
        let date = string(&["datePublished"])
            .into_iter()
            .chain(PUBLISHED.iter().filter_map(|key| meta(key)))
            .chain(only_time(page))
            .chain(string(&["dateCreated"]));
        // The first that is understood; else the first there is, so that it can be warned about.
        let dates: Vec<String> = date.collect();
        let date = dates.iter().find(|value| parse_date(value).is_some()).or(dates.first()).cloned();
        Self {
            title: string(&["headline"]).or_else(|| meta("og:title")).or_else(|| meta("twitter:title")),
            date,
            outlet: string(&["publisher", "name"]).or_else(|| meta("og:site_name")),
            url: attribute(r#"link[rel="canonical"]"#, "href")
                .or_else(|| meta("og:url"))
                .or_else(|| string(&["url"]))
                .filter(|url| url.starts_with("http://") || url.starts_with("https://")),
            body: first(&linked).get("articleBody").and_then(Value::as_str).map(unescaped),
        }
    }
}

/// Names under which pages give the day of publication.
const PUBLISHED: [&str; 15] = [
    "article:published_time",
    "datePublished",
    "og:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "publish-date",
    "publish_date",
    "publication_date",
    "pubdate",
    "citation_publication_date",
    "dcterms.issued",
    "DC.date.issued",
    "dc.date",
    "DC.date",
    "date",
];

/// The date of the page's `time` elements, when the first one inside an article or header is
/// marked as published, or when all of them name the same day.
fn only_time(page: &Readability) -> Option<String> {
    let marked = page.doc.select(r#"time[itemprop="datePublished"], time[pubdate]"#);
    if let Some(value) = marked.attr("datetime") {
        return Some(value.to_string());
    }
    let times: Vec<String> = page
        .doc
        .select("time[datetime]")
        .iter()
        .filter_map(|time| time.attr("datetime"))
        .map(|t| t.to_string())
        .collect();
    let day = parse_date(times.first()?)?;
    times.iter().all(|time| parse_date(time) == Some(day)).then(|| times[0].clone())
}

/// The article among the objects of a JSON-LD block, which may stand alone, in a list or a graph.
fn article_object(json: &str) -> Option<Value> {
    let json = json.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>");
    let mut open: Vec<Value> = vec![serde_json::from_str(json).ok()?];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items.into_iter().rev()),
            Value::Object(ref object) => {
                if let Some(graph) = object.get("@graph") {
                    open.push(graph.clone());
                }
                let is_article = |kind: &Value| {
                    kind.as_str().is_some_and(|kind| {
                        ["Article", "Posting", "Report"].iter().any(|ending| kind.ends_with(ending))
                    })
                };
                let article = match object.get("@type") {
                    Some(Value::Array(kinds)) => kinds.iter().any(is_article),
                    Some(kind) => is_article(kind),
                    None => false,
                };
                if article {
                    return Some(value);
                }
            }
            _ => {}
        }
    }
    None
}

/// JSON-LD gives one value or a list of them.
fn first(value: &Value) -> &Value {
    value.as_array().and_then(|items| items.first()).unwrap_or(value)
}

/// Entities inside JSON-LD strings, which many sites write although JSON needs none.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    [
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&#8217;", "’"),
        ("&rsquo;", "’"),
        ("&lsquo;", "‘"),
        ("&ldquo;", "“"),
        ("&rdquo;", "”"),
        ("&ndash;", "–"),
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// Paragraphs with one empty line between them, without the title when it opens the text.
fn paragraphs_in_order(text: &str, title: Option<&str>) -> String {
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in text.lines().map(str::trim) {
        match paragraphs.last_mut() {
            _ if line.is_empty() => paragraphs.push(String::new()),
            Some(paragraph) if !paragraph.is_empty() => *paragraph = format!("{paragraph}\n{line}"),
            _ => paragraphs.push(line.to_owned()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    let same = |a: &str, b: &str| a.split_whitespace().eq(b.split_whitespace());
    if paragraphs.len() > 1 && title.is_some_and(|title| same(title, &paragraphs[0])) {
        paragraphs.remove(0);
    }
    paragraphs.join("\n\n")
}

/// The page's `p` elements, for pages too small for readability.
fn paragraphs_of(html: &str) -> String {
    let Ok(page) = Readability::new(html, None, None) else { return String::new() };
    let elements = page.doc.select("p");
    let texts = elements.iter().filter_map(|paragraph| squeezed(Some(paragraph.text().to_string())));
    let text = texts.collect::<Vec<_>>().join("\n\n");
    if !text.is_empty() {
        return text;
    }
    page.doc.select("script, style, noscript, template, head, title, nav, header, footer").remove();
    let body = page.doc.formatted_text();
    paragraphs_in_order(&body, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAGRAPHS: [&str; 4] = [
        "The foreign minister of Valmora said on Monday that indirect talks with its neighbour could resume within weeks, provided that the blockade of the strait is lifted first.",
        "“We have never left the table,” Mira Holt told reporters in the capital, adding that a message had been passed on through mediators, and that an answer was expected soon.",
        "Her counterpart rejected the condition at once, and called it a delay; diplomats from three states, speaking on condition of anonymity, still described the exchange as useful.",
        "The last round broke off in January, after two days, when the delegations could not agree on the order of the first steps, according to people who were in the room.",
    ];

    fn page(head: &str, title: &str) -> String {
        let body: String = PARAGRAPHS.iter().map(|p| format!("<p>{p}</p>\n")).collect();
        format!(
            "<!doctype html><html><head><title>{title} | The Harbour Post</title>{head}</head><body>\
             <nav><ul><li><a href=/>Home</a></li><li><a href=/w>World</a></li></ul></nav>\
             <article><h1>{title}</h1>{body}</article>\
             <footer><p><a href=/imprint>Imprint</a> <a href=/ads>Advertise with us</a></p></footer></body></html>"
        )
    }

    #[test]
    fn main_text_and_metadata_of_a_page_are_read() {
        let head = r#"<meta property="og:title" content="Valmora says talks may resume"><meta property="og:site_name" content="The Harbour Post">
            <meta property="article:published_time" content="2025-04-12T08:30:00+02:00"><link rel="canonical" href="https://p.example/1">"#;
        let record = read_page(&page(head, "Valmora says talks may resume")).unwrap();
        assert_eq!(record.text, PARAGRAPHS.join("\n\n"));
        assert_eq!(record.title.as_deref(), Some("Valmora says talks may resume"));
        assert_eq!(record.date.as_deref(), Some("2025-04-12T08:30:00+02:00"));
        assert_eq!(record.outlet.as_deref(), Some("The Harbour Post"));
        assert_eq!(record.url.as_deref(), Some("https://p.example/1"));
    }

    #[test]
    fn json_ld_is_found_in_a_graph_and_goes_before_meta() {
        let head = r#"<meta property="og:title" content="Other"><script type="application/ld+json">{"@context": "https://schema.org",
            "@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"], "headline": "Talks &amp; tolls", "datePublished": "2025-04-12",
            "publisher": [{"@type": "Organization", "name": "Valmora Wire"}]}]}</script>"#;
        let record = read_page(&page(head, "Talks & tolls")).unwrap();
        assert_eq!(record.title.as_deref(), Some("Talks & tolls"));
        assert_eq!(record.date.as_deref(), Some("2025-04-12"));
        assert_eq!(record.outlet.as_deref(), Some("Valmora Wire"));
    }

    #[test]
    fn without_metadata_the_title_is_the_pages_and_the_rest_unknown() {
        let record = read_page(&page("", "Valmora says talks may resume within weeks")).unwrap();
        assert_eq!(record.title.as_deref(), Some("Valmora says talks may resume within weeks"));
        assert_eq!((record.date, record.outlet, record.url), (None, None, None));
    }

    #[test]
    fn times_count_when_they_agree() {
        let dated = |times: &str| {
            read_page(&page("", "Talks").replace("</h1>", &format!("</h1>{times}"))).unwrap().date
        };
        let one = r#"<time datetime="2025-04-12T10:00">12 April</time>"#;
        assert_eq!(dated(one).as_deref(), Some("2025-04-12T10:00"));
        assert_eq!(dated(&format!(r#"{one}<time datetime="2024-01-01">old</time>"#)), None);
    }

    #[test]
    fn unclosed_and_small_pages_are_read() {
        let record =
            read_page("<html><body><h1>Talks<p>The envoy left the talks early.<p>He said <b>nothing")
                .unwrap();
        assert!(record.text.contains("The envoy left the talks early."), "{:?}", record.text);
        assert!(record.text.contains("He said nothing"), "{:?}", record.text);
    }

    #[test]
    fn a_page_of_many_unclosed_elements_is_read() {
        let html = format!("{}<p>{}", "<div><b>".repeat(1000), PARAGRAPHS[0]);
        assert!(read_page(&html).unwrap().text.contains(PARAGRAPHS[0]));
    }

    #[test]
    fn a_page_whose_text_is_only_in_json_ld_is_read() {
        let html = r#"<html><head><script type="application/ld+json">{"@type": "NewsArticle", "headline": "T", "articleBody": "The envoy left the talks early."}</script></head><body><div id=app></div></body></html>"#;
        assert_eq!(read_page(html).unwrap().text, "The envoy left the talks early.");
    }

    #[test]
    fn a_page_without_text_is_refused() {
        for html in [
            "<html><body></body></html>",
            "<html><head><title>x</title></head><body><script>var a = 1;</script>",
        ] {
            assert!(matches!(read_page(html), Err(Reason::NoMainText)), "{html}");
        }
    }

    #[test]
    fn declared_encodings_are_found() {
        for html in [
            r#"<html><head><meta charset="windows-1251">"#,
            r#"<META http-equiv=Content-Type content="text/html; charset=windows-1251">"#,
            r#"<?xml version="1.0" encoding="windows-1251"?><html>"#,
        ] {
            assert_eq!(declared_encoding(html.as_bytes()), Some(encoding_rs::WINDOWS_1251), "{html}");
        }
        assert_eq!(declared_encoding(b"<p>charset=windows-1251"), None);
        assert_eq!(declared_encoding(b"<meta charset=utf-16>"), None);
    }
}
