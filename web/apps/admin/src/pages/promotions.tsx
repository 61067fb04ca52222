/** What is taken off prices: coupons, and promotions that apply by themselves. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { recall, remember } from "../../../../packages/shared/kept";
import { Refusal, api, take, takeTagged } from "../api";
import { EditingFoot, type Read, useEditing } from "../editing";
import { GoodsChoice } from "../goods";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Empty, Facts, Failure, Field, List, Mono, PageHead, Select, Sheet, SureButton, useList } from "../ui";
import { useWish } from "../wish";
import { given } from "./payments";
import { type Form, KINDS, type Kind, NEW, type Promotion, bodyOf, formOf, has, standing, tell, wrong } from "./promotionform";

/** "10 %", "ETB 50", "2 + 1" */
function useGist() {
  const { price } = useSpoken();
  return (promotion: Promotion): string => {
    const percentage = `${promotion.percentage ?? ""} %`;
    switch (promotion.kind) {
      case "percentage": return percentage;
      case "amount_off": return promotion.amount ? price(promotion.amount) : "";
      case "amount_off_each": return promotion.amount ? t("ofEach", { amount: price(promotion.amount) }) : "";
      case "buy_get": return `${promotion.buy_quantity} + ${promotion.get_quantity}: ${percentage}`;
      default: return word("promotion_free_shipping");
    }
  };
}

function uses(promotion: Promotion): string {
  return promotion.usage_limit ? `${promotion.used_count} / ${promotion.usage_limit}` : String(promotion.used_count);
}

