import { momentOf } from "@/lib/moments";

/** What the form asks for; LINE's object is made of it when it is saved. */
export interface Draft {
  title: string;
  description: string;
  usage: string;
  code: string;
  image: string;
  starts: string;
  ends: string;
  reward: Reward;
  amount: number | string;
  often: boolean;
  listed: boolean;
  lottery: boolean;
  chance: number | string;
}

export const REWARDS = ["percentage", "fixed", "free", "gift", "others"] as const;
export type Reward = (typeof REWARDS)[number];

const ZONES: Record<string, string> = { "Asia/Tokyo": "ASIA_TOKYO", "Asia/Bangkok": "ASIA_BANGKOK" };

function seconds(local: string, zone: string): number {
  const moment = momentOf(local, zone);
  return moment ? Math.floor(new Date(moment).getTime() / 1000) : 0;
}

function rewardOf(draft: Draft): object {
  const value = Number(draft.amount) || 0;
  if (draft.reward === "percentage") return { type: "discount", priceInfo: { type: "percentage", percentage: value } };
  if (draft.reward === "fixed") return { type: "discount", priceInfo: { type: "fixed", fixedAmount: value } };
  return { type: draft.reward };
}

/** The coupon as LINE reads it; what was left empty is left out. */
export function lineCoupon(draft: Draft, zone: string): Record<string, unknown> {
  const written = {
    description: draft.description.trim(),
    usageCondition: draft.usage.trim(),
    couponCode: draft.code.trim(),
    imageUrl: draft.image.trim(),
  };
  return {
    title: draft.title.trim(),
    ...Object.fromEntries(Object.entries(written).filter(([, value]) => value)),
    startTimestamp: seconds(draft.starts, zone),
    endTimestamp: seconds(draft.ends, zone),
    timezone: ZONES[zone] ?? "ASIA_TAIPEI",
    visibility: draft.listed ? "PUBLIC" : "UNLISTED",
    maxUseCountPerTicket: draft.often ? -1 : 1,
    reward: rewardOf(draft),
    acquisitionCondition: draft.lottery
      ? { type: "lottery", lotteryProbability: Number(draft.chance) || 0, maxAcquireCount: -1 }
      : { type: "normal" },
  };
}
