"""How PostgreSQL reads sessions: what it plans to do for the queries that are asked."""

from contextlib import contextmanager

from django.db import connection

from django_wizard_sessions.models import WizardSession

TABLE = WizardSession._meta.db_table


@contextmanager
def plans():
    """Of each query of sessions that is asked meanwhile: how they are found, and whether sorted.

    As ``["Index Scan on wizard_session_by_project"]``, say; ``["Sort", "Seq Scan"]`` is the worst.
    """
    found = []

    def explain(execute, sql, params, many, context):
        if TABLE in sql and sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            cursor = context["cursor"].cursor
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            [[[explained]]] = cursor.fetchall()
            found.append([step for node in _nodes(explained["Plan"]) if (step := _step(node))])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def _nodes(node):
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _step(node):
    """Of what takes the longer, the more sessions there are; ``None`` of anything else."""
    kind = node["Node Type"]
    if "Sort" in kind:
        return kind
    if "Index Name" in node and node.get("Relation Name", TABLE) == TABLE:
        return f"{kind} on {node['Index Name']}"
    return kind if "Scan" in kind and node.get("Relation Name") == TABLE else None
