// Owns how a status looks, of a call and of a node of the plan: a drawing, a word and a colour, always the three together.
import { Icon, type IconName } from "./icon";

interface Look {
  readonly icon: IconName;
  readonly tone: string;
  readonly word?: string;
}

const CALLS: Record<string, Look> = {
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

/** The statuses of a recursive planner; a circle fills as the work gets on. */
const NODES: Record<string, Look> = {
  NOT_READY: { icon: "waits", tone: "quiet", word: "waiting" },
  READY: { icon: "quarter", tone: "warn", word: "ready" },
  NEED_UPDATE: { icon: "quarter", tone: "warn", word: "needs update" },
  PLAN_DONE: { icon: "half", tone: "plan", word: "planned" },
  DOING: { icon: "ring", tone: "running", word: "doing" },
  FINAL_TO_FINISH: { icon: "most", tone: "late", word: "to finish" },
  NEED_POST_REFLECT: { icon: "most", tone: "late", word: "to reflect" },
  FINISH: { icon: "check", tone: "ok", word: "finished" },
  FAILED: { icon: "cross", tone: "error", word: "failed" },
  CANCELLED: { icon: "ban", tone: "cancelled", word: "cancelled" },
  LOST: { icon: "lost", tone: "lost", word: "lost" },
};

/** An unknown status stands as the producer wrote it. */
export function lookOf(status: string): Required<Look> {
  const look = CALLS[status] ?? NODES[status] ?? { icon: "circle" as const, tone: "quiet" };
  return { word: status, ...look };
}

export function Status({ status }: { status: string }) {
  if (status === "") return null;
  const { icon, tone, word } = lookOf(status);
  return (
    <span class={`status tone-${tone}`} title={word === status ? undefined : status}>
      <Icon name={icon} />
      <span class="status-word">{word}</span>
    </span>
  );
}

/** A status where there is no room for its word, or where the word is said elsewhere. */
export function StatusIcon({ status, isSaid }: { status: string; isSaid?: boolean }) {
  if (status === "") return null;
  const { icon, tone, word } = lookOf(status);
  return <Icon name={icon} class={`status-icon tone-${tone}`} {...(isSaid ? {} : { label: word })} />;
}
