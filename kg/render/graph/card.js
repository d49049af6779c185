// The panel beside the picture: an overview, an entity, or why two are tied; and the tooltips.
"use strict";
KG.card = (() => {
  const { make, both } = KG;
  const {
    data, nodes, edges, entities, ties, sentences, sources, words, word, groupOf, byText, around,
    otherEnd, fact, heaviest, places, swatch, stroke,
  } = KG.model;
  const panel = document.getElementById("panel");
  const tooltip = document.getElementById("tooltip");

  // -- sentences -----------------------------------------------------------------------------

  /** A sentence with the place that was read marked; offsets are code points. */
  function quote([number, begin, end]) {
    const [source, first, text, cuts] = sentences[number];
    const points = Array.from(text);
    const from = Math.max(0, begin - first);
    const to = Math.max(from, end - first);
    return make("blockquote", KG.reader.has(sources[source][2]) ? {
      class: "opens", onclick: (event) => event.target.closest("a") || KG.reader.open(sources[source][2], begin, end),
    } : {},
      cuts & 1 ? "…" : "", points.slice(0, from).join(""),
      make("mark", {}, points.slice(from, to).join("")),
      points.slice(to).join(""), cuts & 2 ? "…" : "",
      make("cite", {}, ...cited(sources[source], begin, end)));
  }

  /** Where a quotation stands: links to a page of its own and to the text beside the picture. */
  function cited([name, page, digest], begin, end) {
    const words = `${name} · 第 ${begin}–${end} 字`;
    const place = `#source=${digest}&char=${begin},${end}`;
    const read = (...inside) => make("a", {
      href: place,
      onclick: (event) => { event.preventDefault(); KG.reader.open(digest, begin, end); },
    }, ...inside);
    if (!page) return KG.reader.has(digest) ? [read(words)] : [words];
    const link = make("a", { href: `${page}#char=${begin},${end}` }, words);
    return KG.reader.has(digest) ? [link, " · ", read(both(KG.pair("reader")))] : [link];
  }

  // -- the panel -----------------------------------------------------------------------------

  function link(id, aside) {
    return make("li", {}, make("button", {
      type: "button", class: groupOf(id) === "PolicyDocument" ? "link stacked" : "link", onclick: () => KG.tell("go-entity", id),
    },
      swatch(groupOf(id)), make("span", { class: "name" }, entities[id].label),
      aside ? make("span", { class: "aside" }, aside) : ""));
  }

  function list(title, ids, aside, most = 12) {
    if (!ids.length) return "";
    const rows = ids.map((id) => link(id, aside ? aside(id) : ""));
    const section = make("section", {}, make("h3", {}, both(title), ` ${ids.length}`),
      make("ul", {}, ...rows.slice(0, most)));
    if (rows.length > most) {
      section.append(make("details", {}, make("summary", {}, `其余 ${rows.length - most} 个`),
        make("ul", {}, ...rows.slice(most))));
    }
    return section;
  }

  function classLine(id) {
    const group = groupOf(id);
    const kind = entities[id].kind;
    const names = both(word("classes", group));
    const line = make("p", { class: "class" }, swatch(group), names);
    if (kind !== group && words.classes[kind] && kind !== "PolicyDocument") {
      line.append(" · ", both(word("classes", kind)));
    } else if (group === "Cited" && kind !== "PolicyDocument") {
      line.append(" · ", both(word("classes", kind)));
    }
    return line;
  }

  function shownIds(group) {
    return nodes.filter((node) => node.group === group).map((node) => node.id);
  }

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
      make("h2", {}, both(["这些文件", "These documents"])),
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
    return make("button", { type: "button", class: "link back", onclick: () => KG.tell("go-entity", null) },
      "← 全部文件 ", make("small", {}, "Overview"));
  }

  function pageLink(page) {
    return page ? make("p", {}, make("a", { href: page }, both(["原文与检查", "Text and inspection"]))) : "";
  }

  /** The texts of a document; or that the page does not hold them. */
  function textLinks(id) {
    return KG.reader.textsOf(id).map((digest) => (KG.reader.has(digest)
      ? make("p", {}, make("button", { type: "button", class: "link read", onclick: () => KG.reader.open(digest) }, both(KG.pair("read-text"))))
      : make("p", {}, make("small", {}, both(KG.pair("text-left-out"))))));
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
      backLink(), make("h2", {}, entity.label), classLine(id), ...textLinks(id), pageLink(entity.page),
      make("dl", {}, ...facts), mentions,
      found.length ? make("h3", {}, both(["原文依据", "Evidence"])) : "",
      ...found.map(quote),
      ...neighbours(id).map((group) => neighbourSection(id, group)),
      make("p", {}, make("small", {}, entity.iri)));
    panel.scrollTop = 0;
  }

  function showEdge(number) {
    const edge = edges[number];
    const said = new Set();
    const isNew = (span) => !said.has(String(span)) && said.add(String(span));
    const parts = ties[number].flatMap(([kind, count, spans, tasks]) => [
      make("h3", {}, both(word("ties", kind)), count > 1 ? ` ${count} ${unit(kind)}` : ""),
      ...tasks.map((task) => make("p", {}, "· " + task)),
      ...spans.filter(isNew).map(quote)]);
    panel.replaceChildren(
      backLink(), make("h2", {}, both(["为什么相连", "Why they are tied"])),
      make("ul", {}, link(edge.from, ""), link(edge.to, "")), ...parts);
    panel.scrollTop = 0;
  }

  // -- tooltips ------------------------------------------------------------------------------

  function showTooltip(content, pointer) {
    tooltip.replaceChildren(...content);
    tooltip.hidden = false;
    const box = document.getElementById("canvas").getBoundingClientRect();
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

  KG.on("hover-entity", (id, pointer) => showTooltip(nodeTip(id), pointer));
  KG.on("hover-edge", (number, pointer) => showTooltip(edgeTip(number), pointer));
  KG.on("hover-nothing", () => { tooltip.hidden = true; });

  return { showOverview, showEntity, showEdge };
})();
