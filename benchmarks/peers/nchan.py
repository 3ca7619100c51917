"""nchan, a module of nginx in C: one worker, and the last message kept for who comes later."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import COMMANDS
from benchmarks.servers import free_port, running

MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
load_module {module};
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        location ~ ^/publish/(\\d+)$ {{
            nchan_publisher;
            nchan_channel_id $1;
            nchan_message_buffer_length 1;
            nchan_message_timeout 1h;
        }}
        location ~ ^/streams/(\\d+)$ {{
            nchan_subscriber eventsource;
            nchan_channel_id $1;
            nchan_subscriber_first_message -1;
        }}
    }}
}}
"""


def is_installed() -> bool:
    return MODULE.exists() and shutil.which("nginx", path=COMMANDS) is not None


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[int, int]]:
    """The master's process and its port."""
    port = free_port()
    folder = folder / f"nginx-{port}"
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(module=MODULE, folder=folder, port=port))
    command = ["nginx", "-p", str(folder), "-c", str(configuration), "-e", f"{folder}/error.log"]
    with running(command, port, folder / "output.log") as process:
        yield process, port
