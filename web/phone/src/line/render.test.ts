import { describe, expect, it, vi } from "vitest";
import { type Action, type Message, renderMessages } from "./render";

function draw(messages: unknown[], options = {}) {
  const box = document.createElement("div");
  const taps: Action[] = [];
  renderMessages(box, messages as Message[], (action) => taps.push(action), options);
  return { box, taps };
}

function flex(contents: object) {
  return draw([{ type: "flex", altText: "alt", contents }]);
}

const text = (more: object) => ({ type: "text", text: "字", ...more });
const body = (...contents: object[]) => ({ type: "bubble", body: { type: "box", layout: "vertical", contents } });

describe("text", () => {
  it("is never read as HTML", () => {
    const { box } = draw([{ type: "text", text: "<img src=x onerror=alert(1)>" }]);
    expect(box.querySelector("img")).toBeNull();
    expect(box.textContent).toContain("<img src=x");
  });

  it("puts emoji where the dollar signs of their places stand, counted in UTF-16", () => {
    const { box } = draw([{ type: "text", text: "😀$ 5$", emojis: [{ index: 2, productId: "p", emojiId: "1" }] }]);
    expect(box.querySelectorAll(".ln-emoji")).toHaveLength(1);
    expect(box.textContent).toBe("😀 5$");
  });

  it("substitutes what is known and leaves doubled braces single", () => {
    const { box } = draw([
      { type: "textV2", text: "{who} {{x}} {none}", substitution: { who: { type: "mention", mentionee: { type: "all" } } } },
    ]);
    expect(box.textContent).toBe("@All {x} {none}");
  });

  it("tells a tapped address and opens nothing itself", () => {
    const { box, taps } = draw([{ type: "text", text: "看 https://a.example/x。" }]);
    box.querySelector("a")?.click();
    expect(taps).toEqual([{ type: "uri", uri: "https://a.example/x" }]);
  });
});

describe("pictures", () => {
  it("loads no address of a kind that could do harm", () => {
    for (const url of ["javascript:alert(1)", "http://evil.example/a.png", "data:text/html,x", "file:///etc/passwd"]) {
      const { box } = draw([{ type: "image", originalContentUrl: url, previewImageUrl: url }]);
      expect(box.querySelector("img")).toBeNull();
      expect(box.querySelector(".ln-pic-lost")).not.toBeNull();
    }
  });

  it("says so when it cannot be loaded", () => {
    const { box } = draw([{ type: "image", originalContentUrl: "https://a.example/1", previewImageUrl: "https://a.example/1" }]);
    box.querySelector("img")?.dispatchEvent(new Event("error"));
    expect(box.querySelector(".ln-pic-lost")).not.toBeNull();
  });
});

describe("templates", () => {
  const action = { type: "postback", label: "好", data: "a=1" };

  it("tells which button was tapped, by finger and by keyboard", () => {
    const { box, taps } = draw([
      { type: "template", altText: "x", template: { type: "buttons", text: "選", actions: [action, { ...action, data: "b" }] } },
    ]);
    const [first, second] = [...box.querySelectorAll<HTMLElement>(".ln-button")];
    first?.click();
    second?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(taps.map((one) => one.data)).toEqual(["a=1", "b"]);
  });

  it("draws one card for each column", () => {
    const columns = [1, 2, 3].map((n) => ({ text: String(n), actions: [action] }));
    const { box } = draw([{ type: "template", altText: "x", template: { type: "carousel", columns } }]);
    expect(box.querySelectorAll(".ln-carousel > .ln-template")).toHaveLength(3);
  });

  it("does not tap the card when a button of it is tapped", () => {
    const shape = { type: "buttons", text: "選", actions: [action], defaultAction: { type: "uri", uri: "https://a.example" } };
    const { box, taps } = draw([{ type: "template", altText: "x", template: shape }]);
    box.querySelector<HTMLElement>(".ln-button")?.click();
    expect(taps).toEqual([action]);
  });
});

