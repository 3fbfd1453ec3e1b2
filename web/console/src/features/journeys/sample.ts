import type { Definition, Kind, KindField } from "@/features/journeys/definition";

/** Kinds and a journey for tests: as the API describes them, but few. */
function field(key: string, write: string, leads_on = false, required = !leads_on): KindField {
  return { key, write, required, meaning: "", leads_on };
}

function kind(name: string, fields: KindField[], example: Record<string, unknown> = {}): Kind {
  return { kind: name, paid: name === "send_line", meaning: "", example, fields: [field("id", "key"), ...fields] };
}

const next = field("next", "id of a step", true);

export const KINDS: Kind[] = [
  kind("wait", [field("for", "duration"), next], { for: "PT30M", next: "remind" }),
  kind("send_line", [field("account", "key"), field("messages", "list of 1 to 5 LINE messages"), next], {
    account: "main",
    messages: [{ type: "text", text: "an example" }],
  }),
  kind("condition", [field("if", "condition"), field("then", "id of a step", true), field("else", "id of a step", true)]),
  kind("ab_test", [field("branches", '`[{"name", "next"}]`, 2 to 5')], { branches: [{ name: "a" }, { name: "b" }] }),
  kind("exit", []),
];

export const CART: Definition = {
  key: "cart",
  name: "Cart",
  trigger: { kind: "event", event: "cart_updated" },
  start: "hour",
  steps: [
    { id: "hour", kind: "wait", for: "PT1H", next: "bought" },
    { id: "bought", kind: "condition", if: { event: "Order Completed" }, else: "remind" },
    { id: "remind", kind: "send_line", account: "main", messages: [{ type: "text", text: "嗨" }], next: "tone" },
    { id: "tone", kind: "ab_test", branches: [{ name: "a", next: "last" }, { name: "b", next: "last" }] },
    { id: "last", kind: "send_line", account: "main", messages: [{ type: "text", text: "再見" }] },
  ],
};
