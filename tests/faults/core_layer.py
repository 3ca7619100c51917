"""The same over the other layer of channels-redis: its groups are gone when Redis restarts."""

from .pubsub_layer import *  # noqa: F403

CHANNEL_LAYERS["default"]["BACKEND"] = "channels_redis.core.RedisChannelLayer"  # noqa: F405
