// The picture: what is drawn, how it looks, and what moves it.
"use strict";
KG.scene = (() => {
  const { data, nodes, edges, entities, words, around, otherEnd, DASHED } = KG.model;
  const canvas = document.getElementById("canvas");
  let keepsNode = () => true;
  let keepsKind = () => true;
  const roots = new Set(data.roots);
  const crowded = edges.length > 1200;
  let selected = null;
  let lit = null; // what alone is not dimmed
  let unlit = null; // the view before
  let fitted = true;

  // -- the network ---------------------------------------------------------------------------

  let colours = {};
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const names = ["paper", "ink", "soft", "faded", "focus", "shared", "edge-Cited", "on-Cited",
      "on-PolicyDocument", ...Object.keys(words.classes), ...Object.keys(words.ties)];
    colours = Object.fromEntries(names.map((n) => [n, style.getPropertyValue("--" + n).trim()]));
  }

  let shownScale = 1;

  /** Big labels keep to the size of a heading when zoomed in, so that what is around them shows. */
  function sizes(node) {
    if (lit && lit.has(node.id) && node.shape !== "box") {
      return { font: Math.max(node.font.size, 13 / shownScale), size: Math.max(node.size, 6 / shownScale) };
    }
    const font = Math.max(Math.min(node.font.size, 14), Math.min(node.font.size, 22 / shownScale));
    return { font, size: Math.max(Math.min(node.size, 7), Math.min(node.size, 16 / shownScale)) };
  }

  function nodeLook(node, near) {
    const { font, size } = sizes(node);
    const group = node.group;
    const dim = near && !near.has(node.id);
    const hue = dim ? colours.faded : colours[group];
    const boxed = node.shape === "box";
    const ink = dim ? (boxed ? colours.soft : colours.faded)
      : boxed ? colours["on-" + group] : colours.ink;
    const border = dim ? colours.faded : colours[group === "Cited" ? "edge-Cited" : group];
    const paint = { background: hue, border: node.id === selected || roots.has(node.id) ? colours.focus : border };
    return {
      id: node.id,
      size,
      hidden: !keepsNode(node.id),
      color: { ...paint, highlight: paint, hover: { background: hue, border: colours.focus } },
      borderWidth: node.id === selected || roots.has(node.id) ? 4 : group === "Cited" ? 1.5 : 1,
      shapeProperties: { borderDashes: group === "Cited" && boxed ? [5, 4] : false, borderRadius: 5 },
      font: {
        size: font, color: ink,
        strokeWidth: boxed || dim ? 0 : 4, strokeColor: colours.paper,
      },
    };
  }

  function edgeLook(edge, near) {
    const chosen = lit ? lit.has(edge.from) && lit.has(edge.to)
      : selected !== null && (edge.from === selected || edge.to === selected);
    const dim = near && !chosen;
    const bare = edge.kind === "mentions" && around[edge.to].length > 1;
    const bold = chosen && edge.kind === "mentions";
    const colour = dim ? colours.faded : colours[bold ? "soft" : bare ? "shared" : edge.kind];
    return {
      id: edge.id,
      hidden: !keepsKind(edge.kind) || (Boolean(edge.hidden) && !chosen),
      width: chosen ? Math.max(edge.width, 2) : edge.width,
      color: { opacity: crowded && !chosen ? 0.3 : 1, color: colour, highlight: colours[edge.kind], hover: colours.focus },
      dashes: DASHED.has(edge.kind) ? [8, 6] : false,
    };
  }

  readColours();
  const nodeSet = new vis.DataSet(nodes.map((node) => ({ ...node, ...nodeLook(node, null) })));
  const edgeSet = new vis.DataSet(edges.map((edge) => ({ ...edge, ...edgeLook(edge, null) })));
  const network = new vis.Network(canvas, { nodes: nodeSet, edges: edgeSet }, data.options);

  const near = () => lit || (selected === null ? null
    : new Set([selected, ...around[selected].map((n) => otherEnd(edges[n], selected))]));

  /** Paint everything anew: after a choice, a switch of the legend, or of the colour scheme. */
  function paint() {
    const close = near();
    nodeSet.update(nodes.map((node) => nodeLook(node, close)));
    edgeSet.update(edges.map((edge) => edgeLook(edge, close)));
  }

  const growing = nodes.filter((node) => node.font.size > 14);
  let resizing = 0;

  function followScale() {
    resizing = 0;
    const scale = network.getScale();
    if (Math.abs(Math.log(scale / shownScale)) < 0.08) return;
    shownScale = scale;
    const close = near();
    nodeSet.update(growing.map((node) => nodeLook(node, close)));
  }

  /** Show all of the picture, or some nodes of it, in the part of the canvas left by the legend. */
  function fit(ids) {
    const some = Array.isArray(ids) ? ids : nodes.map((node) => node.id);
    const boxes = some.filter(keepsNode)
      .map((id) => network.getBoundingBox(id));
    if (!boxes.length || !canvas.clientHeight) return;
    const left = Math.min(...boxes.map((box) => box.left));
    const right = Math.max(...boxes.map((box) => box.right));
    const top = Math.min(...boxes.map((box) => box.top));
    const bottom = Math.max(...boxes.map((box) => box.bottom));
    const covered = document.getElementById("legend").offsetHeight + 20;
    const room = Math.max(canvas.clientHeight - covered - 24, 100);
    const scale = Math.min((canvas.clientWidth - 80) / (right - left + 1),
      room / (bottom - top + 1), Array.isArray(ids) ? 1 : 1.6);
    const y = (top + bottom) / 2 + (covered - 12) / 2 / scale;
    network.moveTo({ position: { x: (left + right) / 2, y }, scale, animation: false });
    fitted = !Array.isArray(ids);
    followScale();
  }

  function zoom(factor) {
    fitted = false;
    network.moveTo({ scale: network.getScale() * factor });
    followScale();
  }

  /** Make an entity the one that stands out; null for none. */
  function select(id) {
    selected = id;
    lit = unlit = null;
    network.unselectAll();
    paint();
  }

  /** Dim all but some entities and the lines between them, and bring them into view; null to undo. */
  function light(ids) {
    const before = lit ? unlit : { position: network.getViewPosition(), scale: network.getScale(), fitted };
    lit = ids && ids.length ? new Set(ids) : null;
    if (lit) {
      unlit = before;
      fit([...lit]);
    } else if (unlit) {
      network.moveTo({ ...unlit, animation: false });
      fitted = unlit.fitted;
      unlit = null;
      followScale();
    }
    paint();
  }

  /** Show only what two predicates keep: of the entities' numbers, and of the names of ties. */
  function filter(node, kind) {
    keepsNode = node;
    keepsKind = kind;
    paint();
  }

  const withNeighbours = (id) => [id, ...around[id].map((n) => otherEnd(edges[n], id))];

  network.on("click", ({ nodes: [id], edges: [number] }) => {
    if (id !== undefined) KG.tell("pick-entity", id);
    else if (number !== undefined) KG.tell("pick-edge", number);
    else if (selected !== null) KG.tell("pick-entity", null);
  });
  network.on("hoverNode", ({ node, pointer }) => KG.tell("hover-entity", node, pointer.DOM));
  network.on("hoverEdge", ({ edge, pointer }) => KG.tell("hover-edge", edge, pointer.DOM));
  for (const name of ["blurNode", "blurEdge", "dragStart", "zoom"]) {
    network.on(name, () => KG.tell("hover-nothing"));
  }
  for (const name of ["dragStart", "zoom"]) network.on(name, () => { fitted = false; });
  network.on("zoom", () => { resizing = resizing || requestAnimationFrame(followScale); });
  network.on("resize", () => { if (fitted) requestAnimationFrame(() => fit()); });
  network.once("afterDrawing", () => {
    document.documentElement.dataset.drawn = String(nodes.length);
    document.documentElement.dataset.drawnAfter = String(Math.round(performance.now()));
  });
  KG.on("theme", () => {
    readColours();
    paint();
  });

  return { network, select, filter, light, fit, zoom, withNeighbours };
})();
