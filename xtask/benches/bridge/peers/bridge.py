"""The bridge of the guide: FastAPI, redis.asyncio, one send after another to every peer."""
import asyncio
import socket
import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from redis.asyncio import Redis

redis_port, stream = sys.argv[1:]
app = FastAPI()
redis = Redis(host="127.0.0.1", port=int(redis_port), decode_responses=True)
peers = set()


@app.websocket("/events")
async def events(ws: WebSocket):
    await ws.accept()
    peers.add(ws)
    try:
        while True:
            await asyncio.sleep(3600)
    except WebSocketDisconnect:
        pass
    finally:
        peers.discard(ws)


async def pump():
    last = "$"
    while True:
        for _, entries in await redis.xread({stream: last}, block=0):
            for last, fields in entries:
                for ws in list(peers):
                    await ws.send_text(fields["json"])


async def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    await asyncio.gather(server.serve(sockets=[listener]), pump())


asyncio.run(main())
