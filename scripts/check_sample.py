#!/usr/bin/env python3
"""Checks the sample corpus in data/sample: that it is as large and varied as it claims, that every
article reads back, and that every labelled sentence stands in its article word for word.

Prints the counts; exits with 1 and a line per fault when something is wrong. Standard library only.
"""

import collections
import csv
import datetime
import difflib
import gzip
import html.parser
import json
import pathlib
import re
import sys
import tomllib

SAMPLE = pathlib.Path(__file__).resolve().parent.parent / "data" / "sample"
STANCES = {"support", "conditional", "oppose"}
MODES = {"direct", "indirect", "mediated", "unspec"}
BASES = {"statement", "action", "claimed"}
TONES = {"neg", "neu", "pos"}
ARTICLE_KEYS = {"id", "title", "date", "outlet", "url", "text"}

faults = []


def fault(message):
    faults.append(message)


def squeezed(text):
    return " ".join(text.split())


class ArticlePage(html.parser.HTMLParser):
    """Title, date, site and paragraphs of one of the corpus's own pages."""

    SKIPPED = {"aside", "figure", "script", "style", "nav", "ul", "section", "footer", "header"}

    def __init__(self):
        super().__init__()
        self.title, self.date, self.site = "", None, None
        self.paragraphs = []
        self._article = False
        self._skipped = []
        self._collecting = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "meta" and attributes.get("property") == "og:site_name":
            self.site = attributes["content"]
        elif tag == "time":
            self.date = attributes["datetime"]
        elif tag == "article":
            self._article = True
        elif self._article and (tag in self.SKIPPED or attributes.get("class") in ("ad-slot", "inline-related")):
            self._skipped.append(tag)
        elif self._article and not self._skipped and tag == "h1":
            self._collecting = "title"
        elif self._article and not self._skipped and tag == "p" and attributes.get("class") != "byline":
            self._collecting = "paragraph"
            self.paragraphs.append("")

    def handle_endtag(self, tag):
        if tag == "article":
            self._article = False
        elif self._skipped and tag == self._skipped[-1]:
            self._skipped.pop()
        elif tag in ("h1", "p"):
            self._collecting = None

    def handle_data(self, data):
        if self._collecting == "title":
            self.title += data
        elif self._collecting == "paragraph":
            self.paragraphs[-1] += data


def read_lines(lines, path):
    for number, line in enumerate(lines, 1):
        record = json.loads(line)
        unknown = set(record) - ARTICLE_KEYS
        if unknown:
            fault(f"{path.name}, line {number}: unknown keys {sorted(unknown)}")
        yield record


def read_articles():
    """All articles, in the shape of the JSONL records; files of one article take their stem as id."""
    for path in sorted((SAMPLE / "articles").rglob("*")):
        if path.suffix == ".jsonl":
            yield from read_lines(path.read_text(encoding="utf-8").splitlines(), path)
        elif path.name.endswith(".jsonl.gz"):
            yield from read_lines(gzip.decompress(path.read_bytes()).decode("utf-8").splitlines(), path)
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                yield from csv.DictReader(file)
        elif path.suffix == ".html":
            page = ArticlePage()
            page.feed(path.read_text(encoding="utf-8"))
            yield {
                "id": path.stem,
                "title": page.title,
                "date": page.date,
                "outlet": page.site,
                "text": "\n\n".join(page.paragraphs),
            }
        elif path.suffix == ".txt":
            title, _, text = path.read_text(encoding="utf-8").partition("\n\n")
            yield {"id": path.stem, "title": title, "text": text}
        elif path.is_file():
            fault(f"{path}: not a format of the corpus")


def check_articles(articles):
    ids = collections.Counter(article["id"] for article in articles)
    for id_, count in ids.items():
        if count > 1:
            fault(f"{id_}: {count} articles with this id")
    dates = []
    for article in articles:
        words = len(article["text"].split())
        if not 90 <= words <= 1300:
            fault(f"{article['id']}: {words} words")
        if not article["title"].strip():
            fault(f"{article['id']}: no title")
        if "[[" in article["text"] or "]]" in article["text"] or "||" in article["text"]:
            fault(f"{article['id']}: markup is left in the text")
        if article.get("date"):
            try:
                dates.append(datetime.date.fromisoformat(article["date"]))
            except ValueError as error:
                fault(f"{article['id']}: {error}")
            if article["date"] not in article["id"]:
                fault(f"{article['id']}: dated {article['date']}")
        if article["id"].startswith("fh-"):
            longest = max(len(line) for line in article["text"].splitlines())
            if longest > 72:
                fault(f"{article['id']}: a line of {longest} characters in a wrapped transcript")
    outlets = {article.get("outlet") for article in articles if article.get("outlet")}
    undated = sum(1 for article in articles if not article.get("date"))
    at_least("dated articles", len(dates), 64)
    at_least("days from first to last", (max(dates) - min(dates)).days, 300)
    at_least("outlets", len(outlets), 5)
    at_least("undated articles", undated, 2)
    exact, near = copies(articles)
    at_least("exact duplicates", exact, 1)
    at_least("near-duplicates", near, 4)
    print(f"{'words':28}{sum(len(a['text'].split()) for a in articles):6}")


