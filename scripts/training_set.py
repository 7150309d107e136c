#!/usr/bin/env python3
"""Builds the labelled training sentences from the public sources and the labels in data/labels (standard library only).

    training_set.py build DATA OUT      writes OUT/stance.jsonl
    training_set.py keep LABELLED NAME  writes data/labels/NAME.jsonl from labelled sentences with their places, without their text

DATA holds the sources as data/README.md lists them. A label is keyed by source, document and the SHA-256 (16 digits) of the
sentence with its white space squeezed; `span` and `previous` are bytes of the document's text, a mention is bytes of the squeezed
sentence. A label without a span corrects a sentence of DATA/negotiation_stance/train.jsonl. A sentence whose text is not found
at its place is an error: the source has changed.
"""

import argparse
import gzip
import hashlib
import json
import sys
from pathlib import Path

LABELS = Path(__file__).resolve().parent.parent / "data" / "labels"
SOURCES = {
    "tehran_times": "tehran_times/articles.jsonl.gz",
    "wh_briefings": "wh_briefings/documents.jsonl.gz",
    "wp_current_events": "wp_current_events/items.jsonl.gz",
}
BASE = "negotiation_stance/train.jsonl"
# Sentences that models are judged on; the same words in another document are left out of training too.
JUDGED = ["negotiation_stance/dev.jsonl"]


class Fault(Exception):
    """A fault with its place, to be shown without a traceback."""


def squeeze(text):
    return " ".join(text.split())


def key(sentence):
    return hashlib.sha256(squeeze(sentence).encode()).hexdigest()[:16]


def read_lines(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise Fault(f"{path}:{number}: not JSON: {error}") from error


def without_text(labelled):
    """A labelled sentence as it is kept: places and hashes for texts."""
    sentence = squeeze(labelled["sentence"])
    holders = []
    for holder in labelled["holders"]:
        kept = {name: holder[name] for name in ("actor", "stance", "mode", "basis")}
        mention = squeeze(holder.get("mention") or "")
        if mention:
            start = len(sentence[: sentence.index(mention)].encode())
            kept["mention"] = [start, start + len(mention.encode())]
        if holder.get("claimed_by"):
            kept["claimed_by"] = holder["claimed_by"]
        holders.append(kept)
    record = {"source": labelled["source"], "doc": str(labelled["doc"]), "sentence": key(sentence)}
    if "span" in labelled:
        record["span"] = labelled["span"]
        record["previous"] = labelled["previous_spans"]
    return {**record, "tone": labelled["tone"], "holders": holders}


def with_text(label, sentence):
    """The holders of a kept label with their words."""
    squeezed = squeeze(sentence).encode()
    holders = []
    for holder in label["holders"]:
        start, end = holder.get("mention", (0, 0))
        mention = squeezed[start:end].decode()
        holders.append({**holder, "mention": mention, "claimed_by": holder.get("claimed_by")})
    return holders


def build(data, out):
    corrections, additions = {}, []
    for path in sorted(LABELS.glob("*.jsonl")):
        for label in read_lines(path):
            place = (label["source"], label["doc"], label["sentence"])
            if "span" in label:
                additions.append((path.name, label))
            else:
                corrections[place] = label
    wanted = {(label["source"], label["doc"]) for _, label in additions}
    documents = {}
    for source, name in SOURCES.items():
        if any(of == source for of, _ in wanted):
            for document in read_lines(data / name):
                if (source, str(document["id"])) in wanted:
                    documents[source, str(document["id"])] = document
    judged = {key(one["sentence"]) for name in JUDGED if (data / name).exists() for one in read_lines(data / name)}
    sentences, corrected, seen = [], 0, set()
    for sentence in read_lines(data / BASE):
        place = (sentence["source"], str(sentence["doc"]), key(sentence["sentence"]))
        label = corrections.get(place)
        if place[2] in judged:
            continue
        if label:
            corrected += 1
            sentence = {**sentence, "tone": label["tone"], "holders": with_text(label, sentence["sentence"])}
        seen.add(place)
        sentences.append(sentence)
    for name, label in additions:
        place = (label["source"], label["doc"], label["sentence"])
        if place in seen or place[2] in judged:
            continue
        seen.add(place)
        document = documents.get(place[:2])
        if document is None:
            raise Fault(f"{name}: {label['source']} has no document '{label['doc']}'")
        text = document["text"].encode()
        cut = lambda span: text[span[0] : span[1]].decode("utf-8", "replace")
        sentence = cut(label["span"])
        if key(sentence) != label["sentence"]:
            raise Fault(f"{name}: {label['source']}/{label['doc']}: the text at bytes {label['span']} is not the labelled sentence")
        sentences.append(
            {
                "id": f"{label['source']}-{label['doc']}-{label['span'][0]}",
                "source": label["source"],
                "doc": label["doc"],
                "date": document.get("date"),
                "title": document.get("title") or "",
                "previous": [squeeze(cut(span)) for span in label["previous"]],
                "sentence": squeeze(sentence),
                "tone": label["tone"],
                "holders": with_text(label, sentence),
            }
        )
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "stance.jsonl", "w", encoding="utf-8") as file:
        for sentence in sentences:
            file.write(json.dumps(sentence, ensure_ascii=False) + "\n")
    print(f"{len(sentences)} sentences, {corrected} of them corrected, {len(additions)} labelled in data/labels", file=sys.stderr)


def keep(labelled, name):
    records = [without_text(one) for one in read_lines(labelled)]
    records.sort(key=lambda record: (record["source"], record["doc"], record.get("span", [0, 0]), record["sentence"]))
    with open(LABELS / f"{name}.jsonl", "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    print(f"{len(records)} labels in data/labels/{name}.jsonl", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build")
    command.add_argument("data", type=Path)
    command.add_argument("out", type=Path)
    command = commands.add_parser("keep")
    command.add_argument("labelled", type=Path)
    command.add_argument("name")
    args = parser.parse_args()
    try:
        if args.command == "build":
            build(args.data, args.out)
        else:
            keep(args.labelled, args.name)
    except (Fault, OSError) as fault:
        print(f"training_set.py: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
