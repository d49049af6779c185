// What is chosen, and the address that leads back to it. All text of documents enters the page
// through textContent only.
"use strict";
(() => {
  const { data, entities, groupOf } = KG.model;
  const { scene, card, controls } = KG;

  /** Choose an entity; null for none. `focus` brings it and its neighbours into view. */
  function choose(id, focus) {
    KG.tell("hover-nothing");
    if (id === null) card.showOverview();
    else {
      if (scene.off.groups.has(groupOf(id))) controls.toggle("groups", groupOf(id));
      card.showEntity(id);
    }
    scene.select(id);
    if (id !== null && focus) scene.fit(scene.withNeighbours(id));
    const hash = id === null ? "" : "#entity=" + encodeURIComponent(entities[id].label);
    history.replaceState(null, "", location.pathname + location.search + hash);
  }

  function chooseFromHash() {
    const match = /^#entity=(.+)$/.exec(location.hash);
    if (!match) return false;
    let name = match[1];
    try { name = decodeURIComponent(name); } catch (_) { /* a stray %: taken as it is */ }
    const id = entities.findIndex((entity) => entity.label === name || entity.iri === name);
    if (id >= 0) choose(id, true);
    return id >= 0;
  }

  KG.on("pick-entity", (id) => choose(id, false));
  KG.on("go-entity", (id) => choose(id, true));
  KG.on("pick-edge", (number) => {
    KG.tell("hover-nothing");
    card.showEdge(number);
  });
  addEventListener("hashchange", chooseFromHash);
  scene.fit();
  if (!chooseFromHash()) {
    if (data.roots.length) card.showEntity(data.roots[0]);
    else card.showOverview();
  }
})();
