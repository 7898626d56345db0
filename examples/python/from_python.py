"""A producer in another language: an event is one field, json, of an entry of the stream. It needs `pip install redis`."""

import json, os, uuid
from datetime import datetime, timezone

import redis

log = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost:6379"))


def publish(kind, **payload):
    now = datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
    event = {"id": str(uuid.uuid4()), "ts": now, "type": kind, "payload": payload}
    log.xadd(os.environ.get("EVENT_STREAM", "agent_events"), {"json": json.dumps(event)}, maxlen=10000, approximate=True)


run, span = uuid.uuid4().hex, uuid.uuid4().hex[:16]
publish("tool_invoked", run_id=run, span_id=span, tool_name="weather", api_name="today", args_hash="sha256:0")
publish("tool_returned", run_id=run, span_id=span, tool_name="weather", success=True, outcome="ok", duration=0.25)
