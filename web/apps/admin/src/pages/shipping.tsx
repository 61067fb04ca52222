/** Where the shop delivers to, by which ways and for how much. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { REGIONS } from "../../../../packages/shared/ethiopia";
import { api, takeTagged } from "../api";
import { EditingFoot, type Read, useEditing } from "../editing";
import { Icon, type IconName } from "../icons";
import { t, useSpoken, word } from "../texts";
import { Bones, Empty, Failure, Field, PageHead, Select, Sheet, Tabs } from "../ui";
import { type Form, METHOD_KINDS, type MethodForm, type MethodKind, NEW_METHOD, NEW_ZONE, type Terms, type ZoneForm, bodyOf, formOf, hasSteps, tell, wrong } from "./shippingform";

export function TermsHead() {
  return (
    <>
      <PageHead title={t("deliveryAndTax")} />
      <Tabs label={t("deliveryAndTax")} of={[{ to: "/delivery", label: t("delivery") }, { to: "/delivery/taxes", label: t("taxes") }]} />
    </>
  );
}

function read(signal?: AbortSignal): Promise<Read<Terms>> {
  return takeTagged(api.GET("/api/v1/admin/shipping/", signal ? { signal } : {}));
}

export function ShippingPage() {
  useSpoken();
  const terms = useQuery({ queryKey: ["shipping"], queryFn: ({ signal }) => read(signal), refetchOnWindowFocus: false });
  return (
    <>
      <TermsHead />
      {terms.isPending && <Bones lines={6} />}
      {terms.isError && <Failure error={terms.error} again={() => void terms.refetch()} />}
      {terms.data && <Zones read={terms.data} />}
    </>
  );
}

/** A country that is not said yet. */
const UNTOLD = "X";

type Problem = (pointer: string) => string | undefined;

/** The list with one row in the place of another, moved or away. */
function replaced<R>(rows: R[], at: number, row: R): R[] {
  return rows.map((each, n) => (n === at ? row : each));
}

function moved<R>(rows: R[], from: number, by: number): R[] {
  const next = [...rows];
  const [row] = next.splice(from, 1);
  if (row !== undefined) next.splice(from + by, 0, row);
  return next;
}

function Zones({ read: first }: { read: Read<Terms> }) {
  const queries = useQueryClient();
  const editing = useEditing<Terms, Form>({
    place: "draft.shipping", read: first, formOf, tell, wrong,
    send: (from, form) => takeTagged(api.PUT("/api/v1/admin/shipping/", { params: { header: { "If-Match": from.etag } }, body: bodyOf(form) })),
    again: () => read(),
    settled: (now) => queries.setQueryData(["shipping"], now),
  });
  const { zones } = editing.form;
  const set = (next: ZoneForm[]) => editing.set({ zones: next });
  const problem: Problem = (pointer) => editing.wrong[pointer] ?? editing.at(pointer);
  const add = (
    <button type="button" className="act-quiet" onClick={() => set([...zones, NEW_ZONE])}><Icon name="plus" className="size-4" />{t("newZone")}</button>
  );
  return (
    <div className="space-y-6 pb-28">
      <p className="max-w-2xl text-muted">{t("zonesText")}</p>
      {zones.length === 0 && <Sheet><Empty icon="delivery" title={t("noZones")} text={t("noZonesText")}>{add}</Empty></Sheet>}
      {zones.map((zone, n) => (
        <ZoneSheet
          key={n} zone={zone} at={`/zones/${n}`} problem={problem}
          change={(next) => set(replaced(zones, n, next))}
          drop={() => set(zones.filter((_, each) => each !== n))}
          up={n > 0 ? () => set(moved(zones, n, -1)) : null}
          down={n < zones.length - 1 ? () => set(moved(zones, n, 1)) : null}
        />
      ))}
      {zones.length > 0 && add}
      <EditingFoot editing={editing} />
    </div>
  );
}

