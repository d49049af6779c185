// What the page holds: entities, the lines between them, and the sentences behind both.
"use strict";
KG.model = (() => {
  const { make } = KG;
  const data = JSON.parse(document.getElementById("data").textContent);
  const { nodes, edges, entities, ties, sentences, sources, words } = data;

  const word = (table, key) => words[table][key] || [key, ""];
  const groupOf = (id) => entities[id].group;
  const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  /** The numbers of the lines at each entity. */
  const around = nodes.map(() => []);
  nodes.forEach((node, id) => { node.id = id; });
  edges.forEach((edge, number) => {
    edge.id = number;
    edge.width = edge.width || 1;
    around[edge.from].push(number);
    around[edge.to].push(number);
  });
  const otherEnd = (edge, id) => (edge.from === id ? edge.to : edge.from);

  const fact = (id, name) => (entities[id].facts.find(([key]) => key === name) || ["", ""])[1];
  const weight = (id) => entities[id].documents * 1000 + entities[id].mentions;
  const heaviest = (a, b) => weight(b) - weight(a) || byText(entities[a].label, entities[b].label);

  /** Every place where the page can show that an entity is named, without repeats. */
  function places(id) {
    const found = [...entities[id].spans];
    const mine = around[id].filter((n) => edges[n].to === id || groupOf(id) === "Target");
    for (let round = 0; round < 3; round += 1) {
      for (const n of mine) {
        const span = ties[n].flatMap((tie) => tie[2])[round];
        if (span && !found.some((other) => other[0] === span[0] && other[1] === span[1])) {
          found.push(span);
        }
      }
    }
    return found.slice(0, data.evidence);
  }

  // -- signs of classes and ties ---------------------------------------------------------------

  const DASHED = new Set(["plansToIssue", "cites", "within", "subOrganizationOf"]);
  const THIN = new Set(["mentions", "involves", "within", "hasPart", "hasTarget"]);
  const SHAPES = {
    PolicyDocument: "box", Cited: "box dashed", Agency: "dot", Program: "diamond",
    Region: "triangle", Task: "square", Target: "star",
  };

  function swatch(group) {
    const shape = make("span", { class: "shape " + SHAPES[group], "aria-hidden": "true" });
    shape.style.setProperty("--hue", `var(--${group})`);
    return shape;
  }

  function stroke(kind) {
    const look = (DASHED.has(kind) ? " dashed" : "") + (THIN.has(kind) ? " thin" : "");
    const line = make("span", { class: "stroke" + look, "aria-hidden": "true" });
    line.style.setProperty("--hue", `var(--${kind})`);
    return line;
  }

  return {
    data, nodes, edges, entities, ties, sentences, sources, words, word, groupOf, byText, around,
    otherEnd, fact, heaviest, places, swatch, stroke, DASHED,
  };
})();
