// The picture as a file: SVG with every label as text, or PNG at twice the size of the screen.
"use strict";
KG.export = (() => {
  const { said } = KG;
  const { data, word, groupOf } = KG.model;
  const SVG = "http://www.w3.org/2000/svg";
  const FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
  const MARGIN = 16, HEAD = 58, ROW = 24, LEAST_WIDTH = 720;
  const STAR = 5;

  const round = (number) => Math.round(number * 100) / 100;

  /** Make an element of SVG; numbers are rounded, text is text. */
  function draw(name, attributes, ...children) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== "") {
        element.setAttribute(key, typeof value === "number" ? round(value) : value);
      }
    }
    element.append(...children.filter(Boolean));
    return element;
  }

  const hue = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // -- what is drawn now ---------------------------------------------------------------------

  /** The nodes and lines that are shown, as vis-network has settled their looks. */
  function drawn() {
    const { nodes, edges, nodeIndices, edgeIndices } = KG.scene.network.body;
    return { nodes: nodeIndices.map((id) => nodes[id]), edges: edgeIndices.map((id) => edges[id]) };
  }

  /** The part of the picture that is in view, no larger than what is drawn there. */
  function extent(nodes) {
    const { network } = KG.scene;
    const canvas = document.getElementById("canvas");
    const covered = legendHeight();
    const from = network.DOMtoCanvas({ x: 0, y: 0 });
    const to = network.DOMtoCanvas({ x: canvas.clientWidth, y: canvas.clientHeight - covered });
    const scale = network.getScale();
    const boxes = nodes.map((node) => network.getBoundingBox(node.id))
      .filter((box) => box.right > from.x && box.left < to.x && box.bottom > from.y && box.top < to.y);
    const edge = MARGIN / scale;
    const left = Math.max(from.x, Math.min(...boxes.map((box) => box.left)) - edge);
    const top = Math.max(from.y, Math.min(...boxes.map((box) => box.top)) - edge);
    const right = Math.min(to.x, Math.max(...boxes.map((box) => box.right)) + edge);
    const bottom = Math.min(to.y, Math.max(...boxes.map((box) => box.bottom)) + edge);
    if (!boxes.length) return { left: from.x, top: from.y, right: to.x, bottom: to.y, scale };
    return { left, top, right, bottom, scale };
  }

  const legendHeight = () => {
    const legend = document.getElementById("legend");
    return legend.open ? legend.offsetHeight + 12 : 0;
  };

  // -- nodes and lines -----------------------------------------------------------------------

  function polygon(x, y, points) {
    return { points: points.map(([dx, dy]) => `${round(x + dx)},${round(y + dy)}`).join(" ") };
  }

  function star(size) {
    return Array.from({ length: STAR * 2 }, (_, n) => {
      const radius = size * (n % 2 ? 0.5 : 1.3);
      const angle = (Math.PI * n) / STAR;
      return [radius * Math.sin(angle), -radius * Math.cos(angle)];
    });
  }

  const SHAPES = {
    dot: (x, y, size) => ["circle", { cx: x, cy: y, r: size }],
    square: (x, y, size) => ["rect", { x: x - size, y: y - size, width: size * 2, height: size * 2 }],
    diamond: (x, y, size) => ["polygon", polygon(x, y, [[0, -size], [size, 0], [0, size], [-size, 0]])],
    triangle: (x, y, size) => ["polygon", polygon(x, y,
      [[0, -size * 1.3], [size * 1.15, size * 0.7], [-size * 1.15, size * 0.7]])],
    star: (x, y, size) => ["polygon", polygon(x, y, star(size))],
  };

  /** The lines of a label, the first baseline so that they stand around or under a place. */
  function label(text, x, y, font, boxed) {
    const lines = String(text || "").split("\n");
    const step = font.size * 1.15;
    const first = boxed ? y - ((lines.length - 1) * step) / 2 + font.size * 0.36 : y + font.size;
    return draw("text", {
      x, y: first, "font-size": font.size, fill: font.color, "text-anchor": "middle",
      stroke: font.strokeWidth ? font.strokeColor : null, "stroke-width": font.strokeWidth || null,
      "stroke-linejoin": "round", "paint-order": font.strokeWidth ? "stroke" : null,
    }, ...lines.map((line, n) => {
      const span = draw("tspan", { x, dy: n ? step : null });
      span.textContent = line;
      return span;
    }));
  }

  function node(one) {
    const { options, x, y } = one;
    const boxed = options.shape === "box";
    const paint = {
      fill: options.color.background, stroke: options.color.border, "stroke-width": options.borderWidth,
      "stroke-dasharray": options.shapeProperties.borderDashes ? "5 4" : null,
    };
    const box = KG.scene.network.getBoundingBox(one.id);
    const [name, form] = boxed
      ? ["rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top, rx: 5 }]
      : (SHAPES[options.shape] || SHAPES.dot)(x, y, options.size);
    return draw("g", {}, draw(name, { ...form, ...paint }),
      label(options.label, x, boxed ? y : y + options.size + 4, options.font, boxed));
  }

  /** Where a line from another place meets the border of a node. */
  function meets(one, from) {
    const dx = from.x - one.x, dy = from.y - one.y;
    const length = Math.hypot(dx, dy) || 1;
    if (one.options.shape !== "box") {
      const part = Math.min(1, (one.options.size + 1) / length);
      return { x: one.x + dx * part, y: one.y + dy * part };
    }
    const box = KG.scene.network.getBoundingBox(one.id);
    const part = Math.min(1, Math.min((box.right - box.left) / 2 / (Math.abs(dx) || 1e-9),
      (box.bottom - box.top) / 2 / (Math.abs(dy) || 1e-9)));
    return { x: one.x + dx * part, y: one.y + dy * part };
  }

  /** The name of a line, in its middle. */
  function lineLabel(name, start, end, colour) {
    const element = draw("text", {
      x: (start.x + end.x) / 2, y: (start.y + end.y) / 2, "font-size": 12, "text-anchor": "middle",
      fill: colour, stroke: hue("paper"), "stroke-width": 3, "paint-order": "stroke",
    });
    element.textContent = name;
    return element;
  }

  function line(edge) {
    const { from, to, options } = edge;
    const [start, end] = [meets(from, to), meets(to, from)];
    const colour = options.color.color;
    const stroke = { stroke: colour, "stroke-width": options.width, opacity: options.color.opacity };
    const dashes = Array.isArray(options.dashes) ? options.dashes.join(" ") : null;
    const drawnLine = draw("line", {
      x1: start.x, y1: start.y, x2: end.x, y2: end.y, "stroke-dasharray": dashes, ...stroke,
    });
    const named = options.label ? lineLabel(options.label, start, end, colour) : "";
    const arrow = options.arrows && options.arrows.to && options.arrows.to.enabled;
    if (!arrow) return draw("g", {}, drawnLine, named);
    const angle = Math.atan2(end.y - start.y, end.x - start.x);
    const size = 7.5 + options.width;
    const corner = (turn) => `${round(end.x - size * Math.cos(angle + turn))},${round(end.y - size * Math.sin(angle + turn))}`;
    return draw("g", { opacity: options.color.opacity }, drawnLine, named, draw("polygon", { points: `${round(end.x)},${round(end.y)} ${corner(0.38)} ${corner(-0.38)}`, fill: colour }));
  }

  // -- the legend and the title --------------------------------------------------------------

  /** How wide a text is, near enough: a Chinese character takes a square. */
  const wide = (text, size) => [...text].reduce(
    (sum, char) => sum + (char.charCodeAt(0) > 0x2e80 ? 1 : 0.56), 0) * size;

  function* keys() {
    const { nodes, edges } = drawn();
    const entities = nodes.filter((one) => typeof one.id === "number"); // the others are groups
    const groups = new Set(entities.map((one) => groupOf(one.id)));
    for (const group of data.counts.map((row) => row.group).filter((name) => groups.has(name))) {
      const like = entities.find((one) => groupOf(one.id) === group);
      yield [said(word("classes", group)), (x, y) => groupKey(group, like.options.shape, x, y)];
    }
    const kinds = new Set(edges.filter((one) => typeof one.id === "number")
      .map((one) => KG.model.edges[one.id].kind));
    for (const kind of data.tie_order.filter((name) => kinds.has(name))) {
      yield [said(word("ties", kind)), (x, y) => draw("line", {
        x1: x, y1: y, x2: x + 18, y2: y, stroke: hue(kind), "stroke-width": 3,
        "stroke-dasharray": KG.model.DASHED.has(kind) ? "5 3" : null,
      })];
    }
  }

  function groupKey(group, shape, x, y) {
    const cited = group === "Cited";
    const paint = {
      fill: cited ? hue("paper") : hue(group), stroke: cited ? hue("edge-Cited") : hue(group),
      "stroke-dasharray": cited ? "3 2" : null,
    };
    const [name, form] = shape === "box" ? ["rect", { x, y: y - 6, width: 18, height: 12, rx: 3 }]
      : (SHAPES[shape] || SHAPES.dot)(x + 9, y, 6);
    return draw(name, { ...form, ...paint });
  }

  function text(words, x, y, size, colour, weight) {
    const element = draw("text", { x, y, "font-size": size, fill: colour, "font-weight": weight });
    element.textContent = words;
    return element;
  }

  /** The legend's rows, beginning at a height; they end where `height` says. */
  function legend(width, top) {
    const group = draw("g", {});
    let x = MARGIN, y = top + ROW / 2;
    for (const [name, mark] of keys()) {
      const room = 26 + wide(name, 13) + 18;
      if (x + room > width - MARGIN && x > MARGIN) { x = MARGIN; y += ROW; }
      group.append(mark(x, y), text(name, x + 25, y + 4.5, 13, hue("ink")));
      x += room;
    }
    return { group, height: y - top + ROW / 2 + 6 };
  }

  /** The whole picture with its title and legend, as an element of SVG; paper has its own ground. */
  function picture(ground = hue("paper")) {
    const { nodes, edges } = drawn();
    const seen = extent(nodes);
    const scale = seen.scale;
    const drawnWidth = (seen.right - seen.left) * scale, drawnHeight = (seen.bottom - seen.top) * scale;
    const width = Math.round(Math.max(drawnWidth, LEAST_WIDTH));
    const below = legend(width, HEAD + drawnHeight + 10);
    const height = Math.round(HEAD + drawnHeight + 10 + below.height);
    const within = new Set(nodes.filter((one) => touches(one, seen)).map((one) => one.id));
    const left = (width - drawnWidth) / 2;
    const clip = draw("clipPath", { id: "view" }, draw("rect",
      { x: seen.left, y: seen.top, width: seen.right - seen.left, height: seen.bottom - seen.top }));
    const scene = draw("g", {
      transform: `translate(${round(left - seen.left * scale)} ${round(HEAD - seen.top * scale)}) scale(${Math.round(scale * 1e4) / 1e4})`,
    }, draw("g", { "clip-path": "url(#view)" },
      ...edges.filter((edge) => crosses(edge, seen)).map(line),
      ...nodes.filter((one) => within.has(one.id)).map(node)));
    return draw("svg", {
      xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, "font-family": FONT,
    }, titled(), draw("defs", {}, clip),
      draw("rect", { width, height, fill: ground }),
      text(document.title, MARGIN, 28, 19, hue("ink"), "600"),
      text(counted(), MARGIN, 48, 12.5, hue("soft")), scene, below.group);
  }

  function titled() {
    const element = draw("title", {});
    element.textContent = document.title;
    return element;
  }

  const counted = () => {
    const line = document.getElementById("counts");
    const shown = [...line.querySelectorAll(".zh, .en")].filter((one) => getComputedStyle(one).display !== "none");
    return (shown.length ? shown.map((one) => one.textContent).join(" ") : line.textContent).trim();
  };

  function touches(one, seen) {
    const box = KG.scene.network.getBoundingBox(one.id);
    return box.right > seen.left && box.left < seen.right && box.bottom > seen.top && box.top < seen.bottom;
  }

  function crosses({ from, to }, seen) {
    return Math.max(from.x, to.x) > seen.left && Math.min(from.x, to.x) < seen.right
      && Math.max(from.y, to.y) > seen.top && Math.min(from.y, to.y) < seen.bottom;
  }

  // -- files ---------------------------------------------------------------------------------

  function save(blob, ending) {
    const name = document.title.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").trim().slice(0, 80) || "graph";
    const link = KG.make("a", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    KG.says.status(KG.says.fill("saved", `${name}.${ending}`));
  }

  const written = () => new XMLSerializer().serializeToString(picture());

  function saveSvg() {
    save(new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', written()], { type: "image/svg+xml" }), "svg");
  }

  function savePng() {
    const svg = picture();
    const [width, height] = ["width", "height"].map((side) => Number(svg.getAttribute(side)));
    const image = new Image(width, height);
    image.addEventListener("load", () => {
      const canvas = KG.make("canvas", { width: width * 2, height: height * 2 });
      canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
      URL.revokeObjectURL(image.src);
      canvas.toBlob((blob) => save(blob, "png"), "image/png");
    });
    image.src = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)],
      { type: "image/svg+xml" }));
  }

  // -- print: the picture in the colours of paper --------------------------------------------

  const root = document.documentElement;
  const page = document.getElementById("print-picture");
  let theme = "";

  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    if (theme === "dark") { root.dataset.theme = "light"; KG.tell("theme", "light"); }
    page.replaceChildren(picture("none"));
    for (const more of document.querySelectorAll("#panel details")) more.open = true;
  });
  addEventListener("afterprint", () => {
    page.replaceChildren();
    if (theme === "dark") { root.dataset.theme = "dark"; KG.tell("theme", "dark"); }
  });

  document.getElementById("save-svg").addEventListener("click", saveSvg);
  document.getElementById("save-png").addEventListener("click", savePng);

  return { picture };
})();
