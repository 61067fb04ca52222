/** Short messages at the foot of the page, with an undo where there is one. */
import { useEffect, useRef } from "react";
import { Watched, useWatched } from "./api";
import { Icon } from "./icons";
import { t } from "./texts";

interface Toast {
  id: number;
  text: string;
  isBad: boolean;
  undo: (() => void) | undefined;
}

const STAYS_MS = 8_000;
const toasts = new Watched<Toast[]>([]);
let count = 0;

export function toast(text: string, options: { undo?: () => void; isBad?: boolean } = {}): void {
  const next = { id: ++count, text, isBad: options.isBad ?? false, undo: options.undo };
  toasts.set([...toasts.value.slice(-2), next]);
}

function drop(id: number): void {
  toasts.set(toasts.value.filter((each) => each.id !== id));
}

export function Toasts() {
  const shown = useWatched(toasts);
  const element = useRef<HTMLDivElement>(null);
  // Shown again with each message: what is on top last is on top of an open dialog as well.
  useEffect(() => {
    const host = element.current;
    if (!host?.showPopover) return;
    if (host.matches(":popover-open")) host.hidePopover();
    if (shown.length > 0) host.showPopover();
  }, [shown]);
  return (
    <div ref={element} popover="manual" role="status" className="fixed inset-auto bottom-4 left-1/2 m-0 w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 space-y-2 overflow-visible border-0 bg-transparent p-0 text-ink">
      {shown.map((each) => <One key={each.id} toast={each} />)}
    </div>
  );
}

function One({ toast: { id, text, isBad, undo } }: { toast: Toast }) {
  useEffect(() => {
    const timer = window.setTimeout(() => drop(id), STAYS_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={`flex items-center gap-3 rounded-xl px-4 py-2 shadow-raised ${isBad ? "border border-bad/50 bg-bad-soft" : "bg-ink text-ground"}`}>
      {!isBad && <Icon name="check" />}
      <p className="grow py-1.5">{text}</p>
      {undo && (
        <button type="button" className="min-h-9 px-2 font-semibold underline underline-offset-4" onClick={() => { drop(id); undo(); }}>{t("undo")}</button>
      )}
      <button type="button" className="grid size-9 place-items-center" aria-label={t("close")} onClick={() => drop(id)}><Icon name="close" className="size-4" /></button>
    </div>
  );
}
