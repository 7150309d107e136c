"use strict";
(() => {
  const json = id => JSON.parse(document.getElementById(id).textContent);
  const report = json("report"), details = json("details"), columns = details.columns;
  const count = columns.actor.length;
  const STANCES = ["support", "conditional", "oppose"], MODES = ["direct", "indirect", "mediated", "unspecified"];
  const BASES = ["statement", "action", "claimed"], LENGTHS = ["week", "month", "quarter"];
  const PAGE = 20, ROWS = 40;

  // Text goes in as text; nothing here sets markup.
  const fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) node.append(child);
    return node;
  };
  const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  const svg = (tag, attributes, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const signed = x => { const t = x.toFixed(2); return t === "-0.00" || t === "0.00" ? "0.00" : x > 0 ? "+" + t : t; };
  const grouped = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const counted = (n, noun) => `${grouped(n)} ${noun}${n === 1 ? "" : "s"}`;
  const percent = x => `${Math.round(100 * x)}%`;
  const bounds = i => i ? `${signed(i.low)}, ${signed(i.high)}` : "n/a";

  // Texts, read when first looked at.
  const chunks = new Map();
  const text = id => {
    let low = 0, high = details.firsts.length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (details.firsts[middle] <= id) low = middle; else high = middle - 1; }
    if (!chunks.has(low)) chunks.set(low, json(`chunk-${low}`));
    const chunk = chunks.get(low), statement = chunk.statements[id - details.firsts[low]];
    return { ...statement, whole: chunk.paragraphs[statement.paragraph] };
  };

  const plain = () => ({ outlet: "", from: "", to: "", stance: "", basis: "", words: "", rollup: details.rolled_up, by: report.series ? report.series.by : "month" });
  const state = { ...plain(), actor: null, sort: "n", all: false };
  if (!LENGTHS.includes(state.by)) state.by = "month";
  const isPlain = () => { const p = plain(); return ["outlet", "from", "to", "stance", "basis", "words", "rollup"].every(k => state[k] === p[k]); };
  const dateOf = id => details.articles[columns.article[id]].date;

  const periodOf = (date, by) => {
    if (!date || date.length < 7) return null;
    const [year, month, day] = date.split("-").map(Number);
    if (by === "month") return date.slice(0, 7);
    if (by === "quarter") return `${date.slice(0, 4)}-Q${Math.ceil(month / 3)}`;
    if (!day) return null;
    const thursday = new Date(Date.UTC(year, month - 1, day));
    thursday.setUTCDate(thursday.getUTCDate() + 3 - (thursday.getUTCDay() + 6) % 7);
    const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
    return `${String(thursday.getUTCFullYear()).padStart(4, "0")}-W${String(1 + Math.floor((thursday - first) / 6048e5)).padStart(2, "0")}`;
  };
  const admits = id => {
    if (state.outlet !== "" && details.articles[columns.article[id]].outlet !== Number(state.outlet)) return false;
    if (state.stance !== "" && columns.stance[id] !== Number(state.stance)) return false;
    if (state.basis !== "" && columns.basis[id] !== Number(state.basis)) return false;
    if (state.from || state.to) {
      const date = dateOf(id);
      if (!date) return false;
      // A coarse date counts when all of it lies inside.
      if (state.from && (date.length < 10 ? date + "-01-01".slice(date.length - 4) : date) < state.from) return false;
      if (state.to && (date.length < 10 ? date + "-12-31".slice(date.length - 4) : date) > state.to) return false;
    }
    if (state.words) {
      const t = text(id);
      if (!t.whole.slice(t.start, t.end).toLowerCase().includes(state.words.toLowerCase())) return false;
    }
    return true;
  };

  // Statements by actor; rolled up, a sentence counts once for an actor, its own statements first.
  const groups = () => {
    const found = new Map();
    const push = (actor, entry) => { if (!found.has(actor)) found.set(actor, []); found.get(actor).push(entry); };
    for (let id = 0; id < count; id++) {
      if (!admits(id)) continue;
      const actor = columns.actor[id];
      if (!state.rollup) push(actor, id);
      else for (const above of details.chains[actor]) push(above, [id, above !== actor]);
    }
    if (!state.rollup) return found;
    for (const [actor, entries] of found) {
      const kept = [];
      for (let at = 0; at < entries.length;) {
        let end = at;
        const place = e => `${columns.article[e[0]]} ${columns.sentence[e[0]]}`;
        while (end < entries.length && place(entries[end]) === place(entries[at])) end++;
        const same = entries.slice(at, end), own = same.filter(e => !e[1]);
        if (own.length) kept.push(...own.map(e => e[0]));
        else kept.push(same.reduce((a, b) => columns.position[b[0]] > columns.position[a[0]] ? b : a)[0]);
        at = end;
      }
      found.set(actor, kept);
    }
    return found;
  };

  // As the report counts, but for the interval: linearised instead of resampled.
  const figuresOf = ids => {
    const stances = [0, 0, 0], clusters = new Map();
    let sum = 0;
    for (const id of ids) {
      stances[columns.stance[id]]++;
      const leaning = columns.leaning[id] / 1e4, article = columns.article[id];
      sum += leaning;
      const cluster = clusters.get(article) || [0, 0];
      cluster[0] += leaning; cluster[1]++;
      clusters.set(article, cluster);
    }
    const n = ids.length, index = n ? sum / n : 0;
    let interval = null;
    if (clusters.size > 1) {
      const size = 0.5 * n / clusters.size, all = [...clusters.values(), [size, size], [-size, size]];
      const total = n + 2 * size, mean = sum / total;
      const spread = all.reduce((v, [s, c]) => v + (s - mean * c) ** 2, 0) * all.length / (all.length - 1);
      const half = 1.96 * Math.sqrt(spread) / total;
      interval = { low: Math.max(-1, Math.min(index, mean - half)), high: Math.min(1, Math.max(index, mean + half)) };
    }
    const share = k => ({ count: stances[k], share: n ? stances[k] / n : 0 });
    return { statements: n, articles: clusters.size, index, interval, support: share(0), conditional: share(1), oppose: share(2) };
  };

  const whisker = (figures, width = 150) => {
    const x = v => 6 + (v + 1) / 2 * (width - 12);
    return svg("svg", { width, height: 18, viewBox: `0 0 ${width} 18`, role: "img", "aria-label": `index ${signed(figures.index)}, interval ${bounds(figures.interval)}` },
      svg("line", { class: "axis", x1: x(-1), x2: x(1), y1: 9, y2: 9 }), svg("line", { class: "zero", x1: x(0), x2: x(0), y1: 2, y2: 16 }),
      figures.interval ? svg("line", { class: "whisker", x1: x(figures.interval.low), x2: x(figures.interval.high), y1: 9, y2: 9 }) : null,
      svg("circle", { class: "dot", cx: x(figures.index), cy: 9, r: 4 }));
  };
  const bar = figures => el("span", { class: "bar", role: "img", "aria-label": STANCES.map(s => `${s} ${percent(figures[s].share)}`).join(", ") },
    STANCES.map(s => el("i", { class: s, style: `width:${100 * figures[s].share}%`, title: `${s} ${percent(figures[s].share)} (${figures[s].count})` })));

  const main = document.getElementById("main");
  const sections = {};
  const section = (id, title) => {
    const body = el("div", { id: `${id}-body` });
    sections[id] = body;
    return el("section", { id, "aria-label": title }, el("h2", {}, title), body);
  };
  const replace = (id, ...children) => sections[id].replaceChildren(...children.flat(Infinity).filter(c => c !== null));

  let current = [];
  const rows = () => {
    if (isPlain()) {
      const ids = groups(), numbers = new Map(details.actors.map((name, number) => [name, number]));
      const row = r => ({ actor: numbers.get(r.actor), name: r.actor, figures: r, ids: ids.get(numbers.get(r.actor)) || [], row: r });
      return { listed: report.actors.map(row), unattributed: report.unattributed ? row(report.unattributed) : null };
    }
    const all = [...groups()].map(([actor, ids]) => ({ actor, name: details.actors[actor], figures: figuresOf(ids), ids }));
    all.sort((a, b) => b.figures.statements - a.figures.statements || b.figures.articles - a.figures.articles || (a.name < b.name ? -1 : 1));
    return { listed: all.filter(r => r.name !== details.unattributed), unattributed: all.find(r => r.name === details.unattributed) || null };
  };

  const answer = listed => {
    const sure = listed.filter(r => r.figures.interval && (r.figures.interval.low > 0 || r.figures.interval.high < 0));
    const names = (list, more) => {
      const shown = list.slice(0, 5).flatMap((r, i) => [i ? ", " : "", link(r), ` (${signed(r.figures.index)})`]);
      return list.length ? [el("strong", {}, more), ": ", ...shown, list.length > 5 ? ` and ${counted(list.length - 5, "more actor")}` : "", ". "] : [];
    };
    const turns = isPlain() ? report.actors.flatMap(r => r.turns.map(t => ({ ...t, actor: r.actor }))) : [];
    turns.sort((a, b) => a.after < b.after ? 1 : -1);
    const moved = turns.slice(0, 4).flatMap(t => [el("li", {}, `${t.actor} turned ${t.to > t.from ? "toward" : "away from"} talks between ${t.before} and ${t.after}: ${signed(t.from)} to ${signed(t.to)} (p ${t.p.toFixed(3)})`)]);
    replace("answer",
      el("p", {}, names(sure.filter(r => r.figures.index > 0).sort((a, b) => b.figures.statements - a.figures.statements), "For talks"), names(sure.filter(r => r.figures.index < 0).sort((a, b) => b.figures.statements - a.figures.statements), "Against"),
        sure.length ? "" : "No actor's interval is clear of zero.", listed.length > sure.length ? ` ${counted(listed.length - sure.length, "actor")} could be on either side.` : ""),
      moved.length ? el("p", {}, el("strong", {}, "Who moved:")) : el("p", { class: "quiet" }, isPlain() ? "No turning point stands out." : "Turning points are of the whole report; take the filters away to see them."),
      moved.length ? el("ul", {}, moved) : null);
  };
  const link = r => el("button", { type: "button", onclick: () => open(r.actor) }, r.name);

  const overview = (listed, unattributed) => {
    const order = [...listed];
    if (state.sort === "index") order.sort((a, b) => b.figures.index - a.figures.index);
    const shown = state.all ? order : order.slice(0, ROWS);
    const head = (key, title) => el("th", { scope: "col", "aria-sort": state.sort === key ? "descending" : null }, el("button", { type: "button", onclick: () => { state.sort = key; draw(); } }, title));
    const line = r => el("tr", {},
      el("th", { scope: "row" }, link(r)),
      el("td", {}, el("button", { type: "button", onclick: () => open(r.actor) }, grouped(r.figures.statements))),
      el("td", { class: "narrow-gone" }, grouped(r.figures.articles)),
      el("td", {}, signed(r.figures.index)), el("td", { class: "narrow-gone small" }, bounds(r.figures.interval)),
      el("td", { class: "narrow-gone" }, whisker(r.figures)), el("td", {}, bar(r.figures)),
      STANCES.map((s, k) => el("td", { class: "narrow-gone" }, el("button", { type: "button", "aria-label": `${r.figures[s].count} ${s}`, onclick: () => open(r.actor, { stance: k }) }, grouped(r.figures[s].count)))));
    replace("overview",
      el("p", { class: "key small quiet" }, "Index from -1 (against talks) to +1 (for them), with its 95% interval.", STANCES.map(s => [el("i", { class: s }), s])),
      el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "actor"), head("n", "n"), el("th", { scope: "col", class: "narrow-gone" }, "articles"), head("index", "index"),
        el("th", { scope: "col", class: "narrow-gone" }, "95% interval"), el("th", { scope: "col", class: "narrow-gone" }, "-1 to +1"), el("th", { scope: "col" }, "stances"), STANCES.map(s => el("th", { scope: "col", class: "narrow-gone" }, s)))),
        el("tbody", {}, shown.map(line), unattributed ? line(unattributed) : null))),
      order.length > shown.length ? el("button", { type: "button", class: "wide more", onclick: () => { state.all = true; draw(); } }, `Show all ${grouped(order.length)} actors`) : null,
      order.length ? null : el("p", {}, "No statement is within the filters."));
  };

  const quoted = e => el("div", { class: `statement s${STANCES.indexOf(e.stance)}` }, el("p", {}, e.sentence),
    el("p", { class: "small quiet" }, `${e.stance} ${e.probability.toFixed(2)}; ${[e.outlet, e.date, e.title].filter(Boolean).join(", ") || e.article_id}, sentence ${e.sentence_index + 1}`));
  const contradictions = () => {
    const pairs = report.actors.flatMap(r => r.contradictions.map(c => ({ ...c, actor: r.actor })));
    replace("contradictions", pairs.length ? pairs.slice(0, 30).map(c => el("div", {}, el("h3", {}, `${c.actor}: ${c.days === 0 ? "the same day" : "within " + counted(Math.abs(c.days), "day")}`), el("div", { class: "pair" }, quoted(c.support), quoted(c.oppose))))
      : el("p", { class: "quiet" }, "Nobody both supports and opposes within a fortnight."));
  };

  // The path over time: a line with a band, and the numbers of statements below.
  const timeline = (ids, onPick) => {
    const of = new Map();
    for (const id of ids) { const p = periodOf(dateOf(id), state.by); if (p) { if (!of.has(p)) of.set(p, []); of.get(p).push(id); } }
    const names = [...of.keys()].sort();
    if (names.length < 2) return el("p", { class: "quiet" }, names.length ? `All dated statements are of one ${state.by}.` : "No statement is dated.");
    const place = name => { // months, weeks or quarters since year 0, so that gaps show
      const [year, rest] = name.split("-");
      return state.by === "month" ? year * 12 + Number(rest) : state.by === "quarter" ? year * 4 + Number(rest.slice(1)) : Math.round(Date.UTC(year, 0, 4) / 6048e5) + Number(rest.slice(1));
    };
    const width = 900, height = 240, left = 46, right = 12, top = 12, low = 170;
    const first = place(names[0]), span = Math.max(1, place(names[names.length - 1]) - first);
    const x = name => left + (place(name) - first) / span * (width - left - right), y = v => top + (1 - v) / 2 * (low - top);
    const points = names.map(name => ({ name, ids: of.get(name), ...figuresOf(of.get(name)) }));
    const most = Math.max(...points.map(p => p.statements));
    // The band where neighbours both have an interval; a line at a point that stands alone.
    const runs = points.reduce((all, p) => { if (!p.interval) all.push([]); else all[all.length - 1].push(p); return all; }, [[]]).filter(run => run.length);
    const edge = (list, key) => list.map(p => `${x(p.name).toFixed(1)},${y(p.interval[key]).toFixed(1)}`);
    const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `stance index by ${state.by}, from ${names[0]} to ${names[names.length - 1]}` },
      [-1, 0, 1].map(v => [svg("line", { class: "axis", x1: left, x2: width - right, y1: y(v), y2: y(v) }), svg("text", { x: left - 8, y: y(v) + 4, "text-anchor": "end" }, v > 0 ? "+1" : String(v))]),
      svg("text", { x: 12, y: y(0), transform: `rotate(-90 12 ${y(0)})`, "text-anchor": "middle" }, "stance index"),
      svg("text", { x: left - 8, y: 215, "text-anchor": "end" }, `n, to ${most}`),
      runs.map(run => run.length > 1 ? svg("polygon", { class: "bandfill", points: [...edge(run, "high"), ...edge(run, "low").reverse()].join(" ") })
        : svg("line", { class: "lone", x1: x(run[0].name), x2: x(run[0].name), y1: y(run[0].interval.low), y2: y(run[0].interval.high) })),
      svg("polyline", { class: "path", points: points.map(p => `${x(p.name).toFixed(1)},${y(p.index).toFixed(1)}`).join(" ") }),
      points.map(p => svg("rect", { x: x(p.name) - 2, width: 4, y: 220 - 36 * p.statements / most, height: 36 * p.statements / most, fill: "var(--quiet)" })));
    for (const p of points) {
      const said = `${p.name}: index ${signed(p.index)}, interval ${bounds(p.interval)}, ${counted(p.statements, "statement")} in ${counted(p.articles, "article")}`;
      const pick = () => onPick(p.name);
      chart.append(svg("circle", { class: "point", cx: x(p.name), cy: y(p.index), r: 5, tabindex: 0, role: "button", "aria-label": said, onclick: pick, onkeydown: e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); pick(); } } }, svg("title", {}, said)));
    }
    // As many names as fit beside each other, the first and the last always.
    let taken = -Infinity;
    const end = x(names[names.length - 1]);
    for (const name of names) {
      const last = name === names[names.length - 1], at = x(name);
      if (!last && (at < taken + 70 || at > end - 70)) continue;
      taken = at;
      chart.append(svg("text", { x: at, y: 235, "text-anchor": at < left + 30 ? "start" : last ? "end" : "middle" }, name));
    }
    return el("div", {}, el("div", { class: "scroll" }, chart), el("details", {}, el("summary", { class: "small" }, "The same as a table"),
      el("table", {}, el("thead", {}, el("tr", {}, [state.by, "n", "articles", "index", "95% interval"].map(t => el("th", { scope: "col" }, t)))),
        el("tbody", {}, points.map(p => el("tr", {}, el("th", { scope: "row" }, el("button", { type: "button", onclick: () => onPick(p.name) }, p.name)), el("td", {}, p.statements), el("td", {}, p.articles), el("td", {}, signed(p.index)), el("td", {}, bounds(p.interval))))))));
  };

  const statement = id => {
    const t = text(id), article = details.articles[columns.article[id]], stance = columns.stance[id];
    const cut = (from, to) => t.whole.slice(from, to);
    const sentence = t.mention ? [cut(t.start, t.mention[0]), el("span", { class: "holder", title: "the holder" }, cut(...t.mention)), cut(t.mention[1], t.end)] : [cut(t.start, t.end)];
    const source = [article.outlet === null ? null : details.outlets[article.outlet], article.date, article.title].filter(Boolean).join(", ") || article.id;
    return el("article", { class: `statement s${stance}` },
      el("p", {}, el("span", { class: "rest" }, cut(0, t.start)), el("mark", {}, sentence), el("span", { class: "rest" }, cut(t.end))),
      el("p", { class: "small quiet" }, el("strong", {}, `${details.actors[columns.actor[id]]}: ${STANCES[stance]} ${(columns.sure[id] / 100).toFixed(2)}`),
        `; ${MODES[columns.mode[id]]} talks; ${BASES[columns.basis[id]]}${t.claimed_by ? ` by ${t.claimed_by}` : ""}. Why this actor: ${t.reason}. `,
        article.url ? el("a", { href: article.url, rel: "noreferrer noopener" }, source) : source, `, sentence ${columns.sentence[id] + 1}`));
  };

  const open = (actor, chosen = {}) => {
    state.actor = actor;
    panel(chosen);
    document.getElementById("actor").scrollIntoView({ block: "start" });
  };
  const panel = (chosen = {}) => {
    const r = current.find(r => r.actor === state.actor);
    if (!r) return replace("actor", el("p", { class: "quiet" }, state.actor === null ? "Choose an actor above." : `${details.actors[state.actor]} has no statement within the filters.`));
    const f = r.figures;
    const pick = more => panel({ ...more });
    const tally = (names, column, key) => el("tr", {}, el("th", { scope: "row" }, key), names.map((name, k) => {
      const n = r.ids.filter(id => column[id] === k).length;
      return el("td", {}, el("button", { type: "button", onclick: () => pick({ [key]: k }) }, `${name} ${grouped(n)}`));
    }));
    const outlets = new Map();
    for (const id of r.ids) { const o = details.articles[columns.article[id]].outlet; if (o !== null) { if (!outlets.has(o)) outlets.set(o, []); outlets.get(o).push(id); } }
    const byOutlet = [...outlets].map(([o, ids]) => ({ o, f: figuresOf(ids) })).sort((a, b) => b.f.statements - a.f.statements);
    const wanted = id => (chosen.stance === undefined || columns.stance[id] === chosen.stance) && (chosen.mode === undefined || columns.mode[id] === chosen.mode)
      && (chosen.basis === undefined || columns.basis[id] === chosen.basis) && (chosen.outlet === undefined || details.articles[columns.article[id]].outlet === chosen.outlet)
      && (chosen.period === undefined || periodOf(dateOf(id), state.by) === chosen.period);
    const ids = r.ids.filter(wanted).sort((a, b) => { const [x, y] = [dateOf(a) || "", dateOf(b) || ""]; return x < y ? 1 : x > y ? -1 : a - b; });
    const said = [chosen.stance === undefined ? null : STANCES[chosen.stance], chosen.mode === undefined ? null : MODES[chosen.mode] + " talks", chosen.basis === undefined ? null : BASES[chosen.basis],
      chosen.outlet === undefined ? null : details.outlets[chosen.outlet], chosen.period].filter(Boolean);
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
    replace("actor", el("h3", { tabindex: -1 }, r.name),
      el("p", {}, `Index ${signed(f.index)} [${bounds(f.interval)}]; ${counted(f.statements, "statement")} in ${counted(f.articles, "article")}. `, bar(f), ` ${STANCES.map(s => `${s} ${percent(f[s].share)}`).join(", ")}`),
      r.row && r.row.audited ? el("p", {}, `Corrected by ${counted(r.row.audited.labelled, "label")}: index ${signed(r.row.audited.index)} [${bounds(r.row.audited.interval)}], raw ${signed(r.row.audited.raw_index)}; about ${counted(Math.round(r.row.audited.statements), "statement")}.`) : null,
      r.row && r.row.turns.length ? el("ul", {}, r.row.turns.map(t => el("li", {}, `Turned between ${t.before} and ${t.after}: ${signed(t.from)} to ${signed(t.to)} (p ${t.p.toFixed(3)})`))) : null,
      timeline(r.ids, period => pick({ period })),
      el("div", { class: "scroll" }, el("table", {}, el("tbody", {}, tally(STANCES, columns.stance, "stance"), tally(MODES, columns.mode, "mode"), tally(BASES, columns.basis, "basis")))),
      byOutlet.length > 1 ? el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ["outlet", "n", "index", "95% interval", "", "stances"].map(t => el("th", { scope: "col" }, t)))),
        el("tbody", {}, byOutlet.slice(0, 12).map(({ o, f }) => el("tr", {}, el("th", { scope: "row" }, el("button", { type: "button", onclick: () => pick({ outlet: o }) }, details.outlets[o])), el("td", {}, grouped(f.statements)), el("td", {}, signed(f.index)), el("td", {}, bounds(f.interval)), el("td", {}, whisker(f)), el("td", {}, bar(f))))))) : null,
      el("h3", {}, `${counted(ids.length, "statement")}${said.length ? ": " + said.join(", ") : ""}`, said.length ? el("button", { type: "button", class: "wide", style: "margin-left:1rem", onclick: () => pick({}) }, "Show all") : null),
      list, more);
  };

  const filters = () => {
    const option = (value, name) => el("option", { value }, name);
    const choose = (key, name, options) => el("label", {}, name, el("select", { name: key, onchange: e => { state[key] = e.target.value; draw(); } }, options));
    const day = (key, name) => el("label", {}, name, el("input", { type: "date", name: key, onchange: e => { state[key] = e.target.value; draw(); } }));
    const actors = [...new Set([...columns.actor, ...details.chains.flat()])].map(a => details.actors[a]).sort();
    const form = el("form", { class: "filters", onsubmit: e => e.preventDefault() },
      el("label", {}, "actor", el("input", { type: "search", name: "actor", list: "actors", onchange: e => { const actor = details.actors.indexOf(e.target.value); if (actor >= 0) open(actor); } })),
      el("datalist", { id: "actors" }, actors.slice(0, 2000).map(name => option(name, name))),
      el("label", {}, "words in the sentence", el("input", { type: "search", name: "words", onchange: e => { state.words = e.target.value.trim(); draw(); } })),
      details.outlets.length ? choose("outlet", "outlet", [option("", "all"), details.outlets.map((name, k) => option(k, name))]) : null,
      day("from", "from"), day("to", "to"),
      choose("stance", "stance", [option("", "all"), STANCES.map((s, k) => option(k, s))]), choose("basis", "basis", [option("", "all"), BASES.map((s, k) => option(k, s))]),
      choose("by", "timeline by", LENGTHS.map(l => el("option", { value: l, selected: l === state.by }, l))),
      el("label", { class: "check" }, el("input", { type: "checkbox", name: "rollup", checked: state.rollup, onchange: e => { state.rollup = e.target.checked; draw(); } }), "count persons for their countries"),
      el("button", { type: "reset", class: "wide", onclick: () => { Object.assign(state, plain()); setTimeout(draw); } }, "Clear"));
    return form;
  };

  const draw = () => {
    const { listed, unattributed } = rows();
    current = unattributed ? [...listed, unattributed] : listed;
    const n = current.reduce((sum, r) => sum + r.figures.statements, 0);
    document.getElementById("filtered").textContent = isPlain() ? "" : `Filtered: ${counted(n, "statement")} of ${counted(listed.length, "actor")}. Intervals of filtered figures and of the timelines are linearised, not resampled.`;
    answer(listed);
    overview(listed, unattributed);
    panel();
  };

  document.getElementById("plain").remove();
  main.prepend(
    el("nav", { class: "contents", "aria-label": "contents" }, [["answer", "Who stands where"], ["overview", "All actors"], ["actor", "One actor"], ["contradictions", "Contradictions"], ["method", "Method"]].map(([id, name]) => el("a", { href: `#${id}` }, name))),
    section("answer", "Who stands where, who moved"),
    el("section", { "aria-label": "filters" }, filters(), el("p", { id: "filtered", class: "small quiet", role: "status" })),
    section("overview", "All actors"), section("actor", "One actor"), section("contradictions", "Contradictions"));
  contradictions();
  draw();
})();
