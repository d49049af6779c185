"""Published vocabulary, shapes and gazetteers, as package resources."""
