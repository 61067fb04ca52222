/** Instants as they are typed into a form: in the time of Addis Ababa, three hours ahead all year. */
const AHEAD_MS = 3 * 3_600_000;

/** "2026-12-01T08:30" of an instant; nothing of nothing. */
export function typedMoment(instant: string | null | undefined): string {
  if (!instant) return "";
  const at = Date.parse(instant);
  return Number.isNaN(at) ? "" : new Date(at + AHEAD_MS).toISOString().slice(0, 16);
}

/** The instant of what was typed; null of nothing or of what is no moment. */
export function parseMoment(text: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(text)) return null;
  const at = Date.parse(`${text}Z`);
  return Number.isNaN(at) ? null : new Date(at - AHEAD_MS).toISOString();
}

/** The instant of what was typed, or the very one that it was, down to the microsecond, if nothing was. */
export function keptMoment(text: string, was: string | null | undefined): string | null {
  return was && typedMoment(was) === text ? was : parseMoment(text);
}
