import { describe, expect, it } from "vitest";
import { fieldsOf } from "@/components/message/fields";
import { codeOf, elsewhere, isMissing } from "@/components/message/flaws";
import { BLANKS, firstWords, keyFrom, kindOf, KINDS } from "@/components/message/kinds";
import { lengthOf } from "@/components/message/measure";
import { insertAt, mergeField } from "@/components/message/merge";
import { moved, read, write } from "@/components/message/tree";

describe("the tree of a message", () => {
  const tree = [{ type: "template", template: { actions: [{ label: "a" }, { label: "b" }] } }];

  it("is read and written by JSON pointer without touching what was there", () => {
    const changed = write(tree, "/0/template/actions/1/label", "c");
    expect(read(changed, "/0/template/actions/1/label")).toBe("c");
    expect(read(tree, "/0/template/actions/1/label")).toBe("b");
    expect(read(changed, "/0/template/actions/0")).toBe(read(tree, "/0/template/actions/0"));
  });

  it("loses what is written as undefined, in objects and in lists", () => {
    expect(write(tree, "/0/template/actions/0", undefined)[0]?.template.actions).toEqual([{ label: "b" }]);
    expect(write(tree, "/0/template", undefined)).toEqual([{ type: "template" }]);
  });

  it("makes the way to a place that was not there", () => {
    expect(write([{ type: "text" }], "/0/quickReply/items", [1])).toEqual([{ type: "text", quickReply: { items: [1] } }]);
  });

  it("reads names with a slash", () => {
    expect(read({ "a/b": { "~": 1 } }, "/a~1b/~0")).toBe(1);
  });
});

it("moves one item and keeps the others in order", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b"], 1, -3)).toEqual(["b", "a"]);
});

it("counts as LINE does: units for texts, characters as people see them for labels", () => {
  expect(lengthOf("👨‍👩‍👧", "seen")).toBe(1);
  expect(lengthOf("👨‍👩‍👧", "utf16")).toBe(8);
  expect(lengthOf("王小姐", "utf16")).toBe(3);
});

it("writes a merge field that closes whatever was typed as the fallback", () => {
  expect(mergeField("name", "您")).toBe('{{ profile.name | default: "您" }}');
  expect(mergeField("name", 'a"b')).toBe('{{ profile.name | default: "a”b" }}');
  expect(mergeField("two words", "")).toBe('{{ profile["two words"] }}');
});

it("inserts where the caret was", () => {
  expect(insertAt("嗨，你好", "王", 2)).toBe("嗨，王你好");
  expect(insertAt("嗨", "王", null)).toBe("嗨王");
  expect(insertAt("嗨", "王", 9)).toBe("嗨王");
});

describe("what the server says is wrong", () => {
  it("is known in words of ours, with its numbers", () => {
    expect(codeOf("text may have 300 characters as LINE counts them, this one has 301.")).toEqual({
      code: "long",
      values: { most: "300", length: "301" },
    });
    expect(codeOf("uri is no address that can stand here: An address here must begin with https or line or tel.").code).toBe("scheme");
    expect(codeOf("A sentence that is new.").code).toBe("");
  });

  it("is only missing while nobody has typed it yet", () => {
    expect(isMissing({ pointer: "/0/text", sentence: "text must not be empty." })).toBe(true);
    expect(isMissing({ pointer: "/0/text", sentence: "text may have 5 characters as LINE counts them, this one has 6." })).toBe(false);
  });

  it("is shown under a message when no field stands there", () => {
    const message = { type: "flex", contents: { type: "bubble", oops: 1 } };
    const flaws = [
      { pointer: "/1/contents", sentence: "A bubble needs one of header, hero, body, footer." },
      { pointer: "/1/contents/oops", sentence: "LINE knows no 'oops' here; did you mistype it?" },
      { pointer: "/1/altText", sentence: "altText must be given." },
      { pointer: "/0/text", sentence: "text must be given." },
    ];
    expect(elsewhere(message, flaws, "/1")).toEqual(flaws.slice(0, 2));
  });
});

it("has a form for every kind that can be added", () => {
  for (const kind of KINDS) {
    expect(kindOf(BLANKS[kind])).toBe(kind);
    expect(fieldsOf(BLANKS[kind]).flatMap(({ fields }) => fields).length, kind).toBeGreaterThan(0);
  }
});

it("names a message by its first words", () => {
  expect(firstWords([{ type: "sticker" }, { type: "flex", altText: " 送您 " }])).toBe("送您");
});

it("makes a key of a Latin name, and one by the moment of any other", () => {
  expect(keyFrom("Spring Coupon!", new Date(0))).toBe("spring-coupon");
  expect(keyFrom("春季優惠", new Date(1_700_000_000_000))).toMatch(/^message-[a-z0-9]+$/);
});
