import { expect, test } from "vitest";
import { begun, bodyOf, FIELDS, KINDS } from "@/features/settings/channels";

test("what was left empty is not said, so that the secret stays", () => {
  expect(bodyOf("sms", { url: "https://sms.example", secret: "", idempotent: false }, "0.8", "live")).toEqual({
    kind: "sms",
    price: "0.8",
    state: "live",
    url: "https://sms.example",
    idempotent: false,
  });
});

test("what belongs to another kind does not go along when the kind changes", () => {
  expect(bodyOf("line", { account: "shop", ...begun("email") }, "", "paused")).toEqual({
    kind: "line",
    price: "0",
    state: "paused",
    account: "shop",
  });
});

test("every kind is asked for something", () => {
  for (const kind of KINDS) expect(Object.keys(FIELDS[kind]).length).toBeGreaterThan(0);
});
