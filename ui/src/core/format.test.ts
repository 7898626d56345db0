import { expect, test } from "vitest";
import { formatBytes, formatCompact, formatCost, formatDuration, formatElapsed, formatMoment, formatTime, localZone, sentence } from "./format";

test("durations have three significant digits and a unit that fits", () => {
  expect([0.0000042, 0.00421, 0.0421, 0.421, 4.21, 42.1, 59.96, 75, 3600, 3725].map(formatDuration)).toEqual([
    "4.20 µs", "4.21 ms", "42.1 ms", "421 ms", "4.21 s", "42.1 s", "1m 00s", "1m 15s", "1h 00m", "1h 02m",
  ]);
  expect(formatDuration(Number.NaN)).toBe("");
  expect(formatDuration(-1)).toBe("0.00 µs");
  expect([0.04, 12.34, 61].map(formatElapsed)).toEqual(["0.0 s", "12.3 s", "1m 01s"]);
});

test("counts are exact while they are short", () => {
  expect([0, 9999, 12_345, 1_234_567].map(formatCompact)).toEqual(["0", "9,999", "12.3k", "1.2m"]);
});

test("cost shows the digits that say something", () => {
  expect([0, 0.00025, 0.0123, 0.5, 12.345].map(formatCost)).toEqual(["$0", "$0.00025", "$0.012", "$0.500", "$12.35"]);
});

test("a time of another day says which", () => {
  const at = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
  expect(formatTime(at)).toBe("03:04:05.006");
  expect(formatTime(at, at + 86_400_000)).toBe("01-02 03:04");
  expect(formatMoment(at, at + 1000)).toBe("03:04:05");
  expect(formatMoment(at, at + 86_400_000)).toBe("2026-01-02 03:04:05");
  expect(formatTime(Number.NaN)).toBe("");
});

test("sizes are in units people read", () => {
  expect([2_000, 2_097_152].map(formatBytes)).toEqual(["2 kB", "2.1 MB"]);
});

test("words of others end in one mark", () => {
  expect(["is redis-server running there?", "refused.", "wrong password"].map(sentence)).toEqual(["is redis-server running there?", "refused.", "wrong password."]);
});

test("the zone that times are shown in has a name", () => {
  const { short, name } = localZone(Date.UTC(2026, 0, 1));
  expect(short).not.toBe("");
  expect(name).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});
