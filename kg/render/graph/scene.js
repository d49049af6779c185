// The picture: what is drawn, how it looks, and what moves it.
//
// A page holds more than it draws. A scene is what is drawn together: entities, or groups that open
// another scene. Entities are added to it one by one, by expanding what is drawn or by a choice.
"use strict";
KG.scene = (() => {
  const { data, nodes, edges, entities, words, around, groupOf, otherEnd, DASHED } = KG.model;
  const canvas = document.getElementById("canvas");
  const roots = new Set(data.roots);
  const hubs = new Map(data.hubs.map((hub) => [hub.id, hub]));
  const shownHubs = new Set();
  const scenes = new Map(data.scenes.map((one) => [one.name, one]));
  const FONT = data.options.nodes.font.face;
  const MANY = 600; // nodes, beyond which what is not chosen is not dimmed one by one

  let scene = data.scenes[0];
  let drawn = new Map(); // what is drawn: number → place, size, label
  let brought = new Map(); // what an expansion has added: number → numbers
  let passes = () => true;
  let passesKind = () => true;
  let selected = null;
  let lit = null; // what alone is not dimmed
  let unlit = null; // the view before
  let fitted = true;

  // -- looks -----------------------------------------------------------------------------------

  let colours = {};
  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const names = ["paper", "panel", "ink", "soft", "faded", "focus", "shared", "edge-Cited", "on-Cited",
      "on-PolicyDocument", ...Object.keys(words.classes), ...Object.keys(words.ties)];
    colours = Object.fromEntries(names.map((n) => [n, style.getPropertyValue("--" + n).trim()]));
  }

  let shownScale = 1;

  /** Big labels keep to the size of a heading when zoomed in, so that what is around them shows. */
  function sizes(node) {
    if (lit && lit.has(node.id) && node.shape !== "box") {
      return { font: Math.max(node.font, 13 / shownScale), size: Math.max(node.size, 6 / shownScale) };
    }
    const font = Math.max(Math.min(node.font, 14), Math.min(node.font, 22 / shownScale));
    return { font, size: Math.max(Math.min(node.size, 7), Math.min(node.size, 16 / shownScale)) };
  }

  const isHidden = (id) => !passes(id);

  function nodeLook(node, near) {
    const { font, size } = sizes(node);
    const group = groupOf(node.id);
    const dim = near && !near.has(node.id);
    const boxed = node.shape === "box";
    const stands = node.id === selected || roots.has(node.id);
    const background = dim ? colours.faded : colours[group];
    const border = stands ? colours.focus
      : dim ? colours.faded : colours[group === "Cited" ? "edge-Cited" : group];
    const ink = dim ? (boxed ? colours.soft : colours.faded)
      : boxed ? colours["on-" + group] : colours.ink;
    const look = {
      id: node.id, size, hidden: isHidden(node.id), borderWidth: stands ? 4 : 1,
      color: { background, border, hover: { background, border: colours.focus } },
      font: { size: font, color: ink, strokeWidth: boxed || dim ? 0 : 4, strokeColor: colours.paper },
    };
    if (boxed) look.shapeProperties = { borderDashes: group === "Cited" ? [5, 4] : false, borderRadius: 5 };
    return look;
  }

  function wholeNode(node) {
    return { ...nodeLook(node, near()), x: node.x, y: node.y, shape: node.shape, label: node.label };
  }

  const isHubLine = (edge) => edge.hub !== undefined && !shownHubs.has(edge.hub);

  function edgeLook(edge, near) {
    const chosen = lit ? lit.has(edge.from) && lit.has(edge.to)
      : selected !== null && (edge.from === selected || edge.to === selected);
    const bare = edge.kind === "mentions" && around[edge.to].length > 1;
    const colour = near && !chosen ? colours.faded
      : colours[chosen && edge.kind === "mentions" ? "soft" : bare ? "shared" : edge.kind];
    const opacity = edgeSet.length > 1200 && !chosen ? 0.35 : 1;
    const look = {
      id: edge.id,
      hidden: !passesKind(edge.kind) || (isHubLine(edge) && !chosen),
      width: chosen ? Math.max(edge.width, 2) : edge.width,
      label: chosen ? KG.said(words.ties[edge.kind] || [edge.kind, ""]) : undefined,
      color: { opacity, color: colour, hover: colours.focus },
    };
    if (chosen) look.font = { size: 12, color: colours.ink, strokeWidth: 3, strokeColor: colours.paper };
    return look;
  }

  function wholeEdge(edge) {
    const look = { ...edgeLook(edge, near()), from: edge.from, to: edge.to };
    if (edge.kind !== "mentions") look.arrows = "to";
    if (DASHED.has(edge.kind)) look.dashes = [8, 6];
    return look;
  }

  // -- groups ----------------------------------------------------------------------------------

  const total = (group) => Object.values(group.counts).reduce((sum, count) => sum + count, 0);
  const groupId = (number) => "group-" + number;

  /** The name of a group, or what its members lack: 未标明地区 where no document says its region. */
  function groupName(group, kind) {
    return group.label ? [group.label, group.label] : KG.pair("no-" + kind);
  }

  function groupSize(group) {
    return KG.says.fill("group-size", group.documents, total(group));
  }

  function groupNode(group, number) {
    const background = colours[scene.kind === "document" ? "PolicyDocument" : "Region"];
    const name = KG.said(groupName(group, scene.kind));
    return {
      id: groupId(number), x: group.x, y: group.y, size: group.size, shape: "dot",
      label: `${name.length > 18 ? name.slice(0, 17) + "…" : name}\n${KG.said(groupSize(group))}`,
      color: { background, border: background, hover: { background, border: colours.focus } },
      font: { size: group.font, color: colours.ink, strokeWidth: 4, strokeColor: colours.paper },
    };
  }

  function groupLine([from, to, shared], number) {
    return {
      id: "line-" + number, from: groupId(from), to: groupId(to), arrows: "",
      width: Math.min(0.5 + Math.sqrt(shared) / 2, 7),
      color: { color: colours.shared, opacity: 0.6, hover: colours.focus },
    };
  }

  // -- the network -------------------------------------------------------------------------------

  readColours();
  const nodeSet = new vis.DataSet();
  const edgeSet = new vis.DataSet();
  let network = null;

  /** The lines between what is drawn. */
  function linesBetween() {
    const found = [];
    for (const edge of edges) if (drawn.has(edge.from) && drawn.has(edge.to)) found.push(edge);
    return found;
  }

  const near = () => lit || (selected === null || drawn.size > MANY ? null
    : new Set([selected, ...around[selected].map((n) => otherEnd(edges[n], selected))]));

  /** Draw a scene from the start. */
  function fill() {
    drawn = new Map(scene.nodes.map((row) => [row.id, { ...nodes[row.id], ...row }]));
    brought = new Map();
    nodeSet.clear();
    edgeSet.clear();
    if (scene.groups.length) {
      nodeSet.add(scene.groups.map(groupNode));
      edgeSet.add(scene.lines.map(groupLine));
    } else {
      nodeSet.add([...drawn.values()].map(wholeNode));
      edgeSet.add(linesBetween().map(wholeEdge));
    }
  }

  /** Paint everything anew: after a choice, a switch of the legend, or of the colour scheme. */
  function paint() {
    if (scene.groups.length) {
      nodeSet.update(scene.groups.map(groupNode));
      edgeSet.update(scene.lines.map(groupLine));
      return;
    }
    const close = near();
    nodeSet.update([...drawn.values()].map((node) => nodeLook(node, close)));
    edgeSet.update(linesBetween().map((edge) => edgeLook(edge, close)));
  }

  /** Paint only what a choice changes, where there is too much to dim the rest. */
  function repaint(ids) {
    const some = ids.filter((id) => id !== null && drawn.has(id));
    const lines = new Set(some.flatMap((id) => around[id]));
    nodeSet.update(some.map((id) => nodeLook(drawn.get(id), null)));
    edgeSet.update([...lines].map((n) => edges[n])
      .filter((edge) => drawn.has(edge.from) && drawn.has(edge.to)).map((edge) => edgeLook(edge, null)));
  }

  let resizing = 0;

  function followScale() {
    resizing = 0;
    const scale = network.getScale();
    if (Math.abs(Math.log(scale / shownScale)) < 0.08) return;
    shownScale = scale;
    const close = near();
    const growing = [...drawn.values()].filter((node) => node.font > 14);
    if (growing.length) nodeSet.update(growing.map((node) => nodeLook(node, close)));
  }

  // -- the view ----------------------------------------------------------------------------------

  function ends(boxes) {
    return {
      left: Math.min(...boxes.map((box) => box.left)), right: Math.max(...boxes.map((box) => box.right)),
      top: Math.min(...boxes.map((box) => box.top)), bottom: Math.max(...boxes.map((box) => box.bottom)),
    };
  }

  /** Show all of the picture, or some nodes of it, in the part of the canvas left by the legend. */
  function fit(ids) {
    const all = !Array.isArray(ids);
    const some = all ? nodeSet.getIds() : ids.filter((id) => drawn.has(id));
    const boxes = some.filter((id) => typeof id === "string" || !isHidden(id))
      .map((id) => network.getBoundingBox(id));
    if (!boxes.length || !canvas.clientHeight) return;
    const { left, right, top, bottom } = ends(boxes);
    const covered = document.getElementById("legend").offsetHeight + 20;
    const bar = document.getElementById("trail");
    const trail = bar.offsetTop + bar.offsetHeight - 8;
    const room = Math.max(canvas.clientHeight - covered - trail - 24, 100);
    const scale = Math.min((canvas.clientWidth - 60) / (right - left + 1),
      room / (bottom - top + 1), all ? 1.6 : 1);
    const y = (top + bottom) / 2 + (covered - trail - 12) / 2 / scale;
    network.moveTo({ position: { x: (left + right) / 2, y }, scale, animation: false });
    fitted = all;
    followScale();
  }

  function zoom(factor) {
    fitted = false;
    network.moveTo({ scale: network.getScale() * factor });
    followScale();
  }

  // -- scenes --------------------------------------------------------------------------------------

  /** Tell the page what is drawn now. */
  function told() { KG.tell("scene", scene.name); }

  /** Open a scene by its name; tell whether there is one of this name. */
  function open(name) {
    if (!scenes.has(name)) return false;
    scene = scenes.get(name);
    selected = lit = unlit = null;
    fill();
    fit();
    told();
    return true;
  }

  /** The scenes that lead to the one that is open, that one last. */
  function path() {
    const steps = [];
    for (let one = scene; one; one = scenes.get(one.parent)) steps.unshift(one);
    return steps;
  }

  /** The name of a scene, in both languages. */
  function title(one) {
    const parent = scenes.get(one.parent);
    if (!parent) return KG.pair("overview");
    return one.name === "all" ? KG.pair("everything")
      : groupName(one, parent.kind);
  }

  /** The scene of the fewest entities in which an entity, or a document that names it, is drawn. */
  function home(id) {
    let best = null;
    for (const one of data.scenes) {
      if (one.groups.length || (best && best.members <= one.members)) continue;
      if (one.nodes.some((row) => row.id === id || entities[id].docs.includes(row.id))) best = one;
    }
    return best;
  }

  // -- adding and taking away ------------------------------------------------------------------

  const STEP = 26;

  /** Half of the room that a node takes. */
  function room(node) {
    const lines = node.label.split("\n");
    const wide = Math.max(...lines.map((line) => line.length)) * node.font / 2 + 6;
    return { wide, tall: node.size + lines.length * node.font * 0.65 };
  }

  /** A free place near a spot: ever wider rings, always the same for the same picture. */
  function placeNear(spot, node, taken) {
    const { wide, tall } = room(node);
    const free = (x, y) => !taken.some((other) =>
      Math.abs(other.x - x) < other.wide + wide && Math.abs(other.y - y) < other.tall + tall);
    for (let ring = 2; ring < 200; ring += 1) {
      for (let i = 0; i < 6 * ring; i += 1) {
        const angle = Math.PI * 2 * i / (6 * ring) + ring * 0.3;
        const x = Math.round(spot.x + Math.cos(angle) * ring * STEP * 1.3);
        const y = Math.round(spot.y + Math.sin(angle) * ring * STEP);
        if (free(x, y)) return { x, y };
      }
    }
    return { x: spot.x, y: spot.y };
  }

  /** Add entities near a spot; those drawn already stay where they are. */
  function add(ids, spot) {
    const fresh = [...new Set(ids)].filter((id) => !drawn.has(id));
    const taken = [...drawn.values()].map((node) => ({ x: node.x, y: node.y, ...room(node) }));
    for (const id of fresh) {
      const node = { id, ...nodes[id] };
      Object.assign(node, placeNear(spot, node, taken));
      taken.push({ x: node.x, y: node.y, ...room(node) });
      drawn.set(id, node);
    }
    const added = new Set(fresh);
    nodeSet.add(fresh.map((id) => wholeNode(drawn.get(id))));
    edgeSet.add(linesBetween().filter((edge) => added.has(edge.from) || added.has(edge.to)).map(wholeEdge));
    return fresh;
  }

  function remove(ids) {
    const gone = new Set(ids);
    edgeSet.remove(edges.filter((edge) => edgeSet.get(edge.id) && (gone.has(edge.from) || gone.has(edge.to)))
      .map((edge) => edge.id));
    nodeSet.remove(ids);
    for (const id of ids) drawn.delete(id);
  }

  /** The neighbours of an entity that are not drawn, those that most documents name first. */
  function hiddenNeighbours(id) {
    const others = new Set(around[id].map((n) => otherEnd(edges[n], id)).filter((other) => !drawn.has(other)));
    return [...others].sort(KG.model.heaviest);
  }

  /** Draw the neighbours of an entity near it, `most` at once; give those that were added. */
  function expand(id, most = 60) {
    if (!drawn.has(id)) show(id);
    const added = add(hiddenNeighbours(id).slice(0, most), drawn.get(id));
    if (!added.length) return added;
    brought.set(id, [...(brought.get(id) || []), ...added]);
    if (selected !== null) paint();
    told();
    return added;
  }

  /** Take away what the expansion of an entity added, and what was added from there. */
  function collapse(id) {
    const gone = (brought.get(id) || []).flatMap((other) => [...collapsed(other), other]);
    brought.delete(id);
    if (gone.includes(selected)) selected = null;
    remove([...new Set(gone)].filter((other) => drawn.has(other)));
    paint();
    told();
    return gone;
  }

  function collapsed(id) {
    const below = (brought.get(id) || []).flatMap((other) => [...collapsed(other), other]);
    brought.delete(id);
    return below;
  }

  const canCollapse = (id) => brought.has(id);

  /** See that an entity is drawn: open a scene that holds it, and add it where it is not drawn. */
  function show(id) {
    if (drawn.has(id)) return;
    const place = scene.groups.length ? home(id) : null;
    if (place) open(place.name);
    else if (scene.groups.length) open(data.scenes.find((one) => !one.groups.length).name);
    if (drawn.has(id)) return;
    const known = around[id].map((n) => otherEnd(edges[n], id)).filter((other) => drawn.has(other));
    const spot = known.length ? drawn.get(known.sort(KG.model.heaviest)[0]) : { x: 0, y: 0 };
    const added = add([id], spot);
    if (!known.length) added.push(...add(hiddenNeighbours(id).slice(0, 12), drawn.get(id)));
    told();
  }

  // -- choices -------------------------------------------------------------------------------------

  /** Make an entity the one that stands out; null for none. One that is not drawn is added. */
  function select(id) {
    const before = selected;
    const dimmed = lit !== null;
    lit = unlit = null;
    if (id !== null) show(id);
    selected = id;
    network.unselectAll();
    if (drawn.size > MANY && !dimmed) repaint([before, id]);
    else paint();
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

  /** Draw only the entities, and the kinds of lines, that pass. */
  function filter(entity, kind = () => true) {
    passes = entity;
    passesKind = kind;
    paint();
  }

  /** Draw the bare mentions of what so many documents name that they cover the rest, or not. */
  function showHub(id, on) {
    if (on) shownHubs.add(id); else shownHubs.delete(id);
    repaint([id]);
    told();
  }

  /** What lines of the picture are not drawn, by the hub that they lead to. */
  function hubsHere() {
    const lines = new Map();
    for (const edge of linesBetween()) {
      if (edge.hub !== undefined) lines.set(edge.hub, (lines.get(edge.hub) || 0) + 1);
    }
    return [...lines].map(([id, count]) => ({ id, lines: count, shown: shownHubs.has(id) }))
      .sort((a, b) => b.lines - a.lines || a.id - b.id);
  }

  const withNeighbours = (id) => [id, ...around[id].map((n) => otherEnd(edges[n], id))];
  const isDrawn = (id) => drawn.has(id);

  // -- drawing ---------------------------------------------------------------------------------

  /** Beside what is chosen and its neighbours stands how many of theirs are not drawn. */
  function drawBadges(context) {
    if (selected === null || drawn.size > MANY || !drawn.has(selected)) return;
    const scale = network.getScale();
    context.font = `${12 / scale}px ${FONT}`;
    context.textAlign = "left";
    context.fillStyle = colours.focus;
    for (const id of near()) {
      if (!drawn.has(id) || isHidden(id)) continue;
      const count = hiddenNeighbours(id).length;
      if (!count) continue;
      const box = network.getBoundingBox(id);
      context.fillText(`+${count}`, box.right + 2 / scale, box.top + 10 / scale);
    }
  }

  fill();
  network = new vis.Network(canvas, { nodes: nodeSet, edges: edgeSet }, data.options);

  const groupAt = (id) => scene.groups[Number(String(id).slice("group-".length))];

  network.on("click", ({ nodes: [id], edges: [number] }) => {
    if (typeof id === "string") open(groupAt(id).scene);
    else if (id !== undefined) KG.tell("pick-entity", id);
    else if (typeof number === "number") KG.tell("pick-edge", number);
    else if (selected !== null) KG.tell("pick-entity", null);
  });
  network.on("doubleClick", ({ nodes: [id] }) => {
    if (typeof id === "number") { if (canCollapse(id)) collapse(id); else expand(id); }
  });
  network.on("hoverNode", ({ node, pointer }) => {
    if (typeof node === "number") KG.tell("hover-entity", node, pointer.DOM);
    else KG.tell("hover-group", groupAt(node), pointer.DOM);
  });
  network.on("hoverEdge", ({ edge, pointer }) => {
    if (typeof edge === "number") KG.tell("hover-edge", edge, pointer.DOM);
  });
  for (const name of ["blurNode", "blurEdge", "dragStart", "zoom"]) {
    network.on(name, () => KG.tell("hover-nothing"));
  }
  for (const name of ["dragStart", "zoom"]) network.on(name, () => { fitted = false; });
  network.on("dragEnd", ({ nodes: moved }) => {
    for (const id of moved) if (drawn.has(id)) Object.assign(drawn.get(id), network.getPosition(id));
  });
  network.on("zoom", () => { resizing = resizing || requestAnimationFrame(followScale); });
  network.on("resize", () => { if (fitted) requestAnimationFrame(() => fit()); });
  network.on("afterDrawing", drawBadges);
  network.once("afterDrawing", () => {
    document.documentElement.dataset.drawn = String(nodeSet.length);
    document.documentElement.dataset.drawnAfter = String(Math.round(performance.now()));
  });
  KG.on("theme", () => {
    readColours();
    paint();
  });
  KG.on("language", paint);

  return {
    network, select, filter, light, fit, zoom, withNeighbours, open, path, title, expand,
    collapse, canCollapse, hiddenNeighbours, isDrawn, showHub, hubsHere, groupName, groupSize,
    scene: () => scene, drawn: () => [...drawn.keys()], held: () => entities.length,
  };
})();
