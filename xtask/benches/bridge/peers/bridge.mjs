// The bridge as one writes it with `ws` and `ioredis`: every entry to every open socket.
import { WebSocketServer } from "ws";
import Redis from "ioredis";

const [redisPort, stream] = process.argv.slice(2);
const redis = new Redis(Number(redisPort));
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/events" });
server.on("listening", () => console.log(server.address().port));

let last = "$";
for (;;) {
  const reply = await redis.xread("COUNT", 100, "BLOCK", 5000, "STREAMS", stream, last);
  if (!reply) continue;
  for (const [id, fields] of reply[0][1]) {
    last = id;
    const text = fields[fields.indexOf("json") + 1];
    for (const client of server.clients) {
      if (client.readyState === 1) client.send(text);
    }
  }
}
