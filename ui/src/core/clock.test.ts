import { expect, test } from "vitest";
import { LogClock, Rate } from "./clock";

test("time runs on the bridge's clock, and stands still while nothing is heard", () => {
  let local = 1000;
  const clock = new LogClock(() => local);
  clock.sync(6000);
  clock.setLive(true);
  local += 500;
  expect(clock.now()).toBe(6500);
  clock.setLive(false);
  local += 60_000;
  expect(clock.now()).toBe(6500);
  clock.setLive(true);
  expect(clock.now()).toBe(66_500);
  expect(clock.silenceSince(6400)).toBe(66_500);
});

test("a rate is of the last three seconds, and falls to nothing", () => {
  const rate = new Rate();
  rate.add(10_000, 30);
  expect(rate.perSecond(10_100)).toBe(10);
  expect(rate.perSecond(12_600)).toBe(10);
  expect(rate.perSecond(13_100)).toBe(0);
  rate.add(99_000, 3);
  expect(rate.perSecond(99_000)).toBe(1);
});
