// Pages of the server: the language chosen by the switch is the server's too.
"use strict";
KG.on("language", (language) => {
  document.cookie = `lang=${language}; path=/; max-age=31536000; samesite=lax`;
});
