import { describe, expect, it } from "vitest";
import { shifted, weeksOf } from "@/features/broadcasts/month";

describe("the weeks of a month", () => {
  it("begin on Monday and hold every day once", () => {
    const weeks = weeksOf("2026-11");

    expect(weeks[0]?.[0]).toEqual({ date: "2026-10-26", inMonth: false });
    expect(weeks.flat().filter(({ inMonth }) => inMonth)).toHaveLength(30);
    expect(weeks.at(-1)?.[6]).toEqual({ date: "2026-12-06", inMonth: false });
  });

  it("are four where February begins on Monday", () => {
    expect(weeksOf("2027-02")).toHaveLength(4);
  });
});

describe("another month", () => {
  it("is found over the turn of the year", () => {
    expect(shifted("2026-12", 1)).toBe("2027-01");
    expect(shifted("2026-01", -1)).toBe("2025-12");
  });
});
