/** The small parts that the pages share. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { type Money, Refusal } from "../../../packages/api/client";
import { money } from "../../../packages/shared/format";
import { language, t } from "./texts";

export function price(amount: Money): string {
  return money(amount, language.value);
}

/** What is being asked for, what came, or why nothing came. */
export type Asked<T> = { state: "asking" } | { state: "here"; value: T } | { state: "refused"; refusal: Refusal };

/** Asks again whenever `key` changes; what is shown stays until the new is here. */
export function useAsked<T>(key: string, ask: (signal: AbortSignal) => Promise<T>) {
  const [asked, setAsked] = useState<Asked<T>>({ state: "asking" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    ask(abort.signal)
      .then((value) => !abort.signal.aborted && setAsked({ state: "here", value }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
        setAsked({ state: "refused", refusal });
      });
    return () => abort.abort();
  }, [key, round]);
  return { asked, again: () => setRound((n) => n + 1), setAsked };
}

export function Failure({ refusal, again }: { refusal: Refusal; again?: () => void }) {
  return (
    <div class="sheet border-bad/40 bg-bad-soft p-4" role="alert">
      <p class="font-medium">{refusal.status === 0 ? t("offline") : refusal.message || t("failed")}</p>
      {refusal.requestId && (
        <p class="mt-1 font-mono text-xs text-muted">{t("reference", { id: refusal.requestId })}</p>
      )}
      {again && (
        <button type="button" class="act-quiet mt-3" onClick={again}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}

export function Picture(props: { url?: string; alt: string; class?: string; isFirst?: boolean }) {
  const shape = `block w-full rounded-2xl bg-well object-cover ${props.class ?? ""}`;
  if (!props.url) return <div class={`${shape} hem`} aria-hidden="true" />;
  const loading = props.isFirst ? "eager" : "lazy";
  return <img src={props.url} alt={props.alt} loading={loading} class={shape} width="400" height="400" />;
}

interface FieldProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "label" | "ref"> {
  label: string;
  name: string;
  hint?: string;
  problem?: string;
  isOptional?: boolean;
}

/** A labelled input, its hint and what is wrong with it, all tied together for screen readers. */
export function Field({ label, hint, problem, isOptional, name, ...rest }: FieldProps) {
  const about = problem ? `${name}-problem` : hint ? `${name}-hint` : undefined;
  return (
    <div>
      <Label name={name} label={label} isOptional={isOptional} />
      <input
        id={name}
        name={name}
        class="field"
        aria-invalid={problem ? "true" : undefined}
        aria-describedby={about}
        required={!isOptional}
        {...rest}
      />
      <Hint name={name} hint={hint} problem={problem} />
    </div>
  );
}

export function Label(props: { name: string; label: string; isOptional?: boolean | undefined }) {
  return (
    <label for={props.name} class="mb-1 block text-sm font-medium">
      {props.label}
      {props.isOptional && <span class="font-normal text-muted"> · {t("optional")}</span>}
    </label>
  );
}

export function Hint(props: { name: string; hint?: string | undefined; problem?: string | undefined }) {
  if (props.problem) {
    return (
      <p id={`${props.name}-problem`} class="mt-1 text-sm text-bad">
        {props.problem}
      </p>
    );
  }
  if (!props.hint) return null;
  return (
    <p id={`${props.name}-hint`} class="mt-1 text-sm text-muted">
      {props.hint}
    </p>
  );
}

interface StepperProps {
  value: number;
  max: number;
  label: string;
  change: (value: number) => void;
}

export function Stepper({ value, max, label, change }: StepperProps) {
  const button = "grid size-10 place-items-center rounded-lg hover:bg-well disabled:opacity-35";
  return (
    <div class="inline-flex items-center rounded-xl border border-line-strong" role="group" aria-label={label}>
      <button type="button" class={button} aria-label={t("less")} disabled={value <= 1} onClick={() => change(value - 1)}>
        −
      </button>
      <output class="min-w-8 text-center tabular-nums">{value}</output>
      <button type="button" class={button} aria-label={t("oneMore")} disabled={value >= max} onClick={() => change(value + 1)}>
        +
      </button>
    </div>
  );
}

/** Sets the page's name, and puts the reader at its beginning. */
export function usePage(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

export function Heading({ children }: { children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <h1 ref={heading} class="text-2xl font-semibold tracking-tight sm:text-3xl">
      {children}
    </h1>
  );
}

const PATHS: Record<string, string> = {
  bag: "M5 8h14l1 12H4L5 8Zm4 0V6a3 3 0 0 1 6 0v2",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.6-3.6 3.3-5.5 7-5.5s6.4 1.9 7 5.5",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.5 2",
  back: "M15 5l-7 7 7 7",
  code: "m8 7-5 5 5 5m8-10 5 5-5 5",
};

export function Icon({ name, class: extra = "" }: { name: keyof typeof PATHS; class?: string }) {
  return (
    <svg viewBox="0 0 24 24" class={`size-5 shrink-0 ${extra}`} fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
