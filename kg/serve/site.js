// Pages of the server: the language chosen by the switch is the server's too.
"use strict";
KG.on("language", (language) => {
  for (const option of document.querySelectorAll("option[data-zh]")) {
    option.textContent = language === "en" ? option.dataset.en : option.dataset.zh;
  }
  document.cookie = `lang=${language}; path=/; max-age=31536000; samesite=lax`;
});
