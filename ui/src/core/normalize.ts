// Owns reading the other vocabularies a payload may be written in; it does to a payload what the Rust side's
// `normalize` does. It never changes the payload it is given.
import { ALIASES } from "../generated/catalog";

type Payload = Record<string, unknown>;

const BY_TYPE = new Map<string, { alias: string; outer: string; inner: string }[]>();
for (const { types, alias, canonical } of ALIASES) {
  const [outer = canonical, inner = ""] = canonical.split(".");
  for (const type of types) {
    const known = BY_TYPE.get(type) ?? [];
    known.push({ alias, outer, inner });
    BY_TYPE.set(type, known);
  }
}

/** The payload with every alias under its canonical key, where that key is absent. */
export function normalize(type: string, payload: Payload): Payload {
  let result = payload;
  for (const { alias, outer, inner } of BY_TYPE.get(type) ?? []) {
    if (!Object.hasOwn(payload, alias) || Object.hasOwn(result, outer)) continue;
    const { [alias]: value, ...rest } = result;
    result = { ...rest, [outer]: inner === "" ? value : { [inner]: value } };
  }
  const state = result["state"];
  if (type === "tool_returned" && typeof state === "string" && !Object.hasOwn(result, "success")) {
    result = { ...result, success: state.toLowerCase() === "success" };
  }
  return result;
}
