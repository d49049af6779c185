// The views of the page: the graph, and whatever other pictures it holds.
"use strict";
KG.tabs = (() => {
  const body = document.body;
  const tabs = [...document.querySelectorAll("#tabs [role=tab]")];
  const sections = [...document.querySelectorAll("section.view")];
  const names = sections.map((section) => section.id.slice("view-".length));

  /** The name of the view that is open; empty for the graph. */
  const current = () => body.dataset.view || "";

  /** Open a view; the graph where the name is empty. */
  function show(name) {
    if (name) body.dataset.view = name; else delete body.dataset.view;
    delete body.dataset.beside;
    document.getElementById("stage").hidden = Boolean(name);
    for (const section of sections) section.hidden = section.id !== "view-" + name;
    for (const tab of tabs) {
      const chosen = tab.dataset.view === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  /** Let the panel stand beside a view, for what a link of the view leads to. */
  function beside() { if (current()) body.dataset.beside = ""; }

  const hasBeside = () => "beside" in body.dataset;
  function unbeside() { delete body.dataset.beside; }

  for (const tab of tabs) tab.addEventListener("click", () => KG.tell("go-view", tab.dataset.view));
  document.getElementById("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
    event.preventDefault();
  });

  return { names, current, show, beside, hasBeside, unbeside };
})();
