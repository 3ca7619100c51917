"""Each proxy as its operators run it: the program itself, with the configuration of the docs.

A function for each writes the files and returns the command. ``changes`` are what a test wants
otherwise in the documented text.
"""

from dataclasses import dataclass
from pathlib import Path

from tests import services
from tests.documented import blocks

APACHE_MODULES = Path("/usr/lib/apache2/modules")  # where Debian has them
OFTEN_ON = ("mpm_event", "authz_core", "reqtimeout")  # on Debian, without being asked for


@dataclass
class Place:
    """Where a proxy runs, and what it is in front of."""

    folder: Path
    upstream: str
    port: int
    certificate: Path
    """With its key."""

    @property
    def names(self):
        """What a configuration calls the machine's own, and what it is here."""
        return {
            "127.0.0.1:8000": self.upstream,
            "/etc/ssl/example.com.pem": str(self.certificate),
            "/etc/ssl/example.com.key": str(self.certificate),
            "example.com": "localhost",
        }

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


def completed(block, changes):
    """The block with what is otherwise on this machine. It must have all that is to be changed."""
    for documented, here in changes.items():
        assert documented in block, documented
        block = block.replace(documented, here)
    return block


def nginx(place, changes):
    site, limits = blocks("proxies", "nginx")
    listen = {"listen 443": f"listen 127.0.0.1:{place.port}"}
    site = completed(site, {**place.names, **listen, **changes})
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "\n".join(f"{kind}_temp_path {place.folder / kind};" for kind in kinds)
    path = place.write(
        "nginx.conf",
        f"user root;\npid {place.folder}/nginx.pid;\n{limits}\n"
        f"http {{\naccess_log off;\n{folders}\n{site}}}\n",
    )
    return [services.require_proxy("nginx"), "-c", path, "-e", "stderr", "-g", "daemon off;"]


def caddy(place, changes):
    [site] = blocks("proxies", "Caddy")
    certificate = f"tls {place.certificate} {place.certificate}"
    listen = f"https://localhost:{place.port} {{\n\tbind 127.0.0.1\n\t{certificate}"
    site = completed(site, {"127.0.0.1:8000": place.upstream, "example.com {": listen, **changes})
    path = place.write("Caddyfile", f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    command = [services.require_proxy("caddy"), "run"]
    return [*command, "--adapter", "caddyfile", "--config", path]


def haproxy(place, changes):
    [sites] = blocks("proxies", "HAProxy")
    names = place.names
    del names["/etc/ssl/example.com.key"], names["example.com"]
    listen = {"bind :443": f"bind 127.0.0.1:{place.port}"}
    path = place.write("haproxy.cfg", completed(sites, {**names, **listen, **changes}))
    return [services.require_proxy("haproxy"), "-db", "-f", path]


def apache(place, changes):
    modules, site = blocks("proxies", "Apache")
    listen = {"*:443": f"127.0.0.1:{place.port}"}
    site = completed(site, {**place.names, **listen, **changes})
    needed = [*modules.split()[1:], *OFTEN_ON]
    loaded = "\n".join(f"LoadModule {m}_module {APACHE_MODULES}/mod_{m}.so" for m in needed)
    path = place.write(
        "apache.conf",
        f"User nobody\n{loaded}\nServerName localhost\nPidFile {place.folder}/apache.pid\n"
        f"DefaultRuntimeDir {place.folder}\nErrorLog /dev/stderr\n"
        f"Listen 127.0.0.1:{place.port}\n{site}",
    )
    return [services.require_proxy("apache2"), "-D", "FOREGROUND", "-f", path]
