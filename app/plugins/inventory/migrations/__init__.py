"""The plugin's lineage."""
