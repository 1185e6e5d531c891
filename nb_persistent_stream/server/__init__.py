"""The watchers' room: what a Jupyter server tells pages and programs of the stored streams."""
