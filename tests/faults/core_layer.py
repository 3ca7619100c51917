"""The same over the other layer of channels-redis: its groups are gone when Redis restarts."""

from .pubsub_layer import *  # noqa: F403


def is_not_of_the_layer(record):
    """The layer leaves a task of its own without anybody who would take its exception."""
    return "RedisChannelLayer._clean_receive_backup" not in record.getMessage()


CHANNEL_LAYERS["default"]["BACKEND"] = "channels_redis.core.RedisChannelLayer"  # noqa: F405
LOGGING["filters"] = {  # noqa: F405
    "not_of_the_layer": {
        "()": "django.utils.log.CallbackFilter",
        "callback": is_not_of_the_layer,
    }
}
LOGGING["loggers"]["asyncio"] = {"filters": ["not_of_the_layer"]}  # noqa: F405
