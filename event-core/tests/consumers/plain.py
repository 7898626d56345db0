"""The plain consumer of the guide: XREAD, json.loads, and nothing of ours.

usage: plain.py PORT STREAM COUNT

Prints a line for each event: its type, and the SHA-256 of `payload["text"]` in UTF-8 if there is one. Only the standard
library is needed. Where pydantic is there, it checks each event as well, with a model that forbids other keys.
"""

import hashlib
import json
import socket
import sys

try:
    from pydantic import BaseModel

    class Event(BaseModel, extra="forbid", strict=True):
        id: str
        ts: str
        type: str
        payload: dict

    def check(event):
        Event.model_validate(event)

    checked_by = "pydantic"
except ImportError:

    def check(event):
        assert event.keys() == {"id", "ts", "type", "payload"}, event.keys()
        assert isinstance(event["payload"], dict)

    checked_by = "hand"


class Redis:
    """As much of a client as a consumer needs."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.replies = self.socket.makefile("rb")

    def call(self, *words):
        words = [str(word).encode() for word in words]
        command = b"*%d\r\n" % len(words)
        for word in words:
            command += b"$%d\r\n%s\r\n" % (len(word), word)
        self.socket.sendall(command)
        return self.reply()

    def reply(self):
        line = self.replies.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]
        if kind == b"$" and rest != b"-1":
            return self.replies.read(int(rest) + 2)[:-2].decode()
        return rest.decode()


def no_number(text):
    # Python reads NaN and Infinity, which are not JSON.
    raise ValueError(f"{text} is not JSON")


def main(port, stream, count):
    redis = Redis(port)
    last_id, seen = "0", 0
    while seen < count:
        res = redis.call("XREAD", "BLOCK", 10000, "STREAMS", stream, last_id)
        for _key, entries in res:
            for eid, fields in entries:
                last_id = eid
                name, text = fields
                assert name == "json", fields[::2]
                event = json.loads(text, parse_constant=no_number)
                check(event)
                seen += 1
                said = event["payload"].get("text")
                digest = "-" if said is None else hashlib.sha256(said.encode()).hexdigest()
                print(event["type"], digest)
    print("checked by", checked_by)


main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
