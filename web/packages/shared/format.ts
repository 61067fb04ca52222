/** Amounts, dates and phone numbers as people in Ethiopia read them. */
import type { Money } from "../api/client";

export type Language = "en" | "am";
export type Calendar = "gregorian" | "ethiopic";

const LOCALES: Record<Language, string> = { en: "en-ET", am: "am-ET" };
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function kept<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => T): T {
  let format = formats.get(key) as T | undefined;
  if (!format) formats.set(key, (format = make()));
  return format;
}

/** How many minor units the currency's major unit has, as a power of ten. */
function exponent(currency: string): number {
  const format = kept(`exponent ${currency}`, () => {
    return new Intl.NumberFormat("en", { style: "currency", currency });
  });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** "ETB 1,250" or "ብር 1,250.50": cents only where there are any. */
export function money(amount: Money, language: Language): string {
  const digits = exponent(amount.currency);
  const isWhole = amount.amount % 10 ** digits === 0;
  const shown = isWhole ? 0 : digits;
  const format = kept(`money ${language} ${amount.currency} ${shown}`, () => {
    return new Intl.NumberFormat(LOCALES[language], {
      style: "currency",
      currency: amount.currency,
      minimumFractionDigits: shown,
      maximumFractionDigits: shown,
    });
  });
  return format.format(amount.amount / 10 ** digits);
}

/** The amount as a person types it: "1250.50". */
export function plainAmount(amount: Money): string {
  const digits = exponent(amount.currency);
  if (digits === 0) return String(amount.amount);
  const sign = amount.amount < 0 ? "-" : "";
  const text = String(Math.abs(amount.amount)).padStart(digits + 1, "0");
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** What a person typed ("1,250.5") in minor units, without ever a float; null when it is no amount. */
export function parseAmount(text: string, currency: string): Money | null {
  const digits = exponent(currency);
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim().replaceAll(/[,\s]/g, ""));
  if (!match) return null;
  const fraction = match[2] ?? "";
  if (fraction.length > digits) return null;
  return { amount: Number(`${match[1]}${fraction.padEnd(digits, "0")}`), currency };
}

/** "22 November 2026" or "13 ኅዳር 2019", in Ethiopia's time. */
export function date(instant: string | Date, language: Language, calendar: Calendar): string {
  return moment(instant, language, calendar, { dateStyle: "medium" });
}

/** The date with hour and minute. */
export function time(instant: string | Date, language: Language, calendar: Calendar): string {
  return moment(instant, language, calendar, { dateStyle: "medium", timeStyle: "short" });
}

function moment(
  instant: string | Date,
  language: Language,
  calendar: Calendar,
  style: Intl.DateTimeFormatOptions,
): string {
  const locale = `${LOCALES[language]}-u-ca-${calendar === "ethiopic" ? "ethiopic" : "gregory"}`;
  const format = kept(`${locale} ${style.timeStyle ?? ""}`, () => {
    return new Intl.DateTimeFormat(locale, { ...style, timeZone: "Africa/Addis_Ababa" });
  });
  // The era is a matter of course to whoever reads it.
  const parts = format.formatToParts(new Date(instant)).filter((part) => part.type !== "era");
  return parts.map((part) => part.value).join("").replace(/\s+(?=,|$)/g, "");
}

/** "+251911223344" of any way that a phone number of Ethiopia is written; null when it is none. */
export function phone(text: string): string | null {
  const digits = text.replaceAll(/[^\d]/g, "");
  const match = /^(?:251|0)?([79]\d{8})$/.exec(digits);
  return match ? `+251${match[1]}` : null;
}

/** "0911 22 33 44". */
export function shownPhone(text: string): string {
  const match = /^\+251([79]\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  return match ? `0${match[1]} ${match[2]} ${match[3]} ${match[4]}` : text;
}
