// The panel beside the picture: an overview, an entity, or why two are tied; and the tooltips.
"use strict";
KG.card = (() => {
  const { make, both } = KG;
  const {
    data, edges, entities, ties, sentences, sources, words, word, groupOf, byText, around,
    otherEnd, fact, heaviest, places, swatch, stroke,
  } = KG.model;
  const { fill, phrase, joined } = KG.says;
  const VALUED = new Set(["level", "modality", "recurrence"]); // facts whose values are words of ours
  const NAMING = new Set(["issuedBy", "appliesTo", "region", "subOrganizationOf", "within"]);
  const LEVELS = ["NationalLevel", "ProvincialLevel", "PrefecturalLevel", "CountyLevel", "TownshipLevel", ""];
  const panel = document.getElementById("panel");
  const tooltip = document.getElementById("tooltip");

  // -- sentences -----------------------------------------------------------------------------

  /** A sentence with the place that was read marked; offsets are code points. */
  function quote([number, begin, end], linked = true) {
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
      make("cite", {}, ...(linked ? cited : plainly)(sources[source], begin, end)));
  }

  const placed = (name, begin, end) => both(joined([[name, name], fill("characters-at", begin, end)], " · ", " · "));
  const plainly = ([name], begin, end) => [placed(name, begin, end)];
  const inReader = (digest, begin, end, ...inside) =>
    make("a", { href: `#source=${digest}&char=${begin},${end}` }, ...inside);

  /** Where a quotation stands: links to the text beside the picture and to a page of its own. */
  function cited([name, page, digest], begin, end) {
    const said = placed(name, begin, end);
    const held = KG.reader.has(digest);
    if (!page) return [held ? inReader(digest, begin, end, said) : said];
    const link = make("a", { href: `${page}#char=${begin},${end}` }, said);
    return held ? [link, " · ", inReader(digest, begin, end, both(KG.pair("reader")))] : [link];
  }

  // -- links and lists -----------------------------------------------------------------------

  function link(id, aside) {
    return make("li", {}, make("button", {
      type: "button", class: groupOf(id) === "PolicyDocument" ? "link stacked" : "link",
      "data-id": id, onclick: () => KG.tell("go-entity", id),
    },
      swatch(groupOf(id)), make("span", { class: "name" }, entities[id].label),
      aside ? make("span", { class: "aside" }, aside) : ""));
  }

  /** A name within a sentence or a table, which leads to its entity where the page holds it. */
  function inline(name, id = KG.names.idOf(name)) {
    if (id < 0) return document.createTextNode(name);
    return make("button", { type: "button", class: "inline", onclick: () => KG.tell("go-entity", id) }, name);
  }

  function list(title, rows, most = 12, mark = null) {
    if (!rows.length) return "";
    const section = make("section", {}, make("h3", {}, mark, mark ? " " : "", both(title), ` ${rows.length}`),
      make("ul", {}, ...rows.slice(0, most)));
    if (rows.length > most) {
      section.append(make("details", {}, make("summary", {}, phrase("n-more", rows.length - most)),
        make("ul", {}, ...rows.slice(most))));
    }
    return section;
  }

  const linked = (title, ids, aside, most) =>
    list(KG.pair(title), ids.map((id) => link(id, aside ? aside(id) : "")), most);

  function classLine(id) {
    const group = groupOf(id);
    const kind = entities[id].kind;
    const line = make("p", { class: "class" }, swatch(group), both(word("classes", group)));
    if (kind !== group && kind !== "PolicyDocument" && words.classes[kind]) {
      line.append(" · ", both(word("classes", kind)));
    }
    return line;
  }

  // -- overview ------------------------------------------------------------------------------

  const shownIds = (group) => entities.map((_, id) => id).filter((id) => groupOf(id) === group);
  const named = (id) => phrase("n-documents", entities[id].documents);

  /** What there is, in one sentence. */
  function summary() {
    const parts = data.counts.map(({ group, total }) => fill("n-" + group, total));
    const [chinese, english] = joined(parts);
    const around_ = data.roots.length ? KG.pair("around-it") : ["", ""];
    return [`${around_[0]}${chinese}。`, `${around_[1]}${english}.`];
  }

  /** How many texts the page does not hold. */
  function unread() {
    const count = KG.reader.leftOut;
    return count ? make("p", { class: "note" }, phrase("texts-left-out", count)) : "";
  }

  function showOverview() {
    const newest = (a, b) => byText(fact(b, "issued"), fact(a, "issued"));
    const shared = (group) => shownIds(group).filter((id) => entities[id].documents > 1).sort(heaviest);
    const leads = new Map(shownIds("Agency").map((id) => [id, around[id].flatMap((n) => ties[n])
      .filter(([kind]) => kind === "leads").reduce((sum, tie) => sum + tie[1], 0)])
      .filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1] || heaviest(a[0], b[0])));
    panel.replaceChildren(
      make("h2", {}, both(KG.pair(data.roots.length ? "surroundings" : "these-documents"))),
      make("p", {}, both(summary())), unread(),
      make("p", {}, make("small", {}, both(KG.pair("how-to")))),
      linked("shared-programmes", shared("Program"), named, 8),
      linked("lead-agencies", [...leads.keys()], (id) => phrase("n-tasks", leads.get(id)), 8),
      linked("documents-held", shownIds("PolicyDocument").sort(newest),
        (id) => [fact(id, "issuedBy"), fact(id, "issued")].filter(Boolean).join(" · "), 20),
      linked("cited-by-several", shared("Cited"), named, 8),
      linked("shared-agencies", shared("Agency"), named, 8));
    panel.scrollTop = 0;
  }

  // -- an entity -----------------------------------------------------------------------------

  /** The ties of an entity, by name and direction; a bare mention only where nothing else is said. */
  function neighbours(id) {
    const groups = new Map();
    for (const n of around[id]) {
      const outward = edges[n].from === id;
      const said = ties[n].filter(([kind]) => kind !== "mentions");
      for (const tie of said.length ? said : ties[n]) {
        const key = tie[0] + (outward ? ">" : "<");
        if (!groups.has(key)) groups.set(key, { kind: tie[0], outward, others: new Map() });
        groups.get(key).others.set(otherEnd(edges[n], id), { edge: n, tie });
      }
    }
    const rank = ({ kind }) => data.tie_order.indexOf(kind);
    return [...groups.values()].sort((a, b) => rank(a) - rank(b));
  }

  const DUTIES = new Set(["leads", "supports"]);

  function times(kind, count, id, other) {
    if (!DUTIES.has(kind)) return count > 1 ? phrase("n-times", count) : "";
    return groupOf(other) === "Task" || groupOf(id) === "Task" ? "" : phrase("n-tasks", count);
  }

  function whyButton(edge) {
    const button = make("button", { type: "button", class: "why", onclick: () => KG.tell("pick-edge", edge) }, "⋯");
    KG.label(button, "title", KG.pair("why-tied"));
    return KG.label(button, "aria-label", KG.pair("why-tied"));
  }

  function neighbourSection(id, { kind, outward, others }) {
    const rows = [...others.keys()].sort(heaviest).map((other) => {
      const { edge, tie: [, count, , tasks] } = others.get(other);
      const row = link(other, times(kind, count, id, other));
      row.append(whyButton(edge));
      if (DUTIES.has(kind) && groupOf(id) === "Agency" && tasks.length) {
        row.append(make("ul", { class: "tasks" }, ...tasks.map((task) => make("li", {}, task)),
          count > tasks.length ? make("li", {}, "…") : ""));
      }
      return row;
    });
    return list(word(outward ? "ties" : "reversed", kind), rows, 10, stroke(kind));
  }

  function factRow([key, value]) {
    const shown = String(value).split("、").flatMap((one, n) => [n ? "、" : "",
      VALUED.has(key) ? both(word("values", one)) : NAMING.has(key) ? inline(one) : one]);
    return [make("dt", {}, both(word("facts", key))), make("dd", {}, ...shown)];
  }

  function backLink() {
    return make("button", { type: "button", class: "link back", onclick: () => KG.tell("go-entity", null) },
      "← ", both(KG.pair("overview")));
  }

  const heading = (...children) => make("h2", {}, ...children);

  function copyButton() {
    const button = make("button", { type: "button", class: "plain", onclick: copy }, both(KG.pair("copy-link")));
    function copy() {
      const done = () => {
        button.replaceChildren(both(KG.pair("copied")));
        KG.says.status(KG.pair("copied"));
      };
      if (navigator.clipboard) navigator.clipboard.writeText(location.href).then(done, () => byHand(button));
      else byHand(button);
    }
    return button;
  }

  /** Where a page may not write to the clipboard: the address to be copied by the reader. */
  function byHand(button) {
    const field = KG.label(make("input", { readonly: "", value: location.href, class: "copied" }),
      "aria-label", KG.pair("copy-link"));
    button.replaceWith(field);
    field.select();
  }

  /** Buttons that draw what is tied to an entity and not drawn yet, or take it away again. */
  function spreadButtons(id) {
    const { scene } = KG;
    const button = (name, act, ...more) => make("button", {
      type: "button", class: "plain spread", onclick: (event) => {
        act(id);
        const place = event.currentTarget.parentNode;
        place.replaceWith(tools(id));
        panel.focus({ preventScroll: true });
      },
    }, phrase(name, ...more));
    const hidden = scene.hiddenNeighbours ? scene.hiddenNeighbours(id).length : 0;
    return [hidden ? button("expand", scene.expand, hidden) : "",
      scene.canCollapse && scene.canCollapse(id) ? button("collapse", scene.collapse) : ""];
  }

  function tools(id) {
    const { page } = entities[id];
    const texts = KG.reader.textsOf(id);
    return make("div", { class: "card-tools" },
      ...texts.filter(KG.reader.has).map((digest) => make("button", {
        type: "button", class: "plain read", onclick: () => KG.reader.open(digest),
      }, both(KG.pair("read-text")))),
      ...spreadButtons(id),
      make("button", {
        type: "button", class: "plain", onclick: () => KG.scene.fit(KG.scene.withNeighbours(id)),
      }, both(KG.pair("in-graph"))),
      copyButton(),
      page ? make("a", { class: "plain", href: page }, both(KG.pair("text-and-inspection"))) : "",
      texts.length && !texts.some(KG.reader.has) ? make("small", {}, both(KG.pair("text-left-out"))) : "");
  }

  /** Which documents name something, by level and year: rows and columns with counts. */
  function spread(id) {
    const held = (entities[id].docs || []).filter((document) => document !== id);
    if (!held.length || !["Program", "Cited", "Region"].includes(groupOf(id))) return "";
    const levels = LEVELS.filter((level) => held.some((one) => entities[one].level === level));
    const yearOf = (one) => fact(one, "issued").slice(0, 4) || String((entities[one].years || [])[0] || "");
    const years = [...new Set(held.map(yearOf))].sort();
    const count = (level, year) => held.filter((one) => entities[one].level === level && yearOf(one) === year).length;
    const level = (name) => (name ? word("values", name) : KG.pair("no-level"));
    const grid = years.length > 1 || levels.length > 1 ? make("table", {},
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, both(KG.pair("level-of-issuer"))),
        ...years.map((year) => make("th", { scope: "col", class: "number" }, year || both(KG.pair("undated")))))),
      make("tbody", {}, ...levels.map((name) => make("tr", {}, make("th", { scope: "row" }, both(level(name))),
        ...years.map((year) => make("td", { class: "number" }, String(count(name, year) || "–"))))))) : "";
    const lists = levels.map((name) => make("div", {}, make("h4", {}, both(level(name))),
      make("ul", { class: "ends" }, ...held.filter((one) => entities[one].level === name)
        .sort((a, b) => byText(fact(a, "issued") || "9", fact(b, "issued") || "9"))
        .map((one) => {
          const row = link(one, [fact(one, "issuedBy"), fact(one, "issued")].filter(Boolean).join(" · "));
          const edge = around[id].find((n) => otherEnd(edges[n], id) === one);
          if (edge !== undefined) row.append(whyButton(edge));
          return row;
        }))));
    const found = fill("n-documents", held.length);
    const open = held.length <= 12;
    return make("section", {}, make("h3", {}, both(KG.pair("documents-naming")), ` ${held.length}`), grid,
      open ? make("div", {}, ...lists) : make("details", {}, make("summary", {}, both(found)), ...lists));
  }

  function mentioned(id) {
    const { documents, mentions } = entities[id];
    return mentions ? make("p", {}, both([fill("mentioned", mentions, documents)[0],
      `${fill("n-times-mentioned", mentions)[1]} ${fill("in-n-documents", documents)[1]}`])) : "";
  }

  /** The texts of a document; or that the page does not hold them. */
  function showEntity(id) {
    const entity = entities[id];
    const found = places(id);
    const told = groupOf(id) === "Program" || groupOf(id) === "Cited" ? new Set(["mentions<"]) : new Set();
    panel.replaceChildren(
      backLink(), heading(entity.label), classLine(id), tools(id),
      make("dl", {}, ...entity.facts.flatMap(factRow)), mentioned(id),
      ...contents(id), spread(id),
      found.length ? make("h3", {}, both(KG.pair("evidence"))) : "",
      ...found.map((span) => quote(span)),
      ...neighbours(id).filter(({ kind, outward }) => !told.has(kind + (outward ? ">" : "<")))
        .map((group) => neighbourSection(id, group)),
      make("p", { class: "address" }, entity.iri));
    panel.scrollTop = 0;
  }

  /** What a document commits to; nothing where its text is not in the page. */
  function contents(id) {
    return KG.reader.textsOf(id).filter(KG.reader.has)
      .flatMap((digest) => [taskTable(digest), targetTable(digest)]).filter(Boolean);
  }

  /** Rows of a table under a heading; all but the first ones behind a switch. */
  function table(title, head, rows, most = 10) {
    if (!rows.length) return "";
    const whole = (some) => make("table", {},
      make("thead", {}, make("tr", {}, ...head.map((name) => make("th", { scope: "col" }, both(KG.pair(name)))))),
      make("tbody", {}, ...some));
    const section = make("section", {}, make("h3", {}, both(KG.pair(title)), ` ${rows.length}`), whole(rows.slice(0, most)));
    if (rows.length > most) {
      section.append(make("details", {}, make("summary", {}, phrase("n-more", rows.length - most)), whole(rows.slice(most))));
    }
    return section;
  }

  const cell = (...children) => make("td", {}, ...children);

  /** Names, each leading to its entity, with what is said of how they are known. */
  function people(facts) {
    if (!facts.length) return [make("small", {}, both(KG.pair("not-stated")))];
    return facts.flatMap(([, , , , name, note], n) => [n ? "、" : "", inline(name),
      note ? make("small", {}, both(KG.pair(note))) : ""]);
  }

  function taskTable(digest) {
    const { parts, facts } = KG.reader.row(digest);
    const duties = (task, role) => facts.filter(([kind, , , word, , , , of]) =>
      kind === "Responsibility" && word === role && of === task);
    const rows = parts.map((part, n) => [part, n]).filter(([part]) => part[0] === "task")
      .map(([[, begin, , head, , number, title], n]) => make("tr", {},
        cell(inReader(digest, begin, head, `${number} ${title}`.trim())),
        cell(...people(duties(n, "lead"))),
        cell(...(duties(n, "support").length ? people(duties(n, "support")) : []))));
    return table("tasks", ["task", "lead", "support"], rows);
  }

  function targetTable(digest) {
    const { parts, facts } = KG.reader.row(digest);
    const rows = facts.filter(([kind]) => kind === "Target").map(([, begin, end, , value, note, , task]) =>
      make("tr", {}, cell(inReader(digest, begin, end, value), note ? " " : "",
        note ? make("small", {}, both(KG.pair(note))) : ""),
      cell(task >= 0 ? parts[task][6] : "")));
    return table("targets", ["target", "task"], rows);
  }

  // -- why two are tied, and a place in a text -----------------------------------------------

  const unit = (kind, count) => fill(DUTIES.has(kind) ? "n-tasks" : "n-times", count);

  function showEdge(number) {
    const edge = edges[number];
    const said = new Set();
    const isNew = (span) => !said.has(String(span)) && said.add(String(span));
    const parts = ties[number].flatMap(([kind, count, spans, tasks]) => [
      make("h3", {}, stroke(kind), " ", both(word("ties", kind)), count > 1 ? " · " : "",
        count > 1 ? both(unit(kind, count)) : ""),
      tasks.length ? make("ul", { class: "tasks" }, ...tasks.map((task) => make("li", {}, task))) : "",
      ...spans.filter(isNew).map((span) => quote(span))]);
    const any = ties[number].some((tie) => tie[2].length);
    panel.replaceChildren(
      backLink(), heading(both(KG.pair("why-tied"))),
      make("ul", { class: "ends" }, link(edge.from, ""), link(edge.to, "")),
      make("div", { class: "card-tools" }, copyButton()), ...parts.filter(Boolean),
      any ? "" : make("p", {}, both(KG.pair("no-sentence"))));
    panel.scrollTop = 0;
  }

  /** What the page holds of a place whose text is not in it: the sentences that it quotes there. */
  function showPlace(digest, begin, end) {
    const held = sentences.map((_, n) => n).filter((n) => {
      const [source, first, text] = sentences[n];
      return (!digest || sources[source][2] === digest) && first < Math.max(end, begin + 1)
        && first + Array.from(text).length > begin;
    });
    panel.replaceChildren(
      backLink(), heading(both(KG.pair("place-in-text"))),
      ...held.slice(0, 5).map((n) => quote([n, begin, end], false)),
      make("p", {}, both(KG.pair(held.length ? "text-left-out" : "place-not-held"))));
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
      first ? quote(first, false) : ""].filter(Boolean);
  }

  function edgeTip(number) {
    const edge = edges[number];
    const [kind, count, spans, tasks] = ties[number][0];
    const span = spans[0] || ties[number].flatMap((tie) => tie[2])[0];
    return [make("strong", {}, entities[edge.from].label), " ", both(word("ties", kind)), " ",
      make("strong", {}, entities[edge.to].label), count > 1 ? " · " : "",
      count > 1 ? both(unit(kind, count)) : "",
      ...tasks.slice(0, 4).map((task) => make("p", {}, "· " + task)),
      span ? quote(span, false) : ""].filter(Boolean);
  }

  KG.on("hover-entity", (id, pointer) => showTooltip(nodeTip(id), pointer));
  KG.on("hover-group", (group, pointer) => {
    const { kind } = KG.scene.scene();
    showTooltip([make("strong", {}, both(KG.scene.groupName(group, kind))),
      make("p", {}, both(joined(Object.entries(group.counts).map(([name, count]) => fill("n-" + name, count)))))],
    pointer);
  });
  KG.on("hover-edge", (number, pointer) => showTooltip(edgeTip(number), pointer));
  KG.on("hover-nothing", () => { tooltip.hidden = true; });

  return { showOverview, showEntity, showEdge, showPlace };
})();
