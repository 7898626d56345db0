import { expect, test } from "vitest";
import { pan, ticks, timeOf, xOf, zoom, type Scale } from "./scale";

const RUN: Scale = { from: 1000, to: 61_000, width: 600 };

test("a time has one place, and the place gives the time back", () => {
  for (const time of [1000, 1234.5, 31_000, 61_000]) expect(timeOf(RUN, xOf(RUN, time))).toBeCloseTo(time);
  expect(xOf({ from: 5, to: 5, width: 600 }, 5)).toBe(0);
});

test("a zoom keeps what is under the pointer where it is", () => {
  const zoomed = zoom(RUN, 0.25, 16_000, RUN);
  expect(zoomed.to - zoomed.from).toBe(15_000);
  expect(xOf(zoomed, 16_000)).toBeCloseTo(xOf(RUN, 16_000));
});

test("neither zoom nor pan leaves the run, or shows less than can be told apart", () => {
  expect(zoom(RUN, 9, 16_000, RUN)).toEqual(RUN);
  const fine = zoom(RUN, 1e-9, 16_000, RUN);
  expect(fine.to - fine.from).toBeCloseTo(0.1);
  expect(pan({ ...RUN, from: 50_000, to: 60_000 }, 99_000, RUN)).toEqual({ ...RUN, from: 51_000 });
  expect(pan({ ...RUN, from: 50_000, to: 60_000 }, -99_000, RUN)).toEqual({ ...RUN, to: 11_000 });
});

test("ticks are round, apart and labelled since the start", () => {
  const list = ticks(RUN, 1000);
  expect(list.map(({ label }) => label)).toEqual(["0", "10 s", "20 s", "30 s", "40 s", "50 s", "1m 00s"]);
  expect(ticks({ from: 1000, to: 1250, width: 600 }, 1000).map(({ label }) => label)).toEqual(["0", "50 ms", "100 ms", "150 ms", "200 ms", "250 ms"]);
  expect(ticks({ from: 0, to: 9e6, width: 600 }, 0).map(({ label }) => label)).toEqual(["0", "30m", "1h 00m", "1h 30m", "2h 00m", "2h 30m"]);
  expect(ticks({ from: 0, to: 0, width: 600 }, 0)).toEqual([]);
  for (const width of [90, 333, 1000, 4000]) {
    const places = ticks({ ...RUN, width }, 1000).map(({ time }) => xOf({ ...RUN, width }, time));
    for (const [i, x] of places.entries()) if (i > 0) expect(x - (places[i - 1] ?? 0)).toBeGreaterThanOrEqual(84);
  }
});
