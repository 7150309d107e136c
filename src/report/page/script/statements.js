// Statements: their texts, the reader's filters, and what is counted over those that pass.

// Texts, read when first looked at.
const chunks = new Map();
const text = (id) => {
  let low = 0,
    high = details.firsts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (details.firsts[middle] <= id) low = middle;
    else high = middle - 1;
  }
  if (!chunks.has(low)) chunks.set(low, json(`chunk-${low}`));
  const chunk = chunks.get(low),
    statement = chunk.statements[id - details.firsts[low]];
  return { ...statement, whole: chunk.paragraphs[statement.paragraph] };
};

const plain = () => ({
  outlet: "",
  from: "",
  to: "",
  stance: "",
  basis: "",
  words: "",
  rollup: details.rolled_up,
  by: report.series ? report.series.by : "month",
});
const state = { ...plain(), actor: null, sort: details.sort, all: false };
const isPlain = () => {
  const p = plain();
  return ["outlet", "from", "to", "stance", "basis", "words", "rollup"].every((k) => state[k] === p[k]);
};
const dateOf = (id) => details.articles[columns.article[id]].date;

const periodOf = (date, by) => {
  if (!date || date.length < 7) return null;
  const [year, month, day] = date.split("-").map(Number);
  if (by === "month") return date.slice(0, 7);
  if (by === "quarter") return `${date.slice(0, 4)}-Q${Math.ceil(month / 3)}`;
  if (!day) return null;
  if (by === "day") return date;
  const thursday = new Date(Date.UTC(year, month - 1, day));
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${String(thursday.getUTCFullYear()).padStart(4, "0")}-W${String(1 + Math.floor((thursday - first) / 6048e5)).padStart(2, "0")}`;
};
// First and last day that a date may mean.
const daysOf = (date) => {
  if (date.length === 10) return [date, date];
  if (date.length === 4) return [`${date}-01-01`, `${date}-12-31`];
  const [year, month] = date.split("-").map(Number);
  return [`${date}-01`, `${date}-${String(new Date(Date.UTC(year, month, 0)).getUTCDate()).padStart(2, "0")}`];
};
const squeezed = (text) => text.replace(/\s+/g, " ").trim().toLowerCase();
// Filters that take whole sentences.
const admits = (id) => {
  if (state.outlet !== "" && details.articles[columns.article[id]].outlet !== Number(state.outlet)) return false;
  if (state.from || state.to) {
    const date = dateOf(id);
    if (!date) return false;
    // A coarse date counts when all of it lies inside.
    const [first, last] = daysOf(date);
    if ((state.from && first < state.from) || (state.to && last > state.to)) return false;
  }
  if (state.words) {
    const t = text(id);
    if (!squeezed(t.whole.slice(t.start, t.end)).includes(squeezed(state.words))) return false;
  }
  return true;
};
// Filters that take single statements: only after a roll-up has settled which statement of a sentence counts.
const passes = (id) =>
  (state.stance === "" || columns.stance[id] === Number(state.stance)) &&
  (state.basis === "" || columns.basis[id] === Number(state.basis));

// Statements by actor; rolled up, a sentence counts once for an actor, its own statements first.
const groups = () => {
  const found = new Map();
  const push = (actor, entry) => {
    if (!found.has(actor)) found.set(actor, []);
    found.get(actor).push(entry);
  };
  for (let id = 0; id < count; id++) {
    if (!admits(id)) continue;
    const actor = columns.actor[id];
    const actors = state.rollup ? details.chains[actor] : [actor];
    for (const above of actors) if (!only || only.has(above)) push(above, [id, above !== actor]);
  }
  for (const [actor, entries] of found) {
    const kept = (state.rollup ? onceASentence(entries) : entries).map((e) => e[0]).filter(passes);
    if (kept.length) found.set(actor, kept);
    else found.delete(actor);
  }
  return found;
};
const only = details.only ? new Set(details.only) : null;
const onceASentence = (entries) => {
  const kept = [];
  const same = ([a], [b]) => columns.article[a] === columns.article[b] && columns.sentence[a] === columns.sentence[b];
  for (let at = 0; at < entries.length;) {
    let end = at;
    while (end < entries.length && same(entries[end], entries[at])) end++;
    const sentence = entries.slice(at, end),
      own = sentence.filter((e) => !e[1]);
    if (own.length) kept.push(...own);
    else kept.push(sentence.reduce((a, b) => (columns.position[b[0]] > columns.position[a[0]] ? b : a)));
    at = end;
  }
  return kept;
};

// As the report counts, but for the interval: linearised instead of resampled.
const figuresOf = (ids) => {
  const stances = [0, 0, 0],
    clusters = new Map();
  let sum = 0;
  for (const id of ids) {
    stances[columns.stance[id]]++;
    const leaning = columns.leaning[id] / 1e4,
      article = columns.article[id];
    sum += leaning;
    const cluster = clusters.get(article) || [0, 0];
    cluster[0] += leaning;
    cluster[1]++;
    clusters.set(article, cluster);
  }
  const n = ids.length,
    index = n ? sum / n : 0;
  let interval = null;
  if (clusters.size > 1) {
    const size = (0.5 * n) / clusters.size,
      all = [...clusters.values(), [size, size], [-size, size]];
    const total = n + 2 * size,
      mean = sum / total;
    const spread = (all.reduce((v, [s, c]) => v + (s - mean * c) ** 2, 0) * all.length) / (all.length - 1);
    const half = (1.96 * Math.sqrt(spread)) / total;
    interval = { low: Math.max(-1, Math.min(index, mean - half)), high: Math.min(1, Math.max(index, mean + half)) };
  }
  const share = (k) => ({ count: stances[k], share: n ? stances[k] / n : 0 });
  return {
    statements: n,
    articles: clusters.size,
    index,
    interval,
    support: share(0),
    conditional: share(1),
    oppose: share(2),
  };
};
