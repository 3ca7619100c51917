"""The example, with its metrics at ``/metrics``: as the docs have it."""

import os

import prometheus_client
from prometheus_client import multiprocess

from example_project.asgi import application as example

registry = prometheus_client.REGISTRY
if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    registry = prometheus_client.CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
metrics = prometheus_client.make_asgi_app(registry)


async def application(scope, receive, send):
    serve = metrics if scope.get("path") == "/metrics" else example
    await serve(scope, receive, send)
