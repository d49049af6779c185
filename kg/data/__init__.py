"""How the extractors recognise things: words, forms, units, cues."""
