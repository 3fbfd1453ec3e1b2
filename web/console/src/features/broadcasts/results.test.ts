import { describe, expect, it } from "vitest";
import { type Arm, HELD_OUT, measures, together } from "@/features/broadcasts/results";

const A: Arm = {
  arm: "A",
  people: 100,
  sent: 80,
  suppressed: { no_consent: 15 },
  failed: { limits: 5 },
  opened: { value: 40, state: "counted" },
  clicked: 20,
  attributed: { results: 4, people: 3, value: 8_000 },
  bought: { people: 6, events: 7, amount: 9_000 },
  blocked_afterwards: 1,
  cost: { messages: 80, money: 16, per_result: 4 },
};
const B: Arm = { ...A, arm: "B", suppressed: { no_consent: 5, not_friend: 10 }, opened: { value: null, state: "fewer", below: 20 } };
const HELD: Arm = { ...A, arm: HELD_OUT, people: 30, sent: 0, opened: null, clicked: null, attributed: null, bought: null, cost: null, blocked_afterwards: null };

describe("a report", () => {
  it("adds up its arms without those held out, reason by reason", () => {
    const all = together([A, B, HELD]);

    expect(all).toMatchObject({ people: 200, sent: 160, clicked: 40, suppressed: { no_consent: 20, not_friend: 10 }, failed: { limits: 10 } });
    expect(all.cost).toEqual({ messages: 160, money: 32, per_result: 4 });
  });

  it("says that LINE holds a part back instead of adding up what is left", () => {
    expect(together([A, B]).opened?.state).toBe("fewer");
    expect(measures(B).find(({ name }) => name === "opened")).toEqual({ name: "opened", value: "fewer", share: null });
  });

  it("gives shares of those it was sent to, and none of nobody", () => {
    const share = (arm: Arm, name: string) => measures(arm).find((one) => one.name === name)?.share;

    expect(share(A, "sent")).toBe(0.8);
    expect(share(A, "clicked")).toBe(0.25);
    expect(share({ ...A, sent: 0, clicked: 0 }, "clicked")).toBeNull();
  });

  it("has no price of a result where there is none", () => {
    const none = { ...A, attributed: { results: 0, people: 0, value: 0 } };

    expect(together([none]).cost?.per_result).toBeNull();
  });
});
