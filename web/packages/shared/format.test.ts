import { expect, test } from "vitest";
import { date, money, parseAmount, phone, plainAmount, shownPhone } from "./format";

const etb = (amount: number) => ({ amount, currency: "ETB" });

test("amounts as people read them, cents only where there are any", () => {
  const shown = (minor: number, language: "en" | "am") => money(etb(minor), language).replaceAll(/\s/g, " ");
  expect(shown(31_000, "en")).toBe("ETB 310");
  expect(shown(1_234_550, "en")).toBe("ETB 12,345.50");
  expect(shown(1_234_550, "am")).toBe("ብር 12,345.50");
  expect(shown(0, "en")).toBe("ETB 0");
});

test.each([
  ["310", 31_000], ["310.5", 31_050], ["310.50", 31_050], ["1,250.05", 125_005], [" 0.1 ", 10], ["0.29", 29],
  ["", null], ["-1", null], ["1e3", null], ["1.005", null], ["abc", null], [".5", null], ["1.", null], ["9999999999999", null],
] as const)("%j is %s", (text, minor) => {
  expect(parseAmount(text, "ETB")?.amount ?? null).toBe(minor);
});

test("what is typed anew from what is shown is the same amount", () => {
  for (const minor of [0, 1, 9, 10, 99, 100, 31_050, 999_999_999]) {
    expect(parseAmount(plainAmount(etb(minor)), "ETB")).toEqual(etb(minor));
  }
  expect(plainAmount(etb(-5))).toBe("-0.05");
});

test.each([
  ["0911223344", "+251911223344"], ["0911 22 33 44", "+251911223344"], ["+251 711 223344", "+251711223344"],
  ["251911223344", "+251911223344"], ["911-22-33-44", "+251911223344"],
  ["0811223344", null], ["091122334", null], ["09112233445", null], ["", null], ["phone", null],
])("%j is the number %s", (text, number) => {
  expect(phone(text)).toBe(number);
});

test("numbers are shown as they are said", () => {
  expect(shownPhone("+251911223344")).toBe("0911 22 33 44");
  expect(shownPhone("+14155550100")).toBe("+14155550100");
});

test("a day in Ethiopia's calendar and time", () => {
  // 21:30 UTC is past midnight in Addis Ababa.
  expect(date("2026-09-10T21:30:00Z", "am", "ethiopic")).toBe("1 መስከረም 2019");
  expect(date("2026-09-10T21:30:00Z", "en", "gregorian")).toContain("2026");
});
