// Owns how numbers and times read: short, same width where they stand in columns, in the viewer's own zone.

const COUNT = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** Seconds in three significant digits with a unit; empty for what is not a number. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const s = Math.max(seconds, 0);
  if (s < 0.0009995) return `${digits(s * 1e6)} µs`;
  if (s < 0.9995) return `${digits(s * 1e3)} ms`;
  if (s < 59.95) return `${digits(s)} s`;
  const whole = Math.round(s);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}h ${pad(minutes)}m` : `${minutes}m ${pad(rest)}s`;
}

/** A duration that is still growing: tenths up to a minute, so that its width is calm. */
export function formatElapsed(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  return seconds < 59.95 ? `${Math.max(seconds, 0).toFixed(1)} s` : formatDuration(seconds);
}

/** Time of day with milliseconds in the viewer's zone; day and minute for another day than `now`'s. */
export function formatTime(at: number, now = at): string {
  if (!Number.isFinite(at)) return "";
  const date = new Date(at);
  if (Math.abs(now - at) > 86_400_000 || date.getDate() !== new Date(now).getDate()) {
    return `${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
  }
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

/** Day and time to the second in the viewer's zone; the day is left out for today. */
export function formatMoment(at: number, now: number): string {
  if (!Number.isFinite(at)) return "";
  const [date, today] = [new Date(at), new Date(now)];
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return date.toDateString() === today.toDateString() ? time : `${day} ${time}`;
}

export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** A count in little room: exact below ten thousand. */
export function formatCompact(count: number): string {
  return count < 10_000 ? COUNT.format(count) : COMPACT.format(count).toLowerCase();
}

/** Dollars with as many decimals as say something. */
export function formatCost(dollars: number): string {
  if (!Number.isFinite(dollars) || dollars === 0) return "$0";
  if (dollars < 0.01) return `$${dollars.toPrecision(2).replace(/0+$/, "")}`;
  return `$${dollars < 1 ? dollars.toFixed(3) : dollars.toFixed(2)}`;
}

export function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** An id with its middle left out. */
export function elide(id: string, keep = 8): string {
  return id.length > keep + 5 ? `${id.slice(0, keep)}…${id.slice(-4)}` : id;
}

/** Words of others with the full stop they may lack. */
export function sentence(words: string): string {
  const whole = words.trimEnd();
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

/** The zone that times are shown in: briefly for a heading, and as the system names it. */
export function localZone(at: number): { short: string; name: string } {
  const format = new Intl.DateTimeFormat("en", { timeZoneName: "short" });
  const short = format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
  return { short, name: format.resolvedOptions().timeZone };
}

function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}
