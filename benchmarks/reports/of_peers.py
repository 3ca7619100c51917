"""The table of all peers, and what it was measured with."""

from benchmarks.peers.catalogue import PEERS

from .markdown import number, section, table
from .medians import FANOUT, Results

SHOWN = ("fanout", "memory", "storm")
HEAD = (
    "",
    "CPU ms per 1,000 events",
    "of bare ASGI",
    "lowest–highest",
    "with the pushes",
    "KiB per idle stream",
    "seconds for all connects",
    "refused",
)


def peers_table(results: Results) -> str:
    rows = []
    if not any(results.median(peer, each) for peer in results.peers for each in SHOWN):
        return ""
    for peer in results.peers:
        fanout = results.median(peer, "fanout")
        storm = results.median(peer, "storm")
        ratio = results.ratio(peer, "fanout", FANOUT)
        refused = sum((storm.get("failed") or {}).values()) if storm else None
        rows.append(
            (
                title(peer),
                fanout.get(FANOUT),
                None if ratio is None else f"{number(ratio)} ×",
                _spread(results.spread(peer, "fanout", FANOUT)),
                fanout.get("cpu_ms_per_1000_with_push"),
                results.median(peer, "memory").get("kib_per_stream"),
                storm.get("seconds"),
                None if refused is None else f"{refused:.0f}",
            )
        )
    plan = results.runs[0]["plan"]
    said = (
        f"{plan['streams']:,} streams of one topic, {plan['pushes']} pushes of 1.7 kB, "
        f"{plan['rate']:g} in a second at most and none before the last had come through; what "
        "the same pushes cost without any stream is taken off, but for the column that says so. "
        f"Then {plan['streams']:,} clients that come at once, until each has its first event; who "
        "is refused comes back a tenth of a second later."
    )
    return section("Beside the peers", said, table(HEAD, rows))


def latency_table(results: Results) -> str:
    rows = []
    for peer in results.peers:
        latency = results.median(peer, "latency")
        if latency:
            request, answer = latency["from_request_ms"], latency["from_answer_ms"]
            missed = 1 - latency["events"] / latency["expected"]
            of_request = [request[each] for each in ("p50", "p95", "p99")]
            of_answer = [answer[each] for each in ("p50", "p95", "p99")]
            rows.append((title(peer), *of_request, *of_answer, number(missed * 100, " %")))
    if not rows:
        return ""
    plan = results.runs[0]["plan"]
    said = (
        f"Milliseconds until a frame is in one of {plan['latency_streams']} tabs, at "
        f"{plan['rate']:g} pushes a second by the clock, counted from the push's request and from "
        "its 2xx; less than nothing is a frame that was there before the 2xx. What was replaced "
        "by a newer state, or dropped, before it was sent is in the last column."
    )
    percentiles = ("p50", "p95", "p99")
    head = (
        "",
        *[f"request to frame, {each}" for each in percentiles],
        *[f"2xx to frame, {each}" for each in percentiles],
        "not sent",
    )
    return section("Latency", said, table(head, rows))


def conditions(results: Results) -> str:
    machine = results.runs[0]["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    about = f"{machine['cores']} cores of an {machine['cpu']} with {machine['memory_gib']} GiB"
    said = (
        f"{_count(results)}, of {results.runs[0]['at'][:10]}, on {about}, {machine['system']}, "
        f"Python {machine['python']}: {versions}. One server process has one core to itself and "
        "the load client another; Redis and PostgreSQL run on either. Processor time is the "
        "kernel's account of the server's process with all its threads, of Redis' and "
        "PostgreSQL's none. Every uvicorn has uvloop and httptools and writes no access log. Of "
        "this package, only the limits of streams are raised; all else is on, and by default, but "
        "for what a section says."
    )
    limited = ", ".join(results.limited_by_client)
    is_full = results.runs[0]["plan"]["name"] == "full"
    notes = [
        "" if is_full else "**This was a short run: it shows that all works, and proves nothing.**",
        f"The load client was the limit of: {limited}." if limited else "",
        *[f"Left out: {title(peer)}. {reason}." for peer, reason in results.left_out.items()],
        *[f"Failed: {fault}" for fault in results.faults],
    ]
    return "\n\n".join([said, *[note for note in notes if note]])


def _count(results: Results) -> str:
    count = len(results.runs)
    return "One run" if count == 1 else f"Medians of {count} runs"


def title(peer: str) -> str:
    return f"**{PEERS[peer].title}**" if peer == "ours" else PEERS[peer].title


def _spread(spread: tuple[float, float] | None) -> str | None:
    return spread and f"{number(spread[0])}–{number(spread[1])}"
