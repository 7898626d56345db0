import { expect, test } from "vitest";
import { afterDrawing } from "./measure";

/** Until everything that was to come after the drawing has come. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("nothing moves before all have looked, and nobody looks before all is drawn", async () => {
  const done: string[] = [];
  const list = (name: string): void => {
    done.push(`draw ${name}`);
    afterDrawing(() => {
      done.push(`look ${name}`);
      return () => done.push(`move ${name}`);
    });
  };
  list("a");
  list("b");
  await drawn();
  expect(done).toEqual(["draw a", "draw b", "look a", "look b", "move a", "move b"]);
});

test("what a move draws is looked at in turn", async () => {
  const done: string[] = [];
  afterDrawing(() => () => afterDrawing(() => void done.push("again")));
  await drawn();
  expect(done).toEqual(["again"]);
});
