// What steers the picture: the legend's switches, its buttons, the separator, the keys.
"use strict";
KG.controls = (() => {
  const { make, both } = KG;
  const { data, edges, around, otherEnd, word, swatch, stroke } = KG.model;
  const { filters, scene, says } = KG;
  const panel = document.getElementById("panel");
  const canvas = document.getElementById("canvas");
  const narrow = matchMedia("(max-width: 60rem)");

  const FEW_KINDS = 8; // of lines, that the legend shows without being asked

  // -- legend --------------------------------------------------------------------------------

  const legend = document.getElementById("legend");
  const classes = data.counts.map(({ group }) => group);
  const kinds = new Map();
  for (const edge of edges) kinds.set(edge.kind, (kinds.get(edge.kind) || 0) + 1);
  const ties = data.tie_order.filter((kind) => kinds.has(kind));

  function legendButton(what, name, names, mark, label, count) {
    const button = make("button", {
      type: "button", "aria-pressed": "true", ["data-" + what]: name,
      onclick: (event) => {
        if (event.shiftKey) filters.only(what, name, names); else filters.toggle(what, name);
      },
    }, mark, both(label), make("small", {}, count));
    // The two clicks before it have left things as they were.
    button.addEventListener("dblclick", () => filters.only(what, name, names));
    return KG.label(button, "title", KG.pair("legend-switch"));
  }

  function allOrNone(what, names) {
    return make("button", {
      type: "button", "data-all": what,
      onclick: () => filters.leaveOut(what, filters.on()[what].size ? [] : names),
    }, both(KG.pair("all-or-none")));
  }

  /** The kinds of line; where they are many, folded: the picture needs the room. */
  function kindsRow(lines) {
    if (!lines.length) return "";
    const row = make("div", { class: "row", role: "group" }, ...lines, allOrNone("ties", ties));
    if (lines.length <= FEW_KINDS) return row;
    return make("details", {}, make("summary", {}, says.phrase("kinds-of-line", lines.length)), row);
  }

  function drawLegend() {
    const groups = data.counts.map(({ group, shown, total }) => legendButton("classes", group, classes,
      swatch(group), word("classes", group), shown === total ? `${shown}` : `${shown} / ${total}`));
    const lines = ties.map((kind) => legendButton("ties", kind, ties, stroke(kind), word("ties", kind),
      String(kinds.get(kind))));
    legend.append(
      make("div", { class: "row", role: "group" }, ...groups, allOrNone("classes", classes)),
      kindsRow(lines));
    legend.open = !narrow.matches;
  }

  function pressLegend() {
    for (const what of ["classes", "ties"]) {
      for (const button of legend.querySelectorAll(`[data-${what}]`)) {
        button.setAttribute("aria-pressed", String(!filters.on()[what].has(button.dataset[what])));
      }
    }
  }

  // -- what is shown, in words ---------------------------------------------------------------

  function count() {
    const shown = scene.network.body.nodeIndices.filter((id) => typeof id === "number").length;
    const total = data.counts.reduce((sum, row) => sum + row.total, 0);
    const on = filters.inWords();
    const line = grouped() ? says.fill("in-groups", total)
      : shown === total ? says.fill("all-shown", total) : says.fill("some-shown", shown, total);
    if (!on) return line;
    const said = says.fill("filtered-by", "").map((words, n) => words + on[n]);
    return says.joined([line, said, ...(grouped() ? [KG.pair("filters-wait")] : [])], "；", "; ");
  }

  /** Whether the picture shows groups, which open, and no entities. */
  const grouped = () => Boolean(scene.scene && scene.scene().groups.length);

  function sayCount() {
    const line = count();
    document.getElementById("counts").replaceChildren(both(line));
    return line;
  }

  KG.on("filters", () => {
    pressLegend();
    says.status(sayCount());
  });
  KG.on("shown", sayCount);

  // -- the separator -------------------------------------------------------------------------

  const separator = document.getElementById("separator");
  const work = document.getElementById("work");
  const LEAST = 15, MOST = 80; // percent of the page for the panel

  function share() {
    const whole = narrow.matches ? work.clientHeight : work.clientWidth;
    const part = narrow.matches ? panel.offsetHeight : panel.offsetWidth;
    return whole ? Math.round((part / whole) * 100) : 40;
  }

  function divide(percent) {
    const kept = Math.max(LEAST, Math.min(MOST, percent));
    document.documentElement.style.setProperty("--panel-size", kept + "%");
    orient();
  }

  function orient() {
    separator.setAttribute("aria-orientation", narrow.matches ? "horizontal" : "vertical");
    separator.setAttribute("aria-valuemin", LEAST);
    separator.setAttribute("aria-valuemax", MOST);
    separator.setAttribute("aria-valuenow", share());
  }

  separator.addEventListener("pointerdown", (event) => {
    separator.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  separator.addEventListener("pointermove", (event) => {
    if (!separator.hasPointerCapture(event.pointerId)) return;
    const box = work.getBoundingClientRect();
    divide(narrow.matches ? ((box.bottom - event.clientY) / box.height) * 100
      : ((box.right - event.clientX) / box.width) * 100);
  });
  separator.addEventListener("dblclick", () => {
    document.documentElement.style.removeProperty("--panel-size");
    orient();
  });
  separator.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 4, ArrowUp: 4, ArrowRight: -4, ArrowDown: -4 }[event.key];
    if (step) divide(share() + step);
    else if (event.key === "Home") divide(LEAST);
    else if (event.key === "End") divide(MOST);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  narrow.addEventListener("change", () => {
    document.documentElement.style.removeProperty("--panel-size");
    legend.open = !narrow.matches;
    orient();
  });

  // -- keys ----------------------------------------------------------------------------------

  const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  /** The neighbour of an entity that stands best in a direction; undefined where none does. */
  function beside(id, [dx, dy]) {
    const shown = new Set(scene.network.body.nodeIndices);
    const ids = [...new Set(around[id].map((n) => otherEnd(edges[n], id)))].filter((other) => shown.has(other));
    const places = scene.network.getPositions([id, ...ids]);
    const here = places[id];
    return ids.map((other) => {
      const x = places[other].x - here.x, y = places[other].y - here.y;
      const length = Math.hypot(x, y) || 1;
      return { other, length, turn: (x * dx + y * dy) / length };
    }).filter(({ turn }) => turn > 0.38)
      .sort((a, b) => a.length / a.turn ** 2 - b.length / b.turn ** 2)[0]?.other;
  }

  /** The entity shown nearest to the middle of the picture. */
  function inTheMiddle() {
    const centre = scene.network.getViewPosition();
    const places = scene.network.getPositions(scene.network.body.nodeIndices);
    const away = (id) => Math.hypot(places[id].x - centre.x, places[id].y - centre.y);
    return scene.network.body.nodeIndices.reduce(
      (best, id) => (best === null || away(id) < away(best) ? id : best), null);
  }

  function steer(event) {
    const chosen = KG.chosen();
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in DIRECTIONS && chosen !== null) {
      const next = beside(chosen, DIRECTIONS[event.key]);
      if (next !== undefined) KG.tell("go-entity", next);
    } else if (event.key === "Enter" && chosen === null) {
      const first = inTheMiddle();
      if (typeof first === "string") scene.open(scene.scene().groups[Number(first.slice("group-".length))].scene);
      else if (first !== null) KG.tell("go-entity", first);
    } else if (event.key === "Enter") panel.focus();
    else if (event.key === "+" || event.key === "=") scene.zoom(1.35);
    else if (event.key === "-") scene.zoom(1 / 1.35);
    else if (event.key === "0") scene.fit();
    else return;
    event.preventDefault();
    event.stopPropagation(); // vis-network would pan
  }
  canvas.addEventListener("keydown", steer, true);

  const keys = document.getElementById("keys");
  document.getElementById("show-keys").addEventListener("click", () => keys.showModal());
  document.getElementById("close-keys").addEventListener("click", () => keys.close());

  const typing = (target) => target.closest("input, select, textarea, dialog");

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (keys.open) return; // the browser closes it
      if (filters.isOpen()) filters.close(); else KG.tell("back");
    } else if (typing(event.target)) return;
    else if (event.key === "/") {
      document.getElementById("query").focus();
      event.preventDefault();
    } else if (event.key === "?") keys.showModal();
  });

  document.getElementById("fit").addEventListener("click", () => scene.fit());
  document.getElementById("zoom-in").addEventListener("click", () => scene.zoom(1.35));
  document.getElementById("zoom-out").addEventListener("click", () => scene.zoom(1 / 1.35));
  // vis-network puts itself at the end of the order of focus.
  for (const element of canvas.querySelectorAll("[tabindex]")) element.tabIndex = 0;
  drawLegend();
  orient();
  sayCount();

  return { sayCount };
})();
