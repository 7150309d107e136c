// All actors: the answer in words, the table, the contradictions.

const main = document.getElementById("main");
const sections = {};
const section = (id, title) => {
  const body = el("div", { id: `${id}-body` });
  sections[id] = body;
  return el("section", { id, "aria-label": title }, el("h2", {}, title), body);
};
const replace = (id, ...children) => sections[id].replaceChildren(...children.flat(Infinity).filter((c) => c !== null));

let current = [];
const rows = () => {
  if (isPlain()) {
    const ids = groups(),
      numbers = new Map(details.actors.map((name, number) => [name, number]));
    const row = (r) => ({
      actor: numbers.get(r.actor),
      name: r.actor,
      figures: r,
      ids: ids.get(numbers.get(r.actor)) || [],
      row: r,
    });
    return { listed: report.actors.map(row), unattributed: report.unattributed ? row(report.unattributed) : null };
  }
  const all = [...groups()].map(([actor, ids]) => ({
    actor,
    name: details.actors[actor],
    figures: figuresOf(ids),
    ids,
  }));
  return {
    listed: all.filter((r) => r.name !== details.unattributed && r.figures.statements >= details.min_statements),
    unattributed: all.find((r) => r.name === details.unattributed) || null,
  };
};
// As the report orders: most statements, or most supportive, first.
const byKey = (key) => (a, b) => {
  const f = a.figures,
    g = b.figures,
    n = g.statements - f.statements || g.articles - f.articles,
    index = Math.round(1e4 * g.index) - Math.round(1e4 * f.index);
  return (key === "n" ? n || index : index || n) || (a.name < b.name ? -1 : 1);
};

const answer = (listed) => {
  const sure = listed.filter((r) => r.figures.interval && (r.figures.interval.low > 0 || r.figures.interval.high < 0));
  const names = (list, more) => {
    const shown = list.slice(0, 5).flatMap((r, i) => [i ? ", " : "", link(r), ` (${signed(r.figures.index)})`]);
    return list.length
      ? [
          el("strong", {}, more),
          ": ",
          ...shown,
          list.length > 5 ? ` and ${counted(list.length - 5, "more actor")}` : "",
          ". ",
        ]
      : [];
  };
  const turns = isPlain() ? report.actors.flatMap((r) => r.turns.map((t) => ({ ...t, actor: r.actor }))) : [];
  turns.sort((a, b) => (a.after < b.after ? 1 : -1));
  const moved = turns
    .slice(0, 4)
    .flatMap((t) => [
      el("li", {}, `${t.actor} turned ${t.to > t.from ? "toward" : "away from"} talks between ${turned(t)}`),
    ]);
  replace(
    "answer",
    el(
      "p",
      {},
      names(
        sure.filter((r) => r.figures.index > 0).sort((a, b) => b.figures.statements - a.figures.statements),
        "For talks",
      ),
      names(
        sure.filter((r) => r.figures.index < 0).sort((a, b) => b.figures.statements - a.figures.statements),
        "Against",
      ),
      sure.length ? "" : "No actor's interval is clear of zero.",
      listed.length > sure.length ? ` ${counted(listed.length - sure.length, "actor")} could be on either side.` : "",
    ),
    moved.length
      ? el("p", {}, el("strong", {}, "Who moved:"))
      : el(
          "p",
          { class: "quiet" },
          isPlain()
            ? "No turning point stands out."
            : "Turning points are of the whole report; take the filters away to see them.",
        ),
    moved.length ? el("ul", {}, moved) : null,
  );
};
const link = (r) => el("button", { type: "button", onclick: () => open(r.actor) }, r.name);

const overview = (listed, unattributed) => {
  const order = [...listed].sort(byKey(state.sort));
  const shown = state.all ? order : order.slice(0, ROWS);
  const head = (key, title) =>
    el(
      "th",
      { scope: "col", "aria-sort": state.sort === key ? "descending" : null },
      el(
        "button",
        {
          type: "button",
          id: `sort-${key}`,
          onclick: () => {
            state.sort = key;
            overview(listed, unattributed);
            document.getElementById(`sort-${key}`).focus();
          },
        },
        title,
      ),
    );
  const line = (r) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, link(r)),
      el("td", {}, el("button", { type: "button", onclick: () => open(r.actor) }, grouped(r.figures.statements))),
      el("td", { class: "narrow-gone" }, grouped(r.figures.articles)),
      el("td", {}, signed(r.figures.index)),
      el("td", { class: "narrow-gone small" }, bounds(r.figures.interval)),
      el("td", { class: "narrow-gone" }, whisker(r.figures)),
      el("td", {}, bar(r.figures)),
      STANCES.map((s, k) =>
        el(
          "td",
          { class: "narrow-gone" },
          el(
            "button",
            {
              type: "button",
              "aria-label": `${r.figures[s].count} ${s}`,
              onclick: () => open(r.actor, { stance: k }),
            },
            grouped(r.figures[s].count),
          ),
        ),
      ),
    );
  replace(
    "overview",
    el(
      "p",
      { class: "key small quiet" },
      "Index from -1 (against talks) to +1 (for them), with its 95% interval.",
      STANCES.map((s) => [el("i", { class: s }), s]),
    ),
    el(
      "div",
      { class: "scroll" },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "col" }, "actor"),
            head("n", "n"),
            el("th", { scope: "col", class: "narrow-gone" }, "articles"),
            head("index", "index"),
            el("th", { scope: "col", class: "narrow-gone" }, "95% interval"),
            el("th", { scope: "col", class: "narrow-gone" }, "-1 to +1"),
            el("th", { scope: "col" }, "stances"),
            STANCES.map((s) => el("th", { scope: "col", class: "narrow-gone" }, s)),
          ),
        ),
        el("tbody", {}, shown.map(line), unattributed ? line(unattributed) : null),
      ),
    ),
    order.length > shown.length
      ? el(
          "button",
          {
            type: "button",
            class: "wide more",
            onclick: () => {
              state.all = true;
              overview(listed, unattributed);
              document.getElementById("sort-n").focus();
            },
          },
          `Show all ${grouped(order.length)} actors`,
        )
      : null,
    order.length || unattributed || isPlain() ? null : el("p", {}, "No statement is within the filters."),
  );
};

const quoted = (e) =>
  el(
    "div",
    { class: `statement s${STANCES.indexOf(e.stance)}` },
    el("p", {}, e.sentence),
    el(
      "p",
      { class: "small quiet" },
      `${e.stance} ${e.probability.toFixed(2)}; ${sourceOf(e.outlet, e.date, e.title, e.article_id)}, sentence ${e.sentence_index + 1}`,
    ),
  );
const contradictions = () => {
  const pairs = report.actors.flatMap((r) => r.contradictions.map((c) => ({ ...c, actor: r.actor })));
  replace(
    "contradictions",
    el(
      "p",
      { class: "small quiet" },
      `Of the whole report, whatever the filters${pairs.length > 30 ? `; the first 30 of ${grouped(pairs.length)}` : ""}.`,
    ),
    pairs.length
      ? pairs
          .slice(0, 30)
          .map((c) =>
            el(
              "div",
              {},
              el(
                "h3",
                {},
                `${c.actor}: ${c.days === 0 ? "the same day" : "within " + counted(Math.abs(c.days), "day")}`,
              ),
              el("div", { class: "pair" }, quoted(c.support), quoted(c.oppose)),
            ),
          )
      : el("p", { class: "quiet" }, "Nobody both supports and opposes within a fortnight."),
  );
};