function Small({ icon, label, act }: { icon: IconName; label: string; act: (() => void) | null }) {
  return (
    <button type="button" className="grid size-10 place-items-center rounded-full hover:bg-well disabled:opacity-35" aria-label={label} title={label} disabled={!act} onClick={() => act?.()}>
      <Icon name={icon} className="size-4" />
    </button>
  );
}

interface ZoneProps {
  zone: ZoneForm;
  at: string;
  problem: Problem;
  change: (zone: ZoneForm) => void;
  drop: () => void;
  up: (() => void) | null;
  down: (() => void) | null;
}

function ZoneSheet({ zone, at, problem, change, drop, up, down }: ZoneProps) {
  const name = zone.name || t("newZone");
  const where = zone.country === "ET" ? "ET" : zone.country === "" ? "world" : "other";
  const set = (part: Partial<ZoneForm>) => change({ ...zone, ...part });
  return (
    <Sheet title={name} aside={<>
      <Small icon="up" label={`${t("moveUp")}: ${name}`} act={up} />
      <Small icon="down" label={`${t("moveDown")}: ${name}`} act={down} />
      <Small icon="close" label={`${t("takeAway")}: ${name}`} act={drop} />
    </>}>
      <div className="space-y-5">
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label={t("zoneName")} maxLength={60} value={zone.name} onChange={(event) => set({ name: event.target.value })} problem={problem(`${at}/name`)} />
          <Select label={t("country")} value={where} onChange={(event) => set({ country: { ET: "ET", world: "", other: UNTOLD }[event.target.value] ?? "", regions: [] })}>
            <option value="ET">{t("ethiopia")}</option>
            <option value="other">{t("otherCountry")}</option>
            <option value="world">{t("restOfWorld")}</option>
          </Select>
          {where === "other" && <Field label={t("countryCode")} maxLength={2} value={zone.country === UNTOLD ? "" : zone.country} onChange={(event) => set({ country: event.target.value.toUpperCase() || UNTOLD })} problem={problem(`${at}/country`)} />}
        </div>
        {where === "ET" && <Regions name={name} chosen={zone.regions} choose={(regions) => set({ regions })} problem={problem(`${at}/regions`)} />}
        <div className="space-y-3">
          <h3 className="text-sm font-medium">{t("methods")}</h3>
          {zone.methods.length === 0 && <p className="text-sm text-warn">{t("noMethods")}</p>}
          {zone.methods.map((method, n) => (
            <MethodBox
              key={method.id ?? `new ${n}`} method={method} at={`${at}/methods/${n}`} problem={problem}
              change={(next) => set({ methods: replaced(zone.methods, n, next) })}
              drop={() => set({ methods: zone.methods.filter((_, each) => each !== n) })}
            />
          ))}
          <button type="button" className="link min-h-10 text-sm" onClick={() => set({ methods: [...zone.methods, NEW_METHOD] })}>{t("newMethod")}</button>
        </div>
      </div>
    </Sheet>
  );
}

function Regions({ name, chosen, choose, problem }: { name: string; chosen: string[]; choose: (regions: string[]) => void; problem: string | undefined }) {
  const { language } = useSpoken();
  const strange = chosen.filter((region) => !REGIONS.some(([en]) => en === region));
  const all = [...REGIONS.map(([en, am]) => ({ value: en as string, label: language === "am" ? am : en })), ...strange.map((region) => ({ value: region, label: region }))];
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{t("regions")}</legend>
      <p className="mb-2 text-sm text-muted">{chosen.length === 0 ? t("wholeCountry") : t("regionsChosen", { n: chosen.length })}</p>
      <div className="flex flex-wrap gap-1.5" role="group" aria-label={`${t("regions")}: ${name}`}>
        {all.map(({ value, label }) => {
          const isOn = chosen.includes(value);
          return (
            <button key={value} type="button" aria-pressed={isOn} onClick={() => choose(isOn ? chosen.filter((each) => each !== value) : [...chosen, value])} className={`min-h-9 rounded-full border px-3.5 text-sm ${isOn ? "border-ink bg-ink text-ground" : "border-line bg-sheet hover:border-line-strong"}`}>
              {label}
            </button>
          );
        })}
      </div>
      {problem && <p className="mt-1 text-sm text-bad">{problem}</p>}
    </fieldset>
  );
}

