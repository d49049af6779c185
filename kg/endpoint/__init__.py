"""SPARQL over a store that nobody can hurt: queries within limits, updates one after the other.

    limits.py    what a query may cost, and what is said when it costs more
    models.py    a query as it was asked, and its answer
    evaluate.py  a query to its answer, over an open store
    pool.py      queries to processes that can be killed

What is said over HTTP is kg.serve's (sparql.py, graph_store.py, editor.py).
"""