export function Promotions() {
  const { at } = useSpoken();
  const gist = useGist();
  const list = useList(["promotions"], (cursor, signal) => take(api.GET("/api/v1/admin/promotions/", { params: { query: { limit: 25, ...given({ cursor }) } }, signal })));
  const add = <Link to="/promotions/new" className="act">{t("newPromotion")}</Link>;
  return (
    <>
      <PageHead title={t("promotions")}>{add}</PageHead>
      <List
        label={t("promotions")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/promotions/${each.id}`}
        empty={<Empty icon="promotions" title={t("noPromotions")} text={t("noPromotionsText")}>{add}</Empty>}
        columns={[
          { head: t("promotionName"), cell: (each) => each.name },
          { head: t("coupon"), cell: (each) => (each.code ? <Mono>{each.code}</Mono> : <span className="whitespace-nowrap text-muted">{t("byItself")}</span>) },
          { head: t("takesOff"), cell: (each) => <span className="whitespace-nowrap">{gist(each)}</span> },
          { head: t("state"), cell: (each) => <Badge value={`promotion_${standing(each)}`} /> },
          { head: t("ends"), cell: (each) => (each.ends_at ? at(each.ends_at) : "—") },
          { head: t("usesMade"), cell: uses, isFigure: true },
        ]}
      />
    </>
  );
}

interface FieldsProps {
  form: Form;
  set: (part: Partial<Form>) => void;
  problem: (field: keyof Form, pointer: string) => string | undefined;
}

function Fields({ form, set, problem }: FieldsProps) {
  const text = (name: keyof Form, pointer: string) => ({
    value: String(form[name]),
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
    problem: problem(name, pointer),
  });
  return (
    <>
      <Sheet>
        <div className="space-y-4 pt-3">
          <Field label={t("promotionName")} hint={t("promotionNameHint")} maxLength={60} {...text("name", "/name")} />
          <Field label={t("coupon")} isOptional hint={t("couponHint")} maxLength={40} autoCapitalize="characters" spellCheck={false} {...text("code", "/code")} />
        </div>
      </Sheet>
      <Sheet title={t("takesOff")}>
        <div className="space-y-4">
          <Select label={t("promotionKind")} value={form.kind} onChange={(event) => set({ kind: event.target.value as Kind })}>
            {KINDS.map((kind) => <option key={kind} value={kind}>{word(`promotion_${kind}`)}</option>)}
          </Select>
          <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
            {has.deal(form) && <Field label={t("buyQuantity")} inputMode="numeric" {...text("buy", "/buy_quantity")} />}
            {has.deal(form) && <Field label={t("getQuantity")} inputMode="numeric" {...text("get", "/get_quantity")} />}
            {has.percentage(form) && <Field label={has.deal(form) ? t("percentageOff") : t("percentage")} inputMode="decimal" {...text("percentage", "/percentage")} />}
            {has.amount(form) && <Field label={`${t("amount")} (ETB)`} inputMode="decimal" {...text("amount", "/amount")} />}
            {has.deal(form) && <Field label={t("timesEach")} isOptional inputMode="numeric" {...text("times", "/applications_max")} />}
          </div>
          {has.goods(form) && (
            <GoodsChoice
              label={has.deal(form) ? t("buyGoods") : t("aboutGoods")} hint={t("aboutEverything")} products={form.products} variants={form.variants}
              change={(products, variants) => set({ products, variants })} problem={problem("products", "/product_ids") ?? problem("variants", "/variant_ids")}
            />
          )}
          {has.deal(form) && (
            <GoodsChoice
              label={t("getGoods")} hint={t("getSameGoods")} products={form.getProducts} variants={form.getVariants}
              change={(getProducts, getVariants) => set({ getProducts, getVariants })} problem={problem("getProducts", "/get_product_ids") ?? problem("getVariants", "/get_variant_ids")}
            />
          )}
        </div>
      </Sheet>
      <Sheet title={t("whenAndHowOften")}>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("starts")} isOptional type="datetime-local" hint={t("addisTime")} {...text("starts", "/starts_at")} />
          <Field label={t("ends")} isOptional type="datetime-local" hint={t("addisTime")} {...text("ends", "/ends_at")} />
          <Field label={t("usesInAll")} isOptional inputMode="numeric" hint={t("usesInAllHint")} {...text("uses", "/usage_limit")} />
          <Field label={t("usesEach")} isOptional inputMode="numeric" hint={t("usesEachHint")} {...text("usesEach", "/customer_limit")} />
          <Field label={`${t("minimumSubtotal")} (ETB)`} isOptional inputMode="decimal" {...text("minimum", "/minimum_subtotal")} />
          <Field label={t("priority")} hint={t("priorityHint")} inputMode="numeric" {...text("priority", "/priority")} />
        </div>
        <label className="mt-4 flex min-h-11 items-start gap-3">
          <input type="checkbox" className="mt-1 size-5 shrink-0 accent-(--accent)" checked={form.isExclusive} onChange={(event) => set({ isExclusive: event.target.checked })} />
          <span>{t("isExclusive")}<span className="block text-sm text-muted">{t("isExclusiveHint")}</span></span>
        </label>
      </Sheet>
    </>
  );
}

const PLACE = "draft.promotion.new";

export function NewPromotion() {
  useSpoken();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [form, setForm] = useState<Form>(() => recall(PLACE, NEW));
  const [isTried, setTried] = useState(false);
  const { wish, changed } = useWish(
    (key) => take(api.POST("/api/v1/admin/promotions/", { params: { header: { "Idempotency-Key": key } }, body: bodyOf(form) })),
    (made) => {
      remember(PLACE, null);
      toast(t("promotionCreated"));
      void queries.invalidateQueries({ queryKey: ["promotions"] });
      void navigate({ to: `/promotions/${made.id}` });
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
  const send = () => {
    setTried(true);
    if (Object.keys(bad).length === 0 && !wish.isPending) wish.mutate();
  };
  return (
    <div className="mx-auto max-w-2xl">
      <PageHead title={t("newPromotion")} back={{ to: "/promotions", label: t("promotions") }} />
      <form noValidate className="space-y-6" onSubmit={(event) => { event.preventDefault(); send(); }}>
        <Fields form={form} set={set} problem={(field, pointer) => (isTried ? bad[field] : undefined) ?? refusal?.at(pointer)} />
        {wish.isError && <Failure error={wish.error} />}
        <div className="flex justify-end gap-3">
          <Link to="/promotions" className="act-quiet" onClick={() => remember(PLACE, null)}>{t("cancel")}</Link>
          <button type="submit" className="act" disabled={wish.isPending}>{t("create")}</button>
        </div>
      </form>
    </div>
  );
}

function read(id: string, signal?: AbortSignal): Promise<Read<Promotion>> {
  return takeTagged(api.GET("/api/v1/admin/promotions/{id}/", { params: { path: { id } }, ...(signal ? { signal } : {}) }));
}

export function PromotionPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const promotion = useQuery({ queryKey: ["promotion", id], queryFn: ({ signal }) => read(id, signal), refetchOnWindowFocus: false });
  const back = { to: "/promotions", label: t("promotions") };
  if (promotion.isPending) return <><PageHead title={t("loading")} back={back} /><Bones lines={8} /></>;
  if (promotion.isError) return <><PageHead title={t("promotions")} back={back} /><Failure error={promotion.error} again={() => void promotion.refetch()} /></>;
  return promotion.data.value.closed_at ? <Ended promotion={promotion.data.value} /> : <Editor key={id} read={promotion.data} />;
}

function Head({ promotion, children }: { promotion: Promotion; children?: ReactNode }) {
  return (
    <PageHead back={{ to: "/promotions", label: t("promotions") }} name={promotion.name} title={<>{promotion.name}<Badge value={`promotion_${standing(promotion)}`} /></>}>
      {children}
    </PageHead>
  );
}

function Editor({ read: first }: { read: Read<Promotion> }) {
  useSpoken();
  const queries = useQueryClient();
  const promotion = first.value;
  const { id } = promotion;
  const keep = (now: Read<Promotion>) => {
    queries.setQueryData(["promotion", id], now);
    void queries.invalidateQueries({ queryKey: ["promotions"] });
  };
  const editing = useEditing<Promotion, Form>({
    place: `draft.promotion.${id}`, read: first, formOf, tell, wrong,
    send: (from, form) => takeTagged(api.PUT("/api/v1/admin/promotions/{id}/", { params: { path: { id }, header: { "If-Match": from.etag } }, body: bodyOf(form, from.value) })),
    again: () => read(id),
    settled: keep,
  });
  const end = useMutation({
    mutationFn: () => take(api.DELETE("/api/v1/admin/promotions/{id}/", { params: { path: { id }, header: { "If-Match": first.etag } } })),
    onSuccess: async () => {
      editing.discard();
      toast(t("promotionEnded"));
      keep(await read(id));
    },
    onError: (error) => toast(error instanceof Refusal && error.status === 412 ? t("someoneChanged") : error.message || t("offline"), { isBad: true }),
  });
  return (
    <>
      <Head promotion={promotion}>
        <SureButton label={t("endPromotion")} text={t("endPromotionText")} isBusy={end.isPending} act={() => end.mutate()} />
      </Head>
      <div className="grid gap-6 pb-28 lg:grid-cols-[1fr_20rem]">
        <div className="min-w-0 space-y-6">
          <Fields form={editing.form} set={editing.set} problem={(field, pointer) => editing.wrong[field] ?? editing.at(pointer)} />
        </div>
        <Uses promotion={promotion} />
      </div>
      <EditingFoot editing={editing} />
    </>
  );
}

function Uses({ promotion }: { promotion: Promotion }) {
  const { at } = useSpoken();
  const most = promotion.usage_limit;
  return (
    <div>
      <Sheet title={t("usesMade")}>
        <p className="tabular text-2xl font-semibold">{uses(promotion)}</p>
        {most && <progress className="mt-2 w-full accent-(--accent)" max={most} value={Math.min(most, promotion.used_count)} aria-label={t("usesMade")} />}
        <p className="mt-1 mb-4 text-sm text-muted">{t("usesText")}</p>
        <Facts of={[[t("createdAt"), at(promotion.created_at)], [t("changedAt"), at(promotion.updated_at)]]} />
      </Sheet>
    </div>
  );
}

function Ended({ promotion }: { promotion: Promotion }) {
  const { at } = useSpoken();
  const gist = useGist();
  return (
    <>
      <Head promotion={promotion} />
      <div className="grid gap-6 lg:grid-cols-[1fr_20rem]">
        <Sheet title={t("details")}>
          <p className="mb-4 text-muted">{t("endedText")}</p>
          <Facts of={[[t("coupon"), promotion.code ?? t("byItself")], [t("takesOff"), gist(promotion)], [t("endedAt"), promotion.closed_at ? at(promotion.closed_at) : "—"]]} />
        </Sheet>
        <Uses promotion={promotion} />
      </div>
    </>
  );
}