describe("flex", () => {
  it("gives bubbles the width of their size", () => {
    const { box } = flex({ type: "carousel", contents: [{ ...body(text({})), size: "micro" }, { ...body(text({})), size: "micro" }] });
    expect([...box.querySelectorAll<HTMLElement>(".ln-flex")].map((one) => one.style.width)).toEqual(["160px", "160px"]);
  });

  it("shares the room of a row by flex, and lets an icon keep its own", () => {
    const { box } = flex(
      body({ type: "box", layout: "baseline", contents: [{ type: "icon", url: "https://a.example/i" }, text({ flex: 2 }), text({ flex: 0 })] }),
    );
    const shares = [...box.querySelectorAll<HTMLElement>(".ln-baseline > *")].map((one) => one.style.flexGrow);
    expect(shares).toEqual(["0", "2", "0"]);
  });

  it("puts spacing between, and a margin instead of it", () => {
    const { box } = flex({ type: "bubble", body: { type: "box", layout: "vertical", spacing: "md", contents: [text({}), text({}), text({ margin: "xxl" })] } });
    expect([...box.querySelectorAll<HTMLElement>(".ln-text")].map((one) => one.style.marginTop)).toEqual(["", "8px", "20px"]);
  });

  it("takes colours, gradients and lengths in LINE's words only", () => {
    const { box } = flex(
      body({
        type: "box",
        layout: "vertical",
        width: "50%",
        height: "calc(1px)",
        backgroundColor: "url(https://evil.example)",
        background: { type: "linearGradient", angle: "90deg", startColor: "#ff0000", endColor: "#00ff00" },
        contents: [text({ color: "#ff334b", size: "xxl" })],
      }),
    );
    const inner = box.querySelector<HTMLElement>(".ln-box .ln-box");
    expect(inner?.style.width).toBe("50%");
    expect(inner?.style.height).toBe("");
    expect(inner?.style.backgroundColor).toBe("");
    expect(inner?.style.backgroundImage).toContain("linear-gradient(90deg");
    const words = box.querySelector<HTMLElement>(".ln-text");
    expect([words?.style.color, words?.style.fontSize]).toEqual(["rgb(255, 51, 75)", "29px"]);
  });

  it("draws spans instead of the text they replace", () => {
    const { box } = flex(body(text({ contents: [{ type: "span", text: "NT$" }, { type: "span", text: "138", weight: "bold" }] })));
    expect(box.querySelector(".ln-text")?.textContent).toBe("NT$138");
  });

  it("lets the innermost action win", () => {
    const inner = { type: "postback", label: "內", data: "in" };
    const { box, taps } = flex({
      ...body({ type: "button", action: inner }),
      action: { type: "uri", label: "外", uri: "https://a.example" },
    });
    box.querySelector<HTMLElement>(".ln-flex-button")?.click();
    expect(taps).toEqual([inner]);
  });
});

describe("the rest", () => {
  it("shows quick replies of the last message only", () => {
    const quickReply = { items: [{ type: "action", action: { type: "message", label: "好", text: "好" } }] };
    const { box } = draw([{ type: "text", text: "一", quickReply }, { type: "text", text: "二" }]);
    expect(box.querySelector(".ln-quick")).toBeNull();
    const shown = draw([{ type: "text", text: "二", quickReply }]);
    shown.box.querySelector<HTMLElement>(".ln-chip")?.click();
    expect(shown.taps).toEqual([{ type: "message", label: "好", text: "好" }]);
  });

  it("places imagemap areas in parts of the picture and tells their own action", () => {
    const one = { type: "uri", linkUri: "https://a.example/", area: { x: 520, y: 0, width: 520, height: 520 } };
    const { box, taps } = draw([{ type: "imagemap", baseUrl: "https://a.example/m", altText: "x", baseSize: { width: 1040, height: 1040 }, actions: [one] }]);
    const spot = box.querySelector<HTMLElement>(".ln-spot");
    expect([spot?.style.left, spot?.style.width]).toEqual(["50%", "50%"]);
    spot?.click();
    expect(taps).toEqual([one]);
  });

  it("names a sender of the message's own beside the account", () => {
    const { box } = draw([{ type: "text", text: "嗨", sender: { name: "小日" } }], { sender: { name: "選物" }, time: "09:41" });
    expect(box.querySelector(".ln-name")?.textContent).toBe("小日 from 選物");
    expect(box.querySelector("time")?.textContent).toBe("09:41");
  });

  it("shows what is known of a coupon", () => {
    const coupons = { C1: { title: "九折", used: 1 } };
    const { box } = draw([{ type: "coupon", couponId: "C1" }], { coupons });
    expect(box.textContent).toContain("九折");
    expect(box.textContent).toContain("已使用");
  });

  it("draws something for whatever comes", () => {
    const log = vi.spyOn(console, "error");
    for (const odd of [{ type: "hologram" }, { type: "flex", contents: { type: "bubble", body: 7 } }, { type: "template" }, { type: "imagemap", actions: "x" }, { type: "text" }]) {
      expect(draw([odd]).box.childElementCount).toBeGreaterThan(0);
    }
    expect(log).not.toHaveBeenCalled();
  });
});
