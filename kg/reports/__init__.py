"""A store to the answers that an analyst asks for: tables whose every row leads to sentences.

Each report is a function `(store, …) -> Report`, a `kg` command (kg.commands) and a saved query
(kg.queries) that gives what it rests on to whoever holds only the exported graph.
"""
