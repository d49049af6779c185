// The line above the picture: which scene is open and the way back, how much of the page is drawn,
// and the lines that are left out.
"use strict";
KG.trail = (() => {
  const { make, both } = KG;
  const { data, entities } = KG.model;
  const { says, scene } = KG;
  const bar = make("nav", { id: "trail" });
  KG.label(bar, "aria-label", KG.pair("what-is-drawn"));
  document.getElementById("canvas").before(bar);
  const written = (number) => number.toLocaleString("en-US");

  function step(one, last) {
    if (last) return make("strong", { "aria-current": "location" }, both(scene.title(one)));
    return make("button", { type: "button", class: "step", onclick: () => scene.open(one.name) },
      both(scene.title(one)));
  }

  function steps() {
    const path = scene.path();
    return path.flatMap((one, n) => (n ? [" › ", step(one, n === path.length - 1)] : [step(one, path.length === 1)]));
  }

  function amount() {
    const here = scene.scene();
    if (here.groups.length) {
      const number = here.groups.length;
      return says.joined([
        KG.pair("by-" + here.kind).map((kind) => `${written(number)} ${kind}`),
        says.fill("in-all-entities", here.members),
      ]);
    }
    const drawn = scene.drawn().length;
    const all = Math.max(here.members, drawn);
    return drawn === all ? says.fill("all-entities", all) : says.fill("some-drawn", drawn, all);
  }

  function allButton() {
    const here = scene.scene();
    if (here.name || here.groups.length || !data.scenes.some((one) => one.name === "all")) return "";
    return make("button", { type: "button", class: "step", onclick: () => scene.open("all") }, both(KG.pair("show-all")));
  }

  function hubRow({ id, lines, shown }) {
    const check = make("input", { type: "checkbox" });
    check.checked = shown;
    check.addEventListener("change", () => scene.showHub(id, check.checked));
    return make("li", {}, make("label", {}, check, entities[id].label,
      make("small", {}, says.phrase("hub-counts", entities[id].documents, lines))));
  }

  /** The lines left out, by the entity that so many documents name; each can be drawn. */
  function hubs(wasOpen) {
    const here = scene.hubsHere();
    if (!here.length) return "";
    const left = here.filter((hub) => !hub.shown);
    const lines = left.reduce((sum, hub) => sum + hub.lines, 0);
    const every = make("button", {
      type: "button", class: "step", onclick: () => here.forEach((hub) => scene.showHub(hub.id, left.length > 0)),
    }, both(KG.pair(left.length ? "draw-these" : "leave-these-out")));
    const box = make("details", { id: "hubs", open: wasOpen ? "" : null },
      make("summary", {}, says.phrase("hub-lines-left", lines, left.length)),
      make("p", {}, both(KG.pair("hubs-mean"))), every, make("ul", {}, ...here.map(hubRow)));
    return box;
  }

  function draw() {
    const wasOpen = bar.querySelector("details")?.open;
    bar.replaceChildren(...[make("span", { class: "path" }, ...steps()),
      make("span", { class: "amount" }, both(amount())), allButton(), hubs(wasOpen)].filter(Boolean));
  }

  KG.on("scene", draw);
  draw();
  return { draw };
})();
