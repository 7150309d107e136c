// One actor: figures, path, outlets, and the statements behind every number.

const statement = (id) => {
  const t = text(id),
    article = details.articles[columns.article[id]],
    stance = columns.stance[id];
  const cut = (from, to) => t.whole.slice(from, to);
  const sentence = t.mention
    ? [
        cut(t.start, t.mention[0]),
        el("span", { class: "holder", title: "the holder" }, cut(...t.mention)),
        cut(t.mention[1], t.end),
      ]
    : [cut(t.start, t.end)];
  const outlet = article.outlet === null ? null : details.outlets[article.outlet];
  const source = sourceOf(outlet, article.date, article.title, article.id);
  return el(
    "article",
    { class: `statement s${stance}` },
    el(
      "p",
      {},
      el("span", { class: "rest" }, cut(0, t.start)),
      el("mark", {}, sentence),
      el("span", { class: "rest" }, cut(t.end)),
    ),
    el(
      "p",
      { class: "small quiet" },
      el(
        "strong",
        {},
        `${details.actors[columns.actor[id]]}: ${STANCES[stance]} ${(columns.sure[id] / 100).toFixed(2)}`,
      ),
      `; ${MODES[columns.mode[id]]} talks; ${BASES[columns.basis[id]]}${t.claimed_by ? ` by ${t.claimed_by}` : ""}. Why this actor: ${t.reason}. `,
      article.url ? el("a", { href: article.url, rel: "noreferrer noopener" }, source) : source,
      `, sentence ${columns.sentence[id] + 1}`,
    ),
  );
};

const open = (actor, chosen = {}) => {
  state.actor = actor;
  panel(chosen);
  const section = document.getElementById("actor");
  section.scrollIntoView({ block: "start" });
  const heading = section.querySelector("h3");
  if (heading) heading.focus({ preventScroll: true });
};
const panel = (chosen = {}) => {
  const r = current.find((r) => r.actor === state.actor);
  if (!r)
    return replace(
      "actor",
      el(
        "p",
        { class: "quiet" },
        state.actor === null
          ? "Choose an actor above."
          : `${details.actors[state.actor]} ${isPlain() ? "is not in this report" : "has no statement within the filters"}.`,
      ),
    );
  const f = r.figures;
  const pick = (more) => {
    panel({ ...more });
    document.getElementById("chosen").focus();
  };
  const tally = (names, column, key) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, key),
      names.map((name, k) => {
        const n = r.ids.filter((id) => column[id] === k).length;
        return el(
          "td",
          {},
          el("button", { type: "button", onclick: () => pick({ [key]: k }) }, `${name} ${grouped(n)}`),
        );
      }),
    );
  const outlets = new Map();
  for (const id of r.ids) {
    const o = details.articles[columns.article[id]].outlet;
    if (o !== null) {
      if (!outlets.has(o)) outlets.set(o, []);
      outlets.get(o).push(id);
    }
  }
  const byOutlet = [...outlets]
    .map(([o, ids]) => ({ o, f: figuresOf(ids) }))
    .sort((a, b) => b.f.statements - a.f.statements);
  const wanted = (id) =>
    (chosen.stance === undefined || columns.stance[id] === chosen.stance) &&
    (chosen.mode === undefined || columns.mode[id] === chosen.mode) &&
    (chosen.basis === undefined || columns.basis[id] === chosen.basis) &&
    (chosen.outlet === undefined || details.articles[columns.article[id]].outlet === chosen.outlet) &&
    (chosen.period === undefined || periodOf(dateOf(id), state.by) === chosen.period);
  const ids = r.ids.filter(wanted).sort((a, b) => {
    const [x, y] = [dateOf(a) || "", dateOf(b) || ""];
    return x < y ? 1 : x > y ? -1 : a - b;
  });
  const said = [
    chosen.stance === undefined ? null : STANCES[chosen.stance],
    chosen.mode === undefined ? null : MODES[chosen.mode] + " talks",
    chosen.basis === undefined ? null : BASES[chosen.basis],
    chosen.outlet === undefined ? null : details.outlets[chosen.outlet],
    chosen.period,
  ].filter(Boolean);
  const list = el("div", { id: "statements" });
  let shown = 0;
  const more = el("button", { type: "button", class: "wide more", onclick: () => grow() }, "");
  const grow = () => {
    for (const id of ids.slice(shown, shown + PAGE)) list.append(statement(id));
    shown = Math.min(shown + PAGE, ids.length);
    more.textContent = `Show ${Math.min(PAGE, ids.length - shown)} more of ${grouped(ids.length - shown)}`;
    more.hidden = shown >= ids.length;
  };
  grow();
  replace(
    "actor",
    el("h3", { tabindex: -1 }, r.name),
    el(
      "p",
      {},
      `Index ${signed(f.index)} [${bounds(f.interval)}]; ${counted(f.statements, "statement")} in ${counted(f.articles, "article")}. `,
      bar(f),
      ` ${STANCES.map((s) => `${s} ${percent(f[s].share)}`).join(", ")}`,
    ),
    r.row && r.row.audited
      ? el(
          "p",
          {},
          `Corrected by ${counted(r.row.audited.labelled, "label")}: index ${signed(r.row.audited.index)} [${bounds(r.row.audited.interval)}], raw ${signed(r.row.audited.raw_index)}; about ${counted(Math.round(r.row.audited.statements), "statement")}.`,
        )
      : null,
    r.row && r.row.turns.length
      ? el(
          "ul",
          {},
          r.row.turns.map((t) =>
            el(
              "li",
              {},
              `Turned between ${turned(t)}`,
              (t.around || []).map((e) =>
                el(
                  "blockquote",
                  {},
                  `${e.sentence} `,
                  el("small", {}, [e.date, e.outlet, e.title].filter(Boolean).join(", ")),
                ),
              ),
            ),
          ),
        )
      : null,
    timeline(r, (period) => pick({ period })),
    el(
      "div",
      { class: "scroll" },
      el(
        "table",
        {},
        el(
          "tbody",
          {},
          tally(STANCES, columns.stance, "stance"),
          tally(MODES, columns.mode, "mode"),
          tally(BASES, columns.basis, "basis"),
        ),
      ),
    ),
    byOutlet.length > 1
      ? el(
          "div",
          { class: "scroll" },
          el(
            "table",
            {},
            heads(["outlet", "n", "index", "95% interval", "", "stances"]),
            el(
              "tbody",
              {},
              byOutlet
                .slice(0, 12)
                .map(({ o, f }) =>
                  el(
                    "tr",
                    {},
                    el(
                      "th",
                      { scope: "row" },
                      el("button", { type: "button", onclick: () => pick({ outlet: o }) }, details.outlets[o]),
                    ),
                    el("td", {}, grouped(f.statements)),
                    el("td", {}, signed(f.index)),
                    el("td", {}, bounds(f.interval)),
                    el("td", {}, whisker(f)),
                    el("td", {}, bar(f)),
                  ),
                ),
            ),
          ),
        )
      : null,
    el(
      "h3",
      { id: "chosen", tabindex: -1 },
      `${counted(ids.length, "statement")}${said.length ? ": " + said.join(", ") : ""}`,
      said.length
        ? el(
            "button",
            { type: "button", class: "wide", style: "margin-left:1rem", onclick: () => pick({}) },
            "Show all",
          )
        : null,
    ),
    list,
    more,
  );
};
