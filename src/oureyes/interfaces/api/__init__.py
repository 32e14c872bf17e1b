"""The node's own interface under `/api/1`: routes over `Node`, described by OpenAPI 3.1, and a stream of what changed.

forms       what is asked and answered; the client speaks them too
route       a route, and what it is given
the rest    one file per group of commands of the command line, each with its ROUTES
"""
