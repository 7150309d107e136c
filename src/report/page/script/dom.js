// The page's data, and small tools to build it with.

const json = (id) => JSON.parse(document.getElementById(id).textContent);
const report = json("report"),
  details = json("details"),
  columns = details.columns;
const count = columns.actor.length;
const STANCES = ["support", "conditional", "oppose"],
  MODES = ["direct", "indirect", "mediated", "unspecified"];
const BASES = ["statement", "action", "claimed"],
  LENGTHS = ["day", "week", "month", "quarter"];
const PAGE = 20,
  ROWS = 40;

// Text goes in as text; nothing here sets markup.
const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) node.append(child);
  return node;
};
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
const signed = (x) => {
  const t = x.toFixed(2);
  return t === "-0.00" || t === "0.00" ? "0.00" : x > 0 ? "+" + t : t;
};
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (n, noun) => `${grouped(n)} ${noun}${n === 1 ? "" : "s"}`;
const percent = (x) => `${Math.round(100 * x)}%`;
const bounds = (i) => (i ? `${signed(i.low)}, ${signed(i.high)}` : "n/a");
// Header cells of a table, as names.
const heads = (names) =>
  el(
    "thead",
    {},
    el(
      "tr",
      {},
      names.map((name) => el("th", { scope: "col" }, name)),
    ),
  );
const turned = (t) => `${t.before} and ${t.after}: ${signed(t.from)} to ${signed(t.to)} (p ${t.p.toFixed(3)})`;
// Where a sentence stands.
const sourceOf = (outlet, date, title, id) => [outlet, date, title].filter(Boolean).join(", ") || id;
