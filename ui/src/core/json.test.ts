import { expect, test } from "vitest";
import { indentJson, jsonTokens } from "./json";

test("indenting equals what JSON.stringify makes of the same value", () => {
  const value = { a: [1, { b: "x, {y}: [z] \"q\" \\" }], e: {}, l: [], n: null, t: true, s: "" };
  expect(indentJson(JSON.stringify(value)).text).toBe(JSON.stringify(value, null, 2));
  expect(indentJson(JSON.stringify(value, null, 7)).text).toBe(JSON.stringify(value, null, 2));
});

test("numbers keep every digit and repeated keys stay", () => {
  expect(indentJson('{"n":18446744073709551615,"n":1.0}').text).toBe('{\n  "n": 18446744073709551615,\n  "n": 1.0\n}');
});

test("a long text is cut, and says so", () => {
  const { text, whole } = indentJson(JSON.stringify({ a: "x".repeat(1000) }), 100);
  expect(whole).toBe(false);
  expect(text.length).toBeLessThan(120);
});

test("text that is no JSON comes through", () => {
  expect(indentJson('not "json').text).toBe('not"json');
});

test("tokens put together are the text", () => {
  const { text } = indentJson('{"key":"va\\"lue","n":-1.5e3,"t":true,"u":null,"l":[false,"tfn"]}');
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join("")).toBe(text);
  expect(tokens.filter((token) => token.kind !== "mark").map((token) => token.kind)).toEqual([
    "key", "string", "key", "number", "key", "word", "key", "word", "key", "word", "string",
  ]);
});
