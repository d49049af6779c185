// The query page: the editor, what it knows of our words, and the answer as a table.
"use strict";
(() => {
  const known = JSON.parse(document.getElementById("editor").textContent);
  const form = document.getElementById("query-form");
  const area = form.elements.query;
  const place = (id) => document.getElementById(id);
  const MODE = "sparql-known", ROWS_AT_ONCE = 200, MOST_RAW = 100_000, MOST_NAMES = 300, LONGEST = 200_000;
  const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9, application/problem+json;q=0.5, text/plain;q=0.1";
  const PARTED = /[\u2028\u2029]/g; // line separators, over which YASQE stumbles
  const labels = new Map(known.terms.map(([name, , ...words]) => [name, words]));

  /** A phrase of ours with values in its gaps, in both languages: "{} {row|rows}". */
  function filled(name, ...values) {
    return KG.pair(name).map((phrase) => {
      const left = [...values];
      let last;
      return phrase.replace(/\{\}|\{([^{}|]*)\|([^{}]*)\}/g, (gap, one, many) => {
        if (gap !== "{}") return last === 1 ? one : many;
        last = left.shift();
        return typeof last === "number" ? last.toLocaleString("en") : last;
      });
    });
  }

  /** A text of others with what would be unseen, or turn the order of the rest, made visible. */
  function seen(text) {
    return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
      .replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
  }

  /** A query without line separators: SPARQL reads the escapes as the same. */
  function escaped(text) {
    return text.replace(PARTED, (one) => (one === "\u2028" ? "\\u2028" : "\\u2029"));
  }

  // -- the editor ------------------------------------------------------------------------------

  let asked = false; // whether the reader has asked for words, with nothing typed yet
  const KEYS = {
    "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": false, "Cmd-S": false,
    // Tab goes on to the next control, as everywhere; Ctrl-] and Ctrl-[ indent.
    Tab: false, "Shift-Tab": false,
    Esc: () => place("run").focus(),
    "Ctrl-Space": (cm) => { asked = true; cm.autocomplete(); asked = false; },
  };

  const editor = openEditor() || {
    get: () => area.value,
    set: (text) => { area.value = text; },
    onChange: (act) => area.addEventListener("input", act),
  };

  /** Put YASQE in the place of the text area; a browser that cannot keeps the text area. */
  function openEditor() {
    const box = KG.make("div", { id: "yasqe" });
    area.before(box);
    try {
      teach();
      const yasqe = new Yasqe(box, {
        value: escaped(area.value), mode: MODE, extraKeys: KEYS,
        // Nothing is kept in the browser, and no address fills the editor but by our own hand.
        persistenceId: null, consumeShareLink: null, createShareableLink: null,
        showQueryButton: false, resizeable: true, editorHeight: "20rem", viewportMargin: 20,
      });
      settle(yasqe);
      return {
        get: () => yasqe.getValue(),
        set: (text) => yasqe.setValue(text),
        onChange: (act) => yasqe.on("changes", act),
        goTo: (line, column) => {
          yasqe.focus();
          yasqe.getDoc().setCursor({ line: line - 1, ch: column - 1 });
        },
        declare: () => yasqe.setValue(undeclared(yasqe.getValue()) + yasqe.getValue()),
      };
    } catch (error) {
      console.warn(String(error));
      box.remove();
      return null;
    }
  }

  /** Have the editor labelled and spoken of as the text area was, and take its place. */
  function settle(yasqe) {
    yasqe.on("beforeChange", (_, change) => {
      const text = change.text.map(escaped);
      if (change.update && text.join() !== change.text.join()) change.update(null, null, text);
    });
    yasqe.getInputField().setAttribute("aria-describedby", "editor-keys");
    const say = () => yasqe.setOption("screenReaderLabel", KG.said(KG.pair("query")));
    KG.on("language", say);
    say();
    document.querySelector("label[for=query]").addEventListener("click", () => yasqe.focus());
    area.hidden = true;
    area.required = false;
  }

  /** Tell YASQE our prefixes and words, instead of those that it would ask other servers for. */
  function teach() {
    // The server knows our prefixes, so a query that does not declare them is right.
    Yasqe.defineMode(MODE, (config) => {
      const mode = Yasqe.getMode(config, "sparql11");
      return { ...mode, startState: () => ({ ...mode.startState(), prefixes: { ...known.prefixes } }) };
    });
    const declared = Object.entries(known.prefixes).map(([name, iri]) => `${name}: <${iri}>`);
    Yasqe.defaults.autocompleters = ["variables"];
    Yasqe.forkAutocompleter("prefixes", { name: "known-prefixes", get: declared, persistenceId: null });
    Yasqe.registerAutocompleter({
      name: "known-words", bulk: false, autoShow: true,
      isValidCompletionPosition: (cm) => wantedKind(cm) !== null,
      preProcessToken: typedWords,
      get: (cm, token) => matching(wantedKind(cm), token.string),
      postprocessHints: (_, hints) => hints.map((hint) => ({ ...hint, render: (element) => offer(element, hint.text) })),
    });
  }

  /** The lines that a query lacks to run elsewhere too: PREFIX for each of ours that it uses. */
  function undeclared(query) {
    const used = new Set(), said = new Set();
    let last = "";
    Yasqe.runMode(query, MODE, (token, style) => {
      const name = /^([\w-]+):/.exec(token)?.[1];
      if (name && !/comment|string$/.test(style || "")) (/^prefix$/i.test(last) ? said : used).add(name);
      if (token.trim()) last = token.trim();
    });
    const wanted = Object.keys(known.prefixes).filter((name) => used.has(name) && !said.has(name));
    return wanted.map((name) => `PREFIX ${name}: <${known.prefixes[name]}>\n`).join("");
  }

  /** What is being typed: a token, or a Chinese word, which is no SPARQL but a label of ours. */
  function typedAt(cm) {
    const { line, ch } = cm.getDoc().getCursor();
    const before = cm.getLine(line).slice(0, ch);
    const chinese = /(?<![?$:\p{L}\p{N}_])\p{Script=Han}[\p{L}\p{N}_]*$/u.exec(before)?.[0];
    if (!chinese) return cm.getCompleteToken();
    const token = cm.getTokenAt({ line, ch: ch - chinese.length + 1 });
    return { ...token, string: chinese, start: ch - chinese.length, end: ch };
  }

  /** Which words can stand at the cursor: class, property, any ("") or none (null). */
  function wantedKind(cm) {
    const { line } = cm.getDoc().getCursor(), token = typedAt(cm), typed = token.string.trim();
    if (/^[?$<#]|["']/.test(typed) || ["comment", "string"].includes(token.type)) return null;
    if (!asked && typed.length < 2) return null;
    // Within a text that is not closed yet.
    if ((cm.getLine(line).slice(0, token.start).match(/"/g) || []).length % 2) return null;
    if (["a", "rdf:type"].includes(cm.getPreviousNonWsToken(line, token).string)) return "class";
    if (token.state.possibleCurrent.includes("a")) return "property";
    return /:|\p{Script=Han}/u.test(typed) ? "" : null;
  }

  /** The words for what is typed; with nothing typed they go in at the cursor. */
  function typedWords(cm) {
    const token = typedAt(cm), { ch } = cm.getDoc().getCursor(), typed = token.string.trim();
    const span = typed ? { from: { ch: token.start }, to: { ch: token.end } } : { from: { ch }, to: { ch } };
    return { ...token, ...span, string: typed, autocompletionString: typed };
  }

  /** The words that begin with what is typed, then those that hold it, in a name or a label. */
  function matching(kind, typed) {
    const wanted = typed.toLowerCase();
    const rank = ([name, , ...words]) => {
      const own = name.toLowerCase(), short = own.slice(own.indexOf(":") + 1);
      const found = own.startsWith(wanted) || short.startsWith(wanted) ? 0
        : [own, ...words].some((one) => one.toLowerCase().includes(wanted)) ? 2 : NaN;
      return found + (own.startsWith("pol:") ? 0 : 1); // our own words first
    };
    return known.terms.filter(([, one]) => !kind || one === kind)
      .map((term) => [rank(term), term[0]]).filter(([at]) => at < 4)
      .sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1)).slice(0, 60).map(([, name]) => name);
  }

  function offer(element, name) {
    const words = KG.said(labels.get(name) || ["", ""]);
    element.append(name, " ", KG.make("small", {}, words));
  }

  // -- links and what the tab remembers: a query that comes with an address is never run by itself

  function fromAddress() {
    const found = /[#&]query=([^&]*)/.exec(location.hash);
    if (!found) return null;
    try {
      return decodeURIComponent(found[1].replace(/\+/g, "%20")).slice(0, LONGEST);
    } catch (_) {
      return null;
    }
  }

  function keep() {
    const query = editor.get();
    try {
      place("permalink").href = `${known.path}#query=${encodeURIComponent(query)}`;
      // In this tab alone, so that going back finds the query as it was left.
      history.replaceState({ query }, "");
    } catch (_) { /* half a character, or too long: the link stays as it was */ }
  }

  let waiting;
  const arrived = history.state?.query ?? fromAddress();
  if (typeof arrived === "string" && arrived !== editor.get()) editor.set(arrived);
  place("permalink").hidden = false;
  if (editor.declare) {
    place("declare").hidden = false;
    place("declare").addEventListener("click", editor.declare);
  }
  keep();
  editor.onChange(() => { clearTimeout(waiting); waiting = setTimeout(keep, 300); });
  addEventListener("pagehide", keep);
  addEventListener("hashchange", () => {
    const query = fromAddress();
    if (query !== null && query !== editor.get()) editor.set(query);
  });

  // -- asking ----------------------------------------------------------------------------------

  /** What the server says against a query. */
  class Refused extends Error {
    constructor(status, said) {
      super(said.detail || said.title || String(status));
      this.status = status;
      this.limit = said.limit;
    }
  }

  async function ask(query, accept, signal) {
    const answer = await fetch(known.endpoint, {
      method: "POST", body: new URLSearchParams({ query }), headers: { Accept: accept },
      signal, redirect: "error",
    });
    if (!answer.ok) throw new Refused(answer.status, told(await answer.text()));
    return answer;
  }

  /** A message of the server: a problem in JSON, or text. */
  function told(text) {
    try {
      const said = JSON.parse(text);
      if (said && typeof said === "object") return said;
    } catch (_) { /* not JSON */ }
    return { detail: text.trim().slice(0, 2000) };
  }

  let current = null;

  async function run() {
    current?.abort();
    const mine = current = new AbortController();
    const query = editor.get(), began = performance.now();
    show(["running"]);
    place("stop").hidden = false;
    try {
      const answer = await ask(query, ACCEPT, mine.signal);
      const type = (answer.headers.get("content-type") || "").split(";")[0];
      const raw = await answer.text();
      if (current === mine) drawAnswer(query, type, raw, (performance.now() - began) / 1000);
    } catch (error) {
      if (current === mine) drawProblem(error);
    }
    if (current === mine) {
      current = null;
      place("stop").hidden = true;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  form.classList.add("live");
  place("stop").addEventListener("click", () => {
    current?.abort();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    if (event.key === "Escape") place("run").focus();
  });

  // -- the answer ------------------------------------------------------------------------------

  /** Say how it stands, and clear away what was shown: phrases as [name, values …]. */
  function show(...phrases) {
    place("outcome").hidden = false;
    const said = phrases.map(([name, ...values]) => KG.both(filled(name, ...values)));
    place("status").replaceChildren(...said.flatMap((one, at) => (at ? [" · ", one] : [one])));
    place("shown").replaceChildren();
  }

  const LIMITS = new Map([["seconds", "limit-seconds"], ["memory", "limit-memory"], ["rows", "limit-rows"],
    ["size", "limit-size"], ["queries", "limit-queries"]]);

  function drawProblem(error) {
    if (error.name === "AbortError") return show(["stopped"]);
    show();
    const refused = error instanceof Refused;
    const line = KG.make("p", { class: "problem", role: "alert" });
    if (refused) line.append(KG.make("strong", {}, String(error.status)), " ", seen(error.message));
    else line.append(KG.both(KG.pair("no-server")));
    place("shown").append(line);
    const advice = refused && LIMITS.has(error.limit) ? KG.pair(LIMITS.get(error.limit)) : null;
    const [, row, column] = (refused && /line (\d+), column (\d+)/.exec(error.message)) || [];
    if (row && editor.goTo) {
      const go = KG.make("button", { type: "button", class: "go", onclick: () => editor.goTo(Number(row), Number(column)) });
      go.append(KG.both(filled("go-to-line", Number(row))));
      line.append(" ", go);
    }
    if (advice) place("shown").append(KG.make("p", { class: "advice" }, KG.both(advice)));
    return null;
  }

  function drawAnswer(query, type, raw, seconds) {
    const time = ["seconds-taken", seconds.toFixed(2)];
    const answer = type.endsWith("json") && type.includes("sparql-results") ? JSON.parse(raw) : null;
    const rows = answer?.results?.bindings;
    if (rows) show(["n-rows", rows.length], time);
    else if (answer) show([answer.boolean ? "yes-answer" : "no-answer"], time);
    else show(["n-bytes", new TextEncoder().encode(raw).length], time);
    const parts = [files(query, answer ? "rows" : "triples", type, raw)];
    if (rows) parts.push(rows.length ? table(answer.head.vars, rows) : KG.make("p", { class: "nothing" }, KG.both(KG.pair("no-rows"))));
    parts.push(rawAnswer(raw, !answer));
    place("shown").append(...parts);
  }

  function rawAnswer(raw, open) {
    return KG.make("details", { class: "raw", open: open && "open" },
      KG.make("summary", {}, KG.both(KG.pair("raw-answer"))),
      raw.length > MOST_RAW ? KG.make("p", { class: "count" }, KG.both(KG.pair("raw-cut"))) : null,
      KG.make("pre", { tabindex: "0" }, seen(raw.slice(0, MOST_RAW))));
  }

  // -- files: what is shown is asked for again in another form ----------------------------------

  function files(query, kind, type, raw) {
    const buttons = Object.entries(known.formats[kind]).map(([name, media]) =>
      KG.make("button", {
        type: "button", "data-format": name,
        onclick: () => (media === type ? save(name, new Blob([raw], { type })) : saveAs(query, name, media)),
      }, name));
    return KG.make("p", { class: "files" }, KG.make("span", {}, KG.both(KG.pair("download"))), ...buttons);
  }

  async function saveAs(query, name, media) {
    try {
      save(name, await (await ask(query, `${media}, application/problem+json;q=0.5, text/plain;q=0.1`)).blob());
    } catch (error) {
      drawProblem(error);
    }
  }

  const ENDS = { turtle: "ttl", ntriples: "nt", rdfxml: "rdf" };

  function save(name, blob) {
    const link = KG.make("a", { href: URL.createObjectURL(blob), download: `query.${ENDS[name] || name}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  // -- the table -------------------------------------------------------------------------------

  function table(names, rows) {
    const head = KG.make("tr", {}, ...names.map((name) => KG.make("th", { scope: "col" }, seen(name))));
    const body = KG.make("tbody");
    const shown = KG.make("p", { class: "count" });
    const more = KG.make("button", { type: "button", class: "more", onclick: draw });
    function draw() {
      const begin = body.rows.length, next = rows.slice(begin, begin + ROWS_AT_ONCE);
      const links = new Map();
      body.append(...next.map((row) => KG.make("tr", {}, ...names.map((name) => cell(row[name], links)))));
      const left = rows.length - body.rows.length;
      shown.replaceChildren(...(left ? [KG.both(filled("rows-shown", body.rows.length)), " ", more] : []));
      more.replaceChildren(KG.both(filled("more-rows", Math.min(left, ROWS_AT_ONCE))));
      name(links);
    }
    draw();
    return KG.make("div", {},
      KG.make("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "answer" },
        KG.make("table", {}, KG.make("thead", {}, head), body)),
      shown);
  }

  const NUMBERS = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(integer|decimal|double|float|int|long)$/;

  function cell(term, links) {
    if (!term) return KG.make("td", { class: "none" });
    if (term.type === "uri") return KG.make("td", {}, node(term.value, links));
    if (term.type === "bnode") return KG.make("td", { class: "short" }, `_:${seen(term.value)}`);
    if (typeof term.value !== "string") return KG.make("td", {}, KG.make("code", {}, seen(JSON.stringify(term.value))));
    const number = NUMBERS.test(term.datatype || "");
    return KG.make("td", { class: number ? "number" : term.value.length <= 12 && "short", title: term.datatype && shorten(term.datatype) },
      seen(term.value), term["xml:lang"] ? KG.make("small", { class: "tag" }, ` ${seen(term["xml:lang"])}`) : null);
  }

  /** An IRI: a link where it has a page here; by its name, once that is known. */
  function node(iri, links) {
    const short = seen(shorten(iri)), address = addressOf(iri), words = labels.get(short);
    if (!address) {
      const label = words && words[0] ? KG.make("small", {}, " ", KG.both(words)) : null;
      return KG.make("span", { class: "iri", title: seen(iri) }, short, label);
    }
    const link = KG.make("a", { href: address, title: short }, short);
    links.set(iri, [...(links.get(iri) || []), link]);
    return link;
  }

  function shorten(iri) {
    if (iri.startsWith(known.base)) return plain(iri.slice(known.base.length));
    for (const [name, namespace] of Object.entries(known.prefixes)) {
      if (iri.startsWith(namespace)) return `${name}:${plain(iri.slice(namespace.length))}`;
    }
    return plain(iri);
  }

  function plain(text) {
    try {
      return decodeURIComponent(text);
    } catch (_) {
      return text;
    }
  }

  /** Where an IRI is shown on this server; as kg.serve.address.address_of, a test compares them. */
  function addressOf(iri) {
    if (!iri.startsWith(known.base)) return "";
    const span = /^([^#]*)#char=(\d{1,9}),(\d{1,9})$/.exec(iri);
    if (span) return `${addressOf(span[1])}?char=${span[2]},${span[3]}#here`;
    const path = iri.slice(known.base.length).replace(/\p{Surrogate}/gu, "\ufffd");
    return `/id/${path.replace(/[^A-Za-z0-9_.\-~%/:@!$&'()+*,;=]/gu, encodeURIComponent)}`;
  }

  const NAME = "<http://www.w3.org/2004/02/skos/core#prefLabel>|<http://purl.org/dc/terms/title>";
  const SAFE = /^[^<>"{}|^`\\\u0000-\u0020]+$/;

  /** Put names into links, by a second query; where that fails they stay as they are. */
  async function name(links) {
    const iris = [...links.keys()].filter((iri) => SAFE.test(iri)).slice(0, MOST_NAMES);
    if (!iris.length) return;
    const query = `SELECT ?iri (MIN(STR(?name)) AS ?label) { VALUES ?iri { ${iris.map((iri) => `<${iri}>`).join(" ")} } ?iri ${NAME} ?name } GROUP BY ?iri`;
    try {
      const answer = await (await ask(query, "application/sparql-results+json")).json();
      for (const row of answer.results.bindings) {
        for (const link of links.get(row.iri?.value) || []) link.textContent = seen(row.label.value);
      }
    } catch (_) { /* the names are a help, no part of the answer */ }
  }
})();
