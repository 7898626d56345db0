// Owns waiting: for a condition, up to a deadline, never for a time.
import { createServer } from "node:net";

const DEADLINE_MS = 30_000;
const BETWEEN_MS = 25;

/** Waits until `condition` holds. A condition that throws does not hold yet. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  let last: unknown = "it never held";
  while (Date.now() < end) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  throw new Error(`not within ${DEADLINE_MS / 1000} s: ${what} (${String(last)})`);
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
