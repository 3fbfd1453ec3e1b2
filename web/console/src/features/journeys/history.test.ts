import { expect, it } from "vitest";
import { CART } from "@/features/journeys/sample";
import { difference } from "@/features/journeys/difference";
import { begin, record, redo, undo } from "@/features/journeys/history";

it("takes back what was done, and does it again", () => {
  const done = record(record(begin("a"), "b"), "c");

  expect(undo(done).present).toBe("b");
  expect(undo(undo(done)).present).toBe("a");
  expect(redo(undo(done))).toEqual({ ...done, at: "" });
});

it("takes typing in one field back as one change", () => {
  const typed = record(record(record(begin(""), "h", "name"), "hi", "name"), "hi 1", "for");

  expect(undo(typed).present).toBe("hi");
  expect(undo(undo(typed)).present).toBe("");
});

it("begins a change of its own after something was taken back", () => {
  const back = undo(record(record(begin("a"), "b", "name"), "c", "for"));

  expect(undo(record(back, "d", "name")).present).toBe("b");
});

it("forgets what was taken back once something else is done", () => {
  expect(redo(record(undo(record(begin("a"), "b")), "c")).present).toBe("c");
});

it("stays where it is when there is nothing to take back", () => {
  const fresh = begin("a");

  expect(undo(fresh)).toBe(fresh);
  expect(redo(fresh)).toBe(fresh);
  expect(record(fresh, "a")).toBe(fresh);
});

it("says what a later version has otherwise", () => {
  const [hour, bought, ...rest] = CART.steps as [(typeof CART.steps)[number], (typeof CART.steps)[number]];
  const later = {
    ...CART,
    name: "Cart, sooner",
    start: "bought",
    steps: [{ ...bought, then: "end" }, ...rest, { id: "end", kind: "exit" }],
  };

  const found = difference(CART, later);

  expect(found.added.map(({ id }) => id)).toEqual(["end"]);
  expect(found.removed).toEqual([hour]);
  expect(found.changed.map(({ step, fields }) => [step.id, fields])).toEqual([["bought", ["then"]]]);
  expect(found.settings).toEqual(["name", "start"]);
});

it("sees no difference in the order of keys", () => {
  const turned = { ...CART, trigger: { event: "cart_updated", kind: "event" } };

  expect(difference(CART, turned)).toEqual({ added: [], removed: [], changed: [], settings: [] });
});
