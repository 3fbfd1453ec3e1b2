import { expect, it } from "vitest";
import { localOf, momentOf } from "@/lib/moments";

it("shows and reads a moment by the clock of the workspace", () => {
  expect(localOf("2026-03-01T18:30:00Z", "Asia/Taipei")).toBe("2026-03-02T02:30");
  expect(momentOf("2026-03-02T02:30", "Asia/Taipei")).toBe("2026-03-01T18:30:00.000Z");
});

it("holds across a change of clocks", () => {
  expect(momentOf("2026-03-29T12:00", "Europe/Berlin")).toBe("2026-03-29T10:00:00.000Z");
  expect(momentOf("2026-03-28T12:00", "Europe/Berlin")).toBe("2026-03-28T11:00:00.000Z");
});

it("is nothing when nothing was typed", () => {
  expect(localOf(null)).toBe("");
  expect(momentOf("")).toBeNull();
});
