"""The commands that ask a store, a module for each kind of question; kg.cli lists them."""
