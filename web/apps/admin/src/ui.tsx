/** The parts that every screen is made of. */
import { type UseInfiniteQueryResult, type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { type ComponentProps, type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Page } from "../../../packages/api/client";
import { Refusal } from "./api";
import { Icon, type IconName } from "./icons";
import { t, word } from "./texts";

// --- Pages -----------------------------------------------------------------------------------

interface HeadProps {
  title: ReactNode;
  /** What the browser's tab says, where the title is more than text. */
  name?: string;
  back?: { to: string; label: string };
  children?: ReactNode;
}

export function PageHead({ title, name, back, children }: HeadProps) {
  const spoken = name ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = spoken;
  }, [spoken]);
  return (
    <header className="mb-6">
      {back && (
        <Link to={back.to} className="mb-1 inline-flex min-h-9 items-center gap-1 text-sm text-muted hover:text-ink">
          <Icon name="back" className="size-4" />
          {back.label}
        </Link>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <h1 className="mr-auto flex flex-wrap items-center gap-3 text-2xl font-semibold tracking-tight">{title}</h1>
        {children}
      </div>
    </header>
  );
}

export function Sheet({ title, children, aside, flush }: { title?: ReactNode; children: ReactNode; aside?: ReactNode; flush?: boolean }) {
  return (
    <section className="sheet overflow-hidden">
      {title && (
        <div className="flex flex-wrap items-center gap-3 px-5 pt-4 pb-2">
          <h2 className="mr-auto font-semibold">{title}</h2>
          {aside}
        </div>
      )}
      <div className={flush ? "overflow-x-auto" : "px-5 pt-2 pb-5"}>{children}</div>
    </section>
  );
}

/** Pages that belong together, side by side. */
export function Tabs({ label, of }: { label: string; of: { to: string; label: string }[] }) {
  return (
    <nav aria-label={label} className="-mx-4 mb-6 flex gap-1 overflow-x-auto border-b border-line px-4 sm:mx-0 sm:px-0">
      {of.map((tab) => (
        <Link
          key={tab.to}
          to={tab.to}
          activeOptions={{ exact: true }}
          className="-mb-px min-h-11 border-b-2 border-transparent px-3 py-2.5 text-sm whitespace-nowrap text-muted hover:text-ink"
          activeProps={{ className: "border-accent! text-ink! font-medium" }}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

// --- Words -----------------------------------------------------------------------------------

const TONES: Record<string, string> = {
  good: "bg-accent-soft text-accent",
  wait: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  calm: "bg-well text-muted",
};
const TONE_OF: Record<string, string> = {
  paid: "good", charged: "good", succeeded: "good", refunded: "calm", partially_refunded: "calm", published: "good", active: "good",
  delivered: "good", done: "good", settled: "good", repaired: "good", confirmed: "good", applied: "good", signed: "good",
  pending_payment: "wait", pending: "wait", created: "wait", requested: "wait", submitted: "wait", processing: "wait", draft: "wait",
  running: "wait", paused: "wait", charged_late: "wait", open: "wait", review: "bad", unknown: "bad", failed: "bad",
  shipped: "good", partially_shipped: "wait", partially_delivered: "wait", unfulfilled: "wait",
  return_requested: "wait", return_approved: "wait", return_received: "good", job_done: "good", job_running: "wait", job_ready: "wait",
  promotion_running: "good", promotion_planned: "wait", promotion_used_up: "bad",
  dead: "bad", disabled: "bad", surplus: "wait", mismatch: "bad", reversal: "bad", refund_failed: "bad", refund_unknown: "bad", reversed: "bad",
};

export function Badge({ value }: { value: string }) {
  return (
    <span className={clsx("inline-flex items-center rounded-full px-2.5 py-0.5 text-[0.8125rem] font-medium whitespace-nowrap", TONES[TONE_OF[value] ?? "calm"])}>
      {word(value)}
    </span>
  );
}

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
  const text = refusal.status === 0 ? t("offline") : refusal.status === 403 ? t("forbidden") : refusal.status === 404 ? t("notFound") : refusal.message || t("failed");
  return (
    <div role="alert" className="rounded-xl border border-bad/40 bg-bad-soft px-4 py-3">
      <p className="font-medium">{text}</p>
      {refusal.problem?.errors?.map((part) => (
        <p key={part.pointer + part.code} className="text-sm"><code className="font-mono">{part.pointer}</code> {part.message}</p>
      ))}
      {refusal.requestId && <p className="mt-1 font-mono text-xs text-muted">{t("reference", { id: refusal.requestId })}</p>}
      {again && <button type="button" className="act-quiet mt-3" onClick={again}>{t("retry")}</button>}
    </div>
  );
}

export function Empty({ icon, title, text, children }: { icon: IconName; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      <span className="mb-4 grid size-14 place-items-center rounded-full bg-well text-muted"><Icon name={icon} className="size-6" /></span>
      <p className="text-lg font-medium">{title}</p>
      {text && <p className="mt-1 max-w-sm text-muted">{text}</p>}
      {children && <div className="mt-5">{children}</div>}
    </div>
  );
}

export function Bones({ lines = 5 }: { lines?: number }) {
  return (
    <div className="space-y-3 p-5" aria-busy="true" aria-label={t("loading")} role="status">
      {Array.from({ length: lines }, (_, index) => <div key={index} className="skeleton h-9" />)}
    </div>
  );
}

/** Names and what they stand for. */
export function Facts({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-6 gap-y-2">
      {of.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value ?? "—"}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Json({ value }: { value: unknown }) {
  return (
    <pre tabIndex={0} className="max-h-96 overflow-auto rounded-xl bg-well p-4 font-mono text-xs leading-relaxed">{JSON.stringify(value, null, 2)}</pre>
  );
}

export function Mono({ children }: { children: ReactNode }) {
  return <span className="font-mono text-[0.8125rem] wrap-anywhere">{children}</span>;
}

// --- Lists -----------------------------------------------------------------------------------

export interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
  /** Figures stand at the end. */
  isFigure?: boolean;
}

interface RowsProps<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  id: (row: T) => string;
  /** Where a row leads. */
  to?: (row: T) => string;
  /** With which filters. */
  search?: (row: T) => Query;
}

/** A table on a desk, cards on a phone; j and k walk through rows that lead somewhere. */
export function Rows<T>({ label, columns, rows, id, to, search }: RowsProps<T>) {
  return (
    <table className="rows cards" aria-label={label}>
      <thead>
        <tr>{columns.map((column) => <th key={column.head} scope="col" className={clsx(column.isFigure && "end")}>{column.head}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={id(row)}>
            {columns.map((column, index) => (
              <td key={column.head} data-head={column.head} className={clsx(column.isFigure && "end")}>
                {index === 0 && to ? <Link to={to(row)} search={(search?.(row) ?? {}) as never} className="row-link font-medium">{column.cell(row)}</Link> : column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Listed<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

/** A list by pages; `ask` gets the cursor of the page it is to read. */
export function useList<T>(key: unknown[], ask: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>): Listed<T> {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.next_cursor ?? undefined,
  });
}

export function rowsOf<T>(list: Listed<T>): T[] {
  return list.data?.pages.flatMap((page) => page.data) ?? [];
}

interface ListProps<T> extends Omit<RowsProps<T>, "rows"> {
  list: Listed<T>;
  empty: ReactNode;
}

export function List<T>({ list, empty, ...rest }: ListProps<T>) {
  const rows = rowsOf(list);
  return (
    <section className="sheet overflow-hidden">
      {list.isPending && <Bones />}
      {list.isError && <div className="p-5"><Failure error={list.error} again={() => void list.refetch()} /></div>}
      {list.isSuccess && rows.length === 0 && empty}
      {rows.length > 0 && <div className="overflow-x-auto"><Rows rows={rows} {...rest} /></div>}
      {list.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <button type="button" className="act-quiet" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage ? t("loading") : t("more")}
          </button>
        </div>
      )}
    </section>
  );
}

// --- The address -----------------------------------------------------------------------------

export type Query = Record<string, string | undefined>;

/** What stands in the address behind `?`, and how to change it. */
export function useQueryState(): [Query, (changes: Query, isTyping?: boolean) => void] {
  const query = useSearch({ strict: false }) as Query;
  const navigate = useNavigate();
  const change = (changes: Query, isTyping = false) => {
    const next = Object.fromEntries(Object.entries({ ...query, ...changes }).filter(([, value]) => value));
    void navigate({ to: ".", search: next as never, replace: isTyping });
  };
  return [query, change];
}

interface ChoiceProps {
  name: string;
  label: string;
  options: { value: string; label: string }[];
  /** What is shown without a choice; everything when it is not said. */
  first?: string;
}

/** A filter as chips; what is on stands in the address. */
export function Choice({ name, label, options, first }: ChoiceProps) {
  const [query, change] = useQueryState();
  const chosen = query[name] ?? "";
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1.5">
      {[{ value: "", label: first ?? t("all") }, ...options].map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={chosen === option.value}
          onClick={() => change({ [name]: option.value || undefined })}
          className={clsx("min-h-9 rounded-full border px-3.5 text-sm", chosen === option.value ? "border-ink bg-ink text-ground" : "border-line bg-sheet hover:border-line-strong")}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

export function words(...values: string[]): { value: string; label: string }[] {
  return values.map((value) => ({ value, label: word(value) }));
}

/** A filter that is typed; it looks a moment after the last letter. */
export function SearchBox({ name, label }: { name: string; label: string }) {
  const [query, change] = useQueryState();
  const timer = useRef(0);
  const box = useRef<HTMLInputElement>(null);
  const value = query[name] ?? "";
  useEffect(() => {
    if (box.current && document.activeElement !== box.current) box.current.value = value;
  }, [value]);
  return (
    <div className="relative w-full sm:w-72">
      <Icon name="search" className="pointer-events-none absolute top-2.5 left-3 text-muted" />
      <input
        ref={box}
        type="search"
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        maxLength={100}
        className="h-10 w-full rounded-full border border-line-strong bg-sheet pr-3 pl-10"
        onChange={(event) => {
          const text = event.target.value.trim();
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => change({ [name]: text || undefined }, true), 200);
        }}
      />
    </div>
  );
}

export function Filters({ children }: { children: ReactNode }) {
  return <div className="mb-4 flex flex-wrap items-center gap-x-5 gap-y-3">{children}</div>;
}

// --- Forms -----------------------------------------------------------------------------------

interface AroundProps {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  isOptional?: boolean;
}

export function Field({ label, hint, problem, isOptional, className, ...rest }: AroundProps & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
        {isOptional && <span className="font-normal text-muted"> · {t("optional")}</span>}
      </label>
      <input id={id} className="field" aria-invalid={problem ? true : undefined} aria-describedby={problem || hint ? `${id}-about` : undefined} {...rest} />
      <About id={id} hint={hint} problem={problem} />
    </div>
  );
}

export function Area({ label, hint, problem, isOptional, ...rest }: AroundProps & ComponentProps<"textarea">) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
        {isOptional && <span className="font-normal text-muted"> · {t("optional")}</span>}
      </label>
      <textarea id={id} className="field" rows={4} aria-invalid={problem ? true : undefined} aria-describedby={problem || hint ? `${id}-about` : undefined} {...rest} />
      <About id={id} hint={hint} problem={problem} />
    </div>
  );
}

export function Select({ label, hint, problem, isOptional, children, ...rest }: AroundProps & ComponentProps<"select">) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
        {isOptional && <span className="font-normal text-muted"> · {t("optional")}</span>}
      </label>
      <select id={id} className="field" aria-describedby={problem || hint ? `${id}-about` : undefined} {...rest}>{children}</select>
      <About id={id} hint={hint} problem={problem} />
    </div>
  );
}

function About({ id, hint, problem }: { id: string; hint: string | undefined; problem: string | undefined }) {
  if (!problem && !hint) return null;
  return <p id={`${id}-about`} className={clsx("mt-1 text-sm", problem ? "text-bad" : "text-muted")}>{problem ?? hint}</p>;
}

/** What cannot be taken back is pressed twice, in one place, and says what it means in between. */
export function SureButton({ label, text, isBusy, act }: { label: string; text: string; isBusy: boolean; act: () => void }) {
  const [isSure, setSure] = useState(false);
  if (!isSure) return <button type="button" className="act-quiet" onClick={() => setSure(true)}>{label}</button>;
  return (
    <span className="flex flex-wrap items-center gap-3" role="group" aria-label={label}>
      <span className="text-sm text-muted">{text}</span>
      <button type="button" className="act-quiet" autoFocus onClick={() => setSure(false)}>{t("cancel")}</button>
      <button type="button" className="act" disabled={isBusy} onClick={act}>{label}</button>
    </span>
  );
}

// --- Dialogs ---------------------------------------------------------------------------------

interface DialogProps {
  title: string;
  close: () => void;
  children: ReactNode;
  /** Makes a form of it. */
  submit?: () => void;
  isWide?: boolean;
  /** Cannot be left by Escape. */
  isFirm?: boolean;
}

/** The browser's own dialog: it keeps the focus in, and gives it back. */
export function Dialog({ title, close, children, submit, isWide, isFirm }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    element.current?.showModal();
    const first = element.current?.querySelector<HTMLElement>("[data-first]");
    first?.focus();
  }, []);
  const sent = (event: FormEvent) => {
    event.preventDefault();
    submit?.();
  };
  const inside = (
    <>
      <div className="sticky top-0 z-10 flex items-center border-b border-line bg-sheet px-5 py-3">
        <h2 id={id} className="mr-auto text-lg font-semibold">{title}</h2>
        {!isFirm && (
          <button type="button" className="grid size-10 place-items-center rounded-full hover:bg-well" aria-label={t("close")} onClick={close}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <div className="space-y-4 p-5">{children}</div>
    </>
  );
  return (
    <dialog
      ref={element}
      className={clsx("panel", isWide && "wide")}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!isFirm) close();
      }}
      onClick={(event) => event.target === element.current && !isFirm && close()}
    >
      {submit ? <form noValidate onSubmit={sent}>{inside}</form> : inside}
    </dialog>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-3 pt-2">{children}</div>;
}
