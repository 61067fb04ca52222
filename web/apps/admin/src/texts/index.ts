/** What the dashboard says, in the language of whoever reads it. */
import { type Calendar, type Language, date, money, time } from "../../../../packages/shared/format";
import { recall, remember } from "../../../../packages/shared/kept";
import type { Money } from "../../../../packages/api/client";
import { Watched, useWatched } from "../api";
import { type Key, en } from "./en";

const spoken = new Watched<{ language: Language; texts: Record<Key, string> }>({ language: "en", texts: en });
const calendar = new Watched<Calendar>(recall<Calendar>("calendar", "gregorian"));

export type { Key };

export async function speak(language: Language): Promise<void> {
  const texts = language === "am" ? (await import("./am")).am : en;
  spoken.set({ language, texts });
  document.documentElement.lang = language;
  remember("language", language);
}

export function firstLanguage(): Language {
  return recall<Language>("language", navigator.language.startsWith("am") ? "am" : "en");
}

export function reckon(by: Calendar): void {
  calendar.set(by);
  remember("calendar", by);
}

/** The sentence with `{name}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return spoken.value.texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function isKey(text: string): text is Key {
  return Object.hasOwn(en, text);
}

/** The word for one of the API's own words; a word that is newer than this dashboard stays. */
export function word(value: string): string {
  const key = `w_${value}`;
  return isKey(key) ? t(key) : value.replaceAll("_", " ");
}

/** Whether the dashboard has a word for one of the API's own. */
export function hasWord(value: string): boolean {
  return isKey(`w_${value}`);
}

/** Formats in the language and calendar that were chosen; components that use it follow both. */
export function useSpoken() {
  const { language } = useWatched(spoken);
  const by = useWatched(calendar);
  return {
    language,
    calendar: by,
    price: (amount: Money) => money(amount, language),
    day: (instant: string) => date(instant, language, by),
    at: (instant: string) => time(instant, language, by),
    /** A text that is kept in several languages. */
    said: (texts: Record<string, unknown>) => {
      const found = texts[language] ?? texts.en ?? Object.values(texts)[0];
      return typeof found === "string" ? found : "";
    },
  };
}
