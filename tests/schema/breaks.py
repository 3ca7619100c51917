"""What in an OpenAPI document would break a client that was made from an older one.

Of requests, all that could be sent must still be taken; of answers, all that is answered must have
been possible before. New operations, optional parameters and properties of answers break nothing.
"""

from math import inf

METHODS = ("get", "post", "put", "patch", "delete")
ANNOTATIONS = {"description", "title", "example", "examples", "default", "readOnly", "deprecated"}
UPPER_BOUNDS = {"maximum", "maxLength", "maxItems"}
LOWER_BOUNDS = {"minimum", "minLength", "minItems"}
NESTED = {"properties", "items"}
OWN_RULES = {"type", "enum", "required", *UPPER_BOUNDS, *LOWER_BOUNDS, *NESTED, *ANNOTATIONS}


def breaks(old, new):
    """Each in a line that says where, then what."""
    found = [*_of_components(old, new), *_of_operations(_inlined(old), _inlined(new))]
    return [f"{where}: {what}" for where, what in found]


def _inlined(document):
    """With what is referred to in the place of the reference."""

    def inlined(node):
        if isinstance(node, list):
            return [inlined(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            target = document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            return inlined(target)
        return {key: inlined(value) for key, value in node.items()}

    return inlined(document)


def _of_components(old, new):
    """Generated types have their names; and whoever is let in must still be."""
    for kind, components in old["components"].items():
        for name in components.keys() - new["components"].get(kind, {}).keys():
            yield f"components/{kind}", f"{name} is gone"
    for name, scheme in old["components"]["securitySchemes"].items():
        after = new["components"].get("securitySchemes", {}).get(name, scheme)
        if any(scheme[key] != after.get(key) for key in scheme.keys() - ANNOTATIONS):
            yield f"components/securitySchemes/{name}", "is another"


def _of_operations(old, new):
    for path, methods in old["paths"].items():
        for method in methods.keys() & METHODS:
            before, after = methods[method], new["paths"].get(path, {}).get(method)
            where = f"{method.upper()} {path}"
            if after is None:
                yield where, "is gone"
                continue
            yield from _of_access(before, after, where)
            yield from _of_parameters(before, after, where)
            yield from _of_bodies(before, after, where)
            yield from _of_responses(before, after, where)


def _of_access(before, after, where):
    if after["operationId"] != before["operationId"]:
        yield where, f"is no longer {before['operationId']}"
    for credentials in before["security"]:
        if credentials not in after["security"]:
            yield where, f"{credentials} is no longer enough"


def _of_parameters(before, after, where):
    known, taken = (
        {(each["in"], each["name"]): each for each in operation.get("parameters", [])}
        for operation in (before, after)
    )
    for _place, name in known.keys() - taken.keys():
        yield where, f"{name} is gone"
    for (place, name), parameter in taken.items():
        was = known.get((place, name), {})
        if parameter.get("required") and not was.get("required"):
            yield where, f"{name} is now needed"
        if was:
            yield from _of_schemas(was["schema"], parameter["schema"], f"{where} {name}", sent=True)


def _of_bodies(before, after, where):
    known, taken = before.get("requestBody", {}), after.get("requestBody", {})
    if taken.get("required") and not known.get("required"):
        yield where, "a body is now needed"
    yield from _of_contents(known, taken, where, sent=True)


def _of_responses(before, after, where):
    for status, known in before["responses"].items():
        answer = after["responses"].get(status)
        if answer is None:
            yield where, f"{status} is gone"
            continue
        for header in known.get("headers", {}).keys() - answer.get("headers", {}).keys():
            yield f"{where} {status}", f"{header} is gone"
        yield from _of_contents(known, answer, f"{where} {status}", sent=False)


def _of_contents(before, after, where, *, sent):
    for media_type, known in before.get("content", {}).items():
        content = after.get("content", {}).get(media_type)
        if content is None:
            yield where, f"{media_type} is gone"
        else:
            yield from _of_schemas(known["schema"], content["schema"], where, sent=sent)


def _of_schemas(before, after, where, *, sent):
    given, expected = (before, after) if sent else (after, before)
    for misfit in _misfits(given, expected):
        yield where, misfit
    if sent and before.get("default") != after.get("default"):
        yield where, "another default"
    for name, known in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            yield where, f"{name} is gone"
        else:
            yield from _of_schemas(known, after["properties"][name], f"{where} {name}", sent=sent)
    if "items" in before:
        yield from _of_schemas(before["items"], after.get("items", {}), f"{where}[]", sent=sent)


def _misfits(given, expected):
    """How something of the given schema may be that the expected one does not allow."""
    if "type" in expected:
        for kind in sorted(_types(given) - _types(expected)):
            yield f"may be of the type {kind}"
    if "enum" in expected:
        for value in set(given.get("enum", ["anything"])) - set(expected["enum"]):
            yield f"may be {value}"
    for name in set(expected.get("required", [])) - set(given.get("required", [])):
        yield f"may lack {name}"
    yield from _beyond_bounds(given, expected)
    # Whatever else a schema has is not understood here: it is to stay as it is.
    for keyword in expected.keys() - OWN_RULES:
        if given.get(keyword) != expected[keyword]:
            yield f"may have another {keyword}"


def _beyond_bounds(given, expected):
    for bound in UPPER_BOUNDS & expected.keys():
        if given.get(bound, inf) > expected[bound]:
            yield f"may be above the {bound}"
    for bound in LOWER_BOUNDS & expected.keys():
        if given.get(bound, -inf) < expected[bound]:
            yield f"may be below the {bound}"


def _types(schema):
    types = schema.get("type", ["any"])
    return {types} if isinstance(types, str) else set(types)
