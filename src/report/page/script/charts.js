// Charts: an index with its interval, shares as a bar, a path over time.

const whisker = (figures, width = 150) => {
  const x = (v) => 6 + ((v + 1) / 2) * (width - 12);
  return svg(
    "svg",
    {
      width,
      height: 18,
      viewBox: `0 0 ${width} 18`,
      role: "img",
      "aria-label": `index ${signed(figures.index)}, interval ${bounds(figures.interval)}`,
    },
    svg("line", { class: "axis", x1: x(-1), x2: x(1), y1: 9, y2: 9 }),
    svg("line", { class: "zero", x1: x(0), x2: x(0), y1: 2, y2: 16 }),
    figures.interval
      ? svg("line", { class: "whisker", x1: x(figures.interval.low), x2: x(figures.interval.high), y1: 9, y2: 9 })
      : null,
    svg("circle", { class: "dot", cx: x(figures.index), cy: 9, r: 4 }),
  );
};
const bar = (figures) =>
  el(
    "span",
    { class: "bar", role: "img", "aria-label": STANCES.map((s) => `${s} ${percent(figures[s].share)}`).join(", ") },
    STANCES.map((s) =>
      el("i", {
        class: s,
        style: `width:${100 * figures[s].share}%`,
        title: `${s} ${percent(figures[s].share)} (${figures[s].count})`,
      }),
    ),
  );

// The path over time: a line with a band, and the numbers of statements below.
const timeline = (actor, onPick) => {
  const of = new Map();
  for (const id of actor.ids) {
    const p = periodOf(dateOf(id), state.by);
    if (p) {
      if (!of.has(p)) of.set(p, []);
      of.get(p).push(id);
    }
  }
  const names = [...of.keys()].sort();
  const dated = actor.ids.filter(dateOf).length,
    placed = [...of.values()].reduce((n, ids) => n + ids.length, 0);
  const coarse = dated > placed ? ` ${counted(dated - placed, "statement")} with a date too coarse.` : "";
  if (names.length < 2)
    return el(
      "p",
      { class: "quiet" },
      (names.length
        ? `All that are dated to the ${state.by} are of one.`
        : `No statement is dated to the ${state.by}.`) + coarse,
    );
  // The report's own figures where it has them; others are linearised.
  const own = actor.row && report.series && report.series.by === state.by ? actor.row.series : [];
  const reported = new Map(own.map((point) => [point.period, point]));
  const place = (name) => {
    // days, weeks, months or quarters since a beginning, so that gaps show
    const [year, rest] = name.split("-");
    return state.by === "day"
      ? Date.parse(name) / 864e5
      : state.by === "month"
        ? year * 12 + Number(rest)
        : state.by === "quarter"
          ? year * 4 + Number(rest.slice(1))
          : Math.round(Date.UTC(year, 0, 4) / 6048e5) + Number(rest.slice(1));
  };
  const width = 900,
    height = 240,
    left = 46,
    right = 12,
    top = 12,
    low = 170;
  const first = place(names[0]),
    span = Math.max(1, place(names[names.length - 1]) - first);
  const x = (name) => left + ((place(name) - first) / span) * (width - left - right),
    y = (v) => top + ((1 - v) / 2) * (low - top);
  const points = names.map((name) => ({ ...(reported.get(name) || figuresOf(of.get(name))), name }));
  const most = Math.max(...points.map((p) => p.statements));
  // The band where neighbours both have an interval; a line at a point that stands alone.
  const runs = points
    .reduce(
      (all, p) => {
        if (!p.interval) all.push([]);
        else all[all.length - 1].push(p);
        return all;
      },
      [[]],
    )
    .filter((run) => run.length);
  const edge = (list, key) => list.map((p) => `${x(p.name).toFixed(1)},${y(p.interval[key]).toFixed(1)}`);
  const chart = svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "group",
      "aria-label": `stance index by ${state.by}, from ${names[0]} to ${names[names.length - 1]}`,
    },
    [-1, 0, 1].map((v) => [
      svg("line", { class: "axis", x1: left, x2: width - right, y1: y(v), y2: y(v) }),
      svg("text", { x: left - 8, y: y(v) + 4, "text-anchor": "end" }, v > 0 ? "+1" : String(v)),
    ]),
    svg("text", { x: 12, y: y(0), transform: `rotate(-90 12 ${y(0)})`, "text-anchor": "middle" }, "stance index"),
    svg("text", { x: left - 8, y: 215, "text-anchor": "end" }, `n, to ${most}`),
    runs.map((run) =>
      run.length > 1
        ? svg("polygon", {
            class: "bandfill",
            points: [...edge(run, "high"), ...edge(run, "low").reverse()].join(" "),
          })
        : svg("line", {
            class: "lone",
            x1: x(run[0].name),
            x2: x(run[0].name),
            y1: y(run[0].interval.low),
            y2: y(run[0].interval.high),
          }),
    ),
    svg("polyline", {
      class: "path",
      points: points.map((p) => `${x(p.name).toFixed(1)},${y(p.index).toFixed(1)}`).join(" "),
    }),
    points.map((p) =>
      svg("rect", {
        x: x(p.name) - 2,
        width: 4,
        y: 220 - (36 * p.statements) / most,
        height: (36 * p.statements) / most,
        fill: "var(--quiet)",
      }),
    ),
  );
  for (const p of points) {
    const said = `${p.name}: index ${signed(p.index)}, interval ${bounds(p.interval)}, ${counted(p.statements, "statement")} in ${counted(p.articles, "article")}`;
    const pick = () => onPick(p.name);
    chart.append(
      svg(
        "circle",
        {
          class: "point",
          cx: x(p.name),
          cy: y(p.index),
          r: 5,
          tabindex: 0,
          role: "button",
          "aria-label": said,
          onclick: pick,
          onkeydown: (e) => {
            if (e.key === "Enter" || e.key === " ") {
              e.preventDefault();
              pick();
            }
          },
        },
        svg("title", {}, said),
      ),
    );
  }
  // As many names as fit beside each other, the first and the last always.
  let taken = -Infinity;
  const end = x(names[names.length - 1]);
  for (const name of names) {
    const last = name === names[names.length - 1],
      at = x(name);
    if (!last && (at < taken + 70 || at > end - 70)) continue;
    taken = at;
    chart.append(
      svg("text", { x: at, y: 235, "text-anchor": at < left + 30 ? "start" : last ? "end" : "middle" }, name),
    );
  }
  return el(
    "div",
    {},
    el("div", { class: "scroll" }, chart),
    coarse ? el("p", { class: "small quiet" }, coarse) : null,
    reported.size ? null : el("p", { class: "small quiet" }, "Intervals linearised, not resampled."),
    el(
      "details",
      {},
      el("summary", { class: "small" }, "The same as a table"),
      el(
        "table",
        {},
        heads([state.by, "n", "articles", "index", "95% interval"]),
        el(
          "tbody",
          {},
          points.map((p) =>
            el(
              "tr",
              {},
              el("th", { scope: "row" }, el("button", { type: "button", onclick: () => onPick(p.name) }, p.name)),
              el("td", {}, p.statements),
              el("td", {}, p.articles),
              el("td", {}, signed(p.index)),
              el("td", {}, bounds(p.interval)),
            ),
          ),
        ),
      ),
    ),
  );
};
