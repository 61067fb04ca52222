/** Flash sales: what may be ordered from when and until when, with a queue before it or without. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { keptMoment, parseMoment, typedMoment } from "../../../../packages/shared/moments";
import { recall, remember } from "../../../../packages/shared/kept";
import { Refusal, type Schemas, api, take, takeTagged } from "../api";
import { type Change, EditingFoot, type Read, differences, useEditing } from "../editing";
import { GoodsChoice, useVariantName, useVariants } from "../goods";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Empty, Facts, Failure, Field, List, PageHead, Sheet, SureButton, useList } from "../ui";
import { useWish } from "../wish";
import { given } from "./payments";
import { ProductsHead } from "./products";

type Sale = Schemas["SaleAdminView"];

interface Form {
  name: string;
  starts: string;
  ends: string;
  hasQueue: boolean;
  slots: string;
  seconds: string;
  variants: string[];
}

const NEW: Form = { name: "", starts: "", ends: "", hasQueue: false, slots: "100", seconds: "300", variants: [] };

function formOf(sale: Sale): Form {
  return {
    name: sale.name, starts: typedMoment(sale.starts_at), ends: typedMoment(sale.ends_at), hasQueue: Boolean(sale.queue),
    slots: String(sale.queue?.slots ?? NEW.slots), seconds: String(sale.queue?.token_seconds ?? NEW.seconds), variants: sale.variant_ids,
  };
}

function count(text: string, least: number, most: number): number | null {
  const n = /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : NaN;
  return n >= least && n <= most ? n : null;
}

const queueOf = (form: Form) => (form.hasQueue ? { slots: count(form.slots, 1, 100_000) ?? 1, token_seconds: count(form.seconds, 30, 3_600) ?? 300 } : null);

function wrong(form: Form): Record<string, string> {
  const found: Record<string, string> = {};
  const [starts, ends] = [parseMoment(form.starts), parseMoment(form.ends)];
  if (!form.name.trim()) found.name = t("needed");
  if (!starts) found.starts = t("needed");
  if (starts && ends && ends <= starts) found.ends = t("endsBeforeStart");
  if (form.variants.length === 0) found.variants = t("needed");
  if (form.hasQueue && count(form.slots, 1, 100_000) === null) found.slots = t("badCount");
  if (form.hasQueue && count(form.seconds, 30, 3_600) === null) found.seconds = t("badSeconds");
  return found;
}

function tell(base: Form, form: Form): Change[] {
  return differences<Form>({
    name: [t("promotionName")], starts: [t("starts")], ends: [t("ends")], hasQueue: [t("hasQueue"), (is) => t(is ? "yes" : "no")], slots: [t("slots")], seconds: [t("tokenSeconds")],
  }, base, form);
}

function standing(sale: Sale, now = Date.now()): string {
  if (sale.closed_at) return "promotion_ended";
  if (Date.parse(sale.starts_at) > now) return "promotion_planned";
  return sale.ends_at && Date.parse(sale.ends_at) <= now ? "promotion_over" : "promotion_running";
}

export function Sales() {
  const { at } = useSpoken();
  const list = useList(["sales"], (cursor, signal) => take(api.GET("/api/v1/admin/sales/", { params: { query: { limit: 25, ...given({ cursor }) } }, signal })));
  const add = <Link to="/products/sales/new" className="act">{t("newSale")}</Link>;
  return (
    <>
      <ProductsHead>{add}</ProductsHead>
      <List
        label={t("sales")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/products/sales/${each.id}`}
        empty={<Empty icon="clock" title={t("noSales")} text={t("noSalesText")}>{add}</Empty>}
        columns={[
          { head: t("sale"), cell: (each) => each.name },
          { head: t("state"), cell: (each) => <Badge value={standing(each)} /> },
          { head: t("starts"), cell: (each) => at(each.starts_at) },
          { head: t("ends"), cell: (each) => (each.ends_at ? at(each.ends_at) : "—") },
          { head: t("hasQueue"), cell: (each) => (each.queue ? t("slotsAtOnce", { n: each.queue.slots }) : "—") },
          { head: t("variants"), cell: (each) => each.variant_ids.length, isFigure: true },
        ]}
      />
    </>
  );
}

interface FieldsProps {
  form: Form;
  set: (part: Partial<Form>) => void;
  problem: (field: keyof Form, pointer: string) => string | undefined;
  hasStarted?: boolean;
}

function Fields({ form, set, problem, hasStarted }: FieldsProps) {
  const text = (name: keyof Form, pointer: string) => ({ value: String(form[name]), onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }), problem: problem(name, pointer) });
  return (
    <Sheet>
      <div className="space-y-4 pt-3">
        <Field label={t("promotionName")} hint={t("promotionNameHint")} maxLength={120} {...text("name", "/name")} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("starts")} type="datetime-local" disabled={hasStarted} hint={hasStarted ? t("hasStarted") : t("addisTime")} {...text("starts", "/starts_at")} />
          <Field label={t("ends")} isOptional type="datetime-local" hint={t("addisTime")} {...text("ends", "/ends_at")} />
        </div>
        <label className="flex min-h-11 items-start gap-3">
          <input type="checkbox" className="mt-1 size-5 shrink-0 accent-(--accent)" checked={form.hasQueue} onChange={(event) => set({ hasQueue: event.target.checked })} />
          <span>{t("hasQueue")}<span className="block text-sm text-muted">{t("queueText")}</span></span>
        </label>
        {form.hasQueue && (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label={t("slots")} hint={t("slotsHint")} inputMode="numeric" {...text("slots", "/queue/slots")} />
            <Field label={t("tokenSeconds")} hint={t("tokenSecondsHint")} inputMode="numeric" {...text("seconds", "/queue/token_seconds")} />
          </div>
        )}
      </div>
    </Sheet>
  );
}

const PLACE = "draft.sale.new";

export function NewSale() {
  useSpoken();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState<Form>(() => recall(PLACE, NEW));
  const [isTried, setTried] = useState(false);
  const { wish, changed } = useWish(
    (key) => {
      const [starts_at, ends_at] = [parseMoment(form.starts) ?? "", parseMoment(form.ends)];
      const queue = queueOf(form);
      const body = { name: form.name.trim(), starts_at, variant_ids: form.variants, ...(ends_at ? { ends_at } : {}), ...(queue ? { queue } : {}) };
      return take(api.POST("/api/v1/admin/sales/", { params: { header: { "Idempotency-Key": key } }, body }));
    },
    (made) => {
      remember(PLACE, null);
      toast(t("saleCreated"));
      void queries.invalidateQueries({ queryKey: ["sales"] });
      void navigate({ to: `/products/sales/${made.id}` });
    },
  );
  const bad = wrong(form);
  const refusal = wish.error instanceof Refusal ? wish.error : null;
  const set = (part: Partial<Form>) => {
    const next = { ...form, ...part };
    changed();
    setForm(next);
    remember(PLACE, next);
  };
  return (
    <div className="mx-auto max-w-2xl">
      <PageHead title={t("newSale")} back={{ to: "/products/sales", label: t("sales") }} />
      <form noValidate className="space-y-6" onSubmit={(event) => { event.preventDefault(); setTried(true); if (Object.keys(bad).length === 0 && !wish.isPending) wish.mutate(); }}>
        <Fields form={form} set={set} problem={(field, pointer) => (isTried ? bad[field] : undefined) ?? refusal?.at(pointer)} />
        <Sheet>
          <div className="pt-3">
            <GoodsChoice
              label={t("soldInIt")} hint={t("soldInItHint")} products={[]} variants={form.variants} isOfVariants
              change={(_, variants) => set({ variants })} problem={(isTried ? bad.variants : undefined) ?? refusal?.at("/variant_ids")}
            />
          </div>
        </Sheet>
        {wish.isError && <Failure error={wish.error} />}
        <div className="flex justify-end gap-3">
          <Link to="/products/sales" className="act-quiet" onClick={() => remember(PLACE, null)}>{t("cancel")}</Link>
          <button type="submit" className="act" disabled={wish.isPending}>{t("create")}</button>
        </div>
      </form>
    </div>
  );
}

function read(id: string, signal?: AbortSignal): Promise<Read<Sale>> {
  return takeTagged(api.GET("/api/v1/admin/sales/{id}/", { params: { path: { id } }, ...(signal ? { signal } : {}) }));
}

export function SalePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const sale = useQuery({ queryKey: ["sale", id], queryFn: ({ signal }) => read(id, signal), refetchOnWindowFocus: false });
  const back = { to: "/products/sales", label: t("sales") };
  if (sale.isPending) return <><PageHead title={t("loading")} back={back} /><Bones lines={6} /></>;
  if (sale.isError) return <><PageHead title={t("sales")} back={back} /><Failure error={sale.error} again={() => void sale.refetch()} /></>;
  return <ShownSale key={id} read={sale.data} />;
}

function patchOf(base: Form, form: Form, was: Sale): Schemas["UpdateSale"] {
  const patch: Schemas["UpdateSale"] = {};
  if (base.name !== form.name) patch.name = form.name.trim();
  if (base.starts !== form.starts) patch.starts_at = keptMoment(form.starts, was.starts_at) ?? was.starts_at;
  if (base.ends !== form.ends) patch.ends_at = keptMoment(form.ends, was.ends_at);
  const [before, now] = [queueOf(base), queueOf(form)];
  if (JSON.stringify(before) !== JSON.stringify(now)) patch.queue = now;
  return patch;
}

function ShownSale({ read: first }: { read: Read<Sale> }) {
  const { at } = useSpoken();
  const queries = useQueryClient();
  const sale = first.value;
  const { id } = sale;
  const keep = (now: Read<Sale>) => {
    queries.setQueryData(["sale", id], now);
    void queries.invalidateQueries({ queryKey: ["sales"] });
  };
  const isClosed = Boolean(sale.closed_at);
  const editing = useEditing<Sale, Form>({
    place: `draft.sale.${id}`, read: first, formOf, tell,
    wrong: (form) => { const { variants: _, ...rest } = wrong(form); return rest; },
    send: (from, form, base) => takeTagged(api.PATCH("/api/v1/admin/sales/{id}/", { params: { path: { id }, header: { "If-Match": from.etag } }, body: patchOf(base, form, from.value) })),
    again: () => read(id),
    settled: keep,
  });
  const shut = useMutation({
    mutationFn: () => take(api.DELETE("/api/v1/admin/sales/{id}/", { params: { path: { id }, header: { "If-Match": first.etag } } })),
    onSuccess: async () => {
      editing.discard();
      toast(t("saleClosed"));
      keep(await read(id));
    },
    onError: (error) => toast(error instanceof Refusal && error.status === 412 ? t("someoneChanged") : error.message || t("offline"), { isBad: true }),
  });
  return (
    <>
      <PageHead back={{ to: "/products/sales", label: t("sales") }} name={sale.name} title={<>{sale.name}<Badge value={standing(sale)} /></>}>
        {!isClosed && <SureButton label={t("closeSale")} text={t("closeSaleText")} isBusy={shut.isPending} act={() => shut.mutate()} />}
      </PageHead>
      <div className="grid gap-6 pb-28 lg:grid-cols-[1fr_20rem]">
        {isClosed
          ? <Sheet title={t("details")}><Facts of={[[t("starts"), at(sale.starts_at)], [t("ends"), sale.ends_at ? at(sale.ends_at) : "—"], [t("endedAt"), sale.closed_at ? at(sale.closed_at) : "—"]]} /></Sheet>
          : <Fields form={editing.form} set={editing.set} hasStarted={Date.parse(sale.starts_at) <= Date.now()} problem={(field, pointer) => editing.wrong[field] ?? editing.at(pointer)} />}
        <Sold ids={sale.variant_ids} />
      </div>
      <EditingFoot editing={editing} />
    </>
  );
}

function Sold({ ids }: { ids: string[] }) {
  const known = useVariants(ids).data;
  const nameOf = useVariantName();
  return (
    <div>
      <Sheet title={t("soldInIt")}>
        {ids.length === 0 && <p className="text-muted">{t("soldInNone")}</p>}
        <ul className="space-y-2">
          {ids.map((id) => {
            const one = known?.get(id);
            return <li key={id}>{one ? <Link className="link" to={`/products/${one.product_id}`}>{nameOf(one)}</Link> : "…"}</li>;
          })}
        </ul>
      </Sheet>
    </div>
  );
}
