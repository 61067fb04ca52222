/** Changing what is there: kept by the browser until it is saved, with the version that was read. */
import { type UseMutationResult, useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { recall, remember } from "../../../packages/shared/kept";
import { Refusal } from "./api";
import { t } from "./texts";
import { toast } from "./toasts";
import { Dialog, DialogActions, Failure } from "./ui";

/** What the API answered, with what `If-Match` takes. */
export interface Read<T> {
  value: T;
  etag: string;
}

/** One thing that was changed, in words. */
export interface Change {
  name: string;
  from: string;
  to: string;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What somebody changed from `base`, laid over what it is by now, member by member. */
export function overlay<F extends object>(base: F, form: F, now: F): F {
  const next = { ...now };
  for (const name of Object.keys(now) as (keyof F)[]) {
    const [was, mine, theirs] = [base[name], form[name], now[name]];
    if (same(was, mine) || mine === undefined) continue;
    next[name] = isTree(was) && isTree(mine) && isTree(theirs) ? overlay(was, mine, theirs) as F[typeof name] : mine;
  }
  return next;
}

/** The members of a form: what each is called, and how its value is told. */
export type Told<F> = { [K in keyof F]?: [label: string, say?: (value: F[K]) => string] };

/** What differs, member by member, in words. */
export function differences<F extends object>(told: Told<F>, base: F, form: F): Change[] {
  const found: Change[] = [];
  for (const name of Object.keys(told) as (keyof F)[]) {
    const [label, say = String] = told[name] ?? [""];
    if (!same(base[name], form[name])) found.push({ name: label, from: say(base[name]), to: say(form[name]) });
  }
  return found;
}

/** What differs between two lists whose rows have names: added, taken away, changed. */
export function rowDifferences<R>(label: string, name: (row: R) => string, say: (row: R) => string, base: R[], form: R[]): Change[] {
  const found: Change[] = [];
  const left = [...base];
  for (const row of form) {
    const at = left.findIndex((each) => name(each) === name(row));
    const was = at < 0 ? null : left.splice(at, 1)[0];
    if (!was || !same(was, row)) found.push({ name: `${label}: ${name(row) || "—"}`, from: was ? say(was) : "", to: say(row) });
  }
  for (const row of left) found.push({ name: `${label}: ${name(row) || "—"}`, from: say(row), to: "" });
  if (found.length === 0 && !same(base, form)) found.push({ name: label, from: base.map(name).join(", "), to: form.map(name).join(", ") });
  return found;
}

interface EditingProps<T, F> {
  /** Under which name the browser keeps what was typed. */
  place: string;
  read: Read<T>;
  formOf: (value: T) => F;
  tell: (base: F, form: F) => Change[];
  /** What cannot be sent, by field. */
  wrong?: (form: F) => Record<string, string>;
  /** Sends what differs with the version that was read; what lands in several steps is carried step by step. */
  send: (read: Read<T>, form: F, base: F) => Promise<Read<T>>;
  /** What it is by now. */
  again: () => Promise<Read<T>>;
  settled: (now: Read<T>) => void;
}

interface Wish<T, F> {
  from: Read<T>;
  base: F;
  form: F;
}

export interface Editing<T, F> {
  form: F;
  set: (part: Partial<F>) => void;
  changed: Change[];
  wrong: Record<string, string>;
  /** What the API says against a member, by its JSON pointer. */
  at: (pointer: string) => string | undefined;
  submit: () => void;
  discard: () => void;
  /** A step of one's own beside the form: what was typed stays, and fits the new version. */
  carry: (step: (from: Read<T>) => Read<T>) => void;
  save: UseMutationResult<Read<T>, Error, Wish<T, F>>;
  conflict: { ours: Change[]; others: Change[]; take: () => void; mine: () => void; close: () => void } | null;
}

interface Kept<T, F> {
  from: Read<T>;
  form: F;
}

/** What the browser kept, if it is of this form: a newer dashboard may ask for more. */
function recalled<T, F extends object>(place: string, fresh: F): Kept<T, F> | null {
  const kept = recall<Partial<Kept<T, F>> | null>(place, null);
  const names = (form: object) => Object.keys(form).sort().join();
  return kept?.from && "value" in kept.from && kept.form && names(kept.form) === names(fresh) ? { from: kept.from, form: kept.form } : null;
}

/** A form over what was read. A reload, a lost session and a refusal lose nothing that was typed. */
export function useEditing<T, F extends object>({ place, read, formOf, tell, wrong: check, send, again, settled }: EditingProps<T, F>): Editing<T, F> {
  const [{ from, form }, setKept] = useState<Kept<T, F>>(() => recalled<T, F>(place, formOf(read.value)) ?? { from: read, form: formOf(read.value) });
  const [theirs, setTheirs] = useState<Read<T> | null>(null);
  const base = formOf(from.value);
  const changed = tell(base, form);
  const wrong = check?.(form) ?? {};
  useEffect(() => remember(place, changed.length > 0 ? { from, form } : null), [place, from, form, changed.length]);
  // Nothing of ours is in the way: what is read anew is shown.
  useEffect(() => {
    setKept((kept) => (kept.from.etag !== read.etag && same(kept.form, formOf(kept.from.value)) ? { from: read, form: formOf(read.value) } : kept));
  }, [read.etag]);
  const settle = (now: Read<T>) => {
    setKept({ from: now, form: formOf(now.value) });
    setTheirs(null);
    settled(now);
  };
  const save = useMutation({
    mutationFn: (wish: Wish<T, F>) => send(wish.from, wish.form, wish.base),
    onSuccess: (now, wish) => {
      settle(now);
      const fresh = formOf(now.value);
      toast(t("saved"), { undo: () => save.mutate({ from: now, base: fresh, form: overlay(wish.form, wish.base, fresh) }) });
    },
    onError: async (error) => {
      if (error instanceof Refusal && error.status === 412) setTheirs(await again());
    },
  });
  const submit = () => {
    if (changed.length > 0 && Object.keys(wrong).length === 0 && !save.isPending) save.mutate({ from, base, form });
  };
  useSaveKey(submit);
  const now = theirs && formOf(theirs.value);
  return {
    form,
    set: (part) => setKept((kept) => ({ ...kept, form: { ...kept.form, ...part } })),
    changed,
    wrong,
    at: (pointer) => (save.error instanceof Refusal ? save.error.at(pointer) : undefined),
    submit,
    discard: () => { save.reset(); setKept({ from: read, form: formOf(read.value) }); },
    carry: (step) => setKept((kept) => ({ ...kept, from: step(kept.from) })),
    save,
    conflict: theirs && now && {
      ours: tell(now, overlay(base, form, now)),
      others: tell(base, now),
      take: () => { save.reset(); settle(theirs); },
      mine: () => save.mutate({ from: theirs, base: now, form: overlay(base, form, now) }),
      close: () => setTheirs(null),
    },
  };
}

/** What was changed and how to save it; when somebody was quicker, both are shown. */
export function EditingFoot<T, F>({ editing }: { editing: Editing<T, F> }) {
  const { changed, wrong, save, conflict, submit, discard } = editing;
  const failed = save.error instanceof Refusal && save.error.status === 412 ? null : save.error;
  return (
    <>
      {changed.length > 0 && (
        <div className="fixed inset-x-0 bottom-0 z-20 border-t border-line bg-sheet shadow-raised lg:left-60">
          <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-3 px-4 py-3 sm:px-6">
            <p className="mr-auto min-w-0">
              <span className="font-medium">{changed.length === 1 ? t("oneChange") : t("changes", { n: changed.length })}</span>
              <span className="hidden truncate text-sm text-muted sm:block">{changed.map((each) => each.name).join(", ")}</span>
            </p>
            <button type="button" className="act-quiet" onClick={discard}>{t("discard")}</button>
            <button type="button" className="act" disabled={save.isPending || Object.keys(wrong).length > 0} onClick={submit}>{t("save")}</button>
            {failed && <div className="w-full"><Failure error={failed} /></div>}
          </div>
        </div>
      )}
      {conflict && (
        <Dialog title={t("someoneChanged")} close={conflict.close} isWide>
          <p className="text-muted">{t("someoneChangedText")}</p>
          <Differences title={t("theirs")} of={conflict.others} />
          <Differences title={t("mine")} of={conflict.ours} />
          <DialogActions>
            <button type="button" className="act-quiet" onClick={conflict.take}>{t("takeTheirs")}</button>
            <button type="button" className="act" data-first disabled={save.isPending} onClick={conflict.mine}>{t("saveMine")}</button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}

function Differences({ title, of }: { title: string; of: Change[] }) {
  if (of.length === 0) return null;
  return (
    <section>
      <h3 className="mb-2 font-medium">{title}</h3>
      <ul className="divide-y divide-line rounded-xl border border-line">
        {of.map((each) => (
          <li key={each.name} className="px-4 py-2 wrap-anywhere">
            <span className="block text-sm text-muted">{each.name}</span>
            <del className="text-muted">{each.from || "—"}</del> → <ins className="no-underline">{each.to || "—"}</ins>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** ⌘S and Ctrl S. */
export function useSaveKey(save: () => void): void {
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "s") {
        event.preventDefault();
        latest.current();
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
