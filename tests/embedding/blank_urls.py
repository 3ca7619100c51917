from django.http import HttpResponse
from django.shortcuts import render
from django.template import RequestContext, Template
from django.urls import path

from example_project import urls
from tests.documented import blocks

BEGIN = '<!doctype html><html lang="en"><title>Documented</title><link rel="icon" href="data:,">'
POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self'; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

DOCUMENTED = {
    "by-hand": blocks("component", "The element, by hand", "html"),
    "words": blocks("component", "Other words", "html"),
}


def blank(request):
    """A page that has a project, under the strictest policy."""
    response = render(request, "blank.html", {"project": request.user.projects.get()})
    response["Content-Security-Policy"] = POLICY
    return response


def documented(request, name):
    """What docs/component.md shows, in a page that has a project."""
    [block] = DOCUMENTED[name]
    context = RequestContext(request, {"project": request.user.projects.get()})
    return HttpResponse(Template(BEGIN + block).render(context))


def state(request, workflow):
    """What the server shows first of a workflow's newest run."""
    template = "{% load wizard_sessions %}{% wizard_session project=1 workflow=workflow %}"
    context = RequestContext(request, {"workflow": workflow})
    return HttpResponse(Template(template).render(context))


urlpatterns = [
    *urls.urlpatterns,
    path("blank/", blank),
    path("documented/<name>/", documented),
    path("states/<workflow>/", state),
]
