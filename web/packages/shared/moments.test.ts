import { expect, test } from "vitest";
import { keptMoment, parseMoment, typedMoment } from "./moments";

test("an instant is typed in the time of Addis Ababa", () => {
  expect(typedMoment("2026-11-30T21:30:00Z")).toBe("2026-12-01T00:30");
  expect(parseMoment("2026-12-01T00:30")).toBe("2026-11-30T21:30:00.000Z");
  expect(typedMoment(null)).toBe("");
  expect(typedMoment("soon")).toBe("");
});

test.each(["", "2026-12-01", "2026-13-01T00:00", "tomorrow", "2026-12-01T25:00"])("%j is no moment", (text) => {
  expect(parseMoment(text)).toBeNull();
});

test("what nobody changed stays what it was, to the microsecond", () => {
  expect(keptMoment("2026-12-01T00:30", "2026-11-30T21:30:12.345678Z")).toBe("2026-11-30T21:30:12.345678Z");
  expect(keptMoment("2026-12-01T00:31", "2026-11-30T21:30:12.345678Z")).toBe("2026-11-30T21:31:00.000Z");
  expect(keptMoment("", "2026-11-30T21:30:12Z")).toBeNull();
});
