// The sentence behind a figure, shown where the reader is: under the pointer or the focus.
"use strict";
(() => {
  const bar = document.getElementById("said");

  /** The entry of the list of sentences that a link leads to, or null. */
  function entryOf(link) {
    const href = link && link.getAttribute("href");
    return href && /^#e\d+$/.test(href) ? document.getElementById(href.slice(1)) : null;
  }

  function show(event) {
    const entry = entryOf(event.target.closest("a"));
    bar.hidden = !entry;
    if (entry) bar.replaceChildren(...[...entry.childNodes].map((node) => node.cloneNode(true)));
  }

  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") bar.hidden = true; });
})();
