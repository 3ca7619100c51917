"""What the demo shows beside the example's own pages. Its URLs exist in the demo alone."""

import asyncio
import json

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import get_template
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from example_project.demo.cutting import cut_streams
from example_project.demo.terminal import terminal
from example_project.projects.views import project_of, strict

LOOK = 0.1  # seconds between two looks at the terminal


@require_safe
@strict
def shop_window(request):
    """Whoever opens the page sees a run, without pressing anything."""
    if not request.user.is_authenticated:
        login(request, get_object_or_404(get_user_model(), username="alice"))
    terminal.run_if_idle("nextjs_completed")
    context = {
        "project": project_of(request.user),
        "embedding": get_template("projects/embedding.html").template.source,
    }
    return render(request, "demo/shop_window.html", context)


@require_safe
@login_required
@xframe_options_sameorigin
@strict
def embedded(request):
    """The component alone, as another tab shows it."""
    return render(request, "demo/embedded.html", {"project": project_of(request.user)})


@require_POST
@login_required
def run(request, recording):
    terminal.run(recording)
    return HttpResponse(status=204)  # the visitor stays where they are


@require_POST
@login_required
def stop(request):
    terminal.stop()
    return HttpResponse(status=204)


@require_POST
@login_required
async def cut(request):
    cut_streams()
    return HttpResponse(status=204)


@require_safe
@login_required
async def terminal_output(request):
    return StreamingHttpResponse(
        snapshots(terminal), content_type="text/event-stream", headers={"Cache-Control": "no-cache"}
    )


async def snapshots(terminal):
    """Events of all that is on the terminal, each time that there is more."""
    shown = None
    while True:
        if (output := terminal.output()) != shown:
            yield f"data: {json.dumps(output)}\n\n"
            shown = output
        await asyncio.sleep(LOOK)
