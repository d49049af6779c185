// What the page leaves out on request: classes, ties, and all that other documents speak of.
"use strict";
KG.filters = (() => {
  const { make, both } = KG;
  const { data, entities, word, groupOf, fact, byText } = KG.model;
  const { fill, joined } = KG.says;
  const UNKNOWN = "unknown"; // the level or region of a document of which neither is known
  const LEVELS = ["NationalLevel", "ProvincialLevel", "PrefecturalLevel", "CountyLevel", "TownshipLevel", UNKNOWN];
  const box = document.getElementById("filter-box");
  const button = document.getElementById("filter-button");
  const none = () => ({
    classes: new Set(), ties: new Set(), // left out
    regions: new Set(), levels: new Set(), documents: new Set(), // wanted; empty for any
    since: null, until: null,
  });
  let on = none();

  // -- what documents speak of: a document passes, and what it names passes with it ----------------

  const documents = entities.map((_, id) => id).filter((id) => groupOf(id) === "PolicyDocument");
  const yearsOf = (id) => entities[id].years || [];
  const docsOf = (id) => entities[id].docs || [];

  /** Regions with those above them: who wants 江西省 wants 青禾县 in it too. */
  const above = new Map(entities.map((entity, id) => [entity.label, id])
    .filter(([, id]) => groupOf(id) === "Region")
    .map(([label, id]) => [label, fact(id, "within").split("、").filter(Boolean)]));
  function withAbove(label, found = new Set()) {
    if (found.has(label)) return found;
    found.add(label);
    for (const upper of above.get(label) || []) withAbove(upper, found);
    return found;
  }
  const regionsOf = documents.map((id) => {
    const found = new Set();
    for (const label of entities[id].regions || []) withAbove(label, found);
    return found.size ? found : found.add(UNKNOWN);
  });
  const levelOf = (id) => entities[id].level || UNKNOWN;

  const some = (wanted, found) => !wanted.size || [...found].some((one) => wanted.has(one));
  const narrowed = () => Boolean(on.regions.size || on.levels.size || on.documents.size
    || on.since !== null || on.until !== null);

  function passes(id, n) {
    const years = yearsOf(id);
    return some(on.regions, regionsOf[n]) && some(on.levels, [levelOf(id)])
      && (!on.documents.size || on.documents.has(id))
      && ((on.since === null && on.until === null)
        || years.some((year) => (on.since === null || year >= on.since) && (on.until === null || year <= on.until)));
  }

  /** Give the pair of predicates that says which entities and which kinds of line are shown. */
  function predicates() {
    const kept = new Set(documents.filter(passes));
    const known = narrowed();
    return [
      (id) => !on.classes.has(groupOf(id))
        && (!known || kept.has(id) || docsOf(id).some((document) => kept.has(document))),
      (kind) => !on.ties.has(kind),
    ];
  }

  function apply() {
    KG.scene.filter(...predicates());
    drawChips();
    fillBox();
    KG.tell("filters");
  }

  /** Let the box show what is on. */
  function fillBox() {
    for (const check of box.querySelectorAll("input[type=checkbox]")) {
      check.checked = on[check.name].has(check.name === "documents" ? Number(check.value) : check.value);
    }
    for (const select of box.querySelectorAll("select")) select.value = on[select.name] === null ? "" : String(on[select.name]);
  }

  /** Whether an entity passes what is on. */
  const shows = (id) => predicates()[0](id);

  // -- changes -----------------------------------------------------------------------------------

  /** Put a name into a set, or take it out of it. */
  function toggle(what, name) {
    if (!on[what].delete(name)) on[what].add(name);
    apply();
  }

  /** Leave out all but one of a class or tie; all are back where it stood alone. */
  function only(what, name, names) {
    const others = names.filter((one) => one !== name);
    const alone = others.every((one) => on[what].has(one)) && !on[what].has(name);
    on[what] = new Set(alone ? [] : others);
    apply();
  }

  function leaveOut(what, names) {
    on[what] = new Set(names);
    apply();
  }

  function setYear(which, value) {
    on[which] = value === "" || value === null ? null : Number(value);
    apply();
  }

  function clear() {
    on = none();
    apply();
  }

  // -- what is on, as chips ------------------------------------------------------------------------

  /** Each filter that is on: what it says, and how it is taken off. */
  function* held() {
    if (on.since !== null || on.until !== null) {
      const from = on.since === null ? "" : String(on.since), to = on.until === null ? "" : String(on.until);
      const span = from === to ? from : `${from}–${to}`;
      yield [[span, span], () => { on.since = on.until = null; }];
    }
    for (const label of on.regions) yield [regionName(label), () => on.regions.delete(label)];
    for (const level of on.levels) yield [levelName(level), () => on.levels.delete(level)];
    for (const id of on.documents) {
      yield [[entities[id].label, entities[id].label], () => on.documents.delete(id)];
    }
    for (const name of on.classes) yield [without("classes", name), () => on.classes.delete(name)];
    for (const name of on.ties) yield [without("ties", name), () => on.ties.delete(name)];
  }

  const regionName = (label) => (label === UNKNOWN ? KG.pair("no-region") : [label, label]);
  const levelName = (level) => (level === UNKNOWN ? KG.pair("no-level") : word("values", level));

  function without(table, name) {
    const [chinese, english] = word(table, name);
    return [fill("without", chinese)[0], fill("without", english || chinese)[1]];
  }

  /** What is on, in words; null where nothing is. */
  function inWords() {
    const all = [...held()].map(([pair]) => pair);
    return all.length ? joined(all, "、") : null;
  }

  function chip(pair, remove, at) {
    const taken = make("button", {
      type: "button",
      onclick: () => {
        remove();
        apply();
        const left = document.querySelectorAll("#chips button");
        (left[Math.min(at, left.length - 1)] || button).focus();
      },
    }, both(pair), " ✕");
    const [chinese, english] = pair;
    return make("li", {}, KG.label(taken, "aria-label",
      [fill("take-off", chinese)[0], fill("take-off", english || chinese)[1]]));
  }

  function drawChips() {
    const all = [...held()];
    const chips = all.map(([pair, remove], n) => chip(pair, remove, n));
    if (all.length > 1) chips.push(chip(KG.pair("all-filters"), clear, 0));
    document.getElementById("chips").replaceChildren(...chips);
  }

  // -- the box in which they are chosen --------------------------------------------------------------

  function counted(values) {
    const counts = new Map();
    for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
    return counts;
  }

  function choice(what, value, label, count) {
    const check = make("input", { type: "checkbox", name: what, value: String(value) });
    check.addEventListener("change", () => toggle(what, value));
    return make("li", {}, make("label", {}, check, label, make("small", {}, count)));
  }

  function facet(title, rows, wide) {
    if (!rows.length) return "";
    const list = make("ul", {}, ...rows);
    const set = make("fieldset", { class: wide ? "wide" : null }, make("legend", {}, both(KG.pair(title))));
    if (rows.length > 12) set.append(narrower(list));
    set.append(list);
    return set;
  }

  /** A field that leaves only those rows of a list that hold what is typed. */
  function narrower(list) {
    const field = KG.label(make("input", { type: "search" }), "placeholder", KG.pair("narrow-list"));
    KG.label(field, "aria-label", KG.pair("narrow-list"));
    field.addEventListener("input", () => {
      const wanted = KG.names.folded(field.value);
      for (const row of list.children) row.hidden = !KG.names.folded(row.textContent).includes(wanted);
    });
    return field;
  }

  function yearSelect(which, years, name) {
    const select = make("select", { name: which },
      make("option", { value: "" }, "–"), ...years.map((year) => make("option", { value: String(year) }, String(year))));
    select.addEventListener("change", () => setYear(which, select.value));
    return KG.label(select, "aria-label", KG.pair(name));
  }

  function yearFacet() {
    const years = [...new Set(documents.flatMap(yearsOf))].sort((a, b) => a - b);
    if (!years.length) return "";
    const undated = documents.filter((id) => !yearsOf(id).length).length;
    return make("fieldset", {}, make("legend", {}, both(KG.pair("years"))),
      make("div", { class: "range" }, yearSelect("since", years, "since"), "–", yearSelect("until", years, "until")),
      undated ? make("small", {}, KG.says.phrase("n-without-year", undated)) : "");
  }

  function drawBox() {
    const regions = counted(regionsOf.flatMap((found) => [...found]));
    const levels = counted(documents.map(levelOf));
    const byCount = [...regions].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]));
    const newest = [...documents].sort((a, b) => byText(fact(b, "issued"), fact(a, "issued")));
    box.replaceChildren(
      make("p", {}, both(KG.pair("filter-means"))),
      yearFacet(),
      facet("levels", LEVELS.filter((level) => levels.has(level)).map((level) =>
        choice("levels", level, both(levelName(level)), String(levels.get(level))))),
      facet("regions-within", byCount.map(([label, count]) =>
        choice("regions", label, both(regionName(label)), String(count)))),
      facet("documents", newest.map((id) =>
        choice("documents", id, make("span", {}, entities[id].label), fact(id, "issued"))), true));
    fillBox();
  }

  function open(shown) {
    if (shown === isOpen()) return;
    box.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
    if (shown && !box.hasChildNodes()) drawBox();
    if (shown) box.querySelector("input, select")?.focus();
  }

  const isOpen = () => !box.hidden;

  function close() {
    const inside = box.contains(document.activeElement);
    open(false);
    if (inside) button.focus();
  }

  button.addEventListener("click", () => open(box.hidden));
  document.addEventListener("pointerdown", (event) => {
    if (!document.getElementById("filters").contains(event.target)) open(false);
  });

  // -- the address -----------------------------------------------------------------------------------

  const LISTS = { region: "regions", level: "levels", hide: "classes", without: "ties" };

  /** What is on, as parts of an address. */
  function* written() {
    for (const [part, what] of Object.entries(LISTS)) {
      if (on[what].size) yield [part, [...on[what]].join(",")];
    }
    if (on.since !== null || on.until !== null) yield ["year", `${on.since ?? ""}-${on.until ?? ""}`];
    if (on.documents.size) yield ["document", [...on.documents].map((id) => KG.names.nameOf(id)).join(",")];
  }

  /** Set what an address says; give the names that this page does not know. */
  function read(parts) {
    const unknown = [];
    const list = (part) => (parts.get(part) || "").split(",").filter(Boolean);
    const known = {
      region: (name) => regionsOf.some((found) => found.has(name)),
      level: (name) => LEVELS.includes(name),
      hide: (name) => name in data.words.classes,
      without: (name) => name in data.words.ties,
    };
    const before = String([...written()]);
    on = none();
    for (const [part, what] of Object.entries(LISTS)) {
      for (const name of list(part)) if (known[part](name)) on[what].add(name); else unknown.push(name);
    }
    const years = /^(\d{4})?(-(\d{4})?)?$/.exec(parts.get("year") || "");
    if (years) {
      on.since = years[1] ? Number(years[1]) : null;
      on.until = years[3] ? Number(years[3]) : years[2] ? null : on.since;
    } else unknown.push(parts.get("year"));
    for (const name of list("document")) {
      const id = KG.names.idOf(name);
      if (id >= 0) on.documents.add(id); else unknown.push(name);
    }
    if (String([...written()]) !== before) apply();
    return unknown;
  }

  return { on: () => on, toggle, only, leaveOut, clear, shows, inWords, read, written, isOpen, close };
})();
