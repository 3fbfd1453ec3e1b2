import { expect, it } from "vitest";
import { kindOf, shownValue } from "@/components/identifiers";

it("knows a LINE user whatever the provider", () => {
  expect(kindOf("line:1650000001")).toBe("line");
  expect(kindOf("phone")).toBe("phone");
});

it("shows a Taiwanese number the way it is dialled", () => {
  expect(shownValue({ namespace: "phone", value: "+886917301274" })).toBe("0917 301 274");
});

it("leaves other numbers, and masked ones, as they are", () => {
  expect(shownValue({ namespace: "phone", value: "+81901234567" })).toBe("+81901234567");
  expect(shownValue({ namespace: "phone", value: "+886*****274" })).toBe("+886*****274");
});

it("shortens what nobody reads", () => {
  expect(shownValue({ namespace: "line:1", value: "U3f7c8eb3fc840c53dec16a465c672b7a" })).toBe("U3f7c8eb3…2b7a");
});
