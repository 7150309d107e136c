// The filters, and the page as a whole.

const filters = () => {
  const option = (value, name) => el("option", { value }, name);
  const choose = (key, name, options) =>
    el(
      "label",
      {},
      name,
      el(
        "select",
        {
          name: key,
          onchange: (e) => {
            state[key] = e.target.value;
            draw();
          },
        },
        options,
      ),
    );
  const day = (key, name) =>
    el(
      "label",
      {},
      name,
      el("input", {
        type: "date",
        name: key,
        onchange: (e) => {
          state[key] = e.target.value;
          draw();
        },
      }),
    );
  const reachable = new Set([...new Set(columns.actor)].flatMap((a) => details.chains[a]));
  const actors = [...reachable]
    .filter((a) => !only || only.has(a))
    .map((a) => details.actors[a])
    .sort();
  const form = el(
    "form",
    { class: "filters", onsubmit: (e) => e.preventDefault() },
    el(
      "label",
      {},
      "actor",
      el("input", {
        type: "search",
        name: "actor",
        list: "actors",
        onchange: (e) => {
          const actor = details.actors.indexOf(e.target.value);
          if (actor >= 0) open(actor);
        },
      }),
    ),
    el(
      "datalist",
      { id: "actors" },
      actors.map((name) => option(name, name)),
    ),
    el(
      "label",
      {},
      "words in the sentence",
      el("input", {
        type: "search",
        name: "words",
        onchange: (e) => {
          state.words = e.target.value.trim();
          draw();
        },
      }),
    ),
    details.outlets.length
      ? choose("outlet", "outlet", [option("", "all"), details.outlets.map((name, k) => option(k, name))])
      : null,
    day("from", "from"),
    day("to", "to"),
    choose("stance", "stance", [option("", "all"), STANCES.map((s, k) => option(k, s))]),
    choose("basis", "basis", [option("", "all"), BASES.map((s, k) => option(k, s))]),
    choose(
      "by",
      "timeline by",
      LENGTHS.map((l) => el("option", { value: l, selected: l === state.by }, l)),
    ),
    // With some actors only, those who belong to them are not here.
    details.can_roll_up
      ? el(
          "label",
          { class: "check" },
          el("input", {
            type: "checkbox",
            name: "rollup",
            checked: state.rollup,
            onchange: (e) => {
              state.rollup = e.target.checked;
              draw();
            },
          }),
          "count persons for their countries",
        )
      : null,
    el(
      "button",
      {
        type: "reset",
        class: "wide",
        onclick: () => {
          Object.assign(state, plain());
          setTimeout(draw);
        },
      },
      "Clear",
    ),
  );
  return form;
};

const draw = () => {
  const { listed, unattributed } = rows();
  current = unattributed ? [...listed, unattributed] : listed;
  // Each statement once, however many actors it counts for.
  const n = new Set(current.flatMap((r) => r.ids)).size;
  document.getElementById("filtered").textContent = isPlain()
    ? ""
    : `Filtered: ${counted(n, "statement")} of ${counted(listed.length, "actor")}. Intervals of filtered figures and of outlets are linearised, not resampled.`;
  answer(listed);
  overview(listed, unattributed);
  panel();
};

document.getElementById("plain").remove();
main.prepend(
  el(
    "nav",
    { class: "contents", "aria-label": "contents" },
    [
      ["answer", "Who stands where"],
      ["overview", "All actors"],
      ["actor", "One actor"],
      ["contradictions", "Contradictions"],
      ["method", "Method"],
    ].map(([id, name]) => el("a", { href: `#${id}` }, name)),
  ),
  section("answer", "Who stands where, who moved"),
  el(
    "section",
    { "aria-label": "filters" },
    filters(),
    el("p", { id: "filtered", class: "small quiet", role: "status" }),
  ),
  section("overview", "All actors"),
  section("actor", "One actor"),
  section("contradictions", "Contradictions"),
);
contradictions();
draw();
