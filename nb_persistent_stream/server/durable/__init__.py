"""Streams as URLs: the open Durable Streams protocol over the Jupyter server.

The protocol is https://github.com/durable-streams/durable-streams (PROTOCOL.md, version 1.0).
"""
