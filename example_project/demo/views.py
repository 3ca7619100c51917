"""What the demo shows beside the example's own pages. Its URLs exist in the demo alone."""

import asyncio
import json
from collections.abc import AsyncIterator

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template import Engine
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from example_project.demo.cutting import cut_streams
from example_project.demo.terminal import Terminal, terminal
from example_project.projects.views import RequestOfUser, project_of, strict

LOOK = 0.1  # seconds between two looks at the terminal


@require_safe
@strict
def shop_window(request: HttpRequest) -> HttpResponse:
    """Whoever opens the page sees a run, without pressing anything."""
    user = request.user
    if not user.is_authenticated:
        user = get_object_or_404(get_user_model(), username="alice")
        login(request, user)
    terminal.run_if_idle("nextjs_completed")
    context = {
        "project": project_of(user),
        "embedding": Engine.get_default().get_template("projects/embedding.html").source,
    }
    return render(request, "demo/shop_window.html", context)


@require_safe
@login_required
@xframe_options_sameorigin
@strict
def embedded(request: RequestOfUser) -> HttpResponse:
    """The component alone, as another tab shows it."""
    return render(request, "demo/embedded.html", {"project": project_of(request.user)})


@require_POST
@login_required
def run(request: HttpRequest, recording: str) -> HttpResponse:
    terminal.run(recording)
    return HttpResponse(status=204)  # the visitor stays where they are


@require_POST
@login_required
def stop(request: HttpRequest) -> HttpResponse:
    terminal.stop()
    return HttpResponse(status=204)


@require_POST
@login_required
async def cut(request: HttpRequest) -> HttpResponse:
    cut_streams()
    return HttpResponse(status=204)


@require_safe
@login_required
async def terminal_output(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        snapshots(terminal), content_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def snapshots(terminal: Terminal) -> AsyncIterator[str]:
    """Events of all that is on the terminal, each time that there is more."""
    shown = None
    while True:
        if (output := terminal.output()) != shown:
            yield f"data: {json.dumps(output)}\n\n"
            shown = output
        await asyncio.sleep(LOOK)
