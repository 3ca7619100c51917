import sys

CANNOT_FOLLOW = 3
INTERRUPTED = 130


def run() -> int:
    try:
        from .terminal.command import main  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in {"httpx", "httpx_sse"}:
            raise
        sys.stderr.write(
            f"This needs {error.name}, which is not installed:\n"
            'pip install "django-wizard-sessions[terminal]"\n'
        )
        return CANNOT_FOLLOW
    return main()


if __name__ == "__main__":
    try:
        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
