// The search box: names, aliases, numbers and IRIs of what the page holds, and its texts.
"use strict";
KG.search = (() => {
  const { make, both } = KG;
  const { data, entities, word, groupOf, heaviest, swatch } = KG.model;
  const { folded } = KG.names;
  const MOST = 8; // of a class
  const NAMES = ["altLabel", "documentNumber", "indexNumber", "fullName"];
  const query = document.getElementById("query");
  const results = document.getElementById("results");
  let active = -1;

  /** For each entity the names under which it is found, its label first. */
  let names = [];
  let searched = []; // the same, folded

  /** Read all names when the first is asked for: the page is open sooner. */
  function readNames() {
    names = entities.map((entity) => [entity.label,
      ...entity.facts.filter(([key]) => NAMES.includes(key)).flatMap(([, value]) => String(value).split("、")),
      decoded(entity.iri)]);
    searched = names.map((all) => all.map(folded));
  }

  function decoded(iri) {
    try { return decodeURI(iri); } catch (_) { return iri; }
  }

  /** How well an entity answers: lower is better, -1 where it does not. */
  function place(id, terms) {
    const all = searched[id];
    if (!terms.every((term) => all.some((name) => name.includes(term)))) return -1;
    const [first] = terms;
    if (all[0] === first) return 0;
    const at = all[0].indexOf(first);
    return (at < 0 ? 500 : 1 + at) + all[0].length / 1000; // of two the shorter name
  }

  function found(wanted) {
    const terms = wanted.split(/\s+/).map(folded).filter(Boolean);
    if (!terms.length) return [];
    if (!names.length) readNames();
    const places = new Map();
    entities.forEach((_, id) => {
      const at = place(id, terms);
      if (at >= 0) places.set(id, at);
    });
    const ids = [...places.keys()].sort((a, b) => places.get(a) - places.get(b) || heaviest(a, b));
    return data.counts.map(({ group }) => [group, ids.filter((id) => groupOf(id) === group)])
      .filter(([, members]) => members.length)
      .sort(([, a], [, b]) => places.get(a[0]) - places.get(b[0]));
  }

  /** The name that was met where it is not the label. */
  function met(id, wanted) {
    const term = folded(wanted.trim().split(/\s+/)[0]);
    const at = searched[id].findIndex((name) => name.includes(term));
    return at > 0 ? names[id][at] : "";
  }

  /** A name with what was typed marked. */
  function marked(name, wanted) {
    const term = wanted.trim().split(/\s+/)[0];
    const at = name.toLowerCase().indexOf(term.toLowerCase());
    if (at < 0) return make("span", {}, name);
    return make("span", {}, name.slice(0, at), make("mark", {}, name.slice(at, at + term.length)),
      name.slice(at + term.length));
  }

  function option(act, ...children) {
    return make("div", { role: "option", "aria-selected": "false", onclick: act }, ...children);
  }

  function entityOption(id, wanted) {
    const alias = met(id, wanted);
    return option(() => take(() => KG.tell("go-entity", id)),
      swatch(groupOf(id)), marked(entities[id].label, wanted),
      alias ? make("span", { class: "aside" }, marked(alias, wanted)) : "");
  }

  function group(title, options, total) {
    const more = total > options.length
      ? make("p", {}, KG.says.phrase("more-results", total - options.length)) : "";
    const heading = make("h3", { role: "presentation" }, both(title), ` ${total}`);
    return KG.label(make("div", { role: "group" }, heading, ...options, more), "aria-label", title);
  }

  // -- the texts themselves --------------------------------------------------------------------

  const AROUND = 14; // characters on either side of what was found
  let texts = null; // read when first asked for: some hundred texts take a tenth of a second

  function readTexts() {
    texts = entities.flatMap((_, id) => (groupOf(id) === "PolicyDocument" ? KG.reader.textsOf(id) : []))
      .filter(KG.reader.has).map((digest) => [digest, KG.reader.row(digest)]);
  }

  /** A string's length in code points, which offsets count. */
  const points = (string) => (/[\ud800-\udfff]/.test(string) ? Array.from(string).length : string.length);

  /** The texts that hold what was typed, as it was typed; the first place of each. */
  function textGroup(wanted) {
    if (!texts && document.readyState === "loading") return ""; // they stand behind the scripts
    if (!texts) readTexts();
    const hits = texts.map(([digest, row]) => [digest, row, row.text.indexOf(wanted)])
      .filter(([, , at]) => at >= 0);
    return hits.length ? group(KG.pair("in-texts"), hits.slice(0, MOST).map(textOption(wanted)), hits.length) : "";
  }

  const textOption = (wanted) => ([digest, row, at]) => {
    const begin = points(row.text.slice(0, at));
    const from = Math.max(0, at - AROUND), to = at + wanted.length + AROUND;
    return option(() => take(() => KG.tell("go-place", digest, begin, begin + points(wanted))),
      make("span", { class: "shape", "aria-hidden": "true" }),
      make("span", {}, "…", row.text.slice(from, at), make("mark", {}, wanted),
        row.text.slice(at + wanted.length, to), "…"),
      make("span", { class: "aside" }, row.title));
  };

  let pending = 0;

  /** Search the texts when typing has paused. */
  function searchTexts(wanted) {
    clearTimeout(pending);
    if (wanted.length < 2) return;
    pending = setTimeout(() => {
      if (query.value.trim() !== wanted || results.hidden) return;
      const none = !options().length;
      const more = textGroup(wanted);
      if (!more) return;
      if (none) results.replaceChildren();
      results.append(more);
      numberOptions();
      if (none) activate(0);
    }, 150);
  }

  function search() {
    const wanted = query.value.trim();
    const groups = found(wanted);
    const drawn = groups.map(([name, ids]) => group(word("classes", name),
      ids.slice(0, MOST).map((id) => entityOption(id, wanted)), ids.length));
    results.replaceChildren(...drawn);
    numberOptions();
    if (wanted && !options().length) {
      results.append(make("p", {}, both(KG.says.fill("nothing-named", wanted))));
    }
    show(Boolean(wanted));
    activate(options().length ? 0 : -1);
    searchTexts(wanted);
    if (wanted) KG.says.status(KG.says.fill("n-results", groups.reduce((sum, [, ids]) => sum + ids.length, 0)));
  }

  function numberOptions() {
    options().forEach((one, n) => { one.id = "result-" + n; });
  }

  const options = () => [...results.querySelectorAll("[role=option]")];

  function show(shown) {
    results.hidden = !shown;
    query.setAttribute("aria-expanded", String(shown));
  }

  function activate(row) {
    const all = options();
    active = all.length ? (row + all.length) % all.length : -1;
    all.forEach((one, n) => one.setAttribute("aria-selected", String(n === active)));
    if (active < 0) query.removeAttribute("aria-activedescendant");
    else {
      query.setAttribute("aria-activedescendant", "result-" + active);
      all[active].scrollIntoView({ block: "nearest" });
    }
  }

  function take(act) {
    show(false);
    act();
    (KG.reader.isOpen ? document.querySelector("#reader .text") : document.getElementById("panel"))
      .focus({ preventScroll: true });
  }

  /** Type something for the reader. */
  function ask(text) {
    query.value = text;
    query.focus();
    search();
  }

  query.addEventListener("input", search);
  query.addEventListener("focus", () => { if (query.value.trim()) search(); });
  query.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys belong to the input method
    const open = !results.hidden;
    if (event.key === "ArrowDown" && open) activate(active + 1);
    else if (event.key === "ArrowUp" && open) activate(active - 1);
    else if (event.key === "Enter" && open) options()[active]?.click();
    else if (event.key === "Escape" && query.value) { query.value = ""; search(); } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!document.getElementById("search").contains(event.target)) show(false);
  });
  document.getElementById("search").addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) show(false);
  });

  return { ask };
})();
