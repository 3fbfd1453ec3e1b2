import { expect, it } from "vitest";
import { documentOf, lacks, meaningsOf } from "@/features/imports/mapping";

const customers = {
  source: "crm",
  kind: "customers",
  identifiers: { member_id: "會員編號", phone: { column: "手機" } },
  traits: { birth_date: { column: "生日", type: "date", formats: ["ROC"] } },
  tags: "標籤",
  consent: { column: "同意", granted: ["是"], purpose: "marketing", channel: "line", notice_version: "1" },
};
const orders = {
  source: "pos",
  kind: "orders",
  identifiers: { phone: "手機" },
  event: { at: { column: "時間", type: "time" }, id: "單號", group_by: "單號", properties: { total: { column: "金額", type: "number" } }, items: { sku: "貨號" } },
};

it("says again what the server guessed, with how dates are written and what was agreed to", () => {
  const again = documentOf({ source: "crm", kind: "customers", event: "", meanings: meaningsOf(customers), base: customers });
  expect(again).toEqual({ ...customers, identifiers: { member_id: "會員編號", phone: "手機" } });
});

it("keeps the lines of an order together", () => {
  expect(documentOf({ source: "pos", kind: "orders", event: "", meanings: meaningsOf(orders), base: orders })).toEqual(orders);
});

it("reads amounts as numbers", () => {
  const meanings = { 金額: { role: "property", name: "total", rest: {} } } as const;
  expect(documentOf({ source: "a", kind: "orders", event: "", meanings, base: {} }).event?.properties).toEqual({ total: { column: "金額", type: "number" } });
});

it("says what is missing before a file can be tried", () => {
  expect(lacks("orders", {})).toEqual(["identifier", "at"]);
  expect(lacks("customers", { a: { role: "identifier", name: "phone", rest: {} }, b: { role: "trait", name: "", rest: {} } })).toEqual(["name"]);
});

it("shows the column of consent, and takes it in only with the version of the text", () => {
  const guessed = { ...customers, consent: { ...customers.consent, notice_version: "" } };
  const meanings = meaningsOf(guessed);
  const without = Object.fromEntries(Object.entries(meanings).filter(([column]) => column !== "同意"));

  expect(meanings["同意"]).toEqual({ role: "consent", name: "", rest: { granted: ["是"], purpose: "marketing", channel: "line" } });
  expect(lacks("customers", meanings)).toEqual(["notice"]);
  expect(documentOf({ source: "crm", kind: "customers", event: "", meanings: without, base: guessed })).not.toHaveProperty("consent");
});
