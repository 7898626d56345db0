import { expect, test } from "vitest";
import { enter, tokenInFragment, type Post } from "./access";

const answering = (answers: Record<string, number>, asked: string[] = []): Post => (url, init) => {
  asked.push(`${url} ${init.body}`);
  const status = answers[url];
  return status === undefined ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve({ status });
};

test("a token is taken out of the fragment, and what else is there stays", () => {
  expect(tokenInFragment("#token=a%2Bb")).toEqual({ token: "a+b", hash: "" });
  expect(tokenInFragment("#run=1&token=abc&view=tree")).toEqual({ token: "abc", hash: "#run=1&view=tree" });
  expect(tokenInFragment("#token=100%")).toEqual({ token: "100%", hash: "" });
  expect(tokenInFragment("#run=token=1")).toEqual({ token: "", hash: "#run=token=1" });
  expect(tokenInFragment("")).toEqual({ token: "", hash: "" });
});

test("the token goes in a body to the first bridge that answers", async () => {
  const asked: string[] = [];
  const post = answering({ "https://h:9999/api/session": 204 }, asked);
  expect(await enter(["wss://h", "wss://h:9999"], " abc\n", post)).toBe("");
  expect(asked).toEqual(["https://h/api/session abc", "https://h:9999/api/session abc"]);
});

test("a static file server in front of the bridge is no bridge", async () => {
  const post = answering({ "http://h:8000/api/session": 405, "http://h:9999/api/session": 204 });
  expect(await enter(["ws://h:8000", "ws://h:9999"], "abc", post)).toBe("");
});

test("a refusal is told in words", async () => {
  const told = (status: number) => enter(["ws://h:1"], "abc", answering({ "http://h:1/api/session": status }));
  expect(await told(401)).toMatch(/does not know this token/);
  expect(await told(403)).toMatch(/--allow-origin/);
  expect(await told(429)).toMatch(/in a moment/);
  expect(await enter(["ws://h:1"], "abc", answering({}))).toBe("The bridge does not answer.");
});
