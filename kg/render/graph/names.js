// How entities are named in addresses and found by what is typed.
"use strict";
KG.names = (() => {
  const { entities } = KG.model;

  /** A text as it is compared: width, case, spaces and quotation marks tell no names apart. */
  const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s"'“”‘’《》〈〉「」]+/g, "");

  const byName = new Map();
  entities.forEach((entity, id) => {
    byName.set(entity.label, byName.has(entity.label) ? -1 : id);
  });
  entities.forEach((entity, id) => byName.set(entity.iri, id));

  /** The label of an entity where no other has it, else its IRI. */
  const nameOf = (id) => (byName.get(entities[id].label) === id ? entities[id].label : entities[id].iri);

  /** The entity of this name or IRI; of several the first; -1 where there is none. */
  function idOf(name) {
    const id = byName.get(name) ?? -1;
    return id >= 0 ? id : entities.findIndex((entity) => entity.label === name);
  }

  return { folded, nameOf, idOf };
})();
