import { expect, test } from "vitest";
import { explain } from "./notice";

const unreachable = (error: string) => explain({ phase: "log-unreachable", bridge: "ws://127.0.0.1:9999", error }, 0);

test("a bridge without its log says why, in whole sentences", () => {
  const begin = "The bridge at 127.0.0.1:9999 is up, but cannot reach its log";
  expect(unreachable("refused; is redis-server running there?")).toBe(`${begin}: refused; is redis-server running there? Events appear as soon as the log answers.`);
  expect(unreachable("NOAUTH")).toBe(`${begin}: NOAUTH. Events appear as soon as the log answers.`);
  expect(unreachable("")).toBe(`${begin}. Events appear as soon as the log answers.`);
});

test("a bridge that is waited for is named with the seconds left", () => {
  const state = { phase: "waiting", bridge: "ws://h:1", attempt: 2, retryAt: 2500, why: "closed the connection: restart." } as const;
  expect(explain(state, 1000)).toBe("The bridge at h:1 closed the connection: restart. Reconnecting in 2 s (attempt 2).");
});

test("nothing is said while all is well", () => {
  expect(explain({ phase: "live", bridge: "ws://h:1", stream: "s", log: "redis" }, 0)).toBe("");
  expect(explain({ phase: "connecting", bridge: "ws://h:1", attempt: 0 }, 0)).toBe("");
});
