"""SPARQL over a store that nobody can hurt: queries within limits, updates one after the other.

    limits.py       what queries may cost, and what is said when they cost more
    models.py       a query as it was asked, and its answer
    evaluate.py     a query to its answer, over an open store; formats.py writes it
    pool.py         queries to processes that can be killed: process.py starts and hears them,
                    forks.py forks them, frames.py is what they say to each other
    writer.py       changes to the one process that writes; updates.py carries them out in it
    fences.py       what keeps these processes from network and files
    description.py  the service and the dataset described in RDF

What is said over HTTP is kg.serve's (sparql.py, graph_store.py, changing.py, editor.py).
"""
