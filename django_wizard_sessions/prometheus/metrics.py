"""The signals as metrics, in the default registry of ``prometheus_client``.

No label says a project: their number has no bound.
"""

from typing import Any

from django.dispatch import receiver
from prometheus_client import Counter, Gauge, Histogram

from django_wizard_sessions.signals import (
    CloseReason,
    frames_sent,
    publish_failed,
    push_delivered,
    pushes_healed,
    stream_closed,
    stream_opened,
)

NAMESPACE = "wizard_sessions"
DELAYS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds

open_streams: Gauge = Gauge(
    "open_streams", "Streams that are open.", namespace=NAMESPACE, multiprocess_mode="livesum"
)
opened: Counter = Counter("streams_opened", "Streams that were opened.", namespace=NAMESPACE)
closed: Counter = Counter(
    "streams_closed", "Streams that were closed.", ["reason"], namespace=NAMESPACE
)
frames: Counter = Counter(
    "frames_sent", "States of sessions that were sent to clients.", namespace=NAMESPACE
)
delay: Histogram = Histogram(
    "push_delivery_seconds",
    "From the commit of a push until the streams of the process have it.",
    namespace=NAMESPACE,
    buckets=DELAYS,
)
healed: Counter = Counter(
    "pushes_healed",
    "States that were found in the database before a message of them came.",
    namespace=NAMESPACE,
)
unpublished: Counter = Counter(
    "publish_failures",
    "Pushes of which the channel layer was not told, or not in time.",
    namespace=NAMESPACE,
)

for _reason in CloseReason:
    closed.labels(_reason)  # shown as 0 before the first one


@receiver(stream_opened)
def _count_opened(sender: Any, **_about: Any) -> None:
    opened.inc()
    open_streams.inc()


@receiver(stream_closed)
def _count_closed(sender: Any, *, reason: CloseReason, **_about: Any) -> None:
    closed.labels(reason).inc()
    open_streams.dec()


@receiver(frames_sent)
def _count_frames(sender: Any, *, count: int, **_about: Any) -> None:
    frames.inc(count)


@receiver(push_delivered)
def _observe_delay(sender: Any, *, seconds: float, **_about: Any) -> None:
    delay.observe(seconds)


@receiver(pushes_healed)
def _count_healed(sender: Any, *, count: int, **_about: Any) -> None:
    healed.inc(count)


@receiver(publish_failed)
def _count_unpublished(sender: Any, **_about: Any) -> None:
    unpublished.inc()
