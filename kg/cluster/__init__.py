"""Documents to parts, on one machine or many, and parts to a store.

    inputs → listing → parts → comparing, naming → manifest     kg parts
    manifest → loading → store                                  kg load
    inputs → listing → building → store                         kg build --engine dask

    PLACE/policy-kg.json       the marker, by which no build takes parts for documents
    PLACE/manifest.json        how it was made, and every file with its digest; written last
    PLACE/ontology.nq.gz       the ontology with its gazetteers
    PLACE/part-KEY.nq.gz       the graphs of some documents, one after the other
    PLACE/part-KEY.jsonl       the account of this part: a line for itself, one for each document
    PLACE/names.jsonl          the names that several entities have
    PLACE/compared/…           what was computed of texts to compare them (kg.cluster.comparing)

A part is named by what goes into it: documents, their names, the version of the extractors. So
whoever writes it a second time writes the same bytes to the same place.
"""
