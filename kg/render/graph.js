// The page's behaviour. All text from documents reaches the page through textContent only.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { nodes, edges, entities, ties, sentences, sources, words } = data;
  const find = (id) => document.getElementById(id);
  const canvas = find("canvas");
  const panel = find("panel");
  const tooltip = find("tooltip");
  const off = { groups: new Set(), kinds: new Set() };
  const roots = new Set(data.roots);
  const crowded = edges.length > 1200;
  let selected = null;
  let fitted = true;

  // -- small pieces --------------------------------------------------------------------------

  /** Make an element; children are elements or text, never markup. */
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "onclick") element.addEventListener("click", value);
      else if (value !== null && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  /** Chinese with its English subtitle. */
  function bilingual([chinese, english]) {
    return make("span", {}, chinese, english ? " " : "", make("small", { class: "en" }, english));
  }

  const word = (table, key) => words[table][key] || [key, ""];
  const groupOf = (id) => nodes[id].group;
  const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  function swatch(group) {
    const shapes = {
      PolicyDocument: "box", Cited: "box dashed", Agency: "dot", Program: "diamond",
      Region: "triangle", Task: "square", Target: "star",
    };
    const shape = make("span", { class: "shape " + shapes[group], "aria-hidden": "true" });
    shape.style.setProperty("--hue", `var(--${group})`);
    return shape;
  }

  const DASHED = new Set(["plansToIssue", "cites", "within", "subOrganizationOf"]);
  const THIN = new Set(["mentions", "involves", "within", "hasPart", "hasTarget"]);

  function stroke(kind) {
    const look = (DASHED.has(kind) ? " dashed" : "") + (THIN.has(kind) ? " thin" : "");
    const line = make("span", { class: "stroke" + look, "aria-hidden": "true" });
    line.style.setProperty("--hue", `var(--${kind})`);
    return line;
  }

  // -- the network ---------------------------------------------------------------------------

  const around = nodes.map(() => []);
  edges.forEach((edge, number) => {
    edge.id = number;
    around[edge.from].push(number);
    around[edge.to].push(number);
  });
  const otherEnd = (edge, id) => (edge.from === id ? edge.to : edge.from);

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
      hidden: off.groups.has(group),
      color: { ...paint, highlight: paint, hover: { background: hue, border: colours.focus } },
      borderWidth: node.id === selected || roots.has(node.id) ? 4 : group === "Cited" ? 1.5 : 1,
      shapeProperties: { borderDashes: group === "Cited" && boxed ? [5, 4] : false, borderRadius: 5 },
      font: {
        size: font, color: ink,
        strokeWidth: boxed ? 0 : 4, strokeColor: colours.paper,
      },
    };
  }

  function edgeLook(edge, near) {
    const chosen = selected !== null && (edge.from === selected || edge.to === selected);
    const dim = near && !chosen;
    const bare = edge.kind === "mentions" && around[edge.to].length > 1;
    const bold = chosen && edge.kind === "mentions";
    const colour = dim ? colours.faded : colours[bold ? "soft" : bare ? "shared" : edge.kind];
    return {
      id: edge.id,
      hidden: off.kinds.has(edge.kind) || (Boolean(edge.hidden) && !chosen),
      width: chosen ? Math.max(edge.width, 2) : edge.width,
      color: { opacity: crowded && !chosen ? 0.3 : 1, color: colour, highlight: colours[edge.kind], hover: colours.focus },
      dashes: DASHED.has(edge.kind) ? [8, 6] : false,
    };
  }

  readColours();
  const nodeSet = new vis.DataSet(nodes.map((node) => ({ ...node, ...nodeLook(node, null) })));
  const edgeSet = new vis.DataSet(edges.map((edge) => ({ ...edge, ...edgeLook(edge, null) })));
  const network = new vis.Network(canvas, { nodes: nodeSet, edges: edgeSet }, data.options);

  const near = () => (selected === null ? null
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
    const boxes = some.filter((id) => !off.groups.has(groupOf(id)))
      .map((id) => network.getBoundingBox(id));
    if (!boxes.length || !canvas.clientHeight) return;
    const left = Math.min(...boxes.map((box) => box.left));
    const right = Math.max(...boxes.map((box) => box.right));
    const top = Math.min(...boxes.map((box) => box.top));
    const bottom = Math.max(...boxes.map((box) => box.bottom));
    const covered = find("legend").offsetHeight + 20;
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

  // -- sentences -----------------------------------------------------------------------------

  /** A sentence with the place that was read marked; offsets are code points. */
  function quote([number, begin, end]) {
    const [source, first, text, cuts] = sentences[number];
    const points = Array.from(text);
    const from = Math.max(0, begin - first);
    const to = Math.max(from, end - first);
    return make("blockquote", {},
      cuts & 1 ? "…" : "", points.slice(0, from).join(""),
      make("mark", {}, points.slice(from, to).join("")),
      points.slice(to).join(""), cuts & 2 ? "…" : "",
      make("cite", {}, cited(sources[source], begin, end)));
  }

  /** Where a quotation stands: a link where the document has a page of its own. */
  function cited([name, page], begin, end) {
    const words = `${name} · 第 ${begin}–${end} 字`;
    return page ? make("a", { href: `${page}#char=${begin},${end}` }, words) : words;
  }

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

  // -- the panel -----------------------------------------------------------------------------

  function link(id, aside) {
    return make("li", {}, make("button", {
      type: "button", class: groupOf(id) === "PolicyDocument" ? "link stacked" : "link", onclick: () => choose(id),
    },
      swatch(groupOf(id)), make("span", { class: "name" }, entities[id].label),
      aside ? make("span", { class: "aside" }, aside) : ""));
  }

  function list(title, ids, aside, most = 12) {
    if (!ids.length) return "";
    const rows = ids.map((id) => link(id, aside ? aside(id) : ""));
    const section = make("section", {}, make("h3", {}, bilingual(title), ` ${ids.length}`),
      make("ul", {}, ...rows.slice(0, most)));
    if (rows.length > most) {
      section.append(make("details", {}, make("summary", {}, `其余 ${rows.length - most} 个`),
        make("ul", {}, ...rows.slice(most))));
    }
    return section;
  }

  const fact = (id, name) => (entities[id].facts.find(([key]) => key === name) || ["", ""])[1];

  function classLine(id) {
    const group = groupOf(id);
    const kind = entities[id].kind;
    const names = bilingual(word("classes", group));
    const line = make("p", { class: "class" }, swatch(group), names);
    if (kind !== group && words.classes[kind] && kind !== "PolicyDocument") {
      line.append(" · ", bilingual(word("classes", kind)));
    } else if (group === "Cited" && kind !== "PolicyDocument") {
      line.append(" · ", bilingual(word("classes", kind)));
    }
    return line;
  }

  function shownIds(group) {
    return nodes.filter((node) => node.group === group).map((node) => node.id);
  }

  const weight = (id) => entities[id].documents * 1000 + entities[id].mentions;
  const heaviest = (a, b) => weight(b) - weight(a) || byText(entities[a].label, entities[b].label);
  const named = (id) => `${entities[id].documents} 份文件`;

  function showOverview() {
    const newest = (a, b) => byText(fact(b, "issued"), fact(a, "issued"));
    const documents = shownIds("PolicyDocument").sort(newest);
    const shared = (group) => shownIds(group).filter((id) => entities[id].documents > 1).sort(heaviest);
    const duties = shownIds("Agency")
      .map((id) => [id, around[id].flatMap((n) => ties[n])
        .filter(([kind]) => kind === "leads").reduce((sum, tie) => sum + tie[1], 0)])
      .filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
    const leads = new Map(duties);
    panel.replaceChildren(
      make("h2", {}, bilingual(["这些文件", "These documents"])),
      make("p", {}, data.summary),
      ...data.notes.map((note) => make("p", { class: "en" }, note)),
      list(["收录的文件", "Documents"], documents,
        (id) => [fact(id, "issuedBy"), fact(id, "issued")].filter(Boolean).join(" · "), 20),
      list(["多份文件共有的政策", "Shared programmes"], shared("Program"), named, 8),
      list(["多份文件引用的文件", "Cited by several"], shared("Cited"), named, 8),
      list(["牵头任务的机构", "Lead agencies"], duties.map(([id]) => id),
        (id) => `${leads.get(id)} 项`, 8),
      list(["多份文件提到的机构", "Shared agencies"], shared("Agency"), named, 8),
      make("p", {}, make("small", {},
        "点击节点或连线看原文依据。Click a node or a line for the sentence behind it.")));
    panel.scrollTop = 0;
  }

  /** The ties of an entity, by name and direction; a bare mention only where nothing else is said. */
  function neighbours(id) {
    const groups = new Map();
    for (const n of around[id]) {
      const outward = edges[n].from === id;
      const said = ties[n].filter(([kind]) => kind !== "mentions");
      for (const [kind, count] of said.length ? said : ties[n]) {
        const key = kind + (outward ? ">" : "<");
        if (!groups.has(key)) groups.set(key, { kind, outward, others: new Map() });
        groups.get(key).others.set(otherEnd(edges[n], id), count);
      }
    }
    const rank = ({ kind }) => data.tie_order.indexOf(kind);
    return [...groups.values()].sort((a, b) => rank(a) - rank(b));
  }

  function neighbourSection(id, { kind, outward, others }) {
    const title = word(outward ? "ties" : "reversed", kind);
    const duty = kind === "leads" || kind === "supports";
    const times = (other) => {
      if (duty) return groupOf(other) === "Task" || groupOf(id) === "Task" ? "" : `${others.get(other)} 项`;
      return others.get(other) > 1 ? `${others.get(other)} 次` : "";
    };
    const section = list(title, [...others.keys()].sort(heaviest), times, 10);
    section.querySelector("h3").prepend(stroke(kind), " ");
    return section;
  }

  function backLink() {
    return make("button", { type: "button", class: "link back", onclick: () => choose(null) },
      "← 全部文件 ", make("small", {}, "Overview"));
  }

  function pageLink(page) {
    return page ? make("p", {}, make("a", { href: page }, bilingual(["原文与检查", "Text and inspection"]))) : "";
  }

  function showEntity(id) {
    const entity = entities[id];
    const facts = entity.facts.flatMap(([key, value]) => [
      make("dt", {}, word("facts", key)[0]), make("dd", {}, value)]);
    const found = places(id);
    const mentions = entity.mentions
      ? make("p", {}, `${entity.documents} 份文件提到 ${entity.mentions} 次 `,
        make("small", {}, `mentions: ${entity.mentions}, documents: ${entity.documents}`)) : "";
    panel.replaceChildren(
      backLink(), make("h2", {}, entity.label), classLine(id), pageLink(entity.page),
      make("dl", {}, ...facts), mentions,
      found.length ? make("h3", {}, bilingual(["原文依据", "Evidence"])) : "",
      ...found.map(quote),
      ...neighbours(id).map((group) => neighbourSection(id, group)),
      make("p", {}, make("small", {}, entity.iri)));
    panel.scrollTop = 0;
  }

  function showEdge(number) {
    tooltip.hidden = true;
    const edge = edges[number];
    const said = new Set();
    const isNew = (span) => !said.has(String(span)) && said.add(String(span));
    const parts = ties[number].flatMap(([kind, count, spans, tasks]) => [
      make("h3", {}, bilingual(word("ties", kind)), count > 1 ? ` ${count} ${unit(kind)}` : ""),
      ...tasks.map((task) => make("p", {}, "· " + task)),
      ...spans.filter(isNew).map(quote)]);
    panel.replaceChildren(
      backLink(), make("h2", {}, bilingual(["为什么相连", "Why they are tied"])),
      make("ul", {}, link(edge.from, ""), link(edge.to, "")), ...parts);
    panel.scrollTop = 0;
  }

  // -- choosing ------------------------------------------------------------------------------

  function choose(id, focus = true) {
    selected = id;
    network.unselectAll();
    tooltip.hidden = true;
    if (id === null) showOverview();
    else {
      if (off.groups.has(groupOf(id))) toggle("groups", groupOf(id));
      showEntity(id);
      if (focus) {
        fit([id, ...around[id].map((n) => otherEnd(edges[n], id))]);
      }
    }
    paint();
    const hash = id === null ? "" : "#entity=" + encodeURIComponent(entities[id].label);
    history.replaceState(null, "", location.pathname + location.search + hash);
  }

  function chooseFromHash() {
    const match = /^#entity=(.+)$/.exec(location.hash);
    if (!match) return false;
    let name = match[1];
    try { name = decodeURIComponent(name); } catch (_) { /* a stray %: taken as it is */ }
    const id = entities.findIndex((entity) => entity.label === name || entity.iri === name);
    if (id >= 0) choose(id);
    return id >= 0;
  }

  // -- tooltips ------------------------------------------------------------------------------

  function showTooltip(content, pointer) {
    tooltip.replaceChildren(...content);
    tooltip.hidden = false;
    const box = canvas.getBoundingClientRect();
    const x = Math.min(pointer.x + 16, box.width - tooltip.offsetWidth - 8);
    const below = pointer.y + 18;
    const y = below + tooltip.offsetHeight > box.height
      ? Math.max(4, pointer.y - tooltip.offsetHeight - 14) : below;
    tooltip.style.left = Math.max(4, x) + "px";
    tooltip.style.top = y + "px";
  }

  function nodeTip(id) {
    const first = places(id)[0];
    return [make("strong", {}, entities[id].label), make("br"), classLine(id),
      first ? quote(first) : ""].filter(Boolean);
  }

  const unit = (kind) => (kind === "leads" || kind === "supports" ? "项" : "次");

  function edgeTip(number) {
    const edge = edges[number];
    const [kind, count, spans, tasks] = ties[number][0];
    const span = spans[0] || ties[number].flatMap((tie) => tie[2])[0];
    return [make("strong", {}, entities[edge.from].label), ` ${word("ties", kind)[0]} `,
      make("strong", {}, entities[edge.to].label), count > 1 ? ` · ${count} ${unit(kind)}` : "",
      ...tasks.slice(0, 4).map((task) => make("p", {}, "· " + task)),
      span ? quote(span) : ""].filter(Boolean);
  }

  // -- legend --------------------------------------------------------------------------------

  function toggle(what, name) {
    if (!off[what].delete(name)) off[what].add(name);
    const button = find("legend").querySelector(`[data-${what}="${name}"]`);
    button.setAttribute("aria-pressed", String(!off[what].has(name)));
    paint();
  }

  function legendButton(what, name, mark, label, count) {
    return make("button", {
      type: "button", "aria-pressed": "true", ["data-" + what]: name,
      title: "显示或隐藏 Show or hide", onclick: () => toggle(what, name),
    }, mark, bilingual(label), make("small", {}, count));
  }

  function drawLegend() {
    const groups = data.counts.map(({ group, shown, total }) => legendButton("groups", group,
      swatch(group), word("classes", group), shown === total ? `${shown}` : `${shown} / ${total}`));
    const counted = new Map();
    for (const edge of edges) counted.set(edge.kind, (counted.get(edge.kind) || 0) + 1);
    const kinds = data.tie_order.filter((kind) => counted.has(kind)).map((kind) =>
      legendButton("kinds", kind, stroke(kind), word("ties", kind), String(counted.get(kind))));
    find("legend").append(make("div", { class: "row" }, ...groups),
      make("div", { class: "row" }, ...kinds));
  }

  // -- search --------------------------------------------------------------------------------

  const query = find("query");
  const results = find("results");
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
    if (wanted && !ids.length) results.append(make("li", {}, "图中没有 No match"));
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
    choose(id);
    panel.focus({ preventScroll: true });
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
    } else if (event.key === "Escape") choose(null);
  });
  document.addEventListener("click", (event) => {
    if (!find("search").contains(event.target)) results.hidden = true;
  });

  // -- start ---------------------------------------------------------------------------------

  network.on("click", ({ nodes: [id], edges: [number] }) => {
    if (id !== undefined) choose(id, false);
    else if (number !== undefined) showEdge(number);
    else if (selected !== null) choose(null);
  });
  network.on("hoverNode", ({ node, pointer }) => showTooltip(nodeTip(node), pointer.DOM));
  network.on("hoverEdge", ({ edge, pointer }) => showTooltip(edgeTip(edge), pointer.DOM));
  for (const name of ["blurNode", "blurEdge", "dragStart", "zoom"]) {
    network.on(name, () => { tooltip.hidden = true; });
  }
  for (const name of ["dragStart", "zoom"]) network.on(name, () => { fitted = false; });
  network.on("zoom", () => { resizing = resizing || requestAnimationFrame(followScale); });
  network.on("resize", () => { if (fitted) requestAnimationFrame(() => fit()); });
  find("fit").addEventListener("click", () => fit());
  find("zoom-in").addEventListener("click", () => zoom(1.35));
  find("zoom-out").addEventListener("click", () => zoom(1 / 1.35));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    paint();
  });
  addEventListener("hashchange", chooseFromHash);
  network.once("afterDrawing", () => {
    document.documentElement.dataset.drawn = String(nodes.length);
    document.documentElement.dataset.drawnAfter = String(Math.round(performance.now()));
  });
  find("counts").textContent = data.count_line;
  drawLegend();
  fit();
  if (!chooseFromHash()) {
    if (data.roots.length) showEntity(data.roots[0]);
    else showOverview();
  }
})();
