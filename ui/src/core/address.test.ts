import { expect, test } from "vitest";
import { bridgeAddresses, eventsUrl } from "./address";

function from(address: string): readonly string[] {
  const { candidates, error } = bridgeAddresses(new URL(address));
  return error === "" ? candidates : [error];
}

test("the page's own origin comes first, then port 9999 of its host", () => {
  expect(from("http://127.0.0.1:8000/")).toEqual(["ws://127.0.0.1:8000", "ws://127.0.0.1:9999"]);
  expect(from("http://localhost:9999/")).toEqual(["ws://localhost:9999"]);
  expect(from("https://agents.example/")).toEqual(["wss://agents.example", "wss://agents.example:9999"]);
  expect(from("file:///dist/index.html")).toEqual(["ws://127.0.0.1:9999"]);
});

test("a bridge that is named is the only one", () => {
  expect(from("http://localhost:8000/?bridge=box:18000")).toEqual(["ws://box:18000"]);
  expect(from("http://localhost:8000/?bridge=[::1]:18000")).toEqual(["ws://[::1]:18000"]);
});

test("a name that is no address is refused with the form it should have", () => {
  for (const bad of ["http://x/", "a@b:1", "x:1/path", "x:999999", "x y"]) {
    expect(from(`http://localhost/?bridge=${encodeURIComponent(bad)}`)[0]).toMatch(/is not an address. Expected host:port/);
  }
});

test("a cursor is escaped", () => {
  expect(eventsUrl("ws://h:1", "1795-4@812", 65536)).toBe("ws://h:1/events?framed=1&credit=65536&after=1795-4%40812");
});
