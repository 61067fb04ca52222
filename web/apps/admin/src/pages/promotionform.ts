/** What staff type of a promotion, and what is sent of it: pure. */
import { keptMoment, parseMoment, typedMoment } from "../../../../packages/shared/moments";
import { parseAmount, plainAmount } from "../../../../packages/shared/format";
import type { Schemas } from "../api";
import { type Change, type Told, differences } from "../editing";
import { t, word } from "../texts";

export type Promotion = Schemas["PromotionView"];
export type Kind = Schemas["PromotionKind"];
type Body = Schemas["PromotionBody"];

export const KINDS: Kind[] = ["percentage", "amount_off", "amount_off_each", "buy_get", "free_shipping"];
/** Carts are in birr. */
export const CURRENCY = "ETB";

export interface Form {
  name: string;
  code: string;
  kind: Kind;
  percentage: string;
  amount: string;
  buy: string;
  get: string;
  times: string;
  products: string[];
  variants: string[];
  getProducts: string[];
  getVariants: string[];
  minimum: string;
  starts: string;
  ends: string;
  uses: string;
  usesEach: string;
  priority: string;
  isExclusive: boolean;
}

export const NEW: Form = {
  name: "", code: "", kind: "percentage", percentage: "", amount: "", buy: "", get: "", times: "", products: [], variants: [], getProducts: [], getVariants: [],
  minimum: "", starts: "", ends: "", uses: "", usesEach: "", priority: "0", isExclusive: false,
};

const typed = (count: number | null | undefined) => (count ? String(count) : "");

export function formOf(promotion: Promotion): Form {
  const minimum = promotion.minimum_subtotal;
  return {
    name: promotion.name,
    code: promotion.code ?? "",
    kind: promotion.kind,
    percentage: promotion.percentage ?? "",
    amount: promotion.amount ? plainAmount(promotion.amount) : "",
    buy: typed(promotion.buy_quantity),
    get: typed(promotion.get_quantity),
    times: typed(promotion.applications_max),
    products: promotion.product_ids ?? [],
    variants: promotion.variant_ids ?? [],
    getProducts: promotion.get_product_ids ?? [],
    getVariants: promotion.get_variant_ids ?? [],
    minimum: minimum && minimum.amount > 0 ? plainAmount(minimum) : "",
    starts: typedMoment(promotion.starts_at),
    ends: typedMoment(promotion.ends_at),
    uses: typed(promotion.usage_limit),
    usesEach: typed(promotion.customer_limit),
    priority: String(promotion.priority ?? 0),
    isExclusive: promotion.is_exclusive ?? false,
  };
}

const isDeal = (form: Form) => form.kind === "buy_get";
const hasPercentage = (form: Form) => isDeal(form) || form.kind === "percentage";
const hasAmount = (form: Form) => form.kind === "amount_off" || form.kind === "amount_off_each";
const hasGoods = (form: Form) => form.kind !== "free_shipping";

/** Which fields a kind has. */
export const has = { deal: isDeal, percentage: hasPercentage, amount: hasAmount, goods: hasGoods };

function count(text: string): number | null {
  return /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** What is sent; of each kind its own members and no other. */
export function bodyOf(form: Form, was?: Promotion): Body {
  const body: Body = { name: form.name.trim(), kind: form.kind, priority: Number(form.priority.trim() || 0), is_exclusive: form.isExclusive };
  const code = form.code.trim();
  const minimum = form.minimum.trim() ? parseAmount(form.minimum, CURRENCY) : null;
  const amount = parseAmount(form.amount, CURRENCY);
  const [starts, ends] = [keptMoment(form.starts, was?.starts_at), keptMoment(form.ends, was?.ends_at)];
  const [uses, usesEach] = [count(form.uses), count(form.usesEach)];
  if (code) body.code = code;
  if (minimum) body.minimum_subtotal = minimum;
  if (starts) body.starts_at = starts;
  if (ends) body.ends_at = ends;
  if (uses) body.usage_limit = uses;
  if (usesEach) body.customer_limit = usesEach;
  if (hasPercentage(form)) body.percentage = form.percentage.trim();
  if (hasAmount(form) && amount) body.amount = amount;
  if (hasGoods(form)) Object.assign(body, { product_ids: form.products, variant_ids: form.variants });
  if (isDeal(form)) {
    const times = count(form.times);
    Object.assign(body, { buy_quantity: count(form.buy), get_quantity: count(form.get), get_product_ids: form.getProducts, get_variant_ids: form.getVariants });
    if (times) body.applications_max = times;
  }
  return body;
}

/** What cannot be sent, by field. */
export function wrong(form: Form): Record<string, string> {
  const found: Record<string, string> = {};
  const isCount = (text: string) => { const n = count(text); return n !== null && n > 0; };
  if (!form.name.trim()) found.name = t("needed");
  if (form.code.trim() && !/^[\p{L}\p{N}_-]{3,40}$/u.test(form.code.trim())) found.code = t("badCode");
  if (hasPercentage(form) && !(/^\d{1,3}(\.\d{1,4})?$/.test(form.percentage.trim()) && Number(form.percentage) <= 100)) found.percentage = t("badPercentage");
  if (hasAmount(form) && !(parseAmount(form.amount, CURRENCY)?.amount)) found.amount = t("badAmount");
  if (isDeal(form) && !isCount(form.buy)) found.buy = t("badCount");
  if (isDeal(form) && !isCount(form.get)) found.get = t("badCount");
  for (const name of ["times", "uses", "usesEach"] as const) {
    if (form[name].trim() && !isCount(form[name])) found[name] = t("badCount");
  }
  if (form.minimum.trim() && !parseAmount(form.minimum, CURRENCY)) found.minimum = t("badAmount");
  if (!/^-?\d{1,4}$/.test(form.priority.trim() || "0") || Math.abs(Number(form.priority)) > 1000) found.priority = t("badPriority");
  const [starts, ends] = [parseMoment(form.starts), parseMoment(form.ends)];
  if (starts && ends && ends <= starts) found.ends = t("endsBeforeStart");
  return found;
}

/** What differs, in words. */
export function tell(base: Form, form: Form): Change[] {
  const many = (ids: string[]) => String(ids.length);
  const told: Told<Form> = {
    name: [t("promotionName")], code: [t("coupon")], kind: [t("promotionKind"), (kind) => word(`promotion_${kind}`)],
    percentage: [t("percentage")], amount: [t("amount")], buy: [t("buyQuantity")], get: [t("getQuantity")], times: [t("timesEach")],
    products: [t("aboutGoods"), many], variants: [t("variants"), many], getProducts: [t("getGoods"), many], getVariants: [t("getGoods"), many],
    minimum: [t("minimumSubtotal")], starts: [t("starts")], ends: [t("ends")], uses: [t("usesInAll")], usesEach: [t("usesEach")],
    priority: [t("priority")], isExclusive: [t("isExclusive"), (is) => t(is ? "yes" : "no")],
  };
  return differences(told, base, form);
}

/** How a promotion stands now. */
export function standing(promotion: Promotion, now = Date.now()): "ended" | "planned" | "over" | "used_up" | "running" {
  if (promotion.closed_at) return "ended";
  if (promotion.ends_at && Date.parse(promotion.ends_at) <= now) return "over";
  if (promotion.usage_limit && promotion.used_count >= promotion.usage_limit) return "used_up";
  if (promotion.starts_at && Date.parse(promotion.starts_at) > now) return "planned";
  return "running";
}
