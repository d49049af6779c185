// What the page says of itself: counts with their words, the notice, the line for screen readers.
"use strict";
KG.says = (() => {
  const { make, both, said } = KG;
  const notice = document.getElementById("notice");
  const line = document.getElementById("status");

  const written = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : String(value));

  /** A phrase with its gaps filled: "{} document{|s}" with 2 is "2 documents", in both languages. */
  function fill(name, ...values) {
    const number = values.find((value) => typeof value === "number");
    return KG.pair(name).map((phrase) => {
      let next = 0;
      return phrase.replace(/\{\}|\{([^{}|]*)\|([^{}]*)\}/g, (gap, one, many) =>
        (gap === "{}" ? written(values[next++]) : number === 1 ? one : many));
    });
  }

  /** Several pairs as one. */
  function joined(pairs, chinese = "，", english = ", ") {
    return [pairs.map((pair) => pair[0]).join(chinese),
      pairs.map((pair) => pair[1] || pair[0]).join(english)];
  }

  const phrase = (name, ...values) => both(fill(name, ...values));

  /** Tell those who do not see the picture what has changed. */
  function status(pair) { line.textContent = said(pair); }

  /** Say something that the reader must see, with a button that does something about it. */
  function warn(pair, remedy, act) {
    notice.replaceChildren(both(pair));
    if (act) {
      notice.append(make("button", {
        type: "button", class: "plain", onclick: () => { unwarn(); act(); },
      }, both(KG.pair(remedy))));
    }
    notice.append(make("button", { type: "button", class: "plain", onclick: unwarn }, both(KG.pair("close"))));
    notice.hidden = false;
  }

  function unwarn() { notice.hidden = true; }

  return { fill, phrase, joined, status, warn, unwarn };
})();
