// The search box: names, aliases, numbers and IRIs of what the page holds, and its texts.
"use strict";
KG.search = (() => {
  const { make, both } = KG;
  const { entities, word, words, groupOf, heaviest, swatch } = KG.model;
  const { folded } = KG.names;
  const MOST = 8; // of a class
  const NAMES = ["altLabel", "documentNumber", "indexNumber", "fullName"];
  const query = document.getElementById("query");
  const results = document.getElementById("results");
  let active = -1;

  /** For each entity the names under which it is found, its label first. */
  const names = entities.map((entity) => [entity.label,
    ...entity.facts.filter(([key]) => NAMES.includes(key)).flatMap(([, value]) => String(value).split("、")),
    decoded(entity.iri)]);
  const searched = names.map((all) => all.map(folded));

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
    return at < 0 ? 500 : 1 + at;
  }

  function found(wanted) {
    const terms = wanted.split(/\s+/).map(folded).filter(Boolean);
    if (!terms.length) return [];
    const places = new Map();
    entities.forEach((_, id) => {
      const at = place(id, terms);
      if (at >= 0) places.set(id, at);
    });
    const ids = [...places.keys()].sort((a, b) => places.get(a) - places.get(b) || heaviest(a, b));
    return Object.keys(words.classes).map((group) => [group, ids.filter((id) => groupOf(id) === group)])
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

  /** What the texts themselves hold, where the page has them. */
  function inTexts(wanted) {
    if (!KG.reader.find || wanted.length < 2) return [];
    const hits = KG.reader.find(wanted) || [];
    if (!hits.length) return [];
    return [group(KG.pair("in-texts"), hits.slice(0, MOST).map((hit) => option(
      () => take(() => KG.tell("go-place", hit.digest, hit.begin, hit.end)),
      marked(hit.text, wanted), make("span", { class: "aside" }, hit.title || ""))), hits.length)];
  }

  function search() {
    const wanted = query.value.trim();
    const groups = found(wanted);
    const drawn = groups.map(([name, ids]) => group(word("classes", name),
      ids.slice(0, MOST).map((id) => entityOption(id, wanted)), ids.length));
    const texts = wanted ? inTexts(wanted) : [];
    results.replaceChildren(...drawn, ...texts);
    options().forEach((one, n) => { one.id = "result-" + n; });
    if (wanted && !options().length) {
      results.append(make("p", {}, both(KG.says.fill("nothing-named", wanted))));
    }
    show(Boolean(wanted));
    activate(options().length ? 0 : -1);
    if (wanted) KG.says.status(KG.says.fill("n-results", groups.reduce((sum, [, ids]) => sum + ids.length, 0)));
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
