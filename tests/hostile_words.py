"""Twenty texts that would run as script, were they ever more than text; and a store full of them.

Whichever runs sets the title of its page to TAKEN.
"""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat
from test_render import Document, Graph

import kg
from kg.models import DocumentGraph

TAKEN = "taken"
RUN = f"document.title='{TAKEN}'"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</style></title></textarea><script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f'"><svg onload={RUN}>',
    f"'><svg/onload={RUN}//",
    f'" onmouseover="{RUN}" x="',
    f"' onfocus='{RUN}' autofocus='",
    f'<a href="javascript:{RUN}">href</a>',
    f"javascript:{RUN}//",
    f"<!--<script>{RUN}",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<math><mtext></p><svg><style><img src=x onerror={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"${{{RUN}}} {{{{{RUN}}}}} {{% raw %}} #{{{RUN}}} <%= 1 %> $data",
    f"\u2028{RUN}//\u2029",
    f"&lt;script&gt;{RUN}&lt;/script&gt; &#60;img src=x onerror={RUN}&#62;",
    f"\u202e<ScRiPt >{RUN}</sCrIpT\t>𠮷",
)


def hostile_graph() -> Graph:
    """Return a graph where each payload is a title, a file, an issuer, a body, a program, a law."""
    graph = Graph()
    for number, payload in enumerate(PAYLOADS):
        document = Document(graph, payload, "Notice", "2023-04-11", payload + "局", payload)
        document.task(number, payload + "院", payload + "队", payload + "行动", 90)
        document.cite(payload + "法", "implements", payload)
        document.close()
    return graph


def hostile_store(place: Path) -> None:
    """Write a store on disk that holds the hostile graph."""
    graph = hostile_graph()
    with kg.Store(place) as store:
        for name in sorted(graph.store.named_graphs(), key=str):
            iri = name.value
            lines = graph.store.dump(format=RdfFormat.N_TRIPLES, from_graph=NamedNode(iri)).decode()
            quads = "".join(
                f"{line[:-2]} <{iri}> .\n" for line in sorted(lines.split("\n")) if line
            )
            store.load([DocumentGraph(iri, "", "", quads, ())])
