// What is chosen, and the address that leads back to it; the one place that reads and writes it.
"use strict";
(() => {
  const { data, edges, entities, word, groupOf } = KG.model;
  const { scene, card, filters, tabs, says } = KG;
  const panel = document.getElementById("panel");
  const nothing = { entity: null, edge: null };
  let chosen = nothing;
  let text = null; // the place in a text that is open: { digest, begin, end }
  let place = ""; // the scene that is open, where the page has several
  let following = false;
  let choosing = false; // the picture may open another scene for it

  KG.chosen = () => chosen.entity;

  // -- the address: #entity=青禾县教育局&year=2022-2023 ----------------------------------------------

  const encoded = (text) => encodeURIComponent(text).replace(/%2C/g, ",");

  function decoded(text) {
    try { return decodeURIComponent(text); } catch (_) { return text; } // a stray %: as it is
  }

  /** Give the parts of an address by name. */
  function parts(hash) {
    return new Map(hash.replace(/^#/, "").split("&").filter(Boolean).map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [part, ""] : [part.slice(0, at), decoded(part.slice(at + 1))];
    }));
  }

  function* written() {
    if (tabs.current()) yield ["view", tabs.current()];
    if (place) yield ["scene", place];
    if (chosen.entity !== null) yield ["entity", KG.names.nameOf(chosen.entity)];
    if (chosen.edge !== null) {
      yield ["from", KG.names.nameOf(edges[chosen.edge].from)];
      yield ["to", KG.names.nameOf(edges[chosen.edge].to)];
    }
    if (text) {
      yield ["source", text.digest];
      if (text.begin !== undefined) yield ["char", `${text.begin},${text.end}`];
    }
    yield* filters.written();
  }

  const address = () => [...written()].map(([name, value]) => `${name}=${encoded(value)}`).join("&");

  /** Keep the address; a choice is a step that the browser's Back undoes, a filter is none. */
  function keep(step) {
    const hash = address();
    const now = location.hash.replace(/^#/, "");
    if (hash === now) return;
    const url = location.pathname + location.search + (hash ? "#" + hash : "");
    if (step) history.pushState(null, "", url); else history.replaceState(null, "", url);
  }

  // -- what is chosen ----------------------------------------------------------------------------

  /** Change the panel; where focus was in it, it stays in it. */
  function turn(draw) {
    const inside = panel.contains(document.activeElement);
    KG.tell("hover-nothing");
    draw();
    if (inside) panel.focus({ preventScroll: true });
  }

  function showEntity(id, focus) {
    chosen = { ...nothing, entity: id };
    choosing = true;
    scene.select(id);
    choosing = false;
    turn(() => (id === null ? card.showOverview() : card.showEntity(id)));
    if (id === null) return;
    if (filters.on().classes.has(groupOf(id))) filters.toggle("classes", groupOf(id));
    if (!filters.shows(id)) {
      says.warn(says.fill("filtered-out", entities[id].label), "all-filters", () => { filters.clear(); showEntity(id, true); });
    } else if (focus) scene.fit(scene.withNeighbours(id));
    says.status(says.fill("now-chosen", entities[id].label, ...word("classes", groupOf(id)).slice(0, 1)));
  }

  function showEdge(number) {
    chosen = { ...nothing, edge: number };
    turn(() => card.showEdge(number));
    says.status(KG.pair("why-tied"));
  }

  /** Open a text at a place, or show what the page holds of it. */
  function showPlace(digest, begin, end) {
    tabs.beside();
    if (KG.reader.open(digest, begin, end)) return;
    text = { digest, begin, end };
    turn(() => card.showPlace(digest, begin || 0, end || 0));
  }

  /** Open a view, or the graph. */
  function showView(name) {
    const changed = tabs.current() !== name;
    tabs.show(name);
    if (changed && !name) scene.network.redraw();
  }

  // -- following an address --------------------------------------------------------------------

  const edgeOf = (a, b) => edges.findIndex((edge) =>
    (edge.from === a && edge.to === b) || (edge.from === b && edge.to === a));

  /** Do what the address says; it stays as it was asked. */
  function follow() {
    following = true;
    const asked = parts(location.hash);
    says.unwarn();
    const unknown = filters.read(asked);
    const view = asked.get("view") || "";
    if (view && !tabs.names.includes(view)) unknown.push(view);
    openScene(asked.get("scene") || "", unknown);
    showView(tabs.names.includes(view) ? view : "");
    followChoice(asked, unknown);
    if (unknown.length) says.warn(says.fill("not-in-page", unknown.join("、")), "search-it", () => KG.search.ask(unknown[0]));
    following = false;
  }

  function openScene(name, unknown) {
    if (name === place) return;
    const known = (data.scenes || []).some((one) => one.name === name) || !name;
    if (!known || !scene.open) { unknown.push(name); return; }
    place = name;
    scene.open(name);
  }

  function followChoice(asked, unknown) {
    const id = asked.has("entity") ? KG.names.idOf(asked.get("entity")) : -1;
    const number = asked.has("from") ? edgeOf(KG.names.idOf(asked.get("from")), KG.names.idOf(asked.get("to"))) : -1;
    const char = /^(\d+),(\d+)$/.exec(asked.get("char") || "");
    if (asked.has("entity") && id < 0) unknown.push(asked.get("entity"));
    if (asked.has("from") && number < 0) unknown.push(`${asked.get("from")} – ${asked.get("to")}`);
    const places = char || asked.has("source");
    if (!places) closeText();
    if (id >= 0) showEntity(id, true);
    else if (number >= 0) showEdge(number);
    else if (data.roots.length && !asked.size) card.showEntity(data.roots[0]);
    else showEntity(null, false);
    if (places) showPlace(asked.get("source") || "", ...(char ? [Number(char[1]), Number(char[2])] : []));
  }

  function closeText() {
    text = null;
    KG.reader.close();
  }

  // -- events ------------------------------------------------------------------------------------

  function choose(id, focus) {
    says.unwarn();
    if (tabs.current()) showView("");
    if (!KG.reader.isOpen) text = null;
    showEntity(id, focus);
    keep(true);
  }

  KG.on("pick-entity", (id) => choose(id, false));
  KG.on("go-entity", (id) => choose(id, true));
  KG.on("pick-edge", (number) => {
    closeText();
    showEdge(number);
    keep(true);
  });
  KG.on("go-place", (digest, begin, end) => {
    showPlace(digest, begin, end);
    keep(true);
  });
  KG.on("reader", (place) => {
    text = place;
    if (place) tabs.beside(); else tabs.unbeside();
    if (!following) keep(true);
  });
  KG.on("sentence", ({ digest, begin, end, asPlace }) => {
    if (asPlace) return; // the address has the place itself
    text = { digest, begin, end };
    if (!following) keep(false);
  });
  KG.on("go-view", (name) => {
    says.unwarn();
    closeText();
    showView(name);
    keep(true);
  });
  KG.on("filters", () => { if (!following) keep(false); });
  KG.on("scene", (name) => {
    const moved = (name || "") !== place;
    place = name || "";
    KG.controls.sayCount();
    if (following || choosing || !moved) return;
    showEntity(null, false);
    keep(true);
  });
  KG.on("back", () => {
    if (tabs.hasBeside()) tabs.unbeside();
    else if (tabs.current()) KG.tell("go-view", "");
    else if (chosen.entity !== null || chosen.edge !== null || text) choose(null, false);
  });
  /** A link within the page leads on from where one is: filters, and the view of a place, stay. */
  function visit(event) {
    const link = event.target.closest && event.target.closest('a[href^="#"]');
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const asked = parts(link.getAttribute("href"));
    const id = asked.has("entity") ? KG.names.idOf(asked.get("entity")) : -1;
    const char = /^(\d+),(\d+)$/.exec(asked.get("char") || "");
    if (id >= 0) KG.tell("go-entity", id);
    else if (char) KG.tell("go-place", asked.get("source") || "", Number(char[1]), Number(char[2]));
    else return;
    event.preventDefault();
  }

  document.addEventListener("click", visit);
  addEventListener("hashchange", follow);
  // The texts stand behind the scripts: a card that tells what they hold is drawn again with them.
  addEventListener("DOMContentLoaded", () => {
    if (chosen.entity !== null) turn(() => card.showEntity(chosen.entity));
  });

  scene.fit();
  follow();
})();
