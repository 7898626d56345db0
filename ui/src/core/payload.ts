// Owns reading a field of the catalogue's types by a name that the Rust side gave it: a name that it does not have any
// more is an error of the type check, not an empty column.
import type { Payloads } from "../generated/payloads";

/** A field of an event of that type, whatever a producer wrote there. */
export function fieldOf<Type extends keyof Payloads>(payload: Record<string, unknown>, _type: Type, key: keyof Payloads[Type] & string): unknown {
  return payload[key];
}
