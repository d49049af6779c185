// The document beside the picture: its text with all that was read in it. A click on a sentence
// lights what it names; a click on a name chooses it. Texts enter the page as text only.
"use strict";
KG.reader = (() => {
  const { make, both, pair } = KG;
  const { entities, groupOf, swatch, words } = KG.model;
  const { layers, documents } = JSON.parse(document.getElementById("texts").textContent);
  const panel = document.getElementById("panel");
  const NAMES = layers.indexOf("Region") + 1; // the layers before it name entities
  const heard = new Map(); // parsed texts, by digest
  let open = null; // what is shown: { digest, row, places, elements, sentence }
  let chosen = null; // the entity whose places stand out
  let stops = []; // its places: elements
  let stop = -1;
  let inText = false; // whether a name in the text is being clicked
  let opener = null; // where the focus was

  // -- the frame -----------------------------------------------------------------------------

  const title = make("h2", { id: "reader-title" });
  const imprint = make("p", { class: "imprint" });
  const strip = make("p", { class: "strip", role: "status", hidden: "" });
  const text = make("div", { class: "text", tabindex: "0", role: "document", "aria-labelledby": "reader-title" });
  const foot = make("section", { class: "foot", role: "status" });
  KG.label(foot, "aria-label", pair("in-this-sentence"));
  const reader = make("article", { id: "reader", class: "reading", "aria-labelledby": "reader-title", hidden: "" },
    make("header", {}, plainButton("✕", "close-reader", () => close()), title, imprint, strip), text, foot);
  panel.after(reader);

  function plainButton(sign, name, act) {
    const button = make("button", { type: "button", class: "plain", onclick: act }, sign);
    KG.label(button, "title", pair(name));
    return KG.label(button, "aria-label", pair(name));
  }

  /** The words for a kind of fact: a tie, a class, or a word of the interface. */
  function wordOf(name) {
    return words.ties[name] || words.classes[name] || pair(name);
  }

  // -- what the page holds -------------------------------------------------------------------

  // The texts stand behind the scripts: they may not have been read yet.
  const holder = (digest) => document.getElementById("text-" + digest);
  const has = (digest) => Object.hasOwn(documents, digest) && documents[digest][2] === 1;

  function rowOf(digest) {
    if (!heard.has(digest)) heard.set(digest, JSON.parse(holder(digest).textContent));
    return heard.get(digest);
  }

  /** What is known of a text; nothing as long as the page has not read so far. */
  function row(digest) {
    return holder(digest) ? rowOf(digest) : { title: "", text: "", facts: [], parts: [], marks: [] };
  }

  /** The digests of the texts of a document, whether the page holds them or not. */
  const textsOf = (id) => Object.keys(documents).filter((digest) => documents[digest][0] === id);

  // -- drawing -------------------------------------------------------------------------------

  /** A string by code points, which offsets count; most texts have none beyond 16 bits. */
  function cutter(string) {
    if (!/[\ud800-\udfff]/.test(string)) return { length: string.length, cut: (b, e) => string.slice(b, e) };
    const points = Array.from(string);
    return { length: points.length, cut: (b, e) => points.slice(b, e).join("") };
  }

  /** Where the text is cut: at marks, sentences, lines and the cells of tables. */
  function cutsOf(row, points) {
    const cuts = new Set([0, points.length, ...row.ends]);
    for (const [, begin, end] of row.marks) cuts.add(begin).add(end);
    const looks = new Map(row.looks);
    const lines = [];
    let begin = 0;
    for (const line of row.text.split("\n")) {
      const end = begin + (points.length === row.text.length ? line.length : Array.from(line).length);
      cuts.add(begin).add(end);
      const look = looks.get(begin) || "";
      lines.push([begin, end, look]);
      if (look === "row") {
        Array.from(line).forEach((char, at) => { if (char === "\t") cuts.add(begin + at + 1); });
      }
      begin = end + 1;
    }
    return { cuts: Float64Array.from(cuts).sort(), lines };
  }

  /** A stretch in which the same marks hold; the innermost name in it is a link. */
  function piece(row, string, begin, held, elements) {
    if (!held.length) return string;
    const size = (n) => row.marks[n][2] - row.marks[n][1];
    const inner = held.filter((n) => row.marks[n][0] < NAMES).sort((a, b) => size(a) - size(b))[0];
    const names = held.map((n) => layers[row.marks[n][0]]);
    if (held.some((n) => layers[row.marks[n][0]] === "section" && row.marks[n][1] === begin)) names.push("opens");
    const id = inner === undefined ? -1 : row.marks[inner][3];
    const element = id >= 0
      ? make("a", { class: names.join(" "), href: "#entity=" + encodeURIComponent(entities[id].label), "data-e": id }, string)
      : make("span", { class: names.join(" ") }, string);
    if (id >= 0 && entities[id].label !== string) element.title = entities[id].label;
    for (const n of held) (elements[n] = elements[n] || []).push(element);
    return element;
  }

  /** The paragraphs of a text, and the elements of each mark. */
  function draw(row) {
    const points = cutter(row.text);
    const { cuts, lines } = cutsOf(row, points);
    const elements = [];
    const paragraphs = [];
    let held = [], next = 0, sentence = 0, at = 0;
    for (const [begin, end, look] of lines) {
      const line = make("p", { "data-b": begin, class: look || null });
      let cell = look === "row" ? line.appendChild(make("span", { class: "cell" })) : line;
      let said = null;
      for (; at < cuts.length - 1 && cuts[at] < end; at += 1) {
        const from = cuts[at], string = points.cut(from, cuts[at + 1]);
        held = held.filter((n) => row.marks[n][2] > from);
        for (; next < row.marks.length && row.marks[next][1] <= from; next += 1) {
          if (row.marks[next][2] > from) held.push(next);
        }
        while (row.ends[sentence] <= from) { sentence += 1; said = null; }
        said = said || cell.appendChild(make("span", { class: "s", "data-n": sentence }));
        said.append(piece(row, string, from, held, elements));
        if (look === "row" && string.endsWith("\t") && cuts[at + 1] < end) {
          cell = line.appendChild(make("span", { class: "cell" }));
          said = null;
        }
      }
      if (begin === end) line.append(make("br"));
      while (at < cuts.length - 1 && cuts[at] <= end) at += 1; // over the end of the line
      if (!look && !line.textContent.trim()) line.className = "blank";
      paragraphs.push(line);
    }
    return { paragraphs: inTables(paragraphs), elements };
  }

  /** Rows that follow each other stand in one table. */
  function inTables(paragraphs) {
    const found = [];
    let table = null;
    for (const line of paragraphs) {
      if (line.className !== "row") { table = null; found.push(line); continue; }
      if (!table) found.push(table = make("div", { class: "table" }));
      table.append(line);
    }
    return found;
  }

  // -- opening and closing -------------------------------------------------------------------

  /** Show a text at a place; without an offset from its beginning. */
  function show(digest, begin, end) {
    const known = digest || Object.keys(documents).find(has) || "";
    if (!has(known)) return false;
    if (!holder(known)) {
      addEventListener("DOMContentLoaded", () => show(digest, begin, end), { once: true });
      return true;
    }
    if (reader.hidden) opener = document.activeElement;
    if (!open || open.digest !== known) fill(known);
    reader.hidden = false;
    panel.hidden = true;
    if (begin !== undefined) {
      const last = Math.max(begin + 1, end);
      open.places.show(begin, last);
      chooseSentence(sentenceAt(begin), false, true);
    } else text.scrollTop = 0;
    text.focus({ preventScroll: true });
    KG.tell("reader", { digest: known, begin, end });
    return true;
  }

  function fill(digest) {
    const row = rowOf(digest);
    const { paragraphs, elements } = draw(row);
    title.textContent = row.title;
    const card = row.document >= 0
      ? make("button", { type: "button", class: "plain", onclick: () => { KG.tell("go-entity", row.document); close(); } }, both(pair("document-card"))) : "";
    imprint.replaceChildren([row.imprint, row.file].filter(Boolean).join(" · "), " · ",
      KG.says.phrase("n-characters", documents[digest][1]), " ", card);
    text.replaceChildren(...paragraphs);
    open = { digest, row, elements, places: KG.placesIn(text), sentence: -1 };
    explain();
    standOut(chosen, false);
  }

  function close() {
    if (reader.hidden) return;
    clearSentence();
    reader.hidden = true;
    panel.hidden = false;
    KG.tell("reader", null);
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
  }

  /** Show the text again that was shown last. */
  function reopen() {
    return open ? show(open.digest) : show("");
  }

  // -- a sentence ----------------------------------------------------------------------------

  function sentenceAt(offset) {
    const { ends } = open.row;
    let low = 0, high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] > offset) high = middle; else low = middle + 1;
    }
    return low;
  }

  const within = (begin, end, b, e) => b < end && e > begin;

  /** Mark a sentence, say what was read in it, and light what it names. */
  function chooseSentence(number, scroll = true, asPlace = false) {
    clearSentence();
    const { row, digest } = open;
    const parts = [...text.querySelectorAll(`.s[data-n="${number}"]`)];
    if (!parts.length) return;
    open.sentence = number;
    for (const part of parts) part.classList.add("chosen");
    if (scroll) parts[0].scrollIntoView({ block: "nearest" });
    const begin = number ? row.ends[number - 1] : 0;
    const end = row.ends[number];
    const named = row.marks.filter(([, b, e, id]) => id >= 0 && within(begin, end, b, e)).map((mark) => mark[3]);
    const facts = row.facts.map((_, n) => n).filter((n) => within(begin, end, row.facts[n][1], row.facts[n][2]));
    const ids = [...new Set([...named, ...facts.flatMap((n) => row.facts[n][6]), ...tasksWithin(begin, end)])];
    drawFoot(begin, end, [...new Set(named)], facts, outside(begin, end));
    KG.scene.light(ids.length ? [...new Set([row.document, ...ids])].filter((id) => id >= 0) : null);
    KG.tell("sentence", { digest, begin, end, entities: ids, facts, asPlace });
  }

  /** What a stretch of the text names that the picture does not hold, in its words. */
  function outside(begin, end) {
    const { cut } = cutter(open.row.text);
    const marks = open.row.marks.filter(([layer, b, e, id]) => layer < NAMES && id < 0 && within(begin, end, b, e));
    return [...new Set(marks.map(([, b, e]) => cut(b, e)))];
  }

  /** The tasks in the picture whose headings stand in a stretch of the text. */
  function tasksWithin(begin, end) {
    return open.row.parts.filter((part) => part[7] >= 0 && within(begin, end, part[1], part[3])).map((part) => part[7]);
  }

  function clearSentence() {
    if (!open) return;
    for (const part of text.querySelectorAll(".s.chosen")) part.classList.remove("chosen");
    if (open.sentence >= 0) KG.scene.light(null);
    open.sentence = -1;
    explain();
  }

  /** Where no sentence is chosen its place says what can be done. */
  function explain() {
    foot.replaceChildren(make("p", { class: "around keys" }, both(pair("reader-keys"))));
  }

  const nameButton = (id) => make("button", { type: "button", class: "name", onclick: () => KG.tell("go-entity", id) },
    swatch(groupOf(id)), entities[id].label);

  /** Whom or what a fact ties to the document, where it is in the picture. */
  const tiedTo = ([kind, , , , , , ids]) => (kind === "Target" ? -1 : ids.length ? ids[ids.length - 1] : -1);

  function factLine(number) {
    const fact = open.row.facts[number];
    const [, begin, end, word, value, note, , , there] = fact;
    const other = tiedTo(fact);
    return make("li", {},
      make("button", { type: "button", class: "fact", onclick: () => open.places.show(begin, end) },
        both(wordOf(word)), " ", other < 0 ? make("b", {}, value) : ""),
      other < 0 ? "" : nameButton(other),
      note ? make("small", {}, " ", both(pair(note))) : "",
      there && has(there[0]) ? make("button", { type: "button", class: "plain", onclick: () => show(...there) },
        both(pair("in-earlier-text"))) : "");
  }

  /** The part that a place lies in: the innermost task or section. */
  function partAround(begin, end) {
    const around = open.row.parts.filter((part) => part[1] < end && part[2] > begin && !(part[1] >= begin && part[2] <= end));
    return around.sort((a, b) => (a[2] - a[1]) - (b[2] - b[1]))[0];
  }

  function partLine(begin, end) {
    const part = partAround(begin, end);
    if (!part) return "";
    const index = open.row.parts.indexOf(part);
    const duties = open.row.facts.filter((fact) => fact[7] === index && fact[0] === "Responsibility" && !within(begin, end, fact[1], fact[2]));
    return make("p", { class: "around" }, both(pair(part[0] === "task" ? "within-task" : "within-section")), " ",
      make("button", { type: "button", class: "fact", onclick: () => open.places.show(part[1], part[3]) }, `${part[5]} ${part[6]}`.trim()),
      ...duties.flatMap((fact) => [" · ", both(wordOf(fact[3])), " ", fact[4]]));
  }

  function drawFoot(begin, end, named, facts, others) {
    const said = new Set(facts.map((n) => tiedTo(open.row.facts[n])));
    const names = named.filter((id) => !said.has(id)).map(nameButton);
    foot.replaceChildren(
      make("h3", {}, both(pair("in-this-sentence"))),
      names.length ? make("p", { class: "names" }, ...names) : "",
      facts.length ? make("ul", {}, ...facts.map(factLine)) : "",
      others.length ? make("p", {}, others.join("、"), " ", make("small", {}, both(pair("not-in-picture")))) : "",
      names.length || facts.length || others.length ? "" : make("p", {}, both(pair("nothing-read"))),
      partLine(begin, end));
    foot.scrollTop = 0;
  }

  function stepSentence(by) {
    const last = open.row.ends.length - 1;
    let number = open.sentence < 0 ? (by > 0 ? 0 : last) : open.sentence + by;
    while (number >= 0 && number <= last && !text.querySelector(`.s[data-n="${number}"]`)) number += by;
    if (number >= 0 && number <= last) chooseSentence(number);
  }

  // -- the places of an entity ---------------------------------------------------------------

  /** The elements that name an entity, or say it where it is a task or a target. */
  function placesOf(id) {
    const { row, elements } = open;
    const own = (mark) => mark[3] === id
      || (mark[4] >= 0 && row.facts[mark[4]][0] === "Target" && row.facts[mark[4]][6][0] === id)
      || (layers[mark[0]] === "task" && row.parts.some((part) => part[7] === id && part[1] === mark[1]));
    return row.marks.map((_, n) => n).filter((n) => own(row.marks[n]) && elements[n]).map((n) => elements[n]);
  }

  /** Let the places of an entity stand out in the text; null for none. */
  function standOut(id, scroll) {
    chosen = id;
    stop = -1;
    for (const element of text.querySelectorAll(".named, .now")) element.classList.remove("named", "now");
    stops = open && id !== null ? placesOf(id) : [];
    for (const element of stops.flat()) element.classList.add("named");
    if (scroll && stops.length) step(1);
    else drawStrip();
  }

  function drawStrip() {
    strip.hidden = chosen === null;
    if (chosen === null) return;
    const card = make("button", { type: "button", class: "plain", onclick: close }, both(pair("its-card")));
    strip.replaceChildren(swatch(groupOf(chosen)), make("b", {}, entities[chosen].label), " ",
      ...(stops.length
        ? [plainButton("◂", "previous-mention", () => step(-1)), make("span", { class: "count" }, `${stop + 1} / ${stops.length}`),
          plainButton("▸", "next-mention", () => step(1))]
        : [both(pair("not-named-here"))]), " ", card);
  }

  /** Say which of the places the reader is at. */
  function markStop(number) {
    stop = number;
    for (const element of text.querySelectorAll(".now")) element.classList.remove("now");
    for (const element of stops[stop] || []) element.classList.add("now");
    drawStrip();
  }

  function step(by) {
    if (!stops.length) return;
    markStop(stop < 0 && by < 0 ? stops.length - 1 : (stop + by + stops.length) % stops.length);
    stops[stop][0].scrollIntoView({ block: "center" });
  }

  // -- what the reader does ------------------------------------------------------------------

  text.addEventListener("click", (event) => {
    const name = event.target.closest("a[data-e]");
    if (name && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      inText = true;
      KG.tell("go-entity", Number(name.dataset.e));
      inText = false;
      markStop(stops.findIndex((elements) => elements.includes(name)));
      return;
    }
    const sentence = event.target.closest(".s");
    if (sentence && String(getSelection()) === "") {
      open.places.clear();
      chooseSentence(Number(sentence.dataset.n), false);
    }
  });

  const KEYS = { n: () => step(1), p: () => step(-1), j: () => stepSentence(1), k: () => stepSentence(-1) };
  // Before the keys of the page: Escape goes back one step, not to the beginning.
  document.addEventListener("keydown", (event) => {
    if (reader.hidden || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, select, textarea, dialog, #filter-box")) return;
    if (event.key === "Escape" && open.sentence >= 0) {
      open.places.clear();
      clearSentence();
    } else if (event.key === "Escape") close();
    else if (KEYS[event.key]) KEYS[event.key]();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // A name clicked in the text itself stands where the reader looks: nothing moves.
  function follow(id) {
    if (reader.hidden) chosen = id;
    else standOut(id, !inText);
  }

  KG.on("go-entity", follow);
  KG.on("pick-entity", follow);

  const leftOut = Object.keys(documents).filter((digest) => !has(digest)).length;
  return { open: show, close, reopen, has, row, textsOf, leftOut, get isOpen() { return !reader.hidden; } };
})();
