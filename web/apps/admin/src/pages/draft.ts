/** What somebody changed on a product and did not save yet: pure, and kept by the browser. */
import { parseAmount, plainAmount } from "../../../../packages/shared/format";
import type { Schemas } from "../api";
import type { Change } from "../editing";
import { type Key, t } from "../texts";

export type Product = Schemas["ProductAdminView"];
export type Variant = Schemas["VariantAdminView"];

/** The fields of the form, each a text or a choice. */
export interface Form {
  en: string;
  am: string;
  about_en: string;
  about_am: string;
  slug: string;
  brand_id: string;
  category_ids: string[];
  /** Divided by commas. */
  tags: string;
  variants: Record<string, VariantForm>;
}

export interface VariantForm {
  sku: string;
  price: string;
  compare: string;
  is_active: boolean;
}

function text(texts: Record<string, unknown>, language: string): string {
  const found = texts[language];
  return typeof found === "string" ? found : "";
}

export function formOf(product: Product): Form {
  const variants = product.variants.map((variant) => {
    const compare = variant.compare_at_price ? plainAmount(variant.compare_at_price) : "";
    const form: VariantForm = { sku: variant.sku, price: plainAmount(variant.price), compare, is_active: variant.is_active };
    return [variant.id, form] as const;
  });
  return {
    en: text(product.title, "en"),
    am: text(product.title, "am"),
    about_en: text(product.description, "en"),
    about_am: text(product.description, "am"),
    slug: product.slug,
    brand_id: product.brand_id ?? "",
    category_ids: [...product.category_ids].sort(),
    tags: product.tags.join(", "),
    variants: Object.fromEntries(variants),
  };
}

const LABELS: [keyof Omit<Form, "variants" | "category_ids">, Key][] = [
  ["en", "titleEn"], ["am", "titleAm"], ["about_en", "descriptionEn"], ["about_am", "descriptionAm"], ["slug", "address"], ["brand_id", "brand"], ["tags", "tags"],
];

/** What differs, field by field, in words. */
export function changes(base: Form, form: Form): Change[] {
  const found: Change[] = [];
  for (const [name, label] of LABELS) {
    if (base[name] !== form[name]) found.push({ name: t(label), from: base[name], to: form[name] });
  }
  if (base.category_ids.join() !== form.category_ids.join()) {
    found.push({ name: t("categories"), from: String(base.category_ids.length), to: String(form.category_ids.length) });
  }
  for (const [id, variant] of Object.entries(form.variants)) {
    const was = base.variants[id];
    if (!was) continue;
    const of = (label: Key) => `${was.sku}: ${t(label)}`;
    if (was.sku !== variant.sku) found.push({ name: of("sku"), from: was.sku, to: variant.sku });
    if (was.price !== variant.price) found.push({ name: of("price"), from: was.price, to: variant.price });
    if (was.compare !== variant.compare) found.push({ name: of("compareAt"), from: was.compare, to: variant.compare });
    if (was.is_active !== variant.is_active) found.push({ name: of("isActive"), from: String(was.is_active), to: String(variant.is_active) });
  }
  return found;
}

/** The product's own part of what is to be sent, or null when none of it changed. */
export function productPatch(base: Form, form: Form): Schemas["UpdateProduct"] | null {
  const patch: Schemas["UpdateProduct"] = {};
  const texts = (en: string, am: string) => ({ ...(en.trim() ? { en: en.trim() } : {}), ...(am.trim() ? { am: am.trim() } : {}) });
  if (base.en !== form.en || base.am !== form.am) patch.title = texts(form.en, form.am);
  if (base.about_en !== form.about_en || base.about_am !== form.about_am) patch.description = texts(form.about_en, form.about_am);
  if (base.slug !== form.slug) patch.slug = form.slug.trim();
  if (base.brand_id !== form.brand_id) patch.brand_id = form.brand_id || null;
  if (base.category_ids.join() !== form.category_ids.join()) patch.category_ids = form.category_ids;
  if (base.tags !== form.tags) patch.tags = tagsOf(form.tags);
  return Object.keys(patch).length > 0 ? patch : null;
}

/** Tags as they are typed: divided by commas. */
export function tagsOf(text: string): string[] {
  return [...new Set(text.split(/[,፣\n]/).map((each) => each.trim()).filter(Boolean))];
}

/** A variant's part, or null; amounts that are none are left to `problems`. */
export function variantPatch(was: VariantForm, now: VariantForm, currency: string): Schemas["UpdateVariant"] | null {
  const patch: Schemas["UpdateVariant"] = {};
  if (was.sku !== now.sku) patch.sku = now.sku.trim();
  const price = parseAmount(now.price, currency);
  if (was.price !== now.price && price) patch.price = price;
  if (was.compare !== now.compare) patch.compare_at_price = now.compare.trim() ? parseAmount(now.compare, currency) : null;
  if (was.is_active !== now.is_active) patch.is_active = now.is_active;
  return Object.keys(patch).length > 0 ? patch : null;
}

/** What cannot be sent, by field. */
export function problems(form: Form, currency: (id: string) => string): Record<string, string> {
  const found: Record<string, string> = {};
  if (!form.en.trim() && !form.am.trim()) found.en = t("needed");
  for (const [id, variant] of Object.entries(form.variants)) {
    if (!parseAmount(variant.price, currency(id))) found[`${id}.price`] = t("badAmount");
    if (variant.compare.trim() && !parseAmount(variant.compare, currency(id))) found[`${id}.compare`] = t("badAmount");
    if (!variant.sku.trim()) found[`${id}.sku`] = t("needed");
  }
  return found;
}
