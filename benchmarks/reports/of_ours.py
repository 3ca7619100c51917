"""What was measured of this package alone."""

from typing import Any

from benchmarks.pushes import report as pushes

from .markdown import number, percent, section, table
from .medians import Results

PERCENTILES = ("p50", "p95", "p99", "max")


def sections(results: Results) -> list[str]:
    made = []
    for measurement, make in SECTIONS.items():
        outcome = results.median("ours", measurement)
        if outcome and "left_out" not in outcome:
            made.append(make(outcome))
    return made


def _connect(outcome: dict[str, Any]) -> str:
    rows = []
    for name in ("one_by_one", "at_once"):
        each = outcome[name]
        latest, stream = each["latest"], each["stream"]
        rows.append(
            (
                f"{each['at_once']:.0f} at once",
                *[latest["cpu_ms"], stream["cpu_ms"], f"{number(each['cpu_ratio'])} ×"],
                *[latest["wall_ms"], stream["wall_ms"], f"{number(each['time_ratio'])} ×"],
            )
        )
    kinds = ("latest", "stream", "ratio")
    head = ("", *[f"{of}, {kind}" for of in ("CPU ms", "ms") for kind in kinds])
    said = (
        "To open a stream, until its first event is there, beside a `latest/`: each on a "
        "connection of its own."
    )
    return section("To open a stream", said, table(head, rows))


def _storm_beside(outcome: dict[str, Any]) -> str:
    said = (
        f"What {outcome['running']:.0f} streams notice of {outcome['storm']['opened']:,.0f} "
        "others that are opened at once: milliseconds to a frame."
    )
    rows = [
        (
            f"{when}, from the {since}",
            *[outcome[key][f"from_{since}_ms"][each] for each in PERCENTILES],
        )
        for when, key in (("before", "calm"), ("meanwhile", "stormy"))
        for since in ("request", "answer")
    ]
    return section("While a thousand come", said, table(("", *PERCENTILES), rows))


def _fairness(outcome: dict[str, Any]) -> str:
    said = (
        "Milliseconds to the frame of a topic's one tab: alone, and beside a topic of "
        f"{outcome['crowd']:,.0f} tabs that is pushed to at any time, up to four times in a second."
    )
    rows = [
        (
            f"{when}, from the {since}",
            *[outcome[key][f"from_{since}_ms"][each] for each in PERCENTILES],
        )
        for when, key in (("alone", "alone"), ("beside them", "beside"))
        for since in ("request", "answer")
    ]
    return section("Beside a large topic", said, table(("", *PERCENTILES), rows))


def _processes(outcome: dict[str, Any]) -> str:
    said = "CPU ms per 1,000 events, of one process and of two that have half of the streams each."
    figures = ("cpu_ms_per_1000", "cpu_ms_per_1000_with_push")
    rows = [
        (name, *[outcome[key][figure] for figure in figures])
        for name, key in (("one process", "one"), ("two processes", "two"))
    ]
    last = f"Two cost {number(outcome['ratio'])} × of one."
    return section("Two processes", said, table(("", "fan-out", "with the pushes"), rows), last)


def _idle(title: str) -> Any:
    def make(outcome: dict[str, Any]) -> str:
        memory = {int(count): kib for count, kib in outcome["memory_kib"].items()}
        first, *_, last = memory
        each = (memory[last] - memory[first]) / (last - first)
        rows = [(f"{count:,} streams", kib / 1024) for count, kib in memory.items()]
        said = (
            f"{outcome['streams']:,.0f} streams at rest take {percent(outcome['share_of_core'])} "
            f"of a core for their heartbeats and the looks at the database, and {number(each)} "
            f"KiB each, over the first {first:,}. "
            "They are asked later than this lasts whether they still may: the one setting that is "
            "another here."
        )
        return section(title, said, table(("", "MiB of the process"), rows))

    return make


def _reauthorise(outcome: dict[str, Any]) -> str:
    said = (
        f"{outcome['streams']:,.0f} streams of one key and topic, each asked about once a minute, "
        f"at rest otherwise: {percent(outcome['share_of_core'])} of a core, in "
        f"{outcome['seconds']:.0f} s."
    )
    return section("To ask again whether they may", said)


def _rows(outcome: dict[str, Any]) -> str:
    few, many = outcome["rows"]
    cases = ("few", "many", "many_in_one_project")
    head = (
        "median, ms",
        f"{few:,.0f} sessions",
        f"{many:,.0f}",
        "ratio",
        f"{many:,.0f} in one project",
        "ratio",
    )
    rows = []
    for operation in outcome["few"]:
        if not operation.endswith("_ms"):
            continue
        base, *others = [outcome[case][operation]["p50"] for case in cases]
        cells = [cell for other in others for cell in (other, f"{number(other / base)} ×")]
        rows.append((operation.removesuffix("_ms").replace("_", " "), base, *cells))
    return section("A million sessions", table(head, rows))


def _push(outcome: dict[str, Any]) -> str:
    said = (
        "Beside the plainest view of DRF that authenticates, validates and stores the same in one "
        "statement, and tells nobody: by DRF's own fields, and by our serializer. Wizards push as "
        "fast as they are answered; a ratio above 1 is ours ahead."
    )
    picture = "![What a push costs, by part](push.svg)"
    return section("A push", said, pushes.beside(outcome), pushes.by_part(outcome), picture)


def _units(outcome: dict[str, Any]) -> str:
    look = outcome["reconcile"]
    rows = [
        ("a look at 100 topics in the database, in the process", 1000 * look["process_ms"]),
        ("the same, in PostgreSQL", 1000 * look["postgresql_ms"]),
        ("a message, in each process that hears of it", outcome["hint_us"]),
        ("a message, in Redis", outcome["redis_message_us"]),
        ("the same, for each process more", outcome["redis_process_us"]),
    ]
    return section("What the parts of a fleet cost", table(("", "CPU µs"), rows))


SECTIONS = {
    "connect": _connect,
    "storm_beside": _storm_beside,
    "fairness": _fairness,
    "processes": _processes,
    "idle": _idle("At rest, on one topic"),
    "idle_topics": _idle("At rest, on a topic each"),
    "reauthorise": _reauthorise,
    "rows": _rows,
    "push": _push,
    "units": _units,
}
