// Places in a text on the page, by offsets in code points: found, marked, brought into view.
"use strict";

/** The places of a text whose lines are paragraphs that say where they begin (data-b). */
KG.placesIn = (text) => {
  const lines = [...text.querySelectorAll("p[data-b]")];
  const begins = lines.map((line) => Number(line.dataset.b));

  /** The index of the line that holds an offset. */
  function lineAt(offset) {
    let low = 0, high = begins.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begins[middle] <= offset) low = middle; else high = middle - 1;
    }
    return low;
  }

  /** How many UTF-16 units the first code points of a string take: offsets count code points. */
  function units(string, points) {
    let at = 0;
    for (; points > 0 && at < string.length; points -= 1) {
      at += string.codePointAt(at) > 0xffff ? 2 : 1;
    }
    return at;
  }

  /** The text nodes of a line that lie between two offsets, cut to them. */
  function nodesBetween(line, first, begin, end) {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const nodes = [];
    for (let node = walker.nextNode(), at = first; node; node = walker.nextNode()) {
      const stop = at + [...node.data].length;
      if (stop > begin && at < end) nodes.push([node, at]);
      at = stop;
    }
    return nodes.map(([node, at]) => {
      const from = units(node.data, Math.max(0, begin - at));
      const to = units(node.data, end - at);
      const kept = from > 0 ? node.splitText(from) : node;
      if (to - from < kept.data.length) kept.splitText(to - from);
      return kept;
    });
  }

  /** Take away what was marked last. */
  function clear() {
    for (const mark of text.querySelectorAll("mark.here")) {
      const parent = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      parent.normalize();
    }
  }

  /** Mark the characters from begin to end; bring them into view unless told not to. */
  function show(begin, end, scroll = true) {
    clear();
    if (!lines.length) return;
    let first = null;
    for (let n = lineAt(begin); n < lines.length && begins[n] < end; n += 1) {
      for (const node of nodesBetween(lines[n], begins[n], begin, end)) {
        const mark = KG.make("mark", { class: "here" });
        node.replaceWith(mark);
        mark.append(node);
        first = first || mark;
      }
    }
    if (scroll) (first || lines[lineAt(begin)]).scrollIntoView({ block: "center" });
  }

  return { show, clear, lineAt };
};

/** The place that a fragment names: #char=B,E or #source=DIGEST&char=B,E; null for none. */
KG.placeOf = (fragment) => {
  const found = /^#(?:source=([^&]*)&)?char=(\d+),(\d+)$/.exec(fragment);
  if (!found) return null;
  const begin = Number(found[2]);
  return { digest: found[1] || "", begin, end: Math.max(begin + 1, Number(found[3])) };
};