interface MethodProps {
  method: MethodForm;
  at: string;
  problem: Problem;
  change: (method: MethodForm) => void;
  drop: () => void;
}

function MethodBox({ method, at, problem, change, drop }: MethodProps) {
  const set = (part: Partial<MethodForm>) => change({ ...method, ...part });
  const name = method.name || t("newMethod");
  const turn = (kind: MethodKind) => set({ kind, steps: hasSteps(kind) ? [{ from: kind === "by_total" ? "0" : "", price: "" }] : [] });
  const paid = method.kind !== "pick_up";
  return (
    <div className="rounded-xl border border-line p-4" role="group" aria-label={name}>
      <div className="grid items-start gap-4 sm:grid-cols-[2fr_2fr_1fr_1fr_auto]">
        <Field label={t("methodName")} hint={t("promotionNameHint")} maxLength={60} value={method.name} onChange={(event) => set({ name: event.target.value })} problem={problem(`${at}/name`)} />
        <Select label={t("methodKind")} value={method.kind} onChange={(event) => turn(event.target.value as MethodKind)}>
          {METHOD_KINDS.map((kind) => <option key={kind} value={kind}>{word(`method_${kind}`)}</option>)}
        </Select>
        {method.kind === "flat"
          ? <Field label={`${t("price")} (ETB)`} inputMode="decimal" value={method.price} onChange={(event) => set({ price: event.target.value })} problem={problem(`${at}/price/amount`)} />
          : <span className="hidden sm:block" />}
        {paid
          ? <Field label={t("freeAbove")} inputMode="decimal" value={method.freeAbove} onChange={(event) => set({ freeAbove: event.target.value })} problem={problem(`${at}/free_above/amount`)} />
          : <span className="hidden sm:block" />}
        <div className="justify-self-end sm:mt-7"><Small icon="close" label={`${t("takeAway")}: ${name}`} act={drop} /></div>
      </div>
      {hasSteps(method.kind) && <Steps method={method} at={at} problem={problem} set={set} />}
    </div>
  );
}

function Steps({ method, at, problem, set }: { method: MethodForm; at: string; problem: Problem; set: (part: Partial<MethodForm>) => void }) {
  const isWeight = method.kind === "by_weight";
  const { steps } = method;
  const label = isWeight ? t("upToKilograms") : `${t("fromTotal")} (ETB)`;
  return (
    <div className="mt-4 space-y-2">
      <p className="text-sm text-muted">{t(isWeight ? "byWeightText" : "byTotalText")}</p>
      {steps.map((step, n) => (
        <div key={n} className="grid max-w-lg grid-cols-[1fr_1fr_auto] items-start gap-3">
          <Field label={label} inputMode="decimal" value={step.from} onChange={(event) => set({ steps: replaced(steps, n, { ...step, from: event.target.value }) })} problem={problem(`${at}/steps/${n}/${isWeight ? "up_to_grams" : "from/amount"}`) ?? problem(`${at}/steps/${n}/from`)} />
          <Field label={`${t("price")} (ETB)`} inputMode="decimal" value={step.price} onChange={(event) => set({ steps: replaced(steps, n, { ...step, price: event.target.value }) })} problem={problem(`${at}/steps/${n}/price/amount`)} />
          <div className="mt-7"><Small icon="close" label={`${t("takeAway")}: ${n + 1}`} act={() => set({ steps: steps.filter((_, each) => each !== n) })} /></div>
        </div>
      ))}
      {problem(`${at}/steps`) && <p className="text-sm text-bad">{problem(`${at}/steps`)}</p>}
      <button type="button" className="link min-h-10 text-sm" onClick={() => set({ steps: [...steps, { from: "", price: "" }] })}>{t("newStep")}</button>
    </div>
  );
}
