"""What the package's signals say."""

from contextlib import ExitStack, contextmanager


@contextmanager
def heard(*signals):
    """A list of what was sent with them meanwhile, as one dictionary each."""

    def hear(sender, **about):
        sent.append(about)

    sent = []
    with ExitStack() as stack:
        for signal in signals:
            signal.connect(hear)
            stack.callback(signal.disconnect, hear)
        yield sent
