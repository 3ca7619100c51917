"""A host's pages, which forbid scripts and styles whatever a page can forbid them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template import RequestContext, Template

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
    "require-trusted-types-for 'script'; trusted-types"
)
PAGE = """<!doctype html>
<html lang="en" dir="{{ request.GET.dir|default:"ltr" }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The host's page</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/asset/?type=text/css&amp;text={{ style|urlencode }}">
<script type="module"
    src="/asset/?type=text/javascript&amp;text={{ request.GET.module|urlencode }}"></script>
<script type="module" src="/static/wizard_sessions/wizard-session.js"></script>
<main>
<h1>Alice's shop</h1>
"""
STYLE = """
body { margin: 0; padding: 1rem; font-family: system-ui; color-scheme: light dark; }
main { max-width: 36rem; margin: auto; }
h1 { font-size: 1.25rem; }
"""

_streams_enabled = True


@login_required
def page(request):
    """What is put into it is a template: so it may use the package's tag."""
    template = Template(f"{PAGE}{request.GET['body']}</main></html>")
    style = STYLE + request.GET.get("style", "")
    projects = request.user.projects.order_by("pk")
    context = RequestContext(request, {"style": style, "project": projects.first()})
    return HttpResponse(template.render(context), headers={"Content-Security-Policy": CSP})


def asset(request):
    """A file of the host's own, with this text."""
    return HttpResponse(request.GET["text"], content_type=request.GET["type"])


def down(request):
    """As a proxy answers whose application does not."""
    return HttpResponse(status=502)


def streams_are_enabled():
    return _streams_enabled


def switch_streams(request, enabled):
    global _streams_enabled  # noqa: PLW0603
    _streams_enabled = enabled == "on"
    return HttpResponse()
