"""A store to pages on a server of one's own: read without JavaScript, linked to every sentence."""
