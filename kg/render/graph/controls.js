// What steers the page: the legend's switches, the search box, the keys, the buttons.
"use strict";
KG.controls = (() => {
  const { make, both } = KG;
  const { data, edges, entities, word, groupOf, heaviest, swatch, stroke } = KG.model;

  // -- legend --------------------------------------------------------------------------------

  function toggle(what, name) {
    const shown = KG.scene.toggle(what, name);
    const button = document.getElementById("legend").querySelector(`[data-${what}="${name}"]`);
    button.setAttribute("aria-pressed", String(shown));
  }

  function legendButton(what, name, mark, label, count) {
    return make("button", {
      type: "button", "aria-pressed": "true", ["data-" + what]: name,
      onclick: () => toggle(what, name),
    }, mark, both(label), make("small", {}, count));
  }

  function drawLegend() {
    const groups = data.counts.map(({ group, shown, total }) => legendButton("groups", group,
      swatch(group), word("classes", group), shown === total ? `${shown}` : `${shown} / ${total}`));
    const counted = new Map();
    for (const edge of edges) counted.set(edge.kind, (counted.get(edge.kind) || 0) + 1);
    const kinds = data.tie_order.filter((kind) => counted.has(kind)).map((kind) =>
      legendButton("kinds", kind, stroke(kind), word("ties", kind), String(counted.get(kind))));
    document.getElementById("legend").append(make("div", { class: "row" }, ...groups),
      make("div", { class: "row" }, ...kinds));
  }

  // -- search --------------------------------------------------------------------------------

  const query = document.getElementById("query");
  const results = document.getElementById("results");
  const searchable = entities.map((entity) =>
    [entity.label, ...entity.facts.filter(([key]) => key === "altLabel" || key === "documentNumber")
      .map(([, value]) => value)].join("\n").toLowerCase());
  let active = -1;

  function search() {
    const wanted = query.value.trim().toLowerCase();
    const ids = wanted ? entities.map((_, id) => id).filter((id) => searchable[id].includes(wanted)) : [];
    const rank = (id) => entities[id].label.toLowerCase().indexOf(wanted);
    const place = (id) => (rank(id) < 0 ? 99 : rank(id));
    ids.sort((a, b) => place(a) - place(b) || heaviest(a, b));
    results.replaceChildren(...ids.slice(0, 30).map((id, row) => make("li",
      { role: "option", id: "result-" + row, "data-id": id, onclick: () => take(id) },
      make("span", { class: "class" }, swatch(groupOf(id)), entities[id].label))));
    if (wanted && !ids.length) results.append(make("li", {}, both(KG.pair("nothing-found"))));
    results.hidden = !wanted;
    query.setAttribute("aria-expanded", String(Boolean(wanted)));
    activate(ids.length ? 0 : -1);
  }

  function activate(row) {
    const options = results.querySelectorAll("[role=option]");
    active = options.length ? (row + options.length) % options.length : -1;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === active)));
    if (active < 0) query.removeAttribute("aria-activedescendant");
    else {
      query.setAttribute("aria-activedescendant", "result-" + active);
      options[active].scrollIntoView({ block: "nearest" });
    }
  }

  function take(id) {
    results.hidden = true;
    query.setAttribute("aria-expanded", "false");
    KG.tell("go-entity", id);
    document.getElementById("panel").focus({ preventScroll: true });
  }

  query.addEventListener("input", search);
  query.addEventListener("keydown", (event) => {
    const chosen = results.querySelectorAll("[role=option]")[active];
    if (event.key === "ArrowDown") activate(active + 1);
    else if (event.key === "ArrowUp") activate(active - 1);
    else if (event.key === "Enter" && chosen) take(Number(chosen.dataset.id));
    else if (event.key === "Escape") { query.value = ""; search(); } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== query) {
      query.focus();
      event.preventDefault();
    } else if (event.key === "Escape") KG.tell("go-entity", null);
  });
  document.addEventListener("click", (event) => {
    if (!document.getElementById("search").contains(event.target)) results.hidden = true;
  });

  document.getElementById("fit").addEventListener("click", () => KG.scene.fit());
  document.getElementById("zoom-in").addEventListener("click", () => KG.scene.zoom(1.35));
  document.getElementById("zoom-out").addEventListener("click", () => KG.scene.zoom(1 / 1.35));
  document.getElementById("counts").textContent = data.count_line;
  drawLegend();

  return { toggle };
})();
