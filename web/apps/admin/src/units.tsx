/** So many units of each line: parcels, refunds and returns are told in them. */
import { t, useSpoken } from "./texts";

export interface Countable {
  variant_id: string;
  title: Record<string, unknown>;
  hint?: string | undefined;
  /** At most so many. */
  most: number;
}

export type Counts = Record<string, number>;

/** The lines of which something was chosen, as the API takes them. */
export function chosen(counts: Counts): { variant_id: string; quantity: number }[] {
  return Object.entries(counts).filter(([, quantity]) => quantity > 0).map(([variant_id, quantity]) => ({ variant_id, quantity }));
}

export function CountLines({ lines, counts, change }: { lines: Countable[]; counts: Counts; change: (counts: Counts) => void }) {
  const { said } = useSpoken();
  return (
    <ul className="divide-y divide-line">
      {lines.map((line) => (
        <li key={line.variant_id} className="flex items-center justify-between gap-4 py-2">
          <span className="min-w-0 wrap-anywhere">{said(line.title)}{line.hint && <span className="block text-sm text-muted">{line.hint}</span>}</span>
          <label className="flex shrink-0 items-center gap-2">
            <span className="sr-only">{t("howMany")}: {said(line.title)}</span>
            <input
              type="number" min={0} max={line.most} disabled={line.most <= 0} className="field w-20! text-right"
              value={counts[line.variant_id] ?? 0}
              onChange={(event) => change({ ...counts, [line.variant_id]: Math.max(0, Math.min(line.most, Math.trunc(event.target.valueAsNumber) || 0)) })}
            />
            <span className="text-sm whitespace-nowrap text-muted">{t("of", { n: line.most })}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}
