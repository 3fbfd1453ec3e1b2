import { expect, test } from "vitest";
import { type Draft, lineCoupon } from "@/features/coupons/coupon";

const DRAFT: Draft = {
  title: " 九折 ", description: "", usage: "", code: "SPRING", image: "", starts: "2026-12-01T00:00", ends: "2026-12-31T23:59",
  reward: "percentage", amount: 10, often: false, listed: false, lottery: false, chance: 50,
};

test("a coupon is written as LINE reads it, without what was left empty", () => {
  expect(lineCoupon(DRAFT, "Asia/Taipei")).toEqual({
    title: "九折",
    couponCode: "SPRING",
    startTimestamp: Date.UTC(2026, 10, 30, 16) / 1000,
    endTimestamp: Date.UTC(2026, 11, 31, 15, 59) / 1000,
    timezone: "ASIA_TAIPEI",
    visibility: "UNLISTED",
    maxUseCountPerTicket: 1,
    reward: { type: "discount", priceInfo: { type: "percentage", percentage: 10 } },
    acquisitionCondition: { type: "normal" },
  });
});

test("a lottery in Tokyo names its chance and its zone", () => {
  const made = lineCoupon({ ...DRAFT, lottery: true, chance: "20", reward: "gift", often: true, listed: true }, "Asia/Tokyo");
  expect(made["acquisitionCondition"]).toEqual({ type: "lottery", lotteryProbability: 20, maxAcquireCount: -1 });
  expect([made["reward"], made["timezone"], made["visibility"], made["maxUseCountPerTicket"]]).toEqual([{ type: "gift" }, "ASIA_TOKYO", "PUBLIC", -1]);
});
