// The page's behaviour. All text from the document reaches the page through textContent only.
"use strict";
(() => {
  const { make } = KG;
  const { marks, words } = JSON.parse(document.getElementById("data").textContent);
  const text = document.getElementById("text");
  const panel = document.getElementById("panel");
  const card = document.getElementById("card");
  const places = KG.placesIn(text);
  let links = [];

  // -- places --------------------------------------------------------------------------------

  /** Mark the characters from begin to end, and bring them into view. */
  function show(begin, end, scroll = true) {
    places.show(begin, end, scroll);
    const from = `#char=${begin},${end}`;
    for (const link of panel.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
    for (const link of panel.querySelectorAll(`a[href="${from}"]`)) link.setAttribute("aria-current", "true");
    const held = marks.map((_, n) => n).filter((n) => marks[n][1] < end && marks[n][2] > begin);
    showCard(held.slice(0, 8));
  }

  function follow() {
    const place = KG.placeOf(location.hash);
    if (place) show(place.begin, place.end);
    const list = /^#(list-[a-z-]+)$/.exec(location.hash);
    if (list && document.getElementById(list[1])) document.getElementById(list[1]).open = true;
  }

  // -- the card ------------------------------------------------------------------------------

  const word = (key) => (words[key] ? words[key].join(" ") : key);

  function showCard(numbers) {
    card.hidden = !numbers.length;
    card.replaceChildren(...numbers.map((n) => {
      const [layer, begin, end, means, rule] = marks[n];
      const said = words["spot:" + means] ? word("spot:" + means) : layer === "field" ? word(means) : means;
      return make("p", {},
        make("span", { class: layer }, words[layer] ? words[layer][0] : layer), " ", said, " ",
        rule ? make("small", { class: "rule" }, rule + " ") : "",
        make("a", { href: `#char=${begin},${end}` }, `${begin}–${end}`));
    }));
  }

  const numbersOf = (element) => element.dataset.i.split(",").map(Number);

  text.addEventListener("click", (event) => {
    const piece = event.target.closest("[data-i]");
    if (!piece || String(getSelection())) return;
    const inner = numbersOf(piece).sort((a, b) => marks[a][2] - marks[a][1] - marks[b][2] + marks[b][1])[0];
    const [, begin, end] = marks[inner];
    history.replaceState(null, "", `#char=${begin},${end}`);
    show(begin, end, false);
  });
  text.addEventListener("pointerover", (event) => {
    const piece = event.target.closest("[data-i]");
    if (piece && event.pointerType === "mouse") showCard(numbersOf(piece));
  });

  // -- lists, legend, keys ---------------------------------------------------------------------

  function step(by) {
    const all = links.length ? links : [...panel.querySelectorAll("#list-figure a, #list-duty a, #list-promise a")];
    if (!all.length) return;
    const now = all.findIndex((link) => link.hasAttribute("aria-current"));
    const next = now < 0 ? (by > 0 ? 0 : all.length - 1) : (now + by + all.length) % all.length;
    links = all;
    location.hash = all[next].getAttribute("href");
    all[next].scrollIntoView({ block: "nearest" });
  }

  panel.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    const list = link.closest("details.list");
    links = list ? [...list.querySelectorAll("a")] : [];
    if (link.getAttribute("href") === location.hash) follow();
  });
  document.getElementById("legend").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const off = document.body.classList.toggle("off-" + button.dataset.layer);
    button.setAttribute("aria-pressed", String(!off));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "Escape") { places.clear(); showCard([]); }
  });
  addEventListener("beforeprint", () => {
    for (const list of panel.querySelectorAll("details")) list.open = true;
  });
  addEventListener("hashchange", follow);
  follow();
  document.documentElement.dataset.marks = String(marks.length);
})();
