"""Words to the places of the texts that hold them: a full-text index beside the store."""
