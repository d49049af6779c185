// What all pages share: elements without markup, two languages, light and dark.
"use strict";
const KG = (() => {
  const root = document.documentElement;
  const words = JSON.parse(document.getElementById("words").textContent);
  const listeners = new Map();

  /** Call back whenever an event of this name is told. */
  function on(name, act) {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(act);
  }

  function tell(name, ...what) {
    for (const act of listeners.get(name) || []) act(...what);
  }

  /** Make an element; children are elements or text, never markup. */
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "onclick") element.addEventListener("click", value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  // -- words: [Chinese, English] ---------------------------------------------------------------

  /** A pair as an element that holds both languages. */
  function both([chinese, english]) {
    if (!english || chinese === english) return make("span", {}, chinese || english);
    return make("span", { class: "w" }, make("span", { class: "zh", lang: "zh-CN" }, chinese), " ",
      make("small", { class: "en", lang: "en" }, english));
  }

  const pair = (name) => words[name] || [name, name];

  /** A pair as text in the language shown; for attributes and the canvas. */
  function said([chinese, english]) {
    return root.dataset.words === "en" ? english || chinese : chinese;
  }

  /** Set an attribute to a pair's text, now and whenever the language changes. */
  function label(element, key, [chinese, english]) {
    element.setAttribute(`data-w-${key}`, `${chinese}|${english || chinese}`);
    element.setAttribute(key, said([chinese, english]));
    return element;
  }

  function relabel() {
    for (const key of ["aria-label", "placeholder", "title"]) {
      for (const element of document.querySelectorAll(`[data-w-${key}]`)) {
        element.setAttribute(key, said(element.getAttribute(`data-w-${key}`).split("|")));
      }
    }
  }

  // -- what the reader has chosen; a page opened from disk may not remember --------------------

  function remembered(key) {
    try { return localStorage.getItem(`kg-${key}`); } catch (_) { return null; }
  }

  function remember(key, value) {
    try { localStorage.setItem(`kg-${key}`, value); } catch (_) { /* it holds for this page */ }
  }

  function setLanguage(language) {
    root.dataset.words = language;
    root.lang = language === "en" ? "en" : "zh-CN";
    relabel();
    tell("language", language);
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    tell("theme", theme);
  }

  const system = matchMedia("(prefers-color-scheme: dark)");
  const systemTheme = () => (system.matches ? "dark" : "light");
  system.addEventListener("change", () => { if (!remembered("theme")) setTheme(systemTheme()); });

  /** The two switches, in the element with the id "settings" where the page has one. */
  function drawSettings() {
    const place = document.getElementById("settings");
    if (!place) return;
    const language = make("button", {
      type: "button", id: "language", onclick: () => {
        const next = root.dataset.words === "en" ? "zh" : "en";
        remember("language", next);
        setLanguage(next);
      },
    }, both(pair("language")));
    const theme = make("button", {
      type: "button", id: "theme", onclick: () => {
        const next = root.dataset.theme === "dark" ? "light" : "dark";
        remember("theme", next);
        setTheme(next);
      },
    }, "◐");
    label(theme, "aria-label", pair("theme"));
    label(theme, "title", pair("theme"));
    place.append(language, theme);
  }

  const first = (navigator.languages && navigator.languages[0]) || navigator.language || "zh";
  const preferred = /^zh/i.test(first) ? "zh" : "en";
  root.dataset.theme = remembered("theme") || systemTheme();
  drawSettings();
  setLanguage(remembered("language") || root.dataset.words || preferred);

  return { make, both, pair, said, label, on, tell, remember, remembered };
})();