def copies(articles):
    """Pairs of articles with the same text, and with nearly the same text."""
    exact = near = 0
    texts = [squeezed(article["text"]).split() for article in articles]
    sets = [set(zip(t, t[1:], t[2:])) for t in texts]
    for i in range(len(articles)):
        for j in range(i):
            if texts[i] == texts[j]:
                exact += 1
            elif len(sets[i] & sets[j]) > 0.5 * min(len(sets[i]), len(sets[j])):
                ratio = difflib.SequenceMatcher(None, texts[i], texts[j], autojunk=False).ratio()
                near += ratio > 0.6
    return exact, near


def check_actors():
    with (SAMPLE / "actors.toml").open("rb") as file:
        actors = tomllib.load(file)["actor"]
    names = [actor["name"] for actor in actors]
    for name, count in collections.Counter(names).items():
        if count > 1:
            fault(f"actors.toml: {count} entries for {name}")
    for actor in actors:
        if actor["kind"] not in {"person", "country", "organisation", "group", "medium"}:
            fault(f"actors.toml: {actor['name']} is a {actor['kind']}")
        for owner in [actor.get("parent")] + [role.get("of") for role in actor.get("roles", [])]:
            if owner and owner not in names:
                fault(f"actors.toml: {actor['name']} belongs to {owner}, who is not there")
    at_least("actors in actors.toml", sum(actor["kind"] != "medium" for actor in actors), 14)
    media = {actor["name"] for actor in actors if actor["kind"] == "medium"}
    return set(names), media


def check_labels(articles, registered, media):
    texts = {article["id"]: squeezed(article["text"]) for article in articles}
    titles = {article["id"]: article["title"] for article in articles}
    labels = [json.loads(line) for line in (SAMPLE / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    seen = set()
    counts = collections.Counter()
    for label in labels:
        id_, sentence = label["id"], label["sentence"]
        if id_ in seen:
            fault(f"{id_}: labelled twice")
        seen.add(id_)
        if label["source"] != "sample" or label["tone"] not in TONES:
            fault(f"{id_}: source or tone")
        if label["doc"] not in texts:
            fault(f"{id_}: no article {label['doc']}")
            continue
        if label["title"] != titles[label["doc"]]:
            fault(f"{id_}: the title is not the article's")
        if " ".join(label["previous"] + [sentence]) not in texts[label["doc"]]:
            fault(f"{id_}: the sentence and those before it do not stand in the article: {sentence}")
        if len(label["previous"]) > 2:
            fault(f"{id_}: more than two previous sentences")
        actors = [holder["actor"] for holder in label["holders"]]
        if len(set(actors)) < len(actors):
            fault(f"{id_}: a holder twice")
        for holder in label["holders"]:
            mention = holder["mention"]
            if mention and not re.search(rf"(?<!\w){re.escape(mention)}(?!\w)", sentence):
                fault(f"{id_}: '{mention}' is not in the sentence: {sentence}")
            if holder["stance"] not in STANCES or holder["mode"] not in MODES or holder["basis"] not in BASES:
                fault(f"{id_}: stance, mode or basis of {holder['actor']}")
            if (holder["basis"] == "claimed") != bool(holder["claimed_by"]):
                fault(f"{id_}: basis and claimed_by of {holder['actor']} disagree")
            if holder["actor"] in media:
                fault(f"{id_}: a medium holds no position: {holder['actor']}")
            counts[holder["stance"]] += 1
            counts["claimed"] += holder["basis"] == "claimed"
            counts["without mention"] += not mention
            counts["pronoun"] += mention.lower() in {"he", "she", "they", "i", "we", "it", "us"}
            counts["unregistered"] += holder["actor"] not in registered
        counts["empty"] += not label["holders"]
    at_least("labelled sentences", len(labels), 200)
    at_least("articles with labels", len({label["doc"] for label in labels}), 60)
    share = round(100 * counts["empty"] / len(labels))
    print(f"{'of them without holder, %':28}{share:6}")
    if not 40 <= share <= 60:
        fault(f"{share}% of the labelled sentences have no holder")
    for what, least in [("support", 100), ("conditional", 40), ("oppose", 60), ("claimed", 30)]:
        at_least(f"holders: {what}", counts[what], least)
    for what, least in [("without mention", 30), ("pronoun", 60), ("unregistered", 10)]:
        at_least(f"holders: {what}", counts[what], least)


def check_turns(articles):
    ids = {article["id"] for article in articles}
    named = set(re.findall(r"`((?:cw|kpa|qc|fh|mw|ab|dh)-[a-z0-9-]+)`", (SAMPLE / "TURNS.md").read_text(encoding="utf-8")))
    for id_ in sorted(named - ids):
        fault(f"TURNS.md names {id_}, which is no article")
    at_least("articles named in TURNS.md", len(named), 30)


def at_least(what, number, least):
    print(f"{what:28}{number:6}")
    if number < least:
        fault(f"{what}: {number}, expected at least {least}")


def main():
    articles = list(read_articles())
    check_articles(articles)
    registered, media = check_actors()
    check_labels(articles, registered, media)
    check_turns(articles)
    for message in faults:
        print(message, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
