import { expect, it } from "vitest";
import { formatIn, hearTime } from "@/lib/format";

const now = new Date("2026-03-02T10:00:00Z");

it("writes times by the clock of the workspace", () => {
  expect(formatIn("zh-TW").moment("2026-03-01T18:30:00Z")).toBe("2026/03/02 02:30");
  expect(formatIn("en").moment("2026-03-01T18:30:00Z")).toBe("02/03/2026 02:30");
});

it("says how long ago in words", () => {
  expect(formatIn("zh-TW").ago("2026-03-02T09:57:00Z", now)).toBe("3 分鐘前");
  expect(formatIn("en").ago("2026-03-01T10:00:00Z", now)).toBe("yesterday");
  expect(formatIn("ja").ago("2026-03-02T04:00:00Z", now)).toBe("6 時間前");
});

it("writes New Taiwan dollars so that nobody takes them for others", () => {
  expect(formatIn("zh-TW").money(1840)).toBe("NT$1,840");
  expect(formatIn("ja").money(1840)).toContain("NT$");
});

it("writes a share", () => {
  expect(formatIn("zh-TW").percent(0.4567)).toBe("45.7%");
});

it("counts from the server's clock where that is ahead", () => {
  const there = new Date(Date.now() + 5 * 86_400_000);
  hearTime(there.toISOString());
  hearTime("2020-01-01T00:00:00Z");
  expect(formatIn("zh-TW").ago(new Date(there.getTime() - 180_000))).toBe("3 分鐘前");
});
