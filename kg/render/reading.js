// A text on a page of its own: addresses with #char=B,E lead to their place.
"use strict";
(() => {
  const text = document.querySelector(".reading .text");
  if (!text) return;
  const places = KG.placesIn(text);

  function follow() {
    const place = KG.placeOf(location.hash);
    if (place) places.show(place.begin, place.end);
  }

  addEventListener("hashchange", follow);
  follow();
})();
