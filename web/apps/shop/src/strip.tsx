/** The developer strip: every call of this page with its status, its time and its request id. */
import { useState } from "preact/hooks";
import { calls } from "./api";
import { Icon } from "./parts";
import { t } from "./texts";

export function Strip() {
  const [isOpen, setOpen] = useState(false);
  const last = calls.value[0];
  return (
    <aside class="no-print sticky bottom-0 z-10 border-t border-line bg-sheet" aria-label={t("strip")}>
      <button type="button" class="flex min-h-11 w-full items-center gap-3 px-4 text-left text-sm sm:px-6" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="code" class="text-accent" />
        <span class="font-medium">{t("strip")}</span>
        <span class="rounded-full bg-well px-2 text-xs tabular-nums">{calls.value.length}</span>
        {last && !isOpen && (
          <span class="ml-auto hidden truncate font-mono text-xs text-muted sm:block">
            {last.method} {last.path.slice(0, 70)} · {last.status} · {Math.round(last.ms)} ms
          </span>
        )}
      </button>
      {isOpen && (
        <div class="max-h-72 overflow-auto border-t border-line px-4 py-3 sm:px-6" tabIndex={0} role="region" aria-label={t("strip")}>
          <p class="mb-2 text-sm text-muted">{t("stripHint")} <a class="link" href="/api/docs/">{t("docs")}</a></p>
          <ol class="space-y-1 font-mono text-xs">
            {calls.value.map((call) => (
              <li key={call.id} class="grid grid-cols-[3.5rem_1fr_auto] gap-x-3 border-b border-line py-1 sm:grid-cols-[3.5rem_1fr_3rem_4rem_20rem]">
                <span>{call.method}</span>
                <span class="break-all">{call.path}</span>
                <span class={call.status >= 400 || call.status === 0 ? "text-bad" : "text-accent"}>{call.status || "—"}</span>
                <span class="col-start-2 text-muted tabular-nums sm:col-start-auto">{Math.round(call.ms)} ms</span>
                <span class="hidden truncate text-muted select-all sm:block">{call.requestId}</span>
              </li>
            ))}
          </ol>
          {calls.value.length === 0 && <p class="text-sm">{t("noCalls")}</p>}
        </div>
      )}
    </aside>
  );
}
