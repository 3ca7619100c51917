import asyncio
from collections import defaultdict

from channels.layers import BaseChannelLayer


class Network(BaseChannelLayer):  # type: ignore[misc]
    """A channel layer whose messages arrive when, and as often as, the test says."""

    def __init__(self):
        super().__init__()
        self.under_way = []
        self.groups = defaultdict(set)
        self._channels = defaultdict(asyncio.Queue)

    async def new_channel(self, prefix=""):
        return f"channel-{len(self._channels)}"

    async def group_add(self, group, channel):
        self.groups[group].add(channel)

    async def group_discard(self, group, channel):
        self.groups[group].discard(channel)

    async def group_send(self, group, message):
        self.under_way += [(channel, message) for channel in sorted(self.groups[group])]

    async def receive(self, channel):
        return await self._channels[channel].get()

    def deliver(self, number=0):
        channel, message = self.under_way.pop(number)
        self._channels[channel].put_nowait(message)
