// Owns how a status looks: a drawing, a word and a colour, always the three together.
import { Icon, type IconName } from "./icon";

const LOOKS: Record<string, { icon: IconName; tone: string; word?: string }> = {
  running: { icon: "ring", tone: "running" },
  lost: { icon: "lost", tone: "lost" },
  started: { icon: "triangle", tone: "quiet" },
  ok: { icon: "check", tone: "ok" },
  returned: { icon: "back", tone: "ok" },
  failed: { icon: "cross", tone: "error" },
  error: { icon: "cross", tone: "error" },
  panicked: { icon: "bolt", tone: "error" },
  cancelled: { icon: "ban", tone: "cancelled" },
  invalid: { icon: "warn", tone: "warn" },
};

/** A status with its word; an unknown one stands as the producer wrote it. */
export function Status({ status, terse }: { status: string; terse?: boolean }) {
  if (status === "") return null;
  const look = LOOKS[status] ?? { icon: "circle" as const, tone: "quiet" };
  return (
    <span class={`status tone-${look.tone}`} title={terse ? status : undefined}>
      <Icon name={look.icon} />
      <span class={terse ? "visually-hidden" : "status-word"}>{status}</span>
    </span>
  );
}
