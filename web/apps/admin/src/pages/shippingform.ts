/** What staff type of deliveries, and what is sent of it: pure. */
import { parseAmount, plainAmount } from "../../../../packages/shared/format";
import type { Money } from "../../../../packages/api/client";
import type { Schemas } from "../api";
import { type Change, rowDifferences } from "../editing";
import { t, word } from "../texts";

export type Terms = Schemas["ShippingTerms"];
export type MethodKind = Schemas["MethodKind"];

export const METHOD_KINDS: MethodKind[] = ["flat", "by_weight", "by_total", "pick_up"];
const CURRENCY = "ETB";

export interface StepForm {
  /** Kilograms of `by_weight`, birr of `by_total`. */
  from: string;
  price: string;
}

export interface MethodForm {
  id: string | null;
  name: string;
  kind: MethodKind;
  price: string;
  steps: StepForm[];
  freeAbove: string;
}

export interface ZoneForm {
  name: string;
  /** Nothing: the rest of the world. */
  country: string;
  regions: string[];
  methods: MethodForm[];
}

export interface Form {
  zones: ZoneForm[];
}

export const NEW_METHOD: MethodForm = { id: null, name: "", kind: "flat", price: "", steps: [], freeAbove: "" };
export const NEW_ZONE: ZoneForm = { name: "", country: "ET", regions: [], methods: [NEW_METHOD] };

/** "2.5" of 2,500 grams. */
export function plainWeight(grams: number): string {
  const text = String(grams).padStart(4, "0");
  return `${text.slice(0, -3)}.${text.slice(-3)}`.replace(/\.?0+$/, "");
}

/** 2,500 grams of "2.5"; null of what is no weight. */
export function parseWeight(text: string): number | null {
  const match = /^(\d{1,6})(?:\.(\d{1,3}))?$/.exec(text.trim());
  return match ? Number(`${match[1]}${(match[2] ?? "").padEnd(3, "0")}`) : null;
}

const amountOf = (money: Money | null | undefined) => (money ? plainAmount(money) : "");

export function formOf(terms: Terms): Form {
  return {
    zones: terms.zones.map((zone) => ({
      name: zone.name,
      country: zone.country ?? "",
      regions: zone.regions ?? [],
      methods: zone.methods.map((method) => ({
        id: method.id ?? null,
        name: method.name,
        kind: method.kind,
        price: amountOf(method.price),
        steps: (method.steps ?? []).map((step) => ({ from: step.up_to_grams ? plainWeight(step.up_to_grams) : amountOf(step.from), price: amountOf(step.price) })),
        freeAbove: amountOf(method.free_above),
      })),
    })),
  };
}

const birr = (text: string): Money => parseAmount(text, CURRENCY) ?? { amount: 0, currency: CURRENCY };
export const hasSteps = (kind: MethodKind) => kind === "by_weight" || kind === "by_total";

function methodOf(method: MethodForm): Schemas["ShippingMethod"] {
  const { id, name, kind } = method;
  return {
    ...(id ? { id } : {}),
    name: name.trim(),
    kind,
    ...(kind === "flat" ? { price: birr(method.price) } : {}),
    ...(hasSteps(kind) ? { steps: method.steps.map((step) => ({ ...(kind === "by_weight" ? { up_to_grams: parseWeight(step.from) ?? 0 } : { from: birr(step.from) }), price: birr(step.price) })) } : {}),
    ...(kind !== "pick_up" && method.freeAbove.trim() ? { free_above: birr(method.freeAbove) } : {}),
  };
}

export function bodyOf(form: Form): Terms {
  return {
    zones: form.zones.map((zone) => ({
      name: zone.name.trim(),
      ...(zone.country ? { country: zone.country } : {}),
      ...(zone.regions.length > 0 ? { regions: zone.regions } : {}),
      methods: zone.methods.map(methodOf),
    })),
  };
}

/** What cannot be sent, under the JSON pointer at which the API would say it. */
export function wrong(form: Form): Record<string, string> {
  const found: Record<string, string> = {};
  const amount = (at: string, text: string) => { if (!parseAmount(text, CURRENCY)) found[`${at}/amount`] = t("badAmount"); };
  for (const [z, zone] of form.zones.entries()) {
    const at = `/zones/${z}`;
    if (!zone.name.trim()) found[`${at}/name`] = t("needed");
    if (zone.country && !/^[A-Z]{2}$/.test(zone.country)) found[`${at}/country`] = t("badCountry");
    for (const [m, method] of zone.methods.entries()) {
      const of = `${at}/methods/${m}`;
      if (!method.name.trim()) found[`${of}/name`] = t("needed");
      if (method.kind === "flat") amount(`${of}/price`, method.price);
      if (method.kind !== "pick_up" && method.freeAbove.trim()) amount(`${of}/free_above`, method.freeAbove);
      if (!hasSteps(method.kind)) continue;
      if (method.steps.length === 0) found[`${of}/steps`] = t("needsStep");
      for (const [s, step] of method.steps.entries()) {
        amount(`${of}/steps/${s}/price`, step.price);
        if (method.kind === "by_total") amount(`${of}/steps/${s}/from`, step.from);
        else if (!parseWeight(step.from)) found[`${of}/steps/${s}/up_to_grams`] = t("badWeight");
      }
    }
  }
  return found;
}

function methodWords(method: MethodForm): string {
  const steps = method.steps.map((step) => `${step.from} → ${step.price}`).join(", ");
  const price = method.kind === "flat" ? `${CURRENCY} ${method.price}` : hasSteps(method.kind) ? steps : "";
  const free = method.freeAbove ? ` (${t("freeAbove")} ${method.freeAbove})` : "";
  return `${method.name}: ${word(`method_${method.kind}`)} ${price}${free}`;
}

export function tell(base: Form, form: Form): Change[] {
  const say = (zone: ZoneForm) => `${zone.country || t("restOfWorld")} ${zone.regions.join(", ")} · ${zone.methods.map(methodWords).join(" · ")}`;
  return rowDifferences(t("zone"), (zone) => zone.name, say, base.zones, form.zones);
}
